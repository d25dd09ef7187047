"""Locks that hold where the workspace is: on a local disk the system's own, on a network file system a file.

The system's locks (flock) don't keep two machines apart that see one folder through NFS; creating a file there does.
The choice is the workspace's, so that its server, which sees a local disk, goes by the same one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from returnctl.errors import Busy, ReturnctlError
from returnctl.returns import files

if TYPE_CHECKING:
    from filelock import BaseFileLock

#: Says `file` where the workspace is, or was once, used through a network file system.
KIND = ".returnctl/locks/kind"
FILE, SYSTEM = "file", "system"
NETWORK = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "ceph",
    "glusterfs",
    "lustre",
    "webdav",
    "davfs",
}


def made(root: Path, path: Path) -> BaseFileLock:
    """The lock at `path`, of the workspace's kind; not taken yet."""
    return of_kind(kind(root), path)


def of_kind(kind: str, path: Path) -> BaseFileLock:
    """The lock at `path`; not taken yet."""
    if kind == FILE:
        from filelock import StrictSoftFileLock

        return StrictSoftFileLock(path.with_suffix(".claim"), timeout=0, mode=0o600)
    from filelock import FileLock

    return FileLock(path, timeout=0, mode=0o600)


@contextmanager
def held(root: Path, path: Path, *, patience_s: float) -> Iterator[None]:
    """Hold the lock at `path`, waiting for it a little. Raises Busy, DiskTrouble."""
    from filelock import Timeout

    lock = made(root, path)
    try:
        lock.acquire(timeout=patience_s, poll_interval=0.005)
    except Timeout:
        raise Busy(
            f"{path} was held by another process for {patience_s:.0f} s.",
            hint="run the command again; if it stays, see whether a machine died that had it",
        ) from None
    except OSError as error:
        raise files.trouble(error, path) from error
    try:
        yield
    finally:
        lock.release()


def kind(root: Path) -> str:
    """`file` or `system`: as the workspace says, else by its file system."""
    try:
        noted = files.read_bytes(root / KIND, max_bytes=100).strip()
    except FileNotFoundError:
        noted = b""
    if noted == FILE.encode():
        return FILE
    return FILE if _seen_through_network(str(root)) else SYSTEM


def noted(root: Path, path: Path) -> BaseFileLock:
    """As `made`; that locks are files here is written down, for those who see another file system."""
    found = kind(root)
    if found == FILE and not (root / KIND).is_file():
        files.write_atomic(files.inside(root, KIND), FILE.encode())
    return of_kind(found, path)


_KINDS: dict[str, str] = {}


def _seen_through_network(root: str) -> bool:
    """Asked once for each workspace: a mount does not change under a command."""
    if root not in _KINDS:
        _KINDS[root] = ""
        with suppress(OSError, ReturnctlError):
            _KINDS[root] = file_system(Path(root))
    return _KINDS[root] in NETWORK


def file_system(path: Path) -> str:
    """The kind of file system that `path` is on, such as ext4; empty where the system does not say."""
    import os

    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    best, kind = "", ""
    real = os.path.realpath(path)
    for line in mounts:
        left, _, right = line.partition(" - ")
        place = left.split()[4].replace("\\040", " ")
        if len(place) >= len(best) and (f"{real}/").startswith(f"{place.rstrip('/')}/"):
            best, kind = place, right.split()[0]
    return kind
