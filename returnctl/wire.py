"""One exchange over the network: the lower half of `http`, which alone uses it.

Everything that `requests` and the layers below it can raise ends here and becomes one of our errors. What only
an exchange needs is imported by it: many commands import this room and send nothing.
"""

from __future__ import annotations

import functools
import os
import sys
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any

import msgspec

from returnctl.alarms import Alarm
from returnctl.errors import ReturnctlError, Unavailable
from returnctl.hosts import is_loopback, refuse_private
from returnctl.marks import at_start, mark
from returnctl.wire_errors import translated

if TYPE_CHECKING:
    import socket

    import requests

__all__ = ["Limits", "Raw", "exchange", "mark"]

CONNECT_S = 10.0
READ_S = 45.0
_NO_GATE: AbstractContextManager[object] = nullcontext()


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What an exchange may cost. `ends` is a moment of the monotonic clock; `seconds` is said to people."""

    max_bytes: int
    ends: float
    seconds: float
    public_only: bool = False

    def remaining(self) -> float:
        return self.ends - time.monotonic()


class Raw(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as it came, the body inflated."""

    status: int
    headers: dict[str, str]
    body: bytes


def exchange(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    service: str,
    limits: Limits,
    gate: AbstractContextManager[object] = _NO_GATE,
) -> Raw:
    """Send one request, read its whole answer. No retry, no redirect.

    `gate` is entered for as long as it is on its way; what has to be waited for there does not count.
    Raises Unavailable, TlsFailed, Refused (an address that `public_only` forbids), BadConfig (an address or
    a CA bundle that can't be used), each marked for `was_sent`.
    """
    watch = _Watch(limits)
    with _our_errors(service, url, watch):
        prepared = _prepared(method, url, headers, body)
        came = time.monotonic()
        with gate, watch.watching(time.monotonic() - came):
            response = _send(prepared, watch)
            with response:
                content = _read(response, method, service, limits)
                watch.check()
        return Raw(status=response.status_code, headers=dict(response.headers), body=content)


class _Watch:
    """Ends an exchange at its deadline, and knows whether its first byte went out.

    Time-outs of sockets count from each byte to the next, so a service that drips would hold us for ever.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.started = False
        self.expired = False
        self._ends = limits.ends
        self._socket: socket.socket | None = None

    @contextmanager
    def watching(self, waited: float) -> Iterator[None]:
        """For as long as the block lasts; the deadline is later by the seconds `waited` for a turn."""
        self._ends = self.limits.ends + waited
        _current.watch = self
        alarm = Alarm(self._ends, self._expire)
        try:
            yield
        finally:
            alarm.cancel()
            _current.watch = None

    def remaining(self) -> float:
        return max(0.001, self._ends - time.monotonic())

    def attach(self, connected: socket.socket | None, *, by_proxy: bool) -> None:
        """The connection stands and the request is about to be written."""
        if connected is None:
            return
        if self.limits.public_only and not by_proxy:
            refuse_private(connected.getpeername()[0])
        self.started = True
        self._socket = connected
        if self.expired:
            self._expire()

    def check(self) -> None:
        if self.expired:
            raise TimeoutError

    def _expire(self) -> None:
        import socket

        self.expired = True
        if self._socket is not None:
            with suppress(OSError):
                # The plain socket's way: SSLSocket.shutdown drops its state under the reader's feet.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


_current = threading.local()


@functools.cache
def _session() -> requests.Session:
    """The one session: for its connections, and for the environment's proxies and certificates."""
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

    class Plain(HTTPConnection):
        def request(self, *args: Any, **kwargs: Any) -> None:
            if self.sock is None:
                self.connect()
            _current.watch.attach(self.sock, by_proxy=False)
            super().request(*args, **kwargs)

    class Secure(HTTPSConnection):
        def request(self, *args: Any, **kwargs: Any) -> None:
            _current.watch.attach(self.sock, by_proxy=self.proxy is not None)
            super().request(*args, **kwargs)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            super().init_poolmanager(*args, **kwargs)
            self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}

        def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
            manager = super().proxy_manager_for(*args, **kwargs)
            manager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
            return manager

    os.register_at_fork(after_in_child=_session.cache_clear)  # two processes must not talk over one socket
    session = requests.Session()
    session.mount("https://", Adapter(pool_maxsize=32))
    session.mount("http://", Adapter(pool_maxsize=32))
    return session


