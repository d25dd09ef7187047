"""Files of a return: written whole or not at all, private, and never through a symbolic link.

A file is written beside its place, flushed to the disk, and moved there in one step; the folder is flushed too.
Files are 0600 and folders 0700 whatever the umask.
"""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

from returnctl.errors import DiskTrouble, Failed, ReturnctlError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def ensure_folder(folder: Path) -> None:
    """Make `folder` and what is missing above it, for its owner alone. Raises Failed for a symbolic link."""
    if folder.is_symlink():
        raise _link(folder)
    if folder.is_dir():
        return
    try:
        _make_folders(folder)
    except FileExistsError:
        raise Failed(f"{folder} is a file, and a folder is needed there.") from None
    except OSError as error:
        raise trouble(error, folder) from error


def _make_folders(folder: Path) -> None:
    missing = [folder]
    while not missing[-1].parent.is_dir():
        missing.append(missing[-1].parent)
    for part in reversed(missing):
        with contextlib.suppress(FileExistsError) if part.is_dir() else contextlib.nullcontext():
            part.mkdir(mode=0o700)
        _sync_folder(part.parent)


def write_atomic(path: Path, content: bytes) -> None:
    """Replace `path` with `content`, or leave it untouched.

    Raises DiskTrouble where the disk is full, read-only or failing, Failed where `path` is a symbolic link.
    """
    ensure_folder(path.parent)
    if path.is_symlink():
        raise _link(path)
    beside = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    try:
        _write_new(beside, content)
        beside.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise trouble(error, path) from error
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def _write_new(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor, opened above with the flags we need
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # folders can't be opened there, and their entries are journalled
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_bytes(path: Path, *, max_bytes: int) -> bytes:
    """The whole of a regular file that is no symbolic link. Raises FileNotFoundError, Failed, DiskTrouble."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise (_link(path) if error.errno == errno.ELOOP else trouble(error, path)) from error
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor, opened above with the flags we need
        try:
            content = file.read(max_bytes + 1)
        except OSError as error:
            raise trouble(error, path) from error
    if len(content) > max_bytes:
        raise Failed(f"{path} is larger than {max_bytes // 1_000_000} MB, which no file of ours is.")
    return content


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
