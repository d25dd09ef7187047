"""What a service answered, and what that means to a person."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec

from returnctl.errors import AuthFailed, Blocked, NotFound, Refused, ReturnctlError, Unavailable
from returnctl.marks import at_start, mark, was_sent
from returnctl.untrusted import clean_text, parse_json

ParseError = Callable[["Answer"], tuple[str, str] | None]

_REQUEST_IDS = (
    "cf-ray",
    "x-request-id",
    "x-correlation-id",
    "transid",
    "apigw-requestid",
    "x-amzn-requestid",
)


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
            message = f"{at_start(self.service)} answered with {what} where data was due{id_of(self)}."
            raise mark(Unavailable(message, hint="Try again later."), sent=True, answer=self) from None


def id_of(answer: Answer) -> str:
    """Goes behind words in brackets: `, cf-ray 8a1f…`."""
    return f", {answer.request_id()}" if answer.request_id() else ""


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
    name = at_start(service or answer.service)
    if answer.status != 401 and answer.is_html() and answer.status < 500:
        kind = Blocked if answer.status == 403 else Unavailable
        message = f"{name} answered with a web page where data was due (HTTP {answer.status}{id_of(answer)})."
        raise mark(kind(message, hint="Try again later."), sent=True, answer=answer)
    raise mark(_error_for(answer.status, name, own_words(answer, parse_error)), sent=True, answer=answer)


def _error_for(status: int, name: str, words: str) -> ReturnctlError:
    said = f": {words}" if words else ""
    if status in {401, 403}:
        hint = "Check them with `returnctl auth status`."
        return AuthFailed(f"{name} refused the credentials{said}.", hint=hint)
    if status == 404 and words:
        return NotFound(f"{name}{said}.")
    if status == 404:
        return NotFound(f"{name} does not know this.", hint="Check the numbers and places that were given.")
    if status in {408, 429} or status >= 500:
        return Unavailable(f"{name} is not available now (HTTP {status}){said}.", hint="Try again later.")
    if status < 400:
        return Unavailable(f"{name} answered with a redirect (HTTP {status}).", hint="Check its address.")
    return Refused(f"{name} said no (HTTP {status}){said}.")


def own_words(answer: Answer, parse_error: ParseError | None) -> str:
    """`No such thing (E7)`, "" where the answer holds neither."""
    with suppress(Unavailable):
        found = parse_error(answer) if parse_error else None
        code, words = (clean_text(part).replace("\n", " ").strip()[:300] for part in found or ("", ""))
        return " ".join(filter(None, (words.rstrip("."), f"({code})" if code else "")))
    return ""
