"""Which returns were worked on, a folder's name a line: so that an index needs to read those alone.

Nothing depends on it but the speed of looking at many returns; a line that is lost is made up for by the next thorough
look. When it is long it begins anew, which whoever reads it can tell by its number on the disk (inode).
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

NAME = ".returnctl/changed"
_LONG = 16_000_000


def note(root: Path, folder: str) -> None:
    """Say that a return is being, or was, worked on."""
    path = root / NAME
    with suppress(OSError):
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(path, flags, 0o600)
        try:
            if os.fstat(descriptor).st_size > _LONG:
                path.unlink()
            os.write(descriptor, f"{folder}\n".encode())
        finally:
            os.close(descriptor)


def position(root: Path) -> tuple[int, int]:
    """The file's inode and its length: what was noted up to here."""
    try:
        about = (root / NAME).stat()
    except OSError:
        return 0, 0
    return about.st_ino, about.st_size


def since(root: Path, place: tuple[int, int]) -> set[str] | None:
    """The folders noted after a position; None where that can't be said any more."""
    inode, length = place
    if position(root)[0] != inode or position(root)[1] < length:
        return None
    try:
        with (root / NAME).open("rb") as file:
            file.seek(length)
            return set(file.read().decode("ascii", "ignore").split())
    except OSError:
        return set() if inode == 0 else None
