"""Whether a return's record and files are as they were written. Changes nothing, asks nobody."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from returnctl import checks
from returnctl.app import App
from returnctl.checks import Check, problems
from returnctl.errors import Damaged, DiskTrouble, Failed
from returnctl.output import Table
from returnctl.result import Result
from returnctl.returns.examination import Examined, examine
from returnctl.returns.record import damaged
from returnctl.returns.reference import Reference


class VerifyResult(Result, kw_only=True):
    """`events` is how many stand unbroken from the first one on, `until` the time of the last of them."""

    intact: bool
    record: tuple[Check, ...]
    files: tuple[Check, ...]
    events: int
    until: str | None
    purged_at: str | None
    #: Whether a person sees every file, or the damaged ones and a count.
    every: bool = False

    def document(self) -> dict[str, object]:
        content = super().document()
        del content["every"]
        return content

    def for_people(self) -> Iterable[str | Table]:
        yield from checks.lines([*self.record, *self._files()])

    def _files(self) -> Iterable[Check]:
        if self.purged_at:
            words = f"Pictures and papers were deleted on {self.purged_at[:10]}."
            yield Check(name="purged", state="note", message=words)
        bad = problems(self.files)
        yield from self.files if self.every else bad
        good = len(self.files) - len(bad)
        if good and not self.every:
            words = f"{good} file{'s are' if good > 1 else ' is'} what was kept or sent."
            yield Check(name="files", state="ok", message=words)


def run(app: App, reference: Reference) -> VerifyResult:
    """Raises Damaged, with the result, where anything is not as it was written."""
    found = app.workspace.find(reference)
    folder = app.workspace.folder(found)
    examined = examine(folder)
    if _is_bad(examined) and not app.options.dry_run:
        examined = _with_nobody_at_it(app, found, folder)
    result = _result(app, found, examined)
    if _is_bad(examined):
        raise _error(found, folder, examined, result)
    return result


def _is_bad(examined: Examined) -> bool:
    return bool(problems([*examined.record, *examined.files]))


def _with_nobody_at_it(app: App, reference: Reference, folder: Path) -> Examined:
    """Once more, while no other process writes: a file may have been replaced before the record said so."""
    try:
        with app.workspace.hold(reference):
            return examine(folder)
    except (DiskTrouble, Failed):  # a disk that can only be read has no locks, and no writers
        return examine(folder)


def _result(app: App, reference: Reference, examined: Examined) -> VerifyResult:
    state = examined.state
    return VerifyResult(
        return_=str(reference),
        order=reference.order,
        line=state.line,
        role=state.role,
        intact=not _is_bad(examined),
        record=tuple(examined.record),
        files=tuple(examined.files),
        events=examined.events,
        until=examined.until,
        purged_at=state.purged_at,
        every=app.options.verbose > 0,
        dry_run=app.options.dry_run,
    )


def _error(reference: Reference, folder: Path, examined: Examined, result: VerifyResult) -> Damaged:
    if not problems(examined.record):
        names = [check.name for check in problems(examined.files)]
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        return Damaged(
            f"Return {reference}: not as it was kept: {', '.join(names[:3])}{more}.",
            hint="put them back from a back-up; the record itself is sound, and so is what was sent",
            result=result,
        )
    sound = (
        f"sound up to event {examined.events} ({examined.until})"
        if examined.events
        else "not one event is sound"
    )
    error = damaged(folder / "return.json", sound)
    error.result = result
    return error
