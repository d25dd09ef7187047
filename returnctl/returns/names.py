"""Which returns an order has, without a look at all folders of the workspace.

A return's folder is named after its order, and nearly every order has the folder of that very name alone. The others,
of orders with several devices, are noted in `.returnctl/orders/<order>`, a name a line; second returns (`~2`) are
found by counting. Where there are no notes yet, the folders are listed; who may write then makes them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from returnctl.errors import ReturnctlError
from returnctl.returns import files
from returnctl.returns.reference import Reference, from_folder

FOLDER = ".returnctl/orders"
_BYTES = 1_000_000


def of_order(root: Path, order: str) -> list[Reference]:
    """Every return of an order that has a folder; as many looks as it has returns, once there are notes."""
    if not files.is_folder(f"{root}/{FOLDER}"):
        return [ref for ref in every(root) if ref.order == order]
    found: list[Reference] = []
    for base in dict.fromkeys((order, *_noted(root, order))):
        number = 1
        while ref := from_folder(base if number == 1 else f"{base}~{number}"):
            if not files.is_folder(f"{root}/{ref.folder}"):
                break
            found.append(ref)
            number += 1
    return found


def every(root: Path) -> list[Reference]:
    """Every return that has a folder here."""
    try:
        with os.scandir(root) as entries:
            names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [ref for name in names if (ref := from_folder(name))]


def note(root: Path, reference: Reference) -> None:
    """Remember a return that is about to get its folder. Raises DiskTrouble."""
    if not files.is_folder(f"{root}/{FOLDER}"):
        _make(root)
    if reference.line is None:
        return
    name = f"{reference.order}-{reference.line}"
    if name in _noted(root, reference.order):
        return
    path = files.inside(root, f"{FOLDER}/{reference.order}")
    try:
        descriptor = os.open(
            path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0), 0o600
        )
        try:
            os.write(descriptor, f"{name}\n".encode())
        finally:
            os.close(descriptor)
    except OSError as error:
        raise files.trouble(error, path) from error


def _make(root: Path) -> None:
    """Note what there is; whole or not at all, and whoever is second leaves the first one's."""
    files.ensure_folder(files.inside(root, ".returnctl"))
    import shutil  # five milliseconds together, for a workspace that is new
    import tempfile

    fresh = Path(tempfile.mkdtemp(prefix=".orders-", dir=root / ".returnctl"))
    try:
        for order, bases in _by_order(every(root)).items():
            (fresh / order).write_text("".join(f"{base}\n" for base in bases))
            (fresh / order).chmod(0o600)
        with suppress(OSError):
            fresh.rename(root / FOLDER)
    except OSError as error:
        raise files.trouble(error, fresh) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _by_order(references: Iterable[Reference]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for reference in references:
        base = reference.folder.partition("~")[0]
        if reference.line and base not in found.setdefault(reference.order, []):
            found[reference.order].append(base)
    return found


def _noted(root: Path, order: str) -> list[str]:
    try:
        content = files.read_bytes(root / f"{FOLDER}/{order}", max_bytes=_BYTES)
    except FileNotFoundError:
        return []
    except ReturnctlError:
        return [ref.folder.partition("~")[0] for ref in every(root) if ref.order == order]
    return [name for name in content.decode("ascii", "ignore").split() if from_folder(name)]
