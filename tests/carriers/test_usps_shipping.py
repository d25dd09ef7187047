"""USPS: prices, labels, pickups: each verb's request, its URL and headers, and its answer."""

from __future__ import annotations

import base64
import json
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from returnctl import errors
from returnctl.carriers.base import Account, Money, Voided
from returnctl.carriers.usps import Usps
from tests.carriers.answers import answer
from tests.carriers.orders import (
    ACCOUNTS,
    CUSTOMER,
    DAY,
    FLAT,
    HOME_SELLER,
    LAPTOP,
    NUMBERS,
    SLOT,
    label,
    label_order,
    pickup,
    pickup_order,
)

USPS = Usps()
BASE = "https://apis.usps.com"
NUMBER = NUMBERS["usps"]
ACCOUNT = ACCOUNTS["usps"]
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n...").decode()
PDF = base64.b64encode(b"%PDF-1.4 ...").decode()


def body_of(request: Any) -> Any:
    return json.loads(request.body)


class TestQuote:
    def test_request(self) -> None:
        """Base rates know the return service; total rates know outbound mail alone."""
        request = USPS.build_quote(BASE, label_order(), ACCOUNT)
        asked = body_of(request)
        assert request.url == f"{BASE}/prices/v3/base-rates/search"
        assert asked["mailClass"] == "USPS_GROUND_ADVANTAGE_RETURN_SERVICE"
        assert (asked["originZIPCode"], asked["destinationZIPCode"]) == ("38017", "90210")
        assert (asked["length"], asked["width"], asked["height"]) == (8, 6, 3)
        assert (asked["accountType"], asked["accountNumber"]) == ("EPS", "1000456789")

    def test_a_large_parcel(self) -> None:
        asked = body_of(USPS.build_quote(BASE, label_order(package=LAPTOP), Account()))
        assert (asked["rateIndicator"], asked["processingCategory"], asked["weight"]) == (
            "DR",
            "MACHINABLE",
            7.26,
        )
        assert "accountType" not in asked

    def test_answer(self) -> None:
        rate = {"mailClass": "USPS_GROUND_ADVANTAGE_RETURN_SERVICE", "price": 7.1, "priceType": "CONTRACT"}
        (quote,) = USPS.parse_quote(answer("usps", {"totalBasePrice": 7.35, "rates": [rate]}))
        assert (quote.price, quote.basis, quote.surface) == (
            Money(amount="7.35", currency="USD"),
            "account",
            True,
        )
        assert quote.name == "USPS Ground Advantage Return"
        with pytest.raises(errors.Unavailable):
            USPS.parse_quote(answer("usps", {"rates": []}))


class TestLabel:
    def test_request(self) -> None:
        request = USPS.build_label(BASE, label_order(customer=FLAT), ACCOUNT)
        asked = body_of(request)
        assert (request.method, request.url) == ("POST", f"{BASE}/labels/v3/return-label")
        assert request.headers["Accept"] == "application/vnd.usps.labels+json"
        assert request.headers["X-Idempotency-Key"] == "0b0a5a5e-8d1f-4a4e-9a52-0f6d2f9c1b11"
        assert "X-Payment-Authorization-Token" not in request.headers
        assert asked["fromAddress"]["secondaryAddress"] == "Apt 4B"
        assert (asked["fromAddress"]["firstName"], asked["fromAddress"]["lastName"]) == (
            "Jane",
            "van der Doe",
        )
        assert asked["toAddress"]["firm"] == "Seller Returns"
        assert asked["imageInfo"]["imageType"] == "PDF"
        references = [one["referenceNumber"] for one in asked["packageDescription"]["customerReference"]]
        assert references == ["10000001", "RCABCDEF234567"]

    def test_a_qr_code_instead_of_a_printer(self) -> None:
        asked = body_of(USPS.build_label(BASE, label_order(format="qr"), ACCOUNT))
        assert asked["imageInfo"]["imageType"] == "LABEL_BROKER"
        assert asked["imageInfo"]["labelType"] == "4X6LABEL"
        body = {
            "trackingNumber": NUMBER,
            "labelBrokerQR": PNG,
            "returnLabelImage": PDF,
            "labelBrokerID": "AB12",
        }
        found = USPS.parse_label(answer("usps", body))
        assert (found.media, found.shipment) == ("png", "AB12")

    def test_answer(self) -> None:
        body = {
            "trackingNumber": "9205 5900 0666 2202 1695 56",
            "postage": 7.35,
            "extraServices": [{"price": 0.0}, {"price": 1.5}],
            "fees": [{"price": 3}],
            "returnLabelImage": PDF,
        }
        found = USPS.parse_label(answer("usps", body))
        assert (found.tracking_number, found.media) == ("9205590006662202169556", "pdf")
        assert found.price == Money(amount="11.85", currency="USD")

    def test_the_number_outlives_a_broken_picture(self) -> None:
        found = USPS.parse_label(answer("usps", {"trackingNumber": NUMBER, "returnLabelImage": "//"}))
        assert (found.tracking_number, found.image, found.price) == (NUMBER, None, None)
        with pytest.raises(errors.Unavailable):
            USPS.parse_label(answer("usps", {"returnLabelImage": PDF}))

    def test_a_name_of_one_word(self) -> None:
        with pytest.raises(errors.Usage, match="last name"):
            USPS.build_label(BASE, label_order(seller=replace(HOME_SELLER, name="Cher")), ACCOUNT)

    def test_void(self) -> None:
        request = USPS.build_void(BASE, label("usps"), ACCOUNT)
        assert (request.method, request.url) == ("DELETE", f"{BASE}/labels/v3/label/{NUMBER}")
        assert USPS.parse_void(answer("usps", {"status": "CANCELED"})) == Voided(refund="done")
        disputed = USPS.parse_void(answer("usps", {"status": "DISPUTED", "disputeId": 104660}))
        assert disputed == Voided(refund="asked", reference="104660")
        with pytest.raises(errors.Unavailable):
            USPS.parse_void(answer("usps", {"status": "HUH"}))


