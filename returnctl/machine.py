"""What this machine has: libraries, programs, the workspace's file system, locks that hold."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from returnctl.errors import Failed, ReturnctlError
from returnctl.returns import locks
from returnctl.returns.files import trouble

#: Our libraries, by the name under which they are imported.
LIBRARIES = {
    "click": "click",
    "requests": "requests",
    "PIL": "pillow",
    "imagehash": "imagehash",
    "reportlab": "reportlab",
    "keyring": "keyring",
    "tabulate": "tabulate",
    "msgspec": "msgspec",
    "platformdirs": "platformdirs",
    "filelock": "filelock",
    "zxingcpp": "zxing-cpp",
    "pi_heif": "pi-heif",
    "pypdf": "pypdf",
    "holidays": "holidays",
    "flask": "flask",
    "waitress": "waitress",
}
#: Programs that are used where they are installed, and what for.
PROGRAMS = {
    "tesseract": "an IMEI is read from pictures with a barcode alone",
    "lp": "`label --print` has no printer to hand it to",
    "pdftoppm": "barcodes that a label's PDF draws as lines are not compared with its number",
}
SYNCHRONISED = ("dropbox", "onedrive", "google drive", "icloud", "nextcloud", "mobile documents")

ANOTHER = "name a folder on a local disk, with --workspace or RETURNCTL_WORKSPACE"

_PATIENCE_S = 20
_TAKE = """
import sys
from pathlib import Path
from filelock import Timeout
from returnctl.returns import locks
try:
    lock = locks.of_kind(sys.argv[2], Path(sys.argv[1]))
    lock.acquire()
except Timeout:
    sys.exit(3)
lock.release()
"""
_HELD = 3


def libraries() -> dict[str, str]:
    """The version of each library, imported for once. Raises Failed for one that is missing or broken."""
    from importlib import import_module
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for module, name in LIBRARIES.items():
        try:
            import_module(module)
            found[name] = version(name)
        except (ImportError, OSError, PackageNotFoundError) as error:
            raise Failed(
                f"The library {name} can't be used: {error}.",
                hint="install returnctl anew: `pipx reinstall returnctl`",
            ) from None
    return found


@contextmanager
def scratch(workspace: Path) -> Iterator[Path]:
    """A folder of ours where the workspace is, or will be; gone afterwards. Raises DiskTrouble, Failed."""
    parent = nearest(workspace)
    if not parent.is_dir():
        raise Failed(f"{parent} is no folder.", hint=ANOTHER)
    try:
        folder = tempfile.TemporaryDirectory(prefix=".returnctl-doctor-", dir=parent)
    except OSError as error:
        raise _disk(error, parent) from None
    with folder as name:
        yield Path(name)


def nearest(path: Path) -> Path:
    """`path`, or what is there of the folders above it."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def check_locks(folder: Path, kind: str) -> None:
    """Whether a lock of the workspace's kind is refused to another process, and free afterwards. Raises Failed."""
    path = folder / "probe.lock"
    try:
        with locks.of_kind(kind, path):
            held = _take(path, kind)
        freed = _take(path, kind)
    except OSError as error:
        raise _disk(error, path) from None
    if (held, freed) != (_HELD, 0):
        raise Failed(
            "Locks do not hold here: two commands could work on one return at once.",
            hint=ANOTHER,
        )


def _take(path: Path, kind: str) -> int:
    # -P: nothing is imported from the folder that one stands in.
    command = [sys.executable, "-P", "-c", _TAKE, str(path), kind]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    try:
        return subprocess.run(  # noqa: S603 - our own Python, our own words
            command, env=environment, check=False, capture_output=True, timeout=_PATIENCE_S
        ).returncode
    except subprocess.TimeoutExpired:
        return -1


def _disk(error: OSError, path: Path) -> ReturnctlError:
    found = trouble(error, path)
    found.hint = found.hint or ANOTHER
    return found
