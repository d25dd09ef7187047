"""What became of one row: small, and with no secret and no picture in it, for it may come from another machine."""

from __future__ import annotations

from msgspec import Struct

from returnctl.result import Would

PENDING = 8
#: The exit code of a command that the person ended.
INTERRUPTED = 130


class Outcome(Struct, frozen=True, kw_only=True):
    """`step` is the last one that was tried; `exit` and `code` are those that its command would end with.

    `doubt`: a purchase of this return has no known outcome. `would` is what a dry run found, step by step.
    """

    line: int
    name: str
    step: str | None = None
    exit: int = 0
    code: str = "done"
    message: str = ""
    hint: str | None = None
    sent: bool = False
    doubt: bool = False
    tracking_number: str | None = None
    price: dict[str, str] | None = None
    next: str | None = None
    due: str | None = None
    would: tuple[Would, ...] = ()

    @property
    def failed(self) -> bool:
        return self.exit not in (0, PENDING)

    @property
    def pending(self) -> bool:
        return self.exit == PENDING
