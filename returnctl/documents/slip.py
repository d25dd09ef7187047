"""The slip for the parcel: one calm page that tells the seller whose device this is and what is wrong.

Everything is placed by measuring: nothing overflows, however long a name or a description is. What a page
can't hold ends in an ellipsis, the unlock code and the numbers excepted, which are never cut.
"""

from __future__ import annotations

import textwrap
from typing import Literal

import msgspec

from returnctl.documents import fonts
from returnctl.documents.facts import SlipFacts
from returnctl.documents.page import Pen, prepare, wrap
from returnctl.documents.scripts import clean

__all__ = ["Slip", "SlipFacts", "draw_slip", "slip_text"]

_MARGIN = 54.0
_GUTTER = 24.0
_TEXT = 10.5
_LEADING = 14.5
_CAPTION = 8.0
_QR_SIDE = 96.0
_CODE_BAR = 4
_COLUMNS = 60
_HEADING = 32.0
_ITEM = 10.0
_TICK = 20.0
_LEAST_ROWS = 4
_LEAST_DESCRIPTION = 4


class Slip(msgspec.Struct, frozen=True, kw_only=True):
    """A drawn slip: the PDF's bytes, and its pages with the invoice's."""

    data: bytes
    pages: int


def draw_slip(facts: SlipFacts, *, paper: Literal["a4", "letter"], invoice: bytes | None = None) -> Slip:
    """The slip as PDF, the pages of `invoice` (a PDF) behind it. Equal facts give equal bytes.

    Raises `Refused` where the invoice can't be used.
    """
    pen = Pen(paper, f"Return slip {clean(facts.order)}")
    _Page(pen, facts).draw()
    data = pen.finish()
    if invoice is None:
        return Slip(data=data, pages=1)
    from returnctl.documents.invoice import append_invoice

    joined, pages = append_invoice(data, invoice, paper=paper)
    return Slip(data=joined, pages=pages)


def slip_text(facts: SlipFacts) -> str:
    """What to write by hand where there is no printer: plain text, at most 60 columns, without the code."""
    lines = [f"Return to {clean(facts.seller or facts.marketplace)}", f"Order: {clean(facts.order)}"]
    lines += [f"{caption}: {clean(value)}" for caption, value in facts.rows()]
    lines += [f"Reason: {clean(facts.reason_in_words)}", f"Wanted: {clean(facts.wish_in_words)}"]
    if clean(facts.description):
        lines += ["", clean(facts.description)]
    lines += [f"- {clean(note)}" for note in facts.notes if clean(note)]
    if facts.packing:
        lines += ["", "In this parcel:", *(f"[ ] {clean(item)}" for item in facts.packing)]
    lines += ["", "Unlock code: ____________"]
    return "\n".join(_wrap_plain(line) for line in lines) + "\n"


def _wrap_plain(line: str) -> str:
    indent = "    " if line.startswith("[ ] ") else "  "
    return textwrap.fill(line, _COLUMNS, subsequent_indent=indent) if line else ""


class _PackingList:
    """What goes into the parcel, in rows of two items, each item in one or two lines."""

    def __init__(self, items: tuple[str, ...], *, column: float) -> None:
        self.column = column
        texts = [text for text in map(prepare, items) if text]
        cells = [wrap(text, column - _TICK, size=_ITEM, lines=2) for text in texts]
        self.rows = [cells[i : i + 2] for i in range(0, len(cells), 2)]

    @property
    def least_height(self) -> float:
        """The height with which it can do: the heading and its first rows."""
        return sum(map(self.height, self.rows[:_LEAST_ROWS])) + _HEADING if self.rows else 0

    def height(self, row: list[list[str]]) -> float:
        """A row's height."""
        return 9 + 12 * max(len(lines) for lines in row)

    def rows_within(self, room: float) -> list[list[list[str]]]:
        """The rows that fit; where some don't, the last item says how many more there are."""
        shown: list[list[list[str]]] = []
        for row in self.rows:
            room -= self.height(row)
            if room < 0:
                left = sum(len(row) for row in self.rows[len(shown) :]) + 1
                shown[-1] = [*shown[-1][:1], [f"and {left} more"]]
                break
            shown.append(row)
        return shown


