"""Whose number is this? By its form and its check digit, offline.

A guess only: one 12-digit number in ten has the right check digit of FedEx by chance. And a wrong check digit
is no reason to refuse: the carriers' own manuals print numbers that fail it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Literal
from urllib.parse import quote

import msgspec

from returnctl.carriers import NAMES
from returnctl.errors import Usage

Check = Literal["right", "wrong"]

LINKS = {
    "ups": "https://www.ups.com/track?tracknum={}",
    "usps": "https://tools.usps.com/go/TrackConfirmAction?tLabels={}",
    "fedex": "https://www.fedex.com/fedextrack/?trknbr={}",
}
DROP_OFF_PAGES = {
    "ups": "https://www.ups.com/dropoff",
    "usps": "https://tools.usps.com/locations/",
    "fedex": "https://local.fedex.com/",
}
PICKUP_PAGES = {
    "usps": "https://tools.usps.com/schedule-pickup-steps.htm",
    "fedex": "https://www.fedex.com/en-us/shipping/schedule-manage-pickups.html",
}

# ISO 3166-1: an S10 number ends in the country whose post issued it.
_COUNTRIES = frozenset(
    (  # noqa: SIM905 - 250 quoted codes would be a wall
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS "
        "BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE "
        "EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM "
        "HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC "
        "LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA "
        "NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW "
        "SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO "
        "TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW "
    ).split()
)


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of a number. `check` is None for forms without a check digit. `carrier` may be `other`."""

    carrier: str
    form: str
    check: Check | None


class Recognition(msgspec.Struct, frozen=True, kw_only=True):
    """The likeliest carrier, None where no form fits; `also` are the others it could be.

    `warning` is a sentence where a person should look again, else "".
    """

    number: str
    carrier: str | None
    also: tuple[str, ...] = ()
    check: Check | None = None
    warning: str = ""


class _Form(msgspec.Struct, frozen=True):
    """A pattern whose groups `serial` and `check` go into the rule."""

    carrier: str
    name: str
    pattern: re.Pattern[str]
    rule: Callable[[str, str], bool]


def normalise(number: str) -> str:
    """Upper case without spaces, dots and hyphens, as carriers take it."""
    return re.sub(r"[\s.\-\u2010-\u2015]", "", unicodedata.normalize("NFKC", number)).upper()


def checked(number: str) -> str:
    """The normalised number, fit for a URL. Raises Usage for what can't be any carrier's."""
    found = normalise(number)
    if not re.fullmatch(r"[A-Z0-9]{5,42}", found):
        raise Usage(
            f"{found[:50]!r} is no tracking number.", hint="It has letters and digits only, 5 to 42 of them."
        )
    return found


def recognise(number: str) -> list[Match]:
    """Every reading of the number: right check digits first, then wrong ones. Empty when no form fits."""
    found = normalise(number)
    matches = [match for form in _FORMS if (match := _read(form, found))]
    return sorted(matches, key=lambda match: match.check == "wrong")


def recognition(number: str) -> Recognition:
    """The likeliest carrier, what else it could be, and what to tell a person."""
    found = normalise(number)
    matches = recognise(found)
    if not matches:
        return Recognition(
            number=found, carrier=None, warning="No carrier that we know numbers its parcels like this."
        )
    best = matches[0]
    also = tuple(
        dict.fromkeys(m.carrier for m in matches if m.check == best.check and m.carrier != best.carrier)
    )
    name = NAMES.get(best.carrier, "another post")
    warning = ""
    if best.check == "wrong":
        warning = f"Its check digit is wrong for {name}: compare it with the label once more."
    elif also:
        others = ", ".join(NAMES.get(carrier, "another post") for carrier in also)
        warning = f"It could also be a number of {others}: name the carrier if {name} is wrong."
    return Recognition(number=found, carrier=best.carrier, also=also, check=best.check, warning=warning)


def link(carrier: str, number: str) -> str | None:
    """The carrier's public tracking page; None for a carrier that we don't know."""
    page = LINKS.get(carrier)
    return page.format(quote(normalise(number), safe="")) if page else None


