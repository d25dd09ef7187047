from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.commands.pictures import Pictures
from tests.commands.running import Runner
from tests.commands.world import IMEI, Sandbox


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a workspace waits for the tests that begin with it; of one worker, for a record names its sandbox."""
    return tmp_path_factory.mktemp("kept") / "returns"


@pytest.fixture
def furnished(run_line: Runner, sandbox: Sandbox, pictures: Pictures, workspace: Path, kept: Path) -> Path:
    """An open return with photos, IMEI, proof, slip and label, made once and copied; the sandbox is as seeded."""
    if not kept.exists():
        furnish(run_line, pictures)
        sandbox.reset()
        shutil.move(workspace, kept)
    shutil.copytree(kept, workspace, symlinks=True)
    return workspace / "10000001"


def furnish(run_line: Runner, pictures: Pictures) -> None:
    """What the buyer does before the parcel is packed, each step through the command line."""
    run_line("open 10000001 --reason faulty --wants refund")
    run_line("photos 10000001 {phone}", phone=pictures.phone)
    run_line(f"imei 10000001 {IMEI}")
    run_line("disconnect-proof 10000001 {proof}", proof=pictures.phone / "disconnect-proof.png")
    run_line("slip 10000001")
    run_line("label 10000001")
