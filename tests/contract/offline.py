"""Command lines in a process of their own that has no network, and says at its end what it imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec

#: Any use of the network is a defect (exit 70); the last line of standard error lists the modules.
_SCRIPT = """
import json, socket, sys
def refuse(*_, **__):
    raise AssertionError("the network was used")
socket.socket.connect = socket.socket.sendto = socket.getaddrinfo = refuse
from returnctl.__main__ import main
sys.argv[0] = "returnctl"
code = 0
try:
    main()
except SystemExit as ended:
    code = ended.code or 0
print("\\n" + json.dumps(sorted(sys.modules)), file=sys.stderr)
sys.exit(code)
"""
ROOT = Path(__file__).resolve().parents[2]


class Offline(msgspec.Struct, frozen=True, kw_only=True):
    stdout: str
    stderr: str
    modules: frozenset[str]


def offline(*words: str, exit: int = 0, **environ: str) -> Offline:
    ended = subprocess.run(
        [sys.executable, "-c", _SCRIPT, *words],
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert ended.returncode == exit, ended
    *said, modules = ended.stderr.splitlines()
    return Offline(
        stdout=ended.stdout, stderr="\n".join(said).rstrip(), modules=frozenset(json.loads(modules))
    )
