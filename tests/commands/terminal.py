"""A command on a terminal of its own, with a person who answers."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import shlex
import subprocess
import sys
import termios
import time

import msgspec

_PATIENCE_S = 30


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """How it ended; what the terminal showed; and standard output, where that was a pipe."""

    exit: int
    screen: str
    stdout: str = ""


def on_a_terminal(
    line: str, *, answers: list[str] | None = None, env: dict[str, str] | None = None, piped: bool = False
) -> Shown:
    """Run a line with a terminal as standard input, output and error; `piped` takes standard output away.

    An answer is typed when the command has said something new and waits.
    """
    person, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "returnctl", *shlex.split(line)],
        stdin=terminal,
        stdout=subprocess.PIPE if piped else terminal,
        stderr=terminal,
        env={**os.environ, "TERM": "xterm", **(env or {})},
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # so that Ctrl-C is a signal
    )
    os.close(terminal)
    screen, left, asked = bytearray(), list(answers or ()), 0
    ends = time.monotonic() + _PATIENCE_S
    try:
        while time.monotonic() < ends:
            ready, _, _ = select.select([person], [], [], 0.05)
            if ready:
                try:
                    read = os.read(person, 4096)
                except OSError:  # the last one at the other end is gone
                    break
                if not read:
                    break
                screen += read
            elif process.poll() is not None:
                break
            elif left and screen[asked:].rstrip().endswith((b":", b"?", b"]")):
                asked = len(screen)
                os.write(person, left.pop(0).encode())
        stdout = process.stdout.read().decode() if process.stdout else ""
        process.wait(max(0.1, ends - time.monotonic()))
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()
        os.close(person)
    return Shown(exit=process.returncode, screen=screen.decode(errors="replace"), stdout=stdout)
