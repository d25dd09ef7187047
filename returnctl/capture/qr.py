"""The page's address as a QR code: for a terminal, and as a picture."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

_QUIET = 2  # modules around it in a terminal, where rows are dear; the standard's four in the picture
_SCALE = 8
# Upper and lower half of a character: none dark, lower dark, upper dark, both.
_HALVES = {(False, False): " ", (False, True): "▄", (True, False): "▀", (True, True): "█"}


def in_blocks(text: str, *, dark: bool = True) -> list[str]:
    """Lines of half blocks, two rows of the code each. With `dark` off the light modules are drawn instead: for a
    terminal that shows light on dark."""
    image = _drawn(text, quiet=_QUIET)
    rows = [[_is_dark(image, x, y) == dark for x in range(image.width)] for y in range(image.height)]
    if len(rows) % 2:
        rows.append([not dark] * image.width)
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return ["".join(_HALVES[pair] for pair in zip(*both, strict=True)) for both in pairs]


def in_letters(text: str) -> list[str]:
    """For a terminal without block characters, light on dark: two letters a module."""
    image = _drawn(text, quiet=_QUIET)
    return [
        "".join("  " if _is_dark(image, x, y) else "##" for x in range(image.width))
        for y in range(image.height)
    ]


def as_png(text: str) -> bytes:
    image = _drawn(text, quiet=4)
    target = io.BytesIO()
    larger = image.resize((image.width * _SCALE, image.height * _SCALE), 0)
    larger.save(target, "PNG")
    return target.getvalue()


def _is_dark(image: Image.Image, x: int, y: int) -> bool:
    level = image.getpixel((x, y))
    assert isinstance(level, int)
    return level < 128


def _drawn(text: str, *, quiet: int) -> Image.Image:
    """One pixel a module."""
    import numpy
    import zxingcpp
    from PIL import Image, ImageOps

    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="L")
    modules = numpy.array(code.to_image(scale=1, add_quiet_zones=False))
    return ImageOps.expand(Image.fromarray(modules).convert("L"), quiet, 255)
