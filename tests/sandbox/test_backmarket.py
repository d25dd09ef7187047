"""Back Market's dialect: orders and Care, call by call; every answer is one that the specification allows."""

from __future__ import annotations

import hashlib
import html
import re

import pytest
import requests

from returnctl.sandbox import client
from returnctl.sandbox.server import running
from tests.sandbox.desk import JUST_RIGHT, OLD, OPEN, ORDERLINE, PAST, PAST_OLD, REFUNDED, TOO_LARGE, Desk
from tests.sandbox.published import check
from tests.sandbox.speaking import JPEG, Speaker

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


class TestFolders:
    def test_the_buyer_of_10000006_has_said_it_all(self, desk: Desk, url: str) -> None:
        folder = check(desk.read(f"/ws/sav/{OPEN}")).json()
        (imei,) = {row["imei"] for row in client.orders(url) if row["order"] == "10000006"}
        (asked,) = [message for message in folder["messages"] if message["attachments"]]
        assert asked["message"].startswith("<p>")
        assert imei in asked["message"]
        assert asked["initiator"] == "Customer"
        assert len(asked["attachments"]) == 7
        picture = requests.get(asked["attachments"][0]["attachment"], timeout=5).content
        assert picture.startswith(b"\xff\xd8")
        (claim,) = folder["lines"]
        assert claim["issues"] == [{"customerIssue": "SCREEN_FLICKERING", "tag": "TECHNICAL"}]
        (label,) = claim["return_labels"]
        assert (label["state"], label["kind"]) == ("ALIVE", "CUSTOMER_TO_MERCHANT")
        assert label["label"].startswith(f"{url}/backmarket/media/")
        assert (folder["client"]["id"], folder["date_closed"]) == (0, None)

    def test_the_seeded_folders_have_all_wishes_and_warranty_answers(self, desk: Desk) -> None:
        found = check(desk.read("/ws/sav")).json()["results"]
        assert [folder["id"] for folder in found] == [PAST_OLD, OLD, OPEN, PAST, REFUNDED]
        assert [folder["state"] for folder in found] == [9, 0, 0, 9, 9]
        claims = [check(desk.read(f"/ws/sav/{folder['id']}")).json()["lines"][0] for folder in found]
        wishes = {"REMOTE_ASSISTANCE", "REPAIR", "REPLACE", "REPAIR_REPLACE", "REFUND"}
        assert {claim["resolution_choice"] for claim in claims} == wishes
        answers = {"IN_WARRANTY", "WATER_OR_DROPPED", "THIRD_PARTY_REPAIR"}
        assert {claim["declared_warranty_state"] for claim in claims} == answers
        assert all(claim["issues"][0]["tag"] for claim in claims)

    def test_past_returns_are_on_the_sellers_desk_alone(self, speak: Speaker, url: str) -> None:
        assert "10000011" not in client.ledger(url)
        assert "10000011" not in {row["order"] for row in client.orders(url)}
        assert speak.read("/v1/returns").json()["total"] == 2
        assert speak.read("/v1/returns?order=10000011").json()["returns"][0]["state"] == "closed"
        assert client.ledger(url, "10000011")["10000011"]["returns"] == 1

    def test_ten_a_page_and_then_the_end(self, desk: Desk, speak: Speaker, url: str) -> None:
        for order in ("10000001", "10000002", "10000003", "10000004", "10000005"):
            speak.opened(order)
        full = check(desk.read("/ws/sav?page=1")).json()
        assert (full["count"], full["next"], full["previous"]) == (10, "null", "null")
        assert check(desk.read("/ws/sav?page=2")).json()["results"] == []
        speak.opened("10000008")
        first = check(desk.read("/ws/sav")).json()
        assert (first["count"], first["next"]) == (10, f"{url}/backmarket/ws/sav?page=2")
        last = check(desk.read("/ws/sav?page=2")).json()
        assert (last["count"], last["next"]) == (1, "null")
        assert last["previous"] == f"{url}/backmarket/ws/sav?page=1"
        assert desk.read("/ws/sav/?page=2").json()["results"] == last["results"]

    def test_filters(self, desk: Desk, speak: Speaker) -> None:
        def folders(query: str) -> list[int]:
            return [folder["id"] for folder in check(desk.read(f"/ws/sav?{query}")).json()["results"]]

        assert folders("state=0") == [OLD, OPEN]
        assert folders(f"last_id={OPEN}") == [PAST, REFUNDED]
        assert folders(f"orderline={ORDERLINE}") == [OPEN]
        assert folders("orderline=10000006") == []  # an order's id is no orderline's
        new = desk.folder_of(speak, "10000009", "2")
        assert folders("orderline=1000000902") == [new]
        assert new > 100_000_000
        assert folders("last_modification_date=2999-01-01-00-00") == []
        assert len(folders("last_message_date=2000-01-01-00-00")) == 6
        desk.says(PAST, "Anything else?")
        assert set(folders("state=0")) == {OLD, OPEN, PAST, new}

    @pytest.mark.parametrize(
        "query", ["page=0", "state=1", "orderline=x", "last_id=-1", "last_message_date=now"]
    )
    def test_a_query_that_cannot_be_read(self, desk: Desk, query: str) -> None:
        assert desk.read(f"/ws/sav?{query}").status_code == 400

    def test_a_message_changes_the_dates(self, desk: Desk, speak: Speaker) -> None:
        before = desk.folder(PAST)
        desk.says(PAST)
        after = check(desk.read(f"/ws/sav/{PAST}")).json()
        assert after["date_last_message"] > before["date_last_message"]
        assert after["date_modification"] >= after["date_last_message"]


