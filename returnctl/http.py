"""One way out to every service: time-outs, retries, limits, redirects, masking.

`Http.send` turns a `Request` into an `Answer` or into one of our errors, never into a library's exception.
The error says through `was_sent` whether any byte of the request can have reached the service: what is bought
or posted exactly once depends on it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit

import msgspec

from returnctl.answers import Answer, ParseError, answer_of, id_of, raise_for_status, was_refused
from returnctl.errors import AuthFailed, BadConfig, Blocked, Refused, ReturnctlError, Unavailable
from returnctl.hosts import check_address, is_loopback, refuse_private, same_origin
from returnctl.marks import at_start, is_transient, mark, was_sent
from returnctl.untrusted import clean_text
from returnctl.wire import Limits, exchange

if TYPE_CHECKING:
    from returnctl.pace import Limiter
    from returnctl.quotas import Quota

__all__ = [
    "Answer",
    "Http",
    "ParseError",
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

_REDIRECT = {301, 302, 303, 307, 308}
_TRANSIENT = {429, 500, 502, 503, 504}
_ANYWHERE = {"accept", "accept-encoding", "accept-language", "user-agent"}


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be sent, whole but for the secrets. `body` is sent byte for byte.

    `reads` says of another method than GET that it changes nothing there, so that it may be asked again.
    """

    method: str
    url: str
    service: str
    headers: dict[str, str] = {}
    body: bytes = b""
    summary: str = ""
    reads: bool = False

    def may_be_repeated(self) -> bool:
        return self.reads or self.method in {"GET", "HEAD"}


class _Call(msgspec.Struct, frozen=True, kw_only=True):
    """A request with its secrets and limits, as one `send` holds them together."""

    request: Request
    hidden: dict[str, str]
    limits: Limits
    check_redirect: Callable[[str], None] | None = None


class _Place(NamedTuple):
    """Whose quotas a call falls under."""

    api: str
    account: str
    quotas: tuple[Quota, ...]


