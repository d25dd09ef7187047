"""`returnctl.http` against real sockets: what a service may do wrong, and what may never leave us."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import responses

from returnctl import errors
from returnctl.http import (
    Http,
    Request,
    answer_of,
    is_loopback,
    raise_for_status,
    same_origin,
    was_sent,
)
from returnctl.pace import Turns
from returnctl.wire import Limits, _Watch
from tests.carriers.wire import Step, WireServer, get, post, reply, reset

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def reading(url: str) -> Request:
    return Request(method="POST", url=url, service="Post", body=b'{"who":1}', reads=True)


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def http(slept: list[float]) -> Http:
    return Http(user_agent="returnctl/test", sleep=slept.append, now=lambda: NOW)


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
    ):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


class TestWhatGoesOut:
    def test_the_body_byte_for_byte_and_the_token(self, http: Http) -> None:
        body = b'{"b" : 1,\n"a":"\xc3\xa9"}\x00'
        with WireServer(reply(201, b'{"id":7}', X_Request_Id="q1")) as server:
            answer = http.send(
                Request(
                    method="POST", url=f"{server.url}/a?b=c", service="Post", body=body, headers={"X-A": "1"}
                ),
                authorization="Bearer t0k",
                secrets={"X-Pay": "s"},
            )
        head, _, sent = server.requests[0].partition(b"\r\n\r\n")
        assert sent == body
        assert head.startswith(b"POST /a?b=c HTTP/1.1\r\n")
        for line in (b"Authorization: Bearer t0k", b"X-Pay: s", b"X-A: 1", b"User-Agent: returnctl/test"):
            assert line in head
        assert (answer.status, answer.json(), answer.header("X-Request-Id")) == (201, {"id": 7}, "q1")
        assert answer.request_id() == "x-request-id q1"

    def test_nothing_from_netrc_and_no_cookie(
        self, http: Http, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        netrc = tmp_path / "netrc"
        netrc.write_text("machine 127.0.0.1 login a password b\n")
        monkeypatch.setenv("NETRC", str(netrc))
        with WireServer(reply(Set_Cookie="c=1; Path=/")) as server:
            http.send(get(server.url))
            http.send(get(server.url))
        assert "Authorization" not in server.text(0)
        assert "Cookie" not in server.text(1)

    def test_loopback_never_goes_through_a_proxy(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        with WireServer(reply()) as server:
            assert http.send(get(server.url)).status == 200

    def test_a_dead_proxy_is_unavailable_and_nothing_was_sent(
        self, http: Http, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
        with pytest.raises(errors.Unavailable) as caught:
            http.send(post("https://service.invalid/"))
        assert not was_sent(caught.value)

    def test_a_proxy_that_refuses_has_seen_no_request(
        self, http: Http, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with WireServer(reply(407)) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.url)
            with pytest.raises(errors.Unavailable) as caught:
                http.send(post("https://service.invalid/"), authorization="Bearer t0k")
        assert not was_sent(caught.value)
        assert "t0k" not in proxy.text()

    def test_the_trace_holds_no_secret(self) -> None:
        lines: list[str] = []
        with WireServer(reply(body=b'{"canary":1}')) as server:
            request = Request(method="POST", url=f"{server.url}/x?key=canary", service="Post", body=b"canary")
            Http(user_agent="t", trace=lines.append).send(
                request, authorization="canary", secrets={"X-K": "canary"}
            )
        assert len(lines) == 2
        assert "canary" not in "".join(lines)
        assert "200" in lines[1]

    @pytest.mark.parametrize(
        "url",
        [
            "http://example.com/",
            "ftp://example.com/",
            "file:///etc/passwd",
            "https://",
            "https:///x",
            "https://u:secret@example.com/",
            "https://u@example.com/",
            "https://exa mple.com/",
            "https://example.com\\@127.0.0.1/",
            "https://example.com/\r\nX: y",
            "https://example.com:99999/",
            "https://[::1/",
            "http://127.0.0.1.example.com/",
            "//example.com/",
            "",
            "x",
        ],
    )
    def test_addresses_that_are_not_used(self, http: Http, url: str) -> None:
        with pytest.raises(errors.BadConfig) as caught:
            http.send(get(url))
        assert not was_sent(caught.value)
        assert "secret" not in str(caught.value)

    @pytest.mark.parametrize("token", ["Bearer a\nb", "Bearer \u2713", "Bearer a\x00", "Bearer \xe9"])
    def test_a_token_no_header_can_carry(self, http: Http, token: str) -> None:
        with pytest.raises(errors.AuthFailed) as caught:
            http.send(get("https://example.invalid/"), authorization=token)
        assert not was_sent(caught.value)
        assert token[7:] not in str(caught.value)

    def test_a_header_with_a_line_break(self, http: Http) -> None:
        with pytest.raises(errors.BadConfig):
            http.send(get("https://example.invalid/", **{"X-A": "a\r\nb: c"}))


class TestTheGate:
    def test_so_many_requests_are_on_their_way_at_once(self, slept: list[float]) -> None:
        """Four that want to, through a gate for two: the server sees two of them at a time."""
        most, now, lock, two_here = 0, 0, threading.Lock(), threading.Barrier(2)

        def counted() -> None:
            nonlocal most, now
            with lock:
                now += 1
                most = max(most, now)
            two_here.wait(30)
            with lock:
                now -= 1

        http = Http(user_agent="returnctl/test", sleep=slept.append, gate=Turns(2))
        with responses.RequestsMock() as service, ThreadPoolExecutor(4) as threads:
            service.add_callback("GET", "https://api.example/", lambda _: (counted(), (200, {}, b"{}"))[1])
            sent = [threads.submit(http.send, get("https://api.example/")) for _ in range(4)]
            assert [future.result().status for future in sent] == [200] * 4
        assert most == 2

    def test_it_is_free_while_a_retry_waits(self) -> None:
        gate = threading.BoundedSemaphore(1)

        def wait(_: float) -> None:
            assert gate.acquire(blocking=False)
            gate.release()

        with WireServer(reply(503), reply(200)) as server:
            Http(user_agent="returnctl/test", sleep=wait, gate=gate).send(get(server.url))
        assert server.connections == 2

    def test_waiting_for_a_turn_is_not_counted(self) -> None:
        watch = _Watch(Limits(max_bytes=1, ends=time.monotonic() - 1, seconds=1))
        with watch.watching(1_000):
            assert 900 < watch.remaining() < 1_000
            watch.check()

    def test_it_is_free_again_after_a_failure(self, slept: list[float]) -> None:
        gate = threading.BoundedSemaphore(1)
        http = Http(user_agent="returnctl/test", sleep=slept.append, gate=gate)
        with pytest.raises(errors.Unavailable):
            http.send(post("http://127.0.0.1:9/"))
        assert gate.acquire(blocking=False)


class TestRetries:
    def test_get_is_asked_again_until_it_works(self, http: Http, slept: list[float]) -> None:
        with WireServer(reply(503), reset, reply(429), reply(200, b'{"a":1}')) as server:
            assert http.send(get(server.url)).json() == {"a": 1}
        assert server.connections == 4
        assert len(slept) == 3
        assert slept == sorted(slept)

    @pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
    def test_get_gives_up_after_four(self, http: Http, slept: list[float], status: int) -> None:
        with WireServer(reply(status)) as server, pytest.raises(errors.Unavailable) as caught:
            http.send(get(server.url))
        assert server.connections == 4
        assert sum(slept) <= 30
        assert answer_of(caught.value).status == status  # type: ignore[union-attr]

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
    @pytest.mark.parametrize(
        "step", [reply(429, Retry_After="1"), reply(500), reply(503), reset, b"", b"rubbish\r\n\r\n"]
    )
    def test_other_methods_are_sent_once(
        self, http: Http, slept: list[float], method: str, step: Step
    ) -> None:
        with WireServer(step) as server, pytest.raises(errors.Unavailable) as caught:
            http.send(Request(method=method, url=server.url, service="Post", body=b"x"))
        assert (server.connections, slept) == (1, [])
        assert was_sent(caught.value)

    @pytest.mark.parametrize(
        ("value", "first_wait"),
        [
            ("2", 2.0),
            (format_datetime(NOW + timedelta(seconds=7), usegmt=True), 7.0),
            (format_datetime(NOW - timedelta(days=1), usegmt=True), None),
            ("0", None),
            ("abc", None),
            ("Retry-After: 30", None),
            ("-5", None),
            ("1e3", None),
            ("\u0662", None),
            ("Mon, 99 Foo 2026", None),
        ],
    )
    def test_retry_after(self, http: Http, slept: list[float], value: str, first_wait: float | None) -> None:
        raw = reply(429).replace(b"Connection:", b"Retry-After: " + value.encode() + b"\r\nConnection:")
        with WireServer(raw) as server, pytest.raises(errors.Unavailable):
            http.send(get(server.url))
        assert server.connections == 4
        assert sum(slept) <= 30
        if first_wait is None:
            assert slept[0] <= 0.5
        else:
            assert slept[0] == first_wait

    @pytest.mark.parametrize("value", ["31", "1000000000", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"])
    def test_a_long_retry_after_is_not_waited_for(self, http: Http, slept: list[float], value: str) -> None:
        with WireServer(reply(429, Retry_After=value)) as server, pytest.raises(errors.Unavailable) as caught:
            http.send(get(server.url))
        assert (server.connections, slept) == (1, [])
        assert caught.value.retry_after is not None
        assert caught.value.retry_after > 30

    def test_the_waits_together_stay_under_the_cap(self, http: Http, slept: list[float]) -> None:
        with WireServer(reply(503, Retry_After="14")) as server, pytest.raises(errors.Unavailable):
            http.send(get(server.url))
        assert slept == [14.0, 14.0]

    def test_the_servers_own_clock_counts(self, http: Http, slept: list[float]) -> None:
        theirs = NOW + timedelta(days=400)
        wait = format_datetime(theirs + timedelta(seconds=5), usegmt=True)
        with WireServer(
            reply(429, Retry_After=wait, Date=format_datetime(theirs, usegmt=True)), reply()
        ) as server:
            http.send(get(server.url))
        assert slept == [5.0]

    def test_accepted_statuses_come_back(self, http: Http) -> None:
        with WireServer(reply(503, b'{"a":1}')) as server:
            assert http.send(get(server.url), accept_statuses={503}).json() == {"a": 1}
        assert server.connections == 1


class TestReadsByPost:
    """What only asks is asked again, whatever its method; see also tests/carriers/test_reads.py."""

    def test_until_it_works(self, http: Http, slept: list[float]) -> None:
        with WireServer(reply(503), reset, reply(429), reply(200, b'{"a":1}')) as server:
            assert http.send(reading(server.url)).json() == {"a": 1}
        assert (server.connections, len(slept)) == (4, 3)
        assert {request.partition(b"\r\n\r\n")[2] for request in server.requests} == {b'{"who":1}'}

    @pytest.mark.parametrize(
        ("value", "waits"),
        [
            ("7", [7.0, 7.0, 7.0]),
            (format_datetime(NOW + timedelta(seconds=9), usegmt=True), [9.0, 9.0, 9.0]),
            ("14", [14.0, 14.0]),
            ("31", []),
            (format_datetime(NOW + timedelta(hours=1), usegmt=True), []),
        ],
    )
    def test_a_quota_is_waited_for_up_to_the_cap(
        self, http: Http, slept: list[float], value: str, waits: list[float]
    ) -> None:
        with WireServer(reply(429, Retry_After=value)) as server, pytest.raises(errors.Unavailable) as caught:
            http.send(reading(server.url))
        assert (slept, caught.value.exit) == (waits, 75)

    def test_rubbish_in_retry_after(self, http: Http, slept: list[float]) -> None:
        with (
            WireServer(reply(429, Retry_After="Retry-After: 30")) as server,
            pytest.raises(errors.Unavailable),
        ):
            http.send(reading(server.url))
        assert (server.connections, len(slept)) == (4, 3)
        assert sum(slept) <= 4

    def test_a_redirect_is_not_followed(self, http: Http) -> None:
        with WireServer(reply(307, Location="/b")) as server:
            assert http.send(reading(server.url)).status == 307
        assert server.connections == 1


class TestRedirects:
    def test_get_follows_and_keeps_the_token_at_home(self, http: Http) -> None:
        with WireServer(reply(302, Location="/b"), reply(200, b'{"b":1}')) as server:
            assert http.send(get(f"{server.url}/a"), authorization="Bearer t0k").json() == {"b": 1}
        assert "Authorization: Bearer t0k" in server.text(1)

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_another_port_sees_no_secret(self, http: Http, status: int) -> None:
        with WireServer(reply()) as other, WireServer(reply(status, Location=f"{other.url}/x")) as server:
            request = get(f"{server.url}/a", **{"X-Account": "canary", "Accept": "text/plain"})
            http.send(request, authorization="Bearer canary", secrets={"X-Pay": "canary"})
        assert "canary" not in other.text()
        assert "Accept: text/plain" in other.text()

    @pytest.mark.parametrize(
        "target", ["http://example.com/", "ftp://x/", "https://u:p@example.com/", "file:///x"]
    )
    def test_unsafe_targets(self, http: Http, target: str) -> None:
        with (
            WireServer(reply(302, Location=target)) as server,
            pytest.raises(errors.Unavailable, match="not safe"),
        ):
            http.send(get(server.url))

    @pytest.mark.parametrize(
        "target",
        [
            "http://127.0.0.1:1/",
            "http://localhost:1/",
            "https://10.0.0.1/",
            "https://169.254.169.254/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://192.168.1.1/",
            "https://0.0.0.0/",
        ],
    )
    def test_from_the_internet_to_private_addresses(self, http: Http, target: str) -> None:
        with responses.RequestsMock() as mock:
            mock.get("https://service.example/", status=302, headers={"Location": target})
            with pytest.raises(errors.Unavailable, match="not safe"):
                http.send(get("https://service.example/"))

    def test_circles(self, http: Http) -> None:
        with (
            WireServer(reply(302, Location="/again")) as server,
            pytest.raises(errors.Unavailable, match="circles"),
        ):
            http.send(get(server.url))
        assert server.connections == 6

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_a_post_is_never_redirected(self, http: Http, status: int) -> None:
        with WireServer(reply(status, Location="/b")) as server:
            answer = http.send(post(server.url))
        assert (server.connections, answer.status) == (1, status)
        with pytest.raises(errors.Unavailable):
            raise_for_status(answer)


def test_addresses() -> None:
    assert same_origin("https://a.example/x", "https://A.example:443/y?z")
    assert not same_origin("https://a.example/", "https://a.example:8443/")
    assert not same_origin("https://a.example/", "http://a.example/")
    assert is_loopback("http://127.8.9.1:80/")
    assert is_loopback("http://[::1]:1/")
    assert not is_loopback("http://127.0.0.1.example.com/")


def test_threads_share_one(http: Http) -> None:
    """Answers must not be mixed up, nor one thread's deadline end another's exchange."""
    with WireServer(*(reply(200, b'{"n":%d}' % n) for n in range(40))) as server:
        found: list[int] = []
        threads = [
            threading.Thread(target=lambda: found.append(http.send(get(server.url)).json()["n"]))
            for _ in range(40)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert sorted(found) == list(range(40))
