"""Drawn codes on noisy, soft, tilted pictures: 97 % and more are read, none wrongly."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from returnctl.evidence.barcodes import read_codes
from returnctl.evidence.imei import luhn_digit
from returnctl.evidence.problems import BadPicture
from tests.evidence.drawing import grainy, jpeg, scene

UPS, USPS, FEDEX = "1Z999AA10123456784", "9400111206206406260787", "986578788855"


def code(text: str, kind: str, *, bar: int = 3, height: int = 140) -> Image.Image:
    """A code whose narrowest bar is `bar` pixels, with its quiet zone."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat[kind])
    drawn = Image.fromarray(zxingcpp.write_barcode_to_image(barcode, scale=1, add_quiet_zones=True))
    tall = height if kind in {"Code128", "Code39", "ITF"} else drawn.height * bar
    return drawn.resize((drawn.width * bar, tall), Image.Resampling.NEAREST)


def on_a_box(drawn: Image.Image, dice: random.Random, *, tilt: float, sigma: float, noise: float) -> bytes:
    """A photo of a box with the code on it."""
    paper = Image.new("L", (drawn.width + 80, drawn.height + 120), 238)
    paper.paste(drawn.point(lambda level: 30 + level * 205 // 255), (40, 40))
    ImageDraw.Draw(paper).text((40, paper.height - 60), "No. 17  HANDLE WITH CARE", 60, font_size=40)
    sheet = Image.new("L", paper.size, 255).rotate(tilt, expand=True)
    turned = paper.rotate(tilt, Image.Resampling.BICUBIC, expand=True, fillcolor=150)
    size = (max(800, turned.width + 60), max(600, turned.height + 60))
    photo = Image.new("L", size, 150)
    place = tuple(dice.randint(0, whole - part) for whole, part in zip(size, turned.size, strict=True))
    photo.paste(turned, place, sheet)
    return jpeg(grainy(photo.filter(ImageFilter.GaussianBlur(sigma)), dice.randint(0, 99), noise))


def imei(dice: random.Random) -> str:
    payload = dice.choice(["35", "86", "01"]) + "".join(str(dice.randint(0, 9)) for _ in range(12))
    return payload + luhn_digit(payload)


def tracking_number(dice: random.Random) -> str:
    digits = "".join(str(dice.randint(0, 9)) for _ in range(18))
    return dice.choice([f"1Z{digits[:16]}", f"94001{digits[:17]}", f"7946{digits[:8]}"])


def drawn_codes(count: int, seed: int) -> list[tuple[str, bytes]]:
    """(text, photo) of codes within what a photo can hold: two pixels a bar, blur below 0.4 of a bar."""
    dice = random.Random(seed)
    made = []
    for number in range(count):
        text = imei(dice) if number % 2 else tracking_number(dice)
        kind = ("Code128", "DataMatrix", "Code128", "QRCode")[number % 4]
        bar = dice.randint(2, 3) if kind == "Code128" else dice.randint(4, 6)
        photo = on_a_box(
            code(text, kind, bar=bar),
            dice,
            tilt=dice.uniform(-15, 15) if number % 5 else dice.choice([-30, 30, 45, 90, 180]),
            sigma=dice.uniform(0, 0.4) * bar,
            noise=dice.uniform(1, 12),
        )
        made.append((text, photo))
    return made


def score(codes: list[tuple[str, bytes]]) -> tuple[float, set[str]]:
    """The share that was read, and everything read that was not there."""
    read, wrong = 0, set()
    for text, photo in codes:
        found = {reading.text for reading in read_codes(photo, enough=text.__eq__)}
        read += text in found
        wrong |= found - {text}
    return read / len(codes), wrong


def test_80_drawn_codes() -> None:
    share, wrong = score(drawn_codes(80, seed=1))
    assert share >= 0.97
    assert wrong == set()


@pytest.mark.nightly
@pytest.mark.timeout(900)
def test_1000_drawn_codes() -> None:
    share, wrong = score(drawn_codes(1000, seed=2))
    assert share >= 0.97
    assert wrong == set()


@pytest.mark.parametrize("kind", ["Code128", "Code39", "DataMatrix", "QRCode", "PDF417"])
def test_each_kind_of_code(kind: str) -> None:
    (reading,) = read_codes(jpeg(code(UPS, kind, bar=4)))
    assert (reading.text, reading.symbology) == (UPS, kind)


@pytest.mark.parametrize("size", [(4032, 3024), (1200, 900), (800, 600)])
def test_at_each_size_of_picture(size: tuple[int, int]) -> None:
    photo = Image.new("L", size, 170)
    photo.paste(code(USPS, "Code128", bar=2), (60, 80))
    assert [reading.text for reading in read_codes(jpeg(photo))] == [USPS]


def test_bars_of_one_pixel_are_read_enlarged() -> None:
    photo = Image.new("L", (900, 700), 200)
    photo.paste(code(FEDEX, "Code128", bar=1, height=80), (100, 100))
    assert FEDEX in {
        reading.text for reading in read_codes(jpeg(photo.filter(ImageFilter.GaussianBlur(0.3))))
    }


def test_it_goes_on_until_what_is_wanted_is_found() -> None:
    """A label holds several codes; the one that matters may be the smallest."""
    photo = Image.new("L", (3000, 2200), 240)
    photo.paste(code("ROUTING", "Code128", bar=8), (100, 100))
    photo.paste(code(UPS, "Code128", bar=2, height=120), (100, 1200))
    assert UPS in {reading.text for reading in read_codes(jpeg(photo), enough=UPS.__eq__)}


def test_the_steps_of_the_ladder_are_told() -> None:
    photo = Image.new("L", (4032, 3024), 170)
    photo.paste(code(UPS, "Code128", bar=6), (60, 80))
    assert [reading.step for reading in read_codes(jpeg(photo))] == ["1/2"]


def test_a_picture_without_codes_has_none() -> None:
    assert read_codes(jpeg(scene(3, (1200, 900)))) == ()


def test_product_codes_are_not_read() -> None:
    photo = Image.new("L", (1200, 900), 255)
    photo.paste(code("4006381333931", "EAN13", bar=4, height=300), (100, 100))
    assert read_codes(jpeg(photo)) == ()


def test_control_characters_stay_as_they_are() -> None:
    """The separators inside a USPS or UPS code tell its parts; brackets, as a reader shows them, would not do."""
    text = f"42021093\x1d{USPS}"
    assert [reading.text for reading in read_codes(jpeg(code(text, "QRCode", bar=6)))] == [text]


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "label.pdf").write_bytes(b"%PDF-1.7")
    with pytest.raises(BadPicture, match="This is a PDF"):
        read_codes(tmp_path / "label.pdf")
