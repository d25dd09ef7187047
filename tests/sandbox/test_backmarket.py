"""Back Market's dialect: who comes in, and orders; every answer is one that the specification allows."""

from __future__ import annotations

import pytest

from returnctl.sandbox import client
from returnctl.sandbox.server import running
from tests.sandbox.desk import OPEN, ORDERLINE, Desk
from tests.sandbox.published import check

UNREAD = ("/ws/orders", "/ws/orders/10000006", "/ws/sav", f"/ws/sav/{OPEN}", "/ws/shipping/v1/returns")


class TestHeaders:
    @pytest.mark.parametrize("path", UNREAD)
    @pytest.mark.parametrize(
        "token", ["", "Basic wrong", "Basic expired", "Bearer good", "Basic ", "Basic a b"]
    )
    def test_a_bad_token(self, desk: Desk, path: str, token: str) -> None:
        answer = desk.read(path, headers={"Authorization": token})
        assert answer.status_code == (403 if "orders" in path else 401)
        assert answer.content == b""
        if "shipping" not in path:  # BackShip declares neither
            check(answer)

    def test_a_sandbox_may_have_a_token_of_its_own(self) -> None:
        with running(token="mine") as url, Desk(url) as desk:
            assert desk.read("/ws/sav").status_code == 401
            assert desk.read("/ws/sav", headers={"Authorization": "Basic mine"}).status_code == 200

    @pytest.mark.parametrize(
        "agent",
        ["python-requests/2", "", "BM-Company;mail@company.example", "BM-Company-App", "BM-Company-App;mail"],
    )
    def test_another_user_agent_is_403(self, desk: Desk, agent: str) -> None:
        answer = check(desk.read("/ws/sav", headers={"User-Agent": agent}))
        assert (answer.status_code, answer.content) == (403, b"")

    @pytest.mark.parametrize("language", ["", "en", "tlh", "en-us,en;q=0.5"])
    def test_the_language_is_one_of_the_platforms(self, desk: Desk, language: str) -> None:
        answer = check(desk.read("/ws/orders", headers={"Accept-Language": language}))
        assert answer.status_code == 400
        assert "Accept-Language" in answer.headers["X-Sandbox-Reason"]

    @pytest.mark.parametrize(
        "path", ["/ws/orders/999", f"/ws/sav/{OPEN + 1}", "/ws/sav/x", "/ws/shipping/v1/returns/999"]
    )
    def test_what_is_not_there_is_404_without_a_body(self, desk: Desk, path: str) -> None:
        answer = check(desk.read(path))
        assert (answer.status_code, answer.content) == (404, b"")

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("POST", "/ws/sav", 405),  # nobody can open a folder, nor write where there is none
            ("PATCH", f"/ws/sav/{OPEN}", 405),
            ("POST", "/ws/orders/10000006", 405),  # orders are not moved here
            ("POST", f"/ws/sav/{OPEN}/messages", 404),  # an integrator's path, not the published one
            ("GET", "/bm/diagnosis/v1/sav/tile/tree/light/", 404),  # the storefront's own
        ],
    )
    def test_what_the_seller_api_does_not_have(self, desk: Desk, method: str, path: str, status: int) -> None:
        assert desk.write(path, method=method, json={}).status_code == status


class TestOrders:
    def test_an_order_with_its_lines(self, desk: Desk) -> None:
        order = check(desk.read("/ws/orders/10000009")).json()
        assert [line["id"] for line in order["orderlines"]] == [1000000901, 1000000902]
        phone, tablet = order["orderlines"]
        (imei,) = {
            row["imei"]
            for row in client.orders(desk.base.removesuffix("/backmarket"))
            if (row["order"], row["line"]) == ("10000009", "1")
        }
        assert (phone["imei"], phone["serial_number"]) == (imei, "")
        assert (tablet["imei"], tablet["serial_number"]) == ("", "DMPF40LKQ16M")
        assert (order["state"], order["price"]) == (9, "584.00")
        assert not [name for name in order if "deliver" in name and "date" in name]

    def test_addresses_are_in_snake_case_until_they_are_not(self, desk: Desk, url: str) -> None:
        snake = check(desk.read("/ws/orders/10000010")).json()["shipping_address"]
        assert (snake["first_name"], snake["postal_code"]) == ("Grace", "10118")
        assert snake["street2"] == "Floor 21"
        client.faults(url, "camel")
        for answer in (desk.read("/ws/orders/10000010"), desk.read("/ws/orders?page=1&page-size=50")):
            check(answer)
        camel = desk.read("/ws/orders/10000010").json()["shipping_address"]
        assert (camel["firstName"], camel["lastName"], camel["postalCode"]) == ("Grace", "Kim", "10118")
        assert not {"first_name", "postal_code", "phone"} & set(camel)

    def test_pages(self, desk: Desk, url: str) -> None:
        first = check(desk.read("/ws/orders")).json()
        assert (first["count"], len(first["results"]), first["previous"]) == (16, 10, None)
        assert first["next"] == f"{url}/backmarket/ws/orders?page=2"
        second = check(desk.read("/ws/orders?page=2")).json()
        assert (len(second["results"]), second["next"]) == (6, None)
        assert check(desk.read("/ws/orders?page-size=50")).json()["next"] is None
        assert check(desk.read("/ws/orders?page=9")).json()["results"] == []

    @pytest.mark.parametrize(
        "query", ["page=0", "page=x", "page-size=51", "page-size=0", "state=2", "date_creation=soon"]
    )
    def test_a_query_that_cannot_be_read(self, desk: Desk, query: str) -> None:
        assert check(desk.read(f"/ws/orders?{query}")).status_code == 400

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("state=9", 16),
            ("state=1", 0),
            ("country_code=en-us", 16),
            ("country_code=fr-fr", 0),
            ("date_creation=2000-01-01T00:00:00Z", 16),
            ("date_creation=2999-01-01 00:00:00", 0),
            ("date_modification=2999-01-01T00:00:00%2B02:00", 0),
        ],
    )
    def test_filters(self, desk: Desk, query: str, count: int) -> None:
        assert check(desk.read(f"/ws/orders?{query}")).json()["count"] == count

    def test_a_filter_by_date_is_between_orders(self, desk: Desk) -> None:
        dates = sorted(
            order["date_creation"] for order in desk.read("/ws/orders?page-size=50").json()["results"]
        )
        newer = check(desk.read("/ws/orders", params={"date_creation": dates[8]})).json()
        assert newer["count"] == sum(date >= dates[8] for date in dates)

    @pytest.mark.parametrize(
        ("line", "body", "status"),
        [
            (ORDERLINE, {"imei": "490154203237518"}, 422),
            (ORDERLINE, {"serial_number": "S1"}, 200),
            (ORDERLINE, {}, 400),
            (ORDERLINE, {"imei": "1" * 16}, 400),
            (ORDERLINE + 1, {"imei": "1"}, 404),
        ],
    )
    def test_identifiers_are_registered_once_and_each_try_is_counted(
        self, desk: Desk, url: str, line: int, body: dict[str, str], status: int
    ) -> None:
        assert client.patches(url) == {}
        before = client.ledger(url)
        answer = check(desk.write(f"/ws/orderlines/{line}", method="PATCH", json=body))
        assert answer.status_code == status
        assert client.patches(url) == ({} if status == 404 else {"10000006": 1})
        assert client.ledger(url) == before
        if status == 200:
            assert desk.read("/ws/orders/10000006").json()["orderlines"][0]["serial_number"] == "S1"
