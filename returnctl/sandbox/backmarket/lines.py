"""What orders, folders and deliveries tell alike about an order: its states, dates and money."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec

SENT = 9
_SHIPPED, _REFUNDED = 3, 6


class Dates(msgspec.Struct, frozen=True, kw_only=True):
    """Moments of an order, in UTC and in the several precisions that are about."""

    created: str
    paid: str
    promised: str
    shipped: str
    delivered: str


def dates(order: dict[str, Any]) -> Dates:
    """When an order was made, paid, sent and received."""
    created = date.fromisoformat(order["ordered_on"])
    shipped = created + timedelta(days=1)
    return Dates(
        created=f"{created}T14:03:11.123456Z",
        paid=f"{created}T14:03:40.123Z",
        promised=f"{shipped}T16:00:00Z",
        shipped=f"{shipped}T15:00:00Z",
        delivered=f"{order['lines'][0]['delivered_on']}T18:20:00Z",
    )


def state(line: dict[str, Any]) -> int:
    """Back Market's number for where a line is: shipped, or refunded after that."""
    return _REFUNDED if line["state"] == "refunded" else _SHIPPED


def price(line: dict[str, Any]) -> Decimal:
    """What a line's device cost."""
    return Decimal(line["price"]["amount"])


def total(order: dict[str, Any]) -> Decimal:
    """What an order's devices cost together."""
    return sum((price(line) for line in order["lines"]), Decimal(0))
