"""R7: folders that are not as they should be: said in one line, nothing lost, nothing written elsewhere."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.commands.running import ProcessRunner, Runner
from tests.commands.world import Sandbox, tree
from tests.faults.gate import Gate

OPEN = "open 10000001 --reason faulty --wants refund"


pytestmark = pytest.mark.usefixtures("opened")


@pytest.mark.parametrize("handled", [True, False])
def test_removed_while_a_message_is_under_way(
    run_process: ProcessRunner,
    run_line: Runner,
    sandbox: Sandbox,
    gate: Gate,
    workspace: Path,
    handled: bool,
) -> None:
    """It is not written anew from what the process remembers; `open` adopts the case, and knows its messages."""
    stop = gate.hold("POST", "/v1/returns/*/messages", handled=handled)
    running = run_process.start("message 10000001 Hello.")
    assert stop.arrived()
    shutil.rmtree(workspace / "10000001")
    stop.let_go()
    running.process.communicate(timeout=30)
    assert running.process.returncode != 0
    if (workspace / "10000001").exists():
        assert run_line("verify 10000001 --json", 9).error["code"] == "damaged"
        shutil.rmtree(workspace / "10000001")
    assert run_line(f"{OPEN} --json").json["adopted"] is True
    run_line("message 10000001 Hello.")
    run_line("message 10000001 Hello.")
    assert sandbox.ledger()["messages"] == 1


@pytest.mark.parametrize("name", ["documents", "intents", "return.json", "."])
def test_a_link_out_is_not_followed(run_line: Runner, workspace: Path, tmp_path: Path, name: str) -> None:
    inside, outside = workspace / "10000001" / name, tmp_path / "outside"
    shutil.move(inside.resolve(), outside)
    (workspace / "10000001").joinpath(name).parent.mkdir(exist_ok=True)
    (workspace / "10000001" if name == "." else inside).symlink_to(outside)
    before = tree(outside) if outside.is_dir() else outside.read_bytes()
    ran = run_line.attempt("message 10000001 Hello.")
    if name == "documents":
        ran = run_line.attempt("slip 10000001")
    assert ran.exit in (1, 5), ran
    assert (tree(outside) if outside.is_dir() else outside.read_bytes()) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="no folder is closed to root")
def test_a_folder_that_can_only_be_read(run_line: Runner, workspace: Path) -> None:
    before = tree(workspace / "10000001")
    (workspace / "10000001").chmod(0o500)
    try:
        assert run_line("slip 10000001 --json", 1).error["code"] == "disk"
        run_line("status 10000001")
    finally:
        (workspace / "10000001").chmod(0o700)
    assert tree(workspace / "10000001") == before


def test_the_workspace_is_a_link(run_line: Runner, workspace: Path, tmp_path: Path) -> None:
    """That is the user's own doing, and goes on."""
    shutil.move(workspace, tmp_path / "elsewhere")
    workspace.symlink_to(tmp_path / "elsewhere")
    ran = run_line.attempt("message 10000001 Hello.")
    assert ran.exit in (0, 1), ran
    assert ran.exit == 0 or "link" in ran.stderr
