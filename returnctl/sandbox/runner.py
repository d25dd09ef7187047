"""`sandbox run`: a command with a sandbox, a workspace and a profile of its own, all gone afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from returnctl.errors import Usage
from returnctl.sandbox.server import running

_OUR_PROGRAMS = str(Path(sys.executable).parent)  # `returnctl` is found even where no environment is active
_FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
_KEYBOARD = {signal.SIGINT, signal.SIGQUIT}


def run(command: Sequence[str], *, orders: int = 0, latency_ms: int = 0, faults: str = "") -> int:
    """Runs a command against a sandbox of its own; gives its exit code, 128 + N where signal N ended it.

    Raises Usage for a command that can't be started, or for `faults`.
    """
    with (
        tempfile.TemporaryDirectory(prefix="returnctl-run-") as folder,
        running(orders=orders, latency_ms=latency_ms, faults=faults) as url,
    ):
        own = {
            "RETURNCTL_SANDBOX_URL": url,
            "RETURNCTL_WORKSPACE": folder,
            "RETURNCTL_PROFILE": "sandbox",
            "XDG_CACHE_HOME": f"{folder}/.returnctl/cache",
            "PATH": os.pathsep.join((os.environ.get("PATH", os.defpath), _OUR_PROGRAMS)),
        }
        code = _wait_for(command, {**os.environ, **own})
    return 128 - code if code < 0 else code


def _wait_for(command: Sequence[str], environment: Mapping[str, str]) -> int:
    try:
        child = subprocess.Popen(command, env=environment)  # noqa: S603 - the user's own command, no shell
    except OSError as error:
        raise Usage(
            f"{command[0]} can't be started: {(error.strerror or 'failed').lower()}.",
            hint="give the command after --, such as `returnctl sandbox run -- sh ./my-test`",
        ) from error
    with _forwarding(child):
        return child.wait()


@contextmanager
def _forwarding(child: subprocess.Popen[bytes]) -> Iterator[None]:
    def forward(number: int, frame: FrameType | None) -> None:
        # A key on the terminal has reached the child already: it is in the same group.
        if child.poll() is None and not (number in _KEYBOARD and sys.stdin and sys.stdin.isatty()):
            child.send_signal(number)

    before = {number: signal.signal(number, forward) for number in _FORWARDED}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
