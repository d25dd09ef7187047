"""Papers as PDF: the carrier's label (4 x 6 inches, with a barcode that scanners read) and the invoice."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

_LABEL = (288, 432)
_LETTER = (612, 792)
_SERVICES = {
    "ups": ("UPS", "UPS GROUND", "RETURN SERVICE"),
    "usps": ("USPS", "USPS GROUND ADVANTAGE", "RETURN SERVICE"),
    "fedex": ("FedEx", "FEDEX GROUND", "PRINT RETURN LABEL"),
}


def label(
    *,
    carrier: str,
    tracking_number: str,
    sender: dict[str, Any],
    receiver: dict[str, Any],
    reference: str | None = None,
) -> bytes:
    """A one-page 4x6-inch label; the same input gives the same bytes. Addresses as the contract has them."""
    buffer, canvas = _canvas(_LABEL, f"Label {tracking_number}")
    brand, service, kind = _SERVICES[carrier]
    canvas.rect(8, 8, 272, 416)
    _lines(canvas, 16, 408, ["FROM:", *_address(sender)], size=7)
    canvas.setFont("Helvetica-Bold", 20)
    canvas.drawRightString(272, 398, brand)
    canvas.line(8, 338, 280, 338)
    _lines(canvas, 16, 322, ["SHIP TO:", *_address(receiver)], size=10, bold=True)
    canvas.line(8, 240, 280, 240)
    canvas.setFont("Helvetica-Bold", 13)
    canvas.drawString(16, 222, service)
    canvas.setFont("Helvetica", 9)
    canvas.drawRightString(272, 223, kind)
    canvas.line(8, 212, 280, 212)
    canvas.drawString(16, 198, f"TRACKING #: {_grouped(tracking_number)}")
    _barcode(canvas, tracking_number, top=186, height=92)
    canvas.line(8, 84, 280, 84)
    _lines(
        canvas, 16, 70, ["BILLING: RETURN, PREPAID", *([f"REF 1: {reference}"] if reference else [])], size=8
    )
    canvas.setFont("Helvetica", 6)
    canvas.drawCentredString(144, 16, "A sandbox label. It carries no parcel.")
    return _finish(buffer, canvas)


def invoice(order: dict[str, Any]) -> bytes:
    """A one-page invoice of an order of the contract."""
    buffer, canvas = _canvas(_LETTER, f"Invoice {order['order']}")
    canvas.setFont("Helvetica-Bold", 18)
    canvas.drawString(60, 720, "Invoice")
    _lines(canvas, 60, 690, [f"Order {order['order']} of {order['ordered_on']}"], size=10)
    _lines(canvas, 60, 660, _address(order["buyer"]["address"]), size=10)
    rows = [
        f"{line['line']}.  {line['title']}    {line['price']['amount']} {line['price']['currency']}"
        for line in order["lines"]
    ]
    _lines(canvas, 60, 560, rows, size=10)
    total = sum(float(line["price"]["amount"]) for line in order["lines"])
    _lines(canvas, 60, 540 - 12 * len(rows), [f"Total {total:.2f} USD, paid by card"], size=10, bold=True)
    return _finish(buffer, canvas)


def _canvas(size: tuple[int, int], title: str) -> tuple[BytesIO, Canvas]:
    from reportlab.pdfgen.canvas import Canvas

    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=size, invariant=1, pageCompression=0)  # packing took half the time
    canvas.setTitle(title)
    return buffer, canvas


def _finish(buffer: BytesIO, canvas: Canvas) -> bytes:
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _barcode(canvas: Canvas, text: str, *, top: int, height: int) -> None:
    from reportlab.graphics.barcode.code128 import Code128

    bars = Code128(text, barHeight=height, barWidth=1.1, quiet=True)
    narrower = Code128(text, barHeight=height, barWidth=1.1 * min(1.0, 264 / bars.width), quiet=True)
    narrower.drawOn(canvas, (_LABEL[0] - narrower.width) / 2, top - height)


def _lines(canvas: Canvas, x: float, y: float, lines: list[str], *, size: int, bold: bool = False) -> None:
    canvas.setFont("Helvetica-Bold" if bold else "Helvetica", size)
    for row, text in enumerate(lines):
        canvas.drawString(x, y - row * (size + 2), text[:60])


def _address(address: dict[str, Any]) -> list[str]:
    city = f"{address['city']} {address.get('state') or ''} {address['postcode']}"
    company = [address["company"]] if address.get("company") else []
    return [address["name"], *company, *address["street"], city, address["country"]]


def _grouped(number: str) -> str:
    if not number.startswith("1Z"):
        return " ".join(number[place : place + 4] for place in range(0, len(number), 4))
    return " ".join((number[:2], number[2:5], number[5:8], number[8:10], number[10:14], number[14:]))
