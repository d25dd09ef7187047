"""OAuth 2 access tokens of the carriers: issued to any client, taken back when they end."""

from __future__ import annotations

import secrets

from returnctl.sandbox import clock
from returnctl.sandbox.web import Context, Request, bearer

_BAD_CLIENTS = {"wrong", "expired"}


def takes(client_id: str | None, client_secret: str | None) -> bool:
    """Whether a client gets a token: every id and secret but empty ones, `wrong` and `expired`."""
    return all(word and word not in _BAD_CLIENTS for word in (client_id, client_secret))


def issue(context: Context, carrier: str, *, life_s: int) -> str:
    """A fresh token for this carrier."""
    token = f"{carrier}-{secrets.token_urlsafe(30)}"
    ends = clock.now().timestamp() + life_s
    context.db.execute("delete from tokens where ends < ?", (clock.now().timestamp(),))
    context.db.execute("insert into tokens values (?, ?, ?)", (token, carrier, ends))
    return token


def is_good(context: Context, request: Request, carrier: str) -> bool:
    """Whether the request's bearer token was issued by this carrier and has not ended."""
    return is_live(context, bearer(request), carrier)


def is_live(context: Context, token: str | None, carrier: str) -> bool:
    """Whether a token was issued by this carrier and has not ended."""
    row = context.db.execute(
        "select ends from tokens where token = ? and carrier = ?", (token, carrier)
    ).fetchone()
    return row is not None and row["ends"] > clock.now().timestamp()
