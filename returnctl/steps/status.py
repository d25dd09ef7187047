"""Where returns stand: a line for each open one, or one return's checklist, deadlines and doubts."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from msgspec.structs import force_setattr

from returnctl import __version__, output
from returnctl.app import App
from returnctl.digest import hex_of
from returnctl.errors import Damaged, DiskTrouble, Failed
from returnctl.forms import ready
from returnctl.output import Line, Table, Toned, when
from returnctl.result import Next, Result
from returnctl.returns import files, notes, progress
from returnctl.returns.deadlines import Deadline, deadlines
from returnctl.returns.progress import Step
from returnctl.returns.reference import Reference, from_folder
from returnctl.returns.state import State
from returnctl.vocabulary import STEPS

if TYPE_CHECKING:
    from returnctl.returns.index import Index, Summary

#: From so many returns on, an index is worth its import.
MANY = 500
MARKS = {"done": "✓", "todo": "·", "waiting": "…", "in-doubt": "?", "not-needed": "–", "skipped": "–"}
_NEXT = "→"
_TONES = {"done": "good", "waiting": "soon", "in-doubt": "bad"}
_SOON_DAYS = 3
#: What the table of many needs at most beside the device; a narrower screen gets two lines for each return.
_BESIDE_DEVICE = 59
#: Narrower than this, what can be done without is left out.
_NARROW = 60


class Options(Struct, frozen=True, kw_only=True):
    """`due` keeps the returns whose deadline is at most so many days away, `step` those whose next step it is."""

    all: bool = False
    due: int | None = None
    step: str | None = None
    next: bool = False
    ics: Path | None = None


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


class StatusResult(Result, kw_only=True):
    returns: tuple[Standing, ...] = ()
    damaged: tuple[str, ...] = ()
    #: How a person sees it: one return in full, many as a table, or the next command alone.
    view: str = "many"
    nothing: str = ""

    def document(self) -> dict[str, object]:
        content = super().document()
        del content["view"], content["nothing"]
        for one in content["returns"]:
            del one["today"], one["notes"]
            for doubt in one["in_doubt"]:
                del doubt["words"]
        return content

    def for_people(self) -> Iterable[str | Line | Table]:
        if self.view == "next":
            yield from (" ".join(one.next.command) for one in self.returns if one.next)
        elif self.view == "one":
            yield from _one(self.returns[0])
        elif self.returns:
            yield from _many(self.returns)
        else:
            yield self.nothing


def run(app: App, reference: Reference | None, options: Options) -> StatusResult:
    """Takes no lock and asks nobody. Raises Damaged, with the result, where a return's file fails its check."""
    if reference is not None:
        found = app.workspace.find(reference)
        state = app.workspace.state(found)
        app.profile_of(state)
        returns, damaged = [_standing(app, found, state)], list[str]()
    else:
        returns, damaged = _every(app, options)
    if options.ics and not app.options.dry_run:
        files.write_atomic(options.ics.absolute(), _calendar(returns))
    result = StatusResult(
        returns=tuple(returns),
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


def _every(app: App, options: Options) -> tuple[list[Standing], list[str]]:
    found = _by_index(app, options) if _are_many(app) else None
    returns, damaged = found or _read(app, options, app.workspace.references())
    returns.sort(key=lambda one: one.deadline or "9999")
    return returns, damaged


def _read(app: App, options: Options, references: Iterable[Reference]) -> tuple[list[Standing], list[str]]:
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
        one = _standing(app, reference, state)
        if _wanted(one, options):
            returns.append(one)
    return returns, damaged


def _are_many(app: App) -> bool:
    try:
        return len(os.listdir(app.workspace.root)) > MANY  # noqa: PTH208 - names alone; a Path for each is dear
    except OSError:
        return False


def _by_index(app: App, options: Options) -> tuple[list[Standing], list[str]] | None:
    """As `_read`, for many returns; None where there can be no index."""
    import sqlite3

    from returnctl.returns.index import Index

    form = hex_of(repr((__version__, Standing.__struct_fields__, Deadline.__struct_fields__)).encode())[:8]
    narrow = options.due is not None or options.step is not None
    try:
        with contextlib.closing(
            Index(app.settings.cache_folder / "index", app.workspace.root, _summary, form)
        ) as index:
            index.update(thorough=not narrow)
            return _from_index(app, options, index)
    except (sqlite3.Error, OSError, DiskTrouble, Failed):
        return None


def _until(app: App, options: Options) -> str | None:
    """The last day that may be meant: each return has its own clock, which decides afterwards."""
    if options.due is None:
        return None
    days = [date.today()]
    with contextlib.suppress(ValueError):
        days.append(date.fromisoformat(app.settings.environ.get("RETURNCTL_NOW", "")[:10]))
    return (max(days) + timedelta(days=min(options.due, 100_000))).isoformat()


def _from_index(app: App, options: Options, index: Index) -> tuple[list[Standing], list[str]]:
    returns: list[Standing] = []
    damaged: list[str] = []
    root = str(app.workspace.root.absolute())
    days: dict[str, str] = {}
    decoder = msgspec.msgpack.Decoder(ready(Standing))
    entries = list(index.entries(closed=options.all, until=_until(app, options), step=options.step))
    several = {folder.partition("~")[0] for folder, _ in entries if "~" in folder}
    for folder, content in entries:
        if content is None or folder in several:
            again, bad = _read(app, options, [ref] if (ref := from_folder(folder)) else [])
            returns += again
            damaged += bad
            continue
        one = decoder.decode(content)
        if one.profile not in days:
            days[one.profile] = app.today(State(profile=one.profile)).isoformat()
        force_setattr(one, "directory", f"{root}/{folder}")
        force_setattr(one, "today", days[one.profile])
        if _wanted(one, options):
            returns.append(one)
    return returns, damaged


def _summary(reference: Reference, state: State) -> Summary:
    from returnctl.returns.index import Summary

    one = _facts(state, str(reference), str(reference))
    return Summary(
        deadline=one.deadline,
        step=one.next.step if one.next else None,
        closed=one.closed is not None,
        content=msgspec.msgpack.encode(one),
    )


def _wanted(one: Standing, options: Options) -> bool:
    if options.step and (one.next is None or one.next.step != options.step):
        return False
    if options.due is None:
        return True
    return one.deadline is not None and _left(one) <= options.due


def _standing(app: App, reference: Reference, state: State) -> Standing:
    one = _facts(state, str(reference), app.workspace.name(reference))
    force_setattr(one, "directory", str(app.workspace.folder(reference).absolute()))
    force_setattr(one, "today", app.today(state).isoformat())
    force_setattr(one, "notes", {step: notes.note(state, step) for step in STEPS})
    return one


def _facts(state: State, name: str, full_name: str) -> Standing:
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


def _one(one: Standing) -> Iterator[str | Line]:
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
        yield Line(["  ", _mark(step, is_next), f" {name:{width}}  {words}".rstrip()])
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


def _mark(step: Step, is_next: bool) -> Toned | str:
    if is_next and step.state == "todo":
        return Toned(_NEXT, "next")
    tone = _TONES.get(step.state)
    return Toned(MARKS[step.state], tone) if tone else MARKS[step.state]


def _marks(one: Standing) -> Line:
    return Line([_mark(step, bool(one.next and one.next.step == name)) for name, step in one.steps.items()])


def _many(every: Sequence[Standing]) -> Iterator[str | Line | Table]:
    columns = output.columns()
    if columns is None or columns >= _BESIDE_DEVICE + max(output.width(one.device) for one in every):
        yield Table(("return", "device", "steps", "next", "until", "left"), [_row(one) for one in every])
        return
    for one in every:
        yield f"{one.return_}  {one.device}"
        until: list[str | Toned] = [", ", _days(one)] if one.deadline else []
        yield Line(["  ", *_marks(one).parts, f"  {_next_word(one)}", *until])


def _row(one: Standing) -> tuple[object, ...]:
    left = _days(one) if one.deadline else ""
    return (one.return_, one.device, _marks(one), _next_word(one), one.deadline, left)


def _next_word(one: Standing) -> str:
    return one.closed or (one.next.step if one.next else "")


def _left(one: Standing) -> int:
    """Days from this return's own today to its deadline."""
    assert one.deadline is not None
    return (date.fromisoformat(one.deadline[:10]) - date.fromisoformat(one.today)).days


def _is_narrow() -> bool:
    columns = output.columns()
    return columns is not None and columns < _NARROW


def _days(one: Standing, left: str = "") -> Toned | str:
    days = _left(one)
    if days < 0:
        return Toned(f"{-days} day{'s' if days < -1 else ''} over", "bad")
    words = "today" if days == 0 else f"{days} day{'s' if days > 1 else ''}{left}"
    return Toned(words, "soon") if days <= _SOON_DAYS else words


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
