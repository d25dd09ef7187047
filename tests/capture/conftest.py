"""A session with its page on the loopback, without any command around it; and a phone to open it with."""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from returnctl.app import App, Options
from returnctl.capture.gate import Gate, fresh_token
from returnctl.capture.judging import Judge
from returnctl.capture.serving import served
from returnctl.capture.session import Session
from returnctl.capture.slots import slots
from returnctl.returns import devices
from returnctl.returns.events import Device
from returnctl.returns.reference import Reference
from returnctl.returns.state import State
from returnctl.steps import capture as step
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


class Captured:
    """The step of `capture` in a thread of this process: what it says, and how it ends."""

    def __init__(self, wanted: tuple[str, ...]) -> None:
        self.said: list[str] = []
        self._urls: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._pool = ThreadPoolExecutor(1)
        app = App(Options())
        app.say = self.said.append  # type: ignore[method-assign]
        app.say_code = lambda text: None  # type: ignore[method-assign]
        options = step.Options(wanted=wanted, bind="127.0.0.1", ready=self._urls.put)
        self._run = self._pool.submit(step.run, app, Reference("10000001"), options)

    @property
    def url(self) -> str:
        """Where the page is; waits for it, or raises what the step ended with before."""
        while self._urls.empty() and not self._run.done():
            with contextlib.suppress(queue.Empty):
                self._urls.put(self._urls.get(timeout=0.2))
        if self._urls.empty():
            self._run.result()
        url = self._urls.get()
        self._urls.put(url)
        return url

    def result(self) -> step.CaptureResult:
        return self._run.result(150)

    def shown(self) -> str:
        """What a person sees of the result."""
        return "\n".join(str(part) for part in self.result().for_people())

    def close(self) -> None:
        self._pool.shutdown()


@pytest.fixture
def capture(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Captured]]:
    monkeypatch.setattr(step, "_FAREWELL", 0.3)
    started: list[Captured] = []

    def start(*wanted: str) -> Captured:
        started.append(Captured(wanted))
        return started[-1]

    yield start
    for one in started:
        one.close()
