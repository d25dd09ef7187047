"""The user's documents folder, as platformdirs has it. Its import, and pathlib's, would cost each TAB a third more."""

from __future__ import annotations

import os
import re
import sys

_NAMED = re.compile(r'\s*XDG_DOCUMENTS_DIR\s*=\s*"?([^"\n]*)')


def documents() -> str:
    """The folder for documents; it may not be there."""
    if not sys.platform.startswith(("linux", "freebsd")):
        import platformdirs

        return platformdirs.user_documents_dir()
    if named := os.environ.get("XDG_DOCUMENTS_DIR", "").strip():
        return named
    home = os.path.expanduser("~")  # noqa: PTH111 - see above
    named = _in_user_dirs(os.environ.get("XDG_CONFIG_HOME") or f"{home}/.config")
    return named.replace("$HOME", home) or f"{home}/Documents"


def _in_user_dirs(config: str) -> str:
    """What the desktop's own file of folders says; empty where it says nothing."""
    try:
        with open(f"{config}/user-dirs.dirs", encoding="utf-8") as file:  # noqa: PTH123 - see above
            found = [match[1] for line in file if (match := _NAMED.match(line))]
    except (OSError, UnicodeDecodeError):
        return ""
    return found[-1] if found else ""
