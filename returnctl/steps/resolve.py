"""Ending a doubt: by the same key again, by looking, or by a person's word."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from returnctl import adoption, doubts, standing
from returnctl.app import App
from returnctl.errors import InDoubt, ReturnctlError, Usage
from returnctl.output import Table
from returnctl.result import Result
from returnctl.returns import intents
from returnctl.returns.doubt_words import told
from returnctl.returns.held import Return
from returnctl.returns.reference import Reference
from returnctl.returns.state import Doubt

STEP = "resolve"


class Options(Struct, frozen=True, kw_only=True):
    """`number` is the tracking number or case that a person found, with --happened."""

    happened: bool = False
    did_not_happen: bool = False
    number: str | None = None


class Ended(Struct, frozen=True, kw_only=True):
    """`outcome` is `happened`, `did-not-happen` or `in-doubt`."""

    summary: str
    step: str
    since: str
    outcome: str


class ResolveResult(Result, kw_only=True):
    doubts: tuple[Ended, ...] = ()

    def for_people(self) -> Iterable[str | Table]:
        words = {
            "happened": "it happened",
            "did-not-happen": "it did not happen",
            "in-doubt": "still not known",
        }
        yield from (f"{doubt.summary} ({doubt.since}): {words[doubt.outcome]}." for doubt in self.doubts)
        if not self.doubts:
            yield "Nothing is in doubt."


def run(app: App, reference: Reference, options: Options) -> ResolveResult:
    """Raises InDoubt, or the service's error, while something stays unknown."""
    if options.happened and options.did_not_happen:
        raise Usage("--happened and --did-not-happen exclude each other.", hint="give the one that is true")
    with standing.working(
        app, reference, lambda held: standing.result(ResolveResult, app, held, STEP)
    ) as held:
        ended: list[Ended] = []
        for doubt in held.state.doubts:
            try:
                outcome = _end(app, held, doubt, options)
            except ReturnctlError as error:
                if isinstance(error, InDoubt):
                    error.hint = told(doubt, held.name)
                ended.append(_ended(doubt, "in-doubt"))
                error.result = standing.result(ResolveResult, app, held, STEP, doubts=tuple(ended))
                raise
            ended.append(_ended(doubt, outcome))
        return standing.result(ResolveResult, app, held, STEP, doubts=tuple(ended))


def _ended(doubt: Doubt, outcome: str) -> Ended:
    return Ended(summary=doubt.summary, step=doubt.covers.step, since=doubt.since, outcome=outcome)


def _end(app: App, held: Return, doubt: Doubt, options: Options) -> str:
    if app.options.dry_run:
        return "in-doubt"
    if options.happened or options.did_not_happen:
        intents.settle_by_person(held, doubt, options.happened, _answer(doubt, options.number))
        return "happened" if options.happened else "did-not-happen"
    outcome = doubts.settle_one(app, held, doubt)
    if outcome and doubt.covers.step == "open" and held.state.case:
        adoption.refresh(held, app.marketplace_of(held))
    return "happened" if outcome else "did-not-happen"


def _answer(doubt: Doubt, number: str | None) -> dict[str, str]:
    kind = {"open": "case", "pickup": "confirmation"}.get(doubt.covers.step, "tracking_number")
    return {kind: number} if number else {}
