"""A disk that fails at its n-th call, and a process that dies there."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import Any, NoReturn

import pytest

from returnctl.returns import files

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
BROKEN = (errno.EIO, errno.EROFS, errno.ESTALE)


class Disk:
    """Counts the calls by which `returns/files.py` reaches the system; call number `at` ends in `fail`.

    With `after` the call is carried out first.
    """

    def __init__(
        self,
        patch: pytest.MonkeyPatch,
        at: int = 0,
        fail: Callable[[], NoReturn] | None = None,
        *,
        after: bool = False,
    ) -> None:
        self.calls: list[str] = []
        self._at, self._fail, self._after = at, fail, after
        for name in ("open", "write", "fsync", "replace", "rename", "mkdir"):
            patch.setattr(os, name, self._counted(name, getattr(os, name)))
        patch.setattr(files, "open", self._opening, raising=False)

    def _opening(self, *given: Any, **named: Any) -> Any:
        file = open(*given, **named)  # noqa: PTH123, SIM115 - stands for the builtin in files.py, which closes it
        if file.writable():
            file.write = self._counted("file.write", file.write)
        return file

    def _counted(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            self.calls.append(name)
            if len(self.calls) != self._at:
                return real(*given, **named)
            assert self._fail is not None
            if self._after:
                real(*given, **named)
            return self._fail()

        return call


def failing(number: int) -> Callable[[], NoReturn]:
    def fail() -> NoReturn:
        raise OSError(number, os.strerror(number))

    return fail


def dies_in_child(work: Callable[[], object]) -> bool:
    """Run `work` in a process of its own, which may kill itself with `die`; whether it did."""
    child = os.fork()
    if child == 0:
        status = 3
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, 9), f"the child failed with {status}"
    return status == 9


def die() -> NoReturn:
    os._exit(9)
