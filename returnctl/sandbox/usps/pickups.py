"""USPS: a carrier comes by (Carrier Pickup v3)."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta

from returnctl.sandbox import clock, purchases
from returnctl.sandbox.usps.addresses import Address, usps_name
from returnctl.sandbox.usps.errors import decode, stop
from returnctl.sandbox.web import Answer, Context, Request, json_answer

if TYPE_CHECKING:
    import sqlite3

_YEAR = timedelta(days=365)
_Name = Annotated[str, Meta(min_length=1, max_length=50)]


class _Contact(msgspec.Struct, frozen=True, rename=usps_name):
    email: Annotated[str, Meta(max_length=50)] | None = None
    cell_number: Annotated[str, Meta(pattern=r"^[0-9]{10}\Z")] | None = None


class _PickupAddress(msgspec.Struct, frozen=True, rename=usps_name):
    first_name: _Name
    last_name: _Name
    address: Address
    contact: Annotated[list[_Contact], Meta(min_length=1, max_length=2)]


class _Packages(msgspec.Struct, frozen=True, rename=usps_name):
    package_type: Literal[
        "FIRST-CLASS_PACKAGE_SERVICE",
        "PRIORITY_MAIL_EXPRESS",
        "PRIORITY_MAIL",
        "RETURNS",
        "USPS_GROUND_ADVANTAGE",
        "INTERNATIONAL",
        "OTHER",
    ]
    package_count: Annotated[int, Meta(ge=1)]


class _Location(msgspec.Struct, frozen=True, rename=usps_name):
    package_location: Literal[
        "FRONT_DOOR",
        "BACK_DOOR",
        "SIDE_DOOR",
        "KNOCK_ON_DOOR",
        "MAIL_ROOM",
        "OFFICE",
        "PORCH",
        "RECEPTION",
        "MAILBOX",
        "OTHER",
    ]
    special_instructions: Annotated[str, Meta(max_length=255)] = ""


class _Pickup(msgspec.Struct, frozen=True, rename=usps_name):
    pickup_date: date
    pickup_address: _PickupAddress
    packages: Annotated[list[_Packages], Meta(min_length=1)]
    estimated_weight: Annotated[float, Meta(gt=0)]
    pickup_location: _Location
    next_available_pickup: bool = False


def eligibility(context: Context, request: Request) -> Answer:
    """GET /pickup/v3/carrier-pickup/eligibility: whether a carrier comes to an address."""
    place = {name: values[0] for name, values in request.query.items()}
    if not place.get("streetAddress") or not (
        place.get("ZIPCode") or (place.get("city") and place.get("state"))
    ):
        raise stop(400, "020005", "Give a street address, and a ZIP code or a city and state.")
    known = ("streetAddress", "secondaryAddress", "city", "state", "ZIPCode")
    address = {name: place[name] for name in known if place.get(name)}
    nobody = {"firstName": "Current", "lastName": "Resident", "contact": [{}]}
    return json_answer({**nobody, "address": address})


def schedule(context: Context, request: Request) -> Answer:
    """POST /pickup/v3/carrier-pickup."""
    asked = decode(request, _Pickup)
    if asked.pickup_location.package_location == "OTHER" and not asked.pickup_location.special_instructions:
        raise stop(400, "020009", "Special instructions are required for OTHER.")
    on = _day(asked)
    person = asked.pickup_address
    sender = person.address.neutral(f"{person.first_name} {person.last_name}")
    if _booked_already(context, on, sender["street"][0]):
        raise stop(400, "020001", "A pickup has been scheduled for this address and date already.")
    confirmation = purchases.book(
        context.db,
        carrier="usps",
        prefix="WTC",
        on=on,
        sender=sender,
        references=[],
        document=msgspec.json.decode(request.body),
    )
    row = purchases.pickup(context.db, "usps", confirmation)
    assert row is not None
    return json_answer(_confirmation(row), headers={"ETag": _etag(row)})


def read(context: Context, request: Request) -> Answer:
    """GET /pickup/v3/carrier-pickup/{confirmationNumber}; its `ETag` is what a cancellation needs."""
    row = _find(context, request)
    return json_answer([_confirmation(row)], headers={"ETag": _etag(row)})


def cancel(context: Context, request: Request) -> Answer:
    """DELETE /pickup/v3/carrier-pickup/{confirmationNumber} with `If-Match`; the answer has no body."""
    row = _find(context, request)
    if request.headers.get("if-match") != _etag(row):
        raise stop(400, "020020", "The If-Match header is missing or does not match.")
    purchases.cancel_pickup(context.db, row["confirmation"])
    return Answer()


def _find(context: Context, request: Request) -> sqlite3.Row:
    row = purchases.pickup(context.db, "usps", request.args["confirmation"])
    if row is None:
        raise stop(400, "020010", "There is no pickup with this confirmation number.")
    return row


def _day(asked: _Pickup) -> date:
    today, day = clock.today(), asked.pickup_date
    if day < today:
        raise stop(400, "020016", "The pickup date is in the past.")
    if day > today + _YEAR:
        raise stop(400, "020017", "The pickup date is more than a year ahead.")
    while day.weekday() == 6:
        if not asked.next_available_pickup:
            raise stop(400, "020011", "There is no pickup on this day.")
        day += timedelta(days=1)
    return day


def _booked_already(context: Context, on: date, street: str) -> bool:
    row = context.db.execute(
        "select 1 from pickups where carrier = 'usps' and date = ? and street = ? and not cancelled",
        (on.isoformat(), street.upper()),
    ).fetchone()
    return row is not None


def _confirmation(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "confirmationNumber": row["confirmation"],
        "pickupDate": row["date"],
        "carrierPickupRequest": msgspec.json.decode(row["document"]),
    }


def _etag(row: sqlite3.Row) -> str:
    content = f"{row['confirmation']}{row['date']}{row['document']}".encode()
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'
