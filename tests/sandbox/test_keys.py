"""Each write happens a single time for its key."""

from __future__ import annotations

import threading

import pytest
import requests

from returnctl.sandbox import client
from returnctl.sandbox.server import running
from tests.sandbox.contract import check
from tests.sandbox.speaking import JPEG, NEW, Speaker


def test_the_same_key_and_bytes_give_the_first_answer_byte_for_byte(speak: Speaker) -> None:
    first = check(speak.write("/v1/returns", key="key-00001a", json=NEW))
    client.advance(speak.url, "10000001", "delivered")
    again = check(speak.write("/v1/returns", key="key-00001a", json=NEW))
    assert (again.status_code, again.content) == (201, first.content)
    assert client.ledger(speak.url, "10000001")["10000001"]["returns"] == 1


def test_a_message_is_posted_once(speak: Speaker) -> None:
    case = speak.opened()["return"]
    body = requests.Request(
        "POST", speak.url, files=[("text", (None, "Hi")), ("attachment", ("a.jpg", JPEG))]
    )
    ready = body.prepare()
    headers = {"Content-Type": ready.headers["Content-Type"]}
    sent = [
        speak.write(f"/v1/returns/{case}/messages", key="key-00001b", data=ready.body, headers=headers)
        for _ in range(3)
    ]
    assert len({check(answer).content for answer in sent}) == 1
    counts = client.ledger(speak.url, "10000001")["10000001"]
    assert (counts["messages"], counts["attachments"]) == (1, 1)


def test_the_same_key_with_other_bytes_or_another_path_is_422(speak: Speaker) -> None:
    case = check(speak.write("/v1/returns", key="key-00001c", json=NEW)).json()["return"]
    other = check(speak.write("/v1/returns", key="key-00001c", json={**NEW, "wants": "repair"}))
    elsewhere = check(speak.write(f"/v1/returns/{case}/label", key="key-00001c", json=NEW))
    for answer in (other, elsewhere):
        assert answer.status_code == 422
        assert answer.json()["type"].endswith("/key-reused")


def test_a_refusal_uses_up_no_key(speak: Speaker) -> None:
    client.faults(speak.url, "no-attachments")
    case = speak.opened()["return"]
    early = check(speak.says(case, files=(JPEG,), key="key-00001d"))
    assert early.json()["type"].endswith("/attachments-not-open")
    client.faults(speak.url, "none")
    assert check(speak.says(case, files=(JPEG,), key="key-00001d")).status_code == 201


@pytest.mark.parametrize("key", ["", "short", "k" * 65, "with space"])
def test_a_write_without_a_proper_key_is_400(speak: Speaker, key: str) -> None:
    answer = speak.post(f"{speak.url}/v1/returns", json=NEW, headers={"Idempotency-Key": key})
    assert check(answer).status_code == 400


def test_a_key_in_progress_is_409() -> None:
    # The first request waits long enough that the second one meets it; which is first, they settle themselves.
    with running(latency_ms=300) as url, Speaker(url) as speak:
        answers: list[requests.Response] = []

        def send() -> None:
            answers.append(speak.write("/v1/returns", key="key-00001e", json=NEW))

        threads = [threading.Thread(target=send) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(check(answer).status_code for answer in answers) == [201, 409]
        problem = next(answer for answer in answers if answer.status_code == 409)
        assert problem.json()["type"].endswith("/key-in-progress")


def test_twenty_at_once_open_one_return(speak: Speaker) -> None:
    statuses: list[int] = []

    def send() -> None:
        with Speaker(speak.url) as own:
            statuses.append(own.write("/v1/returns", json={**NEW, "order": "20000001"}).status_code)

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201] + [409] * 19
    assert client.ledger(speak.url, "20000001")["20000001"] == {
        "returns": 1,
        "messages": 0,
        "attachments": 0,
        "labels": 1,
        "pickups": 0,
        "tracking_numbers": 0,
    }