class Http:
    """Sends requests. May be shared between threads.

    `trace` gets one line for each request and answer, without queries, headers or bodies. `now` is the clock
    that the dates of services are held against. `gate` is entered for as long as a request is on its way: it
    may let so many at once.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        trace: Callable[[str], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        limiter: Limiter | None = None,
        gate: AbstractContextManager[object] | None = None,
    ) -> None:
        self._user_agent = user_agent
        self._trace = trace or (lambda _: None)
        self._sleep = sleep
        self._now = now
        self.limiter = limiter
        self._gate = gate or nullcontext()

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
        check_redirect: Callable[[str], None] | None = None,
        account: str = "",
        quotas: Sequence[Quota] = (),
    ) -> Answer:
        """Send it and return the answer: 2xx, 4xx, a redirect of other methods than GET, `accept_statuses`.

        What only reads is tried up to four times on 429, 5xx and broken connections, with at most 30 s of
        waiting in all; anything else once, whatever happens. `secrets` are further headers, for this host
        alone. `public_only` refuses loopback and private addresses: for addresses that a server has named.
        `check_redirect` is given each address that a redirect leads to, and raises for one that must not be asked.
        With a limiter, `quotas` of the `account` (by default whose authorization this is) are kept to.

        Raises Unavailable, Blocked, TlsFailed; Refused for an address that `public_only` forbids, BadConfig
        for one that can't be used, AuthFailed for a token that no header can carry. `was_sent` tells whether
        the service can have seen anything.
        """
        hidden = dict(secrets or {}) | ({"Authorization": authorization} if authorization else {})
        check_address(request.url, request.service)
        _check_headers(request, hidden, self._user_agent)
        place = _Place(urlsplit(request.url).netloc, account or authorization or "", tuple(quotas))
        self._keep_pace(place)
        limits = Limits(
            max_bytes=max_bytes,
            ends=time.monotonic() + deadline_s,
            seconds=deadline_s,
            public_only=public_only,
        )
        call = _Call(request=request, hidden=hidden, limits=limits, check_redirect=check_redirect)
        return self._persist(call, place, accept_statuses)

    def _persist(self, call: _Call, place: _Place, accept_statuses: Container[int]) -> Answer:
        """As many attempts as the request bears."""
        request, limits = call.request, call.limits
        attempt, waited = 1, 0.0
        while True:
            try:
                answer = self._follow(call)
                if answer.status == 429:
                    self._slow_all(place, answer)
                if answer.status not in accept_statuses:
                    self._raise_unavailable(answer)
                return answer
            except Unavailable as error:
                wait = _next_wait(request, error, attempt)
                if wait is None or waited + wait > WAIT_CAP_S or wait > limits.remaining():
                    raise
            self._trace(f"  {request.service}: once more in {wait:.1f} s")
            self._sleep(wait)
            self._keep_pace(place)
            attempt, waited = attempt + 1, waited + wait

    def _keep_pace(self, place: _Place) -> None:
        if self.limiter is None:
            return
        try:
            wait = self.limiter.take(*place)
        except ReturnctlError as error:
            raise mark(error, sent=False) from None
        if wait:
            self._trace(f"  {place.api}: {wait:.1f} s until its next place")
            self._sleep(wait)

    def _slow_all(self, place: _Place, answer: Answer) -> None:
        if self.limiter is not None:
            block = max((quota.block_s for quota in place.quotas), default=1.0)
            after = self._retry_after(answer)
            self.limiter.slow(place.api, place.account, max(1.0, block if after is None else after))

    def _follow(self, call: _Call) -> Answer:
        """One attempt, with its redirects."""
        request, url = call.request, call.request.url
        for _ in range(REDIRECTS + 1):
            answer = self._exchange(call, url)
            location = answer.header("location")
            if request.method not in {"GET", "HEAD"} or answer.status not in _REDIRECT or not location:
                return answer
            url = _redirected(request, url, location)
            if call.check_redirect:
                call.check_redirect(url)
        raise mark(Unavailable(f"{at_start(request.service)} redirects in circles."), sent=True)

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
        raw = exchange(
            request.method,
            url,
            headers,
            request.body,
            service=request.service,
            limits=limits,
            gate=self._gate,
        )
        self._trace(f"< {raw.status} {shown} {len(raw.body)} bytes in {time.monotonic() - started:.2f} s")
        names = {name.lower(): clean_text(value) for name, value in raw.headers.items()}
        return Answer(status=raw.status, headers=names, body=raw.body, service=request.service, url=url)

    def _raise_unavailable(self, answer: Answer) -> None:
        """Raise for 429, 5xx and the pages of firewalls: there is no answer of the service's own to read."""
        if answer.status in {403, 429} and answer.is_html():
            message = f"A firewall in front of {answer.service} turned us away{id_of(answer)}."
            hint = "Try again later; if it stays, name this number to the service's support."
            raise mark(Blocked(message, hint=hint), sent=True, answer=answer)
        if answer.status != 429 and answer.status < 500:
            return
        after = self._retry_after(answer)
        what = "asks us to slow down" if answer.status == 429 else "is out of order"
        hint = f"Try again in {after:.0f} s." if after else "Try again later."
        error = Unavailable(
            f"{at_start(answer.service)} {what} (HTTP {answer.status}{id_of(answer)}).",
            hint=hint,
            retry_after=after,
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


def _next_wait(request: Request, error: Unavailable, attempt: int) -> float | None:
    """Seconds before the next attempt; None when there is to be none."""
    if not request.may_be_repeated() or attempt >= ATTEMPTS or not is_transient(error):
        return None
    import random

    backoff: float = 0.5 * 2 ** (attempt - 1) * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, nothing secret
    return max(backoff, error.retry_after or 0.0)


def _redirected(request: Request, url: str, location: str) -> str:
    target = urljoin(url, location)
    try:
        check_address(target, request.service)
        if not same_origin(target, request.url) and not is_loopback(request.url):
            refuse_private("127.0.0.1" if is_loopback(target) else urlsplit(target).hostname or "")
    except (BadConfig, Refused):
        message = f"{at_start(request.service)} redirects to an address that is not safe to follow."
        raise mark(Unavailable(message, hint="Try again later."), sent=True) from None
    return target


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


def _quoted(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
