"""The invoice behind the slip."""

from __future__ import annotations

import io
from typing import Literal

import msgspec

from returnctl.documents import guard
from returnctl.documents.imposition import Sheets
from returnctl.documents.page import PAPERS
from returnctl.errors import Refused

_MAX_PAGES = 30


class Invoice(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice that can be printed: a harmless PDF and its pages."""

    data: bytes
    pages: int


def accept_invoice(data: bytes) -> Invoice:
    """Checks an invoice (PDF, at most 10 MB and 30 pages) and makes it harmless.

    Raises `Refused` where it is no PDF, encrypted, broken or too large.
    """
    if len(data) > guard.MAX_BYTES:
        raise Refused("This invoice is larger than 10 MB.", hint="Print it to a smaller PDF and give that.")
    if not data.lstrip().startswith(b"%PDF-"):
        raise Refused("This invoice is no PDF.", hint="Give the PDF that the marketplace lets you download.")
    reply = guard.run("rebuild", data, noun="invoice", max_pages=_MAX_PAGES)
    return Invoice(data=reply.data, pages=reply.pages)


def append_invoice(slip: bytes, invoice: bytes, *, paper: Literal["a4", "letter"]) -> tuple[bytes, int]:
    """The slip's PDF and the invoice's pages behind it, and how many pages that makes.

    A page that is larger than the paper is made smaller, as nobody scans an invoice.
    """
    from pypdf import PdfReader

    pages = PdfReader(io.BytesIO(accept_invoice(invoice).data)).pages
    width, height = PAPERS[paper]
    sheets = Sheets()
    sheets.add(slip)
    for page in pages:
        sheets.add_blank(paper)
        left, bottom, right, top = (float(side) for side in page.cropbox)
        piece = sheets.piece(page, (left, bottom, right, top))
        scale = min(1.0, width / piece.width, height / piece.height)
        x, y = (width - piece.width * scale) / 2, height - piece.height * scale
        sheets.place(piece, x, y, scale=scale)
    return sheets.finish("Return slip and invoice"), len(pages) + 1
