"""USPS: client credentials for an access token; the credentials are in the body."""

from __future__ import annotations

from urllib.parse import parse_qsl

import msgspec

from returnctl.sandbox import clock, tokens
from returnctl.sandbox.web import JSON, Answer, Context, Request, Stop, json_answer

_LIFE_S = 28799
_SCOPES = "addresses domestic-prices labels locations payments pickup tracking"


def token(context: Context, request: Request) -> Answer:
    """POST /oauth2/v3/token, as JSON or as a form."""
    asked = _read(request)
    if asked.get("grant_type") != "client_credentials":
        raise _stop(400, "unsupported_grant_type", "The grant type is not supported.")
    client_id, secret = asked.get("client_id"), asked.get("client_secret")
    if not tokens.takes(client_id, secret):
        raise _stop(401, "invalid_client", "Client authentication failed.")
    life = str(_LIFE_S) if context.faults.on("quirks") else _LIFE_S  # older replies had it as text
    return json_answer(
        {
            "access_token": tokens.issue(context, "usps", life_s=_LIFE_S),
            "token_type": "Bearer",
            "issued_at": int(clock.now().timestamp() * 1000),
            "expires_in": life,
            "status": "approved",
            "scope": _SCOPES,
            "issuer": "https://keyc.usps.com/realms/USPS",
            "client_id": client_id,
            "application_name": "returnctl",
            "api_products": "[Shipping Version 3]",
            "public_key": "TFMwdA==",
        }
    )


def _read(request: Request) -> dict[str, str]:
    if request.media_type != JSON:
        return dict(parse_qsl(request.body.decode("utf-8", "replace")))
    try:
        return msgspec.json.decode(request.body, type=dict[str, str])
    except msgspec.MsgspecError as problem:
        raise _stop(400, "invalid_request", "The request can't be read.") from problem


def _stop(status: int, word: str, sentence: str) -> Stop:
    page = "https://datatracker.ietf.org/doc/html/rfc6749#page-45"
    return Stop(json_answer({"error": word, "error_description": sentence, "error_uri": page}, status))
