"""Who does not know the address gets nothing, takes nothing, and ends nothing that goes on honestly."""

from __future__ import annotations

import re
import socket
from urllib.parse import urlsplit

import pytest
import requests

from returnctl.capture import gate as gates
from returnctl.capture.gate import MOST_GUESSES, Bucket, Gate, fresh_token
from returnctl.capture.uploads import MOST_BYTES
from tests.capture.conftest import Serving
from tests.capture.wire import request, speak, status

pytestmark = pytest.mark.timeout(180)  # a busy machine is no failure


def path_of(url: str) -> str:
    return urlsplit(url).path


def test_a_token_is_fresh_and_has_128_bits() -> None:
    tokens = {fresh_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", token) for token in tokens)


def test_a_wrong_token_gets_nothing(serving: Serving) -> None:
    place = serving()
    wrong = path_of(place.url)[1:-2] + "!"
    for path in (f"/{wrong}/", "/", "/page.css", f"//{path_of(place.url)[1:]}", f"{path_of(place.url)}../"):
        answer = speak(place.url, request(place.url, path))
        assert status(answer) in (404, 400), path
        assert b"Pictures" not in answer


def test_twenty_wrong_ones_end_it(serving: Serving) -> None:
    place = serving()
    for _ in range(MOST_GUESSES - 1):
        assert (
            requests.get(place.url.replace(path_of(place.url), "/" + "x" * 22 + "/"), timeout=60).status_code
            == 404
        )
    assert place.session.ended is None
    assert requests.get(place.url, timeout=60).status_code == 200
    requests.get(place.url.replace(path_of(place.url), "/almost/"), timeout=60)
    assert place.session.ended == "guessed"
    assert "This session has ended" in requests.get(place.url, timeout=60).text


@pytest.mark.parametrize(
    "path",
    ["/", "/favicon.ico", "/apple-touch-icon.png", "/robots.txt", "/.well-known/x", "/?a=b", "/%2e%2e/"],
)
def test_what_browsers_and_scanners_ask_for_is_no_guess(serving: Serving, path: str) -> None:
    place = serving()
    for _ in range(MOST_GUESSES + 1):
        assert status(speak(place.url, request(place.url, path))) in (400, 404)
    assert place.session.ended is None


def test_the_comparison_takes_the_same_time_whatever_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[bytes, bytes]] = []

    def compare(one: bytes, other: bytes) -> bool:
        asked.append((one, other))
        return one == other

    monkeypatch.setattr(gates.secrets, "compare_digest", compare)
    gate = Gate("right", lambda: None)
    assert not gate.knows("wrong")
    assert gate.knows("right")
    assert asked == [(b"wrong", b"right"), (b"right", b"right")]


def test_a_large_body_is_refused_by_its_head(serving: Serving) -> None:
    """Nothing of the body is sent: an answer that comes all the same did not wait for it."""
    place = serving()
    base = path_of(place.url)
    headers = (f"Content-Length: {MOST_BYTES + 1}",)
    for path, wanted in ((f"{base}take/back", 413), ("/wrong/", 404)):
        assert status(speak(place.url, request(place.url, path, method="POST", headers=headers))) == wanted


def test_a_body_without_a_length_is_refused(serving: Serving) -> None:
    place = serving()
    headers = ("Transfer-Encoding: chunked",)
    sent = request(
        place.url, path_of(place.url) + "take/back", method="POST", headers=headers, body=b"5\r\nhello\r\n"
    )
    assert status(speak(place.url, sent)) == 411


def test_bodies_that_come_at_the_same_time_have_a_limit_together(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gates, "MOST_AT_ONCE", 1_000_000)
    place = serving()
    url = urlsplit(place.url)
    head = request(place.url, url.path + "take/back", method="POST", headers=("Content-Length: 900000",))
    with socket.create_connection((url.hostname, url.port), timeout=30) as slow:
        slow.sendall(head + b"x")
        # The server reads one connection after the other, so the first one's head was read before the second's.
        assert status(speak(place.url, head)) == 503


def test_another_host_s_name_is_not_answered(serving: Serving) -> None:
    """A name that somebody else lets lead to our address (DNS rebinding)."""
    place = serving()
    answer = speak(place.url, request(place.url, path_of(place.url), host="evil.example"))
    assert status(answer) == 421
    assert place.session.ended is None


def test_too_many_requests_are_asked_to_wait(serving: Serving) -> None:
    place = serving(burst=3, per_second=0)
    answers = [requests.get(place.url, timeout=60) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].headers["Retry-After"] == "1"


def test_a_bucket_fills_again() -> None:
    now = [0.0]
    bucket = Bucket(2, 1, lambda: now[0])
    assert [bucket.take() for _ in range(3)] == [True, True, False]
    now[0] = 1.5
    assert [bucket.take() for _ in range(2)] == [True, False]


def test_who_says_nothing_is_not_waited_for(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "_HEAD_SECONDS", 0)
    place = serving()
    url = urlsplit(place.url)
    with socket.create_connection((url.hostname, url.port), timeout=30) as silent:
        assert silent.recv(1) == b""


def test_one_address_takes_not_all_connections(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "_CONNECTIONS_EACH", 2)
    url = urlsplit(serving().url)
    opened = [socket.create_connection((url.hostname, url.port), timeout=30) for _ in range(3)]
    assert opened[2].recv(1) == b""
    for one in opened:
        one.close()
