"""`cancel`: pickup, label and a word to the seller, in this order, each exactly once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.running import Runner
from tests.commands.world import Sandbox, tree

NAME = "10000007"  # out of warranty: the buyer pays, so there is a label to give back
IN_ORDER = ["cancel a pickup", "cancel a return label", "post a message"]


@pytest.fixture
def arranged(run_line: Runner, sandbox: Sandbox) -> None:
    """A return with a bought label, a booked pickup and nothing sent yet."""
    run_line(f"open {NAME} --reason faulty --wants repair")
    run_line(f"label {NAME} --buy --carrier usps --yes")
    run_line(f"ship {NAME} --pickup 2026-06-11 --battery ok --yes")


def went_out(workspace: Path) -> list[str]:
    """What was meant to undo it, in order."""
    record = json.loads((workspace / NAME / "return.json").read_text())
    meant = [event["what"]["summary"] for event in record["events"] if event["what"]["kind"] == "intended"]
    return meant[3:]


@pytest.mark.usefixtures("arranged")
class TestCancel:
    def test_in_order_and_once(self, run_line: Runner, sandbox: Sandbox, workspace: Path) -> None:
        result = run_line(f"cancel {NAME} --yes --json").json
        assert (bool(result["pickup"]), bool(result["label"]), result["told_seller"]) == (True, True, True)
        assert went_out(workspace) == IN_ORDER
        before = tree(workspace / NAME)
        again = run_line(f"cancel {NAME} --yes --json").json
        assert (again["pickup"], again["label"], again["sent"]) == (None, None, False)
        assert tree(workspace / NAME) == before
        assert sandbox.ledger(NAME)["messages"] == 1

    @pytest.mark.parametrize(
        ("fault", "word", "done"),
        [
            ("lost-answer@DELETE/usps/pickup/*", "--happened", IN_ORDER),
            ("drop@DELETE/usps/labels/*", "--did-not-happen", [*IN_ORDER[:2], *IN_ORDER[1:]]),
            ("lost-answer@POST/v1/returns/*/messages", None, IN_ORDER),
        ],
    )
    def test_wherever_it_goes_wrong_it_goes_on_there(
        self,
        run_line: Runner,
        sandbox: Sandbox,
        workspace: Path,
        fault: str,
        word: str | None,
        done: list[str],
    ) -> None:
        sandbox.faults(f"{fault}:1x1")
        run_line(f"cancel {NAME} --yes", 9 if word else 75)
        if word:  # no carrier says what became of it: a person does
            run_line(f"cancel {NAME} --yes", 9)
            run_line(f"resolve {NAME} {word}")
        assert run_line(f"cancel {NAME} --yes --json").json["told_seller"] is True
        assert went_out(workspace) == done
        assert sandbox.ledger(NAME)["messages"] == 1

    def test_a_dry_run_and_a_no(self, run_line: Runner, sandbox: Sandbox, workspace: Path) -> None:
        before, ledger = tree(workspace / NAME), sandbox.ledger(NAME)
        would = run_line(f"cancel {NAME} --dry-run --json").json["would"]
        assert [one["summary"] for one in would] == [
            "cancel the pickup",
            "void the label",
            "tell the seller that you withdraw the return",
        ]
        run_line(f"cancel {NAME} --json", 2)
        assert (tree(workspace / NAME), sandbox.ledger(NAME)) == (before, ledger)
