"""A client of the tests' own, so that neither the sandbox nor returnctl's clients judge themselves."""

from __future__ import annotations

import itertools
from typing import Any

import requests

NEW = {"order": "10000001", "line": "1", "reason": "faulty", "wants": "refund", "damage": ["none"]}
JPEG = b"\xff\xd8\xff\xe0 a picture"
PDF = b"%PDF-1.4 a paper"

_keys = itertools.count(1)


def fresh_key() -> str:
    return f"key-{next(_keys):012d}"


class Speaker(requests.Session):
    """Speaks to the marketplace at `url` with a token; each write has a key of its own unless one is given."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.headers["Authorization"] = "Bearer good"

    def read(self, path: str, **more: Any) -> requests.Response:
        return self.get(self.url + path, **more)

    def write(
        self, path: str, *, method: str = "POST", key: str | None = None, **more: Any
    ) -> requests.Response:
        headers = {"Idempotency-Key": key or fresh_key(), **more.pop("headers", {})}
        return self.request(method, self.url + path, headers=headers, **more)

    def opened(self, order: str = "10000001", **more: Any) -> dict[str, Any]:
        answer = self.write("/v1/returns", json={**NEW, "order": order, **more})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def says(
        self, case: str, text: str = "Hello", files: tuple[bytes, ...] = (), **more: Any
    ) -> requests.Response:
        parts = [("attachment", (f"{n}.jpg", body, "image/jpeg")) for n, body in enumerate(files)]
        return self.write(f"/v1/returns/{case}/messages", files=[("text", (None, text)), *parts], **more)

    def token(self, carrier: str) -> dict[str, str]:
        """The header that a carrier takes."""
        identity = {"grant_type": "client_credentials", "client_id": "id", "client_secret": "secret"}
        paths = {"ups": "security/v1/oauth/token", "usps": "oauth2/v3/token", "fedex": "oauth/token"}
        auth = ("id", "secret") if carrier == "ups" else None
        answer = requests.post(f"{self.url}/{carrier}/{paths[carrier]}", data=identity, auth=auth, timeout=10)
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def parcel(self, order: str = "10000001") -> str:
        """Opens a return; the tracking number of its label."""
        return str(self.opened(order)["label"]["tracking_number"])
