"""FedEx: a courier comes by (Pickup Request)."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from returnctl.sandbox import clock, purchases
from returnctl.sandbox.fedex.addresses import Account, Address, Contact, Party
from returnctl.sandbox.fedex.errors import decode, stop, success
from returnctl.sandbox.web import Answer, Context, Request

_LOCATION = "SDFA"
_DAYS_AHEAD = 14

_Carrier = Literal["FDXE", "FDXG"]


class _Where(msgspec.Struct, frozen=True, rename="camel"):
    postal_code: Annotated[str, Meta(min_length=1)]
    country_code: str


class _Availability(msgspec.Struct, frozen=True, rename="camel"):
    pickup_address: _Where
    pickup_request_type: Annotated[list[Literal["SAME_DAY", "FUTURE_DAY"]], Meta(min_length=1)]
    carriers: Annotated[list[_Carrier], Meta(min_length=1)]
    country_relationship: Literal["DOMESTIC", "INTERNATIONAL"]


class _Location(msgspec.Struct, frozen=True, rename="camel"):
    address: Address
    contact: Contact


class _Origin(msgspec.Struct, frozen=True, rename="camel"):
    pickup_location: _Location
    ready_date_timestamp: str
    customer_close_time: Annotated[str, Meta(pattern=r"^[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\Z")]
    package_location: Literal["FRONT", "NONE", "REAR", "SIDE"] | None = None


class _Create(msgspec.Struct, frozen=True, rename="camel"):
    associated_account_number: Account
    origin_detail: _Origin
    carrier_code: _Carrier
    tracking_number: str = ""
    remarks: str = ""


class _Cancel(msgspec.Struct, frozen=True, rename="camel"):
    associated_account_number: Account
    pickup_confirmation_code: str
    scheduled_date: str
    carrier_code: _Carrier | None = None
    location: str = ""


def availabilities(context: Context, request: Request) -> Answer:
    """POST /pickup/v1/pickups/availabilities: the next days on which a courier comes."""
    asked = decode(request, _Availability)
    days = [_next_weekday(clock.today())]
    if "SAME_DAY" in asked.pickup_request_type and clock.today().weekday() < 5:
        days.insert(0, clock.today())
    options = [_option(carrier, day) for carrier in asked.carriers for day in days]
    stamp = f"{clock.now():%Y-%m-%dT%H:%M:%S}"
    return success(request, {"requestTimestamp": stamp, "options": options})


def create(context: Context, request: Request) -> Answer:
    """POST /pickup/v1/pickups. The `Z` of the ready time is a part of its form: it is local to the address."""
    asked = decode(request, _Create)
    origin = asked.origin_detail
    ready = _ready(origin.ready_date_timestamp)
    if asked.carrier_code == "FDXG" and origin.package_location is None:
        raise stop(400, "PACKAGELOCATION.REQUIRED", "Please provide the package location.")
    if f"{ready:%H:%M:%S}" >= origin.customer_close_time:
        raise stop(400, "CLOSETIME.INVALID", "The close time is before the ready time.")
    if ready.weekday() == 6 or not 0 <= (ready.date() - clock.today()).days <= _DAYS_AHEAD:
        raise stop(400, "PICKUPDATE.INVALID", "There is no pickup on this date.")
    where = origin.pickup_location
    code = purchases.book(
        context.db,
        carrier="fedex",
        prefix="CPU",
        on=ready.date(),
        sender=Party(address=where.address, contact=where.contact).neutral(),
        references=[_order_of_parcel(context, asked.tracking_number), *re.findall(r"[0-9]+", asked.remarks)],
        document={"carrierCode": asked.carrier_code},
    )
    return success(
        request, {"pickupConfirmationCode": code, "message": "Courier on the way", "location": _LOCATION}
    )


def cancel(context: Context, request: Request) -> Answer:
    """PUT /pickup/v1/pickups/cancel: Ground by its carrier code, Express by the location of its creation."""
    asked = decode(request, _Cancel)
    row = purchases.pickup(context.db, "fedex", asked.pickup_confirmation_code)
    if row is None or row["date"] != asked.scheduled_date:
        raise stop(400, "PICKUP.NOTFOUND", "There is no pickup with this confirmation code and date.")
    carrier = msgspec.json.decode(row["document"])["carrierCode"]
    if carrier == "FDXG" and asked.carrier_code != "FDXG":
        raise stop(400, "CARRIERCODE.REQUIRED", "Please provide the carrier code.")
    if carrier == "FDXE" and asked.location != _LOCATION:
        raise stop(400, "LOCATION.REQUIRED", "Please provide the location of the pickup.")
    purchases.cancel_pickup(context.db, asked.pickup_confirmation_code)
    return success(
        request,
        {
            "pickupConfirmationCode": asked.pickup_confirmation_code,
            "cancelConfirmationMessage": "Requested pickup has been cancelled Successfully.",
        },
    )


def _option(carrier: str, day: date) -> dict[str, Any]:
    hours = [f"{hour:02d}:00:00" for hour in range(8, 17)]
    return {
        "carrier": carrier,
        "available": True,
        "pickupDate": day.isoformat(),
        "cutOffTime": "15:00:00",
        "accessTime": {"hours": 1, "minutes": 0},
        "residentialAvailable": True,
        "countryRelationship": "DOMESTIC",
        "scheduleDay": "SAME_DAY" if day == clock.today() else "FUTURE_DAY",
        "defaultReadyTime": "09:00:00",
        "readyTimeOptions": hours,
        "latestTimeOptions": [*hours[2:], "17:00:00", "18:00:00"],
    }


def _next_weekday(day: date) -> date:
    later = day + timedelta(days=1)
    while later.weekday() >= 5:
        later += timedelta(days=1)
    return later


def _ready(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError as problem:
        raise stop(400, "READYTIME.INVALID", "The ready time is invalid.") from problem


def _order_of_parcel(context: Context, number: str) -> str:
    row = context.db.execute(
        "select order_number from parcels where tracking_number = ?", (number,)
    ).fetchone()
    return str(row["order_number"]) if row else ""
