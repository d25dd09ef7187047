"""Each call of the seller API: what goes out, and what the answer means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import responses
from responses import matchers

from returnctl import errors
from returnctl.marketplaces.base import Attachment
from tests.marketplaces.care import (
    AGENT,
    BASE,
    CASE,
    IMEI,
    LINE,
    ORDER,
    RETURNS,
    SAV,
    TOKEN,
    attachment,
    claim,
    client,
    folder,
    label,
    listed,
    message,
    order,
    orderline,
    page,
    parcel,
)


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def case(wire: responses.RequestsMock) -> responses.RequestsMock:
    """A folder, its order, no BackShip."""
    wire.get(f"{BASE}/ws/orders/{ORDER}", json=order())
    wire.get(SAV, json=page(listed()))
    wire.get(f"{SAV}/{CASE}", json=folder())
    wire.get(RETURNS, status=403)
    return wire


def headers(wire: responses.RequestsMock) -> dict[str, Any]:
    return dict(wire.calls[-1].request.headers)


class TestHeaders:
    def test_who_we_are_goes_with_every_request(self, case: responses.RequestsMock) -> None:
        client().folder(str(CASE))
        found = headers(case)
        assert found["Authorization"] == f"Basic {TOKEN}"
        assert found["User-Agent"] == AGENT
        assert found["Accept-Language"] == "en-us"
        assert found["Accept"] == "application/json"
        assert "Content-Type" not in found

    def test_the_market_is_the_language(self, wire: responses.RequestsMock) -> None:
        wire.get(f"https://preprod.backmarket.fr/ws/sav/{CASE}", json=folder())
        client("eu", "staging", "de-at").folder(str(CASE))
        assert headers(wire)["Accept-Language"] == "de-at"


class TestOrder:
    def test_one_line(self, case: responses.RequestsMock) -> None:
        found = client().order(str(ORDER))
        assert (found.order, found.ordered_on, found.market, found.name) == (
            str(ORDER),
            "2026-05-20T14:03:11+00:00",
            "en-us",
            "Ada Example",
        )
        (line,) = found.lines
        assert (line.line, line.kind, line.brand, line.model) == (
            str(LINE),
            "smartphone",
            "Apple",
            "iPhone 12 64GB",
        )
        assert line.imeis == (IMEI,)
        assert line.delivered_on is None

    def test_camel_case_address(self, wire: responses.RequestsMock) -> None:
        place = {
            "firstName": "Victor",
            "lastName": "Hugo",
            "street": "3 Imaginary St",
            "postalCode": "75003",
            "city": "Paris",
            "country": "fr",
            "phoneNumber": "+33639981234",
        }
        wire.get(f"{BASE}/ws/orders/{ORDER}", json=order(shipping_address=place))
        found = client().order(str(ORDER)).address
        assert found is not None
        assert (found.name, found.postal_code, found.country, found.phone) == (
            "Victor Hugo",
            "75003",
            "FR",
            "+33639981234",
        )

    def test_snake_case_address(self, case: responses.RequestsMock) -> None:
        found = client().order(str(ORDER)).address
        assert found is not None
        assert (found.lines, found.postal_code, found.phone) == (("1 Main St",), "10001", "5550100")

    def test_a_serial_in_the_place_of_the_imei(self, wire: responses.RequestsMock) -> None:
        line = orderline(imei="GY6QW2L9Q1PN", serial_number="")
        wire.get(f"{BASE}/ws/orders/{ORDER}", json=order(orderlines=[line]))
        (found,) = client().order(str(ORDER)).lines
        assert (found.imeis, found.serial) == ((), "GY6QW2L9Q1PN")

    def test_the_day_of_delivery_of_backship(self, wire: responses.RequestsMock) -> None:
        wire.get(f"{BASE}/ws/orders/{ORDER}", json=order(is_backship=True))
        sent = {"order": ORDER, "orderlines": [LINE], "dateDelivery": "2026-05-24T10:00:00-04:00"}
        wire.get(f"{BASE}/ws/shipping/v1/deliveries", json=page(sent))
        assert client().order(str(ORDER)).lines[0].delivered_on == sent["dateDelivery"]

    def test_not_delivered_yet(self, wire: responses.RequestsMock) -> None:
        wire.get(f"{BASE}/ws/orders/{ORDER}", json=order(is_backship=True))
        sent = {"order": ORDER, "orderlines": [LINE], "dateDelivery": None}
        wire.get(f"{BASE}/ws/shipping/v1/deliveries", json=page(sent))
        assert client().order(str(ORDER)).lines[0].delivered_on is None

    def test_unknown_or_switched_off(self, wire: responses.RequestsMock) -> None:
        wire.get(f"{BASE}/ws/orders/{ORDER}", status=404)
        with pytest.raises(errors.NotFound) as caught:
            client().order(str(ORDER))
        assert "web services are off" in str(caught.value.hint)

    def test_another_order_comes(self, wire: responses.RequestsMock) -> None:
        wire.get(f"{BASE}/ws/orders/{ORDER}", json=order(1))
        with pytest.raises(errors.Unavailable):
            client().order(str(ORDER))

    def test_a_number_that_leads_elsewhere(self, wire: responses.RequestsMock) -> None:
        for number in ("1/../../sav", "1?x=1", "0123", "", "1 2"):
            with pytest.raises(errors.ReturnctlError):
                client().order(number)
        assert not wire.calls


class TestFolders:
    def test_a_list_is_read_page_by_page(self, wire: responses.RequestsMock) -> None:
        first = [listed(CASE + at) for at in range(10)]
        following = "https://evil.example.test/ws/sav/?page=2"
        for number, found in ((1, page(*first, following=following)), (2, page(listed(CASE + 10)))):
            wire.get(
                SAV, json=found, match=[matchers.query_param_matcher({"state": "0", "page": str(number)})]
            )
        assert len(list(client().folders(state=0))) == 11
        assert {str(call.request.url).partition("?")[0] for call in wire.calls} == {SAV}

    @pytest.mark.parametrize("following", ["null", "", None, "None"])
    def test_ends_where_nothing_follows(self, wire: responses.RequestsMock, following: Any) -> None:
        wire.get(SAV, json=page(listed(), following=following))
        assert len(list(client().folders())) == 1
        assert len(wire.calls) == 1

    def test_a_full_last_page_followed_by_an_empty_one(self, wire: responses.RequestsMock) -> None:
        wire.get(SAV, json=page(*(listed(CASE + at) for at in range(10)), following="https://x.test/?page=2"))
        wire.get(SAV, json=page(following="https://x.test/?page=3"))
        assert len(list(client().folders())) == 10
        assert len(wire.calls) == 2

    def test_the_same_folder_twice(self, wire: responses.RequestsMock) -> None:
        wire.get(SAV, json=page(listed(), following=f"{SAV}?page=2"))
        wire.get(SAV, json=page(listed()))
        assert len(list(client().folders())) == 1

    def test_since(self, wire: responses.RequestsMock) -> None:
        from datetime import datetime

        wire.get(SAV, json=page())
        list(client().folders(since=datetime.fromisoformat("2026-06-10T01:30:00+02:00")))
        assert "last_message_date=2026-06-09-23-30" in str(wire.calls[0].request.url)

    def test_a_folder(self, case: responses.RequestsMock) -> None:
        found = client().folder(str(CASE))
        assert (found.order, found.line, found.open) == (str(ORDER), str(LINE), True)
        assert (found.issues, found.tags) == (("BATTERY_NOT_CHARGING",), ("TECHNICAL",))
        assert (found.resolution, found.warranty, found.category) == ("REPLACE", "IN_WARRANTY", "Smartphones")

    @pytest.mark.parametrize(("state", "is_open"), [(0, True), (9, False), (1, True), (None, True)])
    def test_states(self, wire: responses.RequestsMock, state: Any, is_open: bool) -> None:
        wire.get(f"{SAV}/{CASE}", json=folder(state=state))
        assert client().folder(str(CASE)).open is is_open

    def test_another_folder_comes(self, wire: responses.RequestsMock) -> None:
        wire.get(f"{SAV}/{CASE}", json=folder(CASE + 1))
        with pytest.raises(errors.Unavailable):
            client().folder(str(CASE))


class TestCase:
    def test_what_the_buyer_asked_for(self, case: responses.RequestsMock) -> None:
        found = client().case(str(CASE))
        assert (found.case, found.reason, found.wants) == (str(CASE), "faulty", "exchange")
        assert (found.damage, found.description) == (("none",), "BATTERY_NOT_CHARGING")
        assert found.opened_at == "2026-06-01T09:00:00+00:00"
        assert found.label is None

    @pytest.mark.parametrize(
        ("said", "wants", "damage"),
        [
            ({"resolution_choice": "REFUND", "declared_warranty_state": "WATER_OR_DROPPED"}, "refund", True),
            ({"resolution_choice": "REPAIR", "declared_warranty_state": "THIRD_PARTY_REPAIR"}, "repair", True),
            ({"resolution_choice": "REPAIR_REPLACE", "declared_warranty_state": "NEW_WORD"}, "repair-replace", False),
            ({"resolution_choice": "A new wish", "declared_warranty_state": None}, "a-new-wish", False),
            ({"resolution_choice": None, "declared_warranty_state": None}, None, False),
        ],
    )  # fmt: skip
    def test_words_that_we_know_and_new_ones(
        self, wire: responses.RequestsMock, said: dict[str, Any], wants: str | None, damage: bool
    ) -> None:
        wire.get(f"{SAV}/{CASE}", json=folder(lines=[claim(**said)]))
        wire.get(RETURNS, json=page())
        found = client().case(str(CASE))
        assert found.wants == wants
        assert bool(found.damage) is damage

    def test_the_cases_of_an_order(self, case: responses.RequestsMock) -> None:
        (found,) = client().cases(str(ORDER))
        assert found.case == str(CASE)
        asked = [str(call.request.url) for call in case.calls]
        assert f"{SAV}?orderline={LINE}&page=1" in asked

    def test_no_case_yet(self, wire: responses.RequestsMock) -> None:
        wire.get(f"{BASE}/ws/orders/{ORDER}", json=order())
        wire.get(SAV, json=page())
        assert client().cases(str(ORDER)) == ()

    def test_the_parcel_of_backship(self, wire: responses.RequestsMock) -> None:
        wire.get(f"{SAV}/{CASE}", json=folder())
        wire.get(RETURNS, json=page(parcel(hubScanned=True, datePickup="2026-06-05T10:00:00+02:00")))
        found = client().case(str(CASE))
        assert found.label is not None
        assert (found.label.carrier, found.label.tracking_number) == ("ups", "1Z999AA10123456784")
        assert found.tracking is not None
        assert (found.tracking.carrier, found.tracking.sent_on) == ("ups", "2026-06-05")

    def test_a_parcel_that_nobody_picked_up(self, wire: responses.RequestsMock) -> None:
        wire.get(f"{SAV}/{CASE}", json=folder())
        wire.get(RETURNS, json=page(parcel()))
        found = client().case(str(CASE))
        assert found.label is not None
        assert found.tracking is None

    def test_a_bad_token_is_not_taken_for_no_backship(self, wire: responses.RequestsMock) -> None:
        wire.get(RETURNS, status=401)
        with pytest.raises(errors.AuthFailed):
            client().shipments(str(ORDER))

    @pytest.mark.parametrize("status", [403, 404, 422])
    def test_not_subscribed_to_backship(self, wire: responses.RequestsMock, status: int) -> None:
        wire.get(RETURNS, status=status)
        assert client().shipments(str(ORDER)) == ()


class TestConversation:
    def test_bodies_are_html_and_senders_have_many_names(self, wire: responses.RequestsMock) -> None:
        said = [
            message(502, "<p>Hello&nbsp;Ada</p>", initiator="Merchant", kind="MERCHANT_TO_ALL"),
            message(501, attachments=[attachment()]),
            message(503, "ok", initiator="BackMarket", kind="BACKCARE_TO_MERCHANT"),
            message(504, "x", initiator="", kind="CUSTOMER_TO_MERCHANT"),
            message(505, "y", initiator="Robot", kind="ROBOT_TO_ALL"),
        ]
        wire.get(f"{SAV}/{CASE}", json=folder(messages=said))
        found = {one.message: one for one in client().messages(str(CASE))}
        authors = [found[str(number)].author for number in range(501, 506)]
        assert authors == ["buyer", "seller", "marketplace", "buyer", "robot"]
        assert found["502"].text == "Hello Ada"
        assert [file.name for file in found["501"].attachments] == ["back.jpg"]

    def test_an_attachment_is_fetched_from_where_it_lies(self, wire: responses.RequestsMock) -> None:
        url = "https://files.example.test/a/back.jpg?sig=1"
        wire.get(f"{SAV}/{CASE}", json=folder(messages=[message(attachments=[attachment(url=url)])]))
        wire.get(url, body=b"\xff\xd8\xff")
        one = client()
        (said,) = one.messages(str(CASE))
        assert one.attachment(str(CASE), said.attachments[0]) == b"\xff\xd8\xff"
        assert {"Authorization", "Accept-Language"}.isdisjoint(headers(wire))
        assert AGENT not in headers(wire).values()

    def test_an_attachment_of_another_folder(self, case: responses.RequestsMock) -> None:
        strange = Attachment(attachment="1", name="x", sha256="", bytes=0)
        with pytest.raises(errors.NotFound):
            client().attachment(str(CASE), strange)

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_link_that_has_run_out(self, wire: responses.RequestsMock, status: int) -> None:
        wire.get(f"{SAV}/{CASE}", json=folder(messages=[message(attachments=[attachment()])]))
        wire.get("https://files.example.test/a/back.jpg", status=status)
        one = client()
        (said,) = one.messages(str(CASE))
        with pytest.raises(errors.Unavailable, match="not given any more"):
            one.attachment(str(CASE), said.attachments[0])


class TestLabel:
    def test_the_living_one_before_newer_ones(self, wire: responses.RequestsMock) -> None:
        labels = [
            label("EXPIRED", "/labels/new.pdf", date_creation="2026-06-09T09:00:00+00:00"),
            label("ALIVE", "/labels/old.pdf"),
            label("ALIVE", "/labels/away.pdf", kind="MERCHANT_TO_CUSTOMER"),
        ]
        wire.get(f"{SAV}/{CASE}", json=folder(lines=[claim(return_labels=labels)]))
        wire.get(f"{BASE}/labels/old.pdf", body=b"%PDF-1.7 old", content_type="application/pdf")
        assert client().label(str(CASE)) == b"%PDF-1.7 old"
        assert headers(wire)["Authorization"] == f"Basic {TOKEN}"

    def test_an_expired_one_is_said_to_be(self, wire: responses.RequestsMock) -> None:
        wire.get(f"{SAV}/{CASE}", json=folder(lines=[claim(return_labels=[label("EXPIRED")])]))
        wire.get(RETURNS, json=page())
        found = client().case(str(CASE)).label
        assert found is not None
        assert (found.state, found.carrier, found.tracking_number) == ("expired", "other", "")

    def test_that_of_backship(self, wire: responses.RequestsMock) -> None:
        wire.get(f"{SAV}/{CASE}", json=folder())
        wire.get(RETURNS, json=page(parcel()))
        wire.get(f"{BASE}/static/return.pdf", body=b"%PDF-1.7", content_type="application/pdf")
        assert client().label(str(CASE)) == b"%PDF-1.7"

    def test_none(self, case: responses.RequestsMock) -> None:
        with pytest.raises(errors.NotFound):
            client().label(str(CASE))

    def test_a_web_page_instead(self, wire: responses.RequestsMock) -> None:
        wire.get(f"{SAV}/{CASE}", json=folder(lines=[claim(return_labels=[label()])]))
        wire.get(f"{BASE}/labels/1.pdf", body="<html>log in</html>", content_type="text/html")
        with pytest.raises(errors.Unavailable):
            client().label(str(CASE))
