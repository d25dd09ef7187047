"""RFC 9457 problems, with the short words of the contract."""

from __future__ import annotations

from typing import Any

import msgspec

from returnctl.sandbox.web import Answer, Context, Request, Stop, bearer, phrase

_TYPES = "https://marketplace.example/problems/"
_WORDS = {
    400: "bad-request",
    401: "unauthorized",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    415: "unsupported-media-type",
    429: "too-many-requests",
    503: "unavailable",
}
_BAD_TOKENS = {"wrong", "expired"}


def problem(status: int, word: str, detail: str, **more: Any) -> Answer:
    """A problem as an answer; `more` are further members, such as `return` or `errors`."""
    members = {"type": _TYPES + word, "title": phrase(status), "status": status, "detail": detail, **more}
    return Answer(status=status, body=msgspec.json.encode(members), media_type="application/problem+json")


def stop(status: int, word: str, detail: str, **more: Any) -> Stop:
    """The same, to be raised."""
    return Stop(problem(status, word, detail, **more))


def invalid(field: str, message: str) -> Stop:
    """422 `invalid` for one field."""
    return stop(422, "invalid", f"{field}: {message}", errors=[{"field": field, "message": message}])


def error(status: int, detail: str) -> Answer:
    """A problem whose word follows from its status."""
    return problem(status, _WORDS.get(status, "failed"), detail)


def authorize(context: Context, request: Request) -> None:
    """Takes the sandbox's token, or where it has none of its own all but `wrong` and `expired`. Raises Stop."""
    token = bearer(request)
    if token and (token == context.token if context.token else token not in _BAD_TOKENS):
        return
    answer = error(401, "The token is wrong or has expired." if token else "The token is missing.")
    raise Stop(msgspec.structs.replace(answer, headers={"WWW-Authenticate": "Bearer"}))
