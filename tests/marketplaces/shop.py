"""A marketplace that speaks our contract, as far as a test says so."""

from __future__ import annotations

import copy
from typing import Any

from returnctl.http import Http
from returnctl.marketplaces.base import NewCase, RemoteTracking, Upload
from returnctl.marketplaces.returns_api import ReturnsApi

URL = "https://shop.example"
TOKEN = "tok-canary"
SHA = "a" * 64

ABOUT: dict[str, Any] = {
    "name": "Example Market",
    "instance": "5f0c8a52",
    "environment": "staging",
    "limits": {
        "files_per_message": 10,
        "bytes_per_file": 3_000_000,
        "media_types": [],
        "text_characters": 4_000,
    },
}
ORDER: dict[str, Any] = {
    "order": "10000001",
    "ordered_on": "2026-11-12",
    "market": "en-us",
    "buyer": {"name": "Jane Doe", "address": None},
    "lines": [
        {
            "line": "1",
            "title": "iPhone 13 128 GB, blue",
            "kind": "smartphone",
            "brand": "Apple",
            "model": "iPhone 13",
            "imeis": ["356789104532178"],
            "serial": None,
            "price": {"amount": "389.00", "currency": "USD"},
            "delivered_on": "2026-11-18",
            "state": "delivered",
        }
    ],
}
RETURN: dict[str, Any] = {
    "return": "R-1",
    "order": "10000001",
    "line": "1",
    "state": "open",
    "reason": "faulty",
    "wants": "refund",
    "damage": ["none"],
    "description": "",
    "opened_at": "2026-11-23T12:00:00Z",
    "closed_at": None,
    "attachments_open": True,
    "reply_due": "2026-11-24T12:00:00Z",
    "prepaid": True,
    "label": {
        "state": "alive",
        "carrier": "ups",
        "tracking_number": "1Z999AA10123456784",
        "valid_until": "2026-12-07",
        "sha256": SHA,
    },
    "label_due": None,
    "tracking": {"carrier": "ups", "tracking_number": "1Z999AA10123456784", "sent_on": "2026-11-24"},
    "send_to": None,
}
MESSAGE: dict[str, Any] = {
    "message": "M-1",
    "at": "2026-11-23T12:00:00Z",
    "author": "buyer",
    "text": "Hello",
    "attachments": [
        {"attachment": "A-1", "name": "01-back.jpg", "media_type": "image/jpeg", "bytes": 3, "sha256": SHA}
    ],
}

NEW = NewCase(
    order="10000001",
    line="1",
    reason="faulty",
    wants="refund",
    damage=("none",),
    description="It crackles: “é”.",
)
TRACKING = RemoteTracking(carrier="ups", tracking_number="1Z999AA10123456784", sent_on="2026-11-24")
PICTURE = Upload(name="01-back.jpg", media_type="image/jpeg", content=b"\xff\xd8\x00\r\n--picture")


def api(*, sandbox: bool = False, url: str = URL, waits: list[float] | None = None) -> ReturnsApi:
    """A client that does not sleep; `waits` gets what it would have slept."""
    waited = [] if waits is None else waits
    client = Http(user_agent="returnctl/test", sleep=waited.append)
    return ReturnsApi(url, TOKEN, client, environment="sandbox" if sandbox else "staging")


def changed(answer: dict[str, Any], **values: Any) -> dict[str, Any]:
    return copy.deepcopy(answer) | values


def problem(word: str, status: int, **values: Any) -> dict[str, Any]:
    return {"type": f"https://shop.example/problems/{word}", "title": "A problem", "status": status, **values}
