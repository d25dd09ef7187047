"""Whether the label in a photo of the parcel is the right one.

What the carriers print is not the bare number: USPS puts 420 and the ZIP code before it, FedEx twenty-two
digits, UPS spreads it over a MaxiCode; and each label carries other codes beside. So three answers: it is
there, another number of the same carrier is there, or nothing could be read.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, Literal

import msgspec

from returnctl.evidence.barcodes import read_codes
from returnctl.evidence.problems import Problem

Outcome = Literal["match", "other-number", "unreadable"]

# Shorter numbers are found by chance inside longer ones.
_LONG_ENOUGH_TO_CONTAIN: Final = 10
_UPS: Final = re.compile(r"1Z[0-9A-Z]{16}")
# A UPS MaxiCode: the package's part of the number, then UPSN and the shipper's part.
_UPS_MAXICODE: Final = re.compile(r"1Z(\d{8})\x1dUPSN\x1d([0-9A-Z]{6})")
_USPS: Final = re.compile(r"(?:420(?:\d{5}|\d{9}))?9[1-5]\d{20}")
_S10: Final = re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}")
_FEDEX_BARCODE: Final = re.compile(r"\d{34}|96\d{20}")
_FEDEX_NUMBER: Final = re.compile(r"\d{12}|\d{15}")


class LabelCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What the photo of the parcel shows: the outcome, all codes that were read, and what to do about it."""

    outcome: Outcome
    codes: tuple[str, ...]
    problem: Problem | None = None


def verify_label(source: Path | bytes, tracking_number: str) -> LabelCheck:
    """Compares the codes in a photo with the tracking number that the label should have.

    Raises:
        BadPicture: the source is no picture.
    """
    codes = tuple(
        reading.text for reading in read_codes(source, enough=lambda text: carries(text, tracking_number))
    )
    outcome = outcome_of(codes, tracking_number)
    return LabelCheck(outcome=outcome, codes=codes, problem=_PROBLEMS.get(outcome))


def outcome_of(codes: tuple[str, ...], tracking_number: str) -> Outcome:
    """`match`, `other-number` or `unreadable`, for the texts of the codes on a label."""
    if any(carries(text, tracking_number) for text in codes):
        return "match"
    wanted = _kinds_wanted(tracking_number)
    return "other-number" if any(wanted & _kinds_of(text) for text in codes) else "unreadable"


def carries(text: str, tracking_number: str) -> bool:
    """Whether a code's text is the tracking number, or holds it."""
    number, code = _bare(tracking_number), _bare(text)
    if not number:
        return False
    if number == code or (len(number) >= _LONG_ENOUGH_TO_CONTAIN and number in code):
        return True
    return any(
        _UPS.fullmatch(number) and number[2:8] == shipper and number.endswith(package)
        for package, shipper in _UPS_MAXICODE.findall(text.upper())
    )


def _kinds_of(text: str) -> set[str]:
    """Whose tracking number a code's text certainly carries, by the carriers' own forms."""
    code = _bare(text)
    if _USPS.fullmatch(code):
        return {"usps"}
    if _UPS.search(code) or _UPS_MAXICODE.search(text.upper()):
        return {"ups"}
    if _S10.fullmatch(code):
        return {"s10"}
    if _FEDEX_BARCODE.fullmatch(code):
        return {"fedex"}
    # Twelve digits on a label with a number of fifteen may be anything, an IMEI or a product for one.
    return {f"fedex-{len(code)}"} if _FEDEX_NUMBER.fullmatch(code) else set()


def _kinds_wanted(tracking_number: str) -> set[str]:
    """The kinds of code that would hold another number, on a label for this one."""
    kinds = _kinds_of(tracking_number)
    return kinds | {"fedex"} if any(kind.startswith("fedex") for kind in kinds) else kinds


def _bare(text: str) -> str:
    return "".join(character for character in text.upper() if character.isascii() and character.isalnum())


_PROBLEMS: Final = {
    "other-number": Problem(
        code="other-number",
        severity="warn",
        message="The label in the photo has another tracking number: check that the right one is on it.",
    ),
    "unreadable": Problem(
        code="label-unreadable",
        severity="warn",
        message="The label can't be read: take it again, closer and straight, without shine on it.",
    ),
}
