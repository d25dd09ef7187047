"""Where a label goes on the paper.

Barcodes are made for one size: the label is cropped or turned until it fits and is refused rather than made
smaller.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from returnctl.documents.geometry import Box
from returnctl.documents.geometry import size as size_of
from returnctl.documents.imposition import Piece, Sheets
from returnctl.documents.label_file import LabelFile
from returnctl.documents.page import MM, PAPERS, Paper, Pen
from returnctl.errors import Refused

if TYPE_CHECKING:
    from pypdf import PageObject

_TOLERANCE = 1.0
_FOLD_GAP = 20.0
_NAMES: dict[Paper, str] = {"a4": "A4", "letter": "letter", "4x6": "4x6"}


class _Fit(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the label's page that fits, and how it must turn (degrees clockwise)."""

    area: Box
    turn: int


def lay_out(label: LabelFile, *, paper: Paper, spare: bool) -> bytes:
    """The label as PDF on that paper. Raises `Refused` where it does not fit at full size."""
    from pypdf import PdfReader

    from returnctl.documents.label_picture import as_page

    data, sideways = (label.data, 90) if label.kind == "pdf" else as_page(label.data)
    sheets = Sheets()
    for number, page in enumerate(PdfReader(io.BytesIO(data)).pages, start=1):
        _page(sheets, page, number, paper=paper, spare=spare, sideways=sideways)
    return sheets.finish("Shipping label")


def _page(sheets: Sheets, page: PageObject, number: int, *, paper: Paper, spare: bool, sideways: int) -> None:
    width, height = PAPERS[paper]
    whole, ink, label = _areas(page)
    if paper != "4x6":
        half = _first_fit(page, (whole, ink), width, height / 2 - _FOLD_GAP, sideways)
        if half:
            _folded(sheets, page, half, paper=paper, spare=spare)
            return
    fit = _first_fit(page, (whole, ink, label), width, height, sideways)
    if fit is None:
        raise _too_large(page, ink, number, paper)
    sheets.add_blank(paper)
    piece = sheets.piece(page, fit.area)
    _centre(sheets, piece, fit.turn, (0, 0, width, height))
    if spare:
        sheets.add_blank(paper)
        _centre(sheets, piece, fit.turn, (0, 0, width, height))


def _areas(page: PageObject) -> tuple[Box, Box, Box]:
    """The whole page, its ink, and what on it has a label's size (else the ink again)."""
    whole, ink, label = (_box(box) for box in (page.cropbox, page.trimbox, page.artbox))
    return whole, ink, label if label not in (whole, ink) else ink


def _box(rectangle: Iterable[float]) -> Box:
    left, bottom, right, top = (float(side) for side in rectangle)
    return (left, bottom, right, top)


def _first_fit(
    page: PageObject, areas: Iterable[Box], width: float, height: float, sideways: int
) -> _Fit | None:
    """The first area that fits, as it lies or turned; a page shown lying is turned back as it was drawn."""
    lying = page.rotation % 180 == 90
    turn = -page.rotation % 360 if lying else sideways
    for area in areas:
        across, up = size_of(area)[::-1] if lying else size_of(area)
        if across <= width + _TOLERANCE and up <= height + _TOLERANCE:
            return _Fit(area=area, turn=0)
        if up <= width + _TOLERANCE and across <= height + _TOLERANCE:
            return _Fit(area=area, turn=turn)
    return None


def _folded(sheets: Sheets, page: PageObject, fit: _Fit, *, paper: Paper, spare: bool) -> None:
    """The label above a fold line; below it the spare copy, or a word on how to stick it on."""
    width, height = PAPERS[paper]
    pen = Pen(paper, "")
    pen.rule(0, height / 2, width, dash=4)
    words = "Cut here. The copy below goes inside the parcel." if spare else "Fold or cut here."
    pen.text(12 * MM, height / 2 + 11, words, size=8)
    if not spare:
        pen.text(
            12 * MM, height / 2 + 30, "Stick the upper half flat on the largest side of the parcel.", size=9
        )
        pen.text(
            12 * MM, height / 2 + 43, "No tape, fold or edge across the barcode; cover old labels.", size=9
        )
    sheets.add(pen.finish())
    piece = sheets.piece(page, fit.area)
    _centre(sheets, piece, fit.turn, (0, height / 2, width, height))
    if spare:
        _centre(sheets, piece, fit.turn, (0, 0, width, height / 2 - _FOLD_GAP))


def _centre(sheets: Sheets, piece: Piece, turn: int, box: Box) -> None:
    across, up = (piece.width, piece.height) if turn % 180 == 0 else (piece.height, piece.width)
    sheets.place(piece, (box[0] + box[2] - across) / 2, (box[1] + box[3] - up) / 2, turn=turn)


def _too_large(page: PageObject, ink: Box, number: int, paper: Paper) -> Refused:
    across, up = (round(side / MM) for side in size_of(ink))
    where = f"Page {number} of the label" if number > 1 else "The label"
    return Refused(
        f"{where} covers {across} x {up} mm and does not fit on {_NAMES[paper]} paper at full size.",
        hint="Choose larger paper: a barcode made smaller may not scan."
        if paper == "4x6"
        else "Ask for the label as 4x6 inch PDF.",
    )
