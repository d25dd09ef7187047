"""A picture of a label as a page of its natural size, its pixels untouched."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from returnctl.documents.codes import turn_to_upright

if TYPE_CHECKING:
    from PIL.Image import Image

_LABEL_WIDTH = 4.0
_CODE_SIDE = 2.5
_SQUARE = 1.2
_LEAST_DPI, _MOST_DPI = 150.0, 1300.0
_PRINTERS = (203.0, 300.0, 600.0)
_NEAR = 0.05
_AIR = 0.015
_HAIR = 0.02
"""Of a pixel: a picture that ends exactly between two dots is stretched over one more by many renderers."""
_DARK = 200


def as_page(data: bytes) -> tuple[bytes, int]:
    """A PDF of one page with the picture, cropped to its ink; and which way it turns when it must lie.

    The turn is 90 or 270 degrees clockwise, so that the barcodes lie level or at least are not upside down.
    """
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import RectangleObject
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    picture = _flat(data)
    dot = 72 / _dpi(picture)
    width, height = picture.width * dot, picture.height * dot
    drawn = io.BytesIO()
    canvas = Canvas(drawn, pagesize=(width, height), invariant=1, pageCompression=1)
    hair = dot * _HAIR
    canvas.drawImage(ImageReader(picture), hair, hair, width - 2 * hair, height - 2 * hair)
    canvas.save()
    writer = PdfWriter(clone_from=PdfReader(drawn))
    left, top, right, bottom = _ink(picture)
    ink = (left * dot, height - bottom * dot, right * dot, height - top * dot)
    writer.pages[0].cropbox = RectangleObject(ink)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue(), 270 if turn_to_upright(picture) == 270 else 90


def _flat(data: bytes) -> Image:
    """The picture in gray on white, with its resolution."""
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(data)) as picture:
        dpi = picture.info.get("dpi")
        see_through = picture.has_transparency_data
        upright = ImageOps.exif_transpose(picture.convert("RGBA" if see_through else "L"))
    flat = Image.new("L", upright.size, "white")
    flat.paste(upright.convert("L"), mask=upright.getchannel("A") if see_through else None)
    flat.info = {"dpi": dpi} if dpi else {}
    return flat


def _dpi(picture: Image) -> float:
    """The picture's own resolution where it is one of print, else that of the label printer it was drawn for.

    Labels are 4 inches wide: 800 or 812 pixels are 203 dpi, 1200 are 300 dpi. On such a printer each pixel is
    one dot then. A square is a QR code; anything else is made 4 inches wide.
    """
    own = float(picture.info.get("dpi", (0, 0))[0] or 0)
    if _LEAST_DPI <= own <= _MOST_DPI:
        return round(own)
    short, long = sorted(picture.size)
    if long <= short * _SQUARE:
        return short / _CODE_SIDE
    near = (dpi for dpi in _PRINTERS if abs(short / dpi - _LABEL_WIDTH) <= _LABEL_WIDTH * _NEAR)
    return next(near, short / _LABEL_WIDTH)


def _ink(picture: Image) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what is not white, with a little air, in pixels."""
    dark = picture.point([255 if level < _DARK else 0 for level in range(256)])
    left, top, right, bottom = dark.getbbox() or (0, 0, picture.width, picture.height)
    air = round(min(picture.size) * _AIR)
    return (
        max(left - air, 0),
        max(top - air, 0),
        min(right + air, picture.width),
        min(bottom + air, picture.height),
    )
