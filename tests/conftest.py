"""What every test starts from: nothing of the user's machine, and for the command line a sandbox and pictures."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.commands.pictures import Pictures
from tests.commands.running import ProcessRunner, Runner
from tests.commands.seen import Seen
from tests.commands.world import NOW, Beginnings, Sandbox

#: What the test run itself is told by; everything else of ours belongs to the user.
_OF_THE_TESTS = {"RETURNCTL_SPECS", "RETURNCTL_REQUIRE"}
_FOREIGN = {"NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS"}

# What tests write goes to a disk in memory, where there is one: a real one is waited for at each flush, and nothing of
# what is checked is different there. What a test that passes leaves is removed (pyproject.toml).
_MEMORY = Path("/dev/shm")
if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > 2 << 30:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))

# Times are shown by this machine's clock: what is expected must not depend on where that stands.
os.environ["TZ"] = "UTC"
if hasattr(time, "tzset"):
    time.tzset()

# A busy machine is no failure, and the usual suite says the same of the same code; the nightly one draws anew.
settings.register_profile("nightly", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("suite", settings.get_profile("nightly"), derandomize=True)
settings.load_profile("suite")

# Under `nohup`, or as a script's background job, these are ignored, and every process of ours would inherit that.
for _number, _handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(_number) == signal.SIG_IGN:
        signal.signal(_number, _handler)


_LONGEST = ("faults/test_sweeps", "test_scripts", "commands/test_photos", "capture/test_browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first: a worker that begins one at the end leaves the other without work."""
    first = [f"tests/{name}.py" for name in _LONGEST]
    items.sort(
        key=lambda item: (
            first.index(file) if (file := item.nodeid.partition("::")[0]) in first else len(first)
        )
    )


@pytest.fixture(autouse=True)
def isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No home, no configuration, no workspace, no proxy and no keyring but those of this test."""
    for name in list(os.environ):
        ours = name.startswith("RETURNCTL_") and name not in _OF_THE_TESTS
        if ours or name in _FOREIGN or name.startswith("XDG_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RETURNCTL_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("RETURNCTL_WORKSPACE", str(tmp_path / "returns"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Where this test's returns lie; not made yet."""
    return tmp_path / "returns"


@pytest.fixture(scope="session")
def sandbox_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    from returnctl.sandbox.server import running  # heavy, and not for the tests that need no sandbox

    with running(tmp_path_factory.getbasetemp() / "sandbox") as url:
        yield url


@pytest.fixture(scope="session")
def beginnings(sandbox_url: str, tmp_path_factory: pytest.TempPathFactory) -> Beginnings:
    database = tmp_path_factory.getbasetemp() / "sandbox" / "sandbox.sqlite3"
    return Beginnings(tmp_path_factory.mktemp("beginnings"), database)


@pytest.fixture
def sandbox(sandbox_url: str, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The sandbox as seeded, without faults, at a fixed time; it is the profile in force."""
    monkeypatch.setenv("RETURNCTL_NOW", NOW)
    monkeypatch.setenv("RETURNCTL_SANDBOX_URL", sandbox_url)
    monkeypatch.setenv("RETURNCTL_PROFILE", "sandbox")
    served = Sandbox(sandbox_url)
    served.faults("none")
    served.reset()
    return served


@pytest.fixture(scope="session")
def seen() -> Seen:
    return Seen()


@pytest.fixture
def run_line(monkeypatch: pytest.MonkeyPatch, seen: Seen) -> Runner:
    """Runs a command line in this process; retries don't wait, and a picture or label seen before is known."""
    from returnctl.http import Http

    defaults = Http.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "sleep", lambda seconds: None)
    seen.put(monkeypatch)
    return Runner()


@pytest.fixture
def opened(run_line: Runner, sandbox: Sandbox, beginnings: Beginnings, workspace: Path) -> None:
    """Order 10000001 is open."""
    beginnings("opened", workspace, lambda: run_line("open 10000001 --reason faulty --wants refund"))


@pytest.fixture
def run_process() -> Iterator[ProcessRunner]:
    """Runs a command line in a process of its own, for signals, streams and locks."""
    with ProcessRunner() as runner:
        yield runner


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Pictures:
    """Drawn photos, each kind of device drawn once for all tests. Nobody changes them."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return Pictures(shared / "pictures")
