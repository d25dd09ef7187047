"""The marketplace, call by call; every answer is one that the contract allows."""

from __future__ import annotations

import hashlib
import io

import pypdf
import pytest

from returnctl.sandbox import client
from returnctl.sandbox.server import running
from tests.sandbox.contract import check
from tests.sandbox.speaking import JPEG, NEW, PDF, Speaker


def test_about_needs_no_token(speak: Speaker) -> None:
    answer = check(speak.read("/v1/about", headers={"Authorization": ""}))
    assert answer.json()["environment"] == "sandbox"
    assert answer.json()["limits"]["bytes_per_file"] == 3_000_000


@pytest.mark.parametrize("header", ["", "Bearer expired", "Bearer wrong", "Basic good", "Bearer"])
def test_a_bad_token_is_401(speak: Speaker, header: str) -> None:
    answer = check(speak.read("/v1/orders/10000001", headers={"Authorization": header}))
    assert answer.status_code == 401
    assert answer.json()["type"].endswith("/unauthorized")


def test_a_sandbox_may_have_a_token_of_its_own() -> None:
    with running(token="mine") as url, Speaker(url) as speak:
        assert check(speak.read("/v1/orders/10000001")).status_code == 401
        mine = {"Authorization": "Bearer mine"}
        assert check(speak.read("/v1/orders/10000001", headers=mine)).status_code == 200


def test_an_order_with_two_lines(speak: Speaker) -> None:
    order = check(speak.read("/v1/orders/10000009")).json()
    assert [line["kind"] for line in order["lines"]] == ["smartphone", "tablet"]


@pytest.mark.parametrize(
    ("order", "status"), [("999", 404), ("0", 400), ("abc", 400), ("1234567890123", 400)]
)
def test_an_order_that_is_none(speak: Speaker, order: str, status: int) -> None:
    assert check(speak.read(f"/v1/orders/{order}")).status_code == status


def test_the_invoice_is_a_pdf_that_names_the_device(speak: Speaker) -> None:
    paper = check(speak.read("/v1/orders/10000001/invoice")).content
    text = pypdf.PdfReader(io.BytesIO(paper)).pages[0].extract_text()
    assert "iPhone 13" in text
    assert "Jane Doe" in text


def test_opening_gives_a_living_label_and_takes_attachments(speak: Speaker) -> None:
    case = check(speak.write("/v1/returns", json=NEW)).json()
    assert case["state"] == "open"
    assert case["attachments_open"] is True
    assert case["prepaid"] is True
    assert case["label"]["state"] == "alive"
    assert case["send_to"]["postcode"] == "40218"
    label = check(speak.read(f"/v1/returns/{case['return']}/label")).content
    assert hashlib.sha256(label).hexdigest() == case["label"]["sha256"]


def test_a_line_is_opened_once_unless_asked_again(speak: Speaker) -> None:
    first = speak.opened()
    second = check(speak.write("/v1/returns", json=NEW))
    assert second.status_code == 409
    assert second.json()["return"] == first["return"]
    third = check(speak.write("/v1/returns", json={**NEW, "again": True})).json()
    assert third["return"] != first["return"]


def test_the_lines_of_an_order_are_returned_apart(speak: Speaker) -> None:
    assert speak.opened("10000009", line="1")["return"] != speak.opened("10000009", line="2")["return"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reason": "bored"}, "reason"),
        ({"wants": "money"}, "wants"),
        ({"damage": []}, "damage"),
        ({"damage": ["none"] * 6}, "damage"),
        ({"line": "x"}, "line"),
        ({"line": "7"}, "line"),
        ({"order": "01"}, "order"),
        ({"order": 10000001}, "order"),
        ({"again": "yes"}, "again"),
        ({"description": "x" * 4001}, "description"),
        ({"surprise": 1}, "body"),
    ],
)
def test_what_does_not_pass_is_422_and_names_the_field(
    speak: Speaker, change: dict[str, object], field: str
) -> None:
    answer = check(speak.write("/v1/returns", json={**NEW, **change}))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith(field)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff"])
def test_what_is_no_json_is_400(speak: Speaker, body: bytes) -> None:
    answer = check(speak.write("/v1/returns", data=body, headers={"Content-Type": "application/json"}))
    assert answer.status_code == 400


def test_another_media_type_is_415(speak: Speaker) -> None:
    answer = check(speak.write("/v1/returns", data="a=1", headers={"Content-Type": "text/plain"}))
    assert answer.status_code == 415


def test_an_unknown_method_is_405_with_allow(speak: Speaker) -> None:
    answer = speak.delete(f"{speak.url}/v1/returns")
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_an_unknown_path_is_a_problem(speak: Speaker) -> None:
    answer = speak.read("/v1/nothing")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


def test_a_change_of_mind_ends_with_the_window(speak: Speaker) -> None:
    late = check(speak.write("/v1/returns", json={**NEW, "order": "10000007", "reason": "changed-mind"}))
    assert late.status_code == 422
    assert late.json()["type"].endswith("/window-over")


def test_out_of_warranty_the_sender_pays(speak: Speaker) -> None:
    case = speak.opened("10000007")
    assert (case["prepaid"], case["label"], case["label_due"]) == (False, None, None)
    refused = check(speak.write(f"/v1/returns/{case['return']}/label", json={"why": "missing"}))
    assert refused.json()["type"].endswith("/no-prepaid-label")
    assert check(speak.read(f"/v1/returns/{case['return']}/label")).json()["type"].endswith("/no-label")


