"""A command line in a child of this process, which has everything imported: quicker than a start of Python."""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import resource
import shlex
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, NoReturn

import msgspec
from click.testing import CliRunner

from returnctl.cli import cli
from returnctl.documents import guard, pdf_jobs
from returnctl.http import Http
from tests.faults.rig.layer import Blow, Layer

KILLED, INTERRUPTED = 137, 130
#: Read time-out of a child that meets a slow service, in seconds.
SHORT_S = 0.25
#: Every exit that `returnctl help exit-codes` has, but for a defect; and a killed child.
DOCUMENTED = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 75, 130, 141, 143, KILLED}


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """A child that has ended. `operations` are empty where it was killed, `slept` is what it wanted to wait."""

    line: str
    exit: int
    stdout: str
    stderr: str
    operations: tuple[str, ...] = ()
    slept: float = 0.0
    cpu_s: float = 0.0
    peak_kb: int = 0

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)

    def __str__(self) -> str:
        return f"$ returnctl {self.line}\nexit {self.exit}\n{self.stdout}{self.stderr}"


class Forks:
    """Runs command lines. To be made before any thread is started, for a fork takes none of them along."""

    def __init__(self, *, warm: bool = True) -> None:
        if warm:
            _import_everything()
        self._kept = (os.fsync, guard.run, dict(Http.__init__.__kwdefaults__ or {}))
        _never_sleep()
        guard.run = _in_here  # type: ignore[assignment]  # a Python started for each label would be most of the time
        os.fsync = lambda _: None  # no disk loses what a killed process has written
        self._streams: tuple[IO[bytes], ...] = tuple(map(tempfile.TemporaryFile, ["w+b"] * 3))

    def close(self) -> None:
        """Give this process back what it had."""
        os.fsync, guard.run, defaults = self._kept
        (Http.__init__.__kwdefaults__ or {}).update(defaults)
        for stream in self._streams:
            stream.close()

    def call(self, line: str | Sequence[str]) -> Ran:
        """Run it in this process, where nothing happens to it: quicker still than a child."""
        words = shlex.split(line) if isinstance(line, str) else list(line)
        with _argv_kept():
            done = CliRunner().invoke(cli, words, prog_name="returnctl")
        if done.exit_code == INTERRUPTED:
            raise KeyboardInterrupt  # it was meant for the sweep
        said = ""
        if done.exc_info and done.exception and not isinstance(done.exception, SystemExit):
            said = "".join(traceback.format_exception(*done.exc_info))
        return Ran(line=shlex.join(words), exit=done.exit_code, stdout=done.stdout, stderr=done.stderr + said)

    def run(
        self,
        line: str | Sequence[str],
        blow: Blow | None = None,
        *,
        count: bool = False,
        short: bool = False,
        before: Callable[[], None] | None = None,
        cwd: Path | None = None,
    ) -> Ran:
        """Run it to its end. Only with a blow, or to `count`, the child wears the layer."""
        words = shlex.split(line) if isinstance(line, str) else list(line)
        for stream in self._streams:
            stream.seek(0)
            stream.truncate()
        child = os.fork()
        if child == 0:
            self._be_child(words, blow, count, short, before, cwd)
        _, status, used = os.wait4(child, 0)
        code = os.waitstatus_to_exitcode(status)
        stdout, stderr, told = (self._read(stream) for stream in self._streams)
        said = json.loads(told) if told else {}
        return Ran(
            line=shlex.join(words),
            exit=128 - code if code < 0 else code,
            stdout=stdout.decode(errors="replace"),
            stderr=stderr.decode(errors="replace"),
            operations=tuple(said.get("operations", ())),
            slept=said.get("slept", 0.0),
            cpu_s=used.ru_utime + used.ru_stime,
            peak_kb=used.ru_maxrss,
        )

    def start(self, words: Sequence[str], ready: int, start: int) -> int:
        """A child that begins when `start`, the other end of the pipe `ready`, is closed; its process id."""
        child = os.fork()
        if child:
            return child
        try:
            os.close(start)
            os.read(ready, 1)
            nothing = os.open(os.devnull, os.O_RDWR)
            for number in range(3):
                os.dup2(nothing, number)
            _end(_call(words))
        finally:
            _end(99)

    def _read(self, stream: IO[bytes]) -> bytes:
        stream.seek(0)
        return stream.read()

    def _be_child(
        self,
        words: Sequence[str],
        blow: Blow | None,
        count: bool,
        short: bool,
        before: Callable[[], None] | None,
        cwd: Path | None,
    ) -> None:
        code = 99
        try:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(self._streams[0].fileno(), 1)
            os.dup2(self._streams[1].fileno(), 2)
            sys.stdin = open(0, encoding="utf-8")  # noqa: SIM115
            sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
            sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
            slept = _never_sleep()
            if short:
                _short_of_patience()
            if cwd:
                os.chdir(cwd)
            if before:
                before()
            layer = Layer(blow) if blow or count else None
            code = _call(words)
            sys.stdout.flush()
            sys.stderr.flush()
            said = {"operations": layer.done if layer else [], "slept": sum(slept)}
            self._streams[2].write(json.dumps(said).encode())
            self._streams[2].flush()
        except BaseException:  # noqa: BLE001 - nothing may get back into the parent's code
            os.write(2, traceback.format_exc().encode())
        finally:
            _end(code)


@contextlib.contextmanager
def _argv_kept() -> Iterator[None]:
    before = sys.argv
    try:
        yield
    finally:
        sys.argv = before


def _call(words: Sequence[str]) -> int:
    sys.argv = ["returnctl", *words]
    try:
        cli.main(list(words), prog_name="returnctl")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    return 0


def _end(code: int) -> NoReturn:
    os._exit(code)


def _never_sleep() -> list[float]:
    slept: list[float] = []
    defaults = Http.__init__.__kwdefaults__
    assert defaults is not None
    defaults["sleep"] = slept.append
    return slept


def _short_of_patience() -> None:
    from returnctl import wire

    wire.READ_S = SHORT_S


def _in_here(job: Any, data: bytes, *, noun: str, max_pages: int) -> guard.Reply:
    reply = pdf_jobs._answer(job, data, max_pages, shutil.which("pdftoppm"))
    assert not reply.refused, noun
    return reply


def _import_everything() -> None:
    import returnctl

    for found in pkgutil.walk_packages(returnctl.__path__, "returnctl."):
        if "sandbox" not in found.name and not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    for name in ("requests", "PIL.JpegImagePlugin", "PIL.PngImagePlugin", "filelock", "reportlab.pdfgen.canvas",
                 "pypdf", "zxingcpp", "imagehash", "tabulate", "holidays", "keyring", "platformdirs"):  # fmt: skip
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # else the first collection in each child would copy all of it


def peak_kb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
