"""The case file of a return as one PDF: what a person reads, and within it the files that prove it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Literal

import msgspec

from returnctl.documents.dossier_facts import DossierFacts
from returnctl.documents.dossier_pages import DossierPages, Spot
from returnctl.documents.dossier_seal import Manifest, hashes_of, seal
from returnctl.documents.imposition import Sheets
from returnctl.documents.label_file import LabelFile
from returnctl.documents.page import Pen


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """A drawn and sealed dossier."""

    data: bytes
    pages: int


def draw_dossier(
    facts: DossierFacts, *, record: bytes, files: Mapping[str, bytes], paper: Literal["a4", "letter"]
) -> Dossier:
    """The dossier with the record (`return.json`) and `files`, by their names in the folder, attached."""
    attached = {"return.json": record, **files}
    digests = hashes_of(attached)
    title = f"Case file of return {facts.return_}"
    pages = DossierPages(Pen(paper, title), facts, files, digests)
    sheets = Sheets.over(pages.draw())
    if pages.label_spot and facts.label:
        _place(sheets, pages.label_spot, facts.label)
    about = Manifest(
        return_=facts.return_, made_at=facts.made_at, head=facts.head, left_out=dict(facts.left_out)
    )
    return Dossier(data=seal(sheets.done(title), attached, digests, about), pages=pages.count)


def _place(sheets: Sheets, spot: Spot, label: LabelFile) -> None:
    """The label's first page within its frame, as vectors where it has them."""
    from pypdf import PdfReader

    page = PdfReader(io.BytesIO(label.data)).pages[0]
    sheets.turn_to(spot.page)
    left, bottom, right, top = (float(side) for side in page.trimbox)
    piece = sheets.piece(page, (left, bottom, right, top))
    scale = min(1.0, spot.width / piece.width, spot.height / piece.height)
    x = spot.x + (spot.width - piece.width * scale) / 2
    y = spot.y + (spot.height - piece.height * scale) / 2
    sheets.place(piece, x, y, scale=scale)
