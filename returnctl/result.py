"""What a command hands back: the same values for JSON, for people, and for batches."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    from returnctl.output import Line, Table

SCHEMA = 1


class Next(Struct, frozen=True, kw_only=True):
    """The step to do next, as a command ready to run, and when it is due (RFC 3339 or a date)."""

    step: str
    command: tuple[str, ...]
    due: str | None = None


class Would(Struct, frozen=True, kw_only=True):
    """Something that a dry run would send. `cost` is money or None."""

    service: str
    method: str
    target: str
    summary: str
    files: tuple[str, ...] = ()
    cost: dict[str, str] | None = None


class Result(Struct, kw_only=True, rename={"return_": "return"}):
    """The keys that every result has; null where a command works on no single return.

    `sent`: did anything go out; `needed`: is this step asked for, for this kind and market. Subclasses add their
    keys and say how a person sees them.
    """

    return_: str | None = None
    order: str | None = None
    line: str | None = None
    role: str | None = None
    sent: bool = False
    needed: bool = True
    next: Next | None = None
    dry_run: bool = False
    would: tuple[Would, ...] = ()

    def document(self) -> dict[str, Any]:
        """The JSON document: `schema` first; `dry_run` and `would` only in a dry run."""
        content = {"schema": SCHEMA, **msgspec.to_builtins(self)}
        if not self.dry_run:
            del content["dry_run"], content["would"]
        return content

    def for_people(self) -> Iterable[str | Line | Table]:
        """Lines and tables for standard output."""
        return ()

    def plan(self) -> list[str]:
        """The lines of a dry run."""
        if not self.dry_run:
            return []
        if not self.would:
            return ["Nothing would be sent."]
        return [
            f"Would {would.summary} ({f'{would.method} {would.target}'.strip()})"
            + (f": {', '.join(would.files)}" if would.files else "")
            for would in self.would
        ]
