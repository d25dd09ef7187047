"""How `status` shows returns to a person: one in full, or many as a table."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

from returnctl import output
from returnctl.output import Line, Table, Toned, days_left
from returnctl.returns.progress import Step
from returnctl.steps.status_facts import MARKS, NEXT, Brief, Standing, left, mark
from returnctl.times import when

_TONES = {MARKS["done"]: "good", MARKS["waiting"]: "soon", MARKS["in-doubt"]: "bad", NEXT: "next"}
#: Narrower than this, what can be done without is left out.
_NARROW = 60


def in_full(one: Standing) -> Iterator[str | Line]:
    yield f"Return {one.return_}: {one.device}"
    yield f"{one.case or 'no case yet'}, profile {one.profile}"
    yield ""
    width, narrow = max(map(len, one.steps)), _is_narrow()
    for name, step in one.steps.items():
        is_next = one.next is not None and one.next.step == name and step.state != "in-doubt"
        words = (
            (one.notes[name] or _day(step))
            if narrow
            else ", ".join(filter(None, (_day(step), one.notes[name])))
        )
        if step.state == "not-needed":
            words = "not asked for"
        yield Line(["  ", _toned(mark(step.state, is_next)), f" {name:{width}}  {words}".rstrip()])
    yield ""
    yield from _around(one)
    if one.closed:
        yield f"Closed: {one.closed}"
    elif one.next:
        yield Line(["Next: ", Toned(" ".join(one.next.command), "next")])
    else:
        yield "Nothing left to do. `returnctl close` ends it once the seller has."


def _around(one: Standing) -> Iterator[str | Line]:
    """What belongs to no single step."""
    for doubt in one.in_doubt:
        yield Line([Toned("In doubt", "bad"), f" since {when(doubt.since)}: {doubt.summary} ({doubt.step})"])
        yield from (f"  {words}" for words in doubt.words)
    if one.role == "buyer" and not one.closed:
        yield f"Back-up: {one.backed_up or 'not noted'}"
    if one.tracking_number:
        yield f"Parcel: {one.tracking_number}{f', {one.parcel}' if one.parcel else ''}"
    if one.deadline:
        why = ", ".join(due.words for due in one.deadlines if due.due[:10] == one.deadline)
        because = f" ({why})" if why and not _is_narrow() else ""
        yield Line([f"On its way by {one.deadline}, ", _days(one, " left"), because])
    yield from (f"{when(due.due)}: {due.words}" for due in one.deadlines if due.due[:10] != one.deadline)
    if one.purged_at:
        yield f"Pictures and papers deleted: {one.purged_at[:10]}"


def _day(step: Step) -> str:
    return step.at[:10] if step.at and step.state == "done" else ""


def _toned(letter: str) -> Toned | str:
    tone = _TONES.get(letter)
    return Toned(letter, tone) if tone else letter


@functools.lru_cache(maxsize=1_000)
def _marks(letters: str) -> Line:
    """Thousands of returns stand at the same few places."""
    return Line([_toned(letter) for letter in letters])


def listed(every: Sequence[Brief]) -> Iterator[str | Line | Table]:
    table = Table(("return", "device", "steps", "next", "until", "left"), [_row(one) for one in every])
    if output.fits(table):
        yield table
        return
    for one in every:
        yield f"{one.name}  {one.device}"
        until: list[str | Toned] = [", ", _days(one)] if one.deadline else []
        yield Line(["  ", *_marks(one.marks).parts, f"  {one.following}", *until])


def _row(one: Brief) -> tuple[object, ...]:
    left = _days(one) if one.deadline else ""
    return (one.name, one.device, _marks(one.marks), one.following, one.deadline, left)


def _is_narrow() -> bool:
    columns = output.columns()
    return columns is not None and columns < _NARROW


def _days(one: Standing | Brief, ending: str = "") -> Toned | str:
    return days_left(left(one), ending)