class TestMessages:
    def test_what_the_merchant_says_the_buyer_reads(self, desk: Desk, speak: Speaker, url: str) -> None:
        folder = desk.folder_of(speak, "10000001")
        said = check(desk.says(folder, "Too dark: <back>.\nAgain?\n\nThanks", (JPEG, JPEG + b"2"))).json()
        assert (said["group"], said["sender"]) == (folder, 4021)
        assert said["attachment"] == said["attachments"][0]
        assert said["attachments"][1]["attachment"].startswith("/backmarket/media/")
        (heard,) = speak.read("/v1/returns/R10000001-1/messages").json()["messages"][1:]
        assert (heard["author"], heard["text"]) == ("seller", "Too dark: <back>.\nAgain?\n\nThanks")
        assert heard["attachments"][0]["sha256"] == hashlib.sha256(JPEG).hexdigest()
        told = desk.folder(folder)["messages"][-1]
        assert told["message"] == "<p>Too dark: &lt;back&gt;.<br />Again?</p><p>Thanks</p>"
        assert (told["initiator"], told["kind"]) == ("Merchant", "MERCHANT_TO_ALL")
        counts = client.ledger(url)["10000001"]
        assert (counts["messages"], counts["attachments"]) == (1, 2)

    def test_what_the_buyer_says_the_merchant_reads(self, desk: Desk, speak: Speaker, url: str) -> None:
        folder = desk.folder_of(speak, "10000001")
        speak.says("R10000001-1", "It’s here.", (JPEG,))
        told = check(desk.read(f"/ws/sav/{folder}")).json()["messages"][-1]
        assert re.sub("<[^>]+>", "", html.unescape(told["message"])) == "It’s here."
        assert requests.get(told["attachments"][0]["attachment"], timeout=5).content == JPEG
        assert client.ledger(url)["10000001"]["messages"] == 1

    def test_ten_files_of_three_megabytes(self, desk: Desk) -> None:
        assert check(desk.says(OLD, "x", (JUST_RIGHT,))).status_code == 201
        assert check(desk.says(OLD, "x", (JPEG,) * 10)).status_code == 201

    @pytest.mark.parametrize(
        ("text", "files", "part"),
        [
            ("x", (TOO_LARGE,), "attachment"),
            ("x", (JPEG,) * 11, "attachment"),
            ("x", (b"GIF89a",), "attachment"),
            ("x", (JPEG,), "attachment[]"),
            ("", (), "attachment"),
            (" ", (), "attachment"),
            ("x" * 10_001, (), "attachment"),
        ],
    )
    def test_messages_that_do_not_pass(
        self, desk: Desk, url: str, text: str, files: tuple[bytes, ...], part: str
    ) -> None:
        before = client.ledger(url, "10000010")
        answer = check(desk.says(OLD, text, files, part=part))
        assert (answer.status_code, answer.content) == (400, b"")
        assert client.ledger(url, "10000010") == before

    def test_another_media_type(self, desk: Desk) -> None:
        assert check(desk.write(f"/ws/sav/{OLD}/msg", json={"message": "Hi"})).status_code == 400
        broken = {"Content-Type": "multipart/form-data"}
        assert check(desk.write(f"/ws/sav/{OLD}/msg", data=b"x", headers=broken)).status_code == 400

    def test_a_message_opens_a_closed_folder_again(self, desk: Desk, speak: Speaker, url: str) -> None:
        folder = desk.folder_of(speak, "10000001")
        client.close(url, "10000001")
        closed = check(desk.read(f"/ws/sav/{folder}")).json()
        assert (closed["state"], closed["lines"][0]["state"]) == (9, 9)
        assert closed["date_closed"]
        check(desk.says(folder))
        again = check(desk.read(f"/ws/sav/{folder}")).json()
        assert (again["state"], again["date_closed"]) == (0, None)
        assert speak.read("/v1/returns/R10000001-1").json()["state"] == "open"

    def test_the_merchants_answer_opens_attachments(self, desk: Desk, speak: Speaker, url: str) -> None:
        client.faults(url, "no-attachments")
        folder = desk.folder_of(speak, "10000001")
        assert desk.folder(folder)["messages"] == []
        desk.says(folder, "Send the photos, please.")
        client.faults(url, "none")
        assert len(desk.folder(folder)["messages"]) == 1
        assert speak.says("R10000001-1", files=(JPEG,)).status_code == 201

    def test_an_answer_lost_after_the_message_was_kept(self, desk: Desk, url: str) -> None:
        client.faults(url, "lost-answer@POST/backmarket/ws/sav/*/msg:1x1")
        with pytest.raises(requests.ConnectionError):
            desk.says(PAST, "Thank you. [ref 7f3a]")
        assert "[ref 7f3a]" in desk.folder(PAST)["messages"][-1]["message"]


