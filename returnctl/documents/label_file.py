"""A label that passed."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["pdf", "png", "gif", "jpeg", "zpl"]


class LabelFile(msgspec.Struct, frozen=True, kw_only=True):
    """What it is, its bytes (a PDF's are rebuilt), its pages, its file extension.

    `texts` are a PDF's barcodes and words, where they were read at once.
    """

    kind: Kind
    data: bytes
    pages: int
    extension: str
    texts: tuple[str, ...] | None = None
