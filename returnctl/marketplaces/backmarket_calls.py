"""Asking Back Market: the token and who gets it, the pace, pages by our own count, files from anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from returnctl import http
from returnctl.errors import Unavailable
from returnctl.marketplaces import backmarket_answers as answers
from returnctl.marketplaces import backmarket_requests as requests
from returnctl.marketplaces.backmarket_dialect import (
    SERVICE,
    Site,
    address,
    check,
    check_environment,
    not_understood,
)
from returnctl.marketplaces.backmarket_pace import EDGE_BLOCK_S, in_words, paces, quotas
from returnctl.marks import mark

#: A list has ten entries a page, and may be asked for 4,000 times a day.
PAGES = 400
_DOCUMENT_BYTES = 20_000_000


class Calls:
    """What one token can ask of one site. `kind` names the limit that a call falls under."""

    def __init__(self, site: Site, token: str, client: http.Http, sleep: Callable[[float], None]) -> None:
        self._site = site
        self._authorization = f"Basic {token}"
        self._http = client
        self._sleep = sleep

    def get(self, request: http.Request, kind: str = "") -> http.Answer:
        """Read something; after a block of the edge, which lasts 10 s, once more. Raises what `check` raises."""
        try:
            return check(self.send(request, kind))
        except Unavailable as error:
            answer = http.answer_of(error)
            if answer is None or answer.status != 429:
                raise
            self._sleep(max(EDGE_BLOCK_S, min(error.retry_after or 0.0, 3 * EDGE_BLOCK_S)))
        return check(self.send(request, kind))

    def send(self, request: http.Request, kind: str) -> http.Answer:
        """Send one request of ours. Raises Unavailable for 429, and what `Http.send` raises."""
        self._keep_pace(kind)
        answer = self._http.send(
            request,
            authorization=self._authorization,
            max_bytes=_DOCUMENT_BYTES,
            accept_statuses={429},
            check_redirect=self._check_environment,
            quotas=() if self._site.sandbox else quotas(kind),
        )
        if answer.status == 429:
            raise _too_fast(answer, kind)
        return answer

    def pages(self, ask: Callable[[int], http.Request], kind: str = "") -> Iterator[Any]:
        """Every result of a list, by our own count of its pages: where `next` leads is nobody's to say."""
        for number in range(1, PAGES + 1):
            page = answers.page(self.get(ask(number), kind).json())
            yield from page.results
            if not (page.more and page.results):
                return

    def file(self, reference: str) -> bytes:
        """A file that an answer named. The token goes with it to the API's own host alone.

        Raises Unavailable for an address that is none, and for a link that has run out; Refused for one into a
        private network; Usage for a host of the other environment.
        """
        url = address(self._site.base, reference)
        own = http.same_origin(url, self._site.base)
        if own:
            self._keep_pace("")
        answer = self._http.send(
            requests.read_file(self._site, url),
            authorization=self._authorization if own else None,
            max_bytes=_DOCUMENT_BYTES,
            public_only=not (own or (self._site.sandbox and http.is_loopback(url))),
            check_redirect=self._check_environment,
            quotas=quotas("") if own and not self._site.sandbox else (),
        )
        if not own and answer.status in (401, 403):
            raise mark(_run_out(url), sent=True, answer=answer)
        if check(answer).is_html():
            raise not_understood("a web page where a file was due")
        return answer.body

    def about_sandbox(self) -> Any:
        """What the sandbox says of itself, in its other dialect."""
        root = self._site.base.removesuffix("/backmarket")
        request = http.Request(method="GET", url=f"{root}/v1/about", service="the sandbox")
        return check(self._http.send(request)).json()

    def _check_environment(self, url: str) -> None:
        check_environment(self._site.base, url)

    def _keep_pace(self, kind: str) -> None:
        if self._site.sandbox or self._http.limiter:
            return
        for pace in paces(self._site.base, kind):
            if delay := pace.wait():
                self._sleep(delay)


def _too_fast(answer: http.Answer, kind: str) -> Unavailable:
    number = answer.request_id()
    after = answer.header("retry-after").strip()
    error = Unavailable(
        f"{SERVICE} asks us to slow down (HTTP 429{f', {number}' if number else ''}).",
        hint=f"it takes {in_words(kind)}: try again in a minute, or tomorrow",
        retry_after=float(after[:6]) if after.isascii() and after.isdigit() else None,
    )
    mark(error, sent=True, answer=answer)
    return error


def _run_out(url: str) -> Unavailable:
    return Unavailable(
        f"The file at {urlsplit(url).netloc} is not given any more.",
        hint="its link may have run out: run the command again",
    )
