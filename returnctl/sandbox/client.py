"""What steers a running sandbox, over its control endpoints."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from returnctl.errors import BadConfig, NotFound, Refused, Unavailable, Usage

DEFAULT_URL = "http://127.0.0.1:8377"
_SECONDS = 30


def base_url() -> str:
    """The sandbox that `RETURNCTL_SANDBOX_URL` names, else the usual one. Raises BadConfig."""
    url = os.environ.get("RETURNCTL_SANDBOX_URL", "").strip().rstrip("/") or DEFAULT_URL
    if urlsplit(url).scheme != "http" or urlsplit(url).hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise BadConfig(
            f"RETURNCTL_SANDBOX_URL is not on this machine: {url[:80]}.",
            hint="write it as http://127.0.0.1:8377",
        )
    return url


def orders(url: str) -> list[dict[str, Any]]:
    """Each line of each order: order, line, device, IMEIs, serial, dates, name, postcode."""
    found: list[dict[str, Any]] = _ask(url, "GET", "/orders")["orders"]
    return found


def ledger(url: str, order: str | None = None) -> dict[str, dict[str, int]]:
    """What the services really received, counted for each order. Raises NotFound."""
    path = f"/ledger?order={quote(order, safe='')}" if order else "/ledger"
    counts: dict[str, dict[str, int]] = _ask(url, "GET", path)["orders"]
    return counts


def patches(url: str) -> dict[str, int]:
    """How often somebody tried to change a line's IMEI or serial at Back Market, for each order."""
    counts: dict[str, int] = _ask(url, "GET", "/patches")["patches"]
    return counts


def problems(url: str) -> list[dict[str, Any]]:
    """The problems declared at Back Market, oldest first: order, at, kind, text, and how many files."""
    found: list[dict[str, Any]] = _ask(url, "GET", "/problems")["problems"]
    return found


def advance(url: str, name: str, status: str) -> dict[str, str]:
    """Moves the parcel of a return, or of a tracking number, and tells where it is. Raises Refused."""
    return _ask(url, "POST", "/advance", {"return": name, "to": status})


def faults(url: str, spec: str | None = None) -> str:
    """Puts other faults in force, where some are given; tells those in force. Raises Usage."""
    answer = _ask(url, "GET", "/faults") if spec is None else _ask(url, "PUT", "/faults", {"faults": spec})
    return str(answer["faults"])


def reset(url: str, order: str | None = None) -> None:
    """Puts an order, or everything, back as seeded. Raises NotFound."""
    _ask(url, "POST", "/reset", {"order": order})


def close(url: str, name: str) -> None:
    """Ends a return, as the seller would. Raises NotFound."""
    _ask(url, "POST", "/close", {"return": name})


def _ask(url: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
    from http.client import HTTPConnection, HTTPException

    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=_SECONDS)
    try:
        connection.request(
            method,
            f"/_sandbox{path}",
            body=None if body is None else msgspec.json.encode(body),
            headers={"Content-Type": "application/json"},
        )
        response = connection.getresponse()
        status, text = response.status, response.read()
        answer: dict[str, Any] = msgspec.json.decode(text, type=dict[str, Any])
    except (OSError, HTTPException, msgspec.MsgspecError) as error:
        raise Unavailable(
            f"No sandbox answers at {url}.", hint="start it with `returnctl sandbox serve`"
        ) from error
    finally:
        connection.close()
    said = str(answer.get("detail"))
    if status == 404:
        raise NotFound(
            said, hint="`returnctl sandbox orders` lists the orders; `returnctl open` opens a return"
        )
    if status == 422:
        raise Usage(said, hint="`returnctl sandbox -h` says what can be given")
    if status >= 400:
        raise Refused(said)
    return answer
