"""Step 6: the page that goes into the parcel, as PDF, or as text to write by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from returnctl import standing
from returnctl.app import App
from returnctl.credentials import Secret
from returnctl.digest import hex_of
from returnctl.documents.facts import SlipFacts
from returnctl.documents.slip import draw_slip, slip_text
from returnctl.errors import Usage
from returnctl.output import Table
from returnctl.result import Result
from returnctl.returns import devices, policy
from returnctl.returns.events import SlipMade
from returnctl.returns.held import Return
from returnctl.returns.reference import Reference

STEP = "slip"
NAME = "documents/slip.pdf"
INVOICE = "documents/invoice.pdf"


class Options(Struct, frozen=True, kw_only=True):
    """`unlock_code` is drawn on the page and kept nowhere else."""

    paper: Literal["a4", "letter"] | None = None
    unlock_code: Secret | None = None
    invoice: Path | None = None
    text: bool = False


class SlipResult(Result, kw_only=True):
    path: str | None = None
    pages: int = 0
    text: str | None = None

    def for_people(self) -> Iterable[str | Table]:
        yield from self.plan()
        if self.text is not None:
            yield self.text.rstrip("\n")
        if self.path:
            yield f"Slip, {self.pages} page{'s' if self.pages != 1 else ''}: {self.path}"


def run(app: App, reference: Reference, options: Options) -> SlipResult:
    with standing.working(app, reference, lambda held: standing.result(SlipResult, app, held, STEP)) as held:
        standing.check_open(app, held)
        facts = _facts(held, options.unlock_code)
        if options.text:
            return standing.result(SlipResult, app, held, STEP, text=slip_text(facts))
        paper = options.paper or policy.policy(held.state.market).paper
        invoice = _invoice(held, options)
        slip = draw_slip(facts, paper=paper, invoice=invoice)
        if not app.options.dry_run:
            _keep(held, slip.data, slip.pages, paper, facts, invoice)
        return standing.result(
            SlipResult, app, held, STEP, path=str((held.folder / NAME).absolute()), pages=slip.pages
        )


def _invoice(held: Return, options: Options) -> bytes | None:
    if options.invoice:
        try:
            return options.invoice.read_bytes()
        except OSError as error:
            raise Usage(
                f"{options.invoice}: {(error.strerror or 'unreadable').lower()}.",
                hint="--invoice takes a PDF",
            ) from None
    try:
        return held.read(INVOICE)
    except FileNotFoundError:
        return None


def _keep(held: Return, data: bytes, pages: int, paper: str, facts: SlipFacts, invoice: bytes | None) -> None:
    if invoice:
        held.keep(INVOICE, invoice)
    held.keep(NAME, data)
    public = msgspec.structs.replace(facts, unlock_code=None)
    made = SlipMade(
        file=NAME,
        # Without a code the page's hash may be known; with one, a hash of the page would let the code be guessed.
        sha256="" if facts.unlock_code else hex_of(data),
        pages=pages,
        paper=paper,
        facts_sha256=hex_of(msgspec.json.encode(public)),
    )
    if made != held.state.slip:
        held.note(made)


def _facts(held: Return, code: Secret | None) -> SlipFacts:
    state = held.state
    identified = state.identified
    sent = state.sent.get("imei", {})
    return SlipFacts(
        marketplace="Back Market",
        name=state.name or "",
        order=state.order,
        line=state.line if held.reference.line else None,
        order_date=date.fromisoformat(state.ordered_on) if state.ordered_on else None,
        return_number=state.case,
        kind=state.device.kind,
        brand=state.device.brand or "",
        model=state.device.model or "",
        imei=(identified.imei if identified else None) or sent.get("imei"),
        serial=(identified.serial if identified else None) or sent.get("serial") or state.order_serial,
        reason=state.reason or "other",
        wants=state.wants or "",
        description=state.description or "",
        packing=(
            "the device",
            *devices.packing_list(state.device.kind),
            "this page",
            "a copy of the invoice",
        ),
        unlock_code=code.reveal() if code else None,
    )
