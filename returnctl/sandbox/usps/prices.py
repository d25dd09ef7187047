"""USPS: what a parcel would cost (Domestic Prices v3, total and base rates)."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from returnctl.sandbox import clock, purchases
from returnctl.sandbox.usps.addresses import usps_name
from returnctl.sandbox.usps.errors import decode, stop
from returnctl.sandbox.web import Answer, Context, Request, json_answer

_Zip = Annotated[str, Meta(pattern=r"^[0-9]{5}(?:[-\s][0-9]{4})?\Z")]
_Positive = Annotated[float, Meta(gt=0)]
_DEAREST = {"PRIORITY_MAIL": 1.6, "PRIORITY_MAIL_EXPRESS": 4.2}
_GROUND = "USPS_GROUND_ADVANTAGE"


class _Query(msgspec.Struct, frozen=True, rename=usps_name):
    origin_zip_code: _Zip
    destination_zip_code: _Zip
    weight: _Positive
    length: _Positive
    width: _Positive
    height: _Positive
    mail_class: str | None = None
    mail_classes: list[str] = []
    price_type: str = "RETAIL"


def total_rates(context: Context, request: Request) -> Answer:
    """POST /prices/v3/total-rates/search."""
    asked = decode(request, _Query)
    classes = asked.mail_classes or ([asked.mail_class] if asked.mail_class else [_GROUND, *_DEAREST])
    if "ALL" in classes:
        classes = [_GROUND, *_DEAREST]
    known = [name for name in classes if name == _GROUND or name in _DEAREST]
    if not known:
        raise stop(404, "030001", "There are no rates for this mail class.")
    return json_answer({"rateOptions": [_option(name, asked) for name in known]})


def base_rates(context: Context, request: Request) -> Answer:
    """POST /prices/v3/base-rates/search: one mail class, the return services among them."""
    asked = decode(request, _Query)
    mail_class = asked.mail_class or ""
    if not mail_class.startswith(_GROUND) and mail_class not in _DEAREST:
        raise stop(404, "030001", "There are no rates for this mail class.")
    option = _option(mail_class, asked)
    return json_answer({"totalBasePrice": option["totalBasePrice"], "rates": option["rates"]})


def _option(mail_class: str, asked: _Query) -> dict[str, Any]:
    ground = float(purchases.price("usps", asked.weight))
    price = round(ground * _DEAREST.get(mail_class, 1), 2)
    rate = {
        "SKU": "DUXR0XXXXC05010",
        "description": f"{mail_class.replace('_', ' ').title()} Machinable Single-piece",
        "priceType": asked.price_type,
        "price": price,
        "weight": asked.weight,
        "dimWeight": 0.0,
        "fees": [],
        "startDate": clock.today().replace(month=1, day=1).isoformat(),
        "endDate": "",
        "mailClass": mail_class,
        "zone": "05",
        "productName": mail_class.replace("_", " ").title(),
        "productDefinition": "",
        "processingCategory": "MACHINABLE",
        "rateIndicator": "SP",
        "destinationEntryFacilityType": "NONE",
    }
    return {"totalBasePrice": price, "rates": [rate], "extraServices": [], "totalPrice": price}
