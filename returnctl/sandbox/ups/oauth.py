"""UPS: client credentials for an access token."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import parse_qs

from returnctl.sandbox import clock, tokens
from returnctl.sandbox.ups.errors import stop
from returnctl.sandbox.web import Answer, Context, Request, json_answer

_LIFE_S = 14399
_FORM = "application/x-www-form-urlencoded"


def token(context: Context, request: Request) -> Answer:
    """POST /security/v1/oauth/token; `expires_in` and `issued_at` are strings, as UPS sends them."""
    client_id, secret = _basic(request)
    form = parse_qs(request.body.decode("utf-8", "replace"))
    if request.media_type != _FORM or form.get("grant_type") != ["client_credentials"]:
        raise stop(400, "10400", "Invalid/Missing grant type")
    if not tokens.takes(client_id, secret):
        raise stop(401, "10401", "ClientId is Invalid")
    return json_answer(
        {
            "token_type": "Bearer",
            "issued_at": str(int(clock.now().timestamp() * 1000)),
            "client_id": client_id,
            "access_token": tokens.issue(context, "ups", life_s=_LIFE_S),
            "scope": "",
            "expires_in": str(_LIFE_S),
            "refresh_count": "0",
            "status": "approved",
        }
    )


def _basic(request: Request) -> tuple[str, str]:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        raise stop(401, "10401", "Invalid/Missing Authorization Header")
    try:
        client_id, _, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as problem:
        raise stop(401, "10401", "Invalid/Missing Authorization Header") from problem
    return client_id, secret
