"""FedEx: what a parcel would cost (Rates and Transit Times)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from returnctl.sandbox import clock, purchases
from returnctl.sandbox.fedex.addresses import Account, Weight
from returnctl.sandbox.fedex.errors import decode, stop, success
from returnctl.sandbox.web import Answer, Context, Request

# The services, and how many times the price of Ground they cost.
_SERVICES = {
    "FEDEX_GROUND": ("FedEx Ground®", Decimal(1)),
    "FEDEX_EXPRESS_SAVER": ("FedEx Express Saver®", Decimal("2.1")),
    "FEDEX_2_DAY": ("FedEx 2Day®", Decimal("2.6")),
    "STANDARD_OVERNIGHT": ("FedEx Standard Overnight®", Decimal("4.3")),
}


class _Address(msgspec.Struct, frozen=True, rename="camel"):
    postal_code: str
    country_code: str


class _Party(msgspec.Struct, frozen=True, rename="camel"):
    address: _Address


class _Item(msgspec.Struct, frozen=True, rename="camel"):
    weight: Weight


class _Shipment(msgspec.Struct, frozen=True, rename="camel"):
    shipper: _Party
    recipient: _Party
    pickup_type: str
    requested_package_line_items: Annotated[list[_Item], Meta(min_length=1)]
    service_type: str | None = None


class _Quote(msgspec.Struct, frozen=True, rename="camel"):
    account_number: Account
    requested_shipment: _Shipment


def quotes(context: Context, request: Request) -> Answer:
    """POST /rate/v1/rates/quotes: one service, or all where none is named."""
    shipment = decode(request, _Quote).requested_shipment
    codes = [shipment.service_type] if shipment.service_type else list(_SERVICES)
    if not set(codes) <= set(_SERVICES):
        raise stop(400, "SERVICE.TYPE.INVALID", "The service type is invalid.")
    pounds = sum(item.weight.pounds for item in shipment.requested_package_line_items)
    details = [_rated(code, pounds) for code in codes]
    return success(
        request, {"rateReplyDetails": details, "quoteDate": clock.today().isoformat(), "encoded": False}
    )


def _rated(code: str, pounds: float) -> dict[str, Any]:
    name, factor = _SERVICES[code]
    price = float(round(purchases.price("fedex", pounds) * factor, 2))
    rated = {
        "rateType": "ACCOUNT",
        "ratedWeightMethod": "ACTUAL",
        "totalDiscounts": 0.0,
        "totalBaseCharge": price,
        "totalNetCharge": price,
        "totalNetFedExCharge": price,
        "shipmentRateDetail": {
            "rateZone": "05",
            "totalSurcharges": 0.0,
            "totalBillingWeight": {"units": "LB", "value": pounds},
            "currency": "USD",
        },
        "currency": "USD",
    }
    return {
        "serviceType": code,
        "serviceName": name,
        "packagingType": "YOUR_PACKAGING",
        "ratedShipmentDetails": [rated],
        "signatureOptionType": "SERVICE_DEFAULT",
    }
