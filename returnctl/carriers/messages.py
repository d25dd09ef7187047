"""What the carriers' requests and answers have in common."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

from returnctl.carriers import tracking_number
from returnctl.carriers.base import Credentials, Parcel, Place, Token
from returnctl.carriers.reading import dig, number
from returnctl.errors import Unavailable
from returnctl.http import Answer, ParseError, Request, raise_for_status
from returnctl.marks import mark

Value = TypeVar("Value")

# A new token for each request would soon be answered with 429, and one that has ended is replaced after its 401.
UNTOLD_LIFE_S = 600


def grant(credentials: Credentials) -> dict[str, str]:
    """OAuth's client credentials, in the body."""
    return {
        "grant_type": "client_credentials",
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
    }


def login_form(url: str, fields: Mapping[str, str], service: str) -> Request:
    """Asks for a token as `application/x-www-form-urlencoded`."""
    return Request(
        method="POST",
        url=url,
        service=service,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        body=urlencode(fields).encode(),
        summary="log in",
        reads=True,
    )


def fingerprint(*parts: bytes) -> str:
    """32 characters that name a request: the same one has the same name, also when it is built again."""
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]


def content(answer: Answer, parse_error: ParseError) -> Any:
    """The JSON of a success. Raises what any other answer means."""
    raise_for_status(answer, parse_error=parse_error)
    return answer.json()


def says_unknown(answer: Answer, parse_error: ParseError, codes: Container[str] = ()) -> bool:
    """Whether the carrier says that it knows no such number: with 404, or with 400 and one of the codes."""
    if answer.status == 404:
        return not answer.is_html()
    error = parse_error(answer) if answer.status == 400 else None
    return error is not None and error[0] in codes


def unknown_parcel(carrier: str, number: str) -> Parcel:
    """A number that the carrier does not know (yet)."""
    return Parcel(
        carrier=carrier, tracking_number=number, found=False, link=tracking_number.link(carrier, number)
    )


def nearest_first(places: Iterable[Place]) -> tuple[Place, ...]:
    """Those without a distance come last."""
    return tuple(
        sorted(places, key=lambda place: math.inf if place.distance_km is None else place.distance_km)
    )


def incomplete(answer: Answer, what: str) -> Unavailable:
    """The error for a success that lacks what it was asked for."""
    error = Unavailable(f"{answer.service} answered without {what}.", hint="Try again later.")
    mark(error, sent=True, answer=answer)
    return error


def token_of(answer: Answer, body: Any) -> Token:
    """The OAuth token of an answer; its life may be text, or be missing. Raises Unavailable without a token."""
    value = dig(body, "access_token")
    if not isinstance(value, str) or not value:
        raise incomplete(answer, "a token")
    lives = number(dig(body, "expires_in"))
    return Token(value=value, lives=UNTOLD_LIFE_S if lives is None else int(lives))


def first(values: Iterable[Value], wanted: Callable[[Value], object]) -> Value | None:
    """The first value that is wanted, None where none is."""
    return next((value for value in values if wanted(value)), None)
