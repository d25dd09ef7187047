"""UPS, USPS and FedEx: what they are asked and what they answer. No return's file, no screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from returnctl.errors import Usage

if TYPE_CHECKING:
    from returnctl.carriers.protocol import Carrier

CODES = ("ups", "usps", "fedex")
NAMES = {"ups": "UPS", "usps": "USPS", "fedex": "FedEx"}


def carrier(code: str) -> Carrier:
    """The carrier of this code. Raises Usage for another: those have numbers and links only."""
    if code == "ups":
        from returnctl.carriers.ups import Ups

        return Ups()
    if code == "usps":
        from returnctl.carriers.usps import Usps

        return Usps()
    if code == "fedex":
        from returnctl.carriers.fedex import Fedex

        return Fedex()
    raise Usage(f"{code!r} is no carrier that can be asked.", hint="Use ups, usps or fedex.")
