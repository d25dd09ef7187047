"""`returnctl sandbox …`, through the front door."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from returnctl.cli import cli
from returnctl.sandbox import client
from returnctl.sandbox.server import running

Run = Callable[..., tuple[int, str, str]]
RETURNCTL = [sys.executable, "-m", "returnctl"]


@pytest.fixture
def run(url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("RETURNCTL_SANDBOX_URL", url)

    def once(*args: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main(["sandbox", *args])
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return once


def test_orders(run: Run) -> None:
    code, out, _ = run("orders", "--json")
    orders = json.loads(out)["orders"]
    assert code == 0
    assert orders[0]["order"] == "10000001"
    assert {"kind", "imei", "ordered_on", "delivered_on", "name", "postcode"} <= set(orders[0])
    code, out, _ = run("orders")
    assert "Jane Doe" in out
    assert "10000009/2" in out


def test_advance_and_ledger(run: Run) -> None:
    assert run("advance", "10000006", "--to", "in-transit")[0] == 0
    code, out, _ = run("advance", "10000006", "--to", "delivered", "--json")
    assert (code, json.loads(out)["status"]) == (0, "delivered")
    code, out, _ = run("ledger", "10000006", "--json")
    assert json.loads(out)["orders"]["10000006"]["labels"] == 1
    assert "10000006" in run("ledger")[1]


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("advance", "10000001", "--to", "delivered"), 5),
        (("advance", "10000006", "--to", "nowhere"), 2),
        (("ledger", "999"), 5),
        (("reset", "999"), 5),
        (("faults", "bogus"), 2),
        (("photos", "x", "--device", "toaster"), 2),
        (("run", "--", "/no/such/program"), 2),
        (("run",), 2),
    ],
)
def test_what_goes_wrong_has_its_code_and_one_line(run: Run, args: tuple[str, ...], code: int) -> None:
    ended, out, err = run(*args)
    assert (ended, out) == (code, "")
    assert err.startswith("returnctl: ")


def test_faults_and_reset(run: Run) -> None:
    assert run("faults", "no-label@10000001")[1] == "no-label@10000001\n"
    assert run("faults")[1] == "no-label@10000001\n"
    assert run("faults", "none")[1] == "none\n"
    run("advance", "10000006", "--to", "delivered")
    assert run("reset", "10000006")[0] == 0
    assert run("advance", "10000006", "--to", "picked-up")[0] == 0
    assert run("reset")[0] == 0


def test_photos(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("photos", str(tmp_path), "--device", "console", "--bad", "dark")
    names = [Path(line).name for line in out.splitlines()]
    assert code == 0
    assert names == ["front.jpg", "back.jpg", "left.jpg", "right.jpg", "top.jpg", "bottom.jpg"]
    assert all((tmp_path / name).stat().st_size > 1000 for name in names)


def test_a_dead_sandbox_is_exit_75(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with running() as url:
        monkeypatch.setenv("RETURNCTL_SANDBOX_URL", url)
    for args in (("orders",), ("ledger",), ("faults",), ("reset",), ("advance", "1", "--to", "delivered")):
        code, _, err = run(*args)
        assert code == 75
        assert "sandbox serve" in err


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    args = ["--port", "0", "--data", str(tmp_path / "data"), "--ready-file", str(tmp_path / "ready")]
    process = subprocess.Popen(
        [*RETURNCTL, "sandbox", "serve", *args, "--orders", "1", "--faults", "no-label"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_until_a_signal(serving: subprocess.Popen[str], tmp_path: Path, number: int) -> None:
    assert serving.stdout
    word, url = serving.stdout.readline().split()
    assert word == "ready"
    assert (tmp_path / "ready").read_text() == f"{url}\n"
    assert client.orders(url)[-1]["order"] == "20000001"
    assert client.faults(url) == "no-label"
    serving.send_signal(number)
    out, err = serving.communicate(timeout=20)
    assert (serving.returncode, out, err) == (0, "", "")


SHOW = """
import json, os, sys
from returnctl.sandbox import client
names = ("RETURNCTL_SANDBOX_URL", "RETURNCTL_WORKSPACE", "RETURNCTL_PROFILE")
print(json.dumps({"env": [os.environ[name] for name in names], "orders": len(client.orders(client.base_url()))}))
sys.exit(7)
"""


def through_run(*command: str, **more: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*RETURNCTL, "sandbox", "run", "--faults", "slow:1", "--", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        **more,
    )


def test_run_gives_its_own_and_leaves_nothing(tmp_path: Path) -> None:
    process = through_run(sys.executable, "-c", SHOW, env={**os.environ, "TMPDIR": str(tmp_path)})
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (7, "")
    said = json.loads(out)
    url, workspace, profile = said["env"]
    assert url.startswith("http://127.0.0.1:")
    assert Path(workspace).is_relative_to(tmp_path)
    assert profile == "sandbox"
    assert said["orders"] == 11
    assert list(tmp_path.iterdir()) == []


WAIT = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))
print("waiting", flush=True)
signal.pause()
"""


def test_run_passes_signals_on(tmp_path: Path) -> None:
    process = through_run(sys.executable, "-c", WAIT, env={**os.environ, "TMPDIR": str(tmp_path)})
    assert process.stdout
    assert process.stdout.readline() == "waiting\n"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 5
    assert list(tmp_path.iterdir()) == []


def test_run_says_which_signal_ended_the_command() -> None:
    process = through_run("sh", "-c", "kill -KILL $$")
    process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGKILL


def test_run_finds_returnctl_without_an_active_environment() -> None:
    process = through_run("returnctl", "--version", env={**os.environ, "PATH": "/usr/bin:/bin"})
    out, _ = process.communicate(timeout=30)
    assert (process.returncode, out.split()[0]) == (0, "returnctl")
