"""Back Market's dialect: Care folders, and what is said in them."""

from __future__ import annotations

import hashlib
import html
import re

import pytest
import requests

from returnctl.sandbox import client
from tests.sandbox.desk import JUST_RIGHT, OLD, OPEN, ORDERLINE, PAST, PAST_OLD, REFUNDED, TOO_LARGE, Desk
from tests.sandbox.published import check
from tests.sandbox.speaking import JPEG, Speaker


class TestFolders:
    def test_the_buyer_of_10000006_has_said_it_all(self, desk: Desk, url: str) -> None:
        folder = check(desk.read(f"/ws/sav/{OPEN}")).json()
        (imei,) = {row["imei"] for row in client.orders(url) if row["order"] == "10000006"}
        (asked,) = [message for message in folder["messages"] if message["attachments"]]
        assert asked["message"].startswith("<p>")
        assert imei in asked["message"]
        assert asked["initiator"] == "Customer"
        assert len(asked["attachments"]) == 7
        picture = requests.get(asked["attachments"][0]["attachment"], timeout=30).content
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
        assert requests.get(told["attachments"][0]["attachment"], timeout=30).content == JPEG
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
