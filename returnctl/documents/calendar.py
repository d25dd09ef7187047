"""Deadlines for a calendar program, as iCalendar (RFC 5545)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec import Struct

_LINE_BYTES = 75


class Entry(Struct, frozen=True, kw_only=True):
    """`name` stays the same when the day moves, so that a calendar moves its entry; `due` is a date or a time."""

    name: str
    due: str
    summary: str


def calendar(entries: Iterable[Entry], written: datetime) -> bytes:
    """The file. A time in `due` has an offset; `written` is when this was worked out."""
    stamp = _utc(written)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//returnctl//deadlines//EN"]
    for entry in entries:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{entry.name}@returnctl",
            f"DTSTAMP:{stamp}",
            _starts(entry.due),
            f"SUMMARY:{_escaped(entry.summary)}",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _starts(due: str) -> str:
    if len(due) == len("2026-11-23"):
        return f"DTSTART;VALUE=DATE:{due.replace('-', '')}"
    return f"DTSTART:{_utc(datetime.fromisoformat(due))}"


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    return re.sub(r"([\\;,])", r"\\\1", text)


def _folded(line: str) -> bytes:
    """A line that is too long goes on in the next one, after a space; ours are ASCII."""
    rest, parts = line.encode("ascii", "replace"), []
    while len(rest) > _LINE_BYTES:
        parts.append(rest[:_LINE_BYTES])
        rest = b" " + rest[_LINE_BYTES:]
    return b"\r\n".join([*parts, rest]) + b"\r\n"
