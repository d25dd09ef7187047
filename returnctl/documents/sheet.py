"""The contact sheet: the whole photo set at a glance, each picture with its view and verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

from returnctl.documents.page import Pen, prepare, verdict_badge, wrap
from returnctl.documents.thumbnail import thumbnail

Picture = tuple[str, str, bytes]
"""View, verdict (`accepted`, `warned`, `rejected`), and the picture as JPEG, PNG or WebP."""

_MARGIN = 40.0
_HEAD = 46.0
_GAP = 14.0
_CAPTION = 20.0
_GRIDS = ((2, 3), (3, 4), (4, 5))


class _Cell(NamedTuple):
    x: float
    y: float
    width: float
    height: float


def contact_sheet(pictures: Sequence[Picture], title: str, *, paper: Literal["a4", "letter"] = "a4") -> bytes:
    """A PDF of one page with up to 20 pictures in their order, of more pages with more.

    A picture that can't be read has an empty frame that says so. Verdicts are told in words, not colours.
    Equal pictures give equal bytes; nothing of their metadata is taken over.
    """
    columns, rows = next((grid for grid in _GRIDS if len(pictures) <= math.prod(grid)), _GRIDS[-1])
    pen = Pen(paper, prepare(title))
    per_page = columns * rows
    for start in range(0, max(len(pictures), 1), per_page):
        if start:
            pen.next_page()
        _head(pen, title, len(pictures))
        for n, picture in enumerate(pictures[start : start + per_page]):
            _draw(pen, _cell(pen, n, columns, rows), picture)
    return pen.finish()


def _head(pen: Pen, title: str, count: int) -> None:
    for line in wrap(prepare(title), pen.width - 2 * _MARGIN - 90, size=13, lines=1, style="bold"):
        pen.text(_MARGIN, _MARGIN + 12, line, size=13, style="bold")
    words = {0: "No photos yet", 1: "1 photo"}.get(count, f"{count} photos")
    pen.text_right(pen.width - _MARGIN, _MARGIN + 12, words, size=10)
    pen.rule(_MARGIN, _MARGIN + 24, pen.width - 2 * _MARGIN, weight=1)


def _cell(pen: Pen, n: int, columns: int, rows: int) -> _Cell:
    width = (pen.width - 2 * _MARGIN - (columns - 1) * _GAP) / columns
    height = (pen.height - 2 * _MARGIN - _HEAD - (rows - 1) * _GAP) / rows
    x = _MARGIN + n % columns * (width + _GAP)
    y = _MARGIN + _HEAD + n // columns * (height + _GAP)
    return _Cell(x, y, width, height)


def _draw(pen: Pen, cell: _Cell, picture: Picture) -> None:
    view, verdict, data = picture
    frame = cell._replace(height=cell.height - _CAPTION)
    thumb = thumbnail(data, frame.width, frame.height)
    if thumb is None:
        pen.box(*frame, weight=0.5)
        pen.text(frame.x + 10, frame.y + 20, "This picture can't be read.", size=8.5)
    else:
        jpeg, width, height = thumb
        x, y = frame.x + (frame.width - width) / 2, frame.y + frame.height - height
        pen.picture(x, y, width, height, jpeg)
        pen.box(x, y, width, height, weight=0.4)
    _caption(pen, cell, prepare(view), prepare(verdict))


def _caption(pen: Pen, cell: _Cell, view: str, verdict: str) -> None:
    """The view on the left, the verdict on the right: boxed when warned, white on black when rejected."""
    baseline = cell.y + cell.height - 6
    room = pen.badge_right(cell.x + cell.width, baseline, verdict, size=8, kind=verdict_badge(verdict))
    for line in wrap(view, cell.width - room - 6, size=9, lines=1, style="bold"):
        pen.text(cell.x, baseline, line, size=9, style="bold")
