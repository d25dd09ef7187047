"""What counts as a label, and which numbers are read from it."""

from __future__ import annotations

import random
import zlib
from typing import Any

import pytest
from PIL import Image

from returnctl.documents import guard
from returnctl.documents.codes import tracking_numbers
from returnctl.documents.label import LabelFile, accept_label, fit_label, label_numbers
from returnctl.errors import Refused
from tests.documents import labels
from tests.documents.hostile import plain, stream
from tests.documents.labels import UPS, encode, pdf_label, picture, ups_gif, zpl
from tests.documents.rendering import needs_poppler


def test_a_pdf() -> None:
    label = accept_label(pdf_label(UPS, UPS))
    assert (label.kind, label.pages, label.extension) == ("pdf", 2, "pdf")
    assert label.data.startswith(b"%PDF-")


@needs_poppler
@pytest.mark.parametrize(
    ("format_", "kind", "extension"), [("PNG", "png", "png"), ("GIF", "gif", "gif"), ("JPEG", "jpeg", "jpg")]
)
def test_a_picture_stays_as_it_is(format_: str, kind: Any, extension: str) -> None:
    data = encode(picture(), format_)
    assert accept_label(data) == LabelFile(kind=kind, data=data, pages=1, extension=extension)


def test_zpl_is_passed_through_untouched() -> None:
    data = b"\xef\xbb\xbf~DGR:LOGO.GRF,2,1,FFFF\r\n" + zpl() + zpl()
    assert accept_label(data) == LabelFile(kind="zpl", data=data, pages=2, extension="zpl")


@pytest.mark.parametrize("command", [b"^KP1234", b"~JUS", b"^NS1,010.1.1.1", b"~WR", b"^ju s"])
def test_zpl_that_changes_the_printer_is_refused(command: bytes) -> None:
    with pytest.raises(Refused, match="changes the printer's settings"):
        accept_label(b"^XA" + command + b"^XZ")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04\x00\x00", "a ZIP archive"),
        (b"II*\x00\x08\x00", "a TIFF picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
        (b"  <!DOCTYPE html>", "a web page"),
        (b'\nN\nB10,10,0,1,2,5,100,B,"1Z"\n', "an EPL printer file"),
        (b"hello", "not a label that can be printed"),
        (b"^XA^FDcut", "cut off"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "damaged"),
        (b"GIF89a", "damaged"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 40, "damaged"),
        (b"\0" * (10 * 1024 * 1024 + 1), "larger than 10 MB"),
    ],
)
def test_anything_else_is_refused_by_its_name(data: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words) as caught:
        accept_label(data)
    assert caught.value.hint


def test_a_picture_that_would_fill_the_memory_is_refused() -> None:
    row = b"\0" * (1 + 30_000 // 8)
    data = zlib.compress(row * 30_000, 9)
    chunks = [
        (b"IHDR", b"\x00\x00\x75\x30\x00\x00\x75\x30\x01\x00\x00\x00\x00"),
        (b"IDAT", data),
        (b"IEND", b""),
    ]
    bomb = b"\x89PNG\r\n\x1a\n" + b"".join(
        len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")
        for name, body in chunks
    )
    with pytest.raises(Refused):
        accept_label(bomb)


@needs_poppler
def test_a_cut_off_picture_is_refused() -> None:
    with pytest.raises(Refused, match="damaged"):
        accept_label(encode(picture(), "PNG")[:-2000])


def test_a_pdf_of_notes_and_fields_only_is_refused() -> None:
    with pytest.raises(Refused, match="only in form fields and notes"):
        accept_label(plain(content=stream(b"1 g 0 0 288 432 re f")))


@needs_poppler
def test_the_number_is_read_from_every_form() -> None:
    image = picture()
    forms = [
        encode(image, "PNG"),
        encode(image.rotate(90, expand=True), "GIF"),
        encode(image, "JPEG"),
        ups_gif(),
        zpl(),
    ]
    for data in forms:
        assert label_numbers(accept_label(data)) == (UPS,)


@needs_poppler
@pytest.mark.parametrize("number", labels.numbers(3))
def test_the_number_of_every_carrier_is_read(number: str) -> None:
    assert label_numbers(accept_label(pdf_label(number))) == (number,)
    assert label_numbers(accept_label(zpl(number))) == (number,)


def test_without_a_renderer_the_text_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert label_numbers(accept_label(pdf_label(UPS))) == (UPS,)


@needs_poppler
def test_without_a_renderer_barcodes_are_read_from_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    scanned = encode(picture(), "PDF")
    monkeypatch.setenv("PATH", "")
    assert label_numbers(accept_label(scanned)) == (UPS,)


def test_a_label_whose_reading_takes_too_long_has_no_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    label = accept_label(pdf_label(UPS))

    def too_long(*_: object, **__: object) -> None:
        raise Refused("too long")

    monkeypatch.setattr(guard, "run", too_long)
    assert label_numbers(label) == ()


def test_zpl_goes_on_no_paper() -> None:
    with pytest.raises(Refused, match="as it is"):
        fit_label(accept_label(zpl()), paper="a4")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1Z 999 AA1 01 2345 6784", (UPS,)),
        ("TRACKING #: 1Z999AA10123456784 BILLING: P/P", (UPS,)),
        ("420402019205590164917312751089", ("420402019205590164917312751089", "9205590164917312751089")),
        ("(420) 40201 9205 5901 6491 7312 7510 89", ("9205590164917312751089",)),
        (
            "9622001900000000000000776632517210",
            ("9622001900000000000000776632517210", "00776632517210", "776632517210"),
        ),
        ("9611019012345671234560", ("9611019012345671234560", "012345671234560")),
        ("RR123456789DE", ("RR123456789DE",)),
        ("40201 9205 5901 6491 7312 7510 89", ("9205590164917312751089",)),
        ("40201\n9205 5901 6491 7312 7510 89\n12", ("9205590164917312751089",)),
        ("2026-11-03 10:15, order 10000001, 555 010 0199", ()),
        ("Jane Doe, 1 Main St, tel. 555 0100", ()),
        ("", ()),
    ],
)
def test_numbers_in_texts(text: str, found: tuple[str, ...]) -> None:
    assert set(found) <= set(tracking_numbers([text]))
    assert bool(found) == bool(tracking_numbers([text]))


def test_random_pictures_have_no_numbers() -> None:
    dice = random.Random(1)
    noise = Image.frombytes("L", (400, 600), dice.randbytes(400 * 600))
    assert label_numbers(accept_label(encode(noise, "PNG"))) == ()
