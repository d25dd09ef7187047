"""The parcel that brought a device to its buyer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from returnctl.sandbox import numbers

if TYPE_CHECKING:
    import sqlite3

NAMES = {"ups": "UPS Ground", "usps": "USPS", "fedex": "FedEx"}
CARRIER_IDS = {"ups": 31, "usps": 32, "fedex": 33}
_LINKS = {
    "ups": "https://www.ups.com/track?tracknum=",
    "usps": "https://tools.usps.com/go/TrackConfirmAction?tLabels=",
    "fedex": "https://www.fedex.com/fedextrack/?trknbr=",
}
_SERIALS = 10_000_000


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """Who carried an order, and under which number."""

    carrier: str
    carrier_name: str
    tracking_number: str
    tracking_url: str


def of(row: sqlite3.Row, order: dict[str, Any]) -> Sent:
    """An order's outbound parcel."""
    carrier = row["carrier"]
    number = numbers.tracking_number(carrier, (int(order["order"]) + _SERIALS // 2) % _SERIALS)
    return Sent(
        carrier=carrier,
        carrier_name=NAMES[carrier],
        tracking_number=number,
        tracking_url=link(carrier, number),
    )


def link(carrier: str, number: str) -> str:
    """The carrier's page for a number."""
    return _LINKS[carrier] + number