def _prepared(method: str, url: str, headers: Mapping[str, str], body: bytes) -> requests.PreparedRequest:
    """What is to be sent, and nothing else: no cookies, no authorization, no hooks."""
    import requests

    prepared = requests.PreparedRequest()
    prepared.prepare_method(method)
    prepared.prepare_url(url, None)
    prepared.prepare_headers(headers)
    prepared.prepare_body(body or None, None)
    return prepared


def _send(prepared: requests.PreparedRequest, watch: _Watch) -> requests.Response:
    """The answer's head; its body is still on the wire.

    The adapter is asked directly: the session would add what ~/.netrc and its cookies hold, and read the
    bodies of redirects without any limit.
    """
    import requests

    session = _session()
    url = prepared.url or ""
    verify, proxies = _around(session, url)
    response = session.get_adapter(url).send(
        prepared,
        stream=True,
        timeout=(min(CONNECT_S, watch.remaining()), READ_S),  # the deadline itself is the watch's affair
        verify=verify,
        proxies=proxies,
    )
    head = getattr(response.raw, "_original_response", None)
    if head is not None and getattr(head.msg, "defects", None):
        # Headers that break off would pass for an empty success.
        raise requests.exceptions.ConnectionError("cut within the headers")
    return response


def _around(session: requests.Session, url: str) -> tuple[bool | str, dict[str, str]]:
    """The environment's certificates and proxies. Reading them costs a millisecond: not where neither counts."""
    if is_loopback(url) and url.startswith("http://"):
        return True, {}
    found = session.merge_environment_settings(url, {}, stream=True, verify=True, cert=None)
    verify: bool | str = found["verify"] or True
    return verify, {} if is_loopback(url) else dict(found["proxies"])


def _read(response: requests.Response, method: str, service: str, limits: Limits) -> bytes:
    """The body, never more than the limit, neither packed nor unpacked."""
    if method == "HEAD":
        return b""
    body = bytearray()
    for chunk in response.raw.stream(65536, decode_content=False):
        body += chunk
        if len(body) > limits.max_bytes:
            raise _too_large(service, limits)
    coding = response.headers.get("Content-Encoding", "").strip().lower()
    if coding in {"", "identity"} or not body:
        return bytes(body)
    if coding not in {"gzip", "x-gzip", "deflate"}:
        raise mark(
            Unavailable(f"{at_start(service)} answered in an encoding that we did not ask for."), sent=True
        )
    return _inflate(bytes(body), service, limits)


def _inflate(packed: bytes, service: str, limits: Limits) -> bytes:
    inflater = zlib.decompressobj(wbits=47)  # gzip or zlib, as its first bytes say
    body = inflater.decompress(packed, limits.max_bytes + 1)
    if len(body) > limits.max_bytes:
        raise _too_large(service, limits)
    if not inflater.eof:
        raise zlib.error("cut short")
    return body


def _too_large(service: str, limits: Limits) -> ReturnctlError:
    size = f"{limits.max_bytes / 1e6:g} MB"
    return mark(
        Unavailable(f"{at_start(service)} sent more than {size}; that was not read further."), sent=True
    )


@contextmanager
def _our_errors(service: str, url: str, watch: _Watch) -> Iterator[None]:
    import requests
    from urllib3.exceptions import HTTPError

    outer = sys.exception()  # what the caller is just handling has nothing to do with us
    try:
        yield
    except (requests.RequestException, HTTPError, OSError, ValueError, zlib.error) as exc:
        if watch.expired:
            message = f"{at_start(service)} did not answer within {watch.limits.seconds:g} s."
            raise mark(Unavailable(message, hint="Try again later."), sent=watch.started) from None
        raise translated(exc, outer, service, url, started=watch.started) from None
