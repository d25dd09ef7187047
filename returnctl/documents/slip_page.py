"""How a slip looks: one calm page, black on white, that tells whose device this is and what is wrong.

Everything is placed by measuring, so nothing overflows, however long a name or a description is. When much is to
be said the type gets smaller; what the page still can't hold ends in an ellipsis. The unlock code is never cut.
"""

from __future__ import annotations

from typing import NamedTuple

from returnctl.documents import fonts
from returnctl.documents.facts import SlipFacts
from returnctl.documents.page import Pen, prepare, wrap
from returnctl.documents.scripts import clean, is_right_to_left

_MARGIN = 54.0
_GUTTER = 24.0
_FOOT = 34.0
_TEXT, _LEADING = 10.5, 14.5
_CAPTION = 8.0
_HEADING = 32.0
_QR_SIDE = 98.0
_BAR_DOTS = 4
_TICK = 20.0
_UNLOCK_HEIGHT = 62.0
_LEAST_ROWS = 3
_MOST_CODE_LINES = 9


class _Type(NamedTuple):
    """The type of the page's lower half, chosen so that everything finds room."""

    size: float
    leading: float
    row: float


_TYPES = (_Type(10.5, 14.5, 21), _Type(9.5, 13, 18), _Type(8.5, 11.5, 16))


