"""Files of a return: written whole or not at all, private, and never through a symbolic link.

A file is written beside its place, flushed to the disk, and moved there in one step; the folder is flushed too.
Files are 0600 and folders 0700 whatever the umask.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from returnctl.errors import DiskTrouble, Failed, ReturnctlError

#: The name of the truth about a return, in its folder.
RECORD = "return.json"

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
#: What network file systems say that can't flush a folder; the file itself is flushed.
_NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP}
#: Never through a link; byte for byte where the system would else change the ends of lines.
_PLAINLY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def ensure_folder(folder: Path) -> None:
    """Make `folder` and what is missing above it, for its owner alone. Raises Failed for a symbolic link."""
    mode = _mode(os.fspath(folder))
    if stat.S_ISLNK(mode):
        raise _link(folder)
    if stat.S_ISDIR(mode):
        return
    try:
        _make_folders(folder)
    except FileExistsError:
        raise Failed(f"{folder} is a file, and a folder is needed there.") from None
    except OSError as error:
        raise trouble(error, folder) from error


def make_unflushed(folder: Path) -> None:
    """Make a folder that is on disk once a file beside it was written. Raises DiskTrouble."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise trouble(error, folder) from error


def _make_folders(folder: Path) -> None:
    missing = [folder]
    while not missing[-1].parent.is_dir():
        missing.append(missing[-1].parent)
    for part in reversed(missing):
        try:
            part.mkdir(mode=0o700)
        except FileExistsError:
            if not part.is_dir() or part.is_symlink():  # else another process was quicker
                raise
        _sync_folder(part.parent)


def open_to_others(folder: Path) -> bool:
    """Whether other users of this machine may look into a folder of ours, or put things there."""
    if os.name == "nt":
        return False
    try:
        return bool(stat.S_IMODE(folder.stat().st_mode) & 0o077)
    except OSError:
        return False


def inside(folder: Path, name: str) -> Path:
    """The path of `name` below `folder`, no part of which is a symbolic link. Raises Failed where one is."""
    here = os.fspath(folder)  # strings: each change of a return asks for some ten of these looks
    for part in ("", *name.split("/")):
        if part in (".", ".."):
            raise Failed(f"“{name}” is no name of a file in a return's folder.")
        if part:
            here = f"{here}{os.sep}{part}"
        if stat.S_ISLNK(_mode(here)):
            raise _link(Path(here))
    return Path(here)


def is_folder(path: str) -> bool:
    """Whether there is a folder at `path` itself, which is no link to one."""
    return stat.S_ISDIR(_mode(path))


def _mode(path: str) -> int:
    """What is at `path` itself; 0 where there is nothing that can be looked at."""
    try:
        return os.lstat(path).st_mode
    except (OSError, ValueError):
        return 0


def write_atomic(path: Path, content: bytes) -> None:
    """Replace `path` with `content`, or leave it untouched.

    Raises DiskTrouble where the disk is full, read-only or failing, Failed where `path` is a symbolic link.
    """
    folder = path.parent
    ensure_folder(folder)
    if stat.S_ISLNK(_mode(os.fspath(path))):
        raise _link(path)
    try:
        _put(path, content, flush=True)
        _sync_folder(folder)
    except OSError as error:
        raise trouble(error, path) from error


def move(path: Path, target: Path) -> None:
    """Give a file that is written already another name, in one step; after a crash it may have its old one.

    Raises DiskTrouble.
    """
    try:
        path.replace(target)
    except OSError as error:
        raise trouble(error, target) from error


def write_loosely(path: Path, content: bytes) -> None:
    """Replace `path` in one step, without waiting for the disk: for what may be lost when the power fails."""
    try:
        _put(path, content, flush=False)
    except OSError as error:
        raise trouble(error, path) from error


def _put(path: Path, content: bytes, *, flush: bool) -> None:
    """Write beside, then move. What could not be moved is taken away again."""
    beside = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    try:
        _write_new(beside, content, flush=flush)
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def sign(path: Path, content: bytes) -> Iterator[None]:
    """Words that stand in a file for as long as the block lasts; then it is empty. Whoever reads may meet half of
    them. Raises DiskTrouble, Failed for a symbolic link."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _PLAINLY, 0o600)
    except OSError as error:
        raise (_link(path) if error.errno == errno.ELOOP else trouble(error, path)) from error
    try:
        try:
            os.write(descriptor, content)
        except OSError as error:
            raise trouble(error, path) from error
        yield
    finally:
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, 0)
        with contextlib.suppress(OSError):
            os.close(descriptor)


def _write_new(path: Path, content: bytes, *, flush: bool) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _PLAINLY, 0o600)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(descriptor, left) :]
        if flush:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # folders can't be opened there, and their entries are journalled
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(descriptor)


def read_bytes(path: Path, *, max_bytes: int) -> bytes:
    """The whole of a regular file that is no symbolic link. Raises FileNotFoundError, Failed, DiskTrouble."""
    try:
        # O_NONBLOCK: opening a named pipe would wait for its other end.
        descriptor = os.open(path, os.O_RDONLY | _PLAINLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise (_link(path) if error.errno == errno.ELOOP else trouble(error, path)) from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Failed(f"{path} is not a file.")
        content = _read_all(descriptor, max_bytes + 1)
    except OSError as error:
        raise trouble(error, path) from error
    finally:
        os.close(descriptor)
    if len(content) > max_bytes:
        raise Failed(f"{path} is larger than {max_bytes // 1_000_000} MB, which no file of ours is.")
    return content


def _read_all(descriptor: int, at_most: int) -> bytes:
    parts = []
    while at_most > 0 and (part := os.read(descriptor, min(at_most, 1 << 20))):
        parts.append(part)
        at_most -= len(part)
    return b"".join(parts)


def below(folder: Path, name: str) -> Iterator[tuple[str, int]]:
    """Everything in `name` (a folder or a file of `folder`) that is no folder itself, with its size in bytes.

    A symbolic link is one of these, whatever it leads to. What is not there is nothing.
    """
    path = folder / name
    try:
        about = path.lstat()
        if not stat.S_ISDIR(about.st_mode):
            yield name, about.st_size
            return
        entries = sorted(entry.name for entry in path.iterdir())
    except FileNotFoundError:
        return
    except OSError as error:
        raise trouble(error, path) from error
    for entry in entries:
        yield from below(folder, f"{name}/{entry}")


def remove(folder: Path, name: str) -> None:
    """Remove a file, or a link itself, and the folders that are empty without it, up to `folder`."""
    parent, _, last = name.rpartition("/")
    here = inside(folder, parent) if parent else folder
    try:
        (here / last).unlink(missing_ok=True)
    except OSError as error:
        raise trouble(error, here / last) from error
    while here != folder:
        try:
            here.rmdir()
        except OSError:  # it holds something else
            return
        here = here.parent


def trouble(error: OSError, path: Path) -> ReturnctlError:
    """The error to raise for what the operating system said about `path`."""
    words = error.strerror or type(error).__name__
    hint = "free some space, then run the command again: nothing is lost" if error.errno in _FULL else None
    return DiskTrouble(f"{path}: {words.lower()}.", hint=hint)


def _link(path: Path) -> Failed:
    return Failed(
        f"{path} is a symbolic link; returnctl does not follow links inside a return's folder.",
        hint="put the real file or folder there",
    )
