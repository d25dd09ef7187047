"""FedEx: places where a parcel can be handed over."""

from __future__ import annotations

from typing import Any

import msgspec

from returnctl.forms import ready
from returnctl.sandbox.fedex.errors import stop, success
from returnctl.sandbox.points import HOURS, Hours, Point, near
from returnctl.sandbox.web import Answer, Context, Request

_DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_TYPES = {"store": "FEDEX_OFFICE", "center": "FEDEX_GROUND_TERMINAL", "access-point": "FEDEX_ONSITE"}
_NAMES = {"store": "FedEx Office", "center": "FedEx Ship Center", "access-point": "Walgreens"}


class _Address(msgspec.Struct, frozen=True, rename="camel"):
    country_code: str
    postal_code: str = ""
    city: str = ""
    state_or_province_code: str = ""


class _Location(msgspec.Struct, frozen=True):
    address: _Address


class _Distance(msgspec.Struct, frozen=True):
    units: str = "MI"
    value: float = 25


class _Control(msgspec.Struct, frozen=True, rename="camel"):
    distance: _Distance = _Distance()
    max_results: int = 10


class _Body(msgspec.Struct, frozen=True):
    location: _Location
    locationsSummaryRequestControlParameters: _Control = _Control()  # noqa: N815 - FedEx's own name


def search(context: Context, request: Request) -> Answer:
    """POST /location/v1/locations."""
    try:
        asked = msgspec.json.decode(request.body, type=ready(_Body))
    except msgspec.MsgspecError as problem:
        raise stop(400, "INVALID.INPUT.EXCEPTION", "Invalid field value in the input") from problem
    address, control = asked.location.address, asked.locationsSummaryRequestControlParameters
    if not (address.postal_code or (address.city and address.state_or_province_code)):
        raise stop(400, "LOCATION.POSTALCODE.REQUIRED", "Please provide a postal code, or city and state.")
    kilometres = control.distance.units == "KM"
    points = near(address.postal_code or address.city, address.city, address.state_or_province_code)
    found = [
        _location(point, kilometres=kilometres)
        for point in points
        if _far(point, kilometres=kilometres) <= control.distance.value and address.country_code == "US"
    ][: control.max_results]
    return success(
        request,
        {
            "totalResults": len(found),
            "resultsReturned": len(found),
            "matchedAddress": {"postalCode": address.postal_code, "countryCode": address.country_code},
            "locationDetailList": found,
        },
    )


def _far(point: Point, *, kilometres: bool) -> float:
    return round(point.miles * 1.609344, 1) if kilometres else point.miles


def _location(point: Point, *, kilometres: bool) -> dict[str, Any]:
    name = _NAMES[point.kind]
    return {
        "distance": {"units": "KM" if kilometres else "MI", "value": _far(point, kilometres=kilometres)},
        "contactAndAddress": {
            "contact": {"companyName": name, "phoneNumber": point.phone},
            "address": {
                "streetLines": [point.street],
                "city": point.city,
                "stateOrProvinceCode": point.state,
                "postalCode": point.postcode,
                "countryCode": "US",
                "residential": False,
            },
            "addressAncillaryDetail": {"locationInCity": "", "displayName": name},
        },
        "locationId": f"SBX{point.rank}",
        "storeHours": [_day(_DAYS[day], hours) for day, hours in HOURS],
        "carrierDetailList": [],
        "geoPositionalCoordinates": {"latitude": 42.65258, "longitude": -73.75623},
        "locationType": _TYPES[point.kind],
        "packageMaximumLimits": {"weight": {"units": "LB", "value": 55}},
    }


def _day(name: str, hours: Hours | None) -> dict[str, Any]:
    if hours is None:
        return {"dayofweek": name, "operationalHoursType": "CLOSED_ALL_DAY"}
    begins, ends = (f"{clock[:2]}:{clock[2:]}:00" for clock in hours)
    times = [{"begins": begins, "ends": ends}]
    return {"dayofweek": name, "operationalHoursType": "OPEN_BY_HOURS", "operationalHours": times}
