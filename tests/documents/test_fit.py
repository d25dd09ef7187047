"""Labels on paper: full size, cropped, turned, folded, doubled; and every barcode still scans."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

from returnctl.documents.label import LabelFile, accept_label, fit_label
from returnctl.errors import Refused
from tests.documents.hostile import plain, stream
from tests.documents.labels import UPS, encode, numbers, pdf_label, picture, ups_gif
from tests.documents.rendering import codes, ink, needs_poppler, render, text

PAPERS: dict[Any, tuple[int, int]] = {"4x6": (288, 432), "a4": (595, 842), "letter": (612, 792)}


def instructions(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 11)
    for n in range(14):
        canvas.drawString(
            50, 330 - n * 18, f"Step {n}: print this page, cut out the label, stick it on the parcel."
        )


def white_ground(canvas: Canvas) -> None:
    canvas.setFillGray(1)
    canvas.rect(0, 0, 700, 900, stroke=0, fill=1)
    canvas.setFillGray(0)


def turned(data: bytes, degrees: int) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.pages[0].rotate(degrees)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


FORMS: dict[str, Callable[[], bytes]] = {
    "4x6 PDF": pdf_label,
    "letter PDF, label at the top": lambda: pdf_label(size=(612, 792), at=(160, 340)),
    "letter PDF with instructions": lambda: pdf_label(size=(612, 792), at=(160, 350), extra=instructions),
    "A4 PDF on a white ground": lambda: pdf_label(size=(595, 842), at=(20, 400), extra=white_ground),
    "letter PDF without frame": lambda: pdf_label(size=(612, 792), at=(160, 340), frame=False),
    "4x6 PDF lying": lambda: turned(pdf_label(), 90),
    "letter PDF standing on its head": lambda: turned(pdf_label(size=(612, 792), at=(20, 20)), 180),
    "PNG": lambda: encode(picture(), "PNG"),
    "PNG, coloured": lambda: encode(picture().convert("RGB"), "PNG"),
    "PNG of 300 dpi": lambda: encode(picture(dpi=300), "PNG", dpi=(300, 300)),
    "GIF of UPS": ups_gif,
    "JPEG": lambda: encode(picture(), "JPEG", quality=80),
}


@cache
def the_label(form: str) -> LabelFile:
    return accept_label(FORMS[form]())


def scans(form: str, paper: Any) -> None:
    fitted = fit_label(the_label(form), paper=paper, spare=True)
    pages = PdfReader(io.BytesIO(fitted)).pages
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in pages} == {PAPERS[paper]}
    assert [code for page in render(fitted) for code in codes(page)] == [UPS, UPS]


@needs_poppler
@pytest.mark.parametrize(("form", "paper"), list(zip(FORMS, [*PAPERS] * 4, strict=True)))
def test_every_form_scans(form: str, paper: Any) -> None:
    scans(form, paper)


@needs_poppler
@pytest.mark.nightly
@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("form", FORMS)
def test_every_form_scans_from_every_paper(form: str, paper: Any) -> None:
    scans(form, paper)


@needs_poppler
@pytest.mark.parametrize("form", ["4x6 PDF", "PNG", "GIF of UPS", "letter PDF, label at the top"])
def test_the_barcode_keeps_its_size(form: str) -> None:
    """2 dots for each of the code's 189 modules, however the label lies."""
    label = the_label(form)
    for paper in list(PAPERS)[:2]:
        [page] = render(fit_label(label, paper=paper))
        assert longest_barcode(page) == pytest.approx(2 * 189, abs=3)


def longest_barcode(page: Image.Image) -> float:
    """The length of the barcode in dots, from the corners that the reader reports."""
    import zxingcpp

    [found] = zxingcpp.read_barcodes(page)
    corners = found.position
    across = abs(corners.top_right.x - corners.top_left.x), abs(corners.top_right.y - corners.top_left.y)
    return max(across)


@needs_poppler
def test_a_sideways_gif_stands_upright_on_a_label_printer() -> None:
    import zxingcpp

    for data in (ups_gif(), encode(picture().rotate(-90, expand=True), "GIF")):
        [page] = render(fit_label(accept_label(data), paper="4x6"))
        [found] = zxingcpp.read_barcodes(page)
        assert found.orientation == 0


@needs_poppler
def test_a_label_is_cropped_out_of_its_page() -> None:
    fitted = fit_label(the_label("letter PDF with instructions"), paper="4x6")
    [page] = render(fitted)
    left, top, right, bottom = ink(page) or (0, 0, 0, 0)
    assert (right - left) / 203 == pytest.approx(276 / 72, abs=0.05)
    assert (bottom - top) / 203 == pytest.approx(420 / 72, abs=0.05)


