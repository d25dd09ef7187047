"""Pages and pictures placed on sheets of paper at a chosen scale: vectors stay vectors, pixels stay pixels.

Works on PDFs that `guard` had rebuilt or that this room drew itself, never on a stranger's.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import msgspec

from returnctl.documents.geometry import Box, Matrix, multiply, transform_box
from returnctl.documents.geometry import size as size_of
from returnctl.documents.page import DOT, PAPERS, Paper

if TYPE_CHECKING:
    from pypdf import PageObject, PdfWriter


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a page, ready to be placed.

    `upright` brings its lower left corner, turned as it is read, to 0, 0. `origin` is where its page begins.
    """

    name: str
    reference: Any
    upright: Matrix
    origin: tuple[float, float]
    width: float
    height: float


class Sheets:
    """A PDF that grows by drawn sheets, with pieces placed on the newest."""

    def __init__(self) -> None:
        from pypdf import PdfWriter

        self._writer: PdfWriter = PdfWriter()
        self._page: PageObject | None = None
        self._marks = ""

    @classmethod
    def over(cls, drawn: bytes) -> Sheets:
        """The sheets that `Pen` drew, to place pieces on those that one turns to."""
        from pypdf import PdfReader, PdfWriter

        sheets = cls()
        sheets._writer = PdfWriter(clone_from=PdfReader(io.BytesIO(drawn)))
        return sheets

    def turn_to(self, page: int) -> None:
        """The next pieces go on that page, counted from 0."""
        self._finish_page()
        self._page = self._writer.pages[page]

    @property
    def _sheet(self) -> PageObject:
        assert self._page is not None, "a sheet is added before something is placed"
        return self._page

    def add(self, drawn: bytes) -> None:
        """A sheet that `Pen` drew, one page long; the next pieces go on it."""
        from pypdf import PdfReader

        self._finish_page()
        self._page = self._writer.add_page(PdfReader(io.BytesIO(drawn)).pages[0])

    def add_blank(self, paper: Paper) -> None:
        """An empty sheet; the next pieces go on it."""
        self._finish_page()
        self._page = self._writer.add_blank_page(*PAPERS[paper])

    def piece(self, page: PageObject, area: Box) -> Piece:
        """The part of `page` within `area` (page space), for placing any number of times."""
        from pypdf.generic import ArrayObject, DecodedStreamObject, FloatObject, NameObject

        form = DecodedStreamObject()
        contents = page.get_contents()
        form.set_data(contents.get_data() if contents is not None else b"")
        form[NameObject("/Type")] = NameObject("/XObject")
        form[NameObject("/Subtype")] = NameObject("/Form")
        form[NameObject("/BBox")] = ArrayObject(FloatObject(round(side, 3)) for side in area)
        for key in ("/Resources", "/Group"):
            if key in page:
                form[NameObject(key)] = page[key].clone(self._writer)
        turned = multiply((1, 0, 0, 1, -area[0], -area[1]), quarter_turns(page.rotation))
        box = transform_box(area, turned)
        width, height = size_of(box)
        upright = multiply(turned, (1, 0, 0, 1, -box[0], -box[1]))
        reference = self._writer._add_object(form.flate_encode())
        return Piece(
            name=f"/Piece{reference.idnum}",
            reference=reference,
            upright=upright,
            origin=(float(page.cropbox.left), float(page.cropbox.top)),
            width=width,
            height=height,
        )

    def place(self, piece: Piece, x: float, y: float, *, turn: int = 0, scale: float = 1.0) -> None:
        """Puts the piece's lower left corner at `x`, `y`, turned clockwise by `turn` degrees.

        At full size it is moved by up to half a dot, so that what was drawn for the dots of a label printer
        meets the dots again.
        """
        from pypdf.generic import NameObject

        turned = multiply(quarter_turns(turn), (scale, 0, 0, scale, 0, 0))
        left, bottom, _, _ = transform_box((0, 0, piece.width, piece.height), turned)
        matrix = multiply(piece.upright, multiply(turned, (1, 0, 0, 1, x - left, y - bottom)))
        if scale == 1:
            matrix = multiply(matrix, (1, 0, 0, 1, *self._to_dots(piece, matrix)))
        self._objects()[NameObject(piece.name)] = piece.reference
        self._marks += f"q {' '.join(f'{n:.5f}' for n in matrix)} cm {piece.name} Do Q\n"

    def _to_dots(self, piece: Piece, matrix: Matrix) -> tuple[float, float]:
        """How far the piece's page is from beginning at a whole dot, counted from the sheet's upper left."""
        left, down, _, _ = transform_box((*piece.origin, *piece.origin), matrix)
        down = float(self._sheet.mediabox.height) - down
        return (round(left / DOT) * DOT - left, down - round(down / DOT) * DOT)

    def _objects(self) -> Any:
        """The XObjects of the newest sheet, by name."""
        from pypdf.generic import DictionaryObject, NameObject

        resources: Any = self._sheet.setdefault(NameObject("/Resources"), DictionaryObject()).get_object()
        return resources.setdefault(NameObject("/XObject"), DictionaryObject()).get_object()

    def _finish_page(self) -> None:
        """The pieces over what was drawn, whose graphics state they do not inherit."""
        from pypdf.generic import ArrayObject, NameObject

        if self._page is None or not self._marks:
            return
        drawn = [self._page.raw_get("/Contents")] if "/Contents" in self._page else []
        contents = [self._stream("q\n"), *drawn, self._stream(f"Q\n{self._marks}")]
        self._page[NameObject("/Contents")] = ArrayObject(contents)
        self._marks = ""

    def _stream(self, operators: str) -> Any:
        from pypdf.generic import DecodedStreamObject

        stream = DecodedStreamObject()
        stream.set_data(operators.encode())
        return self._writer._add_object(stream)

    def finish(self, title: str) -> bytes:
        """The PDF; equal sheets give equal bytes."""
        out = io.BytesIO()
        self.done(title).write(out)
        return out.getvalue()

    def done(self, title: str) -> PdfWriter:
        """The sheets, ready to be written."""
        self._finish_page()
        self._writer.metadata = {"/Title": title, "/Creator": "returnctl"}
        return self._writer


def quarter_turns(degrees: int) -> Matrix:
    """The transformation that turns clockwise by a multiple of 90 degrees."""
    turns: dict[int, Matrix] = {
        0: (1, 0, 0, 1, 0, 0),
        90: (0, -1, 1, 0, 0, 0),
        180: (-1, 0, 0, -1, 0, 0),
        270: (0, 1, -1, 0, 0, 0),
    }
    return turns[degrees % 360 // 90 * 90]
