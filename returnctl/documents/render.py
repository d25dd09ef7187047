"""Barcodes that a PDF draws as lines, read from a rendering by poppler's `pdftoppm` where there is one."""

from __future__ import annotations

import io
import shutil
import subprocess

from returnctl.documents.codes import read_codes

_DPI = "203"
_MOST_PIXELS = "3000"
_SECONDS = 10


def rendered_codes(data: bytes) -> list[str]:
    """The texts of the barcodes on the first page of a (rebuilt) PDF; empty without poppler."""
    from PIL import Image

    program = shutil.which("pdftoppm")
    if program is None:
        return []
    command = [program, "-gray", "-r", _DPI, "-scale-to", _MOST_PIXELS, "-singlefile", "-"]
    try:
        done = subprocess.run(  # noqa: S603 - found on PATH, fixed arguments, the PDF on standard input
            command, input=data, capture_output=True, timeout=_SECONDS, check=False
        )
    except (subprocess.TimeoutExpired, OSError):
        return []
    if done.returncode != 0 or not done.stdout:
        return []
    with Image.open(io.BytesIO(done.stdout), formats=("PPM",)) as picture:
        return read_codes(picture)
