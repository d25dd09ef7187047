"""What the carriers sell: labels and pickups, whose they are, and what they cost."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from returnctl.sandbox import parcels

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

_FIRST_POUND = {"ups": Decimal("9.85"), "usps": Decimal("7.40"), "fedex": Decimal("9.10")}
_FURTHER_POUND = Decimal("0.85")
_CENT = Decimal("0.01")


def price(carrier: str, pounds: float) -> Decimal:
    """What a surface service costs, in dollars and cents."""
    further = max(Decimal(0), Decimal(str(pounds)) - 1)
    return (_FIRST_POUND[carrier] + further * _FURTHER_POUND).quantize(_CENT, ROUND_HALF_UP)


def order_of(db: sqlite3.Connection, references: Iterable[str], sender: dict[str, Any]) -> str | None:
    """The order that a parcel belongs to: named in a reference, or known by its buyer's address."""
    for reference in references:
        row = db.execute("select number from orders where number = ?", (reference.strip(),)).fetchone()
        if row:
            return str(row["number"])
    row = db.execute(
        "select number from orders where json_extract(document, '$.buyer.address.postcode') = ?"
        " and upper(json_extract(document, '$.buyer.address.street[0]')) = ?",
        (sender["postcode"][:5], sender["street"][0].strip().upper()),
    ).fetchone()
    return str(row["number"]) if row else None


def buy(
    db: sqlite3.Connection,
    *,
    carrier: str,
    sender: dict[str, Any],
    receiver: dict[str, Any],
    references: list[str],
) -> str:
    """Sells a label; gives its tracking number. Addresses as the marketplace's contract has them."""
    return parcels.create(
        db,
        carrier=carrier,
        sender=sender,
        receiver=receiver,
        order=order_of(db, references, sender),
        bought=True,
        reference=references[0] if references else None,
    )


def book(
    db: sqlite3.Connection,
    *,
    carrier: str,
    prefix: str,
    on: date,
    sender: dict[str, Any],
    references: list[str],
    document: Any,
) -> str:
    """Books a pickup at an address; gives its confirmation number."""
    row = db.execute(
        "insert into pickups (carrier, confirmation, order_number, date, street, document)"
        " values (?, hex(randomblob(8)), ?, ?, ?, ?)",
        (
            *(carrier, order_of(db, references, sender), on.isoformat()),
            *(sender["street"][0].upper(), msgspec.json.encode(document).decode()),
        ),
    )
    confirmation = f"{prefix}{3000 + (row.lastrowid or 0)}"
    db.execute("update pickups set confirmation = ? where number = ?", (confirmation, row.lastrowid))
    return confirmation


def pickup(db: sqlite3.Connection, carrier: str, confirmation: str) -> sqlite3.Row | None:
    """A booked pickup that was not cancelled, or None."""
    row: sqlite3.Row | None = db.execute(
        "select * from pickups where carrier = ? and confirmation = ? and not cancelled",
        (carrier, confirmation),
    ).fetchone()
    return row


def cancel_pickup(db: sqlite3.Connection, confirmation: str) -> None:
    """Takes a pickup back."""
    db.execute("update pickups set cancelled = 1 where confirmation = ?", (confirmation,))


def by_reference(db: sqlite3.Connection, carrier: str, reference: str) -> list[str]:
    """The tracking numbers of the parcels with this reference, the newest first."""
    rows = db.execute(
        "select tracking_number from parcels where carrier = ? and reference = ? order by number desc",
        (carrier, reference),
    )
    return [row["tracking_number"] for row in rows]
