"""What was looked at and how it stands: a line for a person, an object for a script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

MARKS = {"ok": "✓", "note": "–", "problem": "✗"}


class Check(Struct, frozen=True, kw_only=True):
    """`state` is `ok`, `note` (worth knowing, nothing to mend) or `problem`; `hint` is the way out."""

    name: str
    state: str
    message: str
    hint: str | None = None


def problems(checks: Iterable[Check]) -> list[Check]:
    return [check for check in checks if check.state == "problem"]


def lines(checks: Iterable[Check]) -> Iterator[str]:
    """A line for each, and one more for a hint."""
    checks = list(checks)
    width = max((len(check.name) for check in checks), default=0)
    for check in checks:
        yield f"{MARKS[check.state]} {check.name:{width}}  {check.message}"
        if check.hint:
            yield f"  {'':{width}}  {check.hint}"
