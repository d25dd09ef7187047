"""Running a command line, in this process or in one of its own, and looking at what it did."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import msgspec
from click.testing import CliRunner

from returnctl.cli import cli
from returnctl.sandbox import client

_PATIENCE_S = 30
#: What `{name}` in a line stands for.
Names = dict[str, Any]


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """A command line that has ended."""

    line: str
    exit: int
    stdout: str
    stderr: str
    trace: str = ""

    @property
    def json(self) -> Any:
        """The one document on standard output."""
        return json.loads(self.stdout)

    @property
    def error(self) -> Any:
        """What the one document on standard error says."""
        found = json.loads(self.stderr)
        assert list(found) == ["error"], found
        return found["error"]

    def check(self, wanted: int) -> Ran:
        __tracebackhide__ = True
        if self.exit != wanted:
            parts = {"stdout": self.stdout, "stderr": self.stderr, "ledger": _ledger(), "trace": self.trace}
            said = "\n".join(f"--- {name}\n{text}" for name, text in parts.items() if text)
            raise AssertionError(f"$ returnctl {self.line}\nexit {self.exit}, not {wanted}\n{said}")
        return self


class Runner:
    """Calls the front door in this process. `{name}` in a line stands for a path, which may hold spaces."""

    def __call__(self, line: str, exit: int = 0, *, input: str | bytes | None = None, **names: Any) -> Ran:
        """Run a line that has to end with `exit`."""
        __tracebackhide__ = True
        return self.attempt(line, input=input, **names).check(exit)

    def attempt(self, line: str | list[str], *, input: str | bytes | None = None, **names: Any) -> Ran:
        """Run a line, however it ends."""
        words = _words(line, names)
        result = CliRunner().invoke(cli, words, input=input)
        trace = ""
        if result.exc_info and result.exception and not isinstance(result.exception, SystemExit):
            trace = "".join(traceback.format_exception(*result.exc_info))
        return Ran(
            line=shlex.join(words),
            exit=result.exit_code,
            stdout=result.stdout,
            stderr=result.stderr,
            trace=trace,
        )


class Running:
    """A process that has not ended yet."""

    def __init__(self, line: str, process: subprocess.Popen[bytes]) -> None:
        self.line = line
        self.process = process

    @property
    def pid(self) -> int:
        return self.process.pid

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def finish(self, exit: int = 0, input: bytes | None = None) -> Ran:
        __tracebackhide__ = True
        stdout, stderr = self.process.communicate(input, timeout=_PATIENCE_S)
        code = self.process.returncode
        return Ran(
            line=self.line,
            exit=128 - code if code < 0 else code,
            stdout=(stdout or b"").decode(errors="replace"),
            stderr=(stderr or b"").decode(errors="replace"),
        ).check(exit)


class ProcessRunner:
    """Starts `python -m returnctl`; what still runs at the end of the test is killed."""

    def __init__(self) -> None:
        self._started: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> ProcessRunner:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._started:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait(_PATIENCE_S)
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream:
                    stream.close()

    def __call__(
        self, line: str, exit: int = 0, *, input: str = "", env: dict[str, str] | None = None, **names: Any
    ) -> Ran:
        __tracebackhide__ = True
        return self.start(line, env=env, **names).finish(exit, input.encode())

    def start(
        self,
        line: str,
        *,
        env: dict[str, str] | None = None,
        cwd: Path | None = None,
        stdin: Any = subprocess.PIPE,
        stdout: Any = subprocess.PIPE,
        stderr: Any = subprocess.PIPE,
        **names: Any,
    ) -> Running:
        words = _words(line, names)
        process = subprocess.Popen(
            [sys.executable, "-m", "returnctl", *words],
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            cwd=cwd,
            env={**os.environ, **(env or {})},
        )
        self._started.append(process)
        return Running(shlex.join(words), process)


def _words(line: str | list[str], names: dict[str, object]) -> list[str]:
    words = shlex.split(line) if isinstance(line, str) else line
    return [word.format(**names) if names else word for word in words]


def _ledger() -> str:
    """What the sandbox received, where one is in use: printed when a test fails."""
    url = os.environ.get("RETURNCTL_SANDBOX_URL")
    if not url:
        return ""
    try:
        counts = client.ledger(url)
    except Exception as error:  # noqa: BLE001 - it only helps to understand a failure
        return f"({error})"
    return "\n".join(f"{order}: {found}" for order, found in counts.items() if any(found.values()))
