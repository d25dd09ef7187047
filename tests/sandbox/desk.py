"""A seller's client of the tests' own, for Back Market's dialect."""

from __future__ import annotations

from typing import Any

import requests

from tests.sandbox.speaking import JPEG, Speaker

HEADERS = {
    "Authorization": "Basic a-token==",
    "User-Agent": "BM-Company-Integration;mail@company.example",
    "Accept-Language": "en-us",
    "Accept": "application/json",
}
OPEN, OLD, PAST, PAST_OLD, REFUNDED = 100000006, 99999999, 100000011, 99999912, 100000013
ORDERLINE = 1000000601  # of order 10000006


class Desk(requests.Session):
    """Speaks to Back Market's seller API of the sandbox at `url`."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.base = f"{url}/backmarket"
        self.headers.update(HEADERS)

    def read(self, path: str, **more: Any) -> requests.Response:
        return self.get(self.base + path, timeout=10, **more)

    def write(self, path: str, *, method: str = "POST", **more: Any) -> requests.Response:
        return self.request(method, self.base + path, timeout=10, **more)

    def says(
        self, folder: int, text: str = "Hello", files: tuple[bytes, ...] = (), *, part: str = "attachment"
    ) -> requests.Response:
        parts = [(part, (f"{n}.jpg", body, "image/jpeg")) for n, body in enumerate(files)]
        return self.write(f"/ws/sav/{folder}/msg", files=[("message", (None, text)), *parts])

    def declares(
        self, folder: int, kind: str | None = None, text: str = "", files: tuple[bytes, ...] = ()
    ) -> requests.Response:
        fields = [("problem_type", (None, kind)), ("message", (None, text))]
        parts = [("attachment", (f"{n}.jpg", body, "image/jpeg")) for n, body in enumerate(files)]
        given = [field for field in fields if field[1][1]]
        return self.write(f"/ws/sav/{folder}/problem", files=[*given, *parts] or [("message", (None, ""))])

    def folder(self, number: int) -> dict[str, Any]:
        answer = self.read(f"/ws/sav/{number}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def folder_of(self, speak: Speaker, order: str, line: str = "1") -> int:
        """Opens a return in the buyer's dialect; the id of its Care folder."""
        speak.opened(order, line=line)
        orderline = self.read(f"/ws/orders/{order}").json()["orderlines"][int(line) - 1]["id"]
        (found,) = self.read(f"/ws/sav?orderline={orderline}&state=0").json()["results"]
        return int(found["id"])


TOO_LARGE = JPEG + b" " * (3_000_001 - len(JPEG))
JUST_RIGHT = JPEG + b" " * (3_000_000 - len(JPEG))
