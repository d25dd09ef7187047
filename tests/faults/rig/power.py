"""R16: the power fails. What was not flushed may be lost, so it is taken away, at every point of a command.

A disk may keep what was written before a flush, or lose it; it may do so file by file. Two extremes are replayed for
each beginning of what a command did: all of it is there, and only what was flushed is there. A name stands for its
new file once its folder was flushed; before that, for either.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from returnctl.returns.record import NAME, Record
from tests.faults.rig.bench import Bench
from tests.faults.rig.case import Case, Failure
from tests.faults.rig.door import is_write
from tests.faults.rig.layer import Layer
from tests.faults.rig.scenes import SCENES, Scene


class Deed(msgspec.Struct, frozen=True):
    """`kind` is `write` (a whole file, flushed or not), `flush`, `replace`, `settle` (a folder) or `send`."""

    kind: str
    path: str
    other: str = ""
    content: str = ""


class Tape:
    """What a child does with files, written down as it does it."""

    def __init__(self, root: Path, target: int) -> None:
        self._root = root
        self._target = target
        self._open: dict[int, str] = {}

    def put_on(self) -> None:
        real_open, real_fsync, real_replace = os.open, os.fsync, os.replace

        def opening(path: Any, flags: int, *given: Any, **named: Any) -> int:
            descriptor = real_open(path, flags, *given, **named)
            self._open[descriptor] = os.fspath(path)
            return descriptor

        def flushing(descriptor: int) -> None:
            real_fsync(descriptor)
            path = self._open.get(descriptor, "")
            if Path(path).is_dir():
                self._note(Deed("settle", path))
            else:
                self._note(Deed("write", path, content=Path(path).read_bytes().hex()))
                self._note(Deed("flush", path))

        def replacing(source: Any, target: Any) -> None:
            self._note(Deed("write", os.fspath(source), content=Path(source).read_bytes().hex()))
            real_replace(source, target)
            self._note(Deed("replace", os.fspath(source), os.fspath(target)))

        os.open, os.fsync, os.replace = opening, flushing, replacing  # type: ignore[assignment]
        Layer(
            note=lambda name, given: (
                self._note(Deed("send", bytes(given[1])[:200].hex())) if name == "send" else None
            )
        )

    def _note(self, deed: Deed) -> None:
        os.write(self._target, msgspec.json.encode(deed) + b"\n")


def power_cuts(bench: Bench) -> Iterator[partial[str]]:
    """Every beginning of every scene."""
    for scene in SCENES:
        yield partial(_scene, bench, scene)


def _scene(bench: Bench, scene: Scene) -> str:
    case = Case(bench, scene)
    case.prepare()
    folder = bench.folder(case.order)
    before = (
        {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} if folder.is_dir() else {}
    )
    deeds = _recorded(bench, scene, case)
    case.recover()
    states = 0
    for number in range(len(deeds) + 1):
        for strict in (False, True):
            states += 1
            _check(before, deeds[:number], strict=strict, folder=folder, scratch=bench.root / "power")
    if not deeds:
        raise Failure(f"{scene.name} wrote nothing")
    return f"× {states} power cuts"


def _recorded(bench: Bench, scene: Scene, case: Case) -> list[Deed]:
    path = bench.root / "tape"
    target = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    words = bench.words(f"{scene.line} --yes --no-input", case.order)
    ran = bench.forks.run(words, before=Tape(bench.root, target).put_on)
    os.close(target)
    if ran.exit not in scene.ends:
        raise Failure(str(ran))
    return [msgspec.json.decode(line, type=Deed) for line in path.read_bytes().splitlines()]


def _check(
    before: dict[Path, bytes], deeds: list[Deed], *, strict: bool, folder: Path, scratch: Path
) -> None:
    """The record is an old one or a new one, whole; and what was sent is in it, whatever the disk has lost."""
    files = _left(before, deeds, strict=strict)
    content = files.get(os.fspath(folder / NAME))
    sent = [deed for deed in deeds if deed.kind == "send" and _buys(bytes.fromhex(deed.path))]
    if content is None:
        if before or sent:
            raise Failure("the record is gone")
        return
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    (scratch / NAME).write_bytes(content)
    record = Record.load(scratch)
    for doubt in record.state.doubts:
        if os.fspath(folder / doubt.body) not in files:
            raise Failure(f"{doubt.body} is lost, and the record names it")
    if sent and record.state.intents <= _intents(before.get(folder / NAME)):
        raise Failure(f"{sent[-1]} was sent, and nothing of it is on the disk")


def _buys(sent: bytes) -> bool:
    """Head and body may be sent apart: the head tells."""
    return sent.startswith((b"POST ", b"PUT ", b"DELETE ")) and is_write(sent)


def _intents(content: bytes | None) -> int:
    return json.loads(content)["state"].get("intents", 0) if content else 0


def _left(before: dict[Path, bytes], deeds: list[Deed], *, strict: bool) -> dict[str, bytes]:
    """Files by name, after these deeds and a power cut; `strict`: without what was not flushed."""
    names: dict[str, bytes] = {os.fspath(path): content for path, content in before.items()}
    fresh: dict[str, bytes] = {}
    flushed: set[str] = set()
    waiting: list[Callable[[], None]] = []
    folders: list[str] = []

    def move(deed: Deed, content: bytes) -> None:
        names[deed.other] = content

    for deed in deeds:
        if deed.kind == "write":
            fresh[deed.path] = bytes.fromhex(deed.content)
        elif deed.kind == "flush":
            flushed.add(deed.path)
        elif deed.kind == "replace":
            whole = fresh.get(deed.path, b"")
            moved = partial(move, deed, whole if deed.path in flushed or not strict else b"")
            if strict:
                waiting.append(moved)
                folders.append(os.path.dirname(deed.other))  # noqa: PTH120
            else:
                moved()
        elif deed.kind == "settle":
            for at, name in enumerate(folders):
                if name == deed.path:
                    waiting[at]()
            kept = [at for at, name in enumerate(folders) if name != deed.path]
            waiting, folders = [waiting[at] for at in kept], [folders[at] for at in kept]
    return names
