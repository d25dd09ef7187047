"""Small files that all workers on a workspace share: each read and replaced under a lock, on whichever machine.

They hold what can be lost without harm (how often a service was asked, what a batch has spent so far), so that they
are not flushed to the disk; one that can't be read counts as empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from returnctl.returns import files, locks

FOLDER = ".returnctl/shared"
_PATIENCE_S = 30.0
_BYTES = 1_000_000


@contextmanager
def opened(root: Path, name: str) -> Iterator[dict[str, Any]]:
    """The content of the file `name`, to be changed in place; written when the block ends. Raises Busy, DiskTrouble."""
    path = files.inside(root, f"{FOLDER}/{name}.json")
    files.ensure_folder(path.parent)
    with locks.held(root, path.with_suffix(".lock"), patience_s=_PATIENCE_S):
        content = peek(root, name)
        yield content
        files.write_loosely(path, msgspec.json.encode(content))


def peek(root: Path, name: str) -> dict[str, Any]:
    """The content as it is, without the lock."""
    try:
        content = files.read_bytes(root / f"{FOLDER}/{name}.json", max_bytes=_BYTES)
        return msgspec.json.decode(content, type=dict[str, Any])
    except (FileNotFoundError, msgspec.MsgspecError, RecursionError):
        return {}


def forget(root: Path, name: str) -> None:
    """Remove the file; its lock stays, for somebody may just wait for it."""
    (root / FOLDER / f"{name}.json").unlink(missing_ok=True)
