"""UPS: tracking and drop-off points, with the answers that it really gives."""

from __future__ import annotations

import math
import re
from datetime import datetime
from typing import Any
from urllib.parse import quote

from returnctl.carriers import status, tracking_number
from returnctl.carriers.base import Event, Near, Parcel, Place
from returnctl.carriers.messages import (
    content,
    first,
    incomplete,
    nearest_first,
    says_unknown,
    unknown_parcel,
)
from returnctl.carriers.reading import (
    KM_PER_MILE,
    address_line,
    as_list,
    compact_time,
    day_name,
    dig,
    in_km,
    number,
    open_on,
    part,
    spans,
    words,
)
from returnctl.carriers.status import Status
from returnctl.carriers.ups_pickups import UpsPickups
from returnctl.carriers.ups_shipping import UpsShipping
from returnctl.errors import Refused
from returnctl.http import Answer, Request

# "no information yet" and "no such number", as the tracking API words them.
_UNKNOWN_NUMBER = {"TW0001", "TV1002", "151018", "151044"}


class Ups(UpsShipping, UpsPickups):
    """UPS. A list of one may come as the plain thing."""

    def build_track(self, base: str, number: str) -> Request:
        url = f"{base}/api/track/v1/details/{quote(tracking_number.checked(number), safe='')}?locale=en_US"
        return self.request("GET", url, f"track {number}")

    def parse_track(self, answer: Answer, number: str) -> Parcel:
        unknown = unknown_parcel(self.code, number)
        if says_unknown(answer, self.parse_error, _UNKNOWN_NUMBER):
            return unknown
        body = content(answer, self.parse_error)
        if not isinstance(dig(body, "trackResponse"), dict):
            raise incomplete(answer, "tracking data")
        package = _package(body, number)
        return _parcel(package, number) if package else unknown

    def build_points(self, base: str, near: Near, *, radius_km: float = 25, limit: int = 10) -> Request:
        miles = min(100, max(5, math.ceil(radius_km / KM_PER_MILE)))
        # The schema wants all of these to hold something; its own words ask for a postcode or a city alone.
        address = {
            "AddressLine": " ",
            "PoliticalDivision2": near.city or " ",
            "PoliticalDivision1": near.state or " ",
            "PostcodePrimaryLow": near.postal_code or " ",
            "CountryCode": near.country,
        }
        body = {
            "LocatorRequest": {
                "Request": {"RequestAction": "Locator"},
                "OriginAddress": {"AddressKeyFormat": address},
                "Translate": {"Locale": "en_US"},
                "UnitOfMeasurement": {"Code": "MI"},
                "LocationSearchCriteria": {
                    "MaximumListSize": str(min(50, max(1, limit))),
                    "SearchRadius": str(miles),
                },
            }
        }
        url = f"{base}/api/locations/v3/search/availabilities/1?Locale=en_US"
        return self.request("POST", url, "find drop-off points", body, reads=True)

    def parse_points(self, answer: Answer, today: datetime) -> tuple[Place, ...]:
        body = content(answer, self.parse_error)
        found = dig(body, "LocatorResponse", "SearchResults", "DropLocation")
        if found is not None:
            places = [_place(location, today) for location in as_list(found) if isinstance(location, dict)]
            return nearest_first(places)
        candidates = as_list(dig(body, "LocatorResponse", "SearchResults", "GeocodeCandidate"))
        if candidates:
            names = "; ".join(_address(dig(one, "AddressKeyFormat")) for one in candidates[:3])
            raise Refused(f"UPS knows several such places: {names}.", hint="Give a postcode.")
        error = self.parse_error(answer)
        if error:
            raise Refused(
                f"UPS found no drop-off point: {error[1].rstrip('.')} ({error[0]}).",
                hint="Try a place nearby.",
            )
        if not isinstance(dig(body, "LocatorResponse"), dict):
            raise incomplete(answer, "drop-off points")
        return ()


def _package(body: Any, wanted: str) -> dict[str, Any] | None:
    packages = [
        package
        for shipment in as_list(dig(body, "trackResponse", "shipment"))
        for package in as_list(dig(shipment, "package"))
        if isinstance(package, dict)
    ]
    return first(packages, lambda package: package.get("trackingNumber") == wanted) or first(packages, bool)


