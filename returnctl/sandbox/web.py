"""Requests and answers as plain values, so that what handles them is plain functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

if TYPE_CHECKING:
    import sqlite3

    from returnctl.sandbox.faults import Faults
    from returnctl.sandbox.throttle import Throttle

JSON = "application/json"
PDF = "application/pdf"


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One request, read whole. Header names are lower case; `args` are the parts of the path."""

    method: str
    path: str
    args: Mapping[str, str]
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The body's media type in lower case, without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer, whole."""

    status: int = 200
    body: bytes = b""
    media_type: str = JSON
    headers: dict[str, str] = {}


class Stop(Exception):
    """Ends a handler early with an answer; what it wrote is undone."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What a handler works with: the open transaction, the faults asked for, the counts of requests, and the
    sandbox's name.

    `token` is the one that the marketplace takes; None for any that is not known to be bad.
    """

    db: sqlite3.Connection
    faults: Faults
    throttle: Throttle
    instance: str
    token: str | None = None


Handler = Callable[[Context, Request], Answer]


class Once(Protocol):
    """What carries a write out a single time for each key that its sender gives."""

    def claim(self, instance: str, request: Request) -> AbstractContextManager[None]:
        """Holds the key while the request is carried out. Raises Stop when another request holds it."""

    def run(self, context: Context, request: Request, handler: Handler) -> Answer:
        """The first answer for this key again, or the handler's, which is kept. Raises Stop."""


class Edge(Protocol):
    """What stands in front of a service and may answer in its place."""

    def refuse(self, faults: Faults, throttle: Throttle, kind: str | None) -> Answer | None:
        """The edge's own answer, where it lets a request not through; `kind` is the fault drawn for it."""

    def dress(self, faults: Faults, path: str, answer: Answer) -> Answer:
        """The service's answer as it leaves: an error perhaps in another envelope."""


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """A service's manners: how it looks at credentials and how it says that something is wrong.

    `authorize` raises Stop for a bad token. `error` makes an answer of a status and a sentence, in the
    service's own envelope. `once`, where a service has it, carries a write out a single time for each key.
    `retry_after` are the seconds that it tells with a 429 or 503 when no fault says how many; None for none.
    """

    name: str
    prefix: str
    authorize: Callable[[Context, Request], None]
    error: Callable[[int, str], Answer]
    once: Once | None = None
    edge: Edge | None = None
    retry_after: int | None = 1


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One operation of a service. `rule` is a path with `<names>`, behind the service's prefix."""

    method: str
    rule: str
    handler: Handler
    open: bool = False


def json_answer(value: Any, status: int = 200, *, headers: dict[str, str] | None = None) -> Answer:
    """An answer whose body is `value` as JSON."""
    return Answer(status=status, body=msgspec.json.encode(value), headers=headers or {})


def phrase(status: int) -> str:
    """A status in words."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def bearer(request: Request) -> str | None:
    """The token of `Authorization: Bearer`, or None."""
    match = re.fullmatch(r"bearer +([!-~]+) *", request.headers.get("authorization", ""), re.IGNORECASE)
    return match[1] if match else None
