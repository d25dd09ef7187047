"""FedEx's envelopes, for what goes well and what does not, and its look at tokens."""

from __future__ import annotations

import uuid
from typing import Any, TypeVar

import msgspec

from returnctl.forms import ready
from returnctl.sandbox import tokens
from returnctl.sandbox.web import Answer, Context, Request, Stop, json_answer

_CODES = {
    401: "NOT.AUTHORIZED.ERROR",
    403: "FORBIDDEN.ERROR",
    404: "NOT.FOUND.ERROR",
    429: "TOO.MANY.REQUESTS.ERROR",
    500: "INTERNAL.SERVER.ERROR",
    503: "SERVICE.UNAVAILABLE.ERROR",
}

Body = TypeVar("Body", bound=msgspec.Struct)


def success(request: Request, output: dict[str, Any]) -> Answer:
    """An output in FedEx's envelope; the caller's own transaction id comes back."""
    own = request.headers.get("x-customer-transaction-id")
    echo = {"customerTransactionId": own} if own else {}
    return json_answer({"transactionId": str(uuid.uuid4()), **echo, "output": output})


def failure(status: int, code: str, message: str) -> Answer:
    """The error envelope that FedEx's APIs share."""
    return json_answer(
        {"transactionId": str(uuid.uuid4()), "errors": [{"code": code, "message": message}]}, status
    )


def error(status: int, message: str) -> Answer:
    """The same, with the code that goes with the status."""
    return failure(status, _CODES.get(status, "BAD.REQUEST.ERROR"), message)


def stop(status: int, code: str, message: str) -> Stop:
    """The same, to be raised."""
    return Stop(failure(status, code, message))


def decode(request: Request, shape: type[Body]) -> Body:
    """The body in this shape. Raises Stop (400) with what is wrong and where."""
    try:
        return msgspec.json.decode(request.body, type=ready(shape))
    except msgspec.MsgspecError as problem:
        raise stop(400, "INVALID.INPUT.EXCEPTION", str(problem)) from problem


def authorize(context: Context, request: Request) -> None:
    """Takes the tokens that FedEx issued. Raises Stop (401)."""
    if not tokens.is_good(context, request, "fedex"):
        raise stop(
            401, "NOT.AUTHORIZED.ERROR", "Access token expired. Please modify your request and try again."
        )
