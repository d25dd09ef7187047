"""Where text goes: the text state of a page's contents, and how wide strings are in their fonts."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from returnctl.documents.geometry import IDENTITY, Box, Matrix, multiply

_ASCENT, _DESCENT = 1.0, 0.3
_INVISIBLE = 3


class TextState(msgspec.Struct, frozen=True):
    """The text parameters, which `q` saves and `Q` restores with the rest."""

    font: Any = None
    size: float = 1.0
    leading: float = 0.0
    letter_gap: float = 0.0
    word_gap: float = 0.0
    stretch: float = 1.0
    mode: int = 0

    @property
    def invisible(self) -> bool:
        """Text that is only there to be searched."""
        return self.mode == _INVISIBLE

    def advance(self, text: Any) -> float:
        """How far `text` (a string of the contents) moves on, in text space."""
        codes = bytes(getattr(text, "original_bytes", text))
        glyphs, spaces = _widths(self.font, codes), codes.count(b" ")
        letters = sum(glyphs) * self.size + len(glyphs) * self.letter_gap + spaces * self.word_gap
        return letters * self.stretch

    def box(self, width: float) -> Box:
        """What a string of that width may cover, above and below its baseline."""
        left, right = sorted((0.0, width))
        return (left, -_DESCENT * self.size, right, _ASCENT * self.size)


class Cursor:
    """Where the next string goes: the text matrix and that of the line's beginning."""

    def __init__(self) -> None:
        self.line: Matrix = IDENTITY
        self.here: Matrix = IDENTITY

    def put(self, matrix: Matrix) -> None:
        """`Tm`, and `BT` with the identity."""
        self.line = self.here = matrix

    def move(self, x: float, y: float) -> None:
        """`Td`: the beginning of the next line, from that of this one."""
        self.put(multiply((1, 0, 0, 1, x, y), self.line))

    def go_on(self, width: float) -> None:
        """Past what was shown."""
        self.here = multiply((1, 0, 0, 1, width, 0), self.here)


def _widths(font: Any, codes: bytes) -> list[float]:
    """The width of each glyph in parts of the type size."""
    if font is None or ("/Widths" not in font and font.get("/Subtype") != "/Type0"):
        widths = _standard(str(font.get("/BaseFont", "")) if font is not None else "")
        return [widths[code] / 1000 for code in codes]
    if font.get("/Subtype") == "/Type0":
        return _composite(font, codes)
    scale = abs(float(font["/FontMatrix"][0])) if "/FontMatrix" in font else 0.001
    first, known = int(font.get("/FirstChar", 0)), font["/Widths"]
    other = float(font.get("/FontDescriptor", {}).get("/MissingWidth", 0))
    return [(float(known[c - first]) if 0 <= c - first < len(known) else other) * scale for c in codes]


@cache
def _standard(name: str) -> list[float]:
    """The widths of one of the 14 fonts that every reader has; of any other font's, those of a wide one."""
    from reportlab.pdfbase.pdfmetrics import getFont, standardFonts

    exact = name.lstrip("/")
    if exact not in standardFonts:
        exact = "Courier" if "courier" in name.lower() else "Helvetica-Bold"
    widths: list[float] = getFont(exact).widths
    return widths


def _composite(font: Any, codes: bytes) -> list[float]:
    """Two bytes for each glyph, which Identity-H and the usual CJK encodings have."""
    descendant = font["/DescendantFonts"][0].get_object()
    usual = float(descendant.get("/DW", 1000))
    known = _listed(descendant.get("/W", []))
    glyphs = (codes[i] << 8 | codes[i + 1] for i in range(0, len(codes) - 1, 2))
    return [known.get(glyph, usual) / 1000 for glyph in glyphs]


def _listed(entries: Any) -> dict[int, float]:
    """A composite font's /W array: `first [w w …]` and `first last w`."""
    widths: dict[int, float] = {}
    i = 0
    while i + 1 < len(entries):
        first, second = int(entries[i]), entries[i + 1].get_object()
        if isinstance(second, list):
            widths.update({first + n: float(w) for n, w in enumerate(second)})
            i += 2
        elif i + 2 < len(entries):
            widths.update(
                dict.fromkeys(range(first, min(int(second), first + 0xFFFF) + 1), float(entries[i + 2]))
            )
            i += 3
        else:
            break
    return widths
