"""USPS's envelope for what goes wrong, and its look at tokens."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from returnctl.forms import ready
from returnctl.sandbox import tokens
from returnctl.sandbox.web import Answer, Context, Request, Stop, json_answer, phrase

Body = TypeVar("Body", bound=msgspec.Struct)


def failure(status: int, code: str, title: str, detail: str) -> Answer:
    """The error envelope that USPS's APIs share."""
    one = {"status": str(status), "code": code, "title": title, "detail": detail, "source": {}}
    return json_answer(
        {"apiVersion": "/v3", "error": {"code": str(status), "message": detail, "errors": [one]}}, status
    )


def error(status: int, message: str) -> Answer:
    """The same, with the code that goes with the status."""
    detail = "Exceeded quota limit" if status == 429 else message
    return failure(status, f"{status}000", phrase(status), detail)


def stop(status: int, code: str, detail: str) -> Stop:
    """The same, to be raised."""
    return Stop(failure(status, code, phrase(status), detail))


def decode(request: Request, shape: type[Body]) -> Body:
    """The body in this shape. Raises Stop (400) with what is wrong and where."""
    try:
        return msgspec.json.decode(request.body, type=ready(shape))
    except msgspec.MsgspecError as problem:
        raise stop(400, "010001", str(problem)) from problem


def authorize(context: Context, request: Request) -> None:
    """Takes the tokens that USPS issued. Raises Stop (401)."""
    if not tokens.is_good(context, request, "usps"):
        raise stop(401, "401001", "The client application identifier is invalid.")
