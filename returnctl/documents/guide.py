"""Steps under titles, on paper: to lay beside the device while one works on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from returnctl.documents.page import Pen, prepare, wrap

_MARGIN = 54.0
_INDENT = 20.0
_SIZE = 10.5
_LEADING = 15.0
_MOST_LINES = 12

#: A title and its steps.
Part = tuple[str, Sequence[str]]


def guide_pages(title: str, parts: Sequence[Part], *, paper: Literal["a4", "letter"] = "a4") -> bytes:
    """A PDF of as many pages as it takes; a title is never the last line of a page. Equal words give equal bytes."""
    writer = _Writer(Pen(paper, prepare(title)))
    writer.heading(title)
    for name, steps in parts:
        writer.part(name, steps)
    return writer.finish()


class _Writer:
    """Goes down the page, and on to the next one."""

    def __init__(self, pen: Pen) -> None:
        self._pen = pen
        self._width = pen.width - 2 * _MARGIN
        self._page = 1
        self._y = _MARGIN

    def heading(self, title: str) -> None:
        for line in wrap(prepare(title), self._width, size=18, lines=2, style="bold"):
            self._y += 22
            self._pen.text(_MARGIN, self._y, line, size=18, style="bold")
        self._y += 10
        self._pen.rule(_MARGIN, self._y, self._width, weight=1)

    def part(self, name: str, steps: Sequence[str]) -> None:
        broken = [self._broken(step) for step in steps]
        self._room(2.4 * _LEADING + len(broken[0]) * _LEADING if broken else 2.4 * _LEADING)
        self._y += 1.8 * _LEADING
        for line in wrap(prepare(name), self._width, size=12.5, lines=1, style="bold"):
            self._pen.text(_MARGIN, self._y, line, size=12.5, style="bold")
        self._y += 4
        for number, lines in enumerate(broken, 1):
            self._step(str(number) if len(broken) > 1 else "–", lines)

    def _step(self, mark: str, lines: list[str]) -> None:
        self._room(len(lines) * _LEADING)
        for row, line in enumerate(lines):
            self._y += _LEADING
            if row == 0:
                self._pen.text(_MARGIN, self._y, mark, size=_SIZE)
            self._pen.text(_MARGIN + _INDENT, self._y, line, size=_SIZE)
        self._y += 3

    def _broken(self, step: str) -> list[str]:
        return wrap(prepare(step), self._width - _INDENT, size=_SIZE, lines=_MOST_LINES)

    def _room(self, height: float) -> None:
        if self._y + height <= self._pen.height - _MARGIN - _LEADING:
            return
        self._number()
        self._pen.next_page()
        self._page += 1
        self._y = _MARGIN

    def _number(self) -> None:
        self._pen.text_right(self._pen.width - _MARGIN, self._pen.height - _MARGIN, str(self._page), size=9)

    def finish(self) -> bytes:
        if self._page > 1:
            self._number()
        return self._pen.finish()
