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

DRAWINGS: dict[str, Callable[[Canvas], None]] = {
    "rectangle": lambda c: c.rect(100, 200, 50, 60, stroke=0, fill=1),
    "thick frame": lambda c: (c.setLineWidth(20), c.rect(100, 200, 150, 160)),  # type: ignore[func-returns-value] - two calls
    "line": lambda c: c.line(50, 50, 400, 600),
    "curve": lambda c: c.bezier(100, 100, 200, 300, 300, 300, 400, 100),
    "text": lambda c: c.drawString(100, 400, "Hello Wörld, this is a line of text 0123456789"),
    "text in a font of its own": lambda c: (c.setFont("NotoSans-Bold", 18), c.drawString(60, 300, "Ωμέγα Ж")),  # type: ignore[func-returns-value] - two calls
    "turned": lambda c: (c.translate(300, 300), c.rotate(30), c.rect(0, 0, 100, 50, fill=1)),  # type: ignore[func-returns-value] - three calls
    "spot colour": lambda c: (c.setFillColor(CMYKColorSep(spotName="Ink", cyan=1)), c.rect(9, 9, 90, 90, fill=1)),  # type: ignore[func-returns-value] - two calls
    "clipped": lambda c: clipped(c),
    "white on white": lambda c: (  # type: ignore[func-returns-value] - several calls
        c.setFillColorRGB(1, 1, 1), c.rect(0, 0, 612, 792, stroke=0, fill=1),
        c.setFillGray(0), c.rect(100, 200, 50, 60, stroke=0, fill=1),
    ),
    "form": lambda c: formed(c),
}  # fmt: skip


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
    # Nothing is cut off, and hardly anything too much is kept: margins, curves' handles, guessed letters.
    assert found[0] <= seen[0] + 1
    assert found[1] <= seen[1] + 1
    assert found[2] >= seen[2] - 1
    assert found[3] >= seen[3] - 1
    slack = 110 if drawing in ("text", "curve") else 20
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