class TestPickup:
    def test_offer(self) -> None:
        request = USPS.build_pickup_offer(BASE, pickup_order("usps"), ACCOUNT)
        assert request is not None
        assert request.url.startswith(
            f"{BASE}/pickup/v3/carrier-pickup/eligibility?streetAddress=123+Ship+St&"
        )
        assert USPS.parse_pickup_offer(answer("usps", {}), DAY).available
        sunday = date(2026, 12, 13)
        assert not USPS.parse_pickup_offer(answer("usps", {}), sunday).available
        refused = {"error": {"errors": [{"code": "020009", "detail": "No carrier serves this address."}]}}
        offer = USPS.parse_pickup_offer(answer("usps", refused, 400), DAY)
        assert (offer.available, offer.reason) == (False, "No carrier serves this address.")

    def test_request(self) -> None:
        request = USPS.build_pickup(BASE, pickup_order("usps", note="Bell", where="side-door"), ACCOUNT)
        asked = body_of(request)
        assert request.url == f"{BASE}/pickup/v3/carrier-pickup"
        assert asked["packages"] == [{"packageType": "RETURNS", "packageCount": 1}]
        assert asked["pickupAddress"]["contact"] == [{"email": "jane@example.com"}]
        assert asked["pickupLocation"] == {"packageLocation": "SIDE_DOOR", "specialInstructions": "Bell"}
        assert asked["pickupDate"] == "2026-12-14"

    def test_nobody_to_tell(self) -> None:
        silent = replace(CUSTOMER, email="", phone="")
        with pytest.raises(errors.Usage, match="e-mail"):
            USPS.build_pickup(BASE, pickup_order("usps", address=silent), ACCOUNT)

    def test_book_and_cancel(self) -> None:
        body = {"confirmationNumber": "WTC1", "pickupDate": "2026-12-14"}
        booked = USPS.parse_pickup(answer("usps", body, etag='"33a6"'), SLOT)
        assert (booked.confirmation, booked.etag, booked.date) == ("WTC1", '"33a6"', DAY)
        reading = USPS.build_pickup_state(BASE, booked)
        assert reading is not None
        assert (reading.method, reading.url) == ("GET", f"{BASE}/pickup/v3/carrier-pickup/WTC1")
        newest = USPS.parse_pickup_state(answer("usps", [{}], etag='"77"'), booked)
        request = USPS.build_cancel_pickup(BASE, newest, ACCOUNT)
        assert (request.method, request.headers) == ("DELETE", {"If-Match": '"77"'})
        USPS.parse_cancel_pickup(answer("usps", b""))

    def test_refusals(self) -> None:
        past = {"error": {"code": "400", "errors": [{"code": "020016", "detail": "The date is past."}]}}
        with pytest.raises(errors.Refused, match=r"The date is past \(020016\)"):
            USPS.parse_pickup(answer("usps", past, 400), SLOT)
        with pytest.raises(errors.Refused):
            USPS.parse_cancel_pickup(answer("usps", past, 400))
        with pytest.raises(errors.Unavailable):
            USPS.parse_pickup(answer("usps", {}), SLOT)
        assert USPS.build_cancel_pickup(BASE, pickup("usps", etag=""), ACCOUNT).headers["If-Match"] == "*"
