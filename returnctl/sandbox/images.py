"""Labels in the formats that the carriers send: PDF, pictures, printer languages, and the post office's QR code."""

from __future__ import annotations

import base64
import re
from io import BytesIO
from typing import TYPE_CHECKING, Any

from returnctl.sandbox import drawing
from returnctl.sandbox.parcels import Parcel

if TYPE_CHECKING:
    from PIL import Image

_SIZE = (812, 1218)  # 4 x 6 inches at 203 dots
_PICTURES = {"GIF": "GIF", "PNG": "PNG", "JPG": "JPEG", "TIFF": "TIFF"}
FORMATS = ("PDF", *_PICTURES, "SVG", "ZPL", "EPL")


def label(parcel: Parcel, kind: str, *, sideways: bool = False) -> str:
    """A parcel's label in one of `FORMATS`, as base64. A picture may lie on its side, as UPS's do."""
    return base64.b64encode(_bytes(parcel, kind, sideways=sideways)).decode()


def qr(text: str) -> str:
    """A QR code as PNG, as base64: what a post office scans to print the label itself."""
    buffer = BytesIO()
    _barcode(text, "QRCode", width=400).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def _bytes(parcel: Parcel, kind: str, *, sideways: bool) -> bytes:
    if kind == "PDF":
        return drawing.label(
            carrier=parcel.carrier,
            tracking_number=parcel.tracking_number,
            sender=parcel.sender,
            receiver=parcel.receiver,
            reference=parcel.reference,
        )
    if kind in _PICTURES:
        picture = _picture(parcel)
        buffer = BytesIO()
        (picture.rotate(90, expand=True) if sideways else picture).save(buffer, _PICTURES[kind])
        return buffer.getvalue()
    return {"SVG": _svg, "ZPL": _zpl, "EPL": _epl}[kind](parcel).encode()


def _lines(parcel: Parcel) -> list[str]:
    """The label's words, without the signs that have a meaning in a printer's language."""
    words = [
        parcel.carrier.upper(),
        *("FROM", *_address(parcel.sender)),
        *("SHIP TO", *_address(parcel.receiver)),
        parcel.tracking_number,
        f"REF {parcel.reference}" if parcel.reference else "",
    ]
    return [re.sub(r'[\^~"<>&\\\x00-\x1f]', " ", text) for text in words]


def _address(address: dict[str, Any]) -> list[str]:
    city = f"{address['city']} {address.get('state') or ''} {address['postcode']}"
    return [address["name"], *address["street"], city]


def _picture(parcel: Parcel) -> Image.Image:
    from PIL import Image, ImageDraw, ImageFont

    page = Image.new("L", _SIZE, 255)
    draw = ImageDraw.Draw(page)
    font = ImageFont.load_default(32)
    for row, text in enumerate(_lines(parcel)):
        draw.text((40, 40 + 44 * row), text, fill=0, font=font)
    bars = _barcode(parcel.tracking_number, "Code128", width=_SIZE[0] - 40, height=260)
    page.paste(bars, ((_SIZE[0] - bars.width) // 2, _SIZE[1] - bars.height - 60))
    return page


def _barcode(text: str, kind: str, *, width: int, height: int | None = None) -> Image.Image:
    """Bars as wide as whole dots allow: a bar of a dot and a half would be read as another one."""
    import numpy
    import zxingcpp
    from PIL import Image

    code = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind))
    fine = Image.fromarray(numpy.array(code.to_image(scale=1), copy=False)).convert("L")
    dots = width // fine.width
    return fine.resize((fine.width * dots, height or fine.height * dots), Image.Resampling.NEAREST)


def _svg(parcel: Parcel) -> str:
    rows = "".join(
        f'<text x="10" y="{24 + 22 * row}" font-size="16">{text}</text>'
        for row, text in enumerate(_lines(parcel))
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="288" height="432">{rows}</svg>'


def _zpl(parcel: Parcel) -> str:
    rows = "".join(
        f"^FO40,{40 + 44 * row}^A0N,32,32^FD{text}^FS\n" for row, text in enumerate(_lines(parcel))
    )
    bars = f"^FO40,860^BY3^BCN,260,N,N,N^FD{parcel.tracking_number}^FS\n"
    return f"^XA\n^PW{_SIZE[0]}^LL{_SIZE[1]}\n{rows}{bars}^XZ\n"


def _epl(parcel: Parcel) -> str:
    rows = "".join(f'A40,{40 + 44 * row},0,4,1,1,N,"{text}"\n' for row, text in enumerate(_lines(parcel)))
    return f'N\nq{_SIZE[0]}\n{rows}B40,860,0,1,3,6,260,N,"{parcel.tracking_number}"\nP1\n'
