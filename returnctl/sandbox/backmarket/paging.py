"""Pages: which was asked for, and the links to its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from returnctl.sandbox.backmarket import ids
from returnctl.sandbox.backmarket.errors import stop
from returnctl.sandbox.web import Context, Request

_FOREIGN = "https://sellers.example"


def page_of(request: Request) -> int:
    """The page asked for, from 1. Raises Stop (400)."""
    page = ids.number(value(request, "page") or "1")
    if not page:
        raise stop(400, "page is a number from 1")
    return page


def value(request: Request, name: str) -> str | None:
    """What the query says under a name, or None."""
    values = request.query.get(name)
    return values[-1] if values else None


def origin(request: Request) -> str:
    """The sandbox as its caller knows it."""
    return f"http://{request.headers.get('host', '127.0.0.1')}"


def link(context: Context, request: Request, page: int) -> str:
    """A neighbouring page's address; with `quirks` on a host that is not this one."""
    query = {name: values[-1] for name, values in request.query.items()} | {"page": str(page)}
    host = _FOREIGN if context.faults.on("quirks") else origin(request)
    path = request.path.removeprefix("/backmarket") if context.faults.on("quirks") else request.path
    return f"{host}{path}?{urlencode(query)}"


def envelope(
    context: Context, request: Request, found: Sequence[Any], *, page: int, size: int, total: int
) -> dict[str, Any]:
    """A page with the total of all pages as its count, as orders and BackShip have it."""
    return {
        "count": total,
        "next": link(context, request, page + 1) if page * size < total else None,
        "previous": link(context, request, page - 1) if page > 1 else None,
        "results": list(found),
    }
