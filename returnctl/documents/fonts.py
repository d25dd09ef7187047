"""The embedded fonts, and which of them can show which text.

No font shows every script, so text is cut into runs. A letter that no embedded font has is never drawn as an
empty box: `missing` finds it beforehand and the page says so in words.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from importlib import resources
from threading import Lock
from typing import TYPE_CHECKING, Literal

from returnctl.documents.scripts import visual

if TYPE_CHECKING:
    from reportlab.pdfbase.ttfonts import TTFont

Style = Literal["regular", "bold", "mono"]

UNSHOWN = "[…]"
"""Stands for letters that no embedded font has."""

_LATIN: dict[Style, str] = {
    "regular": "NotoSans-Regular",
    "bold": "NotoSans-Bold",
    "mono": "NotoSansMono-Bold",
}
_FALLBACKS = (
    (0x0530, 0x058F, "NotoSansArmenian-Regular"),
    (0x0590, 0x05FF, "NotoSansHebrew-Regular"),
    (0x0600, 0x077F, "NotoSansArabic-Regular"),
    (0x0E00, 0x0E7F, "NotoSansThai-Regular"),
    (0x10A0, 0x10FF, "NotoSansGeorgian-Regular"),
    (0x3000, 0x312F, "DroidSansFallback-Han1"),
    (0x3130, 0x318F, "DroidSansFallback-Hangul"),
    (0x31F0, 0x6EFF, "DroidSansFallback-Han1"),
    (0x6F00, 0x9FFF, "DroidSansFallback-Han2"),
    (0xAC00, 0xD7A3, "DroidSansFallback-Hangul"),
    (0xFB1D, 0xFB4F, "NotoSansHebrew-Regular"),
    (0xFB50, 0xFEFF, "NotoSansArabic-Regular"),
    (0xFF00, 0xFFEF, "DroidSansFallback-Han1"),
)
_lock = Lock()


def runs(line: str, style: Style) -> list[tuple[str, str]]:
    """`line` (shaped, logical order) as (font name, text) pairs in visual order."""
    pairs: list[tuple[str, str]] = []
    for c in visual(line):
        name = font_for(c, style) or _LATIN[style]
        if pairs and pairs[-1][0] == name:
            pairs[-1] = (name, pairs[-1][1] + c)
        else:
            pairs.append((name, c))
    return pairs


def width(text: str, style: Style, size: float) -> float:
    """How wide `text` is, in points."""
    return sum(_advance(c, style) for c in text) * size / 1000


def missing(text: str) -> bool:
    """Whether `text` holds a letter or digit that no embedded font can show."""
    return any(unicodedata.category(c)[0] in "LN" and font_for(c, "regular") is None for c in text)


def shows_all(text: str) -> bool:
    """Whether every single character of `text` can be shown."""
    return all(font_for(c, "regular") for c in text)


def drawable(text: str) -> str:
    """`text` with each run of letters that can't be shown as "[…]"; other such signs, as emoji, left out."""
    shown: list[str] = []
    for c in text:
        if font_for(c, "regular"):
            shown.append(c)
        elif unicodedata.category(c)[0] in "LN" and shown[-1:] != [UNSHOWN]:
            shown.append(UNSHOWN)
    return "".join(shown)


@lru_cache(maxsize=4096)
def font_for(c: str, style: Style) -> str | None:
    """The embedded font that has this character, in that style where it exists."""
    code = ord(c)
    if _has(_LATIN[style], code):
        return _LATIN[style]
    if style != "regular" and _has(_LATIN["regular"], code):
        return _LATIN["regular"]
    return next((name for low, high, name in _FALLBACKS if low <= code <= high and _has(name, code)), None)


@lru_cache(maxsize=4096)
def _advance(c: str, style: Style) -> float:
    face = face_of(font_for(c, style) or _LATIN[style]).face
    return float(face.charWidths.get(ord(c), face.defaultWidth))


def _has(name: str, code: int) -> bool:
    return code in face_of(name).face.charToGlyph


def face_of(name: str) -> TTFont:
    """The font of that name, read and registered with ReportLab at its first use."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    with _lock:
        if name not in pdfmetrics.getRegisteredFontNames():
            with resources.as_file(resources.files("returnctl.documents") / "fonts" / f"{name}.ttf") as path:
                pdfmetrics.registerFont(TTFont(name, str(path)))
        return pdfmetrics.getFont(name)
