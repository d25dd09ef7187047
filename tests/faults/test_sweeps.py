"""The sweeps of `scripts/torture`, a few cases of each. A failure prints the seed that repeats it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def torture(*words: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own: it forks, and a fork takes no thread along."""
    return subprocess.run(
        [sys.executable, "scripts/_torture.py", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(900)
def test_each_in_short() -> None:
    done = torture("--short", "--seed", "7")
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def test_an_unknown_sweep() -> None:
    assert torture("--only", "R99").returncode == 2
