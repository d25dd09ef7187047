"""FedEx: return labels, bought and taken back (Ship)."""

from __future__ import annotations

import base64
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from returnctl.errors import Refused
from returnctl.sandbox import clock, images, parcels, purchases
from returnctl.sandbox.fedex.addresses import Account, Party, Weight
from returnctl.sandbox.fedex.errors import decode, stop, success
from returnctl.sandbox.web import PDF, Answer, Context, Request

_FORMATS = {"ZPLII": "ZPL", "EPL2": "EPL", "PDF": "PDF", "PNG": "PNG"}


class _Reference(msgspec.Struct, frozen=True, rename="camel"):
    customer_reference_type: str
    value: str


class _Item(msgspec.Struct, frozen=True, rename="camel"):
    weight: Weight
    customer_references: list[_Reference] = []


class _Return(msgspec.Struct, frozen=True, rename="camel"):
    return_type: str


class _Services(msgspec.Struct, frozen=True, rename="camel"):
    special_service_types: list[str]
    return_shipment_detail: _Return | None = None


class _Label(msgspec.Struct, frozen=True, rename="camel"):
    image_type: Literal["ZPLII", "EPL2", "PDF", "PNG"]
    label_stock_type: str


class _Payment(msgspec.Struct, frozen=True, rename="camel"):
    payment_type: Literal["SENDER", "RECIPIENT", "THIRD_PARTY", "COLLECT"]


class _Shipment(msgspec.Struct, frozen=True, rename="camel"):
    shipper: Party
    recipients: Annotated[list[Party], Meta(min_length=1, max_length=1)]
    pickup_type: Literal["CONTACT_FEDEX_TO_SCHEDULE", "DROPOFF_AT_FEDEX_LOCATION", "USE_SCHEDULED_PICKUP"]
    service_type: str
    packaging_type: str
    total_weight: float
    shipping_charges_payment: _Payment
    label_specification: _Label
    requested_package_line_items: Annotated[list[_Item], Meta(min_length=1, max_length=1)]
    shipment_special_services: _Services | None = None


class _Ship(msgspec.Struct, frozen=True, rename="camel"):
    requested_shipment: _Shipment
    label_response_options: Literal["URL_ONLY", "LABEL"]
    account_number: Account


class _Cancel(msgspec.Struct, frozen=True, rename="camel"):
    account_number: Account
    tracking_number: str


def ship(context: Context, request: Request) -> Answer:
    """POST /ship/v1/shipments: a label that is printed for a return."""
    asked = decode(request, _Ship)
    shipment = asked.requested_shipment
    _check(shipment)
    (item,) = shipment.requested_package_line_items
    number = purchases.buy(
        context.db,
        carrier="fedex",
        sender=shipment.shipper.neutral(),
        receiver=shipment.recipients[0].neutral(),
        references=[reference.value for reference in item.customer_references],
    )
    parcel = parcels.find(context.db, number)
    assert parcel is not None
    price = float(purchases.price("fedex", item.weight.pounds))
    kind = shipment.label_specification.image_type
    document: dict[str, Any] = {
        "contentType": "LABEL",
        "copiesToPrint": 1,
        "trackingNumber": number,
        "docType": kind,
    }
    if asked.label_response_options == "LABEL":
        document["encodedLabel"] = images.label(parcel, _FORMATS[kind])
    else:
        document["url"] = f"http://{request.headers.get('host')}/fedex/document/v1/labels/{number}"
    piece = {
        "masterTrackingNumber": number,
        "trackingNumber": number,
        "packageSequenceNumber": 1,
        "netChargeAmount": price,
        "baseRateAmount": price,
        "packageDocuments": [document],
        "customerReferences": msgspec.to_builtins(item.customer_references),
    }
    sold = {
        "masterTrackingNumber": number,
        "serviceType": shipment.service_type,
        "shipDatestamp": clock.today().isoformat(),
        "serviceName": shipment.service_type.replace("_", " ").title().replace("Fedex", "FedEx"),
        "pieceResponses": [piece],
        "completedShipmentDetail": _completed(number, price),
    }
    return success(request, {"transactionShipments": [sold]})


def cancel(context: Context, request: Request) -> Answer:
    """PUT /ship/v1/shipments/cancel."""
    number = decode(request, _Cancel).tracking_number
    parcel = parcels.find(context.db, number, "fedex")
    if parcel is None or not parcel.bought:
        raise stop(400, "TRACKINGNUMBER.NOTFOUND", "Tracking number is not found.")
    if parcel.cancelled:
        raise stop(400, "SHIPMENT.ALREADY.CANCELLED", "Shipment has been cancelled already.")
    try:
        parcels.advance(context.db, number, "cancelled")
    except Refused as problem:
        raise stop(400, "SHIPMENT.CANCEL.NOTALLOWED", "Shipment has been tendered to FedEx.") from problem
    message = "Shipment is successfully cancelled"
    return success(request, {"cancelledShipment": True, "cancelledHistory": True, "message": message})


def document(context: Context, request: Request) -> Answer:
    """GET /document/v1/labels/{number}: what `URL_ONLY` points to; it takes no token."""
    parcel = parcels.find(context.db, request.args["number"], "fedex")
    if parcel is None or not parcel.bought:
        raise stop(404, "NOT.FOUND.ERROR", "The resource you requested is no longer available.")
    return Answer(body=base64.b64decode(images.label(parcel, "PDF")), media_type=PDF)


def _check(shipment: _Shipment) -> None:
    services = shipment.shipment_special_services
    if services is None or "RETURN_SHIPMENT" not in services.special_service_types:
        raise stop(400, "SHIPMENT.RETURN.REQUIRED", "The sandbox takes return shipments.")
    detail = services.return_shipment_detail
    if detail is None or detail.return_type != "PRINT_RETURN_LABEL":
        raise stop(400, "RETURNTYPE.INVALID", "The return type is missing or invalid.")


def _completed(number: str, price: float) -> dict[str, Any]:
    rate = {
        "rateType": "PAYOR_ACCOUNT_SHIPMENT",
        "totalBaseCharge": price,
        "totalNetCharge": price,
        "totalSurcharges": 0.0,
        "currency": "USD",
    }
    return {
        "usDomestic": True,
        "carrierCode": "FDXG",
        "masterTrackingId": {"trackingIdType": "GROUND", "trackingNumber": number},
        "shipmentRating": {"actualRateType": "PAYOR_ACCOUNT_SHIPMENT", "shipmentRateDetails": [rate]},
    }
