"""What can be read from a PDF without drawing it: its text, and the barcodes in its pictures.

Runs in the guarded child only.
"""

from __future__ import annotations

import io

_MAX_PICTURES = 8
_MAX_PAGES = 4


def texts(data: bytes) -> tuple[str, ...]:
    """The barcodes of the pictures, then the text of the pages."""
    from pypdf import PdfReader

    from returnctl.documents.codes import read_codes

    pages = PdfReader(io.BytesIO(data)).pages[:_MAX_PAGES]
    pictures = [picture.image for page in pages for picture in list(page.images)[:_MAX_PICTURES]]
    codes = [code for picture in pictures if picture is not None for code in read_codes(picture)]
    return (*codes, *(page.extract_text() for page in pages))
