"""IMEIs on drawn boxes and screens, and all that lies beside them and is none."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from returnctl.evidence import imei_pictures
from returnctl.evidence.imei_pictures import imeis_in_codes, imeis_in_text, read_imeis
from returnctl.evidence.problems import BadPicture
from tests.evidence.drawing import encoded, jpeg, scene
from tests.evidence.test_barcodes import code

ONE, TWO, THREE, FOUR = "356938035643809", "490154203237518", "353879234252633", "866425031234562"
MEID, EID, SERIAL, EAN = ONE[:14], "89049032005008882600033489123456", "SC39XK0ABCDEF", "0190199246850"
# Courier numbers: of 15 digits, one of them with a check digit that fits an IMEI's.
COURIER = (
    "230876543210987",
    "403934084723025",
    "231300687629630",
    "041441760228964",
    "9405803699300124287899",
)


def box(*texts: str, gap: int = 240) -> bytes:
    """A photo of a box's label: one code below the other."""
    photo = Image.new("L", (1700, 160 + gap * len(texts)), 235)
    for place, text in enumerate(texts):
        photo.paste(code(text, "Code128", bar=3, height=110), (100, 100 + gap * place))
    return jpeg(photo)


def test_all_imeis_of_a_quad_sim_box() -> None:
    found = read_imeis(box(ONE, SERIAL, TWO, EID, THREE, MEID, FOUR), use_ocr=False)
    assert {reading.imei.digits for reading in found} == {ONE, TWO, THREE, FOUR}
    assert {reading.source for reading in found} == {"barcode"}


def test_a_meid_agrees_with_its_imei_and_is_none_itself() -> None:
    (reading,) = read_imeis(box(ONE, MEID), use_ocr=False)
    assert (reading.imei.digits, reading.reads) == (ONE, 2)
    assert read_imeis(box(MEID), use_ocr=False) == ()


@pytest.mark.parametrize("other", [EID, SERIAL, EAN, *COURIER, "000000000000000", "111111111111119"])
def test_what_is_no_imei_is_not_taken_for_one(other: str) -> None:
    assert imeis_in_codes([other]) == []
    assert imeis_in_text(f"Number {other}\n") == []


def test_an_imei_inside_the_text_of_a_square_code() -> None:
    assert imeis_in_codes([f"MODEL:R1;IMEI:{ONE};SN:X1"]) == [(ONE, 1)]
    assert imeis_in_codes([f"https://example.test/{ONE}9"]) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"IMEI {ONE}", [ONE]),
        ("IMEI 35 693803 564380 9", [ONE]),
        (f"IMEI1 {ONE}\nIMEI2 {TWO}", [ONE, TWO]),
        (f"IMEI2{ONE}", [ONE]),
        (f"IMEI: {ONE} / 01", [ONE]),
        (f"IMEI / SV: {ONE}/01", [ONE]),
        (f"IMEI (1) {ONE}", [ONE]),
        (f"MEID {MEID}\nEID {EID}\nIMEI\n{ONE}", [ONE]),
        (f"Serial {SERIAL}\n{ONE}\n", [ONE]),
        (f"{TWO}\nIMEI {ONE}", [ONE]),
        ("IMEI 356938035643808", []),
        ("nothing here", []),
    ],
)
def test_recognised_text_is_read_as_devices_print_it(text: str, found: list[str]) -> None:
    assert imeis_in_text(text) == found


def test_it_stops_at_the_expected_one() -> None:
    found = read_imeis(box(ONE, TWO), expected=TWO, use_ocr=False)
    assert TWO in {reading.imei.digits for reading in found}


@pytest.mark.parametrize("turn", [0, 90, 180, 12, -25])
def test_the_drawn_box_at_any_angle(turn: int, tmp_path: Path) -> None:
    photo = Image.open(_drawn_box(tmp_path)).rotate(turn, Image.Resampling.BICUBIC, expand=True)
    assert [reading.imei.digits for reading in read_imeis(jpeg(photo), use_ocr=False)] == [ONE]


def _drawn_box(folder: Path) -> Path:
    from returnctl.sandbox import pictures

    path = folder / "imei-box.jpg"
    path.write_bytes(jpeg(pictures._imei_box(ONE).convert("RGB").reduce(2)))
    return path


def test_uneven_bars_as_a_phone_draws_them_are_read_enlarged() -> None:
    """On `*#06#` screens the bars are scaled to a width that fits no whole number of pixels."""
    drawn = code(ONE, "Code128", bar=1, height=60)
    screen = Image.new("L", (750, 1334), 250)
    screen.paste(drawn.resize((int(drawn.width * 1.6), 60), Image.Resampling.BILINEAR), (100, 400))
    ImageDraw.Draw(screen).text((100, 340), f"IMEI {ONE}", 10, font_size=36)
    assert [reading.imei.digits for reading in read_imeis(encoded(screen, "PNG"), use_ocr=False)] == [ONE]


def pretend_tesseract(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    program = folder / "tesseract"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_text_is_read_where_no_code_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_tesseract(tmp_path, monkeypatch, f"cat > '{tmp_path}/seen.png'; echo 'IMEI {ONE}'")
    (reading,) = read_imeis(jpeg(scene(3, (1200, 900))))
    assert (reading.imei.digits, reading.source, reading.reads) == (ONE, "ocr", 2)
    assert Image.open(tmp_path / "seen.png").size == (1200, 900)


def test_text_is_read_where_the_expected_one_is_not_among_the_codes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_tesseract(tmp_path, monkeypatch, f"cat > /dev/null; echo 'IMEI2 {TWO}'; echo 'IMEI {ONE}'")
    found = read_imeis(box(ONE), expected=TWO)
    assert [(reading.imei.digits, reading.source) for reading in found] == [(ONE, "barcode"), (TWO, "ocr")]
    assert [reading.source for reading in read_imeis(box(ONE), expected=ONE)] == ["barcode"]


@pytest.mark.parametrize("script", ["exit 1", "exec <&-; kill -9 $$", "head -c 100000 /dev/urandom"])
def test_a_recogniser_that_fails_is_left_alone(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_tesseract(tmp_path, monkeypatch, script)
    assert read_imeis(jpeg(scene(3, (600, 400)))) == ()


def test_a_recogniser_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_tesseract(tmp_path, monkeypatch, "exec sleep 60")
    monkeypatch.setattr(imei_pictures, "_OCR_SECONDS", 0.05)
    assert read_imeis(jpeg(scene(3, (600, 400)))) == ()


def test_no_program_is_started_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_tesseract(tmp_path, monkeypatch, "exit 0")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("a program was started"))
    assert read_imeis(jpeg(scene(3, (600, 400))), use_ocr=False) == ()
    assert len(read_imeis(box(ONE))) == 1


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "imei.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(100))
    with pytest.raises(BadPicture, match="This is a video"):
        read_imeis(tmp_path / "imei.mp4")
