"""A session with its page on the loopback, without any command around it; and a phone to open it with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from returnctl.capture.gate import Gate, fresh_token
from returnctl.capture.judging import Judge
from returnctl.capture.serving import served
from returnctl.capture.session import Session
from returnctl.capture.slots import slots
from returnctl.returns import devices
from returnctl.returns.events import Device
from returnctl.returns.state import State
from tests.commands.world import IMEI

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PHOTOS = devices.views("smartphone")
_CHROMIUM = shutil.which("chromium")
_REQUIRED = "chromium" in os.environ.get("RETURNCTL_REQUIRE", "").split(",")

needs_chromium = pytest.mark.skipif(
    not _CHROMIUM and not _REQUIRED, reason="chromium (Debian: chromium) is not installed"
)


def state_of(kind: str = "smartphone", **values: Any) -> State:
    return State(
        order="10000001",
        device=Device(kind=kind, brand="Apple"),
        views=devices.views(kind),
        accounts=devices.accounts(kind, "apple"),
        imeis=(IMEI,),
        **values,
    )


class Served:
    """A session, its gate, and where its page is."""

    def __init__(self, session: Session, gate: Gate, url: str) -> None:
        self.session, self.gate, self.url = session, gate, url


class Serving:
    """Starts sessions; all of them end with the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open: list[Any] = []

    def __call__(
        self,
        *wanted: str,
        kind: str = "smartphone",
        burst: float = 1e9,
        per_second: float = 1e9,
        **values: Any,
    ) -> Served:
        state = state_of(kind, **values)
        session = Session(self.folder, slots(state, wanted or ("photos",)), Judge(state, {}))
        token = fresh_token()
        gate = Gate(token, session.guessed, burst=burst, per_second=per_second)
        block = served(session, host="127.0.0.1", port=0, kind=kind, gate=gate, token=token)
        url = block.__enter__()
        self._open.append((block, session))
        return Served(session, gate, url)

    def close(self) -> None:
        while self._open:
            block, session = self._open.pop()
            block.__exit__(None, None, None)
            session.close()


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    opened = Serving(tmp_path / "10000001")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        # As root it has no sandbox of its own, and in a small container little shared memory.
        options = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        browser = play.chromium.launch(executable_path=_CHROMIUM or "chromium", args=options)
        yield browser
        browser.close()
