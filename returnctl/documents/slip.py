"""The slip for the parcel: drawn on a page, or as the text to write by hand."""

from __future__ import annotations

import unicodedata
from typing import Literal

import msgspec

from returnctl.documents.facts import SlipFacts
from returnctl.documents.page import Pen
from returnctl.documents.scripts import clean
from returnctl.documents.slip_page import SlipPage
from returnctl.documents.wrapping import break_lines

__all__ = ["Slip", "SlipFacts", "draw_slip", "slip_text"]

_COLUMNS = 60
_ITEM = "[ ] "
_NOTE = "- "


class Slip(msgspec.Struct, frozen=True, kw_only=True):
    """A drawn slip: the PDF's bytes, and its pages with the invoice's."""

    data: bytes
    pages: int


def draw_slip(facts: SlipFacts, *, paper: Literal["a4", "letter"], invoice: bytes | None = None) -> Slip:
    """The slip as PDF, the pages of `invoice` (a PDF) behind it. Equal facts give equal bytes.

    Raises `Refused` where the invoice can't be used.
    """
    pen = Pen(paper, f"Return slip {clean(facts.order)}")
    SlipPage(pen, facts).draw()
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
    lines += [_NOTE + clean(note) for note in facts.notes if clean(note)]
    if facts.packing:
        lines += ["", "In this parcel:", *(_ITEM + clean(item) for item in facts.packing)]
    lines += ["", "Unlock code: ____________"]
    return "\n".join(broken for line in lines for broken in _in_columns(line)) + "\n"


def _in_columns(line: str) -> list[str]:
    """The line, broken where it is too long, later lines under the first one's words."""
    lead = next((mark for mark in (_ITEM, _NOTE) if line.startswith(mark)), "")
    first, *others = break_lines(line[len(lead) :], _COLUMNS - len(lead), _cells) or [""]
    return [lead + first, *(" " * len(lead) + other for other in others)]


def _cells(c: str) -> int:
    """Columns that a terminal gives the character."""
    if unicodedata.category(c) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(c) in ("W", "F") else 1
