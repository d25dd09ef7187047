"""What Back Market says when something is wrong: nothing, or one of its envelopes.

Orders and Care declare no body for their errors. The reason is then in a header that is the sandbox's own.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

import msgspec

from returnctl.sandbox.faults import ENVELOPES, Faults
from returnctl.sandbox.web import JSON, Answer, Stop, json_answer, phrase

REASON = "X-Sandbox-Reason"
_PROBLEM = "application/problem+json"
_HTML = "text/html; charset=UTF-8"
_WORDS = {
    400: "bad-request",
    401: "authentication-failed",
    403: "authorization-failed",
    404: "not-found",
    422: "validation-error",
    429: "too-many-requests",
}


def failure(status: int, reason: str) -> Answer:
    """An answer without a body."""
    return Answer(status=status, headers={REASON: re.sub(r"[^ -~]+", " ", reason)[:200]})


def error(status: int, message: str) -> Answer:
    """The same; a 429 has the body that the published components give it."""
    answer = failure(status, message)
    return msgspec.structs.replace(answer, body=_v1(status, message)) if status == 429 else answer


def stop(status: int, reason: str) -> Stop:
    """An answer without a body, to be raised."""
    return Stop(failure(status, reason))


def invalid(field: str, message: str) -> Stop:
    """What BackShip says of a query that it can't read: 422 with the code E009."""
    return Stop(json_answer(_e009_of({field: [message]}), 422))


def dress(faults: Faults, path: str, answer: Answer) -> Answer:
    """An error in the envelope that a fault asks for, where one does."""
    asked = next((name for name in ENVELOPES if faults.on(f"envelope-{name}", path)), None)
    if answer.status < 400 or asked is None:
        return answer
    media_type, body_of = _BODIES[asked]
    body = body_of(answer.status, answer.headers.get(REASON, phrase(answer.status)))
    return msgspec.structs.replace(answer, media_type=media_type, body=body)


def request_id() -> str:
    """A fresh id, such as the envelopes carry."""
    return secrets.token_hex(16)


def _word(status: int) -> str:
    return _WORDS.get(status, "unknown")


def _inner(status: int, message: str) -> dict[str, str]:
    return {"code": _word(status), "message": message}


def _v1(status: int, message: str) -> bytes:
    return msgspec.json.encode({"error": _inner(status, message), "requestId": request_id()})


def _v2(status: int, message: str) -> bytes:
    return msgspec.json.encode({"errors": [_inner(status, message)], "requestId": request_id()})


def _v3(status: int, message: str) -> bytes:
    members: dict[str, Any] = {
        "error": _inner(status, message),
        "status": status,
        "title": phrase(status),
        "type": f"/errors/{_word(status)}",
        "requestId": request_id(),
    }
    return msgspec.json.encode({**members, **_details(status, message)})


def _problem(status: int, message: str) -> bytes:
    members = {
        "type": f"/errors/{_word(status)}",
        "title": phrase(status),
        "status": status,
        "detail": message,
        "instance": "/ws",
    }
    return msgspec.json.encode({**members, **_details(status, message)})


def _details(status: int, message: str) -> dict[str, Any]:
    if status not in {400, 422}:
        return {}
    entry = {"type": "/errors/validation-error", "title": "Invalid", "detail": message, "target": "body"}
    return {"errors": [entry]}


def _e009(status: int, message: str) -> bytes:
    return msgspec.json.encode(_e009_of({"body": [message]}))


def _e009_of(fields: dict[str, list[str]]) -> dict[str, Any]:
    return {"error": {"code": "E009", "message": "Validation error"}, "data": {"fields": fields}}


def _html(status: int, message: str) -> bytes:
    title = f"{status} {phrase(status)}"
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n".encode()


def _empty(status: int, message: str) -> bytes:
    return b""


_BODIES: dict[str, tuple[str, Callable[[int, str], bytes]]] = {
    "v1": (JSON, _v1),
    "v2": (JSON, _v2),
    "v3": (_PROBLEM, _v3),
    "problem": (_PROBLEM, _problem),
    "e009": (JSON, _e009),
    "html": (_HTML, _html),
    "empty": (JSON, _empty),
}
