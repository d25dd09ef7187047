"""Pages as a printer would see them."""

from __future__ import annotations

import io
import os
import shutil
import subprocess

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

_FOUND = shutil.which("pdftoppm") is not None
_REQUIRED = "poppler" in os.environ.get("RETURNCTL_REQUIRE", "")

needs_poppler = pytest.mark.skipif(
    not _FOUND and not _REQUIRED, reason="pdftoppm (Debian: poppler-utils) is not installed"
)


def render(pdf: bytes, *, dpi: int = 203) -> list[Image.Image]:
    """Every page in gray."""
    command = ["pdftoppm", "-gray", "-r", str(dpi), "-"]
    raw = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
    pages = []
    while raw:
        _, size, _, _ = raw.split(b"\n", 3)
        width, height = map(int, size.split())
        length = len(raw) - len(raw.split(b"\n", 3)[3]) + width * height
        pages.append(Image.open(io.BytesIO(raw[:length])).convert("L"))
        raw = raw[length:]
    return pages


def codes(page: Image.Image) -> list[str]:
    """The texts of the barcodes on a rendered page; enlarged where the page as it is gives none."""
    left, top, right, bottom = ink(page) or (0, 0, *page.size)
    label = page.crop((left - 60, top - 60, right + 60, bottom + 60))
    for scale in (1, 2, 3):
        enlarged = label.resize((label.width * scale, label.height * scale), Image.Resampling.BICUBIC)
        found = zxingcpp.read_barcodes(enlarged, text_mode=zxingcpp.TextMode.Plain)
        if found:
            return sorted(code.text for code in found)
    return []


def ink(page: Image.Image) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of what is not white."""
    return page.point([255 if level < 200 else 0 for level in range(256)]).getbbox()


def text(pdf: bytes) -> str:
    """The text of all pages."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def flat_text(pdf: bytes) -> str:
    """The text of all pages, however its lines are broken."""
    return " ".join(text(pdf).split())
