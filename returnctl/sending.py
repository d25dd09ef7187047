"""Between what is kept of a request (`Prepared`) and what is sent (`http.Request`)."""

from __future__ import annotations

from returnctl.http import Request
from returnctl.returns.intents import Prepared

#: The header of USPS, and of our own contract, by which a request may be sent again.
_KEYS = ("X-Idempotency-Key", "Idempotency-Key")


def prepared(request: Request) -> Prepared:
    """A request, ready to be kept and sent once."""
    key = next((request.headers[name] for name in _KEYS if name in request.headers), None)
    return Prepared(
        service=request.service,
        method=request.method,
        url=request.url,
        headers=request.headers,
        body=request.body,
        summary=request.summary,
        key=key,
    )


def request(kept: Prepared) -> Request:
    """The request as it was, byte for byte."""
    return Request(
        method=kept.method,
        url=kept.url,
        headers=kept.headers,
        body=kept.body,
        service=kept.service,
        summary=kept.summary,
    )