def _parcel(package: dict[str, Any], wanted: str) -> Parcel:
    events = tuple(_event(activity) for activity in as_list(package.get("activity")))
    state, delayed, code = _state(package)
    delivered = first(events, lambda event: event.status is Status.DELIVERED)
    dates = {words(dig(day, "type")): dig(day, "date") for day in as_list(package.get("deliveryDate"))}
    planned, moved = compact_time(dates.get("SDD")), compact_time(dates.get("RDD"))
    return Parcel(
        carrier="ups",
        tracking_number=wanted,
        found=True,
        status=state,
        code=code,
        description=words(dig(package, "currentStatus", "description"))
        or words(dig(package, "activity", 0, "status", "description")),
        delayed=delayed or bool(planned and moved and moved > planned),
        delivered_at=_delivered_at(package, delivered, dates) if state is Status.DELIVERED else None,
        estimated_delivery=None if state is Status.DELIVERED else moved or planned,
        last_event_at=events[0].time if events else None,
        link=tracking_number.link("ups", wanted),
        events=events,
    )


def _state(package: dict[str, Any]) -> tuple[Status, bool, str]:
    """The newest scan tells; the current status is coarser, and has its number in one of two places."""
    newest, current = dig(package, "activity", 0, "status"), dig(package, "currentStatus")
    code = words(dig(newest, "statusCode")) or words(dig(current, "statusCode"))
    if not code and re.fullmatch(r"\d{3}", words(dig(current, "code"))):
        code = words(dig(current, "code"))
    kind = words(dig(newest, "type")) or words(dig(current, "type"))
    state, delayed = status.of_ups(code, kind)
    return state, delayed, code or kind


def _event(activity: Any) -> Event:
    said, address = part(activity, "status"), part(part(activity, "location"), "address")
    code, kind = words(said.get("statusCode")), words(said.get("type"))
    when = activity if isinstance(activity, dict) else {}
    country = address.get("countryCode") or address.get("country")
    return Event(
        time=compact_time(when.get("date"), when.get("time"), when.get("gmtOffset")),
        status=status.of_ups(code, kind)[0],
        code=code or kind,
        description=words(said.get("description")),
        place=address_line(address.get("city"), address.get("stateProvince"), country),
    )


def _delivered_at(package: dict[str, Any], delivered: Event | None, dates: dict[str, Any]) -> str | None:
    if delivered and delivered.time:
        return delivered.time
    known = dig(package, "deliveryTime", "type") == "DEL"
    return compact_time(dates.get("DEL"), dig(package, "deliveryTime", "endTime") if known else None)


def _place(location: dict[str, Any], today: datetime) -> Place:
    unit = dig(location, "Distance", "UnitOfMeasurement")
    hours = _hours(dig(location, "OperatingHours", "StandardHours"))
    kinds = as_list(dig(location, "LocationAttribute", 0, "OptionCode", 0, "Description"))
    return Place(
        carrier="ups",
        name=words(dig(location, "AddressKeyFormat", "ConsigneeName")) or address_line(*kinds) or "UPS",
        address=_address(dig(location, "AddressKeyFormat")),
        distance_km=in_km(dig(location, "Distance", "Value"), words(dig(unit, "Code")) or words(unit)),
        open_today=open_on(hours, today),
        hours=hours,
    )


def _address(parts: Any) -> str:
    return address_line(
        *as_list(dig(parts, "AddressLine")),
        dig(parts, "PoliticalDivision2"),
        f"{words(dig(parts, 'PoliticalDivision1'))} {words(dig(parts, 'PostcodePrimaryLow'))}",
    )


def _hours(standard: Any) -> dict[str, str]:
    """The regular hours (type 10); days count from Sunday, 1."""
    regular = first(as_list(standard), lambda one: words(dig(one, "HoursType")) in {"10", ""})
    hours: dict[str, str] = {}
    for day in as_list(dig(regular, "DayOfWeek")):
        index = number(dig(day, "Day"))
        said = _day(day) if isinstance(day, dict) else ""
        if index and 1 <= index <= 7 and said:
            hours[day_name(int(index) - 2)] = said
    return hours


def _day(day: dict[str, Any]) -> str:
    """An indicator counts by being there, whatever it holds."""
    if "ClosedIndicator" in day:
        return "closed"
    if "Open24HoursIndicator" in day:
        return "24 h"
    return spans(day.get("OpenHours"), day.get("CloseHours"))
