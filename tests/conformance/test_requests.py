"""Each request of each verb, in each form that we send, against the carriers' own specifications."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import msgspec
import pytest

from returnctl.carriers import carrier
from returnctl.carriers.base import Account, Near
from returnctl.carriers.protocol import Carrier
from returnctl.http import Request
from tests.carriers.orders import (
    ACCOUNTS,
    CUSTOMER,
    DAY,
    FLAT,
    HOME_SELLER,
    LAPTOP,
    NUMBERS,
    SELLER,
    credentials,
    label,
    label_order,
    pickup,
    pickup_order,
)
from tests.conformance.specs import operation_for

Build = Callable[[Carrier, str, Account], Request | None]

ZIP = Near(postal_code="94107")
CITY = Near(city="San Francisco", state="CA")

COMMON: dict[str, Build] = {
    "token": lambda c, base, a: c.build_token(base, credentials(c.code))[0],
    "track": lambda c, base, a: c.build_track(base, NUMBERS[c.code]),
    "track-spaced": lambda c, base, a: c.build_track(base, f" {NUMBERS[c.code][:4]} {NUMBERS[c.code][4:]} "),
    "points-zip": lambda c, base, a: c.build_points(base, ZIP),
    "points-city": lambda c, base, a: c.build_points(base, CITY),
    "points-nearest": lambda c, base, a: c.build_points(base, ZIP, radius_km=1, limit=1),
    "points-widest": lambda c, base, a: c.build_points(base, CITY, radius_km=500, limit=50),
    "quote": lambda c, base, a: c.build_quote(base, label_order(), a),
    "quote-flat": lambda c, base, a: c.build_quote(base, label_order(customer=FLAT), a),
    "quote-home": lambda c, base, a: c.build_quote(base, label_order(seller=HOME_SELLER), a),
    "quote-laptop": lambda c, base, a: c.build_quote(base, label_order(package=LAPTOP), a),
    "label": lambda c, base, a: c.build_label(base, label_order(), a),
    "label-png": lambda c, base, a: c.build_label(base, label_order(format="png"), a),
    "label-zpl": lambda c, base, a: c.build_label(base, label_order(format="zpl"), a),
    "label-flat": lambda c, base, a: c.build_label(base, label_order(customer=FLAT), a),
    "label-home": lambda c, base, a: c.build_label(base, label_order(seller=HOME_SELLER), a),
    "label-laptop": lambda c, base, a: c.build_label(base, label_order(package=LAPTOP), a),
    "label-long-words": lambda c, base, a: c.build_label(
        base,
        label_order(
            order="1" * 12,
            package=msgspec.structs.replace(LAPTOP, description="Device " * 20),
            seller=msgspec.structs.replace(SELLER, company="A very long name of a company " * 3),
        ),
        a,
    ),
    "void": lambda c, base, a: c.build_void(base, label(c.code), a),
    "pickup": lambda c, base, a: c.build_pickup(base, pickup_order(c.code), a),
    "pickup-note": lambda c, base, a: c.build_pickup(base, pickup_order(c.code, note="Ring twice. " * 40), a),
    "pickup-business": lambda c, base, a: c.build_pickup(
        base,
        pickup_order(
            c.code,
            address=msgspec.structs.replace(CUSTOMER, company="Desk & Sons", residential=False),
            where="reception",
        ),
        a,
    ),
    "pickup-back": lambda c, base, a: c.build_pickup(
        base, pickup_order(c.code, where="back-door", ready="12:30", close="15:00"), a
    ),
    "pickup-side": lambda c, base, a: c.build_pickup(base, pickup_order(c.code, where="side-door"), a),
    "pickup-mailbox": lambda c, base, a: c.build_pickup(base, pickup_order(c.code, where="mailbox"), a),
    "cancel-pickup": lambda c, base, a: c.build_cancel_pickup(base, pickup(c.code), a),
}

OWN: dict[str, dict[str, Build]] = {
    "ups": {
        "track-waybill": lambda c, base, a: c.build_track(base, "K1506235620"),
        "label-2-day": lambda c, base, a: c.build_label(base, label_order(service="02"), a),
        "label-file-pdf": lambda c, base, a: c.build_label_file(base, label("ups"), "pdf"),
        "label-file-zpl": lambda c, base, a: c.build_label_file(base, label("ups"), "zpl"),
        "find": lambda c, base, a: c.build_find_label(base, "RCABCDEF234567", a, date(2026, 11, 1), DAY),
        "find-without-account": lambda c, base, a: c.build_find_label(base, "RC1", Account(), DAY, DAY),
        "void-shipment": lambda c, base, a: c.build_void(
            base, msgspec.structs.replace(label("ups"), shipment="1z999aa10123456784"), a
        ),
    },
    "usps": {
        "track-international": lambda c, base, a: c.build_track(base, "RB123456785US"),
        "payment": lambda c, base, a: c.build_payment(base, c.build_label(base, label_order(), a), a),
        "payment-for-void": lambda c, base, a: c.build_payment(base, c.build_void(base, label("usps"), a), a),
        "payment-one-mid": lambda c, base, a: c.build_payment(
            base, c.build_label(base, label_order(), a), msgspec.structs.replace(a, manifest_mid="")
        ),
        "quote-list": lambda c, base, a: c.build_quote(base, label_order(), Account()),
        "quote-priority": lambda c, base, a: c.build_quote(
            base, label_order(service="PRIORITY_MAIL_RETURN_SERVICE"), a
        ),
        "label-qr": lambda c, base, a: c.build_label(base, label_order(format="qr"), a),
        "label-priority": lambda c, base, a: c.build_label(
            base, label_order(service="PRIORITY_MAIL_RETURN_SERVICE"), a
        ),
        "pickup-offer": lambda c, base, a: c.build_pickup_offer(base, pickup_order("usps"), a),
        "pickup-offer-flat": lambda c, base, a: c.build_pickup_offer(
            base, pickup_order("usps", address=FLAT), a
        ),
        "pickup-flat": lambda c, base, a: c.build_pickup(base, pickup_order("usps", address=FLAT), a),
        "pickup-by-phone": lambda c, base, a: c.build_pickup(
            base, pickup_order("usps", address=msgspec.structs.replace(CUSTOMER, email="")), a
        ),
        "pickup-state": lambda c, base, a: c.build_pickup_state(base, pickup("usps")),
        "cancel-without-etag": lambda c, base, a: c.build_cancel_pickup(base, pickup("usps", etag=""), a),
    },
    "fedex": {
        "track-ground": lambda c, base, a: c.build_track(base, "122816215025810"),
        "quote-service": lambda c, base, a: c.build_quote(base, label_order(service="FEDEX_2_DAY"), a),
        "label-service": lambda c, base, a: c.build_label(base, label_order(service="FEDEX_2_DAY"), a),
        "find": lambda c, base, a: c.build_find_label(base, "RCABCDEF234567", a, date(2026, 11, 1), DAY),
        "pickup-offer": lambda c, base, a: c.build_pickup_offer(base, pickup_order("fedex"), a),
        "pickup-offer-business": lambda c, base, a: c.build_pickup_offer(
            base, pickup_order("fedex", address=msgspec.structs.replace(CUSTOMER, residential=False)), a
        ),
        "cancel-with-location": lambda c, base, a: c.build_cancel_pickup(
            base, pickup("fedex", location="COSA"), a
        ),
    },
}


CASES = [
    pytest.param(code, build, id=f"{code}-{verb}")
    for code, own in OWN.items()
    for verb, build in (COMMON | own).items()
]


@pytest.mark.parametrize("environment", ["production", "test"])
@pytest.mark.parametrize(("code", "build"), CASES)
def test_request(code: str, build: Build, environment: str) -> None:
    one = carrier(code)
    base = one.hosts[environment]
    request = build(one, base, ACCOUNTS[code])
    assert request is not None
    assert request.url.startswith(f"{base}/")
    assert operation_for(code, request, base).request_violations(request) == []
    assert request == build(one, base, ACCOUNTS[code]), "the same order must give the same bytes"
    assert b"the-secret" not in request.body or request.summary == "log in"
