"""A sheet of paper to draw on: text in any script, wrapped and measured, rules, boxes and codes.

Sizes are in points (1/72 inch); y is measured from the top edge down, as one reads. Everything is black on
white, so that it prints the same on every printer. Equal drawings give equal bytes.
"""

from __future__ import annotations

import io
import itertools
from typing import TYPE_CHECKING, Literal

from returnctl.documents import fonts
from returnctl.documents.fonts import Style
from returnctl.documents.scripts import clean, shape
from returnctl.documents.wrapping import break_lines

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

Paper = Literal["a4", "letter", "4x6"]

Badge = Literal["plain", "boxed", "filled"]

PAPERS: dict[Paper, tuple[float, float]] = {"a4": (595.28, 841.89), "letter": (612, 792), "4x6": (288, 432)}
MM = 72 / 25.4
DOT = 72 / 203
"""One dot of a 203 dpi label printer: bars that are whole dots wide print sharp."""

_OVERLAP = 1.05
"""Rows of a QR code overlap a little, or some viewers show white lines between them."""


class Pen:
    """Draws on the pages of one PDF and hands back its bytes."""

    def __init__(self, paper: Paper, title: str) -> None:
        from reportlab import rl_config
        from reportlab.pdfgen.canvas import Canvas

        rl_config.useA85 = 0  # text for bytes: a quarter more of them, and a third of a dossier's time
        self.width, self.height = PAPERS[paper]
        self._file = io.BytesIO()
        self._canvas: Canvas = Canvas(
            self._file, pagesize=(self.width, self.height), invariant=1, pageCompression=1
        )
        self._canvas.setTitle(title)
        self._canvas.setAuthor("")
        self._canvas.setCreator("returnctl")

    def text(self, x: float, y: float, line: str, *, size: float, style: Style = "regular") -> float:
        """One line (as `wrap` gives it) with its baseline at `y`. Returns where it ends."""
        for name, part in fonts.runs(line, style):
            self._canvas.setFont(name, size)
            self._canvas.drawString(x, self.height - y, part)
            x += self._canvas.stringWidth(part, name, size)
        return x

    def text_right(self, x: float, y: float, line: str, *, size: float, style: Style = "regular") -> float:
        """One line that ends at `x`. Returns its width."""
        width = fonts.width(line, style, size)
        self.text(x - width, y, line, size=size, style=style)
        return width

    def badge_right(self, x: float, y: float, word: str, *, size: float, kind: Badge) -> float:
        """A word that ends at `x`, plain, in a frame, or white on black. Returns the room it takes."""
        width = fonts.width(word, "bold", size) + size
        bottom = self.height - y - size * 0.45
        self._canvas.setLineWidth(0.8)
        if kind != "plain":
            self._canvas.rect(x - width, bottom, width, size * 1.6, fill=int(kind == "filled"))
        self._canvas.setFillGray(1 if kind == "filled" else 0)
        self.text_right(x - (0 if kind == "plain" else size / 2), y, word, size=size, style="bold")
        self._canvas.setFillGray(0)
        return width

    def picture(self, x: float, y: float, width: float, height: float, jpeg: bytes) -> None:
        """A JPEG, its upper left corner at `x`, `y`, stretched to that size."""
        from reportlab.lib.utils import ImageReader

        self._canvas.drawImage(ImageReader(io.BytesIO(jpeg)), x, self.height - y - height, width, height)

    def rule(self, x: float, y: float, length: float, *, weight: float = 0.5, dash: float = 0) -> None:
        """A horizontal line, dashed where `dash` gives the length of the strokes."""
        self._canvas.setLineWidth(weight)
        self._canvas.setDash([dash, dash] if dash else [])
        self._canvas.line(x, self.height - y, x + length, self.height - y)

    def box(self, x: float, y: float, width: float, height: float, *, weight: float = 0.8) -> None:
        """An empty rectangle whose upper left corner is at `x`, `y`."""
        self._canvas.setLineWidth(weight)
        self._canvas.setDash([])
        self._canvas.rect(x, self.height - y - height, width, height)

    def dot(self, x: float, y: float, radius: float, *, filled: bool) -> None:
        """A circle around `x`, `y`, black or empty."""
        self._canvas.setLineWidth(1.2)
        self._canvas.setDash([])
        self._canvas.circle(x, self.height - y, radius, fill=int(filled))

    def block(self, x: float, y: float, side: float) -> None:
        """A black square whose upper left corner is at `x`, `y`."""
        self._canvas.rect(x, self.height - y - side, side, side, stroke=0, fill=1)

    def code128(self, x: float, y: float, value: str, *, height: float, dots: int) -> None:
        """A Code 128 without quiet zones, its upper left corner at `x`, `y`, each bar `dots` wide or more."""
        from reportlab.graphics.barcode.code128 import Code128

        code = Code128(value, barHeight=height, barWidth=dots * DOT, quiet=0)
        code.drawOn(self._canvas, _to_dot(x), self.height - _to_dot(y) - height)

    def qr(self, right: float, y: float, value: str, *, side: float) -> None:
        """A QR code (error correction M) without quiet zone, its upper right corner at `right`, `y`.

        It is as large as whole dots for each module allow within `side`.
        """
        from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

        code = QRCode(None, QRErrorCorrectLevel.M)
        code.addData(value)
        code.make()
        dots = int(side / code.moduleCount / DOT) * DOT
        left, top = _to_dot(right - code.moduleCount * dots), self.height - _to_dot(y)
        path = self._canvas.beginPath()
        for row, modules in enumerate(code.modules, start=1):
            column = 0
            for dark, run in itertools.groupby(modules):
                length = len(list(run))
                if dark:
                    path.rect(left + column * dots, top - row * dots, length * dots, dots * _OVERLAP)
                column += length
        self._canvas.drawPath(path, stroke=0, fill=1)

    def next_page(self) -> None:
        """Ends this page and begins another."""
        self._canvas.showPage()

    def finish(self) -> bytes:
        """The PDF."""
        self._canvas.save()
        return self._file.getvalue()


def verdict_badge(verdict: str) -> Badge:
    """How a verdict on a picture is shown: in a frame when warned, white on black when rejected."""
    if verdict == "rejected":
        return "filled"
    return "boxed" if verdict == "warned" else "plain"


def prepare(text: str) -> str:
    """`text` from a person or a server as a page can show it: one line, joined letters, no boxes."""
    return fonts.drawable(shape(clean(text)))


def wrap(text: str, width: float, *, size: float, lines: int, style: Style = "regular") -> list[str]:
    """Prepared `text` in at most `lines` lines of `width` points; what does not fit ends in an ellipsis."""
    return break_lines(text, width, lambda c: fonts.width(c, style, size), lines=lines, hang=True)


def _to_dot(place: float) -> float:
    return round(place / DOT) * DOT
