"""Labels as carriers and sellers hand them over, made on the spot."""

from __future__ import annotations

import io
import random
import string
from collections.abc import Callable, Sequence

from PIL import Image
from reportlab.graphics.barcode.code128 import Code128
from reportlab.pdfgen.canvas import Canvas

from tests.documents.rendering import render

DOT = 72 / 203
UPS = "1Z999AA10123456784"


def draw_label(canvas: Canvas, x: float, y: float, number: str, *, frame: bool = True) -> None:
    """A label of 4 by 6 inches with its lower left corner at `x`, `y`."""
    if frame:
        canvas.rect(x + 6, y + 6, 276, 420)
    canvas.setFont("Helvetica-Bold", 20)
    canvas.drawString(x + 20, y + 390, "RETURN SERVICE")
    canvas.setFont("Helvetica", 10)
    canvas.drawString(x + 20, y + 360, "Jane Doe, 1 Main St, Springfield")
    canvas.drawString(x + 20, y + 340, "SHIP TO: Returns, 5 Depot Rd, Louisville KY 40201")
    code = Code128(number, barWidth=2 * DOT, barHeight=80, quiet=0)
    code.drawOn(canvas, round((x + 20) / DOT) * DOT, y + 120)
    canvas.drawString(x + 20, y + 100, f"TRACKING #: {spaced(number)}")


def spaced(number: str) -> str:
    return " ".join(number[i : i + 4] for i in range(0, len(number), 4))


def pdf_label(
    *numbers: str,
    size: tuple[float, float] = (288, 432),
    at: tuple[float, float] = (0, 0),
    frame: bool = True,
    extra: Callable[[Canvas], None] | None = None,
) -> bytes:
    """A PDF with one page for each number."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size, invariant=1)
    for number in numbers or (UPS,):
        if extra:
            extra(canvas)
        draw_label(canvas, *at, number, frame=frame)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def picture(number: str = UPS, *, dpi: int = 203) -> Image.Image:
    return render(pdf_label(number), dpi=dpi)[0]


def encode(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def ups_gif(number: str = UPS) -> bytes:
    """1400 by 800 pixels, black and white, the label lying on its left side at the left, as UPS sends it."""
    sheet = Image.new("L", (1400, 800), 255)
    sheet.paste(picture(number).rotate(90, expand=True).crop((0, 6, 1218, 806)))
    return encode(sheet.convert("1"), "GIF")


def zpl(number: str = UPS) -> bytes:
    return (
        f"^XA^PW812^LL1218^FO50,50^BCN,200,N,N,N^FD>:{number}^FS^FO50,300^FD{spaced(number)}^FS^XZ\n".encode()
    )


def ups_number(dice: random.Random) -> str:
    body = "".join(dice.choice(string.digits + string.ascii_uppercase) for _ in range(6))
    body += "".join(dice.choice(string.digits) for _ in range(9))
    values = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in body]
    total = sum(v * (2 if i % 2 else 1) for i, v in enumerate(values))
    return f"1Z{body}{-total % 10}"


def usps_number(dice: random.Random) -> str:
    body = "9205" + "".join(dice.choice(string.digits) for _ in range(17))
    total = sum(int(c) * (3 if i % 2 == 0 else 1) for i, c in enumerate(reversed(body)))
    return f"{body}{-total % 10}"


def fedex_number(dice: random.Random) -> str:
    body = "".join(dice.choice(string.digits) for _ in range(11))
    total = sum(int(c) * w for c, w in zip(body, (3, 1, 7) * 4, strict=False))
    return f"{body}{total % 11 % 10}"


def order_number(dice: random.Random) -> str:
    return str(dice.randrange(1, 10 ** dice.randrange(1, 13)))


def numbers(count: int, *, seed: int = 9) -> Sequence[str]:
    """Tracking numbers of the three carriers in turn."""
    dice = random.Random(seed)
    makers = (ups_number, usps_number, fedex_number)
    return [makers[i % 3](dice) for i in range(count)]
