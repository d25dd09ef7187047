"""The sandbox as tests see it, and what it is seeded with."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import requests

from returnctl.sandbox import client

#: A Wednesday without a holiday nearby: windows end on their thirtieth day or right after a weekend.
NOW = "2026-06-10T12:00:00+00:00"
#: The device of order 10000001, both of its numbers.
IMEI, OTHER_IMEI = "356789100000072", "356789110000070"
#: A good IMEI of no device that was sold.
STRANGE_IMEI = "490154203237518"
#: A tracking number of UPS; the drawn parcel has it on its label.
NUMBER = "1Z999AA10123456784"

#: What `open` needs by hand, without any API; the days are real ones, for the sandbox's clock is not asked.
BY_HAND = (
    "--device smartphone --brand Apple --model 'iPhone 13' --name 'Jane Doe' --reason faulty --wants refund"
    f" --ordered {date.today() - timedelta(days=9)} --received {date.today() - timedelta(days=5)}"
)

COUNTS = ("returns", "messages", "attachments", "labels", "pickups", "tracking_numbers")


class Sandbox:
    """A running sandbox."""

    def __init__(self, url: str) -> None:
        self.url = url

    def reset(self) -> None:
        client.reset(self.url)

    def faults(self, spec: str) -> None:
        client.faults(self.url, spec)

    def advance(self, name: str, status: str) -> None:
        client.advance(self.url, name, status)

    def close(self, name: str) -> None:
        client.close(self.url, name)

    def orders(self) -> list[dict[str, Any]]:
        return client.orders(self.url)

    def ledger(self, order: str = "10000001") -> dict[str, int]:
        return client.ledger(self.url, order)[order]

    def whole_ledger(self) -> dict[str, dict[str, int]]:
        return client.ledger(self.url)

    def messages(self, case: str = "R10000001-1") -> list[dict[str, Any]]:
        """The conversation, in the words of the wire."""
        answer = requests.get(f"{self.url}/v1/returns/{case}/messages", headers=_HEADERS, timeout=10)
        return list(answer.json()["messages"])

    def number(self, case: str = "R10000001-1") -> str:
        """The tracking number of the newest prepaid label."""
        answer = requests.get(f"{self.url}/v1/returns/{case}", headers=_HEADERS, timeout=10)
        return str(answer.json()["label"]["tracking_number"])

    def write(self, text: str, case: str = "R10000001-1") -> None:
        """A message that returnctl did not write."""
        answer = requests.post(
            f"{self.url}/v1/returns/{case}/messages",
            headers={**_HEADERS, "Idempotency-Key": f"by-hand-{len(text)}"},
            files=[("text", (None, text))],
            timeout=10,
        )
        assert answer.status_code == 201, answer.text


_HEADERS = {"Authorization": "Bearer a-person"}


def tree(folder: Path) -> dict[str, bytes | None]:
    """Every file of a folder with its content, and every folder (None): equal trees, nothing was written."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def modes(folder: Path) -> dict[str, int]:
    """The permission bits of everything in a folder."""
    return {str(path.relative_to(folder)): path.stat().st_mode & 0o777 for path in folder.rglob("*")}


class Beginnings:
    """Where tests begin: made through the command line once for each worker, and put back for every further test."""

    def __init__(self, cache: Path, database: Path) -> None:
        self._cache = cache
        self._database = database
        self._made: dict[str, sqlite3.Connection] = {}

    def __call__(self, name: str, workspace: Path, make: Callable[[], object]) -> None:
        """What `make` leaves in the workspace and at the sandbox, both as seeded when this is called."""
        kept = self._cache / name
        with contextlib.closing(sqlite3.connect(self._database)) as sandbox:
            if name in self._made:
                self._made[name].backup(sandbox)
                shutil.copytree(kept, workspace)
                return
            make()
            shutil.copytree(workspace, kept)
            self._made[name] = sqlite3.connect(":memory:")
            sandbox.backup(self._made[name])
