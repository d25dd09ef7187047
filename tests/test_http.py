"""`returnctl.http` against real sockets: what a service may do wrong, and what may never leave us."""

from __future__ import annotations

import email
import email.policy
import gzip
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import requests
import responses
from hypothesis import given
from hypothesis import strategies as st

from returnctl import errors
from returnctl.http import (
    Answer,
    Http,
    Request,
    answer_of,
    clean_text,
    is_loopback,
    multipart,
    raise_for_status,
    same_origin,
    was_refused,
    was_sent,
)
from tests.carriers.wire import Step, WireServer, drip, reply, reset

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


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


def get(url: str, **headers: str) -> Request:
    return Request(method="GET", url=url, service="Post", headers=headers)


def post(url: str, body: bytes = b"{}") -> Request:
    return Request(method="POST", url=url, service="Post", body=body)


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


class TestBrokenAnswers:
    @pytest.mark.parametrize(
        "raw",
        [
            reply(200, b"{}").replace(b"Content-Length: 2", b"Content-Length: 20"),
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab",
            b"HTTP/1.1 200 OK\r\nContent-Le",
            b"SSH-2.0-OpenSSH_9\r\n\r\n",
            b"HTTP/1.1 abc OK\r\n\r\n",
            b"\x00" * 100,
            b"",
            reply(200, gzip.compress(b"{}" * 1000)[:-6], Content_Encoding="gzip"),
            reply(200, b"not gzip", Content_Encoding="gzip"),
            reply(200, b"{}", Content_Encoding="br"),
            b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n",
            b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
        ],
        ids=range(13),
    )
    def test_a_purchase_that_may_have_happened(self, http: Http, raw: bytes) -> None:
        with WireServer(raw) as server, pytest.raises(errors.Unavailable) as caught:
            http.send(post(server.url))
        assert server.connections == 1
        assert was_sent(caught.value)
        assert not was_refused(caught.value)

    def test_packed_answers(self, http: Http) -> None:
        with WireServer(reply(200, gzip.compress(b'{"a":1}'), Content_Encoding="gzip")) as server:
            assert http.send(get(server.url)).json() == {"a": 1}

    @pytest.mark.parametrize(
        "raw",
        [
            reply(200, b"x" * 300_000),
            reply(200, gzip.compress(b"x" * 20_000_000), Content_Encoding="gzip"),
            b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 300_000,
        ],
        ids=["plain", "bomb", "endless"],
    )
    def test_too_much(self, http: Http, raw: bytes) -> None:
        with WireServer(raw) as server, pytest.raises(errors.Unavailable, match=r"more than 0\.1 MB"):
            http.send(get(server.url), max_bytes=100_000)
        assert server.connections == 1

    @pytest.mark.parametrize(
        "start",
        [
            b"",
            b"HTTP/1.1 200 OK\r\nX: ",
            b"HTTP/1.1 200 OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n",
        ],
        ids=["nothing", "headers", "body", "counted"],
    )
    def test_dripping_ends_at_the_deadline(self, http: Http, start: bytes) -> None:
        end = threading.Event()
        with (
            WireServer(drip(start, end)) as server,
            pytest.raises(errors.Unavailable, match=r"within 0\.2 s") as caught,
        ):
            http.send(post(server.url), deadline_s=0.2)
        end.set()
        assert was_sent(caught.value)

    def test_silence_ends_at_the_deadline(self, http: Http) -> None:
        end = threading.Event()
        with WireServer(lambda _: end.wait(5) and None) as server:
            with pytest.raises(errors.Unavailable, match=r"within 0\.2 s"):
                http.send(get(server.url), deadline_s=0.2)
            end.set()

    def test_head_has_no_body(self, http: Http) -> None:
        with WireServer(reply(200, b"").replace(b"Content-Length: 0", b"Content-Length: 900")) as server:
            assert http.send(Request(method="HEAD", url=server.url, service="Post")).body == b""


