"""Hands whole sets to the steps that judge them once more, record and send them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from msgspec import Struct

from returnctl.app import App
from returnctl.capture.session import Entry, Session
from returnctl.capture.slots import STEPS
from returnctl.errors import ReturnctlError
from returnctl.result import Result
from returnctl.returns.reference import Reference
from returnctl.steps import disconnect_proof, imei, photos, ship

#: Ends of a step after which the pictures are the step's: done, and waiting to be pasted.
_TAKEN = (0, 8)


class Handed(Struct, frozen=True, kw_only=True):
    """What became of one set: the step's result as far as it got, and its error where there was one."""

    step: str
    result: Result | None = None
    error: ReturnctlError | None = None

    @property
    def exit(self) -> int:
        return self.error.exit if self.error else 0

    def document(self) -> dict[str, Any]:
        error = self.error
        return {
            "step": self.step,
            "exit": self.exit,
            "code": error.code if error else None,
            "message": error.message if error else None,
            "result": self.result.document() if self.result else None,
        }


def hand_over(app: App, reference: Reference, session: Session, purposes: Iterable[str]) -> list[Handed]:
    """Run the step of each purpose with the pictures of its slots. What a step did not take stays where it is."""
    handed = []
    for purpose in purposes:
        entries = session.of(purpose)
        done = _run(STEPS[purpose], lambda p=purpose, e=entries: _OF[p](app, reference, e))  # type: ignore[misc]
        if done.exit in _TAKEN:
            for entry in entries:
                session.release(entry)
        handed.append(done)
    return handed


def gravest(handed: Iterable[Handed]) -> ReturnctlError | None:
    """The error to end with: one that needs something done goes before one that only waits."""
    errors = [one.error for one in handed if one.error]
    return next((error for error in errors if error.exit != 8), errors[0] if errors else None)


def _run(step: str, call: Callable[[], Result]) -> Handed:
    try:
        return Handed(step=step, result=call())
    except ReturnctlError as error:
        return Handed(step=step, result=error.result, error=error)


def _photos(app: App, reference: Reference, entries: Iterable[Entry]) -> Result:
    entries = list(entries)
    options = photos.Options(
        explicit={entry.slot.what: entry.file for entry in entries if entry.file},
        without=tuple(entry.slot.what for entry in entries if entry.left_out),
        accept=tuple(entry.slot.what for entry in entries if entry.as_it_is),
    )
    return photos.run(app, reference, options)


def _imei(app: App, reference: Reference, entries: Iterable[Entry]) -> Result:
    return imei.run(app, reference, imei.Options(images=_files(entries)))


def _proof(app: App, reference: Reference, entries: Iterable[Entry]) -> Result:
    """Each file is named for its account, which is how the step knows it."""
    return disconnect_proof.run(app, reference, disconnect_proof.Options(files=_files(entries)))


def _parcel(app: App, reference: Reference, entries: Iterable[Entry]) -> Result:
    sides = {entry.slot.what: entry.file for entry in entries}
    options = ship.Options(inside=sides.get("inside"), outside=sides.get("outside"))
    return ship.run(app, reference, options)


def _files(entries: Iterable[Entry]) -> tuple[Path, ...]:
    return tuple(entry.file for entry in entries if entry.file)


_OF: dict[str, Callable[[App, Reference, list[Entry]], Result]] = {
    "photos": _photos,
    "imei": _imei,
    "proof": _proof,
    "parcel": _parcel,
}
