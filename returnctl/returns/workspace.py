"""The workspace: one folder for each return, found by its name, held by one process at a time."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from returnctl.errors import Busy, NotFound, ReturnctlError, Usage
from returnctl.returns import changes, files, locks, names
from returnctl.returns.reference import Reference, from_folder

if TYPE_CHECKING:
    from returnctl.returns.record import Record
    from returnctl.returns.state import State

LOCKS = ".returnctl/locks"


class Workspace:
    """The folder `root`, which need not exist yet."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def references(self, order: str | None = None) -> list[Reference]:
        """Every return that has a folder here (of one order, where given), by order, line and number."""
        found = names.every(self.root) if order is None else names.of_order(self.root, order)
        return sorted(found, key=lambda ref: (int(ref.order), int(ref.line or 0), ref.number or 1))

    def folder(self, reference: Reference) -> Path:
        return self.root / reference.folder

    def name(self, reference: Reference) -> str:
        """As `Return.name`."""
        several = files.is_folder(f"{self.root}/{reference.folder}~2")
        return reference.in_full if several else str(reference)

    def exists(self, reference: Reference) -> bool:
        folder = self.folder(reference)
        return (folder / files.RECORD).is_file() and not folder.is_symlink()

    def find(self, reference: Reference) -> Reference:
        """The return that `reference` means, once we know which ones exist.

        `ORDER` means the only return of the order, or the only one still open; `ORDER/LINE` also finds the return of
        an order that has that line alone. Raises NotFound, or Usage with the list where it could be several.
        """
        if reference.number and self.exists(reference):
            return reference
        candidates = [ref for ref in self.references(reference.order) if self.exists(ref)]
        matching = [ref for ref in candidates if self._may_mean(reference, ref)]
        if not matching:
            raise NotFound(
                f"There is no return {reference} in {self.root}.",
                hint=f"start it with `returnctl open {reference.order}`, or name another folder with --workspace",
            )
        if len(matching) > 1:
            still_open = [ref for ref in matching if self.state(ref).closed is None]
            matching = still_open or matching[-1:]
        if len(matching) > 1:
            raise Usage(
                f"Order {reference.order} has several open returns: {', '.join(ref.in_full for ref in matching)}.",
                hint="name one of them",
            )
        return matching[0]

    def _may_mean(self, wanted: Reference, candidate: Reference) -> bool:
        if wanted.number not in (None, candidate.number):
            return False
        if wanted.line is None:
            return True
        if candidate.line is None:
            return self.state(candidate).line == wanted.line
        return wanted.line == candidate.line

    def state(self, reference: Reference) -> State:
        """Today's state of a return; takes no lock."""
        from returnctl.returns.record import read_state  # here and below: `config` and `help` need none of it

        return read_state(self.folder(reference))

    @contextlib.contextmanager
    def hold(self, reference: Reference, *, apart: str = "") -> Iterator[None]:
        """Keep other processes off a return. Raises Busy, naming the holder, at once.

        `apart` names another lock, which keeps off nobody but those who ask for the same one.
        """
        from filelock import Timeout

        path = files.inside(self.root, f"{LOCKS}/{reference.folder}{apart and f'.{apart}'}.lock")
        files.ensure_folder(path.parent)
        note = path.with_suffix(".holder.json")
        names.note(self.root, reference)
        lock = locks.noted(self.root, path)
        try:
            lock.acquire()
        except Timeout:
            raise _busy(reference, note) from None
        except OSError as error:
            raise files.trouble(error, path) from error
        try:
            with files.sign(note, _holder()):
                changes.note(self.root, reference.folder)
                try:
                    yield
                finally:
                    changes.note(self.root, reference.folder)
        finally:  # the sign is down before the lock goes: else the next one's contenders would be told of us
            lock.release()

    def record(self, reference: Reference) -> Record:
        from returnctl.returns.record import Record

        return Record.load(self.folder(reference))


def standing_in(start: Path) -> Path | None:
    """The return's folder that `start` lies in, if any."""
    for folder in (start, *start.parents):
        if from_folder(folder.name) and (folder / files.RECORD).is_file():
            return folder
    return None


def _holder() -> bytes:
    import json
    import socket
    from datetime import UTC, datetime

    holder = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]]),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return json.dumps(holder).encode()


def _busy(reference: Reference, note: Path) -> Busy:
    import json

    try:
        holder = json.loads(files.read_bytes(note, max_bytes=10_000))
        who = f"`{holder['command']}` (process {holder['pid']} on {holder['host']}, since {holder['since']})"
    except (OSError, ReturnctlError, ValueError, KeyError, TypeError, RecursionError):
        who = "another process"
    return Busy(
        f"Return {reference} is in use by {who}.", hint="wait until it has finished, then run this again"
    )
