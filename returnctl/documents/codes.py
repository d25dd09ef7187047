"""Barcodes read from a clean picture of a label, and the numbers in texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image
    from zxingcpp import Barcode

_SMALL = 2500
_NUMBER = re.compile(r"\b(?:1Z(?: ?[0-9A-Z]){16}|[A-Z]{2} ?\d(?: ?\d){8} ?[A-Z]{2}|\d(?: ?\d){9,40})\b")
_LENGTHS = {12, 14, 15, 18, 20, 22, 26, 30, 34}
"""Digits of the carriers' numbers and of the barcodes that hold them."""
_WITH_ROUTING = re.compile(r"420\d{5}(?:\d{4})?(9[1-5]\d{20}(?:\d{4})?)")
_BRACKETED = re.compile(r"\((\d{2,4})\)")
_ZPL_FIELD = re.compile(r"\^F[DV]([^\^]*)", re.IGNORECASE)
_ZPL_SWITCH = re.compile(r">[0-9:;<=>]")


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


def zpl_fields(data: bytes) -> list[str]:
    """What a ZPL label prints, its barcodes without the signs that switch between code sets."""
    fields = _ZPL_FIELD.findall(data.decode("utf-8", "replace"))
    return [_ZPL_SWITCH.sub("", field) for field in fields]


def _numbers(text: str) -> Iterator[str]:
    for match in _NUMBER.finditer(_BRACKETED.sub(r"\1", text.upper().replace("\x1d", ""))):
        groups = match.group().split()
        yield from _forms("".join(groups)) if _is_number("".join(groups)) else _parts(groups)


def _parts(groups: list[str]) -> Iterator[str]:
    """The numbers among groups of digits that other digits stand beside on the line."""
    for start in range(len(groups)):
        for end in range(len(groups), start, -1):
            joined = "".join(groups[start:end])
            if _is_number(joined):
                yield from _forms(joined)


def _is_number(code: str) -> bool:
    return not code.isdigit() or len(code) in _LENGTHS


def _forms(code: str) -> Iterator[str]:
    """The code itself, and the tracking number that a carrier's longer barcode holds."""
    yield code
    routed = _WITH_ROUTING.fullmatch(code)
    if routed:
        yield routed.group(1)
    if re.fullmatch(r"96\d{20}", code):
        yield code[7:]
    if re.fullmatch(r"\d{34}", code):
        yield code[20:]
        yield code[22:]
