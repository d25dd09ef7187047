"""A picture without what a phone writes beside it: nothing of that stays, and every pixel does."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from returnctl.errors import ReturnctlError
from returnctl.evidence.cut import cut
from returnctl.evidence.judge import judge_set
from returnctl.evidence.metadata import captured_at
from tests.evidence.drawing import encoded, jpeg, scene

DATA = Path(__file__).with_name("data")
CANARY = b"CANARY-7719"


def phone_photo(orientation: int = 6, **options: object) -> bytes:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = "CANARY-7719 maker", "CANARY-7719 model", orientation
    inner = exif.get_ifd(0x8769)
    inner[0x9003], inner[0x9291], inner[0xA431] = "2026:06:09 10:00:00", "042", "CANARY-7719 serial"
    inner[0x927C] = CANARY
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[29] = "CANARY-7719"
    small = scene(1, (1200, 900))
    whole = jpeg(small, exif=exif.tobytes(), comment=CANARY, **options)
    # As an iPhone does: a second picture behind the first, and a vendor's segment.
    segment = b"\xff\xeb" + (len(CANARY) + 2).to_bytes(2, "big") + CANARY
    return whole[:2] + segment + whole[2:] + whole + CANARY


def pixels(data: bytes) -> bytes:
    return Image.open(io.BytesIO(data)).convert("RGB").tobytes()


@pytest.mark.parametrize(
    "options", [{}, {"progressive": True}, {"icc_profile": b"\0" * 16 + b"RGB " + b"\0" * 200}]
)
def test_nothing_of_the_phone_stays_and_every_pixel_does(options: dict[str, object]) -> None:
    data = phone_photo(**options)
    clean = cut(data)
    assert CANARY in data
    assert CANARY not in clean
    assert pixels(clean) == pixels(data)
    image = Image.open(io.BytesIO(clean))
    exif = image.getexif()
    assert set(exif) == {0x0112, 0x8769}
    assert exif[0x0112] == 6
    assert set(exif.get_ifd(0x8769)) == {0x9003, 0x9291}
    assert captured_at(image) == captured_at(Image.open(io.BytesIO(data)))
    assert image.info.get("icc_profile") == options.get("icc_profile")


def test_what_has_nothing_to_tell_gets_no_block() -> None:
    clean = cut(jpeg(scene(1, (1200, 900))))
    assert b"Exif" not in clean


def test_the_judge_says_the_same_of_it() -> None:
    data = phone_photo()
    one, other = judge_set({"back": data})["back"], judge_set({"back": cut(data)})["back"]
    assert (one.verdict, one.problems, one.captured_at) == (other.verdict, other.problems, other.captured_at)


def test_a_screenshot_stays_a_screenshot() -> None:
    info = PngInfo()
    info.add_text("Comment", CANARY.decode())
    info.add_itxt("XML:com.adobe.xmp", CANARY.decode())
    data = encoded(scene(1, (600, 400)), "PNG", pnginfo=info) + CANARY
    clean = cut(data)
    assert clean.startswith(b"\x89PNG")
    assert CANARY not in clean
    assert pixels(clean) == pixels(data)


def test_a_cmyk_picture_keeps_its_colours() -> None:
    data = jpeg(scene(1, (600, 400)).convert("CMYK"))
    assert pixels(cut(data)) == pixels(data)


@pytest.mark.parametrize("data", [(DATA / "turned.heic").read_bytes(), encoded(scene(2, (600, 400)), "WEBP")])
def test_another_kind_becomes_a_jpeg(data: bytes) -> None:
    assert cut(data).startswith(b"\xff\xd8")


@settings(max_examples=40)
@given(st.data())
def test_a_broken_one_raises_what_is_documented_or_is_cut(data: st.DataObject) -> None:
    whole = bytearray(_SMALL)
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    broken = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    try:
        clean = cut(broken)
    except ReturnctlError:
        return
    assert clean[:2] in (b"\xff\xd8", b"\x89P")


_SMALL = jpeg(scene(1, (64, 48)).resize((64, 48)), exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0")
