"""UPS: places where a parcel can be handed over."""

from __future__ import annotations

from typing import Any

import msgspec

from returnctl.forms import ready
from returnctl.sandbox.points import HOURS, Hours, Point, near
from returnctl.sandbox.ups.errors import stop
from returnctl.sandbox.web import Answer, Context, Request, json_answer

_ACCESS_POINTS = "64"


class _Key(msgspec.Struct, frozen=True):
    AddressLine: str
    PoliticalDivision2: str
    PoliticalDivision1: str
    PostcodePrimaryLow: str
    CountryCode: str


class _Origin(msgspec.Struct, frozen=True):
    AddressKeyFormat: _Key


class _Code(msgspec.Struct, frozen=True):
    Code: str


class _Criteria(msgspec.Struct, frozen=True):
    MaximumListSize: str = "10"
    SearchRadius: str = "25"


class _Action(msgspec.Struct, frozen=True):
    RequestAction: str


class _Search(msgspec.Struct, frozen=True):
    Request: _Action
    OriginAddress: _Origin
    Translate: dict[str, str]
    UnitOfMeasurement: _Code = _Code(Code="MI")
    LocationSearchCriteria: _Criteria = _Criteria()


class _Body(msgspec.Struct, frozen=True):
    LocatorRequest: _Search


def search(context: Context, request: Request) -> Answer:
    """POST /api/locations/v3/search/availabilities/{option}; 64 asks for UPS Access Points alone."""
    try:
        asked = msgspec.json.decode(request.body, type=ready(_Body)).LocatorRequest
        most, radius = (
            int(asked.LocationSearchCriteria.MaximumListSize),
            float(asked.LocationSearchCriteria.SearchRadius),
        )
    except (msgspec.MsgspecError, ValueError) as problem:
        raise stop(400, "9264001", "Invalid request") from problem
    if asked.Request.RequestAction != "Locator" or not 1 <= most <= 50 or not 5 <= radius <= 100:
        raise stop(400, "9264002", "Invalid search criteria")
    key = asked.OriginAddress.AddressKeyFormat
    if key.CountryCode != "US":
        return _nothing()
    kinds = (
        {"access-point"} if request.args["option"] == _ACCESS_POINTS else {"store", "center", "access-point"}
    )
    points = [
        point
        for point in near(key.PostcodePrimaryLow, key.PoliticalDivision2, key.PoliticalDivision1)
        if point.kind in kinds and point.miles <= radius
    ]
    kilometres = asked.UnitOfMeasurement.Code == "KM"
    quirks = context.faults.on("quirks")
    found = [_location(point, kilometres=kilometres, quirks=quirks) for point in points[:most]]
    return json_answer(
        {
            "LocatorResponse": {
                "Response": {"ResponseStatusCode": "1", "ResponseStatusDescription": "Success"},
                "Geocode": {"Latitude": "42.65258", "Longitude": "-73.75623"},
                "SearchResults": {
                    "Disclaimer": "Location hours may vary.",
                    "DropLocation": found[0] if quirks and len(found) == 1 else found,
                },
                "AllowAllConfidenceLevels": "false",
            }
        }
    )


def _nothing() -> Answer:
    trouble = {
        "ErrorSeverity": "Hard",
        "ErrorCode": "350201",
        "ErrorDescription": "No locations found for the given address.",
    }
    return json_answer(
        {
            "LocatorResponse": {
                "Response": {
                    "ResponseStatusCode": "0",
                    "ResponseStatusDescription": "Failure",
                    "Error": trouble,
                },
                "SearchResults": {},
                "AllowAllConfidenceLevels": "false",
            }
        }
    )


def _location(point: Point, *, kilometres: bool, quirks: bool) -> dict[str, Any]:
    unit = "KM" if kilometres else "MI"
    distance = point.miles * 1.609344 if kilometres else point.miles
    names = {"store": "The UPS Store", "center": "UPS Customer Center", "access-point": "UPS Access Point™"}
    codes = {"store": "002", "center": "001", "access-point": "018"}
    place = {
        "AddressLine": point.street,
        "PoliticalDivision2": point.city,
        "PoliticalDivision1": point.state,
        "PostcodePrimaryLow": point.postcode,
        "CountryCode": "US",
    }
    kind = {"Code": codes[point.kind], "Description": names[point.kind]}
    return {
        "LocationID": str(100200 + point.rank),
        "OriginOrDestination": "01",
        "IVR": {"PhraseID": "0"},
        "Geocode": {"Latitude": "42.65258", "Longitude": "-73.75623"},
        "AddressKeyFormat": {"ConsigneeName": f"{names[point.kind]} {point.city}".upper(), **place},
        "PhoneNumber": [point.phone],
        "LocationAttribute": [
            {"OptionType": {"Code": "01", "Description": "Location"}, "OptionCode": [kind]},
        ],
        "Distance": {
            "Value": f"{distance:.1f}",
            "UnitOfMeasurement": unit if quirks else {"Code": unit},
        },
        "SpecialInstructions": "Next to the bank" if quirks else [{"Segment": ["Next to the bank"]}],
        "StandardHoursOfOperation": "Mon-Fri: 8am-6pm, Sat: 10am-3pm, Sun: Closed",
        "Timezone": "America/New_York",
        "OperatingHours": {
            "StandardHours": [
                {"HoursType": kind, "DayOfWeek": [_day(day, hours, quirks=quirks) for day, hours in HOURS]}
                for kind in ("10", "50")
            ]
        },
    }


def _day(day: int, hours: Hours | None, *, quirks: bool) -> dict[str, Any]:
    """`day` is 0 for Monday; UPS counts from 1 for Sunday."""
    name = {"Day": str((day + 1) % 7 + 1)}
    if hours is None:
        return {**name, "ClosedIndicator": ""}
    opens, closes = hours
    if not quirks:
        return {**name, "OpenHours": opens, "CloseHours": closes}
    if day == 0:  # a recorded answer with split hours
        return {**name, "OpenHours": [opens.lstrip("0"), "1300"], "CloseHours": ["1200", closes]}
    return {**name, "OpenHours": opens.lstrip("0"), "CloseHours": closes}
