"""Where the ink lies, measured against a rendering."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from pypdf import PageObject, PdfReader, PdfWriter
from reportlab.lib.colors import CMYKColorSep
from reportlab.pdfgen.canvas import Canvas

from returnctl.documents.ink import mark_extents
from returnctl.documents.label import accept_label
from tests.documents.hostile import plain, stream
from tests.documents.rendering import ink, needs_poppler, render


def thick_frame(canvas: Canvas) -> None:
    canvas.setLineWidth(20)
    canvas.rect(100, 200, 150, 160)


def embedded_font(canvas: Canvas) -> None:
    canvas.setFont("NotoSans-Bold", 18)
    canvas.drawString(60, 300, "Ωμέγα Ж")


def turned(canvas: Canvas) -> None:
    canvas.translate(300, 300)
    canvas.rotate(30)
    canvas.rect(0, 0, 100, 50, fill=1)


def spot_colour(canvas: Canvas) -> None:
    canvas.setFillColor(CMYKColorSep(spotName="Ink", cyan=1))
    canvas.rect(9, 9, 90, 90, fill=1)


def white_on_white(canvas: Canvas) -> None:
    canvas.setFillColorRGB(1, 1, 1)
    canvas.rect(0, 0, 612, 792, stroke=0, fill=1)
    canvas.setFillGray(0)
    canvas.rect(100, 200, 50, 60, stroke=0, fill=1)


def clipped(canvas: Canvas) -> None:
    path = canvas.beginPath()
    path.rect(100, 100, 80, 90)
    canvas.clipPath(path, stroke=0, fill=0)
    canvas.rect(0, 0, 600, 700, fill=1)


def formed(canvas: Canvas) -> None:
    canvas.beginForm("part", 0, 0, 120, 90)
    canvas.rect(0, 0, 500, 500, fill=1)
    canvas.endForm()
    canvas.translate(200, 300)
    canvas.doForm("part")


DRAWINGS: dict[str, Callable[[Canvas], object]] = {
    "rectangle": lambda canvas: canvas.rect(100, 200, 50, 60, stroke=0, fill=1),
    "thick frame": thick_frame,
    "line": lambda canvas: canvas.line(50, 50, 400, 600),
    "curve": lambda canvas: canvas.bezier(100, 100, 200, 300, 300, 300, 400, 100),
    "text": lambda canvas: canvas.drawString(100, 400, "Hello World, a line of text 0123456789"),
    "text in a font of its own": embedded_font,
    "turned": turned,
    "spot colour": spot_colour,
    "clipped": clipped,
    "white on white": white_on_white,
    "form": formed,
}


@needs_poppler
@pytest.mark.parametrize("drawing", DRAWINGS)
def test_the_ink_is_where_a_rendering_has_it(drawing: str) -> None:
    from returnctl.documents.fonts import face_of

    face_of("NotoSans-Bold")
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(612, 792))
    DRAWINGS[drawing](canvas)
    canvas.save()
    page = marked(out.getvalue())
    [rendered] = render(out.getvalue(), dpi=72)
    left, top, right, bottom = ink(rendered) or (0, 0, 0, 0)
    seen = (left, 792 - bottom, right, 792 - top)
    found = [float(side) for side in page.trimbox]
    # Nothing is cut off, and hardly anything too much is kept: margins, and the handles of a curve.
    assert found[0] <= seen[0] + 1
    assert found[1] <= seen[1] + 1
    assert found[2] >= seen[2] - 1
    assert found[3] >= seen[3] - 1
    slack = 60 if drawing == "curve" else 20
    assert max(abs(a - b) for a, b in zip(found, seen, strict=True)) <= slack


def marked(pdf: bytes) -> PageObject:
    """The first page, with its extents."""
    page = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf))).pages[0]
    mark_extents(page)
    return page


def test_a_thing_of_a_labels_size_is_noted() -> None:
    content = stream(b"1 w 50 300 280 430 re S 0 0 612 20 re f 60 310 9 9 re f")
    page = marked(plain(media=b"[0 0 612 792]", content=content))
    assert [round(float(side)) for side in page.artbox] == [50, 300, 330, 730]
    assert [round(float(side)) for side in page.trimbox] == [0, 0, 612, 734]


def test_text_that_is_only_searched_for_has_no_ink() -> None:
    content = stream(b"0 0 10 10 re f BT /F1 12 Tf 3 Tr 100 400 Td (hidden) Tj ET")
    assert float(marked(plain(content=content)).trimbox.top) < 20


@pytest.mark.parametrize(
    "broken", [b"q q Q Q Q 0 0 9 9 re f", b"/None Do 0 0 9 9 re f", b"(x) Tj 0 0 9 9 re f"]
)
def test_careless_contents_are_followed_all_the_same(broken: bytes) -> None:
    page = marked(plain(content=stream(broken)))
    assert float(page.trimbox.left) == 0
    assert float(page.trimbox.right) >= 9


def test_what_can_not_be_followed_keeps_its_whole_page() -> None:
    content = stream(b"0 0 9 9 re f 1 0 0 cm")
    [page] = PdfReader(io.BytesIO(accept_label(plain(content=content)).data)).pages
    assert [float(side) for side in page.trimbox] == [0, 0, 288, 432]
