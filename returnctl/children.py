"""Processes apart that look at what strangers made: started when first needed, kept for the next question.

A question and its answer are frames: a length in four bytes, then so many bytes. A child limits itself in memory and
processor time; one that goes beyond is ended by the kernel, and costs nobody but the one who asked.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any, NoReturn

from msgspec import Struct

from returnctl.alarms import Alarm
from returnctl.errors import Failed

#: How a child ends that has not enough memory, and was asked before: some of it may still be in use from then.
_WORN = 75


class _Child(Struct, eq=False):
    process: subprocess.Popen[bytes]
    asked: int = 0


class Children:
    """Children that run `python -m MODULE`, at most one for each processor. May be shared between threads.

    A child is asked at most `often` times, and ends with this process. More children than processors would only run
    out of their time.
    """

    def __init__(self, module: str, *, often: int, env: Mapping[str, str] | None = None) -> None:
        self._module = module
        self._often = often
        self._env = dict(env or {})
        self._begin()
        atexit.register(self.close)

    def ask(self, *question: bytes, wall_s: float) -> bytes | None:
        """The answer to the frames of a question; None where the child died of it, or took longer than `wall_s`.

        Where a child found itself `worn`, a fresh one is asked.

        Raises `Failed` where no process can be started.
        """
        if self._pid != os.getpid():
            self._begin()  # after a fork: the parent's children answer the parent
        with self._places:
            child = self._waiting() or self._start()
            answer = self._asked(child, question, wall_s)
            if child.process.returncode == _WORN:
                answer = self._asked(self._start(), question, wall_s)
            return answer

    def close(self) -> None:
        """End the children that wait; the next question starts one again."""
        if self._pid == os.getpid():
            while child := self._waiting():
                _end(child)

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._places = threading.BoundedSemaphore(os.cpu_count() or 1)
        self._idle: queue.SimpleQueue[_Child] = queue.SimpleQueue()

    def _waiting(self) -> _Child | None:
        with contextlib.suppress(queue.Empty):
            while True:
                child = self._idle.get_nowait()
                if child.process.poll() is None:
                    return child
                _end(child)  # ended while it waited, which is no fault of the next question
        return None

    def _asked(self, child: _Child, question: tuple[bytes, ...], wall_s: float) -> bytes | None:
        process = child.process
        assert process.stdin is not None
        assert process.stdout is not None
        watch = Alarm(time.monotonic() + wall_s, process.kill)
        try:
            for part in question:
                send(process.stdin, part)
            answer = receive(process.stdout)
        except OSError:
            answer = None
        except BaseException:
            _end(child)
            raise
        finally:
            watch.cancel()
        child.asked += 1
        if answer is None or child.asked >= self._often:
            _end(child)
        else:
            self._idle.put(child)
        return answer

    def _start(self) -> _Child:
        environment = (
            os.environ | self._env | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        )
        try:
            return _Child(
                subprocess.Popen(  # noqa: S603 - our own module, no argument from outside
                    [sys.executable, "-P", "-m", self._module],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env=environment,
                    start_new_session=True,  # Ctrl-C is for the command, which finishes or ends what is in flight
                )
            )
        except OSError as error:
            raise Failed(f"No process could be started to look at files: {error.strerror}.") from None


def send(stream: Any, content: bytes) -> None:
    """Write a frame."""
    stream.write(len(content).to_bytes(4, "big"))
    stream.write(content)
    stream.flush()


def receive(stream: Any) -> bytes | None:
    """The next frame; None where the other end is gone."""
    head = stream.read(4)
    content: bytes = stream.read(int.from_bytes(head, "big")) if len(head) == 4 else b""
    return content if len(head) == 4 and len(content) == int.from_bytes(head, "big") else None


def worn() -> NoReturn:
    """End this child; the question goes to a fresh one."""
    os._exit(_WORN)


def _end(child: _Child) -> None:
    child.process.kill()
    child.process.wait()
    for stream in (child.process.stdin, child.process.stdout):
        if stream:
            with contextlib.suppress(OSError):
                stream.close()
