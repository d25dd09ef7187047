"""Pictures of people's things do not stay for ever: deleting what a return has gathered. Its record stays."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from msgspec import Struct

from returnctl.app import App
from returnctl.errors import BadConfig, Declined, Refused, ReturnctlError, SomeFailed
from returnctl.output import Table
from returnctl.result import Result, Would
from returnctl.returns import files
from returnctl.returns.events import Purged
from returnctl.returns.record import NAME
from returnctl.returns.reference import Reference, from_folder
from returnctl.returns.state import State

#: What a purge empties; everything else in a return's folder is the record, or somebody's own.
FOLDERS = (
    "capture",
    "originals",
    "photos",
    "proof",
    "parcel",
    "received",
    "documents",
    "handover",
    "intents",
)


class Options(Struct, frozen=True, kw_only=True):
    """`everything`: the whole folder, with the record. `older_than` is in days since the return was closed."""

    everything: bool = False
    older_than: int | None = None


class Deletion(Struct, frozen=True, kw_only=True, rename={"return_": "return"}):
    """What goes, or went, of one return; the names are relative to `directory`."""

    return_: str
    directory: str
    closed: str | None
    files: tuple[str, ...]
    bytes: int
    everything: bool


class NotPurged(Struct, frozen=True, kw_only=True, rename={"return_": "return"}):
    return_: str
    code: str
    message: str


class PurgeResult(Result, kw_only=True):
    purged: tuple[Deletion, ...] = ()
    failed: tuple[NotPurged, ...] = ()

    def for_people(self) -> Iterable[str | Table]:
        yield from (f"{one.return_}: {one.message}" for one in self.failed)
        if self.dry_run:
            yield from (f"Would delete {_in_words(one)}." for one in self.purged)
        else:
            yield from (f"Deleted {_in_words(one)}." for one in self.purged)
        if not self.purged:
            yield "There is nothing to delete."


def of_return(app: App, reference: Reference, options: Options) -> PurgeResult:
    """Purge one return. Raises Refused for one that is open, unless --yes names it."""
    found = app.workspace.find(reference)
    state = app.workspace.state(found)
    with contextlib.suppress(BadConfig):  # a profile that is gone is no reason to keep pictures
        app.profile_of(state)
    if not state.closed and not app.options.yes and not app.options.dry_run:
        raise Refused(
            f"Return {found} is still open.",
            hint=f"`returnctl close {found}` first; --yes deletes what is neither in doubt nor waiting all the same",
        )
    plan = _plan(app, found, state, options)
    _ask(app, [plan])
    deletions = _deletions(app, [plan], options)
    result = _result(app, list(deletions), ())
    result.return_, result.order, result.line, result.role = str(found), state.order, state.line, state.role
    return result


def of_closed(app: App, options: Options) -> PurgeResult:
    """Purge every return that was closed so long ago. Raises SomeFailed, with the result, where one can't be."""
    plans: list[Deletion] = []
    failed: list[NotPurged] = []
    for reference in app.workspace.references():
        try:
            state = app.workspace.state(reference)
        except ReturnctlError as error:
            failed.append(_not_purged(str(reference), error))
            continue
        if state.closed and _days_since(app, state) >= (options.older_than or 0):
            plans.append(_plan(app, reference, state, options))
    plans = [plan for plan in plans if plan.files]
    _ask(app, plans)
    done: list[Deletion] = []
    for plan in plans:
        try:
            done += _deletions(app, [plan], options)
        except ReturnctlError as error:
            failed.append(_not_purged(plan.return_, error))
    result = _result(app, done, failed)
    if failed:
        names = ", ".join(one.return_ for one in failed)
        raise SomeFailed(
            f"Not purged: {names}.", hint="look at one with `returnctl verify RETURN`", result=result
        )
    return result


