"""The checkout's own environment, `.venv`: made once, and brought up to date when pyproject.toml or Python changes.

Usage: _environment.py [--test], which adds the tools of the test group.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "returnctl-stamp.json"


class NoEnvironment(Exception):
    """The environment can't be made; the message is for the user."""


def ensure(*, test: bool = False) -> None:
    """Leave `.venv` as pyproject.toml has it. Quick where nothing has changed. Raises NoEnvironment."""
    with (ROOT / "pyproject.toml").open("rb") as project:
        fcntl.flock(project, fcntl.LOCK_EX)  # two scripts at once: the second finds the work done
        content = project.read()
        if _is_current(_key(content), test):
            return
        _say("Making the environment in .venv; the first time this takes a minute or two.")
        if not _version():
            if VENV.exists():
                _say("What there is in .venv does not work here: it is replaced.")
            _run(sys.executable, "-m", "venv", "--clear", str(VENV))
        STAMP.unlink(missing_ok=True)
        _pip("pip>=25.1")  # the first that knows --group
        _pip(*(["--group", "test"] if test else []), "--editable", ".")
        STAMP.write_text(json.dumps({"key": _key(content), "test": test}))


def clean_environ() -> dict[str, str]:
    """The user's environment without what would have Python or pip look elsewhere."""
    dropped = {"PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return kept | {"PIP_USER": "0", "PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def _is_current(key: str, test: bool) -> bool:
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return False
    return bool(stamp.get("key") == key and (stamp.get("test") or not test))


def _key(project: bytes) -> str:
    """An environment can't be moved, so the key holds its place too."""
    return hashlib.sha256(b"\0".join((project, _version().encode(), str(ROOT).encode()))).hexdigest()


def _version() -> str:
    """The version of the environment's Python; empty where it does not work, or belongs to another place."""
    ask = "import pip, sys; print(sys.version_info[:3] >= (3, 11) and sys.prefix, sys.version)"
    try:
        answer = subprocess.run(
            [PYTHON, "-c", ask], capture_output=True, text=True, check=False, env=clean_environ()
        )
    except OSError:
        return ""
    return answer.stdout if answer.stdout.startswith(f"{VENV} ") else ""


def _pip(*what: str) -> None:
    _run(str(PYTHON), "-m", "pip", "install", "--quiet", "--upgrade", "--root-user-action=ignore", *what)


def _run(*command: str) -> None:
    if subprocess.run(command, cwd=ROOT, env=clean_environ(), check=False).returncode:
        raise NoEnvironment(
            "The environment could not be made; the reason stands above. It is downloaded from the Python package "
            "index: is there a network? (PIP_INDEX_URL names another index.)"
        )


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def main() -> int:
    try:
        ensure(test="--test" in sys.argv[1:])
    except (NoEnvironment, OSError) as error:
        _say(f"{error}")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
