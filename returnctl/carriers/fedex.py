"""FedEx: tracking and drop-off points, with the answers that it really gives."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from returnctl.carriers import status, tracking_number
from returnctl.carriers.base import Event, Near, Parcel, Place
from returnctl.carriers.fedex_pickups import FedexPickups
from returnctl.carriers.fedex_shipping import FedexShipping
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
    moment,
    open_on,
    spans,
    words,
)
from returnctl.carriers.status import Status
from returnctl.errors import Refused
from returnctl.http import Answer, Request

_DAYS = {name[:3].upper(): name for name in map(day_name, range(7))}


class Fedex(FedexShipping, FedexPickups):
    """FedEx. One number may stand for several parcels of different years: the newest counts."""

    def build_track(self, base: str, number: str) -> Request:
        wanted = {"trackingNumberInfo": {"trackingNumber": tracking_number.checked(number)}}
        body = {"includeDetailedScans": True, "trackingInfo": [wanted]}
        return self.request("POST", f"{base}/track/v1/trackingnumbers", f"track {number}", body, reads=True)

    def parse_track(self, answer: Answer, number: str) -> Parcel:
        unknown = unknown_parcel(self.code, number)
        if says_unknown(answer, self.parse_error):
            return unknown
        body = content(answer, self.parse_error)
        results = [
            result
            for complete in as_list(dig(body, "output", "completeTrackResults"))
            for result in as_list(dig(complete, "trackResults"))
            if isinstance(result, dict)
        ]
        if not results:
            raise incomplete(answer, "tracking data")
        known = [result for result in results if not result.get("error")]
        if known:
            return _parcel(max(known, key=_newest), number)
        code, said = words(dig(results[0], "error", "code")), words(dig(results[0], "error", "message"))
        if code.upper().endswith("NOTFOUND"):
            return unknown
        raise Refused(f"FedEx said no: {said.rstrip('.')} ({code}).")

    def build_points(self, base: str, near: Near, *, radius_km: float = 25, limit: int = 10) -> Request:
        address = {"countryCode": near.country}
        if near.postal_code:
            address["postalCode"] = near.postal_code
        else:
            address |= {"city": near.city, "stateOrProvinceCode": near.state}
        miles = min(100, max(1, math.ceil(radius_km / KM_PER_MILE)))
        body = {
            "locationsSummaryRequestControlParameters": {
                "maxResults": max(1, limit),
                "distance": {"units": "MI", "value": miles},
            },
            "location": {"address": address},
            "locationCapabilities": [{"transferOfPossessionType": "DROPOFF"}],
            "sort": {"criteria": "DISTANCE", "order": "ASCENDING"},
        }
        return self.request("POST", f"{base}/location/v1/locations", "find drop-off points", body, reads=True)

    def parse_points(self, answer: Answer, today: datetime) -> tuple[Place, ...]:
        body = content(answer, self.parse_error)
        if not isinstance(dig(body, "output"), dict):
            raise incomplete(answer, "drop-off points")
        found = as_list(dig(body, "output", "locationDetailList"))
        places = [_place(one, today) for one in found if isinstance(one, dict)]
        return nearest_first(places)


def _newest(result: dict[str, Any]) -> datetime:
    """When the parcel was last seen, whatever order its scans come in."""
    times = [iso_time(dig(scan, "date")) for scan in as_list(result.get("scanEvents"))]
    times += [iso_time(dig(day, "dateTime")) for day in as_list(result.get("dateAndTimes"))]
    return max((moment(time) for time in times), default=moment(None))


def _parcel(result: dict[str, Any], wanted: str) -> Parcel:
    latest = dig(result, "latestStatusDetail")
    events = tuple(_event(scan) for scan in as_list(result.get("scanEvents")))
    code = words(dig(latest, "code"))
    state, delayed = status.of_fedex(code, words(dig(latest, "derivedCode")))
    late = words(dig(latest, "delayDetail", "status")).upper() == "DELAYED"
    times = {
        words(dig(day, "type")): iso_time(dig(day, "dateTime")) for day in as_list(result.get("dateAndTimes"))
    }
    estimate = times.get("ESTIMATED_DELIVERY") or iso_time(
        dig(result, "estimatedDeliveryTimeWindow", "window", "ends")
    )
    if not estimate:
        estimate = iso_time(dig(result, "standardTransitTimeWindow", "window", "ends"))
    delivered = first(events, lambda event: event.status is Status.DELIVERED)
    delivered_at = times.get("ACTUAL_DELIVERY") or (delivered.time if delivered else None)
    return Parcel(
        carrier="fedex",
        tracking_number=wanted,
        found=True,
        status=state,
        code=code,
        description=words(dig(latest, "description")) or words(dig(latest, "statusByLocale")),
        delayed=delayed or late,
        delivered_at=delivered_at if state is Status.DELIVERED else None,
        estimated_delivery=None if state is Status.DELIVERED else estimate,
        last_event_at=events[0].time if events else None,
        link=tracking_number.link("fedex", wanted),
        events=events,
    )


def _event(scan: Any) -> Event:
    code = words(dig(scan, "eventType"))
    place = dig(scan, "scanLocation")
    said = words(dig(scan, "eventDescription"))
    exception = words(dig(scan, "exceptionDescription"))
    return Event(
        time=iso_time(dig(scan, "date")),
        status=status.of_fedex(code, words(dig(scan, "derivedStatusCode")))[0],
        code=code,
        description=f"{said} ({exception})" if exception and exception != said else said,
        place=address_line(dig(place, "city"), dig(place, "stateOrProvinceCode"), dig(place, "countryCode")),
    )


def _place(location: dict[str, Any], today: datetime) -> Place:
    contact = dig(location, "contactAndAddress")
    address = dig(contact, "address")
    hours = _hours(location)
    name = (
        words(dig(contact, "addressAncillaryDetail", "displayName"))
        or words(dig(contact, "contact", "companyName"))
        or words(location.get("locationType")).replace("_", " ").capitalize()
        or "FedEx"
    )
    return Place(
        carrier="fedex",
        name=name,
        address=address_line(
            *as_list(dig(address, "streetLines")),
            dig(address, "city"),
            f"{words(dig(address, 'stateOrProvinceCode'))} {words(dig(address, 'postalCode'))}",
        ),
        distance_km=in_km(dig(location, "distance", "value"), words(dig(location, "distance", "units"))),
        open_today=open_on(hours, today),
        hours=hours,
    )


def _hours(location: dict[str, Any]) -> dict[str, str]:
    hours: dict[str, str] = {}
    for day in as_list(location.get("storeHours")):
        name = _DAYS.get(words(dig(day, "dayofweek") or dig(day, "dayOfWeek"))[:3].upper())
        kind = words(dig(day, "operationalHoursType")).upper()
        open_spans = [
            spans(dig(one, "begins"), dig(one, "ends")) for one in as_list(dig(day, "operationalHours"))
        ]
        said = ", ".join(span for span in open_spans if span)
        if name and "CLOSED" in kind:
            hours[name] = "closed"
        elif name and kind == "OPEN_ALL_DAY":
            hours[name] = "24 h"
        elif name and said:
            hours[name] = said
    return hours
