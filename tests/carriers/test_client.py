"""The client: tokens, environments, refusals, and what may be sent twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import responses

from returnctl import errors
from returnctl.carriers import CODES, carrier
from returnctl.carriers.base import Credentials, Near
from returnctl.carriers.client import CarrierClient, base_url, unasked
from returnctl.carriers.tokens import Tokens
from returnctl.http import Http, was_refused, was_sent
from tests.carriers.answers import (
    fedex_result,
    fedex_scan,
    fedex_tracked,
    ups_scan,
    ups_tracked,
    usps_tracked,
)
from tests.carriers.orders import DAY, NUMBERS, credentials, label, label_order, pickup, pickup_order

SANDBOX = "http://127.0.0.1:8377"
TOKEN_PATHS = {"ups": "security/v1/oauth/token", "usps": "oauth2/v3/token", "fedex": "oauth/token"}
TRACK = {
    "ups": (responses.GET, f"api/track/v1/details/{NUMBERS['ups']}", ups_tracked(ups_scan("021", "I", "x"))),
    "usps": (
        responses.GET,
        f"tracking/v3/tracking/{NUMBERS['usps']}",
        usps_tracked("Out for Delivery", "Out for Delivery"),
    ),
    "fedex": (
        responses.POST,
        "track/v1/trackingnumbers",
        fedex_tracked(fedex_result("OD", fedex_scan("OD", "x"))),
    ),
}


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def client(code: str, *, given: Credentials | None = None, tokens: Tokens | None = None) -> CarrierClient:
    one = carrier(code)
    return CarrierClient(
        one,
        Http(user_agent="returnctl/test", sleep=lambda _: None),
        given or credentials(code),
        environment="sandbox",
        base=base_url(one, "sandbox", SANDBOX),
        tokens=tokens or Tokens(None),
    )


def grant(wire: responses.RequestsMock, code: str, token: str = "t1") -> Any:
    return wire.post(
        f"{SANDBOX}/{code}/{TOKEN_PATHS[code]}", json={"access_token": token, "expires_in": "3599"}
    )


def sent(wire: responses.RequestsMock, part: str) -> list[Any]:
    return [call.request for call in wire.calls if part in str(call.request.url)]


@pytest.mark.parametrize("code", CODES)
class TestEveryCarrier:
    def test_one_token_for_many_questions(self, wire: responses.RequestsMock, code: str) -> None:
        method, path, body = TRACK[code]
        token = grant(wire, code)
        wire.add(method, f"{SANDBOX}/{code}/{path}", json=body)
        one = client(code)
        for _ in range(3):
            assert one.track(NUMBERS[code]).status == "out-for-delivery"
        assert token.call_count == 1
        assert {request.headers["Authorization"] for request in sent(wire, path)} == {"Bearer t1"}

    def test_logging_in_alone(self, wire: responses.RequestsMock, code: str) -> None:
        token = grant(wire, code)
        one = client(code)
        one.log_in()
        one.log_in()
        assert (token.call_count, len(wire.calls)) == (1, 1)

    def test_a_token_of_untold_life_is_kept_for_a_while(
        self, wire: responses.RequestsMock, code: str
    ) -> None:
        token = wire.post(f"{SANDBOX}/{code}/{TOKEN_PATHS[code]}", json={"access_token": "t1"})
        one = client(code)
        one.log_in()
        one.log_in()
        assert token.call_count == 1

    def test_a_dead_token_is_replaced_once(self, wire: responses.RequestsMock, code: str) -> None:
        method, path, body = TRACK[code]
        tokens = Tokens(None)
        grant(wire, code)
        wire.add(method, f"{SANDBOX}/{code}/{path}", json={}, status=401)
        wire.add(method, f"{SANDBOX}/{code}/{path}", json=body)
        assert client(code, tokens=tokens).track(NUMBERS[code]).found is True
        assert len(sent(wire, TOKEN_PATHS[code])) == 2

    def test_then_it_gives_up(self, wire: responses.RequestsMock, code: str) -> None:
        method, path, _ = TRACK[code]
        grant(wire, code)
        wire.add(method, f"{SANDBOX}/{code}/{path}", json={}, status=401)
        with pytest.raises(errors.AuthFailed, match="sandbox") as caught:
            client(code).track(NUMBERS[code])
        assert len(sent(wire, path)) == 2
        assert carrier(code).name in caught.value.message
        assert was_refused(caught.value)
        assert f"auth login {code}" in str(caught.value.hint)

    @pytest.mark.parametrize("status", [400, 401, 403])
    def test_a_wrong_secret(self, wire: responses.RequestsMock, code: str, status: int) -> None:
        said = {"response": {"errors": [{"code": "1", "message": "no such client the-secret"}]}}
        wire.post(f"{SANDBOX}/{code}/{TOKEN_PATHS[code]}", json=said, status=status)
        with pytest.raises(errors.AuthFailed) as caught:
            client(code).track(NUMBERS[code])
        assert "the-secret" not in caught.value.message
        assert "sandbox" in caught.value.message
        assert not was_sent(caught.value)

    @pytest.mark.parametrize("body", [requests.ReadTimeout(), requests.ConnectionError("reset")])
    def test_a_lost_token_answer_bought_nothing(
        self, wire: responses.RequestsMock, code: str, body: Exception
    ) -> None:
        wire.post(f"{SANDBOX}/{code}/{TOKEN_PATHS[code]}", body=body)
        one = client(code)
        request = one.prepare_label(label_order())
        with pytest.raises(errors.Unavailable) as caught:
            one.send(request)
        assert not was_sent(caught.value)

    def test_a_lost_purchase_may_have_happened(self, wire: responses.RequestsMock, code: str) -> None:
        one = client(code)
        request = one.prepare_label(label_order())
        grant(wire, code)
        wire.post(
            f"{SANDBOX}/usps/payments/v3/payment-authorization", json={"paymentAuthorizationToken": "p"}
        )
        wire.post(request.url, body=requests.ReadTimeout())
        with pytest.raises(errors.Unavailable) as caught:
            one.send(request)
        assert was_sent(caught.value)
        assert not was_refused(caught.value)
        assert len(sent(wire, request.url)) == 1

    def test_a_maintenance_page(self, wire: responses.RequestsMock, code: str) -> None:
        method, path, _ = TRACK[code]
        grant(wire, code)
        wire.add(
            method, f"{SANDBOX}/{code}/{path}", body="<html>later</html>", headers={"X-Request-Id": "q-7"},
            content_type="text/html",
        )  # fmt: skip
        with pytest.raises(errors.Unavailable, match="q-7"):
            client(code).track(NUMBERS[code])

    def test_not_allowed_for_this_product(self, wire: responses.RequestsMock, code: str) -> None:
        method, path, _ = TRACK[code]
        grant(wire, code)
        wire.add(method, f"{SANDBOX}/{code}/{path}", json={}, status=403)
        with pytest.raises(errors.AuthFailed, match="sandbox"):
            client(code).track(NUMBERS[code])

    def test_a_refused_purchase_bought_nothing(self, wire: responses.RequestsMock, code: str) -> None:
        one = client(code)
        request = one.prepare_label(label_order())
        grant(wire, code)
        wire.post(
            f"{SANDBOX}/usps/payments/v3/payment-authorization", json={"paymentAuthorizationToken": "p"}
        )
        wire.post(request.url, json={}, status=403)
        with pytest.raises(errors.AuthFailed, match="sandbox") as caught:
            one.parse_label(one.send(request))
        assert was_refused(caught.value)

    def test_without_credentials(self, code: str) -> None:
        one = CarrierClient(
            carrier(code),
            Http(user_agent="t"),
            None,
            environment="production",
            base="https://x",
            tokens=Tokens(None),
        )
        parcel = one.track(NUMBERS[code])
        assert not one.has_credentials
        assert (parcel.found, parcel.status) == (None, "unknown")
        assert parcel.link is not None
        with pytest.raises(errors.AuthFailed, match="credentials"):
            one.points(Near(postal_code="94107"), datetime(2026, 11, 20, tzinfo=UTC))
        with pytest.raises(errors.AuthFailed):
            one.prepare_label(label_order())

    def test_environments_are_never_mixed(self, code: str) -> None:
        one = carrier(code)
        request = one.build_label(one.hosts["test"], label_order(), credentials(code).account)
        production = CarrierClient(
            one,
            Http(user_agent="t"),
            credentials(code),
            environment="production",
            base=base_url(one, "production"),
            tokens=Tokens(None),
        )
        with pytest.raises(errors.BadConfig, match="production") as caught:
            production.send(request)
        assert caught.value.exit == 2
        assert not was_sent(caught.value)

    def test_hosts(self, code: str) -> None:
        one = carrier(code)
        production, test = base_url(one, "production"), base_url(one, "test")
        assert production != test
        assert production.startswith("https://")
        assert test.startswith("https://")
        assert base_url(one, "sandbox", f"{SANDBOX}/") == f"{SANDBOX}/{code}"
        with pytest.raises(errors.BadConfig):
            base_url(one, "sandbox")


class TestVerbs:
    def test_quotes_come_cheapest_first(self, wire: responses.RequestsMock) -> None:
        grant(wire, "ups")
        rated = [
            {"Service": {"Code": code}, "TotalCharges": {"CurrencyCode": "USD", "MonetaryValue": price}}
            for code, price in (("02", "20.00"), ("03", "9.50"), ("01", "100.00"))
        ]
        wire.post(f"{SANDBOX}/ups/api/rating/v2409/Shop", json={"RateResponse": {"RatedShipment": rated}})
        assert [quote.price.amount for quote in client("ups").quotes(label_order())] == [
            "9.50",
            "20.00",
            "100.00",
        ]

    def test_usps_pays_with_a_second_token(self, wire: responses.RequestsMock, tmp_path: Path) -> None:
        grant(wire, "usps")
        pay = wire.post(
            f"{SANDBOX}/usps/payments/v3/payment-authorization", json={"paymentAuthorizationToken": "pay1"}
        )
        buy = wire.post(f"{SANDBOX}/usps/labels/v3/return-label", json={"trackingNumber": "94001"})
        one = client("usps", tokens=Tokens(tmp_path))
        request = one.prepare_label(label_order())
        assert one.parse_label(one.send(request)).tracking_number == "94001"
        assert (
            one.parse_label(client("usps", tokens=Tokens(tmp_path)).send(request)).tracking_number == "94001"
        )
        assert (pay.call_count, buy.call_count) == (1, 2)
        first, second = sent(wire, "return-label")
        assert first.headers["X-Payment-Authorization-Token"] == "pay1"
        assert first.body == second.body == request.body
        assert first.headers["X-Idempotency-Key"] == second.headers["X-Idempotency-Key"]

    def test_usps_payment_refused(self, wire: responses.RequestsMock) -> None:
        grant(wire, "usps")
        said = {"error": {"code": "400", "errors": [{"code": "1", "detail": "Account is inactive."}]}}
        wire.post(f"{SANDBOX}/usps/payments/v3/payment-authorization", json=said, status=400)
        one = client("usps")
        with pytest.raises(errors.Refused, match="inactive") as caught:
            one.send(one.prepare_label(label_order()))
        assert not was_sent(caught.value)

    def test_ups_recovers_a_pdf(self, wire: responses.RequestsMock) -> None:
        grant(wire, "ups")
        image = {"LabelImage": {"GraphicImage": "JVBERi0xLjQ="}}
        body = {"LabelRecoveryResponse": {"LabelResults": [image]}}
        wire.post(f"{SANDBOX}/ups/api/labels/v1/recovery", json=body)
        assert client("ups").label_file(label("ups"), "pdf") == ("pdf", b"%PDF-1.4")
        assert client("fedex").label_file(label("fedex"), "pdf") is None

    def test_looking_for_a_lost_label(self, wire: responses.RequestsMock) -> None:
        grant(wire, "fedex")
        wire.post(f"{SANDBOX}/fedex/track/v1/referencenumbers", json=fedex_tracked(fedex_result("OC")))
        assert client("fedex").find_label("RC1", DAY, DAY) == (NUMBERS["fedex"],)
        assert client("usps").find_label("RC1", DAY, DAY) is None

    def test_a_pickup_of_usps_is_read_before_it_is_cancelled(self, wire: responses.RequestsMock) -> None:
        grant(wire, "usps")
        url = f"{SANDBOX}/usps/pickup/v3/carrier-pickup/WTC123456789"
        wire.get(url, json=[{}], headers={"ETag": '"newest"'})
        wire.delete(url, body=b"")
        one = client("usps")
        request = one.prepare_cancel_pickup(pickup("usps"))
        one.parse_cancel_pickup(one.send(request))
        assert sent(wire, "WTC")[-1].headers["If-Match"] == '"newest"'

    def test_fedex_pickup(self, wire: responses.RequestsMock) -> None:
        grant(wire, "fedex")
        option = {"available": True, "pickupDate": "2026-12-14", "cutOffTime": "15:30:00"}
        wire.post(f"{SANDBOX}/fedex/pickup/v1/pickups/availabilities", json={"output": {"options": [option]}})
        wire.post(f"{SANDBOX}/fedex/pickup/v1/pickups", json={"output": {"pickupConfirmationCode": "3001"}})
        wire.put(
            f"{SANDBOX}/fedex/pickup/v1/pickups/cancel", json={"output": {"pickupConfirmationCode": "3001"}}
        )
        one, order = client("fedex"), pickup_order("fedex")
        offer = one.pickup_offer(order)
        assert offer is not None
        assert offer.available
        booked = one.parse_pickup(one.send(one.prepare_pickup(order)), order)
        one.parse_cancel_pickup(one.send(one.prepare_cancel_pickup(booked)))
        assert json.loads(sent(wire, "cancel")[0].body)["pickupConfirmationCode"] == "3001"
        assert client("ups").pickup_offer(pickup_order("ups")) is None

    def test_void(self, wire: responses.RequestsMock) -> None:
        grant(wire, "fedex")
        wire.put(f"{SANDBOX}/fedex/ship/v1/shipments/cancel", json={"output": {"cancelledShipment": True}})
        one = client("fedex")
        assert one.parse_void(one.send(one.prepare_void(label("fedex")))).refund == "done"

    def test_points(self, wire: responses.RequestsMock) -> None:
        grant(wire, "usps")
        wire.get(f"{SANDBOX}/usps/locations/v3/post-office-locations", json={"locations": [{}]})
        assert len(client("usps").points(Near.parse("10463"), datetime(2026, 11, 20, tzinfo=UTC))) == 1

    def test_fedex_tracks_with_its_own_pair(self, wire: responses.RequestsMock) -> None:
        method, path, body = TRACK["fedex"]
        grant(wire, "fedex")
        wire.add(method, f"{SANDBOX}/fedex/{path}", json=body)
        both = Credentials(client_id="ship", client_secret="s", tracking_id="track", tracking_secret="t")
        client("fedex", given=both).track(NUMBERS["fedex"])
        assert "client_id=track" in sent(wire, "oauth")[0].body.decode()

    @pytest.mark.parametrize("after", ["3600", "Fri, 31 Dec 9999 23:59:59 GMT", "soon"])
    def test_a_quota(self, wire: responses.RequestsMock, after: str) -> None:
        _, path, _ = TRACK["usps"]
        grant(wire, "usps")
        wire.get(f"{SANDBOX}/usps/{path}", json={}, status=429, headers={"Retry-After": after})
        with pytest.raises(errors.Unavailable) as caught:
            client("usps").track(NUMBERS["usps"])
        assert caught.value.exit == 75


def test_no_number() -> None:
    with pytest.raises(errors.Usage):
        client("ups").track("../../etc")


def test_other_carriers_have_a_number_and_no_more() -> None:
    parcel = unasked("other", "jd 0146 0000")
    assert (parcel.carrier, parcel.tracking_number, parcel.link) == ("other", "JD01460000", None)
    with pytest.raises(errors.Usage):
        carrier("dhl")


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("94107", Near(postal_code="94107")),
        (" 94107-1234 ", Near(postal_code="94107")),
        ("San Francisco,  ca", Near(city="San Francisco", state="CA")),
        ("Coeur d'Alene , ID", Near(city="Coeur d'Alene", state="ID")),
    ],
)
def test_near(text: str, near: Near) -> None:
    assert Near.parse(text) == near


@pytest.mark.parametrize(
    "text", ["", "9410", "San Francisco", "San Francisco, California", "1 Main St, SF, CA", "x" * 99]
)
def test_near_nowhere(text: str) -> None:
    with pytest.raises(errors.Usage):
        Near.parse(text)
