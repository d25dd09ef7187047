"""FedEx: tracking of up to 30 numbers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from returnctl.sandbox import parcels, purchases
from returnctl.sandbox.fedex.errors import decode, stop, success
from returnctl.sandbox.parcels import Parcel, Scan
from returnctl.sandbox.web import Answer, Context, Request

_TRANSIT_DAYS = 4

# Code and text of the event, and the text of the parcel's status.
_SCANS = {
    "label": ("OC", "Shipment information sent to FedEx", "Label created"),
    "tendered": ("PU", "Picked up", "Picked up"),
    "origin": ("AR", "Arrived at FedEx location", "On the way"),
    "departed": ("DP", "Departed FedEx location", "On the way"),
    "arrived": ("AR", "At local FedEx facility", "On the way"),
    "out": ("OD", "On FedEx vehicle for delivery", "On FedEx vehicle for delivery"),
    "held": ("HL", "Ready for recipient pickup", "Ready for pickup"),
    "delivered": ("DL", "Delivered", "Delivered"),
    "attempted": ("DE", "Delivery exception", "Delivery exception"),
    "returning": ("RS", "Returning package to shipper", "Returning package to shipper"),
    "voided": ("CA", "Shipment cancelled by sender", "Cancelled"),
    "silent": ("ZZ", "Status not available", "Not available"),
}
# The code that FedEx derives for a status, where it is another one than the event's.
_DERIVED = {"label": "IN", "origin": "IT", "departed": "IT", "arrived": "IT"}
_REASON = ("08", "Customer not available or business closed")


class _Number(msgspec.Struct, frozen=True, rename="camel"):
    tracking_number: str


class _Info(msgspec.Struct, frozen=True, rename="camel"):
    tracking_number_info: _Number


class _Body(msgspec.Struct, frozen=True, rename="camel"):
    include_detailed_scans: bool
    tracking_info: Annotated[list[_Info], Meta(min_length=1, max_length=30)]


class _Reference(msgspec.Struct, frozen=True, rename="camel"):
    value: str
    ship_date_begin: date
    ship_date_end_date: date


class _References(msgspec.Struct, frozen=True, rename="camel"):
    references_information: _Reference


def tracking_numbers(context: Context, request: Request) -> Answer:
    """POST /track/v1/trackingnumbers. An unknown number is 200 with an error in its place."""
    asked = decode(request, _Body)
    quirks = context.faults.on("quirks")
    results = [
        _complete(context, info.tracking_number_info.tracking_number, quirks=quirks)
        for info in asked.tracking_info
    ]
    alerts = "TRACKING.DATA.NOTFOUND -  Tracking data unavailable" if quirks else []
    return success(request, {"completeTrackResults": results, "alerts": alerts})


def reference_numbers(context: Context, request: Request) -> Answer:
    """POST /track/v1/referencenumbers: the parcels with a reference that were shipped between two dates."""
    asked = decode(request, _References).references_information
    numbers = purchases.by_reference(context.db, "fedex", asked.value)
    found = [parcel for number in numbers if (parcel := parcels.find(context.db, number))]
    results = [
        _complete(context, parcel.tracking_number, quirks=False)
        for parcel in found
        if asked.ship_date_begin <= parcel.created_at.date() <= asked.ship_date_end_date
    ]
    if not results:
        raise stop(404, "TRACKING.REFERENCENUMBER.NOTFOUND", "Reference number cannot be found.")
    return success(request, {"completeTrackResults": results})


def _complete(context: Context, number: str, *, quirks: bool) -> dict[str, Any]:
    parcel = parcels.find(context.db, number, "fedex")
    if parcel is None:
        problem = {
            "code": "TRACKING.TRACKINGNUMBER.NOTFOUND",
            "message": "Tracking number cannot be found. Please correct the tracking number and try again.",
        }
        results = [{"trackingNumberInfo": {"trackingNumber": number}, "error": problem}]
    else:
        results = [_result(parcel, quirks=quirks)]
        if quirks:
            results.insert(0, _earlier(parcel))
    return {"trackingNumber": number, "trackResults": results}


def _result(parcel: Parcel, *, quirks: bool) -> dict[str, Any]:
    newest = parcel.scans[-1]
    code, _, text = _SCANS[newest.step]
    derived = _DERIVED.get(newest.step, code)
    due = parcel.scans[0].at + timedelta(days=_TRANSIT_DAYS)
    window: dict[str, Any] = {"begins": due.replace(hour=8).isoformat(), "ends": due.isoformat()}
    return {
        "trackingNumberInfo": {
            "trackingNumber": parcel.tracking_number,
            "carrierCode": "FDXG",
            "trackingNumberUniqueId": f"2461234000~{parcel.tracking_number}~FDEG",
        },
        "additionalTrackingInfo": {"packageIdentifiers": _references(parcel)},
        "shipperInformation": {"address": _address(parcel.sender)},
        "recipientInformation": {"address": _address(parcel.receiver)},
        "latestStatusDetail": {
            "code": code,
            "derivedCode": derived,
            "statusByLocale": text,
            "description": text,
            "scanLocation": _place(newest),
            "ancillaryDetails": _ancillary(newest),
        },
        "dateAndTimes": _times(parcel),
        "estimatedDeliveryTimeWindow": {"window": {} if quirks else window},
        "standardTransitTimeWindow": {"window": {"ends": due.isoformat()}},
        "serviceDetail": {"type": "FEDEX_GROUND", "description": "FedEx Ground", "shortDescription": "FG"},
        "deliveryDetails": _delivery(parcel),
        "scanEvents": [
            _event(scan, naive=quirks and scan.step == "label") for scan in reversed(parcel.scans)
        ],
    }


def _earlier(parcel: Parcel) -> dict[str, Any]:
    """Another shipment, delivered long ago, that had the same number."""
    then = parcel.created_at - timedelta(days=400)
    info = {
        "trackingNumber": parcel.tracking_number,
        "carrierCode": "FDXE",
        "trackingNumberUniqueId": f"2459000000~{parcel.tracking_number}~FX",
    }
    event = {
        "date": then.isoformat(),
        "eventType": "DL",
        "eventDescription": "Delivered",
        "derivedStatusCode": "DL",
        "derivedStatus": "Delivered",
        "scanLocation": {"city": "MEMPHIS", "stateOrProvinceCode": "TN", "countryCode": "US"},
    }
    status = {
        "code": "DL",
        "derivedCode": "DL",
        "statusByLocale": "Delivered",
        "description": "Delivered",
    }
    return {
        "trackingNumberInfo": info,
        "latestStatusDetail": status,
        "dateAndTimes": [{"type": "ACTUAL_DELIVERY", "dateTime": then.isoformat()}],
        "scanEvents": [event],
    }


def _references(parcel: Parcel) -> list[dict[str, Any]]:
    if not parcel.reference:
        return []
    return [{"type": "CUSTOMER_REFERENCE", "values": [parcel.reference]}]


def _ancillary(scan: Scan) -> list[dict[str, str]]:
    if scan.step != "attempted":
        return []
    return [
        {"reason": _REASON[0], "reasonDescription": _REASON[1], "actionDescription": "No action is required."}
    ]


def _times(parcel: Parcel) -> list[dict[str, str]]:
    moments = [{"type": "SHIP", "dateTime": parcel.created_at.isoformat()}]
    kinds = {"tendered": "ACTUAL_PICKUP", "delivered": "ACTUAL_DELIVERY"}
    moments += [
        {"type": kinds[scan.step], "dateTime": scan.at.isoformat()}
        for scan in parcel.scans
        if scan.step in kinds
    ]
    if parcel.status in {"in-transit", "out-for-delivery"}:
        due = parcel.scans[0].at + timedelta(days=_TRANSIT_DAYS)
        moments.append({"type": "ESTIMATED_DELIVERY", "dateTime": due.isoformat()})
    return moments


def _delivery(parcel: Parcel) -> dict[str, str]:
    if parcel.status != "delivered":
        return {"deliveryAttempts": "0"}
    return {"receivedByName": "DOCK", "signedByName": "DOCK", "deliveryAttempts": "0"}


def _event(scan: Scan, *, naive: bool) -> dict[str, Any]:
    code, text, status = _SCANS[scan.step]
    trouble = {"exceptionCode": _REASON[0], "exceptionDescription": _REASON[1]}
    return {
        "date": f"{scan.at:%Y-%m-%dT%H:%M:%S}" if naive else scan.at.isoformat(),
        "eventType": code,
        "eventDescription": text,
        **(trouble if scan.step == "attempted" else {"exceptionCode": "", "exceptionDescription": ""}),
        "scanLocation": _place(scan),
        "derivedStatusCode": _DERIVED.get(scan.step, code),
        "derivedStatus": status,
    }


def _place(scan: Scan) -> dict[str, Any]:
    where = {"city": scan.city.upper(), "stateOrProvinceCode": scan.state, "postalCode": scan.postcode}
    return {"streetLines": [""], **where, "countryCode": "US", "countryName": "United States"}


def _address(address: dict[str, Any]) -> dict[str, Any]:
    return {
        "city": address["city"].upper(),
        "stateOrProvinceCode": address.get("state") or "",
        "countryCode": address["country"],
        "residential": False,
    }
