"""A label is a page that a scanner reads."""

from __future__ import annotations

import io
import re

import pypdf
import pytest
import zxingcpp
from PIL import Image

from returnctl.sandbox import drawing, numbers
from returnctl.sandbox.seller import SELLER
from tests.sandbox.speaking import Speaker

FORMS = {"ups": r"1Z[A-Z0-9]{15}[0-9]", "usps": r"92[0-9]{20}", "fedex": r"[0-9]{12}"}


@pytest.mark.parametrize(
    ("order", "carrier"), [("10000001", "ups"), ("10000002", "usps"), ("10000003", "fedex")]
)
def test_a_label_names_both_sides_and_the_number(speak: Speaker, order: str, carrier: str) -> None:
    case = speak.opened(order)
    assert case["label"]["carrier"] == carrier
    number = case["label"]["tracking_number"]
    assert re.fullmatch(FORMS[carrier], number)
    (page,) = pypdf.PdfReader(io.BytesIO(speak.read(f"/v1/returns/{case['return']}/label").content)).pages
    assert (float(page.mediabox.width), float(page.mediabox.height)) == (288, 432)
    text = page.extract_text()
    assert number in text.replace(" ", "")
    assert "Refurb House Returns" in text
    assert speak.read(f"/v1/orders/{order}").json()["buyer"]["name"] in text


@pytest.mark.parametrize("carrier", ["ups", "usps", "fedex"])
def test_the_barcode_is_the_number(carrier: str) -> None:
    number = numbers.tracking_number(carrier, 42)
    paper = drawing.label(carrier=carrier, tracking_number=number, sender=SELLER, receiver=SELLER)
    assert paper == drawing.label(carrier=carrier, tracking_number=number, sender=SELLER, receiver=SELLER)
    (found,) = zxingcpp.read_barcodes(bars(paper))
    assert (found.format, found.text) == (zxingcpp.BarcodeFormat.Code128, number)


def bars(paper: bytes) -> Image.Image:
    """The page's filled black rectangles, drawn: enough of a PDF reader for a barcode."""
    from PIL import ImageDraw

    content = pypdf.PdfReader(io.BytesIO(paper)).pages[0].get_contents()
    assert content is not None
    picture = Image.new("L", (288 * 6, 432 * 6), 255)
    draw = ImageDraw.Draw(picture)
    x0 = y0 = 0.0
    for line in content.get_data().decode("latin-1").splitlines():
        if moved := re.fullmatch(r"1 0 0 1 ([-.\d]+) ([-.\d]+) cm", line):
            x0, y0 = x0 + float(moved[1]), y0 + float(moved[2])
        elif line == "Q":
            x0 = y0 = 0.0
        elif box := re.fullmatch(r"n ([-.\d]+) ([-.\d]+) ([-.\d]+) ([-.\d]+) re f\*?", line):
            x, y, width, height = (float(value) for value in box.groups())
            corners = (
                (x0 + x) * 6,
                (432 - y0 - y - height) * 6,
                (x0 + x + width) * 6 - 1,
                (432 - y0 - y) * 6,
            )
            draw.rectangle(corners, fill=0)
    return picture


@pytest.mark.parametrize(
    ("number", "carrier"),
    [
        ("1Z5R89390357567127", "ups"),
        ("1ZXX3150YW44070023", "ups"),
        ("9400111206206406260787", "usps"),
        ("9205590006662202169556", "usps"),
        ("986578788855", "fedex"),
        ("790535312317", "fedex"),
    ],
)
def test_check_digits_are_the_publishers(number: str, carrier: str) -> None:
    if carrier == "ups":
        assert numbers._mod10(number[2:-1], even=1, odd=2) == number[-1]
    elif carrier == "usps":
        assert numbers._mod10(number[:-1], even=3, odd=1) == number[-1]
    else:
        total = sum(int(digit) * (3, 1, 7)[place % 3] for place, digit in enumerate(number[:-1]))
        assert str(total % 11 % 10) == number[-1]
