"""Prepaid labels: issued, read, asked for again."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from returnctl.sandbox import clock, drawing, parcels
from returnctl.sandbox.seller import SELLER

if TYPE_CHECKING:
    import sqlite3

_VALID_DAYS = 14


def issue(db: sqlite3.Connection, case: sqlite3.Row, at: datetime) -> None:
    """Makes a label with its parcel, at the carrier that this order's seller uses."""
    row = db.execute(
        "select carrier, document from orders where number = ?", (case["order_number"],)
    ).fetchone()
    sender = msgspec.json.decode(row["document"])["buyer"]["address"]
    number = parcels.create(
        db,
        carrier=row["carrier"],
        sender=sender,
        receiver=SELLER,
        order=case["order_number"],
        at=at,
        reference=case["order_number"],
    )
    db.execute(
        "insert into labels (case_id, carrier, tracking_number, issued_at, valid_until) values (?, ?, ?, ?, ?)",
        (
            *(case["id"], row["carrier"], number, at.isoformat()),
            (at.date() + timedelta(days=_VALID_DAYS)).isoformat(),
        ),
    )


def file(db: sqlite3.Connection, label: sqlite3.Row) -> bytes:
    """The label as PDF: drawn when somebody first looks, and kept."""
    if label["file"]:
        return bytes(label["file"])
    parcel = parcels.find(db, label["tracking_number"])
    assert parcel is not None
    paper = drawing.label(
        carrier=parcel.carrier,
        tracking_number=parcel.tracking_number,
        sender=parcel.sender,
        receiver=parcel.receiver,
        reference=parcel.reference,
    )
    db.execute("update labels set file = ? where number = ?", (paper, label["number"]))
    return paper


def newest(db: sqlite3.Connection, case_id: str) -> sqlite3.Row | None:
    """The label issued last, or None."""
    row: sqlite3.Row | None = db.execute(
        "select * from labels where case_id = ? order by number desc limit 1", (case_id,)
    ).fetchone()
    return row


def state(db: sqlite3.Connection, label: sqlite3.Row) -> str:
    """`used` once a carrier has the parcel, `expired` after its last day, else `alive`."""
    parcel = parcels.find(db, label["tracking_number"])
    if parcel and parcel.status not in {"label-created", "cancelled", "unknown"}:
        return "used"
    return "expired" if clock.today() > date.fromisoformat(label["valid_until"]) else "alive"


def as_document(db: sqlite3.Connection, label: sqlite3.Row) -> dict[str, Any]:
    """The label as the contract has it."""
    told = ("carrier", "tracking_number", "issued_at", "valid_until")
    sha256 = hashlib.sha256(file(db, label)).hexdigest()
    return {"state": state(db, label), **{name: label[name] for name in told}, "sha256": sha256}