class TestNotSent:
    def test_nobody_listens(self, http: Http, slept: list[float]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        with pytest.raises(errors.Unavailable, match=f"127.0.0.1:{port}") as caught:
            http.send(get(f"http://127.0.0.1:{port}/"))
        assert not was_sent(caught.value)
        assert was_refused(caught.value)
        assert "sandbox serve" in str(caught.value.hint)
        assert slept == []

    def test_no_such_name(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        def unknown(*_: object, **__: object) -> None:
            raise socket.gaierror(-2, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        with pytest.raises(errors.Unavailable, match="not found") as caught:
            http.send(post("https://service.example/"))
        assert not was_sent(caught.value)

    def test_what_the_caller_is_handling_does_not_count(self, http: Http) -> None:
        """An earlier failure that was certainly not sent must not make this one look so."""
        with WireServer(b"") as server, pytest.raises(errors.Unavailable) as caught:  # noqa: PT012
            try:
                raise socket.gaierror(-2, "earlier")
            except OSError:
                http.send(post(server.url))
        assert was_sent(caught.value)

    @pytest.mark.parametrize(
        ("error", "sent"),
        [
            (requests.ReadTimeout(), True),
            (requests.ConnectionError("reset"), True),
            (requests.exceptions.ChunkedEncodingError(), True),
            (requests.exceptions.ConnectTimeout(), False),
            (requests.exceptions.ProxyError(), False),
            (requests.exceptions.SSLError(), False),
            (requests.exceptions.InvalidURL(), False),
            (OSError("no CA file"), False),
        ],
    )
    def test_errors_of_the_library(self, http: Http, error: Exception, sent: bool) -> None:
        with responses.RequestsMock() as mock:
            mock.post("https://service.example/", body=error)
            with pytest.raises(errors.ReturnctlError) as caught:
                http.send(post("https://service.example/"))
        assert was_sent(caught.value) is sent

    def test_an_exception_of_anyone_else_counts_as_sent(self) -> None:
        assert was_sent(RuntimeError())
        assert not was_refused(RuntimeError())

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
    def test_public_only(self, http: Http, host: str) -> None:
        with WireServer(reply()) as server, pytest.raises(errors.Refused) as caught:
            http.send(get(server.url.replace("127.0.0.1", host)), public_only=True)
        assert not was_sent(caught.value)
        assert server.requests in ([], [b""])


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


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("openssl"):
        pytest.skip("openssl makes the certificate; it is not installed")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", path, "-out", path.with_suffix(".crt")]
    subprocess.run(["openssl", "req", "-x509", *kind, *names, *files], check=True, capture_output=True)
    path.write_text(path.read_text() + path.with_suffix(".crt").read_text())
    return path


class TestTls:
    @pytest.fixture
    def server(self, certificate: Path) -> Iterator[WireServer]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        with WireServer(reply(), wrap=lambda raw: context.wrap_socket(raw, server_side=True)) as server:
            yield server

    def test_an_unknown_signer(self, http: Http, server: WireServer) -> None:
        with pytest.raises(errors.TlsFailed) as caught:
            http.send(
                post(server.url.replace("http://127.0.0.1", "https://localhost")), authorization="Bearer x"
            )
        assert not was_sent(caught.value)
        assert server.requests in ([], [b""])

    def test_the_bundle_of_the_environment(
        self, http: Http, server: WireServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate.with_suffix(".crt")))
        assert http.send(get(server.url.replace("http://127.0.0.1", "https://localhost"))).status == 200
        with pytest.raises(errors.TlsFailed) as caught:
            http.send(get(server.url.replace("http:", "https:")))
        assert not was_sent(caught.value)

    def test_a_bundle_that_is_not_there(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
        with pytest.raises(errors.BadConfig, match="prepared") as caught:
            http.send(get("https://localhost:1/"))
        assert not was_sent(caught.value)

    def test_a_server_without_tls(self, http: Http) -> None:
        def speak_first(raw: socket.socket) -> socket.socket:
            raw.sendall(reply(400))
            raise ConnectionError

        with WireServer(b"", wrap=speak_first) as server, pytest.raises(errors.TlsFailed) as caught:
            http.send(post(server.url.replace("http:", "https:"), b"canary"))
        assert not was_sent(caught.value)
        assert b"canary" not in b"".join(server.requests)


PAGE = b"<!DOCTYPE html><html><body>Attention Required</body></html>"


class TestMeaning:
    def answer(self, status: int, body: bytes = b"{}", **headers: str) -> Answer:
        return Answer(status=status, headers=headers, body=body, service="Post")

    @pytest.mark.parametrize(
        ("status", "kind", "code"),
        [
            (302, errors.Unavailable, 75),
            (400, errors.Refused, 6),
            (401, errors.AuthFailed, 4),
            (403, errors.AuthFailed, 4),
            (404, errors.NotFound, 5),
            (409, errors.Refused, 6),
            (422, errors.Refused, 6),
            (429, errors.Unavailable, 75),
            (500, errors.Unavailable, 75),
            (503, errors.Unavailable, 75),
        ],
    )
    def test_statuses(self, status: int, kind: type[errors.ReturnctlError], code: int) -> None:
        with pytest.raises(errors.ReturnctlError) as caught:
            raise_for_status(
                self.answer(status, b'{"m":"No such\\u001b[31m thing."}'),
                parse_error=lambda answer: ("E7", answer.json()["m"]),
            )
        assert type(caught.value) is kind
        assert caught.value.exit == code
        assert "Post" in str(caught.value)
        if status != 302:
            assert "No such thing (E7)" in str(caught.value)

    def test_successes(self) -> None:
        for status in (200, 201, 202, 204, 207):
            raise_for_status(self.answer(status))

    @pytest.mark.parametrize("status", [400, 403, 404, 409])
    def test_pages(self, status: int) -> None:
        answer = self.answer(status, PAGE, **{"cf-ray": "8a1f-SEA"})
        with pytest.raises(errors.Unavailable, match="cf-ray 8a1f-SEA") as caught:
            raise_for_status(answer, parse_error=lambda one: ("", one.json()["m"]))
        assert isinstance(caught.value, errors.Blocked) is (status == 403)

    def test_a_page_where_words_were_due_is_no_second_error(self) -> None:
        with pytest.raises(errors.AuthFailed):
            raise_for_status(self.answer(401, PAGE), parse_error=lambda one: ("", one.json()["m"]))

    def test_the_firewall(self, http: Http) -> None:
        raw = reply(403, PAGE, cf_ray="8a1f-SEA").replace(b"application/json", b"text/html")
        with WireServer(raw) as server, pytest.raises(errors.Blocked, match="cf-ray 8a1f-SEA") as caught:
            http.send(post(server.url))
        assert was_refused(caught.value)

    def test_the_services_own_403_behind_the_same_firewall(self, http: Http) -> None:
        with WireServer(reply(403, b'{"error":"no"}', cf_ray="8a1f-SEA")) as server:
            answer = http.send(get(server.url))
        with pytest.raises(errors.AuthFailed):
            raise_for_status(answer)

    @pytest.mark.parametrize(
        "body", [PAGE, b"", b"{", b'{"a":}', b"NaN", b"[" * 100_000, b"\xff\xfe", b'"\\ud800', b"nul"]
    )
    def test_no_json(self, body: bytes) -> None:
        with pytest.raises(errors.Unavailable, match="x-request-id q7"):
            self.answer(200, body, **{"x-request-id": "q7"}).json()

    def test_other_charsets_and_marks(self) -> None:
        assert self.answer(200, '"caf\xe9"'.encode("latin-1")).json() == "caf\xe9"
        assert self.answer(200, b'\xef\xbb\xbf{"a":1}').json() == {"a": 1}

    @given(st.binary(max_size=200))
    def test_any_bytes(self, body: bytes) -> None:
        with suppress(errors.Unavailable):
            self.answer(200, body).json()


class TestText:
    @pytest.mark.parametrize(
        ("raw", "clean"),
        [
            ("plain \u00fc \u4e2d \U0001f600", "plain \u00fc \u4e2d \U0001f600"),
            ("two\nlines\tand a tab", "two\nlines\tand a tab"),
            ("dos\r\nline", "dos\nline"),
            ("\x1b[31mred\x1b[0m", "red"),
            ("\x1b]0;title\x07x", "x"),
            ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
            ("\x9b2Jx", "x"),
            ("\x1bP1$tq\x1b\\x", "x"),
            ("over\rwritten", "overwritten"),
            ("a\x00b\x07c\x7fd\x85e", "abcde"),
            ("pay \u202e08.4$", "pay 08.4$"),
            ("a\u200bb\u2066c\ufeffd", "abcd"),
            ("\x1b", ""),
        ],
    )
    def test_clean(self, raw: str, clean: str) -> None:
        assert clean_text(raw) == clean

    @given(st.text())
    def test_nothing_unsafe_is_left(self, text: str) -> None:
        cleaned = clean_text(text)
        assert not [c for c in cleaned if (ord(c) < 32 and c not in "\n\t") or 127 <= ord(c) < 160]
        assert clean_text(cleaned) == cleaned

    @pytest.mark.parametrize(
        "body",
        [b'{"k\\u001b[1m":["\\u001b[31mx",{"y":"\\u0007"}]}', b'{"k":["\xc2\x9b31mx",{"y":"\xe2\x80\xae"}]}'],
    )
    def test_json_is_clean_everywhere(self, body: bytes) -> None:
        answer = Answer(status=200, headers={}, body=body, service="Post")
        assert answer.json() == {"k": ["x", {"y": ""}]}

    def test_headers_are_clean(self, http: Http) -> None:
        with WireServer(reply(cf_ray="8a\x1b[31m1f\x9b")) as server:
            assert http.send(get(server.url)).request_id() == "cf-ray 8a1f"


class TestMultipart:
    def test_exact_bytes(self) -> None:
        assert multipart([("message", "h\u00e9")], [("f", "a.jpg", "image/jpeg", b"\xff\xd8")], "B") == (
            "multipart/form-data; boundary=B",
            b'--B\r\nContent-Disposition: form-data; name="message"\r\n\r\nh\xc3\xa9\r\n'
            b'--B\r\nContent-Disposition: form-data; name="f"; filename="a.jpg"\r\n'
            b"Content-Type: image/jpeg\r\n\r\n"
            b"\xff\xd8\r\n--B--\r\n",
        )

    def test_names_cannot_break_out(self) -> None:
        content_type, body = multipart([], [("f", 'a"\r\nX: y\r\n\r\n.jpg', "image/jpeg", b"1")], "B")
        parsed = email.message_from_bytes(
            b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body, policy=email.policy.HTTP
        )
        parts = list(parsed.iter_parts())  # type: ignore[attr-defined]
        assert len(parts) == 1
        assert parts[0]["X"] is None
        assert parts[0].get_payload(decode=True) == b"1"

    def test_the_boundary_must_not_occur(self) -> None:
        with pytest.raises(ValueError, match="boundary"):
            multipart([("a", "xBy")], [], "B")


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
