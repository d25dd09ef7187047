"""Reads barcodes from photos: shipping labels, IMEI labels, `*#06#` screens.

One decode, then a ladder of sizes and turns, cheapest first, until what was looked for is found: a code needs
two pixels for each narrow bar, and is not found when it is tilted by 20 degrees and more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from returnctl.evidence.prepare import decode_scaled, open_picture

if TYPE_CHECKING:
    from PIL import Image

_LONGEST_SIDE: Final = 8_200  # pixels; beyond, a JPEG is decoded at half its size
_HALVE_FROM: Final = 2_400
_TURNS: Final = (15, -15, 30, -30, 45)  # degrees
# What is on labels, boxes and screens; product codes (EAN, UPC) are none of it.
_QUICK: Final = ("Code128", "Code39", "ITF", "QRCode", "MaxiCode")
_SLOW: Final = ("DataMatrix", "PDF417")
_BARS: Final = frozenset({"Code128", "Code39", "ITF"})
_TILTING: Final = ("Code128",)  # square codes are found at any angle
# How often a picture shorter than so many pixels is enlarged, and what is looked for in it.
_ENLARGED: Final = ((2, 2_700, _QUICK), (3, 1_500, _QUICK), (2, 2_700, _SLOW))


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
    for step, picture, kinds in _ladder(grey, turned=turned):
        for barcode in _read(picture, kinds):
            reading = CodeReading(text=barcode.text, symbology=barcode.format.name, step=step)
            if enough(reading.text) or _confirmed(picture, barcode):
                found.setdefault((reading.symbology, reading.text), reading)
        if any(enough(reading.text) for reading in found.values()):
            break
    return tuple(found.values())


def _ladder(grey: Image.Image, *, turned: bool) -> Iterator[tuple[str, Image.Image, tuple[str, ...]]]:
    """The steps: a name, the picture, the kinds of code to look for. What is slow to look for comes late."""
    from PIL.Image import Resampling

    longer = max(grey.size)
    halved = longer >= _HALVE_FROM
    small = grey.reduce(2) if halved else grey
    sizes = [("1/2", small), ("1/1", grey), ("1/4", grey.reduce(4))] if halved else [("1/1", grey)]
    yield from ((step, picture, _QUICK) for step, picture in sizes)
    yield from ((step, picture, _SLOW) for step, picture in sizes[:2])
    for angle in _TURNS if turned else ():
        tilted = small.rotate(angle, resample=Resampling.BILINEAR, expand=True, fillcolor=255)
        yield f"turned {angle}", tilted, _TILTING
    for times, limit, kinds in _ENLARGED:
        if longer < limit:
            larger = grey.resize((grey.width * times, grey.height * times), Resampling.BICUBIC)
            yield f"x{times}", larger, kinds


def _read(picture: Image.Image, kinds: tuple[str, ...]) -> list[Any]:
    import zxingcpp

    codes: list[Any] = zxingcpp.read_barcodes(
        picture,
        formats=_formats(kinds),
        # The text as it is in the code; the default writes brackets around a GS1 code's parts.
        text_mode=zxingcpp.TextMode.Plain,
        try_invert=kinds is not _SLOW,  # printed pale on dark they are rare, and it doubles the time
    )
    return codes


def _confirmed(picture: Image.Image, barcode: Any) -> bool:
    """Whether a second look, close up, reads the same.

    The check sum of a bar code lets one of a hundred misreadings pass, and noise makes hundreds; square codes
    correct themselves.
    """
    from PIL.Image import Resampling

    if barcode.format.name not in _BARS:
        return True
    place = barcode.position
    corners = (place.top_left, place.top_right, place.bottom_left, place.bottom_right)
    across, down = [corner.x for corner in corners], [corner.y for corner in corners]
    margin = 20 + (max(across) - min(across) + max(down) - min(down)) // 10
    near = picture.crop((min(across) - margin, min(down) - margin, max(across) + margin, max(down) + margin))
    larger = near.resize((near.width * 3 // 2, near.height * 3 // 2), Resampling.BICUBIC)
    return any(again.text == barcode.text for again in _read(larger, (barcode.format.name,)))


def _formats(kinds: tuple[str, ...]) -> Any:
    """Made for each picture: one that lives until the process ends makes the library complain on the screen."""
    from zxingcpp import BarcodeFormat, BarcodeFormats

    return BarcodeFormats([BarcodeFormat[kind] for kind in kinds])
