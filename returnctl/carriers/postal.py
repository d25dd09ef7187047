"""Addresses and parcels in the shapes that carriers take, and what they can't take said in advance."""

from __future__ import annotations

import base64
import binascii
import math
import re
import textwrap
from typing import Any

from returnctl.carriers.base import Account, Address, LabelOrder, Package
from returnctl.errors import BadConfig, Usage

LABEL_BYTES = 10_000_000

_MAGIC = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "png"),
    (b"GIF8", "gif"),
    (b"\xff\xd8\xff", "jpg"),
    (b"^XA", "zpl"),
    (b"\x10CT~~", "zpl"),
)


def person(address: Address) -> str:
    """Who is written on top: the firm, else the person."""
    return address.company or address.name


def first_and_last(address: Address, carrier: str) -> tuple[str, str]:
    """Raises Usage for a name of one word."""
    first, _, last = address.name.strip().partition(" ")
    if not first or not last.strip():
        raise Usage(f"{carrier} wants a first and a last name.", hint="Complete the name in the address.")
    return first[:50], last.strip()[:50]


def phone(address: Address) -> str:
    """Ten digits, or "" where the address has no such number."""
    digits = re.sub(r"\D", "", address.phone)
    digits = digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
    return digits if len(digits) == 10 else ""


def phone_or_usage(address: Address, carrier: str) -> str:
    """Raises Usage where the address has no phone number of ten digits."""
    found = phone(address)
    if not found:
        hint = "Add `phone` with ten digits to the address."
        raise Usage(f"{carrier} wants a phone number for {person(address)}.", hint=hint)
    return found


def street_lines(address: Address, *, width: int, count: int, carrier: str) -> list[str]:
    """The lines of the street, broken between words where they are too long.

    Raises Usage where they don't fit: a street cut off would send the parcel elsewhere.
    """
    lines = [part for line in address.lines for part in textwrap.wrap(line, width)]
    if not 0 < len(lines) <= count or any(len(line) > width for line in lines):
        limit = f"{count} lines of {width} characters" if count > 1 else f"{width} characters"
        raise Usage(f"{carrier} takes a street of up to {limit}.", hint="Shorten the address.")
    return lines


def zip5(address: Address, carrier: str) -> str:
    """Raises Usage for what is no ZIP code."""
    match = re.fullmatch(r"(\d{5})(-?\d{4})?", address.postal_code.strip(), re.ASCII)
    if not match or address.country != "US":
        raise Usage(
            f"{carrier} takes addresses in the United States here.", hint="Check postcode and country."
        )
    return match[1]


def account_number(account: Account, carrier: str, code: str) -> str:
    """Raises BadConfig where no account is known."""
    if not account.number:
        hint = f"Set RETURNCTL_{code.upper()}_ACCOUNT or log in again with `returnctl auth login {code}`."
        raise BadConfig(f"{carrier} wants an account that pays.", hint=hint)
    return account.number


def pounds(package: Package) -> float:
    """The weight, rounded up to a hundredth and never nothing."""
    return max(0.01, math.ceil(round(package.weight_lb * 100, 6)) / 100)


def inches(package: Package) -> tuple[int, int, int]:
    """Whole inches, the longest side first, as carriers measure."""
    sides = sorted((package.length_in, package.width_in, package.height_in), reverse=True)
    length, width, height = (max(1, math.ceil(side)) for side in sides)
    return length, width, height


def decoded_label(image: Any) -> tuple[str, bytes] | None:
    """What a Base64 image is (by its first bytes) and its bytes; None where it is none.

    No reason to fail: the label is bought, its number must not be lost over its picture.
    """
    if not isinstance(image, str) or len(image) > LABEL_BYTES * 4 // 3:
        return None
    try:
        data = base64.b64decode("".join(image.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    media = next((media for magic, media in _MAGIC if data.lstrip().startswith(magic)), None)
    return (media, data) if media else None


def refuse_qr(order: LabelOrder, carrier: str) -> None:
    """Raise Usage: only USPS prints labels from a QR code."""
    if order.format == "qr":
        raise Usage(f"{carrier} has no label as QR code.", hint="Use --format pdf, or --carrier usps.")
