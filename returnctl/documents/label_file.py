"""A label that passed."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["pdf", "png", "gif", "jpeg", "zpl"]


class LabelFile(msgspec.Struct, frozen=True, kw_only=True):
    """What it is, its bytes (a PDF's are rebuilt), its pages, its file extension."""

    kind: Kind
    data: bytes
    pages: int
    extension: str
