"""What steers the sandbox."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from pathlib import Path

import pytest
import requests

from returnctl.errors import BadConfig, DiskTrouble, Failed, NotFound, Refused, Unavailable, Usage
from returnctl.sandbox import client, seed, store
from returnctl.sandbox.server import running
from tests.sandbox.contract import check
from tests.sandbox.speaking import NEW, Speaker

SEEDED = {
    "10000001": ("smartphone", "Apple", 5),
    "10000002": ("tablet", "Samsung", 10),
    "10000003": ("computer", "HP", 3),
    "10000004": ("smartwatch", "Apple", 7),
    "10000005": ("audio", "Apple", 2),
    "10000006": ("smartphone", "Samsung", 75),
    "10000007": ("smartphone", "Google", 400),
    "10000008": ("console", "Sony", 12),
    "10000009": ("smartphone", "Apple", 6),
    "10000010": ("smartphone", "Samsung", 80),
}


def luhn(number: str) -> bool:
    digits = [int(digit) for digit in reversed(number)]
    return sum(digits[::2] + [value * 2 // 10 + value * 2 % 10 for value in digits[1::2]]) % 10 == 0


def test_the_seeded_orders_are_those_of_the_documentation(url: str) -> None:
    rows = client.orders(url)
    today = dt.datetime.now().astimezone().date()
    found = {
        row["order"]: (row["kind"], row["brand"], (today - dt.date.fromisoformat(row["delivered_on"])).days)
        for row in rows
        if row["line"] == "1" and row["order"] in SEEDED
    }
    assert found == SEEDED
    assert [row["kind"] for row in rows if row["order"] == "10000009"] == ["smartphone", "tablet"]


def test_every_smartphone_has_imeis_and_the_others_a_serial(url: str) -> None:
    rows = client.orders(url)
    imeis = [imei for row in rows for imei in row["imeis"]]
    assert len(imeis) == len(set(imeis)) > 10
    assert all(len(imei) == 15 and luhn(imei) for imei in imeis)
    for row in rows:
        assert bool(row["imeis"]) == (row["kind"] == "smartphone")
        assert bool(row["serial"]) == (row["kind"] != "smartphone")
    assert rows[0]["imei"] == seed.FIRST_IMEI


def test_orders_can_be_added(url: str) -> None:
    numbers = [row["order"] for row in client.orders(url)]
    assert numbers[-3:] == ["20000001", "20000002", "20000003"]


def test_a_parcel_moves_and_its_label_is_used(speak: Speaker) -> None:
    case = speak.opened()
    moved = client.advance(speak.url, "10000001", "in-transit")
    assert moved == {
        "tracking_number": case["label"]["tracking_number"],
        "carrier": "ups",
        "status": "in-transit",
    }
    assert check(speak.read(f"/v1/returns/{case['return']}")).json()["label"]["state"] == "used"
    with pytest.raises(Refused):
        client.advance(speak.url, "10000001", "picked-up")
    assert client.advance(speak.url, moved["tracking_number"], "delivered")["status"] == "delivered"
    with pytest.raises(Refused):
        client.advance(speak.url, case["return"], "in-transit")


@pytest.mark.parametrize(("name", "line"), [("10000009/2", "2"), ("10000009/1", "1"), ("#10000009/2", "2")])
def test_a_return_is_named_as_on_the_command_line(speak: Speaker, name: str, line: str) -> None:
    cases = {n: speak.opened("10000009", line=n) for n in ("1", "2")}
    moved = client.advance(speak.url, name, "picked-up")
    assert moved["tracking_number"] == cases[line]["label"]["tracking_number"]


def test_a_second_return_is_named_by_its_number(speak: Speaker) -> None:
    first, second = speak.opened(), speak.opened(again=True)
    assert first["return"] != second["return"]
    moved = client.advance(speak.url, "10000001~1", "picked-up")
    assert moved["tracking_number"] == first["label"]["tracking_number"]
    moved = client.advance(speak.url, "10000001~2", "picked-up")
    assert moved["tracking_number"] == second["label"]["tracking_number"]


def test_the_number_that_the_seller_was_told_is_the_parcel(speak: Speaker) -> None:
    case = speak.opened("10000007")["return"]
    with pytest.raises(NotFound):
        client.advance(speak.url, "10000007", "delivered")
    told = {"carrier": "ups", "tracking_number": "1Z 999AA1 0123456784"}
    check(speak.write(f"/v1/returns/{case}/tracking", method="PUT", json=told))
    moved = client.advance(speak.url, "10000007", "delivered")
    assert (moved["carrier"], moved["tracking_number"]) == ("ups", "1Z999AA10123456784")
    assert client.ledger(speak.url, "10000007")["10000007"]["tracking_numbers"] == 1


def test_what_cannot_be_moved(url: str) -> None:
    with pytest.raises(NotFound):
        client.advance(url, "10000001", "delivered")
    with pytest.raises(Usage):
        client.advance(url, "10000006", "nowhere")


def test_the_ledger_counts(speak: Speaker) -> None:
    assert client.ledger(speak.url)["10000001"] == dict.fromkeys(
        ("returns", "messages", "attachments", "labels", "pickups", "tracking_numbers"), 0
    )
    speak.says(speak.opened()["return"])
    counts = client.ledger(speak.url)["10000001"]
    assert (counts["returns"], counts["messages"], counts["labels"]) == (1, 1, 1)
    with pytest.raises(NotFound):
        client.ledger(speak.url, "999")


def test_reset_puts_an_order_back_and_frees_its_keys(speak: Speaker) -> None:
    speak.opened("10000002")
    speak.write("/v1/returns", key="key-reset-01", json=NEW)
    client.reset(speak.url, "10000001")
    ledger = client.ledger(speak.url)
    assert (ledger["10000001"]["returns"], ledger["10000002"]["returns"]) == (0, 1)
    assert check(speak.write("/v1/returns", key="key-reset-01", json=NEW)).status_code == 201
    with pytest.raises(NotFound):
        client.reset(speak.url, "999")


def test_reset_of_everything_begins_the_numbers_anew(speak: Speaker) -> None:
    first = speak.parcel()
    client.reset(speak.url, "10000001")
    assert speak.parcel() != first
    client.reset(speak.url)
    assert speak.parcel() == first


def test_the_data_outlives_the_server(tmp_path: Path) -> None:
    with running(tmp_path) as url, Speaker(url) as speak:
        instance = speak.read("/v1/about").json()["instance"]
        case = speak.opened()["return"]
    assert [path.name for path in tmp_path.iterdir()] == [store.FILE]
    with running(tmp_path) as url, Speaker(url) as speak:
        assert speak.read("/v1/about").json()["instance"] == instance
        assert speak.read(f"/v1/returns/{case}").status_code == 200


def test_the_data_of_an_older_sandbox_is_made_anew(tmp_path: Path) -> None:
    with running(tmp_path) as url, Speaker(url) as speak:
        instance = speak.read("/v1/about").json()["instance"]
        speak.opened()
    with contextlib.closing(sqlite3.connect(tmp_path / store.FILE)) as db:
        db.execute("pragma user_version = 7")
        db.execute("alter table cases drop column photos_due")
    with running(tmp_path) as url, Speaker(url) as speak:
        assert speak.read("/v1/about").json()["instance"] != instance
        assert client.ledger(url, "10000001")["10000001"]["returns"] == 0


def test_untouched_orders_are_dated_afresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETURNCTL_NOW", "2026-11-24T09:30:00-05:00")
    with running(tmp_path) as url, Speaker(url) as speak:
        assert speak.opened("10000002")["opened_at"] == "2026-11-24T09:30:00-05:00"
        assert speak.read("/v1/orders/10000001").json()["lines"][0]["delivered_on"] == "2026-11-19"
    monkeypatch.setenv("RETURNCTL_NOW", "2026-12-24T09:30:00-05:00")
    with running(tmp_path) as url, Speaker(url) as speak:
        assert speak.read("/v1/orders/10000001").json()["lines"][0]["delivered_on"] == "2026-12-19"
        assert speak.read("/v1/orders/10000002").json()["lines"][0]["delivered_on"] == "2026-11-14"
        (case,) = speak.read("/v1/returns?order=10000010").json()["returns"]
        assert case["label"]["state"] == "expired"


def test_a_clock_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    from returnctl.sandbox import clock

    monkeypatch.setenv("RETURNCTL_NOW", "tomorrow")
    with pytest.raises(BadConfig):
        clock.now()


def test_a_dead_sandbox_is_unavailable() -> None:
    with running() as url:
        pass
    with pytest.raises(Unavailable) as raised:
        client.orders(url)
    assert raised.value.hint
    assert "sandbox serve" in raised.value.hint


def test_a_port_in_use_and_a_folder_that_is_none(url: str, tmp_path: Path) -> None:
    with pytest.raises(Failed), running(tmp_path, port=int(url.rpartition(":")[2])):
        pass
    (tmp_path / "file").touch()
    with pytest.raises(DiskTrouble), running(tmp_path / "file"):
        pass
    (tmp_path / store.FILE).write_bytes(b"no database" * 100)
    with pytest.raises(DiskTrouble), running(tmp_path):
        pass


def test_only_this_machine_steers(url: str) -> None:
    answer = requests.get(f"{url}/_sandbox/ledger", headers={"Host": "evil.example"}, timeout=30)
    assert answer.status_code == 403


def test_the_sandboxs_address_is_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETURNCTL_SANDBOX_URL", "http://example.com:8377")
    with pytest.raises(BadConfig):
        client.base_url()
    monkeypatch.delenv("RETURNCTL_SANDBOX_URL")
    assert client.base_url() == "http://127.0.0.1:8377"
