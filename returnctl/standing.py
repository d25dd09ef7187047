"""What all steps share: the common keys of a result, and what is checked before a step begins."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from returnctl.app import App
from returnctl.conversation import Told
from returnctl.errors import Busy, Pending, Refused, ReturnctlError
from returnctl.result import Result
from returnctl.returns import progress
from returnctl.returns.events import Reopened
from returnctl.returns.held import Return
from returnctl.returns.reference import Reference

R = TypeVar("R", bound=Result)


def result(form: type[R], app: App, held: Return, step: str, told: Told | None = None, **values: Any) -> R:
    """A step's result with the common keys filled in from the return as it stands."""
    state = held.state
    told = told or Told()
    return form(
        return_=str(held.reference),
        order=state.order,
        line=state.line,
        role=state.role,
        sent=told.sent,
        needed=state.needed.get(step, True),
        next=progress.next_step(state, held.name),
        dry_run=app.options.dry_run,
        would=told.would,
        **values,
    )


def case(held: Return) -> str:
    """The marketplace's id of the return. Raises Refused before it is open there."""
    if held.state.case is None:
        raise Refused(
            f"Return {held.name} is not open at the marketplace yet.",
            hint=f"run `returnctl open {held.name}` first",
        )
    return held.state.case


@contextlib.contextmanager
def working(app: App, reference: Reference, make: Callable[[Return], Result]) -> Iterator[Return]:
    """The return, held by us; an error of this block gets the result as far as it got, where it has none yet."""
    try:
        with app.holding(reference) as held, _explained(lambda: make(held)):
            yield held
    except Busy as error:
        error.result = error.result or make(app.reading(reference))
        raise


@contextlib.contextmanager
def _explained(make: Callable[[], Result]) -> Iterator[None]:
    try:
        yield
    except ReturnctlError as error:
        if error.result is None and error.exit in (6, 7, 8, 9):
            error.result = make()
        raise


def check_open(app: App, held: Return) -> None:
    """Raises Refused for a return that was closed, unless --reopen opens it again."""
    if not held.state.closed:
        return
    if not app.options.reopen:
        raise Refused(
            f"Return {held.name} was closed ({held.state.closed.outcome}).",
            hint="--reopen opens it again; `returnctl open --new` starts another return of the same thing",
        )
    if not app.options.dry_run:
        held.note(Reopened())


def finish(app: App, held: Return, step: str, found: Result) -> None:
    """Say that nothing new was sent; raises Pending, with the result, while the step waits in the hand-over."""
    if any(item.covers.step == step for item in held.state.waiting):
        raise Pending(
            "This waits in the hand-over until you have pasted it on the marketplace's website.",
            hint=f"`returnctl handover {held.name}` shows it; with --done it is confirmed",
            result=found,
        )
    if not found.sent and not found.would and step in held.state.sent:
        if held.state.role == "seller":
            app.say("Recorded as received; nothing was sent.")
        else:
            app.say("The seller has this already; nothing was sent.")
