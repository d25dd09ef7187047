"""The seeded orders: made, dated afresh while nobody has touched them, and put back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from returnctl.errors import NotFound
from returnctl.sandbox import clock, numbers, parcels
from returnctl.sandbox.backmarket import refunds, transfers
from returnctl.sandbox.conversation import post
from returnctl.sandbox.faults import Faults
from returnctl.sandbox.market import cases, labels
from returnctl.sandbox.places import offset_of
from returnctl.sandbox.seller import BOOK

if TYPE_CHECKING:
    import sqlite3

MANY_FROM = 20000001
_SHIPPING_DAYS = 4
_NAMES = ("Ava", "Ben", "Cora", "Dev", "Ella", "Finn", "Gia", "Hugo", "Iris", "Jonas")
_SURNAMES = ("Adams", "Brooks", "Castillo", "Diaz", "Evans", "Fischer", "Gupta", "Hayes", "Ito")
_CITIES = (
    ("Albany", "NY", "12207"),
    ("Austin", "TX", "78705"),
    ("Denver", "CO", "80205"),
    ("Boston", "MA", "02108"),
)

_UNTOUCHED_AND_OLD = """
    select number from orders where seeded_on != ? and not touched
    and not exists (select 1 from keys where order_number = orders.number)
    and not exists (select 1 from pickups where order_number = orders.number)
    and (past or not exists (
      select 1 from parcels join scans using (tracking_number)
      where order_number = orders.number and (bought or step != 'label')
    ))
"""


def refresh(db: sqlite3.Connection) -> None:
    """Adds what is missing, and dates again what nobody has touched since another day."""
    today = clock.today().isoformat()
    for (number,) in db.execute(_UNTOUCHED_AND_OLD, (today,)).fetchall():
        reset(db, number)
    present = {row[0] for row in db.execute("select number from orders where number < ?", (str(MANY_FROM),))}
    for entry in BOOK["order"]:
        if entry["order"] not in present:
            _add(db, entry)


def add_many(db: sqlite3.Connection, count: int) -> None:
    """Makes sure that there are `count` smartphones from 20000001 on."""
    present = {row[0] for row in db.execute("select number from orders where number >= ?", (str(MANY_FROM),))}
    for place in range(count):
        if str(MANY_FROM + place) not in present:
            _add(db, _numbered(place))


def reset(db: sqlite3.Connection, order: str | None = None) -> None:
    """Puts one order, or everything, back as it was seeded. Raises NotFound for an unknown order."""
    everything = [row[0] for row in db.execute("select number from orders order by number")]
    if order is not None and order not in everything:
        raise NotFound(f"The sandbox has no order {order}.", hint="`returnctl sandbox orders` lists them")
    if order is None:
        # The last one holds where the numbers stand: they begin anew, too.
        for statement in ("delete from parcels", "delete from pickups", "delete from sqlite_sequence"):
            db.execute(statement)
    for number in [order] if order else everything:
        db.execute("delete from orders where number = ?", (number,))
        _add(db, _entry(number))


def _entry(order: str) -> dict[str, Any]:
    for entry in BOOK["order"]:
        if entry["order"] == order:
            return dict(entry)
    return _numbered(int(order) - MANY_FROM)


def _numbered(place: int) -> dict[str, Any]:
    name = f"{_NAMES[place % len(_NAMES)]} {_SURNAMES[place % len(_SURNAMES)]}"
    city, state, postcode = _CITIES[place % len(_CITIES)]
    address = {"street": [f"{100 + place} Main Street"], "city": city, "state": state, "postcode": postcode}
    line = {
        "title": "iPhone 11 64 GB, black",
        "kind": "smartphone",
        "brand": "Apple",
        "model": "iPhone 11",
        "imei": ["35398510"],
        "price": "199.00",
    }
    return {
        "order": str(MANY_FROM + place),
        "carrier": "ups",
        "delivered": 5,
        "buyer": {"name": name, **address, "phone": f"555{place:07d}"[:10], "email": "buyer@example.com"},
        "line": [line],
    }


def _add(db: sqlite3.Connection, entry: dict[str, Any]) -> None:
    document = _document(entry)
    state = entry["buyer"]["state"]
    db.execute(
        "insert into orders (number, seeded_on, carrier, utc_offset, backship, past, document)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        (
            *(entry["order"], clock.today().isoformat(), entry["carrier"], offset_of(state)),
            *(entry.get("backship", True), entry.get("past", False)),
            msgspec.json.encode(document).decode(),
        ),
    )
    if "opened" in entry:
        _open(db, entry, document)


def _document(entry: dict[str, Any]) -> dict[str, Any]:
    delivered = clock.today() - timedelta(days=entry["delivered"])
    buyer = entry["buyer"]
    address = {"company": None, "country": "US", **buyer}
    return {
        "order": entry["order"],
        "ordered_on": (delivered - timedelta(days=_SHIPPING_DAYS)).isoformat(),
        "market": "en-us",
        "buyer": {"name": buyer["name"], "address": address},
        "lines": [
            {
                "line": str(place),
                "title": line["title"],
                "kind": line["kind"],
                "brand": line["brand"],
                "model": line["model"],
                "imeis": list(_imeis(entry["order"], line)),
                "serial": line.get("serial"),
                "price": {"amount": line["price"], "currency": "USD"},
                "delivered_on": delivered.isoformat(),
                "state": "delivered",
            }
            for place, line in enumerate(entry["line"], start=1)
        ],
    }


def _imeis(order: str, line: dict[str, Any]) -> Iterator[str]:
    for tac in line.get("imei", ()):
        yield numbers.imei(tac, int(order[-6:]) * 7 % 1_000_000)


FIRST_IMEI = next(_imeis(BOOK["order"][0]["order"], BOOK["order"][0]["line"][0]))


def _open(db: sqlite3.Connection, entry: dict[str, Any], document: dict[str, Any]) -> None:
    opened = entry["opened"]
    at: datetime = clock.now() - timedelta(days=opened["days"])
    new = cases.NewCase(
        order=entry["order"],
        line="1",
        reason=opened["reason"],
        wants=opened["wants"],
        damage=opened.get("damage", ["none"]),
        description=opened.get("description"),
    )
    name = cases.open_one(db, new, document, at, Faults())
    text = opened["text"].format(imei=", ".join(document["lines"][0]["imeis"][:1]))
    post(db, name, text, author="buyer", at=at + timedelta(hours=1))
    db.execute(
        "update cases set photos_due = ?, folder = ?, issue = ?, resolution = ? where id = ?",
        (opened.get("photos", 0), opened["folder"], opened["issue"], opened.get("resolution"), name),
    )
    if "closed" in opened:
        _end(db, entry, name)


def _end(db: sqlite3.Connection, entry: dict[str, Any], name: str) -> None:
    """What became of a past return: the device came or did not, and went back or was paid for."""
    opened = entry["opened"]
    closed = clock.now() - timedelta(days=opened["closed"])
    label = labels.newest(db, name)
    if opened.get("arrived") and label:
        parcels.advance(db, label["tracking_number"], "delivered", by=closed - timedelta(days=9))
    if "sent_back" in opened:
        number = numbers.tracking_number(entry["carrier"], int(entry["order"]) % 10_000_000)
        sent = transfers.Transfer(entry["carrier"].upper(), number, opened["sent_back"])
        transfers.note(db, name, sent, closed - timedelta(days=2))
    if opened.get("refunded"):
        refunds.give(db, entry["order"], "1", Decimal(entry["line"][0]["price"]), closed)
    db.execute("update cases set closed_at = ? where id = ?", (closed.isoformat(), name))
