"""Barcodes read from a clean picture of a label, and the numbers in texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image
    from zxingcpp import Barcode

_SMALL = 2500
_SEPARATORS = re.compile(r"[\s()\x1d-]+")
_NUMBER = re.compile(r"\b(?:1Z(?:\s?[0-9A-Z]){16}|[A-Z]{2}(?:\s?\d){9}\s?[A-Z]{2}|\d(?:\s?\d){9,33})\b")
_WITH_ROUTING = re.compile(r"420\d{5}(?:\d{4})?(9[1-5]\d{20}(?:\d{4})?)")


def read_codes(picture: Image) -> list[str]:
    """The texts of all barcodes in the picture; a second, enlarged look where the first finds no number."""
    from PIL import Image

    gray = picture.convert("L")
    found = _decode(gray)
    if max(gray.size) <= _SMALL and not any(_NUMBER.search(code.text) for code in found):
        found += _decode(gray.resize((gray.width * 3, gray.height * 3), Image.Resampling.BICUBIC))
    return list(dict.fromkeys(code.text for code in found if code.text))


def turn_to_upright(picture: Image) -> int:
    """By how many degrees clockwise (0, 90, 180, 270) the picture must turn for its barcodes to lie level."""
    turns = [round(-code.orientation / 90) % 4 * 90 for code in _decode(picture.convert("L"))]
    return max(set(turns), key=turns.count, default=0)


def _decode(gray: Image) -> list[Barcode]:
    import zxingcpp

    return list(zxingcpp.read_barcodes(gray, text_mode=zxingcpp.TextMode.Plain))


def tracking_numbers(texts: Iterable[str]) -> tuple[str, ...]:
    """The codes in `texts` that look like tracking numbers, each once, without spaces, in order."""
    return tuple(dict.fromkeys(number for text in texts for number in _numbers(text)))


def _numbers(text: str) -> Iterator[str]:
    for match in _NUMBER.finditer(text.upper().replace("\x1d", " ")):
        yield from _forms(_SEPARATORS.sub("", match.group()))


def _forms(code: str) -> Iterator[str]:
    """The code itself, and the tracking number that a carrier's longer barcode holds."""
    yield code
    routed = _WITH_ROUTING.fullmatch(code)
    if routed:
        yield routed.group(1)
    if re.fullmatch(r"96\d{20}", code):
        yield code[7:]
    if re.fullmatch(r"\d{34}", code):
        yield code[22:]
        yield code[20:]
