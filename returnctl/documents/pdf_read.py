"""The numbers on a PDF: barcodes from a rendering where poppler is installed, else from its pictures; and its text.

Runs in the guarded child only, whose limit of memory holds for poppler too.
"""

from __future__ import annotations

import io
import resource
import subprocess
from collections.abc import Sequence
from typing import TYPE_CHECKING

from returnctl.documents.codes import read_codes

if TYPE_CHECKING:
    from pypdf import PageObject

_MAX_PICTURES = 8
_MAX_PAGES = 4
_DPI = "300"
_SECONDS = 40
_CPU_SECONDS = 7


def texts(data: bytes, renderer: str | None) -> tuple[str, ...]:
    """The barcodes of the first page or of the pictures, then the text of the pages.

    `renderer` is the path of `pdftoppm`, None where it is not installed.
    """
    from pypdf import PdfReader

    pages = PdfReader(io.BytesIO(data)).pages[:_MAX_PAGES]
    codes = _drawn_codes(data, renderer) or _pictured_codes(pages)
    return (*codes, *(page.extract_text() for page in pages))


def _drawn_codes(data: bytes, renderer: str | None) -> list[str]:
    """Barcodes as `pdftoppm` draws them, also those made of lines; none where it is not installed or fails."""
    from PIL import Image

    if renderer is None:
        return []
    command = [renderer, "-gray", "-r", _DPI, "-singlefile", "-"]
    try:
        done = subprocess.run(  # noqa: S603 - found by our parent, fixed arguments, the PDF on standard input
            command, input=data, capture_output=True, timeout=_SECONDS, preexec_fn=_limited, check=False
        )
    except (subprocess.SubprocessError, OSError):
        return []
    if done.returncode != 0 or not done.stdout:
        return []
    with Image.open(io.BytesIO(done.stdout), formats=("PPM",)) as picture:
        return read_codes(picture)


def _limited() -> None:
    """In poppler's process; the limit of memory it has from this one."""
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))


def _pictured_codes(pages: Sequence[PageObject]) -> list[str]:
    pictures = [picture.image for page in pages for picture in list(page.images)[:_MAX_PICTURES]]
    return [code for picture in pictures if picture is not None for code in read_codes(picture)]
