"""USPS: tracking and post offices, with the answers that it really gives."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

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
    day_name,
    dig,
    in_km,
    iso_time,
    open_on,
    spans,
    truth,
    words,
)
from returnctl.carriers.status import Status
from returnctl.carriers.usps_pickups import UspsPickups
from returnctl.carriers.usps_shipping import UspsShipping
from returnctl.http import Answer, Request

TRACKING = "tracking/v3/tracking"

# "A status update is not yet available", "not trackable": the number is not known to USPS.
_UNKNOWN_NUMBER = {f"1500{number:02d}" for number in range(1, 10)}


class Usps(UspsShipping, UspsPickups):
    """USPS. Booleans may be text, and a list of one the plain thing."""

    def build_track(self, base: str, number: str) -> Request:
        url = f"{base}/{TRACKING}/{quote(tracking_number.checked(number), safe='')}?expand=DETAIL"
        return self.request("GET", url, f"track {number}")

    def parse_track(self, answer: Answer, number: str) -> Parcel:
        unknown = unknown_parcel(self.code, number)
        if says_unknown(answer, self.parse_error, _UNKNOWN_NUMBER):
            return unknown
        body = content(answer, self.parse_error)
        # The newer API answers with a list, an unknown number being an item with an error in it.
        body = dig(body, 0) if isinstance(body, list) else body
        if dig(body, "error") is not None and words(dig(body, "statusCode")) == "404":
            return unknown
        if not isinstance(body, dict) or not {"trackingNumber", "trackingEvents", "statusCategory"} & set(
            body
        ):
            raise incomplete(answer, "tracking data")
        return _parcel(body, number)

    def build_points(self, base: str, near: Near, *, radius_km: float = 25, limit: int = 10) -> Request:
        where = (
            {"ZIPCode": near.postal_code} if near.postal_code else {"city": near.city, "state": near.state}
        )
        miles = min(100, max(1, math.ceil(radius_km / KM_PER_MILE)))
        query = urlencode({**where, "radius": miles, "limit": max(1, limit)})
        return self.request("GET", f"{base}/locations/v3/post-office-locations?{query}", "find post offices")

    def parse_points(self, answer: Answer, today: datetime) -> tuple[Place, ...]:
        body = content(answer, self.parse_error)
        if not isinstance(body, dict) or "locations" not in body:
            raise incomplete(answer, "post offices")
        places = [_place(one, today) for one in as_list(body["locations"]) if isinstance(one, dict)]
        return nearest_first(places)


def _parcel(body: dict[str, Any], wanted: str) -> Parcel:
    scans = as_list(body.get("trackingEvents"))
    events = tuple(_event(scan) for scan in scans)
    said = words(body.get("status")) or words(dig(scans, 0, "eventType"))
    code = words(dig(scans, 0, "eventCode"))
    state, delayed = status.of_usps(said, words(body.get("statusCategory")), code)
    delivered = first(events, lambda event: event.status is Status.DELIVERED) or first(events, bool)
    expected = dig(body, "deliveryDateExpectation") or body
    estimate = first(
        (
            iso_time(dig(expected, name))
            for name in (
                "predictedDeliveryDate",
                "expectedDeliveryDate",
                "predictedDeliveryTimeStamp",
                "expectedDeliveryTimeStamp",
                "guaranteedDeliveryDate",
            )
        ),
        bool,
    )
    return Parcel(
        carrier="usps",
        tracking_number=wanted,
        found=True,
        status=state,
        code=code,
        description=said or words(body.get("statusSummary")),
        delayed=delayed,
        delivered_at=delivered.time if delivered and state is Status.DELIVERED else None,
        estimated_delivery=None if state is Status.DELIVERED else estimate,
        last_event_at=events[0].time if events else None,
        link=tracking_number.link("usps", wanted),
        events=events,
    )


def _event(scan: Any) -> Event:
    """The local time with its offset; the GMT time beside it is a day early for evening scans."""
    kind, code = words(dig(scan, "eventType")), words(dig(scan, "eventCode"))
    return Event(
        time=iso_time(dig(scan, "eventTimestamp"), dig(scan, "GMTOffset")),
        status=status.of_usps(kind, "", code)[0],
        code=code,
        description=kind,
        place=address_line(dig(scan, "eventCity"), dig(scan, "eventState"), dig(scan, "eventCountry")),
    )


def _place(location: dict[str, Any], today: datetime) -> Place:
    address = dig(location, "facilityAddress")
    hours = _hours(location)
    closed = truth(location.get("temporaryClosure")) and _closed_by(location, today)
    street = [dig(address, "streetAddress"), dig(address, "secondaryAddress"), dig(address, "city")]
    return Place(
        carrier="usps",
        name=words(location.get("facilityName")) or "Post office",
        address=address_line(*street, f"{words(dig(address, 'state'))} {words(dig(address, 'ZIPCode'))}"),
        distance_km=in_km(location.get("distance"), "MI"),
        open_today=False if closed else _special(location, today, open_on(hours, today)),
        hours=hours,
    )


def _hours(location: dict[str, Any]) -> dict[str, str]:
    """The counter's hours; where a post office does not tell them, those of the first service that has any."""
    services = as_list(location.get("services"))
    counter = first(services, lambda one: words(dig(one, "service")) in {"RETAIL", "BUSINESS"})
    said = as_list(dig(counter, "hours")) or first((as_list(dig(one, "hours")) for one in services), bool)
    by_day: dict[str, str] = {}
    for day in said or []:
        name = words(dig(day, "dayOfWeek")).lower()
        times = [spans(dig(one, "openTime"), dig(one, "closeTime")) for one in as_list(dig(day, "times"))]
        if name in {day_name(index) for index in range(7)}:
            by_day[name] = ", ".join(time for time in times if time) or "closed"
    return by_day


def _closed_by(location: dict[str, Any], today: datetime) -> bool:
    starts = iso_time(location.get("temporaryClosureDate"))
    return starts is None or starts[:10] <= today.date().isoformat()


def _special(location: dict[str, Any], today: datetime, usual: bool | None) -> bool | None:
    """Holidays: what the post office says of this very date."""
    date = today.date().isoformat()
    day = first(as_list(location.get("specialHours")), lambda one: words(dig(one, "date")) == date)
    return usual if day is None else truth(dig(day, "open"))
