from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.pictures import Pictures
from tests.commands.running import Names, Runner
from tests.commands.world import Beginnings, Sandbox
from tests.contract.examples import EXAMPLES
from tests.faults.gate import Gate


@pytest.fixture
def names(pictures: Pictures, tmp_path: Path) -> Names:
    """What the examples call by name."""
    rows = tmp_path / "rows.csv"
    rows.write_text("return,reason,wants\n10000001,faulty,refund\n")
    return {
        "phone": pictures.phone,
        "proof": pictures.phone / "disconnect-proof.png",
        "missing": tmp_path / "missing.png",
        "rows": rows,
    }


@pytest.fixture
def prepared(
    request: pytest.FixtureRequest,
    run_line: Runner,
    sandbox: Sandbox,
    beginnings: Beginnings,
    workspace: Path,
) -> None:
    """A return with the number of its label, one at the seller's desk: every command has something to do.

    A test of one command gets the desk's only where an example of that command names it.
    """
    name = request.node.callspec.params.get("name") if hasattr(request.node, "callspec") else None
    example = EXAMPLES.get(name)
    desk = example is None or "10000006" in f"{example.well} {example.badly}"

    def make() -> None:
        run_line("open 10000001 --reason faulty --wants refund")
        run_line(f"label 10000001 --number {sandbox.number()}")
        if desk:
            run_line("open 10000006 --profile sandbox-seller")

    beginnings("with a desk" if desk else "labelled", workspace, make)


@pytest.fixture
def staging(sandbox: Sandbox) -> Iterator[str]:
    """The address of a marketplace that says it is a staging one."""
    with Gate(sandbox.url, environment="staging") as opened:
        yield opened.url


@pytest.fixture
def gate(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """Stands in front of the sandbox; the profile leads to it."""
    with Gate(sandbox.url) as opened:
        monkeypatch.setenv("RETURNCTL_SANDBOX_URL", opened.url)
        yield opened
