"""UPS: tracking of one number."""

from __future__ import annotations

import re
from datetime import UTC, timedelta
from typing import Any

from returnctl.sandbox import parcels, purchases
from returnctl.sandbox.parcels import Parcel, Scan
from returnctl.sandbox.ups.errors import stop
from returnctl.sandbox.web import Answer, Context, Request, json_answer

_TRANSIT_DAYS = 4

# type, code, statusCode and text of each step; UPS's appendix gives the numbers their meaning.
_SCANS = {
    "label": ("M", "MP", "003", "Shipper created a label, UPS has not received the package yet. "),
    "tendered": ("P", "XD", "167", "Drop-Off"),
    "origin": ("I", "OR", "005", "Origin Scan"),
    "departed": ("I", "DP", "005", "Departed from Facility"),
    "arrived": ("I", "AR", "005", "Arrived at Facility"),
    "out": ("I", "OT", "021", "Out For Delivery Today"),
    "held": ("I", "ZP", "040", "Your package is at the UPS Access Point™ and is ready for pickup."),
    "delivered": ("D", "KB", "011", "DELIVERED "),
    "attempted": (
        "X",
        "48",
        "060",
        "The receiver was not available for delivery. We'll make a second attempt.",
    ),
    "returning": ("RS", "RS", "036", "Your package is on its way back to the sender."),
    "voided": ("MV", "VP", "007", "Shipment information voided."),
    "silent": ("NA", "", "148", "Package Information Unavailable"),
}
_CURRENT = {
    "003": "Shipment Ready for UPS",
    "167": "Dropped off at UPS Store by Customer",
    "005": "On the Way",
    "021": "Out for Delivery",
    "040": "Ready for Customer Pickup",
    "011": "Delivered",
    "060": "Delivery Attempted",
    "036": "Returning to Sender: In Transit",
    "007": "Shipment Information Voided",
    "148": "Package Information Unavailable",
}


def details(context: Context, request: Request) -> Answer:
    """GET /api/track/v1/details/{number}. An unknown number is 200 with the warning TW0001."""
    _check_headers(request)
    number = request.args["number"].upper()
    if not re.fullmatch(r"[A-Z0-9]{7,34}", number):
        raise stop(400, "TV1002", "Invalid inquiry number")
    parcel = parcels.find(context.db, number, "ups")
    if parcel is None:
        warning = {"code": "TW0001", "message": "Tracking Information Not Found"}
        return _answer({"inquiryNumber": number, "warnings": [warning]})
    package = _package(parcel, quirks=context.faults.on("quirks"))
    return _answer({"inquiryNumber": number, "package": [package]})


def by_reference(context: Context, request: Request) -> Answer:
    """GET /api/track/v1/reference/details/{reference}: the parcels with this reference."""
    _check_headers(request)
    reference = request.args["reference"]
    quirks = context.faults.on("quirks")
    numbers = purchases.by_reference(context.db, "ups", reference)
    found = [parcel for number in numbers if (parcel := parcels.find(context.db, number))]
    if not found:
        raise stop(404, "TV1002", "Reference number not found")
    return _answer(
        {"inquiryNumber": reference, "package": [_package(parcel, quirks=quirks) for parcel in found]}
    )


def _check_headers(request: Request) -> None:
    for name in ("transId", "transactionSrc"):
        if not request.headers.get(name.lower()):
            raise stop(400, "VAL001", f"Missing {name} header")


def _answer(shipment: dict[str, Any]) -> Answer:
    return json_answer({"trackResponse": {"shipment": [shipment]}})


def _package(parcel: Parcel, *, quirks: bool) -> dict[str, Any]:
    newest = parcel.scans[-1]
    kind, code, status_code, _ = _SCANS[newest.step]
    current = {
        "type": kind,
        "code": code or "NA",
        "statusCode": status_code,
        "description": _CURRENT[status_code],
    }
    if quirks:
        current = {"description": _CURRENT[status_code], "code": status_code}
    references = [{"type": "PACKAGE", "number": parcel.reference}] if parcel.reference else []
    return {
        "trackingNumber": parcel.tracking_number,
        **_delivery(parcel),
        "activity": [_activity(scan, quirks=quirks) for scan in reversed(parcel.scans)],
        "currentStatus": current,
        "packageAddress": [
            {"type": "ORIGIN", "address": _address(parcel.sender)},
            {"type": "DESTINATION", "address": _address(parcel.receiver)},
        ],
        "weight": {"unitOfMeasurement": "LBS", "weight": "1.00"},
        "service": {"code": "003", "levelCode": "003", "description": "UPS Ground"},
        "referenceNumber": references,
        "deliveryInformation": _received(parcel),
        "packageCount": 1,
    }


def _delivery(parcel: Parcel) -> dict[str, Any]:
    newest = parcel.scans[-1]
    if parcel.status == "delivered":
        time = {"type": "DEL", "startTime": "", "endTime": f"{newest.at:%H%M%S}"}
        return {"deliveryDate": [{"type": "DEL", "date": f"{newest.at:%Y%m%d}"}], "deliveryTime": time}
    if parcel.status in {"in-transit", "out-for-delivery"}:
        due = parcel.scans[0].at + timedelta(days=_TRANSIT_DAYS)
        return {
            "deliveryDate": [{"type": "SDD", "date": f"{due:%Y%m%d}"}],
            "deliveryTime": {"type": "EOD", "startTime": "", "endTime": ""},
        }
    return {"deliveryDate": []}


def _received(parcel: Parcel) -> dict[str, str]:
    return {"receivedBy": "DOCK", "location": "Dock"} if parcel.status == "delivered" else {}


def _activity(scan: Scan, *, quirks: bool) -> dict[str, Any]:
    kind, code, status_code, text = _SCANS[scan.step]
    utc = scan.at.astimezone(UTC)
    zone = scan.at.strftime("%z")
    address = {"countryCode": "US", "country": "US"}
    if not (quirks and scan.step == "label"):  # recorded answers leave the city out of the label's own scan
        address = {"city": scan.city, "stateProvince": scan.state, "postalCode": scan.postcode, **address}
    return {
        "location": {"address": address, "slic": "4021"},
        "status": {"type": kind, "description": text, "code": code, "statusCode": status_code},
        "date": f"{scan.at:%Y%m%d}",
        "time": f"{scan.at:%H%M%S}",
        "gmtDate": f"{utc:%Y%m%d}",
        "gmtOffset": f"{zone[:3]}:{zone[3:]}",
        "gmtTime": f"{utc:%H:%M:%S}" if quirks else f"{utc:%H%M%S}",
    }


def _address(address: dict[str, Any]) -> dict[str, Any]:
    return {
        "city": address["city"],
        "stateProvince": address.get("state") or "",
        "countryCode": address["country"],
        "country": address["country"],
        "postalCode": address["postcode"],
    }
