"""Makes the environment, then hands over to `_walk.py` inside a sandbox.

This process becomes the sandbox: whatever ends it, nothing is left running.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

import _environment


def main() -> NoReturn:
    given = _arguments()
    try:
        _environment.ensure()
    except (_environment.NoEnvironment, OSError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    output = given.output or Path(tempfile.mkdtemp(prefix="returnctl-demo-"))
    output.mkdir(parents=True, exist_ok=True)
    folders = [str(folder.resolve()) for folder in (output, given.photos) if folder]
    walk = [str(_environment.PYTHON), str(Path(__file__).with_name("_walk.py")), *folders]
    returnctl = str(_environment.VENV / "bin" / "returnctl")
    os.execve(returnctl, [returnctl, "sandbox", "run", "--", *walk], _own_environ(output.resolve()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="demo", description="A whole return, from opening to delivered, on the embedded sandbox."
    )
    parser.add_argument(
        "--photos",
        type=Path,
        metavar="DIR",
        help="your own pictures of a phone, named after their views (screen-on, screen-off, back, left, right, "
        "top, bottom), or seven in this order by the time they were taken",
    )
    parser.add_argument(
        "--output", type=Path, metavar="DIR", help="an empty or new folder for what the demo makes"
    )
    given = parser.parse_args()
    if given.photos and not given.photos.is_dir():
        parser.error(f"{given.photos} is not a folder")
    if given.output and given.output.exists() and (not given.output.is_dir() or any(given.output.iterdir())):
        parser.error(f"{given.output} is not an empty folder")
    return given


def _own_environ(output: Path) -> dict[str, str]:
    """Nothing of the user's own returns, profiles and proxies."""
    kept = {name: text for name, text in _environment.clean_environ().items() if not _is_users(name)}
    return kept | {
        "RETURNCTL_CONFIG_DIR": str(output / "no-config"),
        "XDG_CACHE_HOME": str(output / "cache"),
    }


def _is_users(name: str) -> bool:
    return name.startswith("RETURNCTL_") or name.lower().endswith("_proxy")


if __name__ == "__main__":
    main()