def test_an_expired_label_is_replaced_and_a_living_one_is_not(speak: Speaker) -> None:
    (case,) = check(speak.read("/v1/returns?order=10000010")).json()["returns"]
    assert case["label"]["state"] == "expired"
    path = f"/v1/returns/{case['return']}/label"
    again = check(speak.write(path, json={"why": "expired"})).json()
    assert again["label"]["state"] == "alive"
    assert again["label"]["tracking_number"] != case["label"]["tracking_number"]
    assert check(speak.write(path, json={"why": "expired"})).json()["type"].endswith("/label-alive")


def test_the_buyer_of_10000006_has_said_it_all(speak: Speaker) -> None:
    (case,) = check(speak.read("/v1/returns?order=10000006&state=open")).json()["returns"]
    assert case["label"]["state"] == "alive"
    messages = check(speak.read(f"/v1/returns/{case['return']}/messages")).json()["messages"]
    (asked,) = [message for message in messages if message["author"] == "buyer"]
    (imei,) = {row["imei"] for row in client.orders(speak.url) if row["order"] == "10000006"}
    assert imei in asked["text"]
    assert len(asked["attachments"]) == 7
    first = asked["attachments"][0]
    picture = check(speak.read(f"/v1/returns/{case['return']}/attachments/{first['attachment']}")).content
    assert hashlib.sha256(picture).hexdigest() == first["sha256"]
    assert client.ledger(speak.url, "10000006")["10000006"]["attachments"] == 7


def test_a_message_with_attachments(speak: Speaker) -> None:
    case = speak.opened()["return"]
    said = check(speak.says(case, "Here they are.", (JPEG, JPEG + b"2"))).json()
    assert said["author"] == "buyer"
    assert [file["name"] for file in said["attachments"]] == ["0.jpg", "1.jpg"]
    assert said["attachments"][0]["sha256"] == hashlib.sha256(JPEG).hexdigest()
    listed = check(speak.read(f"/v1/returns/{case}/messages")).json()["messages"]
    assert listed[-1] == said


def test_a_files_name_loses_its_folders(speak: Speaker) -> None:
    files = [("text", (None, "Hi")), ("attachment", ("..\\x/../../etc/passwd.pdf", PDF, "application/pdf"))]
    said = check(speak.write(f"/v1/returns/{speak.opened()['return']}/messages", files=files)).json()
    assert said["attachments"][0]["name"] == "passwd.pdf"


@pytest.mark.parametrize(
    ("text", "files", "status"),
    [
        ("", (), 422),
        ("x" * 4001, (), 422),
        ("x", (JPEG,) * 11, 413),
        ("x", (JPEG + b" " * 3_000_000,), 413),
        ("x", (b"GIF89a",), 415),
        ("x", (PDF,), 415),
    ],
)
def test_messages_that_do_not_pass(speak: Speaker, text: str, files: tuple[bytes, ...], status: int) -> None:
    answer = check(speak.says(speak.opened()["return"], text, files))
    assert answer.status_code == status
    assert client.ledger(speak.url, "10000001")["10000001"]["messages"] == 0


def test_tracking_is_told_and_corrected(speak: Speaker) -> None:
    path = f"/v1/returns/{speak.opened()['return']}/tracking"
    told = {"carrier": "ups", "tracking_number": "1Z999AA10123456784", "sent_on": "2026-11-24"}
    assert check(speak.write(path, method="PUT", json=told)).json()["tracking"] == told
    corrected = check(speak.write(path, method="PUT", json={**told, "carrier": "dhl"})).json()
    assert corrected["tracking"]["carrier"] == "dhl"
    for wrong in ({"sent_on": "2026-02-30"}, {"tracking_number": "1Z!"}, {"carrier": ""}):
        assert check(speak.write(path, method="PUT", json={**told, **wrong})).status_code == 422


def test_a_closed_return_takes_nothing(speak: Speaker) -> None:
    case = speak.opened()["return"]
    client.close(speak.url, "10000001")
    assert check(speak.read(f"/v1/returns/{case}")).json()["state"] == "closed"
    tracking = {"carrier": "ups", "tracking_number": "1Z999AA10123456784"}
    for answer in (
        speak.says(case),
        speak.write(f"/v1/returns/{case}/label", json={"why": "missing"}),
        speak.write(f"/v1/returns/{case}/tracking", method="PUT", json=tracking),
    ):
        assert check(answer).json()["type"].endswith("/closed")
    assert check(speak.write("/v1/returns", json=NEW)).status_code == 201


def test_the_list_is_filtered_newest_first(speak: Speaker) -> None:
    mine = speak.opened()["return"]
    found = check(speak.read("/v1/returns")).json()
    assert found["returns"][0]["return"] == mine
    assert found["total"] == 3
    assert check(speak.read("/v1/returns?page=2")).json()["returns"] == []
    assert check(speak.read("/v1/returns?state=closed")).json()["total"] == 0


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "page=100001", "state=any", "order=0", "page=1&page=2"]
)
def test_a_query_that_cannot_be_read_is_400(speak: Speaker, query: str) -> None:
    assert check(speak.read(f"/v1/returns?{query}")).status_code == 400


@pytest.mark.parametrize("path", ["", "/messages", "/label", "/attachments/A1"])
def test_a_return_that_is_none(speak: Speaker, path: str) -> None:
    assert check(speak.read(f"/v1/returns/none{path}")).status_code == 404
    assert check(speak.read(f"/v1/returns/no%20ne{path}")).status_code == 400
