"""For a buyer without an API: what waits to be pasted on the marketplace's website."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from returnctl import handover, standing
from returnctl.app import App
from returnctl.errors import Pending
from returnctl.output import Table
from returnctl.result import Result
from returnctl.returns.held import Return
from returnctl.returns.reference import Reference

STEP = "handover"


class Part(Struct, frozen=True, kw_only=True):
    handover: int
    directory: str
    text: str
    files: tuple[str, ...]
    steps: tuple[str, ...]


class HandoverResult(Result, kw_only=True):
    handovers: tuple[Part, ...] = ()
    confirmed: int = 0

    def for_people(self) -> Iterable[str | Table]:
        for part in self.handovers:
            yield "On the marketplace's website, under your order's “Get help”, paste this:"
            yield ""
            yield from (f"    {line}" for line in part.text.splitlines())
            yield ""
            if part.files:
                yield "Attach, in this order:"
                yield from (f"    {name}" for name in part.files)
        if any("open" in part.steps and part.files for part in self.handovers):
            yield "If the website takes no files yet: send the text now, the files after the first answer."
        if self.confirmed:
            yield f"Noted: {self.confirmed} message{'s' if self.confirmed > 1 else ''} sent."
        elif not self.handovers:
            yield "Nothing waits."


def run(app: App, reference: Reference) -> HandoverResult:
    with standing.working(
        app, reference, lambda held: standing.result(HandoverResult, app, held, STEP)
    ) as held:
        if app.options.done and not app.options.dry_run:
            confirmed = handover.confirm(held)
            return standing.result(HandoverResult, app, held, STEP, confirmed=confirmed)
        parts = tuple(_parts(app, held))
        result = standing.result(HandoverResult, app, held, STEP, handovers=parts)
        if not parts:
            return result
        raise Pending(
            "This waits until you have pasted it.",
            hint=f"then `returnctl handover {held.name} --done`",
            result=result,
        )


def _parts(app: App, held: Return) -> Iterable[Part]:
    for number in sorted({item.handover for item in held.state.waiting}):
        items = [item for item in held.state.waiting if item.handover == number]
        if not app.options.dry_run:
            handover.write(held, number)
        yield Part(
            handover=number,
            directory=str((held.folder / f"handover/{number}").absolute()),
            text=handover.words(items),
            files=tuple(str((held.folder / name).absolute()) for item in items for name in item.files),
            steps=tuple(item.covers.step for item in items),
        )
