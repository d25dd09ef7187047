"""What stands in front of Back Market: a firewall that blocks, and counts requests."""

from __future__ import annotations

import secrets

from returnctl.sandbox.backmarket import errors
from returnctl.sandbox.faults import Faults
from returnctl.sandbox.throttle import Throttle
from returnctl.sandbox.web import Answer, json_answer, phrase

_STRETCH_S = 10
_NAME = "edge"


class Firewall:
    """The edge that all of Back Market's hosts share."""

    def refuse(self, faults: Faults, throttle: Throttle, kind: str | None) -> Answer | None:
        """A block that a fault asks for, or that so many requests deserve (`edge-limit`)."""
        match kind:
            case "cloudflare":
                return _block(403)
            case "cloudflare-429":
                return _block(429)
            case "bot-challenge":
                return _challenge()
        most = faults.setting("edge-limit")
        if most is None:
            return None
        if throttle.is_blocked(_NAME):
            return _block(429)
        if throttle.takes(_NAME, {_STRETCH_S: most}):
            return None
        throttle.block(_NAME, _STRETCH_S)
        return _block(429)

    def dress(self, faults: Faults, path: str, answer: Answer) -> Answer:
        """An error in the envelope that a fault asks for."""
        return errors.dress(faults, path, answer)


def _block(status: int) -> Answer:
    ray = secrets.token_hex(8)
    title = f"{status} {phrase(status)}"
    page = (
        f"<!DOCTYPE html>\n<html><head><title>{title}</title></head>\n<body><h1>Sorry, you have been blocked</h1>"
        f"<p>Ray ID: <strong>{ray}</strong></p></body></html>\n"
    )
    return Answer(
        status=status,
        body=page.encode(),
        media_type="text/html; charset=UTF-8",
        headers={
            "Server": "cloudflare",
            "cf-ray": f"{ray}-EWR",
            "Cache-Control": "max-age=15",
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "SAMEORIGIN",
        },
    )


def _challenge() -> Answer:
    told = {"code": "bot-need-challenge", "message": "Forbidden", "challengePath": "/challenge"}
    headers = {"Server": "cloudflare", "cf-ray": f"{secrets.token_hex(8)}-EWR"}
    return json_answer({"errors": [told]}, 403, headers=headers)
