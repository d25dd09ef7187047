"""Back Market's dialect: problems, refunds, parcels back, and files."""

from __future__ import annotations

import re

import pytest
import requests

from returnctl.sandbox import client
from tests.sandbox.desk import OLD, OPEN, ORDERLINE, PAST, PAST_OLD, TOO_LARGE, Desk
from tests.sandbox.published import check
from tests.sandbox.speaking import JPEG, Speaker


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
        paper = requests.get(label["label"], timeout=30)
        assert paper.headers["Content-Type"] == "application/pdf"
        assert paper.content == speak.read("/v1/returns/R10000001-1/label").content

    def test_one_expired_and_one_alive_without_their_host(self, desk: Desk, speak: Speaker, url: str) -> None:
        speak.write("/v1/returns/R10000010-1/label", json={"why": "expired"})
        labels = check(desk.read(f"/ws/sav/{OLD}")).json()["lines"][0]["return_labels"]
        assert [label["state"] for label in labels] == ["EXPIRED", "ALIVE"]
        assert all(label["label"].startswith("/backmarket/media/labels/") for label in labels)
        assert requests.get(url + labels[1]["label"], timeout=30).content.startswith(b"%PDF-")

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
        assert requests.get(here, timeout=30).content == JPEG
        assert desk.get(here, timeout=30).status_code == 400

    @pytest.mark.parametrize("wrong", ["Basic wrong", "Bearer good"])
    def test_papers(self, desk: Desk, url: str, wrong: str) -> None:
        order = desk.read("/ws/orders/10000012").json()
        delivery = desk.read("/ws/shipping/v1/deliveries?order_id=10000012").json()["results"][0]
        labels = desk.folder(PAST_OLD)["lines"][0]["return_labels"]
        paths = [label["label"] for label in labels]
        assert {label["kind"] for label in labels} == {"CUSTOMER_TO_MERCHANT", "MERCHANT_TO_CUSTOMER"}
        for path in (*paths, delivery["labelUrl"], order["delivery_note"].removeprefix(url)):
            assert desk.get(url + path, timeout=30).content.startswith(b"%PDF-")
            assert desk.get(url + path, headers={"Authorization": wrong}, timeout=30).status_code == 401
            unknown = re.sub(r"[0-9]+", "999", path)
            assert desk.get(url + unknown, timeout=30).status_code == 404
