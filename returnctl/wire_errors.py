"""What the libraries below raise, as one of our errors, marked with whether the request can have arrived."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from urllib.parse import urlsplit

from returnctl.errors import BadConfig, ReturnctlError, TlsFailed, Unavailable
from returnctl.hosts import is_loopback
from returnctl.marks import at_start, mark


def translated(
    exc: BaseException, outer: BaseException | None, service: str, url: str, *, started: bool
) -> ReturnctlError:
    """Our error for a library's exception, without its words: these may hold secrets.

    `outer` is what the caller was handling already, which tells nothing about this exchange. `started`: whether
    the first byte of the request went out.
    """
    import http.client
    import socket
    import ssl

    import requests
    from urllib3 import exceptions as u3

    causes = list(_causes(exc, outer))
    host, name = urlsplit(url).netloc, at_start(service)

    def any_of(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    if any_of(requests.exceptions.SSLError, u3.SSLError, ssl.SSLError):
        hint = "Behind a company proxy, set REQUESTS_CA_BUNDLE to its certificate file."
        error: ReturnctlError = TlsFailed(
            f"The certificate or encryption of {host} can't be trusted.", hint=hint
        )
        return mark(error, sent=started)
    again = "Check the network connection and try again; nothing was sent."
    if any_of(socket.gaierror, u3.NameResolutionError):
        error = Unavailable(f"{name} can't be reached: {host} is not found.", hint=again)
        return mark(error, sent=started)
    if any_of(requests.exceptions.ProxyError, u3.ProxyError):
        error = Unavailable(
            f"The proxy on the way to {service} refused.", hint="Check HTTPS_PROXY; nothing was sent."
        )
        return mark(error, sent=started)
    if any_of(
        u3.NewConnectionError,
        u3.ConnectTimeoutError,
        requests.exceptions.ConnectTimeout,
        ConnectionRefusedError,
    ):
        hint = (
            "Nothing listens there: start it with `returnctl sandbox serve`." if is_loopback(url) else again
        )
        return mark(Unavailable(f"{name} can't be reached at {host}.", hint=hint), sent=started)
    if any_of(requests.exceptions.Timeout, u3.TimeoutError, TimeoutError):
        return mark(Unavailable(f"{name} did not answer in time.", hint="Try again later."), sent=True)
    broken = (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError, u3.ProtocolError)
    if any_of(*broken, http.client.HTTPException, ConnectionError, zlib.error):
        error = Unavailable(f"The connection to {service} broke off.", hint="Try again later.")
        return mark(error, sent=True, transient=True)
    if started:
        return mark(Unavailable(f"{name} could not be understood.", hint="Try again later."), sent=True)
    hint = "Check its address, REQUESTS_CA_BUNDLE and the proxy settings; nothing was sent."
    return mark(BadConfig(f"The connection to {service} could not be prepared.", hint=hint), sent=False)


def _causes(exc: BaseException, outer: BaseException | None) -> Iterator[BaseException]:
    """The exception and what it wraps, in whichever attribute; never `outer`."""
    seen = {id(outer)}
    todo: list[object] = [exc]
    while todo:
        one = todo.pop()
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        todo += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
