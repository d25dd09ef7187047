"""USPS: each verb's request, its URL and headers, and its answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest

from returnctl import errors
from returnctl.carriers.base import Account, Credentials, Near
from returnctl.carriers.usps import Usps
from tests.carriers.answers import answer, usps_scan, usps_tracked
from tests.carriers.orders import (
    ACCOUNTS,
    NUMBERS,
    label_order,
    pickup_order,
)

USPS = Usps()
BASE = "https://apis.usps.com"
NUMBER = NUMBERS["usps"]
ACCOUNT = ACCOUNTS["usps"]
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def body_of(request: Any) -> Any:
    return json.loads(request.body)


class TestToken:
    def test_request(self) -> None:
        request, authorization = USPS.build_token(BASE, Credentials(client_id="id", client_secret="s"))
        assert request.url == "https://apis.usps.com/oauth2/v3/token"
        assert body_of(request) == {
            "grant_type": "client_credentials",
            "client_id": "id",
            "client_secret": "s",
        }
        assert authorization is None

    @pytest.mark.parametrize("lives", [28799, "28799"])
    def test_answer(self, lives: Any) -> None:
        assert USPS.parse_token(answer("usps", {"access_token": "t", "expires_in": lives})).lives == 28799

    def test_payment(self) -> None:
        buying = USPS.build_label(BASE, label_order(), ACCOUNT)
        request = USPS.build_payment(BASE, buying, ACCOUNT)
        assert request is not None
        assert request.url == f"{BASE}/payments/v3/payment-authorization"
        payer, owner = body_of(request)["roles"]
        assert (payer["roleName"], payer["accountNumber"], owner["roleName"]) == (
            "PAYER",
            "1000456789",
            "LABEL_OWNER",
        )
        assert owner["manifestMID"] == "987654321"
        assert USPS.parse_payment(answer("usps", {"paymentAuthorizationToken": "p"})).value == "p"
        with pytest.raises(errors.Unavailable):
            USPS.parse_payment(answer("usps", {}))

    def test_only_labels_are_paid(self) -> None:
        assert USPS.build_payment(BASE, USPS.build_track(BASE, NUMBER), ACCOUNT) is None
        assert (
            USPS.build_payment(BASE, USPS.build_pickup(BASE, pickup_order("usps"), ACCOUNT), ACCOUNT) is None
        )

    @pytest.mark.parametrize("account", [Account(), Account(number="1"), Account(number="1", crid="2")])
    def test_an_account_that_lacks_something(self, account: Account) -> None:
        with pytest.raises(errors.BadConfig):
            USPS.build_payment(BASE, USPS.build_label(BASE, label_order(), account), account)


class TestTrack:
    def test_request(self) -> None:
        request = USPS.build_track(BASE, "9400 1112 0620 6406 2607 87")
        assert (request.method, request.url) == ("GET", f"{BASE}/tracking/v3/tracking/{NUMBER}?expand=DETAIL")

    def test_answer(self) -> None:
        body = usps_tracked(
            "Moving Through Network",
            "In Transit to Next Facility",
            usps_scan("Arrived at USPS Regional Facility", "10"),
            usps_scan("Accepted at USPS Origin Facility", "OA", GMTOffset=None),
            expectedDeliveryTimeStamp="2026-11-24T20:00:00Z",
            predictedDeliveryDate="2026-11-24",
        )
        parcel = USPS.parse_track(answer("usps", body), NUMBER)
        assert (parcel.found, parcel.status, parcel.code) == (True, "in-transit", "10")
        assert parcel.description == "In Transit to Next Facility"
        assert parcel.estimated_delivery == "2026-11-24"
        assert parcel.events[0].place == "SAINT LOUIS, MO"
        assert [event.status for event in parcel.events] == ["in-transit", "picked-up"]

    def test_the_wrong_gmt_time_is_not_believed(self) -> None:
        """It is a day early for evening scans; and a time without offset is not called UTC."""
        body = usps_tracked("Accepted", "x", usps_scan("x", "03"), usps_scan("x", "03", GMTOffset=None))
        first, second = USPS.parse_track(answer("usps", body), NUMBER).events
        assert first.time == "2026-11-20T18:31:00-06:00"
        assert second.time == "2026-11-20T18:31:00"

    def test_offset_in_minutes(self) -> None:
        body = usps_tracked("Accepted", "x", usps_scan("x", "03", GMTOffset="-420"))
        assert USPS.parse_track(answer("usps", body), NUMBER).last_event_at == "2026-11-20T18:31:00-07:00"

    def test_delivered(self) -> None:
        body = usps_tracked("Delivered", "Delivered, Front Desk", usps_scan("Delivered, Front Desk", "01"))
        parcel = USPS.parse_track(answer("usps", body), NUMBER)
        assert (parcel.status, parcel.delivered_at) == ("delivered", "2026-11-20T18:31:00-06:00")

    @pytest.mark.parametrize(
        ("category", "said", "status"),
        [
            ("Delivered", "Delivered, To Original Sender", "returned"),
            ("Alert", "Return to Sender Processed", "returned"),
            ("Pre-Shipment", "Shipping Label Created, USPS Awaiting Item", "label-created"),
            ("Delivered to Agent", "Tendered to Returns Agent", "in-transit"),
            ("Arriving Late", "Arriving Late", "in-transit"),
            ("Unheard Of", "Something", "unknown"),
        ],
    )
    def test_what_others_get_wrong(self, category: str, said: str, status: str) -> None:
        parcel = USPS.parse_track(answer("usps", usps_tracked(category, said)), NUMBER)
        assert parcel.status == status
        assert parcel.delayed is (category == "Arriving Late")

    def test_html_in_the_words(self) -> None:
        body = usps_tracked("Accepted", "USPS<SUP>&reg;</SUP> has it &lt;3 &#27;&#x9b;\u001b[31m")
        assert USPS.parse_track(answer("usps", body), NUMBER).description.startswith("USPS® has it <3")
        assert USPS.parse_track(answer("usps", body), NUMBER).description.isprintable()

    def test_the_newer_api(self) -> None:
        item = usps_tracked("Delivered", "Delivered", usps_scan("Delivered", "01"))
        item["deliveryDateExpectation"] = {"expectedDeliveryDate": "2026-11-24"}
        assert USPS.parse_track(answer("usps", [item], 207), NUMBER).status == "delivered"
        item["statusCategory"] = "Accepted"
        item["status"] = "x"
        assert USPS.parse_track(answer("usps", [item]), NUMBER).estimated_delivery == "2026-11-24"
        missing = [{"trackingNumber": NUMBER, "statusCode": "404", "error": {"code": "404"}}]
        assert USPS.parse_track(answer("usps", missing, 207), NUMBER).found is False

    @pytest.mark.parametrize("code", ["150001", "150002", "150009"])
    def test_unknown_numbers_are_no_failure(self, code: str) -> None:
        said = "12: A status update is not yet available on your package."
        body = {
            "apiVersion": "v3",
            "error": {"code": "400", "message": said, "errors": [{"code": code, "detail": said}]},
        }
        parcel = USPS.parse_track(answer("usps", body, 400), NUMBER)
        assert (parcel.found, parcel.status) == (False, "unknown")

    @pytest.mark.parametrize(
        ("status", "body", "kind"),
        [
            (
                400,
                {"error": {"code": "400", "errors": [{"code": "160171", "detail": "Bad"}]}},
                errors.Refused,
            ),
            (401, {"error": {"code": "401", "message": "invalid"}}, errors.AuthFailed),
            (200, {}, errors.Unavailable),
            (200, [], errors.Unavailable),
            (200, "x", errors.Unavailable),
        ],
    )
    def test_failures(self, status: int, body: Any, kind: type[Exception]) -> None:
        with pytest.raises(kind):
            USPS.parse_track(answer("usps", body, status), NUMBER)


class TestPoints:
    OFFICE: ClassVar[dict[str, Any]] = {
        "facilityName": "KINGSBRIDGE",
        "facilityAddress": {
            "streetAddress": "5517 BROADWAY",
            "city": "BRONX",
            "state": "NY",
            "ZIPCode": "10463",
        },
        "distance": 0.9,
        "services": [
            {"service": "PO_BOX", "hours": [{"dayOfWeek": "MONDAY", "times": []}]},
            {
                "service": "RETAIL",
                "hours": [
                    {"dayOfWeek": "MONDAY", "times": [{"openTime": "0900", "closeTime": "1730"}]},
                    {"dayOfWeek": "SUNDAY", "times": []},
                ],
            },
        ],
    }

    def test_request(self) -> None:
        request = USPS.build_points(BASE, Near(postal_code="10463"), radius_km=8, limit=5)
        assert request.url == f"{BASE}/locations/v3/post-office-locations?ZIPCode=10463&radius=5&limit=5"
        query = parse_qs(urlsplit(USPS.build_points(BASE, Near(city="New York", state="NY")).url).query)
        assert (query["city"], query["state"]) == (["New York"], ["NY"])
        assert "ZIPCode" not in query

    def test_answer(self) -> None:
        far = self.OFFICE | {"distance": 5}
        near, _ = USPS.parse_points(answer("usps", {"locations": [far, self.OFFICE]}), MONDAY)
        assert (near.name, near.address) == ("KINGSBRIDGE", "5517 BROADWAY, BRONX, NY 10463")
        assert near.distance_km == 1.4
        assert near.hours == {"monday": "09:00-17:30", "sunday": "closed"}
        assert near.open_today is True

    @pytest.mark.parametrize(
        ("more", "open_today"),
        [
            ({"temporaryClosure": True}, False),
            ({"temporaryClosure": "true", "temporaryClosureDate": "2026-11-20"}, False),
            ({"temporaryClosure": True, "temporaryClosureDate": "2026-12-24"}, True),
            ({"temporaryClosure": False}, True),
            ({"specialHours": [{"date": "2026-11-23", "open": False}]}, False),
            ({"specialHours": [{"date": "2026-11-26", "open": False}]}, True),
        ],
    )
    def test_closed_after_all(self, more: dict[str, Any], open_today: bool) -> None:
        (place,) = USPS.parse_points(answer("usps", {"locations": [self.OFFICE | more]}), MONDAY)
        assert place.open_today is open_today

    def test_bent_and_empty(self) -> None:
        (place,) = USPS.parse_points(answer("usps", {"locations": {"services": "x"}}), MONDAY)
        assert (place.name, place.hours, place.open_today) == ("Post office", {}, None)
        assert USPS.parse_points(answer("usps", {"locations": []}), MONDAY) == ()
        with pytest.raises(errors.Unavailable):
            USPS.parse_points(answer("usps", {}), MONDAY)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            {"error": "invalid_client", "error_description": "No such client."},
            ("invalid_client", "No such client."),
        ),
        ({"error": {"code": "429", "message": "Exceeded quota limit"}}, ("429", "Exceeded quota limit")),
        ({"error": {"errors": [{"code": "1", "title": "T"}]}}, ("1", "T")),
        ({"error": {}}, None),
        ({}, None),
        ([], None),
    ],
)
def test_error_envelopes(body: Any, said: Any) -> None:
    assert USPS.parse_error(answer("usps", body, 400)) == said
