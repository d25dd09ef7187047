"""The one SQLite file that holds everything the sandbox knows."""

from __future__ import annotations

import threading
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from returnctl.errors import DiskTrouble

if TYPE_CHECKING:
    import sqlite3

FILE = "sandbox.sqlite3"
_SCHEMA = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")


def default_folder() -> Path:
    """Where the sandbox keeps its data when nobody says where."""
    from platformdirs import user_state_path

    return user_state_path("returnctl") / "sandbox"


class Store:
    """The file, opened. One connection behind one lock: a request takes a millisecond or two of it."""

    def __init__(self, folder: Path) -> None:
        """Opens `folder/sandbox.sqlite3`, made and filled when it is not there. Raises DiskTrouble."""
        import sqlite3

        from returnctl.sandbox import seed

        self._lock = threading.RLock()
        path = folder / FILE
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
            self._prepare()
        except (OSError, sqlite3.Error) as error:
            raise DiskTrouble(
                f"The sandbox's data can't be opened: {path}: {error}", hint="name another folder with --data"
            ) from error
        with self.transaction() as db:
            seed.refresh(db)
            self.instance = str(db.execute("select value from meta where name = 'instance'").fetchone()[0])

    def _prepare(self) -> None:
        import sqlite3

        self._db.row_factory = sqlite3.Row
        self._db.execute("pragma journal_mode = wal")
        # Without a full sync, a power cut may lose the last requests; a crash of the process loses nothing.
        self._db.execute("pragma synchronous = normal")
        with self.transaction() as db:
            if db.execute("pragma user_version").fetchone()[0] != _version():
                _create(db)
        self._db.execute("pragma foreign_keys = on")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing: an exception rolls back."""
        with self._lock:
            self._db.execute("begin immediate")
            try:
                yield self._db
            except BaseException:
                self._db.execute("rollback")
                raise
            self._db.execute("commit")

    def close(self) -> None:
        """Closes the file; nothing may use the store afterwards."""
        with self._lock:
            self._db.close()


def _version() -> int:
    """Another one for each other schema: the data of an older sandbox is made anew."""
    return zlib.crc32(_SCHEMA.encode()) >> 1


def _create(db: sqlite3.Connection) -> None:
    old = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
    for (name,) in db.execute(old).fetchall():
        db.execute(f"drop table [{name}]")
    for statement in _SCHEMA.split(";"):
        db.execute(statement)
    db.execute("insert into meta values ('instance', ?)", (str(uuid.uuid4()),))
    db.execute(f"pragma user_version = {_version()}")
