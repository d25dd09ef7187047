"""Where returns stand: a line for each open one, or one return's checklist, deadlines and doubts."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from returnctl.app import App
from returnctl.errors import Damaged
from returnctl.output import Line, Table
from returnctl.result import Result
from returnctl.returns import files
from returnctl.returns.reference import Reference
from returnctl.steps.status_facts import Brief, Form, Found, Standing, as_form, brief, read, standing

#: From so many returns on, an index is worth its import.
MANY = 500


class Options(Struct, frozen=True, kw_only=True):
    """`due` keeps the returns whose deadline is at most so many days away, `step` those whose next step it is."""

    all: bool = False
    due: int | None = None
    step: str | None = None
    next: bool = False
    ics: Path | None = None


class StatusResult(Result, kw_only=True):
    """For a person who looks at many, `briefs` may stand in the place of `returns`."""

    returns: tuple[Standing, ...] = ()
    briefs: tuple[Brief, ...] = ()
    damaged: tuple[str, ...] = ()
    #: How a person sees it: one return in full, many as a table, or the next command alone.
    view: str = "many"
    nothing: str = ""

    def document(self) -> dict[str, object]:
        content = super().document()
        del content["view"], content["nothing"], content["briefs"]
        for one in content["returns"]:
            del one["today"], one["notes"]
            for doubt in one["in_doubt"]:
                del doubt["words"]
        return content

    def for_people(self) -> Iterable[str | Line | Table]:
        if self.view == "next":
            yield from (" ".join(one.next.command) for one in self.returns if one.next)
        elif self.view == "one":
            from returnctl.steps.status_words import in_full

            yield from in_full(self.returns[0])
        elif briefs := self.briefs or [brief(one) for one in self.returns]:
            from returnctl.steps.status_words import listed

            yield from listed(briefs)
        else:
            yield self.nothing


def run(app: App, reference: Reference | None, options: Options) -> StatusResult:
    """Takes no lock and asks nobody. Raises Damaged, with the result, where a return's file fails its check."""
    returns, briefs, damaged = list[Standing](), list[Brief](), list[str]()
    if reference is not None:
        found = app.workspace.find(reference)
        state = app.workspace.state(found)
        app.profile_of(state)
        returns = [standing(app, found, state)]
    elif app.options.json or options.next or options.ics:
        returns, damaged = _every(app, options, Standing)
    else:
        briefs, damaged = _every(app, options, Brief)
    if options.ics and not app.options.dry_run:
        files.write_atomic(options.ics.absolute(), _calendar(returns))
    result = StatusResult(
        returns=tuple(returns),
        briefs=tuple(briefs),
        damaged=tuple(damaged),
        nothing="None of that kind."
        if options.due is not None or options.step
        else "No open returns here. `returnctl open ORDER` starts one.",
        view="next" if options.next else "one" if reference else "many",
    )
    if damaged:
        raise Damaged(
            f"Damaged: {', '.join(damaged)}.",
            hint="look at one with `returnctl status RETURN`",
            result=result,
        )
    return result


def _every(app: App, options: Options, form: type[Form]) -> Found[Form]:
    found: Found[Form] | None = None
    if _are_many(app):
        from returnctl.steps.status_index import by_index

        found = by_index(app, options, form)
    if found is None:
        standings, damaged = read(app, options, app.workspace.references())
        found = as_form(standings, form), damaged
    returns, damaged = found
    returns.sort(key=lambda one: one.deadline or "9999")
    return returns, damaged


def _are_many(app: App) -> bool:
    try:
        return len(os.listdir(app.workspace.root)) > MANY  # noqa: PTH208 - names alone; a Path for each is dear
    except OSError:
        return False


def _calendar(returns: Iterable[Standing]) -> bytes:
    from returnctl.documents.calendar import Entry, calendar

    entries = (
        Entry(
            name=f"{one.return_.replace('/', '-')}-{due.what}",
            due=due.due,
            summary=f"Return {one.return_}: {due.words}",
        )
        for one in returns
        for due in one.deadlines
    )
    return calendar(entries, datetime.now(UTC))