class TestProblems:
    @pytest.mark.parametrize("kind", ["DAMAGED_PACKAGE", "ITEM_NOT_RECEIVED", "OOW_ITEM"])
    def test_some_need_an_attachment(self, desk: Desk, url: str, kind: str) -> None:
        assert check(desk.declares(OPEN, kind, "See the picture")).status_code == 422
        assert client.problems(url) == []
        answer = check(desk.declares(OPEN, kind, "See the picture", (JPEG,)))
        assert (answer.status_code, answer.content) == (201, b"")
        (kept,) = client.problems(url)
        assert (kept["order"], kept["kind"], kept["text"], kept["files"]) == (
            "10000006", kind, "See the picture", 1
        )  # fmt: skip

    @pytest.mark.parametrize(
        "kind",
        [
            "ACCOUNT_LOCKED",
            "CODE_LOCKED",
            "MISSING_PART",
            "PROBLEM_NOT_IDENTIFIED",
            "WRONG_ITEM",
            "OTHER",
            None,
        ],
    )
    def test_others_do_not(self, desk: Desk, url: str, kind: str | None) -> None:
        assert check(desk.declares(OPEN, kind)).status_code == 201
        assert client.problems(url)[0]["kind"] == (kind or "OTHER")

    @pytest.mark.parametrize(
        ("kind", "text", "files", "status"),
        [
            (None, "", (), 201),
            ("OTHER", "", (), 201),
            ("ACCOUNT_LOCKED", "", (), 422),
            ("OTHER", "a word", (), 422),
            ("OTHER", "", (JPEG,), 422),
        ],
    )
    def test_below_a_hundred_million_only_other_alone(
        self, desk: Desk, kind: str | None, text: str, files: tuple[bytes, ...], status: int
    ) -> None:
        assert check(desk.declares(OLD, kind, text, files)).status_code == status

    @pytest.mark.parametrize(
        ("kind", "files", "status"),
        [
            ("OTHER", (TOO_LARGE,), 413),
            ("OTHER", (JPEG,) * 11, 413),
            ("OTHER", (b"GIF89a",), 422),
            ("BORED", (), 422),
        ],
    )
    def test_problems_that_do_not_pass(
        self, desk: Desk, url: str, kind: str, files: tuple[bytes, ...], status: int
    ) -> None:
        assert check(desk.declares(OPEN, kind, "", files)).status_code == status
        assert client.problems(url) == []

    def test_a_closed_folder_has_none(self, desk: Desk) -> None:
        assert check(desk.declares(PAST)).status_code == 422
        assert check(desk.declares(1)).status_code == 404
        assert desk.folder(PAST)["state"] == 9


