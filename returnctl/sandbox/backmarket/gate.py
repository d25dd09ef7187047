"""Who may come in: the headers that every call of the seller API carries, and Care's limits."""

from __future__ import annotations

import re

from returnctl.sandbox.backmarket.errors import error, stop
from returnctl.sandbox.web import Answer, Context, Handler, Request, Stop

_BAD_TOKENS = {"wrong", "expired"}
_USER_AGENT = re.compile(r"BM-[^-;]+-[^;]+;[^\s;@]+@[^\s;@]+")
_LANGUAGES = {
    *("en-us", "ja-jp", "en-au", "fr-fr", "fr-be", "es-es", "de-de", "de-at", "it-it", "en-gb", "nl-nl"),
    *("pt-pt", "en-ie", "el-gr", "sk-sk", "sv-se"),
}
_NO_GUESTS = "/backmarket/ws/order"  # orders and their lines declare no 401

_MINUTE, _DAY = 60, 86_400
LIMITS = {
    "list": {_MINUTE: 520, _DAY: 4_000},
    "detail": {_MINUTE: 600, _DAY: 40_000},
    "msg": {_MINUTE: 560, _DAY: 40_000},
    "problem": {_MINUTE: 750, _DAY: 1_000},
    "refund": {_DAY: 500},
    "item-transfer": {_MINUTE: 292, _DAY: 500},
}


def authorize(context: Context, request: Request) -> None:
    """Looks at User-Agent, token and language. Raises Stop (403, 401, 400)."""
    if not _USER_AGENT.fullmatch(request.headers.get("user-agent", "")):
        raise stop(403, "User-Agent is BM-Company-Integration;mail")
    check_token(context, request)
    if request.headers.get("accept-language", "").lower() not in _LANGUAGES:
        raise stop(400, "Accept-Language is one of the platform's country codes")


def check_token(context: Context, request: Request) -> None:
    """Takes any token behind `Basic `, as it is, but those known to be bad. Raises Stop (401, or 403)."""
    match = re.fullmatch(r"Basic ([!-~]+)", request.headers.get("authorization", ""))
    if match and (match[1] == context.token if context.token else match[1] not in _BAD_TOKENS):
        return
    status = 403 if request.path.startswith(_NO_GUESTS) else 401
    raise stop(status, "The token is wrong or has expired" if match else "The token is missing")


def limited(name: str, handler: Handler) -> Handler:
    """A handler behind one of `LIMITS`; the setting `care-limits` lowers them to so many per cent, 0 lifts them."""

    def handle(context: Context, request: Request) -> Answer:
        percent = context.faults.setting("care-limits")
        percent = 100 if percent is None else percent
        most = {length: max(1, count * percent // 100) for length, count in LIMITS[name].items()}
        if percent and not context.throttle.takes(f"care {name}", most):
            raise Stop(error(429, "Too many requests"))
        return handler(context, request)

    return handle
