"""Telling the seller: through the marketplace where it has an API, else into the hand-over for a person to paste.

Every message carries a marker, `[rc STEP PART/OF CODE]`, by which it is recognised later: by us after a lost answer,
or in a fresh workspace. What goes to the seller carries the anchor of the evidence too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from returnctl import anchors, handover, uploads
from returnctl.adoption import CODE_LENGTH, refresh
from returnctl.app import App
from returnctl.digest import hex_of
from returnctl.doubts import may_have_happened
from returnctl.errors import Pending, Refused
from returnctl.evidence.imei import shorten
from returnctl.marketplaces.base import Marketplace, Upload
from returnctl.result import Would
from returnctl.returns import intents
from returnctl.returns.events import Covers, Found
from returnctl.returns.held import Return
from returnctl.returns.intents import Prepared
from returnctl.returns.state import State
from returnctl.times import when

#: What the buyer sends. At the seller's desk it is recorded as received, and nothing goes out.
EVIDENCE = ("photos", "imei", "disconnect-proof")


class Saying(Struct, frozen=True, kw_only=True):
    """What a step tells the seller. `items` become recorded as sent; the ones of a file go with its message.

    `code` stands for it in the marker; without one it is made of the items.
    """

    step: str
    text: str
    items: dict[str, str]
    files: tuple[Upload, ...] = ()
    file_items: tuple[str, ...] = ()
    code: str | None = None


class Told(Struct, frozen=True, kw_only=True):
    """How it went: `sent` to the marketplace, or `waiting` in a hand-over; `would` in a dry run."""

    sent: bool = False
    waiting: bool = False
    messages: int = 0
    would: tuple[Would, ...] = ()


class _Part(Struct, frozen=True):
    words: str
    marker: str
    files: tuple[Upload, ...]
    items: dict[str, str]

    @property
    def text(self) -> str:
        return f"{self.words}\n\n{self.marker}"


def changes(state: State, step: str, items: dict[str, str], *, again: bool) -> dict[str, str]:
    """The items that the seller does not have yet.

    Raises Refused, naming both values, where another one was sent and --again was not given.
    """
    sent = state.sent.get(step, {})
    for item, value in items.items():
        if item in sent and sent[item] != value and not again:
            raise Refused(
                f"{item}: {_short(item, sent[item])} was sent before, and {_short(item, value)} is another.",
                hint="use --again to send it as a correction",
            )
    return {item: value for item, value in items.items() if sent.get(item) != value}


def tell(app: App, held: Return, saying: Saying) -> Told:
    """Tell the seller, each item once. Raises Refused without a case, Pending while attachments are not taken."""
    if held.state.role == "buyer":
        saying = replace(saying, text=f"{saying.text}\n\n{anchors.line(held)}")
    if app.profile_of(held.state).marketplace == "manual":
        return _hand_over(app, held, saying)
    if held.state.role == "seller" and saying.step in EVIDENCE:
        return _receive(app, held, saying)
    marketplace = app.marketplace_of(held)
    case = _case(held)
    limits = marketplace.limits()
    if saying.files:
        saying = replace(saying, files=uploads.fit(app, saying.files, limits.bytes_per_file))
    if app.options.dry_run:
        parts = _parts(saying, limits.files)
        prepared = [marketplace.prepare_message(case, part.text, part.files, part.marker) for part in parts]
        return Told(would=tuple(_would(one, part.files) for one, part in zip(prepared, parts, strict=True)))
    if held.state.role == "seller":
        _check_as_merchant(app, held, marketplace, case)
    elif saying.files:
        _check_attachments_open(held, marketplace)
    parts = _parts(saying, limits.files)
    for part in parts:
        prepared_message = marketplace.prepare_message(case, part.text, part.files, part.marker)
        send(held, marketplace, prepared_message, Covers(step=saying.step, items=part.items))
    return Told(sent=True, messages=len(parts))


def _receive(app: App, held: Return, saying: Saying) -> Told:
    if not app.options.dry_run:
        held.note(Found(step=saying.step, items=saying.items))
    return Told()


def _check_as_merchant(app: App, held: Return, marketplace: Marketplace, case: str) -> None:
    """Say once whose words these are. Raises Refused where they would open a closed case again."""
    if not app.options.reopen and not marketplace.case(case).open:
        raise Refused(
            f"Case {case} is closed at the marketplace; a message would open it again.",
            hint="--reopen does that",
        )
    if held.state.intents == 0:
        app.say("This goes out as the merchant: the buyer reads it as your words.")


def send(held: Return, marketplace: Marketplace, prepared: Prepared, covers: Covers) -> intents.Outcome:
    """Send something prepared, once, and record what it covers."""
    return intents.carry_out(held, prepared, covers, marketplace.send, may_have_happened)


def would_send(prepared: Prepared) -> Would:
    return _would(prepared, ())


def _hand_over(app: App, held: Return, saying: Saying) -> Told:
    files = app.marketplace(app.profile_of(held.state)).limits().files
    parts = _parts(saying, files, numbered=False)
    if app.options.dry_run:
        return Told(
            would=tuple(
                Would(
                    service="hand-over",
                    method="write",
                    target=f"{held.folder / 'handover'}",
                    summary="put a message into the hand-over, for you to paste",
                    files=tuple(file.name for file in part.files),
                )
                for part in parts
            )
        )
    for part in parts:
        handover.queue(held, part.words, part.files, Covers(step=saying.step, items=part.items))
    if app.options.done:
        handover.confirm(held, saying.step)
        return Told(sent=False, messages=len(parts))
    return Told(waiting=True, messages=len(parts))


def _parts(saying: Saying, files_per_message: int, *, numbered: bool = True) -> list[_Part]:
    """The messages that it takes, in order; the items without a file go with the first."""
    with_file = set(saying.file_items)
    loose = {item: value for item, value in saying.items.items() if item not in with_file}
    files = list(zip(saying.files, saying.file_items, strict=True))
    groups = [files[at : at + files_per_message] for at in range(0, len(files), files_per_message)] or [[]]
    code = saying.code or hex_of(repr(sorted(saying.items.items())).encode())[:CODE_LENGTH]
    parts = []
    for number, group in enumerate(groups, 1):
        marker = f"[rc {saying.step} {number}/{len(groups)} {code}]"
        items = {item: saying.items[item] for _, item in group} | (loose if number == 1 else {})
        uploads = tuple(
            replace(file, name=f"{at:02d}-{file.name}") if numbered else file
            for at, (file, _) in enumerate(group, 1)
        )
        parts.append(_Part(saying.text, marker, uploads, items))
    return parts


def _check_attachments_open(held: Return, marketplace: Marketplace) -> None:
    refresh(held, marketplace)
    if not held.state.attachments_open:
        due = f" Its answer is due by {when(held.state.reply_due)}." if held.state.reply_due else ""
        raise Pending(
            f"The seller has not answered yet, and takes files only then.{due}",
            hint="everything is kept; run the same command again later",
        )


def _case(held: Return) -> str:
    if held.state.case is None:
        raise Refused(
            f"Return {held.name} is not open at the marketplace yet.",
            hint=f"run `returnctl open {held.name}` first",
        )
    return held.state.case


def _would(prepared: Prepared, files: Sequence[Upload]) -> Would:
    return Would(
        service=prepared.service,
        method=prepared.method,
        target=prepared.url,
        summary=prepared.summary,
        files=tuple(file.name for file in files),
    )


def _short(item: str, value: str) -> str:
    if item == "imei":
        return shorten(value)
    return value[:8] + "…" if re.fullmatch(r"[0-9a-f]{64}", value) else value
