"""What can be wrong with a picture: one struct, one table of codes, and the error that carries one."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from returnctl.errors import Refused

Severity = Literal["reject", "warn", "hint"]

# A picture with one of these can't be sent whatever a person says: there is nothing to make a copy from.
NOT_OVERRULABLE: Final = frozenset({"unreadable", "too-large", "animated"})


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong with a picture.

    `code` is a word of the command line's contract, `message` says in plain words what to do about it.
    `measured` and `limit` are in the unit that `quality.LIMITS` names for the code; None where nothing was
    measured.
    """

    code: str
    severity: Severity
    message: str
    measured: float | None = None
    limit: float | None = None


class BadPicture(Refused):
    """A file that can't be opened as a picture. `problem` is what a judgement of it says."""

    def __init__(self, problem: Problem, *, name: str) -> None:
        super().__init__(f"{name}: {problem.message}", hint="Give a JPEG, HEIC, PNG or WEBP picture.")
        self.problem = problem


def unreadable(message: str) -> Problem:
    """A file that is no picture, or not a whole one."""
    return Problem(code="unreadable", severity="reject", message=message)


def too_large(message: str, *, measured: float, limit: float) -> Problem:
    """A picture beyond what is decoded here. `measured` and `limit` are megapixels, or megabytes."""
    return Problem(
        code="too-large", severity="reject", message=message, measured=round(measured, 1), limit=limit
    )