def _plan(app: App, reference: Reference, state: State, options: Options) -> Deletion:
    folder = app.workspace.folder(reference)
    found = dict(_everything(folder) if options.everything else _gathered(folder, state))
    return Deletion(
        return_=str(reference),
        directory=str(folder.absolute()),
        closed=state.closed.outcome if state.closed else None,
        files=tuple(found),
        bytes=sum(found.values()),
        everything=options.everything,
    )


def _gathered(folder: Path, state: State) -> Iterator[tuple[str, int]]:
    """What lies in our folders, but for what ends a doubt, and what an open return still has to hand over."""
    needed = {doubt.body for doubt in state.doubts}
    if not state.closed:
        needed |= {name for item in state.waiting for name in item.files}
    for top in FOLDERS:
        yield from (found for found in files.below(folder, top) if found[0] not in needed)


def _everything(folder: Path) -> Iterator[tuple[str, int]]:
    """The record is last: as long as it is there, what an interruption left is found again."""
    tops = sorted(path.name for path in folder.iterdir())
    for top in sorted(tops, key=lambda name: name == NAME):
        yield from files.below(folder, top)


def _ask(app: App, plans: list[Deletion]) -> None:
    if app.options.dry_run or not any(plan.files for plan in plans):
        return
    question = f"Delete {_in_words(plans[0])}?"
    if len(plans) > 1:
        for plan in plans:
            app.say(f"{_in_words(plan)[0].upper()}{_in_words(plan)[1:]}")
        question = f"Delete all this, {_size(sum(plan.bytes for plan in plans))}?"
    if not app.confirm(question):
        raise Declined("Nothing was deleted.")


def _deletions(app: App, plans: list[Deletion], options: Options) -> Iterator[Deletion]:
    for plan in plans:
        if not plan.files:
            continue
        yield plan if app.options.dry_run else _delete(app, plan, options)


def _delete(app: App, plan: Deletion, options: Options) -> Deletion:
    """Note it, then do it: what is noted and not done yet is done by the next purge."""
    reference = from_folder(Path(plan.directory).name)
    assert reference is not None
    with app.workspace.hold(reference):
        record = app.workspace.record(reference)
        if plan.closed and not record.state.closed:
            raise Refused(
                f"Return {reference} was opened again in the meantime.", hint="close it first, or leave it"
            )
        plan = _plan(app, reference, record.state, options)
        record.append(app.moment(record.state).isoformat(timespec="seconds"), Purged(files=plan.files))
        folder = app.workspace.folder(reference)
        for name in plan.files:
            files.remove(folder, name)
        if options.everything:
            _remove_empty(folder)
    return plan


def _remove_empty(folder: Path) -> None:
    for here, _, __ in os.walk(folder, topdown=False):
        with contextlib.suppress(OSError):  # somebody put a file there just now
            Path(here).rmdir()


def _days_since(app: App, state: State) -> int:
    closed = date.fromisoformat((state.closed_at or "")[:10])
    return (app.today(state) - closed).days


def _result(app: App, done: list[Deletion], failed: Iterable[NotPurged]) -> PurgeResult:
    would = tuple(_would(plan) for plan in done) if app.options.dry_run else ()
    return PurgeResult(purged=tuple(done), failed=tuple(failed), dry_run=app.options.dry_run, would=would)


def _would(plan: Deletion) -> Would:
    return Would(
        service="this machine",
        method="delete",
        target=plan.directory,
        summary=f"delete {_in_words(plan)}",
        files=plan.files,
    )


def _not_purged(name: str, error: ReturnctlError) -> NotPurged:
    return NotPurged(return_=name, code=error.code, message=error.message)


def _in_words(plan: Deletion) -> str:
    counts = Counter(name.partition("/")[0] for name in plan.files)
    what = ", ".join(f"{top} ({count})" for top, count in counts.items())
    whole = "the whole folder with its record: " if plan.everything else ""
    ended = f" ({plan.closed})" if plan.closed else " (open)"
    return f"{whole}{what}, {_size(plan.bytes)}, of return {plan.return_}{ended}"


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{count / 1e3:.0f} kB"