def _read(form: _Form, number: str) -> Match | None:
    match = form.pattern.fullmatch(number)
    if not match:
        return None
    right = form.rule(match["serial"], match["check"])
    return Match(carrier=form.carrier, form=form.name, check="right" if right else "wrong")


def _digit(character: str) -> int:
    """Letters count as the digit that their place in the alphabet gives."""
    return int(character) if character.isdigit() else (ord(character) - 3) % 10


def _mod10(evens: int, odds: int, prefix: str = "") -> Callable[[str, str], bool]:
    def rule(serial: str, check: str) -> bool:
        total = sum(_digit(c) * (odds if i % 2 else evens) for i, c in enumerate(prefix + serial))
        return int(check) == -total % 10

    return rule


def _weighted(*weights: int) -> Callable[[str, str], bool]:
    def rule(serial: str, check: str) -> bool:
        total = sum(int(c) * weight for c, weight in zip(serial, weights, strict=True))
        return int(check) == total % 11 % 10

    return rule


def _s10(serial: str, check: str) -> bool:
    total = sum(int(c) * weight for c, weight in zip(serial, (8, 6, 4, 2, 3, 5, 9, 7), strict=True))
    return int(check) == {10: 0, 11: 5}.get(11 - total % 11, 11 - total % 11)


def _usps_20(serial: str, check: str) -> bool:
    """Printed without its application identifier 91, which the check digit may or may not count."""
    return _mod10(3, 1)(serial, check) or _mod10(3, 1, "91")(serial, check)


def _form(carrier: str, name: str, pattern: str, rule: Callable[[str, str], bool]) -> _Form:
    return _Form(carrier, name, re.compile(pattern, re.ASCII), rule)


_ZIP = r"(?:420\d{5}(?:\d{4})?)?"
_EXPRESS = _weighted(3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1)
_EXPRESS_14 = _weighted(1, 7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1)

# The surest first: a USPS barcode that begins with 420 and a ZIP also looks like one of FedEx.
_FORMS = (
    _form("ups", "1Z", r"1Z(?P<serial>[A-Z0-9]{15})(?P<check>\d)", _mod10(1, 2)),
    _form("ups", "waybill", r"[AHJKTV](?P<serial>\d{9})(?P<check>\d)", _mod10(1, 2)),
    _form("usps", "IMpb", _ZIP + r"(?P<serial>9[1-5](?:\d{19}|\d{23}|\d{27}))(?P<check>\d)", _mod10(3, 1)),
    _form("usps", "20 digits", _ZIP + r"(?P<serial>\d{19})(?P<check>\d)", _usps_20),
    _form("usps", "S10", r"[A-Z]{2}(?P<serial>\d{8})(?P<check>\d)US", _s10),
    _form("fedex", "Ground 96 (34)", r"96\d{18}(?P<serial>\d{13})(?P<check>\d)", _EXPRESS_14),
    _form("fedex", "Express (34)", r"[0-8]\d{19}(?P<serial>\d{13})(?P<check>\d)", _EXPRESS_14),
    _form("fedex", "ASTRA (32)", r"3\d{15}(?P<serial>\d{11})(?P<check>\d)\d{4}", _EXPRESS),
    _form("fedex", "Ground 96 (22)", r"96\d{5}(?P<serial>\d{14})(?P<check>\d)", _mod10(1, 3)),
    _form("fedex", "SSCC-18", r"0[0-4](?P<serial>\d{15})(?P<check>\d)", _mod10(3, 1)),
    _form("fedex", "Ground (15)", r"(?P<serial>\d{14})(?P<check>\d)", _mod10(1, 3)),
    _form("fedex", "Express (12)", r"(?P<serial>\d{11})(?P<check>\d)", _EXPRESS),
    _form(
        "other",
        "S10",
        rf"[A-Z]{{2}}(?P<serial>\d{{8}})(?P<check>\d)(?:{'|'.join(sorted(_COUNTRIES - {'US'}))})",
        _s10,
    ),
)
