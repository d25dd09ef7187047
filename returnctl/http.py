"""One way out to every service: time-outs, retries, limits, redirects, masking.

`Http.send` turns a `Request` into an `Answer` or into one of our errors, never into a library's exception.
The error says through `was_sent` whether any byte of the request can have reached the service: what is bought
or posted exactly once depends on it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import msgspec

from returnctl.errors import AuthFailed, BadConfig, Blocked, NotFound, Refused, ReturnctlError, Unavailable
from returnctl.untrusted import clean_text, parse_json
from returnctl.wire import Limits, exchange, is_loopback, mark, refuse_private, was_sent

__all__ = [
    "Answer",
    "Http",
    "Request",
    "answer_of",
    "clean_text",
    "is_loopback",
    "multipart",
    "raise_for_status",
    "same_origin",
    "was_refused",
    "was_sent",
]

ATTEMPTS = 4
WAIT_CAP_S = 30.0
REDIRECTS = 5

ParseError = Callable[["Answer"], tuple[str, str] | None]

_REDIRECT = {301, 302, 303, 307, 308}
_TRANSIENT = {429, 500, 502, 503, 504}
_ANYWHERE = {"accept", "accept-encoding", "accept-language", "user-agent"}
_REQUEST_IDS = (
    "cf-ray",
    "x-request-id",
    "x-correlation-id",
    "transid",
    "apigw-requestid",
    "x-amzn-requestid",
)


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be sent, whole but for the secrets. `body` is sent byte for byte."""

    method: str
    url: str
    service: str
    headers: dict[str, str] = {}
    body: bytes = b""
    summary: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a service said. Header names are in lower case, their values free of control characters."""

    status: int
    headers: dict[str, str]
    body: bytes
    service: str
    url: str = ""

    def header(self, name: str) -> str:
        """The header's value, "" where it is absent."""
        return self.headers.get(name.lower(), "")

    def request_id(self) -> str:
        """What the service's support asks for: `cf-ray 8a1f…`, "" where the answer names nothing."""
        return next((f"{name} {self.headers[name]}" for name in _REQUEST_IDS if self.headers.get(name)), "")

    def is_html(self) -> bool:
        """Whether a web page came instead of data."""
        start = self.body[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        return start.startswith((b"<!doctype html", b"<html")) or "text/html" in self.header("content-type")

    def json(self) -> Any:
        """The parsed body, its strings cleaned. Raises Unavailable when it is a page or broken."""
        try:
            return parse_json(self.body)
        except (msgspec.DecodeError, RecursionError):
            what = "a web page" if self.is_html() else "something unreadable"
            message = f"{self.service} answered with {what} where data was due{_id_of(self)}."
            raise mark(Unavailable(message, hint="Try again later."), sent=True, answer=self) from None


class _Call(msgspec.Struct, frozen=True, kw_only=True):
    """A request with its secrets and limits, as one `send` holds them together."""

    request: Request
    hidden: dict[str, str]
    limits: Limits


class Http:
    """Sends requests. May be shared between threads.

    `trace` gets one line for each request and answer, without queries, headers or bodies. `now` is the clock
    that the dates of services are held against.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        trace: Callable[[str], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._user_agent = user_agent
        self._trace = trace or (lambda _: None)
        self._sleep = sleep
        self._now = now

    def send(
        self,
        request: Request,
        *,
        authorization: str | None = None,
        secrets: Mapping[str, str] | None = None,
        max_bytes: int = 10_000_000,
        deadline_s: float = 60.0,
        accept_statuses: Container[int] = (),
        public_only: bool = False,
    ) -> Answer:
        """Send it and return the answer: 2xx, 4xx, a redirect of other methods than GET, `accept_statuses`.

        GET and HEAD are tried up to four times on 429, 5xx and broken connections, with at most 30 s of
        waiting in all; other methods once, whatever happens. `secrets` are further headers, for this host
        alone. `public_only` refuses loopback and private addresses: for addresses that a server has named.

        Raises Unavailable, Blocked, TlsFailed; Refused for an address that `public_only` forbids, BadConfig
        for one that can't be used, AuthFailed for a token that no header can carry. `was_sent` tells whether
        the service can have seen anything.
        """
        hidden = dict(secrets or {}) | ({"Authorization": authorization} if authorization else {})
        _check_address(request.url, request.service)
        _check_headers(request, hidden, self._user_agent)
        limits = Limits(
            max_bytes=max_bytes,
            ends=time.monotonic() + deadline_s,
            seconds=deadline_s,
            public_only=public_only,
        )
        call = _Call(request=request, hidden=hidden, limits=limits)
        attempt, waited = 1, 0.0
        while True:
            try:
                answer = self._follow(call)
                if answer.status not in accept_statuses:
                    self._raise_unavailable(answer)
                return answer
            except Unavailable as error:
                wait = _next_wait(request, error, attempt)
                if wait is None or waited + wait > min(WAIT_CAP_S, limits.remaining()):
                    raise
            self._trace(f"  {request.service}: once more in {wait:.1f} s")
            self._sleep(wait)
            attempt, waited = attempt + 1, waited + wait

    def _follow(self, call: _Call) -> Answer:
        """One attempt, with its redirects."""
        request, url = call.request, call.request.url
        for _ in range(REDIRECTS + 1):
            answer = self._exchange(call, url)
            location = answer.header("location")
            if request.method not in {"GET", "HEAD"} or answer.status not in _REDIRECT or not location:
                return answer
            url = _redirected(request, url, location)
        raise mark(Unavailable(f"{request.service} redirects in circles."), sent=True)

    def _exchange(self, call: _Call, url: str) -> Answer:
        request = call.request
        headers = {"User-Agent": self._user_agent, "Accept": "application/json", "Accept-Encoding": "gzip"}
        headers |= request.headers | call.hidden
        limits = call.limits
        if not same_origin(url, request.url):
            headers = {name: value for name, value in headers.items() if name.lower() in _ANYWHERE}
            limits = msgspec.structs.replace(limits, public_only=not is_loopback(request.url))
        shown = url.partition("?")[0]
        self._trace(f"> {request.method} {shown}")
        started = time.monotonic()
        raw = exchange(request.method, url, headers, request.body, service=request.service, limits=limits)
        self._trace(f"< {raw.status} {shown} {len(raw.body)} bytes in {time.monotonic() - started:.2f} s")
        names = {name.lower(): clean_text(value) for name, value in raw.headers.items()}
        return Answer(status=raw.status, headers=names, body=raw.body, service=request.service, url=url)

    def _raise_unavailable(self, answer: Answer) -> None:
        """Raise for 429, 5xx and the pages of firewalls: there is no answer of the service's own to read."""
        if answer.status in {403, 429} and answer.is_html():
            message = f"A firewall in front of {answer.service} turned us away{_id_of(answer)}."
            hint = "Try again later; if it stays, name this number to the service's support."
            raise mark(Blocked(message, hint=hint), sent=True, answer=answer)
        if answer.status != 429 and answer.status < 500:
            return
        after = self._retry_after(answer)
        what = "asks us to slow down" if answer.status == 429 else "is out of order"
        hint = f"Try again in {after:.0f} s." if after else "Try again later."
        error = Unavailable(
            f"{answer.service} {what} (HTTP {answer.status}{_id_of(answer)}).", hint=hint, retry_after=after
        )
        raise mark(error, sent=True, answer=answer, transient=answer.status in _TRANSIENT)

    def _retry_after(self, answer: Answer) -> float | None:
        """Seconds that the service asks us to wait; None where it says nothing that makes sense."""
        import email.utils  # ten milliseconds, for an answer that few commands meet

        value = answer.header("retry-after").strip()
        if value.isascii() and value.isdigit():
            return float(value[:9])
        with suppress(TypeError, ValueError, OverflowError):
            until = email.utils.parsedate_to_datetime(value)
            theirs = answer.header("date")
            now = email.utils.parsedate_to_datetime(theirs) if theirs else self._now()
            return max(0.0, (until - now).total_seconds())
        return None


def answer_of(error: BaseException) -> Answer | None:
    """The answer that an exception of this room stands for, where there was one."""
    answer = getattr(error, "answer", None)
    return answer if isinstance(answer, Answer) else None


def was_refused(error: BaseException) -> bool:
    """Whether it is certain that the service did nothing: it never saw the request, or said no to it."""
    answer = answer_of(error)
    return not was_sent(error) or (answer is not None and 400 <= answer.status < 500 and answer.status != 408)


def raise_for_status(answer: Answer, service: str = "", *, parse_error: ParseError | None = None) -> None:
    """Raise what an answer other than 2xx means: AuthFailed, NotFound, Refused, Unavailable, Blocked.

    `parse_error` finds the service's own (code, words) in the answer, or None.
    """
    if 200 <= answer.status < 300:
        return
    name = service or answer.service
    if answer.status != 401 and answer.is_html() and answer.status < 500:
        kind = Blocked if answer.status == 403 else Unavailable
        message = (
            f"{name} answered with a web page where data was due (HTTP {answer.status}{_id_of(answer)})."
        )
        raise mark(kind(message, hint="Try again later."), sent=True, answer=answer)
    said = _own_words(answer, parse_error)
    raise mark(_error_for(answer.status, name, said), sent=True, answer=answer)


def _error_for(status: int, name: str, said: str) -> ReturnctlError:
    if status in {401, 403}:
        return AuthFailed(
            f"{name} refused the credentials{said}.", hint="Check them with `returnctl auth status`."
        )
    if status == 404:
        return NotFound(f"{name} does not know this{said}.", hint="Check the number.")
    if status in {408, 429} or status >= 500:
        return Unavailable(f"{name} is not available now (HTTP {status}){said}.", hint="Try again later.")
    if status < 400:
        return Unavailable(f"{name} answered with a redirect (HTTP {status}).", hint="Check its address.")
    return Refused(f"{name} said no (HTTP {status}){said}.")


def _own_words(answer: Answer, parse_error: ParseError | None) -> str:
    with suppress(Unavailable):
        found = parse_error(answer) if parse_error else None
        if found:
            code, words = (clean_text(part).replace("\n", " ").strip()[:300] for part in found)
            return f": {words.rstrip('.')}" + (f" ({code})" if code else "")
    return ""


def multipart(
    fields: Sequence[tuple[str, str]], files: Sequence[tuple[str, str, str, bytes]], boundary: str
) -> tuple[str, bytes]:
    """`multipart/form-data`: its content type and its exact bytes, the same for the same arguments.

    Files are (name, file name, content type, bytes). Raises ValueError when the boundary occurs in the data.
    """
    parts = []
    for name, value in fields:
        parts.append((f'Content-Disposition: form-data; name="{_quoted(name)}"', value.encode()))
    for name, filename, content_type, data in files:
        head = f'Content-Disposition: form-data; name="{_quoted(name)}"; filename="{_quoted(filename)}"'
        parts.append((f"{head}\r\nContent-Type: {content_type}", data))
    if any(boundary.encode() in data for _, data in parts):
        raise ValueError("the boundary occurs in the data")
    body = b"".join(
        b"--%s\r\n%s\r\n\r\n%s\r\n" % (boundary.encode(), head.encode(), data) for head, data in parts
    )
    return f"multipart/form-data; boundary={boundary}", body + f"--{boundary}--\r\n".encode()


def same_origin(one: str, other: str) -> bool:
    """Whether two addresses share scheme, host and port."""
    return _origin(one) == _origin(other)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def _next_wait(request: Request, error: Unavailable, attempt: int) -> float | None:
    """Seconds before the next attempt; None when there is to be none."""
    if request.method not in {"GET", "HEAD"} or attempt >= ATTEMPTS or not getattr(error, "transient", False):
        return None
    import random

    backoff: float = 0.5 * 2 ** (attempt - 1) * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, nothing secret
    return max(backoff, error.retry_after or 0.0)


def _redirected(request: Request, url: str, location: str) -> str:
    target = urljoin(url, location)
    try:
        _check_address(target, request.service)
        if not same_origin(target, request.url) and not is_loopback(request.url):
            refuse_private("127.0.0.1" if is_loopback(target) else urlsplit(target).hostname or "")
    except (BadConfig, Refused):
        message = f"{request.service} redirects to an address that is not safe to follow."
        raise mark(Unavailable(message, hint="Try again later."), sent=True) from None
    return target


def _check_address(url: str, service: str) -> None:
    """https to any host, http to this machine alone; nobody's password in it."""
    problem = None
    try:
        parts = urlsplit(url)
        if not parts.hostname or parts.port == 0:
            problem = "is not complete"
        elif parts.username is not None or parts.password is not None:
            problem = "holds a user name"
        elif parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(url)):
            problem = "must begin with https://"
        elif re.search(r"[\x00-\x20\x7f\\]", url):
            problem = "holds characters that no address has"
    except ValueError:
        problem = "can't be read"
    if problem:
        raise mark(BadConfig(f"The address of {service} {problem}."), sent=False)


def _check_headers(request: Request, hidden: Mapping[str, str], user_agent: str) -> None:
    """Every header must be plain ASCII: else a library would fail and quote the secret in its words."""
    for name, value in hidden.items():
        if not re.fullmatch(r"[\x20-\x7e]+", value):
            message = f"The credentials of {request.service} hold characters that can't be sent ({name})."
            raise mark(AuthFailed(message, hint="Enter them again."), sent=False)
    for name, value in {"User-Agent": user_agent, **request.headers}.items():
        if not re.fullmatch(r"[\x20-\x7e]*", value):
            raise mark(
                BadConfig(f"{name} for {request.service} holds characters that can't be sent."), sent=False
            )


def _id_of(answer: Answer) -> str:
    return f", {answer.request_id()}" if answer.request_id() else ""


def _quoted(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
