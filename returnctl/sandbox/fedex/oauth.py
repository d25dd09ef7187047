"""FedEx: client credentials for an access token."""

from __future__ import annotations

from urllib.parse import parse_qsl

from returnctl.sandbox import tokens
from returnctl.sandbox.fedex.errors import stop
from returnctl.sandbox.web import Answer, Context, Request, json_answer

_LIFE_S = 3599
_FORM = "application/x-www-form-urlencoded"


def token(context: Context, request: Request) -> Answer:
    """POST /oauth/token, as a form."""
    asked = dict(parse_qsl(request.body.decode("utf-8", "replace")))
    if request.media_type != _FORM or asked.get("grant_type") != "client_credentials":
        raise stop(401, "BAD.REQUEST.ERROR", "Missing or duplicate parameters.")
    if not tokens.takes(asked.get("client_id"), asked.get("client_secret")):
        raise stop(401, "NOT.AUTHORIZED.ERROR", "The given client credentials were not valid.")
    life = {"expires_in": _LIFE_S, "scope": "CXS"}
    return json_answer(
        {"access_token": tokens.issue(context, "fedex", life_s=_LIFE_S), "token_type": "bearer", **life}
    )
