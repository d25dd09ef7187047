"""A return that this process works on: its folder and its record."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from returnctl.digest import hex_of
from returnctl.returns import files
from returnctl.returns.events import Event
from returnctl.returns.record import Record
from returnctl.returns.reference import Reference
from returnctl.returns.state import State
from returnctl.returns.workspace import Workspace

#: A recorded original is a photo, a label or an invoice.
MAX_FILE_BYTES = 200_000_000

_UNSAFE = re.compile(r"[^\w.-]+")


class Return:
    """One return, held (`Workspace.hold`) by whoever changes it. To look at, or in a dry run, it is not `writable`."""

    def __init__(
        self,
        reference: Reference,
        folder: Path,
        record: Record,
        now: Callable[[], datetime],
        *,
        writable: bool = True,
    ) -> None:
        self.reference = reference
        self.folder = folder
        self.record = record
        self.now = now
        self._writable = writable

    @property
    def name(self) -> str:
        """The return as a person names it: with `~1` where there is a second one."""
        return Workspace(self.folder.parent).name(self.reference)

    @property
    def state(self) -> State:
        return self.record.state

    def note(self, *happened: Event) -> None:
        """Add events to the record; on disk when this returns."""
        assert self._writable
        self.record.append(self.now().isoformat(timespec="seconds"), *happened)

    def begin(self, *happened: Event, folders: Iterable[str] = ()) -> None:
        """As `note`, but on disk with what is noted next: a return that came to nothing leaves no record.

        So are the `folders` that will be needed in it: each would else be waited for alone.
        """
        assert self._writable
        files.ensure_folder(self.folder)
        for name in folders:
            files.make_unflushed(files.inside(self.folder, name))
        self.record.begin(self.now().isoformat(timespec="seconds"), *happened)

    def keep(self, name: str, content: bytes) -> str:
        """Write a file of the return; `name` is relative to its folder. Returns `name`."""
        assert self._writable
        files.write_atomic(files.inside(self.folder, name), content)
        return name

    def keep_original(self, source: Path, content: bytes) -> str:
        """Keep what was given, untouched, once for each content. Returns its name in the folder."""
        name = f"originals/{hex_of(content)[:12]}-{safe_name(source.name)}"
        if not (self.folder / name).is_file():
            self.keep(name, content)
        return name

    def drop(self, name: str) -> None:
        """Remove a file of the return that nothing refers to any more."""
        assert self._writable
        files.inside(self.folder, name).unlink(missing_ok=True)

    def read(self, name: str) -> bytes:
        """A file of the return. Raises FileNotFoundError, Failed for a symbolic link."""
        return files.read_bytes(files.inside(self.folder, name), max_bytes=MAX_FILE_BYTES)


def safe_name(name: str) -> str:
    """A file name without separators, control characters or leading dots, of at most 120 bytes."""
    stem, dot, suffix = _UNSAFE.sub("-", name).strip(".-").rpartition(".")
    if not dot:
        stem, suffix = suffix, ""
    suffix = _cut(suffix, 20)
    return f"{_cut(stem, 99)}{dot}{suffix}".strip(".-") or "file"


def _cut(text: str, most: int) -> str:
    return text.encode()[:most].decode(errors="ignore")
