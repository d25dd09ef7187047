"""What goes wrong on a wire, against real sockets: no library's exception, no doubt too few."""

from __future__ import annotations

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import responses

from returnctl import errors
from returnctl.http import (
    Http,
    Request,
    was_refused,
    was_sent,
)
from tests.carriers.wire import Step, WireServer, drip, get, post, reply


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


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        reply(429),
        reply(503),
        reply(200, b"x" * 2_000),
        reply(200, b"{}", Content_Encoding="br"),
        reply(200, b"not gzip", Content_Encoding="gzip"),
        reply(302, Location="/again"),
        reply(302, Location="http://example.com/"),
        drip(b"", threading.Event()),
    ],
    ids=range(9),
)
def test_every_sentence_begins_with_a_capital(http: Http, raw: Step) -> None:
    with WireServer(raw) as server:
        request = Request(method="GET", url=server.url, service="the marketplace")
        with pytest.raises(errors.Unavailable) as caught:
            http.send(request, max_bytes=1_000, deadline_s=0.2)
    assert caught.value.message.startswith("The ")


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