@needs_poppler
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_half_a_sheet_is_folded(paper: Any) -> None:
    label = the_label("4x6 PDF")
    folded = fit_label(label, paper=paper)
    assert "Fold or cut here." in text(folded)
    [page] = render(folded)
    assert codes(page.crop((0, 0, page.width, page.height // 2))) == [UPS]


@needs_poppler
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_spare_copy_lies_below_the_line(paper: Any) -> None:
    doubled = fit_label(the_label("4x6 PDF"), paper=paper, spare=True)
    assert "The copy below goes inside the parcel." in text(doubled)
    [page] = render(doubled)
    half = page.height // 2
    for part in ((0, 0, page.width, half), (0, half, page.width, page.height)):
        assert codes(page.crop(part)) == [UPS]


def test_the_spare_copy_has_its_own_label_on_a_label_printer() -> None:
    fitted = fit_label(accept_label(pdf_label(UPS, UPS)), paper="4x6", spare=True)
    assert len(PdfReader(io.BytesIO(fitted)).pages) == 4


def test_a_vector_label_stays_vector() -> None:
    [page] = PdfReader(io.BytesIO(fit_label(the_label("4x6 PDF"), paper="a4"))).pages
    assert "RETURN SERVICE" in page.extract_text()
    assert not list(page.images)


@needs_poppler
def test_a_picture_keeps_its_pixels() -> None:
    image = picture()
    [page] = PdfReader(io.BytesIO(fit_label(accept_label(encode(image, "PNG")), paper="a4"))).pages
    [embedded] = page.images
    assert embedded.image is not None
    assert embedded.image.convert("L").tobytes() == image.tobytes()


def test_what_does_not_fit_is_refused_with_its_size() -> None:
    label = accept_label(plain(media=b"[0 0 595 842]", content=stream(b"20 20 550 800 re f")))
    with pytest.raises(Refused, match=r"covers 197 x 285 mm and does not fit on 4x6 paper at full size"):
        fit_label(label, paper="4x6")


def test_a_page_that_does_not_fit_is_named() -> None:
    pages = pdf_label(UPS, "2", size=(288, 620), extra=lambda canvas: canvas.line(5, 5, 5, 600), frame=False)
    with pytest.raises(Refused, match=r"^The label covers"):
        fit_label(accept_label(pages), paper="4x6")
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_label())))
    writer.append(PdfReader(io.BytesIO(plain(media=b"[0 0 595 842]", content=stream(b"9 9 570 800 re f")))))
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(Refused, match=r"^Page 2 of the label covers"):
        fit_label(accept_label(out.getvalue()), paper="4x6")


def test_equal_labels_give_equal_bytes() -> None:
    label = the_label("4x6 PDF")
    assert fit_label(label, paper="a4", spare=True) == fit_label(label, paper="a4", spare=True)


def test_no_metadata_is_taken_over() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(288, 432))
    canvas.setAuthor("/home/jane/secret.pdf")
    canvas.drawString(9, 9, "label")
    canvas.save()
    label = accept_label(out.getvalue())
    assert b"jane" not in label.data
    metadata = PdfReader(io.BytesIO(fit_label(label, paper="a4"))).metadata
    assert metadata == {"/Title": "Shipping label", "/Creator": "returnctl"}


@needs_poppler
def test_a_qr_code_for_the_counter_is_printed_for_hands() -> None:
    import zxingcpp

    made = zxingcpp.create_barcode("LB:9205590164917312751089", zxingcpp.BarcodeFormat.QRCode)
    square = Image.fromarray(made.to_image(scale=8)).convert("L")
    label = accept_label(encode(square, "PNG"))
    for paper in PAPERS:
        [page] = render(fit_label(label, paper=paper))
        assert codes(page) == ["LB:9205590164917312751089"]
        left, _, right, _ = ink(page.crop((0, 0, page.width, page.height // 2 - 40))) or (0, 0, 0, 0)
        assert right - left <= 2.6 * 203


@needs_poppler
def test_a_transparent_picture_has_a_white_ground() -> None:
    dark = picture()
    clear = Image.new("RGBA", dark.size, (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), mask=dark.point(lambda level: 255 - level))
    [page] = render(fit_label(accept_label(encode(clear, "PNG")), paper="4x6"))
    assert codes(page) == [UPS]


@needs_poppler
def test_a_photo_taken_on_its_side_is_turned() -> None:
    import zxingcpp

    exif = Image.Exif()
    exif[0x0112] = 6
    data = encode(picture().rotate(90, expand=True), "JPEG", exif=exif, quality=90)
    [page] = render(fit_label(accept_label(data), paper="4x6"))
    [found] = zxingcpp.read_barcodes(page)
    assert found.orientation == 0


@needs_poppler
def test_numbers_of_three_carriers_scan_from_one_pdf() -> None:
    chosen = numbers(6)
    pages = render(fit_label(accept_label(pdf_label(*chosen)), paper="4x6"))
    assert [codes(page) for page in pages] == [[number] for number in chosen]
