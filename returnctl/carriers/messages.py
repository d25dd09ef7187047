"""What the carriers' requests and answers have in common."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from returnctl.carriers.base import Token
from returnctl.carriers.reading import dig, number
from returnctl.errors import Unavailable
from returnctl.http import Answer, ParseError, Request, raise_for_status
from returnctl.wire import mark

Value = TypeVar("Value")


def json_request(
    method: str,
    url: str,
    body: Any,
    *,
    service: str,
    summary: str,
    headers: Mapping[str, str] | None = None,
) -> Request:
    """A request with a JSON body; the same arguments give the same bytes."""
    return Request(
        method=method,
        url=url,
        service=service,
        headers={"Content-Type": "application/json", **(headers or {})},
        body=msgspec.json.encode(body),
        summary=summary,
    )


def form(fields: Mapping[str, str]) -> bytes:
    """`application/x-www-form-urlencoded`."""
    return urlencode(fields).encode()


def fingerprint(*parts: str) -> str:
    """32 characters that name a request: the same one has the same name, also when it is built again."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def content(answer: Answer, parse_error: ParseError) -> Any:
    """The JSON of a success. Raises what any other answer means."""
    raise_for_status(answer, parse_error=parse_error)
    return answer.json()


def incomplete(answer: Answer, what: str) -> Unavailable:
    """The error for a success that lacks what it was asked for."""
    error = Unavailable(f"{answer.service} answered without {what}.", hint="Try again later.")
    mark(error, sent=True, answer=answer)
    return error


def token_of(answer: Answer, body: Any) -> Token:
    """The OAuth token of an answer; its life may be text. Raises Unavailable where there is none."""
    value = dig(body, "access_token")
    if not isinstance(value, str) or not value:
        raise incomplete(answer, "a token")
    return Token(value=value, lives=int(number(dig(body, "expires_in")) or 0))


def first(values: Iterable[Value], wanted: Callable[[Value], object]) -> Value | None:
    """The first value that is wanted, None where none is."""
    return next((value for value in values if wanted(value)), None)
