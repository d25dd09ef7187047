"""A summary of each return in one SQLite file: derived, rebuilt whenever it is gone, never the truth.

It lies in the user's cache, on this machine, for the workspace may be on a network. It goes by what was noted in the
workspace (`changes`), by which folders there are, and after a day, or where a thorough look is asked for, by size and
time of every record.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Container, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from returnctl.digest import hex_of
from returnctl.errors import Damaged, NotFound
from returnctl.returns import changes, files
from returnctl.returns.record import NAME, read_state
from returnctl.returns.reference import Reference, from_folder
from returnctl.returns.state import State

if TYPE_CHECKING:
    import sqlite3

_VERSION = 2
_DAY_S = 86_400
_TABLES = """
CREATE TABLE IF NOT EXISTS returns (
  folder TEXT PRIMARY KEY, mtime INTEGER, size INTEGER, deadline TEXT, step TEXT, closed INTEGER, damaged INTEGER,
  brief BLOB
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS in_full (folder TEXT PRIMARY KEY, content BLOB) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_deadline ON returns (deadline);
CREATE INDEX IF NOT EXISTS by_step ON returns (step);
CREATE TABLE IF NOT EXISTS seen (inode INTEGER, length INTEGER, root INTEGER, at REAL);
"""
_IN_BRIEF = "SELECT folder, mtime, size, damaged, brief FROM returns"
_IN_FULL = "SELECT folder, mtime, size, damaged, content FROM returns JOIN in_full USING (folder)"
_CHOSEN = """
WHERE damaged OR ((?1 OR NOT closed) AND (?2 IS NULL OR deadline <= ?2 || 'T99') AND (?3 IS NULL OR step = ?3))
ORDER BY deadline IS NULL, deadline
"""


class Summary(Struct, frozen=True, kw_only=True):
    """What is kept of a return: to choose by, and to show in `brief` among many, or in full."""

    deadline: str | None
    step: str | None
    closed: bool
    brief: bytes
    content: bytes


#: Makes the summary of a return; what it makes may depend on nothing but the state.
Summarise = Callable[[Reference, State], Summary]


class Index:
    """The index of one workspace. Raises sqlite3.Error, OSError where it can't be used: do without it then."""

    def __init__(self, cache: Path, root: Path, summarise: Summarise, kind: str) -> None:
        """`kind` names the form of the summaries: another one is another file."""
        import sqlite3

        self._root = root.absolute()
        self._summarise = summarise
        files.ensure_folder(cache)
        path = cache / f"returns-{_VERSION}-{kind}-{hex_of(str(self._root).encode())[:16]}.sqlite"
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600))
        self._db: sqlite3.Connection = sqlite3.connect(path, timeout=10, isolation_level=None)
        self._db.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; {_TABLES}")

    def close(self) -> None:
        self._db.close()

    def update(self, *, thorough: bool) -> None:
        """Bring it up to date."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            seen = self._db.execute("SELECT inode, length, root, at FROM seen").fetchone() or (0, 0, 0, 0.0)
            place, root, now = changes.position(self._root), self._root.stat().st_mtime_ns, time.time()
            changed = changes.since(self._root, (seen[0], seen[1]))
            if thorough or changed is None or not 0 <= now - seen[3] < _DAY_S:
                self._look_at_all()
                seen = (*seen[:3], now)
            else:
                if root != seen[2]:
                    changed |= self._come_and_gone()
                self._take(changed)
            self._db.execute("DELETE FROM seen")
            self._db.execute("INSERT INTO seen VALUES (?, ?, ?, ?)", (*place, root, seen[3]))
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise

    def entries(
        self, *, closed: bool, until: str | None = None, step: str | None = None, in_full: bool = False
    ) -> Iterator[tuple[str, bytes | None]]:
        """Folder and content, brief or in full, by deadline: of what is due until a day, or has this as its next step.

        The content is None where the record has to be read: it is damaged, or (of chosen ones) has changed since.
        """
        narrow = until is not None or step is not None
        for folder, mtime, size, damaged, content in self._db.execute(
            (_IN_FULL if in_full else _IN_BRIEF) + _CHOSEN, (closed, until, step)
        ):
            fresh = not damaged and (not narrow or self._stamp(folder) == (mtime, size))
            yield folder, content if fresh else None

    def _look_at_all(self) -> None:
        known = {row[0]: row[1:] for row in self._db.execute("SELECT folder, mtime, size FROM returns")}
        changed = set()
        for folder in self._folders(known):
            stamp = self._stamp(folder)
            if stamp and known.pop(folder, None) != stamp:
                changed.add(folder)
        self._take({*changed, *known})

    def _stamp(self, folder: str) -> tuple[int, int] | None:
        try:
            about = os.stat(f"{self._root}/{folder}/{NAME}")  # noqa: PTH116 - a Path costs more than the look itself
        except OSError:
            return None
        return about.st_mtime_ns, about.st_size

    def _come_and_gone(self) -> set[str]:
        known = {folder for (folder,) in self._db.execute("SELECT folder FROM returns")}
        return known ^ self._folders(known)

    def _folders(self, known: Container[str]) -> set[str]:
        with os.scandir(self._root) as entries:
            return {
                entry.name
                for entry in entries
                if (entry.name in known or from_folder(entry.name)) and entry.is_dir(follow_symlinks=False)
            }

    def _take(self, folders: Iterable[str]) -> None:
        for folder in folders:
            if row := self._row(folder):
                *brief, content = row
                self._db.execute("INSERT OR REPLACE INTO returns VALUES (?, ?, ?, ?, ?, ?, ?, ?)", brief)
                self._db.execute("INSERT OR REPLACE INTO in_full VALUES (?, ?)", (folder, content))

    def _row(self, folder: str) -> tuple[Any, ...] | None:
        path = self._root / folder
        reference = from_folder(folder)
        try:
            about = os.stat(path / NAME)  # noqa: PTH116 - before it is read: a later change is seen by its time
            state = read_state(path)
        except (FileNotFoundError, NotFound, NotADirectoryError):
            self._db.execute("DELETE FROM returns WHERE folder = ?", (folder,))
            self._db.execute("DELETE FROM in_full WHERE folder = ?", (folder,))
            return None
        except Damaged:
            return (folder, about.st_mtime_ns, about.st_size, None, None, 0, 1, b"", b"")
        if reference is None:
            return None
        made = self._summarise(reference, state)
        stamp = (about.st_mtime_ns, about.st_size)
        return (folder, *stamp, made.deadline, made.step, int(made.closed), 0, made.brief, made.content)
