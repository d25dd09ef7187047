"""USPS: post offices near a place (Locations v3)."""

from __future__ import annotations

import re
from typing import Any

from returnctl.sandbox.points import HOURS, Point, near
from returnctl.sandbox.usps.errors import stop
from returnctl.sandbox.web import Answer, Context, Request, json_answer

_DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_TYPES = {"store": "POST_OFFICE", "center": "CONTRACT_POSTAL_UNIT", "access-point": "SELF_SERVICE_KIOSK"}


def post_offices(context: Context, request: Request) -> Answer:
    """GET /locations/v3/post-office-locations, by ZIPCode, by city and state, or by LAT and LONG."""
    place = {name: values[0] for name, values in request.query.items()}
    radius, limit = _number(place, "radius", 20), _number(place, "limit", 20)
    offset = int(place.get("offset", "0")) if place.get("offset", "0").isdigit() else 0
    found = [point for point in _near(place) if point.miles <= radius]
    return json_answer(
        {
            "locations": [_location(point) for point in found[offset : offset + limit]],
            "metadata": {"totalCount": len(found), "limit": limit, "offset": offset},
        }
    )


def _near(place: dict[str, str]) -> list[Point]:
    postcode, city, state = place.get("ZIPCode", ""), place.get("city", ""), place.get("state", "")
    by_address = bool(city and state)
    by_point = "LAT" in place and "LONG" in place
    if postcode and not re.match(r"[0-9]{5}", postcode):
        raise stop(400, "160171", "The ZIPCode is not valid.")
    if sum((bool(postcode) and not by_address, by_address, by_point)) != 1:
        raise stop(400, "160230", "Give exactly one of ZIPCode, city and state, or LAT and LONG.")
    return near(postcode or f"{city}{place.get('LAT', '')}", city, state)


def _number(place: dict[str, str], name: str, default: int) -> int:
    text = place.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= 100:
        raise stop(400, "160172", f"The {name} must be between 1 and 100.")
    return int(text)


def _location(point: Point) -> dict[str, Any]:
    hours = [
        {"dayOfWeek": _DAYS[day], "times": [{"openTime": open_hours[0], "closeTime": open_hours[1]}]}
        for day, open_hours in HOURS
        if open_hours
    ]
    return {
        "facilityName": f"{point.city} {point.street.split()[1]}".upper(),
        "facilityID": str(1350000 + point.rank),
        "facilityAddress": {
            "streetAddress": point.street.upper(),
            "city": point.city.upper(),
            "state": point.state,
            "ZIPCode": point.postcode[:5] if point.postcode[:5].isdigit() else "12207",
        },
        "geoCoordinates": {"latitude": 42.727486, "longitude": -73.848186},
        "postOfficeType": _TYPES[point.kind],
        "distance": point.miles,
        "phoneNumbers": {"phone": point.phone},
        "services": [{"service": "BUSINESS", "hours": hours}],
        "temporaryClosure": False,
        "parking": "LOT",
        "timeZone": "EST",
        "DSTObserved": True,
    }
