"""Bad days on demand."""

from __future__ import annotations

import pytest
import requests

from returnctl.errors import Usage
from returnctl.sandbox import client
from returnctl.sandbox.faults import Faults
from tests.sandbox.contract import check
from tests.sandbox.speaking import JPEG, NEW, Speaker


@pytest.mark.parametrize(
    "spec",
    [
        "bogus",
        "429:2",
        "slow",
        "seed",
        "99",
        "600",
        "429@x@y:",
        "drop:0.1:0.2",
        "no label",
        "slow:fast",
        "quirks@/ups/*",
        "camel@/backmarket/*",
        "edge-limit",
        "care-limits@/backmarket/*:1",
        "envelope-v9",
        "cloudflare:2",
    ],
)
def test_a_specification_that_cannot_be_read(spec: str) -> None:
    with pytest.raises(Usage):
        Faults(spec)


def test_the_same_seed_gives_the_same_fate() -> None:
    def fates(spec: str) -> list[str | None]:
        faults = Faults(spec)
        return [faults.draw("GET", "/v1/about").kind for _ in range(200)]

    assert fates("429:0.2,drop:0.1,seed:7") == fates("429:0.2,drop:0.1,seed:7")
    assert fates("429:0.2,drop:0.1,seed:7") != fates("429:0.2,drop:0.1,seed:8")
    counted = fates("429:0.2,drop:0.1,seed:7")
    assert 20 < counted.count("429") < 60
    assert 5 < counted.count("drop") < 35


def test_a_fault_is_limited_to_a_method_a_path_and_a_number_of_times() -> None:
    faults = Faults("503@POST/v1/returns/*/messages:1x2,slow@/ups/*:250")
    there = "/v1/returns/R1/messages"
    assert faults.draw("GET", there).kind is None
    assert faults.draw("POST", "/v1/returns").kind is None
    assert [faults.draw("POST", there).kind for _ in range(3)] == ["503", "503", None]
    assert faults.draw("GET", "/ups/api/x").delay_s == 0.25


@pytest.mark.parametrize("status", [429, 503, 500])
def test_a_status_is_answered_in_the_services_own_words(speak: Speaker, status: int) -> None:
    client.faults(speak.url, f"{status}:1,retry-after:0")
    answer = speak.write("/v1/returns", json=NEW)
    assert answer.status_code == status
    assert answer.json()["status"] == status
    if status != 500:
        assert check(answer).headers["Retry-After"] == "0"
    assert requests.get(f"{speak.url}/ups/api/x", timeout=30).json()["response"]["errors"]
    assert requests.get(f"{speak.url}/usps/x", timeout=30).json()["error"]["message"]
    assert requests.get(f"{speak.url}/fedex/x", timeout=30).json()["errors"]
    assert client.ledger(speak.url, "10000001")["10000001"]["returns"] == 0


@pytest.mark.parametrize(("kind", "returns"), [("drop", 0), ("lost-answer", 1)])
def test_a_connection_breaks_before_or_after_the_deed(speak: Speaker, kind: str, returns: int) -> None:
    client.faults(speak.url, f"{kind}@POST/v1/returns:1x1")
    with pytest.raises(requests.ConnectionError):
        speak.write("/v1/returns", key="key-broken-1", json=NEW)
    assert client.ledger(speak.url, "10000001")["10000001"]["returns"] == returns
    assert check(speak.write("/v1/returns", key="key-broken-1", json=NEW)).status_code == 201
    assert client.ledger(speak.url, "10000001")["10000001"]["returns"] == 1


def test_a_lost_answer_to_a_message_is_found_again(speak: Speaker) -> None:
    case = speak.opened()["return"]
    client.faults(speak.url, "lost-answer@POST/v1/returns/*/messages:1x1")
    with pytest.raises(requests.ConnectionError):
        speak.says(case, "with a marker", (JPEG,))
    messages = check(speak.read(f"/v1/returns/{case}/messages")).json()["messages"]
    assert messages[-1]["text"] == "with a marker"


def test_a_seller_who_has_not_answered_takes_no_attachments(speak: Speaker) -> None:
    client.faults(speak.url, "no-attachments@10000001")
    case = speak.opened()
    assert case["attachments_open"] is False
    assert case["reply_due"] > case["opened_at"]
    refused = check(speak.says(case["return"], files=(JPEG,)))
    assert refused.json()["type"].endswith("/attachments-not-open")
    assert check(speak.says(case["return"])).status_code == 201
    assert speak.opened("10000002")["attachments_open"] is True
    client.faults(speak.url, "none")
    later = check(speak.read(f"/v1/returns/{case['return']}")).json()
    assert (later["attachments_open"], later["reply_due"]) == (True, None)


def test_a_label_that_is_late(speak: Speaker) -> None:
    client.faults(speak.url, "no-label")
    case = speak.opened()
    assert case["label"] is None
    assert case["label_due"] > case["opened_at"]
    assert check(speak.read(f"/v1/returns/{case['return']}/label")).json()["type"].endswith("/no-label")
    assert client.ledger(speak.url, "10000001")["10000001"]["labels"] == 0
    client.faults(speak.url, "none")
    later = check(speak.read(f"/v1/returns/{case['return']}")).json()
    assert (later["label"]["state"], later["label_due"]) == ("alive", None)


def test_slow_waits(speak: Speaker) -> None:
    client.faults(speak.url, "slow:60")
    assert speak.read("/v1/about").elapsed.total_seconds() >= 0.06


def test_the_faults_are_said(url: str) -> None:
    assert client.faults(url, "quirks,429@/ups/*:0.5") == "quirks,429@/ups/*:0.5"
    assert client.faults(url) == "quirks,429@/ups/*:0.5"
    with pytest.raises(Usage):
        client.faults(url, "bogus")
    assert client.faults(url) == "quirks,429@/ups/*:0.5"
