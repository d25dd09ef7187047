"""RETURN, the name of what a command works on: `ORDER`, `ORDER/LINE`, `ORDER/LINE~2` or `ORDER~2`."""

from __future__ import annotations

import re

from msgspec import Struct

from returnctl.errors import Usage

_FORM = re.compile(r"#?\s*(?P<order>[0-9]{1,12})(?:/(?P<line>[0-9]{1,12}))?(?:~(?P<number>[1-9][0-9]{0,2}))?")
_FOLDER = re.compile(r"(?P<order>[0-9]{1,12})(?:-(?P<line>[0-9]{1,12}))?(?:~(?P<number>[1-9][0-9]{0,2}))?")
_TRADE_IN = re.compile(r"[A-Z]{2}-[0-9]+-[A-Z]+")


class Reference(Struct, frozen=True):
    """One return: the order, its line where an order has several devices, and which return of it this is.

    Without a `number` it is whichever there is; `ORDER~1` is the first one alone.
    """

    order: str
    line: str | None = None
    number: int | None = None

    def __str__(self) -> str:
        line = f"/{self.line}" if self.line else ""
        return f"{self.order}{line}{self._nth}"

    @property
    def in_full(self) -> str:
        """With its number even where it is the first: `10000001~1`."""
        return f"{self}~1" if self.number == 1 else str(self)

    @property
    def folder(self) -> str:
        """The name of the return's folder in the workspace."""
        line = f"-{self.line}" if self.line else ""
        return f"{self.order}{line}{self._nth}"

    @property
    def _nth(self) -> str:
        return f"~{self.number}" if self.number and self.number > 1 else ""


def looks_like_return(text: str) -> bool:
    """Whether a first positional is a RETURN (or a trade-in id, which deserves its own sentence) and no file."""
    text = text.strip()
    return bool(_FORM.fullmatch(text) or _TRADE_IN.fullmatch(text))


def parse_reference(text: str) -> Reference:
    """Read RETURN as a person types it; a leading `#` and spaces are allowed.

    Raises Usage for anything else, with a sentence of its own for a trade-in id.
    """
    text = text.strip()
    if _TRADE_IN.fullmatch(text):
        raise Usage(
            f"{text} is a trade-in id: a device that you sell to the marketplace, not an order that you return.",
            hint="use the number of the order that you bought: digits only, such as 10000001",
        )
    match = _FORM.fullmatch(text)
    if not match:
        raise Usage(
            f"“{text[:40]}” is not an order number.",
            hint="an order number is 1 to 12 digits; ORDER/LINE names one device of several",
        )
    return Reference(match["order"], match["line"], int(match["number"]) if match["number"] else None)


def from_folder(name: str) -> Reference | None:
    """The return that a folder of this name holds, or None where the name is not one of ours."""
    match = _FOLDER.fullmatch(name)
    if not match:
        return None
    found = Reference(match["order"], match["line"], int(match["number"] or 1))
    return found if found.folder == name else None
