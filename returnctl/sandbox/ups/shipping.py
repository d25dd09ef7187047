"""UPS: return labels, bought, recovered, taken back (Shipping)."""

from __future__ import annotations

from typing import Any

import msgspec

from returnctl.errors import Refused
from returnctl.sandbox import images, parcels, purchases, wire
from returnctl.sandbox.parcels import Parcel
from returnctl.sandbox.ups.addresses import Code, Party, Weight
from returnctl.sandbox.ups.errors import decode, stop
from returnctl.sandbox.web import Answer, Context, Request, json_answer

_PRINT_RETURN_LABEL = "9"
_RETURN_SERVICES = {"2", "3", "5", "8", "9", "10"}
_NOT_FOR_RETURNS = {"13", "59", "82", "83", "84", "85", "86"}
_LABELS = {"GIF", "ZPL", "EPL", "SPL"}
_SUCCESS = {"ResponseStatus": {"Code": "1", "Description": "Success"}}


class _Reference(msgspec.Struct, frozen=True, rename="pascal"):
    value: str
    code: str = ""


class _Package(msgspec.Struct, frozen=True, rename="pascal"):
    packaging: Code
    package_weight: Weight
    description: str = ""
    reference_number: list[_Reference] | _Reference | None = None


class _Shipment(msgspec.Struct, frozen=True, rename="pascal"):
    shipper: Party
    ship_to: Party
    service: Code
    package: list[_Package] | _Package
    ship_from: Party | None = None
    return_service: Code | None = None
    payment_information: dict[str, Any] | None = None
    reference_number: list[_Reference] | _Reference | None = None


class _Request(msgspec.Struct, frozen=True, rename="pascal"):
    request_option: str


class _Format(msgspec.Struct, frozen=True, rename="pascal"):
    label_image_format: Code


class _ShipmentRequest(msgspec.Struct, frozen=True, rename="pascal"):
    request: _Request
    shipment: _Shipment
    label_specification: _Format | None = None


class _ShipBody(msgspec.Struct, frozen=True, rename="pascal"):
    shipment_request: _ShipmentRequest


class _ReferenceValues(msgspec.Struct, frozen=True, rename="pascal"):
    reference_number: _Reference
    shipper_number: str


class _Recovery(msgspec.Struct, frozen=True, rename="pascal"):
    label_specification: _Format | None = None
    tracking_number: str | None = None
    reference_values: _ReferenceValues | None = None


class _RecoveryBody(msgspec.Struct, frozen=True, rename="pascal"):
    label_recovery_request: _Recovery


def ship(context: Context, request: Request) -> Answer:
    """POST /api/shipments/{version}/ship, with a return service."""
    asked = decode(request, _ShipBody).shipment_request
    shipment, package = asked.shipment, _only_package(asked.shipment)
    kind = asked.label_specification.label_image_format.code if asked.label_specification else ""
    _check(shipment, package, kind)
    number = purchases.buy(
        context.db,
        carrier="ups",
        sender=(shipment.ship_from or shipment.shipper).neutral(),
        receiver=shipment.ship_to.neutral(),
        references=[reference.value for reference in wire.as_list(package.reference_number)],
    )
    parcel = parcels.find(context.db, number)
    assert parcel is not None
    quirks = context.faults.on("quirks")
    result: dict[str, Any] = {
        "TrackingNumber": number,
        "ServiceOptionsCharges": _money("0.00"),
        "ShippingLabel": _label(parcel, kind, sideways=quirks),
    }
    price = str(purchases.price("ups", package.package_weight.pounds))
    weight = f"{package.package_weight.pounds:.1f}"
    charges = {"TransportationCharges": _money(price), "ServiceOptionsCharges": _money("0.00")}
    results = {
        "ShipmentCharges": {**charges, "TotalCharges": _money(price)},
        "BillingWeight": {
            "UnitOfMeasurement": {"Code": "LBS", "Description": "Pounds"},
            "Weight": weight if quirks else weight.zfill(8),
        },
        "ShipmentIdentificationNumber": number,
        "PackageResults": result if quirks else [result],
    }
    return json_answer({"ShipmentResponse": {"Response": _SUCCESS, "ShipmentResults": results}})


