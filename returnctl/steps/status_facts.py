"""What there is to say of one return: what its record tells, and what today makes of it."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct
from msgspec.structs import force_setattr

from returnctl.errors import Damaged
from returnctl.result import Next
from returnctl.returns import notes, progress
from returnctl.returns.deadlines import Deadline, deadlines
from returnctl.returns.progress import Step
from returnctl.returns.reference import Reference
from returnctl.returns.state import State
from returnctl.vocabulary import STEPS

if TYPE_CHECKING:
    from returnctl.app import App
    from returnctl.steps.status import Options


MARKS = {"done": "✓", "todo": "·", "waiting": "…", "in-doubt": "?", "not-needed": "–", "skipped": "–"}
NEXT = "→"


class Doubtful(Struct, frozen=True, kw_only=True):
    """`words` say to a person what it means and what to do."""

    step: str
    summary: str
    since: str
    words: tuple[str, ...] = ()


class Standing(Struct, frozen=True, kw_only=True, rename={"return_": "return"}):
    return_: str
    profile: str
    device: str
    role: str
    steps: dict[str, Step]
    next: Next | None
    deadline: str | None
    deadlines: tuple[Deadline, ...]
    in_doubt: tuple[Doubtful, ...]
    case: str | None
    coverage: str
    tracking_number: str | None
    parcel: str | None
    backed_up: str | None
    closed: str | None
    purged_at: str | None
    directory: str = ""
    #: For people alone: today, and a few words for each step.
    today: str = ""
    notes: dict[str, str] = {}


class Brief(Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """What a person sees of a return among many: `marks` has a letter for each step, `following` is the next step, or
    how it ended."""

    name: str
    profile: str
    device: str
    marks: str
    following: str
    deadline: str | None
    today: str = ""


Form = TypeVar("Form", Standing, Brief)
#: Returns, and the names of those whose record is damaged.
Found = tuple[list[Form], list[str]]


def standing(app: App, reference: Reference, state: State) -> Standing:
    one = facts(state, str(reference), app.workspace.name(reference))
    force_setattr(one, "directory", str(app.workspace.folder(reference).absolute()))
    force_setattr(one, "today", app.today(state).isoformat())
    force_setattr(one, "notes", {step: notes.note(state, step) for step in STEPS})
    return one


def facts(state: State, name: str, full_name: str) -> Standing:
    """What follows from the record alone: neither where it lies nor today."""
    label = state.label
    steps = progress.steps(state)
    return Standing(
        return_=name,
        profile=state.profile,
        device=" ".join(part for part in (state.device.brand, state.device.model) if part)
        or state.device.kind,
        role=state.role,
        steps=steps,
        next=progress.next_step(state, full_name, steps),
        deadline=progress.deadline(state),
        deadlines=deadlines(state),
        in_doubt=_doubts(state, full_name) if state.doubts else (),
        case=state.case,
        coverage=state.coverage.verdict,
        tracking_number=state.sent.get("ship", {}).get("tracking_number")
        or (label.tracking_number if label else None),
        parcel=state.tracked.status if state.tracked else None,
        backed_up=state.backed_up,
        closed=state.closed.outcome if state.closed else None,
        purged_at=state.purged_at,
    )


def _doubts(state: State, full_name: str) -> tuple[Doubtful, ...]:
    from returnctl.returns.doubt_words import explained

    return tuple(
        Doubtful(
            step=doubt.covers.step,
            summary=doubt.summary,
            since=doubt.since,
            words=tuple(explained(doubt, full_name)),
        )
        for doubt in state.doubts
    )


def brief(one: Standing) -> Brief:
    following = one.next.step if one.next else None
    return Brief(
        name=one.return_,
        profile=one.profile,
        device=one.device,
        marks="".join(mark(step.state, name == following) for name, step in one.steps.items()),
        following=one.closed or following or "",
        deadline=one.deadline,
        today=one.today,
    )


def as_form(returns: list[Standing], form: type[Form]) -> list[Form]:
    if form is Standing:
        return returns  # type: ignore[return-value]  # mypy can't follow a type that is a value
    return [brief(one) for one in returns]  # type: ignore[misc]  # nor its absence


def mark(state: str, is_next: bool) -> str:
    """The letter for a step's state; where the return goes on it is an arrow."""
    return NEXT if is_next and state == "todo" else MARKS[state]


def left(one: Standing | Brief) -> int:
    """Days from this return's own today to its deadline."""
    assert one.deadline is not None
    return _days_between(one.today, one.deadline[:10])


@functools.lru_cache(maxsize=1_000)
def _days_between(day: str, later: str) -> int:
    return (date.fromisoformat(later) - date.fromisoformat(day)).days


def read(app: App, options: Options, references: Iterable[Reference]) -> Found[Standing]:
    """Of these returns, the ones that are asked for."""
    returns: list[Standing] = []
    damaged: list[str] = []
    for reference in references:
        if not app.workspace.exists(reference):
            continue
        try:
            state = app.workspace.state(reference)
        except Damaged:
            damaged.append(str(reference))
            continue
        if state.closed and not options.all:
            continue
        one = standing(app, reference, state)
        if in_time(one, options) and (not options.step or (one.next and one.next.step == options.step)):
            returns.append(one)
    return returns, damaged


def in_time(one: Standing | Brief, options: Options) -> bool:
    return options.due is None or (one.deadline is not None and left(one) <= options.due)
