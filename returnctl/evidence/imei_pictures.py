"""Reads IMEIs from pictures: the label on a box or a device, the screen after `*#06#`.

Codes of other things lie beside them: MEID (the IMEI's first 14 digits), EID, EAN, serial numbers, couriers'
numbers. So a number counts where it stands alone, has 15 digits, the right check digit and a known beginning.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Literal

import msgspec

from returnctl.evidence.barcodes import read_codes
from returnctl.evidence.imei import Imei, is_imei, parse_imei
from returnctl.evidence.prepare import decode_scaled, open_picture

OCR_PROGRAM: Final = "tesseract"
_OCR_SECONDS: Final = 20
_OCR_SIDE: Final = 2_600  # pixels; print on a screenshot is large enough, and more takes seconds
_OCR_LAYOUTS: Final = ("6", "11")  # one block of text, then scattered text
_MOST_READ: Final = 8  # codes on one picture; a quad-SIM box has four
_LABELLED: Final = re.compile(
    r"IMEI(?:\s*/\s*(?:SV|MEID))?\s*(?:\(?[1-4]\)?)?\W{0,4}(\d(?:[ /.-]?\d){14})(?!\d)",
    re.IGNORECASE,
)
_ALONE: Final = re.compile(r"(?<![0-9A-Za-z])\d(?:[ /.-]?\d){14}(?![0-9A-Za-z])")


class ImeiReading(msgspec.Struct, frozen=True, kw_only=True):
    """An IMEI found in a picture: how it was read, and how many codes or lines agree on it."""

    imei: Imei
    source: Literal["barcode", "ocr"]
    reads: int


def read_imeis(
    source: Path | bytes, *, expected: str | None = None, use_ocr: bool | None = None
) -> tuple[ImeiReading, ...]:
    """All IMEIs in a picture (a box has up to four), the one seen most often first.

    Stops early at `expected` (15 digits). Text is read only where codes gave nothing, or not the expected
    one, and tesseract is installed; `use_ocr` False leaves it out.

    Raises:
        BadPicture: the source is no picture.
    """
    data = source if isinstance(source, bytes) else open_picture(source).data
    codes = _from_codes(data, expected)
    found = [ImeiReading(imei=parse_imei(digits), source="barcode", reads=reads) for digits, reads in codes]
    missing = not codes or (expected is not None and expected not in dict(codes))
    if not missing or use_ocr is False or not (program := shutil.which(OCR_PROGRAM)):
        return tuple(found)
    known = dict(codes)
    for digits, reads in Counter(imeis_in_text(_text_of(data, program))).most_common():
        if digits not in known:
            found.append(ImeiReading(imei=parse_imei(digits), source="ocr", reads=reads))
    return tuple(found)


def imeis_in_codes(texts: Iterable[str]) -> list[tuple[str, int]]:
    """The IMEIs among the texts of codes, with how many codes agree: a MEID is the IMEI's first 14 digits."""
    known = list(texts)
    reads = Counter(digits for text in known for digits in _candidates(_ALONE, text))
    meids = {text.strip() for text in known}
    return [(digits, count + (digits[:14] in meids)) for digits, count in reads.most_common(_MOST_READ)]


def imeis_in_text(text: str) -> list[str]:
    """The IMEIs in recognised text: what stands after the word IMEI, or else what stands alone."""
    return _candidates(_LABELLED, text) or _candidates(_ALONE, text)


def _candidates(form: re.Pattern[str], text: str) -> list[str]:
    found = (match[match.lastindex or 0] for match in form.finditer(text))
    return [digits for piece in found if is_imei(digits := re.sub(r"\D", "", piece))]


def _from_codes(data: bytes, expected: str | None) -> list[tuple[str, int]]:
    def enough(text: str) -> bool:
        return expected is not None and expected in _candidates(_ALONE, text)

    plain = imeis_in_codes(reading.text for reading in read_codes(data, enough=enough, turned=False))
    if plain:
        return plain
    return imeis_in_codes(reading.text for reading in read_codes(data, enough=_holds_imei))


def _holds_imei(text: str) -> bool:
    return bool(_candidates(_ALONE, text))


def _text_of(data: bytes, program: str) -> str:
    """What tesseract reads, in all layouts; empty where it fails or takes too long."""
    return "\n".join(_recognised(_as_png(data), program))


def _as_png(data: bytes) -> bytes:
    target = io.BytesIO()
    decode_scaled(open_picture(data), long_side=_OCR_SIDE, mode="L").save(target, "PNG", compress_level=1)
    return target.getvalue()


def _recognised(png: bytes, program: str) -> Iterator[str]:
    for layout in _OCR_LAYOUTS:
        try:
            done = subprocess.run(  # noqa: S603 - a fixed program and fixed arguments; the picture goes to stdin
                [program, "-", "-", "--psm", layout],
                input=png,
                capture_output=True,
                timeout=_OCR_SECONDS,
                check=False,
            )
        except (OSError, subprocess.SubprocessError):
            continue
        yield done.stdout.decode("utf-8", "replace")
