"""USPS: tracking of one number (Tracking v3)."""

from __future__ import annotations

import re
from datetime import UTC, timedelta
from typing import Any

from returnctl.sandbox import parcels
from returnctl.sandbox.parcels import Parcel, Scan
from returnctl.sandbox.usps.errors import stop
from returnctl.sandbox.web import Answer, Context, Request, json_answer

_TRANSIT_DAYS = 4

# Text and code of the event, the parcel's status and its category. USPS has no category for a void label.
_SCANS = {
    "label": ("Shipping Label Created, USPS Awaiting Item", "GX", "Pre-Shipment"),
    "tendered": ("USPS in possession of item", "03", "Accepted"),
    "origin": ("Arrived at USPS Regional Origin Facility", "10", "In Transit"),
    "departed": ("Departed USPS Regional Facility", "L1", "In Transit"),
    "arrived": ("Arrived at USPS Regional Destination Facility", "A1", "In Transit"),
    "out": ("Out for Delivery", "OF", "Out for Delivery"),
    "held": ("Available for Pickup", "14", "Available for Pickup"),
    "delivered": ("Delivered, Front Desk/Reception/Mail Room", "01", "Delivered"),
    "attempted": ("Notice Left (No Authorized Recipient Available)", "55", "Delivery Attempt"),
    "returning": ("Return to Sender Processed", "09", "Alert"),
    "voided": ("Shipping Label Cancelled", "MA", "Pre-Shipment"),
    "silent": ("Status Not Available", "ZZ", "Not Available"),
}


def tracking(context: Context, request: Request) -> Answer:
    """GET /tracking/v3/tracking/{number}: a summary, with `expand=DETAIL` everything."""
    number = request.args["number"]
    expand = request.query.get("expand", ["SUMMARY"])[0]
    quirks = context.faults.on("quirks")
    if expand not in {"SUMMARY", "DETAIL"}:
        raise stop(400, "150007", "The value of expand must be one of SUMMARY, DETAIL.")
    if not re.fullmatch(r"[A-Za-z0-9]{10,34}", number):
        raise stop(400, "150002", "The tracking number is not valid.")
    parcel = parcels.find(context.db, _bare(number), "usps")
    if parcel is None:
        unknown = "12: A status update is not yet available on your USPS&reg; package."
        raise stop(400 if quirks else 404, "150001", unknown)
    return json_answer(_details(parcel, quirks=quirks) if expand == "DETAIL" else _summary(parcel))


def _bare(number: str) -> str:
    """Without the routing code that the barcode has in front: 420 and the receiver's ZIP."""
    match = re.fullmatch(r"420[0-9]{5}(?:[0-9]{4})?(9[1-5][0-9]{20})", number)
    return match[1] if match else number


def _summary(parcel: Parcel) -> dict[str, Any]:
    lines = [_sentence(scan) for scan in reversed(parcel.scans)]
    return {"trackingNumber": parcel.tracking_number, "eventSummaries": lines}


def _details(parcel: Parcel, *, quirks: bool) -> dict[str, Any]:
    text, _, category = _SCANS[parcel.scans[-1].step]
    status = "Delivered" if category == "Delivered" else text
    service: str | list[str] = "USPS Tracking<SUP>&reg;</SUP>"
    return {
        "trackingNumber": parcel.tracking_number,
        **({"mailClass": "USPS_GROUND_ADVANTAGE"} if quirks else {}),  # newer than its specification
        "destinationCity": parcel.receiver["city"].upper(),
        "destinationState": parcel.receiver["state"],
        "destinationZIP": parcel.receiver["postcode"][:5],
        "originCity": parcel.sender["city"].upper(),
        "originState": parcel.sender["state"],
        "originZIP": parcel.sender["postcode"][:5],
        "emailEnabled": "true" if quirks else True,
        "services": service if quirks else [service],
        "status": status,
        "statusCategory": category,
        "statusSummary": _sentence(parcel.scans[-1]),
        **_expected(parcel, quirks=quirks),
        "trackingEvents": [_event(scan, quirks=quirks) for scan in reversed(parcel.scans)],
    }


def _sentence(scan: Scan) -> str:
    when = f"at {scan.at:%I:%M %p}".lower() + f" on {scan.at:%B %d, %Y}"
    return f"{_SCANS[scan.step][0]} {when} in {scan.city.upper()}, {scan.state} {scan.postcode}."


def _expected(parcel: Parcel, *, quirks: bool) -> dict[str, str]:
    if parcel.status not in {"in-transit", "out-for-delivery"}:
        return {}
    due = parcel.scans[0].at + timedelta(days=_TRANSIT_DAYS)
    stamp = due.replace(hour=21, minute=0, second=0)
    told = f"{stamp:%Y-%m-%dT%H:%M:%S}" if quirks else stamp.isoformat()
    return {"expectedDeliveryTimeStamp": told, "predictedDeliveryDate": f"{due:%Y-%m-%d}"}


def _event(scan: Scan, *, quirks: bool) -> dict[str, Any]:
    text, code, _ = _SCANS[scan.step]
    utc = scan.at.astimezone(UTC)
    zone = scan.at.strftime("%z")
    local, greenwich = scan.at.isoformat(), f"{utc:%Y-%m-%dT%H:%M:%SZ}"
    if quirks:  # the local time comes without its zone, and an evening's UTC keeps the local date
        local, greenwich = f"{scan.at:%Y-%m-%dT%H:%M:%S}", f"{scan.at:%Y-%m-%d}T{utc:%H:%M:%SZ}"
    return {
        "eventType": text,
        "eventTimestamp": local,
        "GMTTimestamp": greenwich,
        "GMTOffset": f"{zone[:3]}:{zone[3:]}",
        "eventCountry": "",
        "eventCity": scan.city.upper(),
        "eventState": scan.state,
        "eventZIP": scan.postcode,
        "firm": "",
        "name": "",
        "authorizedAgent": "false" if quirks else False,
        "eventCode": code,
    }
