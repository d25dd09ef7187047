"""Between the command line and the system: every operation is counted, and one of them is struck."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from typing import Any, NoReturn

import msgspec

from returnctl.returns import files

#: The operations that change something on the disk.
ON_DISK = ("open", "write", "fsync", "replace", "mkdir", "unlink", "rmdir")
ON_THE_WIRE = ("connect", "send", "receive")
#: Those of which a half can be done.
HALVES = ("write", "send")


class Blow(msgspec.Struct, frozen=True, kw_only=True):
    """What happens at operation `at`, counted from 1 among `among`.

    `how`: `kill` before it, `half` kill in the middle of it, `fail` with the error `number` (a write is cut short
    first), `full` the same from there on.
    """

    at: int
    how: str = "kill"
    number: int = 0
    among: tuple[str, ...] = (*ON_DISK, *ON_THE_WIRE)


class Layer:
    """Put on by a child that is about to run a command line; `done` names each operation in turn."""

    def __init__(
        self, blow: Blow | None = None, *, note: Callable[[str, tuple[Any, ...]], None] | None = None
    ):
        self.done: list[str] = []
        self._blow = blow
        self._note = note
        self._seen = 0
        os.open = self._opening(os.open)  # type: ignore[assignment]
        for name in ("fsync", "replace", "mkdir", "unlink", "rmdir"):
            setattr(os, name, self._counted(name, getattr(os, name)))
        files.open = self._file  # type: ignore[attr-defined]
        real = socket.socket
        real.connect = self._counted("connect", real.connect)  # type: ignore[method-assign]
        real.sendall = self._counted("send", real.sendall, self._half_sent)  # type: ignore[method-assign]
        real.recv_into = self._counted("receive", real.recv_into)  # type: ignore[method-assign]

    def _opening(self, real: Callable[..., int]) -> Callable[..., int]:
        counted = self._counted("open", real)

        def opening(path: Any, flags: int, *given: Any, **named: Any) -> int:
            changes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            return (counted if changes else real)(path, flags, *given, **named)

        return opening

    def _file(self, descriptor: int, mode: str) -> Any:
        file = open(descriptor, mode)  # noqa: SIM115 - the builtin, for files.py, which closes it
        file.write = self._counted("write", file.write, lambda content: _half_written(file, content))
        return file

    def _half_sent(self, sender: socket.socket, content: bytes) -> None:
        socket.socket.send(sender, bytes(content)[: len(content) // 2])

    def _counted(
        self, name: str, real: Callable[..., Any], half: Callable[..., None] | None = None
    ) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            self.done.append(name)
            if self._note:
                self._note(name, given)
            if self._is_struck(name):
                self._strike(half, given)
            return real(*given, **named)

        return call

    def _is_struck(self, name: str) -> bool:
        if self._blow is None or name not in self._blow.among:
            return False
        self._seen += 1
        return self._seen == self._blow.at or (self._blow.how == "full" and self._seen > self._blow.at)

    def _strike(self, half: Callable[..., None] | None, given: tuple[Any, ...]) -> None:
        assert self._blow is not None
        if self._blow.how == "kill":
            _die()
        if half:
            half(*given)
        if self._blow.how == "half":
            _die()
        raise OSError(self._blow.number, os.strerror(self._blow.number))


def _half_written(file: Any, content: bytes) -> None:
    type(file).write(file, content[: len(content) // 2])
    file.flush()


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")
