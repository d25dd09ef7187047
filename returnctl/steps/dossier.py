"""The whole case in one PDF: for a dispute with the seller or the carrier."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec
from msgspec import Struct

from returnctl import casefile, received, standing
from returnctl.app import App
from returnctl.casefile import Casefile
from returnctl.chronicle import utc
from returnctl.documents.dossier import draw_dossier
from returnctl.documents.dossier_facts import Saying
from returnctl.errors import ReturnctlError
from returnctl.output import Table
from returnctl.result import Result
from returnctl.returns import policy
from returnctl.returns.held import Return
from returnctl.returns.reference import Reference

NAME = "documents/dossier.pdf"
STEP = "dossier"


class Options(Struct, frozen=True, kw_only=True):
    paper: Literal["a4", "letter"] | None = None


class DossierResult(Result, kw_only=True):
    """`files` are attached beside the record; `told_event` is the last event that the seller has an anchor of."""

    path: str | None = None
    pages: int = 0
    files: tuple[str, ...] = ()
    left_out: dict[str, str] = msgspec.field(default_factory=dict)
    events: int = 0
    head: str = ""
    anchor: str = ""
    told_event: int | None = None

    def for_people(self) -> Iterable[str | Table]:
        if self.dry_run:
            yield "Nothing would be sent."
            return
        yield f"Case file, {self.pages} page{'s' if self.pages != 1 else ''}: {self.path}"
        yield f"Attached in it: the record and {len(self.files)} file{'s' if len(self.files) != 1 else ''}."
        yield from (f"Not attached: {name} ({why})" for name, why in self.left_out.items())
        yield f"Anchor: {self.anchor}, for {self.events} events; {_told(self)}."


def _told(result: DossierResult) -> str:
    if result.told_event is None:
        return "no message has carried one to the seller yet"
    if result.told_event == result.events:
        return "the seller has it"
    return f"the seller has one for events 1 to {result.told_event}"


def run(app: App, reference: Reference, options: Options) -> DossierResult:
    """Draw the dossier and keep it. The conversation is read anew where the marketplace can be reached."""
    with standing.working(
        app, reference, lambda held: standing.result(DossierResult, app, held, STEP)
    ) as held:
        case = casefile.gather(held)
        told = max((witness.event for witness in casefile.witnesses(held, case.read)), default=None)
        result = standing.result(
            DossierResult,
            app,
            held,
            STEP,
            path=str((held.folder / NAME).absolute()),
            files=tuple(case.files),
            left_out=case.left_out,
            events=len(case.read.entries),
            head=held.record.head,
            anchor=held.record.anchor,
            told_event=told,
        )
        if app.options.dry_run:
            return result
        messages, note = _conversation(app, held, case)
        paper = options.paper or policy.policy(held.state.market).paper
        dossier = draw_dossier(
            casefile.facts(held, case, messages, note, made_at=held.now().isoformat(timespec="seconds")),
            record=case.record,
            files=case.files,
            paper=paper,
        )
        held.keep(NAME, dossier.data)
        if any(name.startswith("originals/") for name in case.files):
            app.say(
                "The originals in it hold what your camera wrote, such as the place: look whom you give it to."
            )
        result.pages, result.files = dossier.pages, tuple(case.files)
        return result


def _conversation(app: App, held: Return, case: Casefile) -> tuple[tuple[Saying, ...], str]:
    """The messages, and a word where they are not whole. What was read anew is attached too."""
    if mirror := received.load(held):
        return tuple(
            Saying(
                at=utc(said.at or ""),
                author=said.author,
                text=said.text,
                files=tuple(file.name for file in said.files),
            )
            for said in mirror.messages
        ), ""
    if app.profile_of(held.state).marketplace == "manual" or held.state.case is None:
        return tuple(casefile.written_by_hand(case.read)), ""
    try:
        found = app.marketplace_of(held).messages(held.state.case)
    except ReturnctlError as error:
        app.warn(f"The conversation could not be read, so the dossier is without it: {error.message}")
        return (), f"It could not be read when this file was made ({utc(held.now().isoformat())})."
    case.files[casefile.CONVERSATION] = msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n"
    return tuple(
        Saying(
            at=utc(message.at),
            author=message.author,
            text=message.text,
            files=tuple(attachment.name for attachment in message.attachments),
        )
        for message in found
    ), ""
