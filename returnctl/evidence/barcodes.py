"""Reads barcodes from photos: shipping labels, IMEI labels, `*#06#` screens.

One decode, then a ladder of sizes and turns, cheapest first, until what was looked for is found: a code needs
two pixels for each narrow bar, and is not found when it is tilted by 20 degrees and more.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from returnctl.evidence.prepare import decode_scaled, open_picture

if TYPE_CHECKING:
    from PIL import Image

_LONGEST_SIDE: Final = 8_200  # pixels; beyond, a JPEG is decoded at half its size
_HALVE_FROM: Final = 2_400
_DOUBLE_BELOW: Final = 2_700
_TREBLE_BELOW: Final = 1_500
_TURNS: Final = (15, -15, 30, -30, 45)  # degrees


class CodeReading(msgspec.Struct, frozen=True, kw_only=True):
    """One code: its text (control characters as they are), its kind, and the step of the ladder it took."""

    text: str
    symbology: str
    step: str


def read_codes(
    source: Path | bytes, *, enough: Callable[[str], bool] = lambda _: True, turned: bool = True
) -> tuple[CodeReading, ...]:
    """Reads codes from a picture, each once, until `enough` is true of a text.

    `turned` also tries tilted pictures where nothing else did.

    Raises:
        BadPicture: the source is no picture.
    """
    grey = decode_scaled(open_picture(source), long_side=_LONGEST_SIDE, mode="L")
    found: dict[tuple[str, str], CodeReading] = {}
    for step, picture, formats in _ladder(grey, turned=turned):
        for barcode in _read(picture, formats):
            reading = CodeReading(text=barcode.text, symbology=barcode.format.name, step=step)
            found.setdefault((reading.symbology, reading.text), reading)
        if any(enough(reading.text) for reading in found.values()):
            break
    return tuple(found.values())


def _ladder(grey: Image.Image, *, turned: bool) -> Iterator[tuple[str, Image.Image, Any]]:
    """The steps: a name, the picture, the kinds of code to look for."""
    from PIL.Image import Resampling

    longer = max(grey.size)
    small = grey.reduce(2) if longer >= _HALVE_FROM else grey
    if small is not grey:
        yield "1/2", small, _formats()
    yield "1/1", grey, _formats()
    if longer >= _HALVE_FROM:
        yield "1/4", grey.reduce(4), _formats()
    for times, limit in ((2, _DOUBLE_BELOW), (3, _TREBLE_BELOW)):
        if longer < limit:
            larger = grey.resize((grey.width * times, grey.height * times), Resampling.BICUBIC)
            yield f"x{times}", larger, _formats()
    for angle in _TURNS if turned else ():
        tilted = small.rotate(angle, resample=Resampling.BILINEAR, expand=True, fillcolor=255)
        yield f"turned {angle}", tilted, _code_128()


def _read(picture: Image.Image, formats: Any) -> list[Any]:
    import zxingcpp

    # Plain: the text as it is in the code. The default writes brackets around a GS1 code's parts.
    codes: list[Any] = zxingcpp.read_barcodes(picture, formats=formats, text_mode=zxingcpp.TextMode.Plain)
    return codes


@functools.cache
def _formats() -> Any:
    """The kinds of code on labels, boxes and screens; product codes (EAN, UPC) are none of them."""
    from zxingcpp import BarcodeFormat as Kind
    from zxingcpp import BarcodeFormats

    return BarcodeFormats(
        [Kind.Code128, Kind.Code39, Kind.ITF, Kind.DataMatrix, Kind.QRCode, Kind.PDF417, Kind.MaxiCode]
    )


@functools.cache
def _code_128() -> Any:
    from zxingcpp import BarcodeFormat, BarcodeFormats

    return BarcodeFormats([BarcodeFormat.Code128])