class _Page:
    """The slip's page while it is drawn: the pen, and how far down it has come."""

    def __init__(self, pen: Pen, facts: SlipFacts) -> None:
        self.pen = pen
        self.facts = facts
        self.width = pen.width - 2 * _MARGIN
        self.y = 0.0
        self.bottom = pen.height - 58

    def draw(self) -> None:
        self._head()
        self._facts()
        self._unlock()
        packing = _PackingList(self.facts.packing, column=(self.width - _GUTTER) / 2)
        self._seller(packing)
        self._packing(packing)
        self._foot()

    def _head(self) -> None:
        facts, pen = self.facts, self.pen
        room = self.width - _QR_SIDE - _GUTTER
        [marketplace] = wrap(prepare(facts.marketplace), room, size=15, lines=1, style="bold") or [""]
        pen.text(_MARGIN, 66, marketplace, size=15, style="bold")
        pen.text(_MARGIN, 81, "Return slip. Please keep it with the device.", size=9.5)
        pen.text(_MARGIN, 112, "Order number", size=_CAPTION)
        order = prepare(facts.order)
        pen.text(_MARGIN, 150, order, size=42, style="bold")
        pen.code128(_MARGIN, 162, clean(facts.order), height=38, bar=_CODE_BAR * 72 / 203)
        pen.qr(_MARGIN + self.width - _QR_SIDE, 54, clean(facts.order), side=_QR_SIDE)
        pen.rule(_MARGIN, 218, self.width, weight=1.2)
        self.y = 238

    def _facts(self) -> None:
        rows = self.facts.rows()
        for pair in (rows[i : i + 2] for i in range(0, len(rows), 2)):
            self._row(pair)

    def _row(self, pair: list[tuple[str, str]]) -> None:
        column = (self.width - _GUTTER) / 2
        deepest = 0
        for i, (caption, value) in enumerate(pair):
            x = _MARGIN + i * (column + _GUTTER)
            self.pen.text(x, self.y, caption, size=_CAPTION)
            deepest = max(deepest, self._value(x, caption, value, column))
        self.y += 18 + deepest * _LEADING

    def _value(self, x: float, caption: str, value: str, column: float) -> int:
        """Draws a value under its caption and returns its lines."""
        shown = clean(value)
        if caption == "Name" and fonts.missing(shown):
            self.pen.rule(x, self.y + 19, column, weight=0.6)
            self.pen.text(
                x, self.y + 30, "Please write the name by hand: its script can't be printed.", size=7.5
            )
            return 2
        lines = wrap(prepare(value), column, size=_TEXT, lines=3)
        for n, line in enumerate(lines):
            self.pen.text(x, self.y + 14 + n * _LEADING, line, size=_TEXT)
        return len(lines)

    def _seller(self, packing: _PackingList) -> None:
        facts = self.facts
        self._heading("What the seller needs to know")
        self._row([("Reason", facts.reason_in_words), ("Wanted", facts.wish_in_words)])
        notes = [line for note in facts.notes for line in self._bullet(note)]
        room = int((self.bottom - self.y - 8 - packing.least_height) // _LEADING)
        notes = notes[: max(room - _LEAST_DESCRIPTION, 0)]
        lines = max(room - len(notes), 1)
        described = wrap(prepare(facts.description), self.width, size=_TEXT, lines=lines)
        for line in (*described, *notes):
            self.pen.text(_MARGIN, self.y + 3, line, size=_TEXT)
            self.y += _LEADING
        self.y += 8

    def _bullet(self, note: str) -> list[str]:
        lines = wrap(prepare(note), self.width - 10, size=_TEXT, lines=2)
        return [f"{'  ' if n else '•'} {line}" for n, line in enumerate(lines)]

    def _packing(self, packing: _PackingList) -> None:
        if not packing.rows:
            return
        self._heading("In this parcel")
        for row in packing.rows_within(self.bottom - self.y):
            for i, lines in enumerate(row):
                x = _MARGIN + i * (packing.column + _GUTTER)
                self.pen.box(x, self.y - 8, 11, 11)
                for n, line in enumerate(lines):
                    self.pen.text(x + _TICK, self.y + 1.5 + n * 12, line, size=_ITEM)
            self.y += packing.height(row)

    def _unlock(self) -> None:
        """The unlock code's box, at the foot of the page where it can be cut off."""
        code, lock = self.facts.unlock_code, self.facts.lock_screen
        if not code and not lock:
            return
        height = 62.0
        top = self.bottom - height
        self.pen.box(_MARGIN, top, self.width, height, weight=1.2)
        self.pen.text(_MARGIN + 12, top + 17, "Unlock code, for testing the device", size=_CAPTION)
        hint = wrap(prepare(lock or ""), self.width / 2 - 24, size=9.5, lines=3)
        for n, line in enumerate(hint):
            self.pen.text(_MARGIN + self.width / 2 + 12, top + 17 + n * 13, line, size=9.5)
        if code:
            self._code(code, top)
        else:
            self.pen.rule(_MARGIN + 12, top + 48, self.width / 2 - 36, weight=0.6)
        self.bottom = top - 12

    def _code(self, code: str, top: float) -> None:
        """The whole code, smaller the longer it is, on two lines where it must."""
        room = self.width / 2 - 12 if self.facts.lock_screen else self.width - 24
        for size in (24, 18, 14, 11, 9):
            lines = wrap(code, room, size=size, lines=9, style="mono")
            if len(lines) * size * 1.1 <= 40:
                break
        for n, line in enumerate(lines):
            self.pen.text(_MARGIN + 12, top + 22 + (n + 1) * size * 1.05, line, size=size, style="mono")

    def _heading(self, words: str) -> None:
        self.pen.rule(_MARGIN, self.y - 6, self.width)
        self.pen.text(_MARGIN, self.y + 12, words, size=11.5, style="bold")
        self.y += _HEADING

    def _foot(self) -> None:
        foot = f"Order {prepare(self.facts.order_and_line)}. Keep a copy or a photo of this page."
        self.pen.text(_MARGIN, self.pen.height - 34, foot, size=8)
