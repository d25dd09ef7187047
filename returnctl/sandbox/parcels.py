"""Parcels and their way: what all three carriers tell in their own words, kept once.

A parcel's way is a list of scans, each with a step's name (`STEPS`). A carrier's room turns the step into its
own codes and sentences.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import msgspec

from returnctl.errors import NotFound, Refused
from returnctl.sandbox import clock, numbers
from returnctl.sandbox.places import HUB, Place, offset_of

if TYPE_CHECKING:
    import sqlite3

# The status of a parcel whose last scan is this step.
STATUS_OF = {
    "label": "label-created",
    "tendered": "picked-up",
    "origin": "in-transit",
    "departed": "in-transit",
    "arrived": "in-transit",
    "out": "out-for-delivery",
    "held": "available-for-pickup",
    "delivered": "delivered",
    "attempted": "exception",
    "returning": "returned",
    "voided": "cancelled",
    "silent": "unknown",
}
_ROAD = ("label", "tendered", "origin", "departed", "arrived", "out", "delivered")
_AIMS = {
    "label-created": "label",
    "picked-up": "tendered",
    "in-transit": "arrived",
    "out-for-delivery": "out",
    "delivered": "delivered",
}
_BRANCHES: dict[str, tuple[str, str | None]] = {
    "available-for-pickup": ("arrived", "held"),
    "exception": ("out", "attempted"),
    "returned": ("out", "returning"),
    "cancelled": ("label", "voided"),
    "unknown": ("label", "silent"),
}
STATUSES = (*_AIMS, *_BRANCHES)
_FINAL = {"delivered", "returned", "cancelled"}
_PAUSES = {"available-for-pickup", "exception", "unknown"}  # from these a parcel goes on from where it was
_NEAR_THE_RECEIVER = {"arrived", "out", "held", "delivered", "attempted"}


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a parcel's way. `at` is local to the place, with its offset."""

    step: str
    at: datetime
    city: str
    state: str
    postcode: str


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """A parcel with its scans, oldest first; `sender` and `receiver` are addresses of the contract."""

    tracking_number: str
    carrier: str
    order: str | None
    reference: str | None
    cancelled: bool
    bought: bool
    created_at: datetime
    sender: dict[str, Any]
    receiver: dict[str, Any]
    scans: tuple[Scan, ...]

    @property
    def status(self) -> str:
        """The word of the command line for where it is."""
        return STATUS_OF[self.scans[-1].step]


def create(
    db: sqlite3.Connection,
    *,
    carrier: str,
    sender: dict[str, Any],
    receiver: dict[str, Any],
    order: str | None,
    at: datetime | None = None,
    bought: bool = False,
    reference: str | None = None,
    tracking_number: str | None = None,
) -> str:
    """Adds a parcel whose label has just been made; gives its tracking number."""
    moment = at or clock.now()
    row = db.execute(
        "insert into parcels (tracking_number, carrier, order_number, bought, created_at, reference, sender,"
        " receiver) values (hex(randomblob(8)), ?, ?, ?, ?, ?, ?, ?)",
        (carrier, order, bought, moment.isoformat(), reference, _text(sender), _text(receiver)),
    )
    number = tracking_number or numbers.tracking_number(carrier, row.lastrowid or 0)
    db.execute("update parcels set tracking_number = ? where number = ?", (number, row.lastrowid))
    _scan(db, number, "label", moment, _home(sender))
    return number


def find(db: sqlite3.Connection, tracking_number: str, carrier: str | None = None) -> Parcel | None:
    """The parcel under this number (at this carrier, where one is named), or None."""
    row = db.execute("select * from parcels where tracking_number = ?", (tracking_number,)).fetchone()
    if row is None or (carrier and row["carrier"] != carrier):
        return None
    rows = db.execute("select * from scans where tracking_number = ? order by number", (tracking_number,))
    return Parcel(
        tracking_number=tracking_number,
        carrier=row["carrier"],
        order=row["order_number"],
        reference=row["reference"],
        cancelled=bool(row["cancelled"]),
        bought=bool(row["bought"]),
        created_at=datetime.fromisoformat(row["created_at"]),
        sender=msgspec.json.decode(row["sender"]),
        receiver=msgspec.json.decode(row["receiver"]),
        scans=tuple(_as_scan(scan) for scan in rows),
    )


def advance(
    db: sqlite3.Connection, tracking_number: str, status: str, *, by: datetime | None = None
) -> Parcel:
    """Moves a parcel on to `status`, with the scans on the way; where it is there already, nothing happens.

    The last of them is from now, or from `by`.

    Raises NotFound for an unknown number, Refused for a way back.
    """
    parcel = find(db, tracking_number)
    if parcel is None:
        raise NotFound(f"No parcel has the number {tracking_number}.")
    if parcel.status == status:
        return parcel
    steps = _steps(parcel, status)
    last, present = parcel.scans[-1].at, max(by or clock.now(), parcel.scans[-1].at)
    for place, step in enumerate(steps, start=1):
        moment = (last + (present - last) * place / len(steps)).replace(microsecond=0)
        _scan(db, tracking_number, step, moment, _where(parcel, step))
    if status == "cancelled":
        db.execute("update parcels set cancelled = 1 where tracking_number = ?", (tracking_number,))
    moved = find(db, tracking_number)
    assert moved is not None
    return moved


def _steps(parcel: Parcel, status: str) -> list[str]:
    if parcel.status in _FINAL:
        raise Refused(f"The parcel {parcel.tracking_number} is {parcel.status}: it goes no further.")
    furthest = max(_ROAD.index(scan.step) for scan in parcel.scans if scan.step in _ROAD)
    until, last = _BRANCHES.get(status) or (_AIMS[status], None)
    turned_back = furthest > _ROAD.index(until) and parcel.status not in _PAUSES
    if turned_back and (last is None or status == "cancelled"):
        raise Refused(f"The parcel {parcel.tracking_number} is past {status}: it is {parcel.status}.")
    ahead = list(_ROAD[furthest + 1 : _ROAD.index(until) + 1])
    if last:
        return [*ahead, last]
    return ahead or [until]


def _where(parcel: Parcel, step: str) -> Place:
    if step == "departed":
        return HUB
    return _home(parcel.receiver if step in _NEAR_THE_RECEIVER else parcel.sender)


def _home(address: dict[str, Any]) -> Place:
    state = address.get("state") or ""
    return Place(
        city=address["city"], state=state, postcode=address["postcode"][:5], utc_offset=offset_of(state)
    )


def _scan(db: sqlite3.Connection, number: str, step: str, at: datetime, place: Place) -> None:
    db.execute(
        "insert into scans (tracking_number, step, at, city, state, postcode, utc_offset)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        (number, step, at.isoformat(), place.city, place.state, place.postcode, place.utc_offset),
    )


def _as_scan(row: sqlite3.Row) -> Scan:
    zone = timezone(timedelta(minutes=row["utc_offset"]))
    return Scan(
        step=row["step"],
        at=datetime.fromisoformat(row["at"]).astimezone(zone),
        city=row["city"],
        state=row["state"],
        postcode=row["postcode"],
    )


def _text(value: dict[str, Any]) -> str:
    return msgspec.json.encode(value).decode()
