"""The parcel's way, drawn: a line with a mark for each place it was seen at, the time between them on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from returnctl.documents import fonts
from returnctl.documents.page import Pen, wrap

#: A status, and when: `2026-11-24 21:42`, or a date.
Scan = tuple[str, str]

_PER_ROW = 6
_ROW = 62.0
_RADIUS = 4.0
_TROUBLE = ("exception", "returned", "cancelled")


def line_height(scans: Sequence[Scan]) -> float:
    """How much room `draw_line` takes."""
    return -(-len(scans) // _PER_ROW) * _ROW


def draw_line(pen: Pen, x: float, y: float, width: float, scans: Sequence[Scan]) -> None:
    """Draws the scans in their order from `x`, `y` on, to the right and down; a filled square is trouble."""
    step = width / min(max(len(scans), 2), _PER_ROW)
    for n, (status, at) in enumerate(scans):
        centre = x + (n % _PER_ROW) * step + step / 2
        level = y + n // _PER_ROW * _ROW + 28
        if n % _PER_ROW < _PER_ROW - 1 and n + 1 < len(scans):
            pen.rule(centre + _RADIUS, level, step - 2 * _RADIUS, weight=1.2)
            _centred(pen, centre + step / 2, level - 4, _between(at, scans[n + 1][1]), 6.5, step)
        if status in _TROUBLE:
            pen.block(centre - _RADIUS, level - _RADIUS, 2 * _RADIUS)
        else:
            pen.dot(centre, level, _RADIUS, filled=n == len(scans) - 1)
        _centred(pen, centre, level - 12, status.replace("-", " "), 7.2, step, bold=True)
        day, _, clock = at.partition(" ")
        _centred(pen, centre, level + 15, day, 7.5, step)
        _centred(pen, centre, level + 24, clock, 7, step)


def _centred(
    pen: Pen, centre: float, y: float, words: str, size: float, room: float, *, bold: bool = False
) -> None:
    style: fonts.Style = "bold" if bold else "regular"
    for line in wrap(words, room - 4, size=size, lines=1, style=style):
        pen.text(centre - fonts.width(line, style, size) / 2, y, line, size=size, style=style)


def _between(one: str, other: str) -> str:
    """The time from one scan to the next, where both are known to the minute or both are days."""
    if len(one) != len(other):
        return ""
    try:
        passed = datetime.fromisoformat(other) - datetime.fromisoformat(one)
    except ValueError:
        return ""
    hours = passed.total_seconds() / 3600
    if hours < 0:
        return ""
    return f"{hours / 24:.0f} d" if hours >= 36 else f"{hours:.0f} h" if hours >= 1 else ""