def void(context: Context, request: Request) -> Answer:
    """DELETE /api/shipments/{version}/void/cancel/{number}."""
    number = request.args["number"]
    if len(number) != 18 or number != number.upper():
        raise stop(400, "190100", "Invalid ShipmentIdentificationNumber")
    parcel = parcels.find(context.db, number, "ups")
    if parcel is None or not parcel.bought:
        raise stop(400, "190117", "The shipment was not found within the allowed void period")
    if parcel.cancelled:
        raise stop(400, "190118", "The shipment has already been voided")
    try:
        parcels.advance(context.db, number, "cancelled")
    except Refused as problem:
        raise stop(400, "190102", "The Pickup Request for this shipment has been completed") from problem
    status = {"Code": "1", "Description": "Voided"}
    return json_answer({"VoidShipmentResponse": {"Response": _SUCCESS, "SummaryResult": {"Status": status}}})


def recover(context: Context, request: Request) -> Answer:
    """POST /api/labels/{version}/recovery, by tracking number or by reference; the one way to a PDF."""
    asked = decode(request, _RecoveryBody).label_recovery_request
    kind = asked.label_specification.label_image_format.code.upper() if asked.label_specification else "GIF"
    if kind not in {"PDF", "GIF", "ZPL", "EPL", "SPL"}:
        raise stop(400, "300108", "Invalid label image format")
    if asked.tracking_number:
        numbers = [asked.tracking_number]
    elif asked.reference_values:
        numbers = purchases.by_reference(context.db, "ups", asked.reference_values.reference_number.value)
    else:
        raise stop(400, "300101", "Missing tracking number or reference")
    found = [parcel for number in numbers[:1] if (parcel := parcels.find(context.db, number, "ups"))]
    if not found or not found[0].bought or found[0].cancelled:
        raise stop(400, "300104", "No label is available for this tracking number")
    parcel = found[0]
    label = {
        "LabelImageFormat": {"Code": kind},
        "GraphicImage": _image(parcel, kind, sideways=context.faults.on("quirks")),
    }
    results = {"TrackingNumber": parcel.tracking_number, "LabelImage": label}
    answer = {
        "Response": _SUCCESS,
        "ShipmentIdentificationNumber": parcel.tracking_number,
        "LabelResults": [results],
    }
    return json_answer({"LabelRecoveryResponse": answer})


def _only_package(shipment: _Shipment) -> _Package:
    packages = wire.as_list(shipment.package)
    if len(packages) != 1:
        raise stop(400, "120124", "A return shipment has one package")
    return packages[0]


def _check(shipment: _Shipment, package: _Package, kind: str) -> None:
    if len(shipment.shipper.shipper_number) != 6:
        raise stop(400, "120100", "Missing or invalid shipper number")
    if not shipment.payment_information:
        raise stop(400, "120302", "Missing payment information")
    if not shipment.return_service or shipment.return_service.code not in _RETURN_SERVICES:
        raise stop(400, "120402", "Invalid return service")
    if shipment.return_service.code != _PRINT_RETURN_LABEL:
        raise stop(400, "120409", "The return service is not available to this shipper")
    if shipment.service.code in _NOT_FOR_RETURNS:
        raise stop(400, "120406", "The service is not available for returns")
    if not package.description:
        raise stop(400, "120409", "Missing merchandise description for a return")
    if shipment.reference_number:
        raise stop(400, "120541", "Shipment-level references are invalid for shipments within the US")
    if kind not in _LABELS:
        raise stop(400, "121210", "Invalid label image format")


def _label(parcel: Parcel, kind: str, *, sideways: bool) -> dict[str, Any]:
    return {
        "ImageFormat": {"Code": kind, "Description": kind},
        "GraphicImage": _image(parcel, kind, sideways=sideways),
    }


def _image(parcel: Parcel, kind: str, *, sideways: bool) -> str:
    return images.label(parcel, "EPL" if kind == "SPL" else kind, sideways=sideways)


def _money(amount: str) -> dict[str, str]:
    return {"CurrencyCode": "USD", "MonetaryValue": amount}
