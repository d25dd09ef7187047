"""A step done with the same input says so, exits 0, sends nothing, and writes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.running import Names, Runner
from tests.commands.world import IMEI, Sandbox, tree

STEPS = {
    "open": "open 10000001 --reason faulty --wants refund",
    "photos": "photos 10000001 {phone}",
    "imei": f"imei 10000001 {IMEI}",
    "disconnect-proof": "disconnect-proof 10000001 {proof}",
    "no proof": "disconnect-proof 10000001 --none 'It is dead.'",
    "slip": "slip 10000001",
    "label": "label 10000001",
    "ship": "ship 10000001 --battery ok --sent",
}


@pytest.fixture(autouse=True)
def prepared_return(prepared: None) -> None:
    pass


@pytest.mark.parametrize("line", STEPS.values(), ids=list(STEPS))
class TestTheSameInput:
    def test_sends_and_writes_nothing(
        self, run_line: Runner, sandbox: Sandbox, names: Names, workspace: Path, line: str
    ) -> None:
        run_line(line, **names)
        before, received = tree(workspace / "10000001"), sandbox.whole_ledger()
        assert run_line(f"{line} --json", **names).json["sent"] is False
        assert tree(workspace / "10000001") == before
        assert sandbox.whole_ledger() == received

    def test_says_so(self, run_line: Runner, names: Names, line: str) -> None:
        if line in (STEPS["slip"], STEPS["label"]):
            return  # these show what there is, each time
        run_line(line, **names)
        ran = run_line(line, **names)
        assert "already" in (ran.stdout + ran.stderr).lower()

    def test_without_input(self, run_line: Runner, sandbox: Sandbox, names: Names, line: str) -> None:
        """The bare command looks at what is there."""
        run_line(line, **names)
        received = sandbox.whole_ledger()
        bare = " ".join(line.split()[:2])
        assert run_line(f"{bare} --json").json["sent"] is False
        assert sandbox.whole_ledger() == received
