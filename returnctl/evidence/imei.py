"""IMEI numbers: read as people write them, checked, and shortened for output.

3GPP TS 23.003, section 6.2: 8 digits type (TAC), 6 digits serial, 1 check digit (Luhn); an IMEISV has 2
digits software version in place of the check digit. The first two digits name the body that gave the TAC out.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import msgspec

from returnctl.errors import Refused

# Bodies that give out type codes, today and since 2G. A number that starts otherwise may still be right.
REPORTING_BODIES: Final = frozenset(
    "01 35 86 91 98 99 10 30 33 44 45 49 50 51 52 53 54".split()  # noqa: SIM905 - reads as the list it is
)
DIGITS: Final = 15
_WHERE_TO_LOOK: Final = "Dial *#06# on the device, or look under Settings > About; type its 15 digits."
_LABEL: Final = re.compile(
    r"^\s*IMEI(?:\s*SV)?(?:\s*/\s*(?:SV|MEID))?\s*(?:[1-4][\s:.#)]|\(\s*(?:SIM|SLOT)\s*\d\s*\))?[\s:#.]*",
    re.IGNORECASE,
)
_SEPARATORS: Final = re.compile(r"[\s/.,;:_\u2010-\u2015\u2212-]+")


class Imei(msgspec.Struct, frozen=True, kw_only=True):
    """One IMEI: `digits` are its 15, check digit last.

    `software_version` (2 digits) is set where an IMEISV was given; `check_digit_added` where the check digit
    was worked out, so that nothing vouches for the other 14.
    """

    digits: str
    software_version: str | None = None
    check_digit_added: bool = False

    @property
    def tac(self) -> str:
        """The 8 digits of the device's type."""
        return self.digits[:8]

    @property
    def serial(self) -> str:
        """The 6 digits of this one device."""
        return self.digits[8:14]

    @property
    def short(self) -> str:
        """For people and logs: the first two and the last three digits."""
        return shorten(self.digits)

    @property
    def hint(self) -> str | None:
        """What a person should look at once more, in one line; None where nothing is unusual."""
        if self.check_digit_added:
            return f"Only 14 digits say which device it is; the last one, {self.digits[-1]}, was worked out."
        if self.digits[:2] not in REPORTING_BODIES:
            return f"IMEIs that start with {self.digits[:2]} are unusual: compare it with the device again."
        return None


def parse_imei(text: str) -> Imei:
    """Reads an IMEI as people type it and devices print it: 14 to 17 digits, with separators or a label.

    14 digits lack the check digit, 16 are an IMEISV, 17 an IMEI with software version, as Samsung prints.

    Raises:
        Refused: it is none, and why; the number itself is not in the message.
    """
    digits = _digits_of(text)
    if len(digits) == 32 and digits.startswith("89"):
        raise _refused("that is an EID, the number of the eSIM, not an IMEI")
    if len(digits) in {19, 20} and digits.startswith("89"):
        raise _refused("that is the number of a SIM card, not an IMEI")
    if not 14 <= len(digits) <= 17:
        raise _refused(f"an IMEI has 15 digits, this has {len(digits)}")
    if len(set(digits[:14])) == 1:
        raise _refused("all digits are the same: no device has such an IMEI")
    worked_out = luhn_digit(digits[:14])
    if len(digits) in {15, 17} and digits[14] != worked_out:
        raise _refused("a digit is wrong or two are swapped: the check digit does not fit")
    return Imei(
        digits=digits[:14] + worked_out,
        software_version=digits[-2:] if len(digits) > 15 else None,
        check_digit_added=len(digits) in {14, 16},
    )


def luhn_digit(payload: str) -> str:
    """The check digit for a string of digits (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(payload)):
        doubled = int(digit) * 2 if place % 2 == 0 else int(digit)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def is_imei(digits: str) -> bool:
    """Whether 15 digits found somewhere are an IMEI: check digit, not all the same, a known body."""
    return (
        len(digits) == DIGITS
        and digits[:2] in REPORTING_BODIES
        and len(set(digits[:14])) > 1
        and luhn_digit(digits[:14]) == digits[14]
    )


def shorten(number: str) -> str:
    """A number for people and logs: the first two and the last three characters. Short ones vanish."""
    return f"{number[:2]}…{number[-3:]}" if len(number) > 8 else "…"


def _digits_of(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    bare = _SEPARATORS.sub("", _LABEL.sub("", plain, count=1)).strip("()")
    if re.fullmatch(r"[0-9A-Fa-f]{14}", bare) and not bare.isdecimal():
        raise _refused("that is a MEID with letters, the number of a phone without SIM card, not an IMEI")
    if not bare.isdecimal():
        raise _refused("an IMEI has digits only")
    return "".join(str(unicodedata.decimal(character)) for character in bare)


def _refused(message: str) -> Refused:
    return Refused(f"Not an IMEI: {message}.", hint=_WHERE_TO_LOOK)
