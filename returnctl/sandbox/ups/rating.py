"""UPS: what a parcel would cost (Rating)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from returnctl.sandbox import purchases, wire
from returnctl.sandbox.ups.addresses import Code, Party, Weight
from returnctl.sandbox.ups.errors import decode, stop
from returnctl.sandbox.web import Answer, Context, Request, json_answer

# The services, and how many times the price of Ground they cost.
_SERVICES = {
    "03": ("UPS Ground", Decimal(1)),
    "12": ("UPS 3 Day Select", Decimal("1.9")),
    "02": ("UPS 2nd Day Air", Decimal("2.7")),
    "01": ("UPS Next Day Air", Decimal("4.4")),
}


class _Package(msgspec.Struct, frozen=True, rename="pascal"):
    package_weight: Weight


class _Shipment(msgspec.Struct, frozen=True, rename="pascal"):
    shipper: Party
    ship_to: Party
    package: list[_Package] | _Package
    ship_from: Party | None = None
    service: Code | None = None


class _RateRequest(msgspec.Struct, frozen=True, rename="pascal"):
    shipment: _Shipment
    request: dict[str, Any]


class _Body(msgspec.Struct, frozen=True, rename="pascal"):
    rate_request: _RateRequest


def rate(context: Context, request: Request) -> Answer:
    """POST /api/rating/{version}/{option}: `Rate` one service, `Shop` for all."""
    shipment = decode(request, _Body).rate_request.shipment
    option = request.args["option"].lower()
    if option not in {"rate", "shop"}:
        raise stop(400, "111100", "The requested option is invalid")
    codes = list(_SERVICES)
    if option == "rate":
        codes = [shipment.service.code if shipment.service else "03"]
    if not set(codes) <= set(_SERVICES):
        raise stop(400, "111210", "The requested service is unavailable between the selected locations")
    pounds = sum(package.package_weight.pounds for package in wire.as_list(shipment.package))
    rated = [_rated(code, pounds) for code in codes]
    quirks = context.faults.on("quirks")
    answer = {
        "Response": {"ResponseStatus": {"Code": "1", "Description": "Success"}},
        "RatedShipment": rated[0] if quirks and len(rated) == 1 else rated,
    }
    return json_answer({"RateResponse": answer})


def _rated(code: str, pounds: float) -> dict[str, Any]:
    name, factor = _SERVICES[code]
    price = {"CurrencyCode": "USD", "MonetaryValue": f"{purchases.price('ups', pounds) * factor:.2f}"}
    nothing = {"CurrencyCode": "USD", "MonetaryValue": "0.00"}
    unit = {"Code": "LBS", "Description": "Pounds"}
    return {
        "Service": {"Code": code, "Description": name},
        "RatedShipmentAlert": [
            {"Code": "110971", "Description": "Your invoice may vary from the displayed rates"}
        ],
        "BillingWeight": {"UnitOfMeasurement": unit, "Weight": f"{pounds:.1f}"},
        "TransportationCharges": price,
        "ServiceOptionsCharges": nothing,
        "TotalCharges": price,
        "RatedPackage": [{"TotalCharges": price, "Weight": f"{pounds:.1f}"}],
    }
