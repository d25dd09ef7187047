"""The contact sheet: every picture with its view and verdict, on one page."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from pypdf import PdfReader

from returnctl.documents.sheet import contact_sheet
from tests.documents.rendering import text


def photo(
    width: int = 800, height: int = 600, colour: tuple[int, int, int] = (90, 120, 200), **options: object
) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "JPEG", **options)
    return out.getvalue()


def pages(pdf: bytes) -> int:
    return len(PdfReader(io.BytesIO(pdf)).pages)


def test_view_verdict_and_title_are_told() -> None:
    told = text(
        contact_sheet([("screen-on", "warned", photo()), ("back", "rejected", photo())], "Order 10000001")
    )
    for words in ("screen-on", "warned", "back", "rejected", "Order 10000001", "2 photos"):
        assert words in told


@pytest.mark.parametrize(("count", "sheets"), [(0, 1), (1, 1), (6, 1), (12, 1), (20, 1), (21, 2)])
def test_pages(count: int, sheets: int) -> None:
    sheet = contact_sheet([("back", "accepted", photo(80, 60))] * count, "Photos")
    assert pages(sheet) == sheets


def test_no_photo_is_said() -> None:
    assert "No photos yet" in text(contact_sheet([], "Photos", paper="letter"))


@pytest.mark.parametrize("data", [b"", b"junk", photo()[:300]])
def test_a_picture_that_can_not_be_read_has_a_frame(data: bytes) -> None:
    assert "This picture can't be read." in text(contact_sheet([("back", "rejected", data)], "Photos"))


def test_a_picture_is_upright_and_loses_its_metadata() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "Jane's phone at home"
    sheet = contact_sheet([("back", "accepted", photo(exif=exif))], "Photos")
    [page] = PdfReader(io.BytesIO(sheet)).pages
    [image] = page.images
    assert image.image is not None
    assert image.image.height > image.image.width
    assert b"Jane" not in image.data


def test_a_large_picture_becomes_small() -> None:
    assert len(contact_sheet([("back", "accepted", photo(4000, 3000))] * 12, "Photos")) < 300_000


def test_equal_pictures_give_equal_bytes() -> None:
    pictures = [("back", "accepted", photo()), ("left", "warned", photo(colour=(1, 2, 3)))]
    assert contact_sheet(pictures, "Photos") == contact_sheet(pictures, "Photos")