class TestMoneyAndParcelsBack:
    def refund(self, desk: Desk, **body: object) -> requests.Response:
        return check(desk.write("/ws/sav/refund", json=body))

    def test_a_refund_in_parts(self, desk: Desk, speak: Speaker) -> None:
        part = self.refund(desk, orderline_pk=ORDERLINE, refund_type=6, amount=13.5)
        assert part.status_code == 201
        assert part.text == "13.50$ refunded on the sku SAMSUNG-GALAXY-S21-128-GB-PHANTOM-GRAY"
        assert part.headers["Content-Type"].startswith("text/plain")
        assert desk.read("/ws/orders/10000006").json()["orderlines"][0]["state"] == 3
        assert self.refund(desk, orderline_pk=ORDERLINE, refund_type=6, amount=263).status_code == 400
        assert self.refund(desk, orderline_pk=ORDERLINE, refund_type=6).status_code == 201
        assert check(desk.read("/ws/orders/10000006")).json()["orderlines"][0]["state"] == 6
        assert desk.folder(OPEN)["orderline"]["state"] == 6
        assert speak.read("/v1/orders/10000006").json()["lines"][0]["state"] == "refunded"
        assert self.refund(desk, orderline_pk=ORDERLINE, refund_type=6).status_code == 400

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"orderline_pk": ORDERLINE, "refund_type": 4}, 400),
            ({"orderline_pk": ORDERLINE, "refund_type": 5}, 400),
            ({"orderline_pk": ORDERLINE, "refund_type": 7}, 400),
            ({"orderline_pk": ORDERLINE, "refund_type": 6, "amount": 0}, 400),
            ({"orderline_pk": ORDERLINE, "refund_type": 6, "amount": 0.001}, 400),
            ({"orderline_pk": ORDERLINE}, 400),
            ({"orderline_pk": 7, "refund_type": 6}, 404),
            ({"orderline_pk": 10**30, "refund_type": 6}, 404),
        ],
    )
    def test_refunds_that_do_not_pass(self, desk: Desk, body: dict[str, float], status: int) -> None:
        assert self.refund(desk, **body).status_code == status

    def test_a_parcel_back_is_told_once_and_below_a_hundred_million(self, desk: Desk) -> None:
        def tell(folder: int, **body: str) -> requests.Response:
            return check(desk.write(f"/ws/sav/{folder}/item-transfer", json=body))

        parcel = {"shipperName": "DHL", "trackingNumber": "123AZ0672", "action": "REPAIR"}
        assert tell(OPEN, **parcel).status_code == 422
        answer = tell(OLD, **parcel)
        assert (answer.status_code, answer.content) == (201, b"")
        assert tell(OLD, **parcel).status_code == 400
        assert tell(OLD, shipperName="DHL").status_code == 422
        assert tell(1, **parcel).status_code == 404
        labels = check(desk.read(f"/ws/sav/{OLD}")).json()["lines"][0]["return_labels"]
        assert [(label["state"], label["kind"]) for label in labels] == [
            ("EXPIRED", "CUSTOMER_TO_MERCHANT"),
            ("ALIVE", "MERCHANT_TO_CUSTOMER"),
        ]