class SlipPage:
    """The page while it is drawn: the pen, and how far down it has come."""

    def __init__(self, pen: Pen, facts: SlipFacts) -> None:
        self._pen = pen
        self._facts = facts
        self._width = pen.width - 2 * _MARGIN
        self._column = (self._width - _GUTTER) / 2
        self._y = 0.0
        self._bottom = pen.height - _FOOT - 24

    def draw(self) -> None:
        """Draws the whole page."""
        self._head()
        rows = self._facts.rows()
        for pair in (rows[i : i + 2] for i in range(0, len(rows), 2)):
            self._row(pair)
        self._foot()
        self._unlock()
        self._heading("What the seller needs to know")
        self._row([("Reason", self._facts.reason_in_words), ("Wanted", self._facts.wish_in_words)])
        self._body()

    def _head(self) -> None:
        facts, pen = self._facts, self._pen
        for line in wrap(prepare(facts.marketplace), self._width - 130, size=15, lines=1, style="bold"):
            pen.text(_MARGIN, 66, line, size=15, style="bold")
        pen.text(_MARGIN, 81, "Return slip. Please keep it with the device.", size=9.5)
        pen.text(_MARGIN, 112, "Order number", size=_CAPTION)
        pen.text(_MARGIN - 2, 150, prepare(facts.order), size=42, style="bold")
        pen.code128(_MARGIN, 162, clean(facts.order), height=38, dots=_BAR_DOTS)
        pen.qr(_MARGIN + self._width, 54, clean(facts.order), side=_QR_SIDE)
        pen.rule(_MARGIN, 218, self._width, weight=1.2)
        self._y = 238

    def _row(self, pair: list[tuple[str, str]]) -> None:
        """One or two facts side by side, each under its caption."""
        deepest = 0
        for i, (caption, value) in enumerate(pair):
            x = _MARGIN + i * (self._column + _GUTTER)
            self._pen.text(x, self._y, caption, size=_CAPTION)
            deepest = max(deepest, self._value(x, caption, clean(value)))
        self._y += 18 + deepest * _LEADING

    def _value(self, x: float, caption: str, value: str) -> int:
        """Draws a value and returns its lines. A name whose script no font has gets a line to write it on."""
        if caption == "Name" and fonts.missing(value):
            self._pen.rule(x, self._y + 19, self._column, weight=0.6)
            self._pen.text(x, self._y + 30, "Please write the name here by hand.", size=7.5)
            return 2
        lines = wrap(prepare(value), self._column, size=_TEXT, lines=3)
        for n, line in enumerate(lines):
            self._pen.text(x, self._y + 14 + n * _LEADING, line, size=_TEXT)
        return len(lines)

    def _heading(self, words: str) -> None:
        self._pen.rule(_MARGIN, self._y - 6, self._width)
        self._pen.text(_MARGIN, self._y + 12, words, size=11.5, style="bold")
        self._y += _HEADING

    def _foot(self) -> None:
        facts = self._facts
        foot = f"Order {prepare(facts.order_and_line)}. Keep a copy or a photo of this page."
        told = (facts.device, facts.seller or "", facts.description, *facts.notes, *facts.packing)
        if any(fonts.missing(clean(words)) for words in told):
            foot += f" {fonts.UNSHOWN} stands for letters that can't be printed."
        self._pen.text(_MARGIN, self._pen.height - _FOOT, foot, size=8)

    def _unlock(self) -> None:
        """The unlock code's box, at the foot of the page where it can be cut off."""
        code, lock = self._facts.unlock_code, prepare(self._facts.lock_screen or "")
        if not code and not lock:
            return
        top = self._bottom - _UNLOCK_HEIGHT
        self._pen.box(_MARGIN, top, self._width, _UNLOCK_HEIGHT, weight=1.2)
        self._pen.text(_MARGIN + 12, top + 17, "Unlock code, for testing the device", size=_CAPTION)
        for n, line in enumerate(wrap(lock, self._width / 2 - 24, size=9.5, lines=3)):
            self._pen.text(_MARGIN + self._width / 2 + 12, top + 17 + n * 13, line, size=9.5)
        if code and fonts.shows_all(code):
            self._code(code, top + 22, room=self._width / 2 - 12 if lock else self._width - 24)
        else:
            self._pen.rule(_MARGIN + 12, top + 46, self._width / 2 - 36, weight=0.6)
            self._pen.text(_MARGIN + 12, top + 56, "Please write it here by hand.", size=7.5)
        self._bottom = top - 12

    def _code(self, code: str, top: float, *, room: float) -> None:
        """The whole code, in smaller type the longer it is."""
        for size in (24, 18, 14, 11, 9, 7):
            lines = wrap(code, room, size=size, lines=_MOST_CODE_LINES, style="mono")
            if len(lines) * size * 1.05 + size / 4 <= _UNLOCK_HEIGHT - 26:
                break
        for n, line in enumerate(lines):
            self._pen.text(_MARGIN + 12, top + (n + 1) * size * 1.05, line, size=size, style="mono")

    def _body(self) -> None:
        """The description, the notes and the packing list, in the largest type that has room for them all."""
        room = self._bottom - self._y
        for kind in _TYPES:
            told = self._told(kind)
            packing = _PackingList(self._facts.packing, self._column, kind)
            if len(told) * kind.leading + 8 + packing.height(len(packing.rows)) <= room:
                break
        kept = int((room - 8 - packing.height(_LEAST_ROWS)) // kind.leading)
        for line in _first(told, max(kept, 1)):
            x = (
                _MARGIN + self._width - fonts.width(line, "regular", kind.size)
                if is_right_to_left(line)
                else _MARGIN
            )
            self._pen.text(x, self._y + 3, line, size=kind.size)
            self._y += kind.leading
        self._y += 8
        self._packing(packing, kind)

    def _told(self, kind: _Type) -> list[str]:
        """The lines of the description and of the notes."""
        told = wrap(prepare(self._facts.description), self._width, size=kind.size, lines=40)
        for note in self._facts.notes:
            lines = wrap(prepare(note), self._width - 10, size=kind.size, lines=3)
            told += [f"{'   ' if n else '• '}{line}" for n, line in enumerate(lines)]
        return told

    def _packing(self, packing: _PackingList, kind: _Type) -> None:
        if not packing.rows:
            return
        self._heading("In this parcel")
        for row in packing.rows_within(self._bottom - self._y):
            for i, lines in enumerate(row):
                x = _MARGIN + i * (self._column + _GUTTER)
                self._pen.box(x, self._y - kind.size * 0.8, kind.size + 0.5, kind.size + 0.5)
                for n, line in enumerate(lines):
                    self._pen.text(x + _TICK, self._y + 1 + n * packing.leading, line, size=kind.size)
            self._y += packing.row_height(row)


class _PackingList:
    """What goes into the parcel, in rows of two items, each item in one or two lines."""

    def __init__(self, items: tuple[str, ...], column: float, kind: _Type) -> None:
        self.leading = kind.size * 1.2
        self._row = kind.row
        texts = [text for text in map(prepare, items) if text]
        cells = [wrap(text, column - _TICK, size=kind.size, lines=2) for text in texts]
        self.rows = [cells[i : i + 2] for i in range(0, len(cells), 2)]

    def row_height(self, row: list[list[str]]) -> float:
        """A row's height."""
        return self._row + self.leading * (max(len(lines) for lines in row) - 1)

    def height(self, rows: int) -> float:
        """What its first rows take with the heading."""
        return _HEADING + sum(map(self.row_height, self.rows[:rows])) if self.rows else 0

    def rows_within(self, room: float) -> list[list[list[str]]]:
        """The rows that fit; where some don't, the last item says how many more there are."""
        shown: list[list[list[str]]] = []
        for row in self.rows:
            room -= self.row_height(row)
            if room < 0 and shown:
                left = sum(len(row) for row in self.rows[len(shown) :]) + 1
                shown[-1] = [shown[-1][0], [f"and {left} more"]]
                break
            shown.append(row)
        return shown


def _first(lines: list[str], count: int) -> list[str]:
    """The first lines, the last one with an ellipsis where more follow."""
    return lines if len(lines) <= count else [*lines[: count - 1], f"{lines[count - 1].rstrip('.')} …"]
