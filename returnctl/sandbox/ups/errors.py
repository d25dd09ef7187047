"""UPS's envelope for what goes wrong, and its look at tokens."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from returnctl.forms import ready
from returnctl.sandbox import tokens
from returnctl.sandbox.web import Answer, Context, Request, Stop, json_answer, phrase

_CODES = {401: "250002", 403: "250003", 404: "404", 405: "405", 429: "10429", 500: "10500", 503: "10503"}

Body = TypeVar("Body", bound=msgspec.Struct)


def failure(status: int, code: str, message: str) -> Answer:
    """The error envelope that UPS's APIs share."""
    return json_answer({"response": {"errors": [{"code": code, "message": message}]}}, status)


def error(status: int, message: str) -> Answer:
    """The same, with the code that goes with the status."""
    text = "Too Many Requests" if status == 429 else message or phrase(status)
    return failure(status, _CODES.get(status, f"10{status}"), text)


def stop(status: int, code: str, message: str) -> Stop:
    """The same, to be raised."""
    return Stop(failure(status, code, message))


def decode(request: Request, shape: type[Body]) -> Body:
    """The body in this shape. Raises Stop (400) with what is wrong and where."""
    try:
        return msgspec.json.decode(request.body, type=ready(shape))
    except msgspec.MsgspecError as problem:
        raise stop(400, "9100", str(problem)) from problem


def authorize(context: Context, request: Request) -> None:
    """Takes the tokens that UPS issued. Raises Stop (401)."""
    if not tokens.is_good(context, request, "ups"):
        raise stop(401, "250002", "Invalid Authentication Information.")