class TestLabels:
    def test_both_dialects_have_the_same_label(self, desk: Desk, speak: Speaker) -> None:
        folder = desk.folder_of(speak, "10000001")
        (label,) = desk.folder(folder)["lines"][0]["return_labels"]
        paper = requests.get(label["label"], timeout=5)
        assert paper.headers["Content-Type"] == "application/pdf"
        assert paper.content == speak.read("/v1/returns/R10000001-1/label").content

    def test_one_expired_and_one_alive_without_their_host(self, desk: Desk, speak: Speaker, url: str) -> None:
        speak.write("/v1/returns/R10000010-1/label", json={"why": "expired"})
        labels = check(desk.read(f"/ws/sav/{OLD}")).json()["lines"][0]["return_labels"]
        assert [label["state"] for label in labels] == ["EXPIRED", "ALIVE"]
        assert all(label["label"].startswith("/backmarket/media/labels/") for label in labels)
        assert requests.get(url + labels[1]["label"], timeout=5).content.startswith(b"%PDF-")

    def test_a_label_that_travels_is_used(self, desk: Desk, speak: Speaker, url: str) -> None:
        folder = desk.folder_of(speak, "10000001")
        client.advance(url, "10000001", "in-transit")
        assert desk.folder(folder)["lines"][0]["return_labels"][0]["state"] == "USED"

    def test_a_label_that_is_late(self, desk: Desk, speak: Speaker, url: str) -> None:
        client.faults(url, "no-label")
        folder = desk.folder_of(speak, "10000001")
        assert check(desk.read(f"/ws/sav/{folder}")).json()["lines"][0]["return_labels"] == []
        client.faults(url, "none")
        assert len(desk.folder(folder)["lines"][0]["return_labels"]) == 1

    def test_files_elsewhere_do_not_want_the_token(self, desk: Desk, url: str) -> None:
        client.faults(url, "cdn")
        desk.says(PAST, "A picture", (JPEG,))
        link = desk.folder(PAST)["messages"][-1]["attachments"][0]["attachment"]
        assert link.startswith("http://localhost:")
        here = link.replace("//localhost", "//127.0.0.1")  # this machine may know no such name
        assert requests.get(here, timeout=5).content == JPEG
        assert desk.get(here, timeout=5).status_code == 400

    @pytest.mark.parametrize("wrong", ["Basic wrong", "Bearer good"])
    def test_papers(self, desk: Desk, url: str, wrong: str) -> None:
        order = desk.read("/ws/orders/10000012").json()
        delivery = desk.read("/ws/shipping/v1/deliveries?order_id=10000012").json()["results"][0]
        labels = desk.folder(PAST_OLD)["lines"][0]["return_labels"]
        paths = [label["label"] for label in labels]
        assert {label["kind"] for label in labels} == {"CUSTOMER_TO_MERCHANT", "MERCHANT_TO_CUSTOMER"}
        for path in (*paths, delivery["labelUrl"], order["delivery_note"].removeprefix(url)):
            assert desk.get(url + path, timeout=5).content.startswith(b"%PDF-")
            assert desk.get(url + path, headers={"Authorization": wrong}, timeout=5).status_code == 401
            unknown = re.sub(r"[0-9]+", "999", path)
            assert desk.get(url + unknown, timeout=5).status_code == 404
