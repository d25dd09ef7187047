"""Several machines, as far as one can stand for them: a scheduler and its workers in processes of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.running import Runner
from tests.commands.world import Sandbox

pytest.importorskip("distributed", reason="the extra `dask` is not installed")

ROWS = "return,reason,wants\n" + "".join(f"1000000{n},faulty,refund\n" for n in (1, 2, 5))


@pytest.mark.nightly
def test_a_cluster_of_its_own(run_line: Runner, sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(ROWS)
    result = run_line("batch {path} --engine dask --jobs 2 --json", path=path).json
    assert result["done"] == 3, result
    assert sandbox.ledger("10000005")["returns"] == 1


@pytest.mark.nightly
@pytest.mark.timeout(3_000)
def test_a_worker_that_is_killed(tmp_path: Path) -> None:
    """A scheduler and two workers started by hand; one of them gets SIGKILL in the middle."""
    bench = Path(__file__).parents[2] / "scripts" / "bench" / "batch"
    words = [sys.executable, str(bench), "--only", "dask", "--scale", "0.02", "--strict"]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "0 wrong" in ended.stdout


@pytest.mark.parametrize("address", ["10.0.0.5:8786", "http://127.0.0.1:1", "tcp://"])
def test_an_address_that_is_none(run_line: Runner, sandbox: Sandbox, tmp_path: Path, address: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(ROWS)
    ran = run_line("batch {path} --engine dask --scheduler {address} --json", 2, path=path, address=address)
    assert "tcp://" in ran.error["hint"]
    assert sandbox.ledger("10000001")["returns"] == 0
