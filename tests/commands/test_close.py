"""`close`: how a return ended, and that it is over then."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.pictures import Pictures
from tests.commands.running import Runner
from tests.commands.world import IMEI, NUMBER, Sandbox, tree

OUTCOMES = ["refunded", "exchanged", "repaired", "refused", "sent-back", "withdrawn"]


pytestmark = pytest.mark.usefixtures("opened")


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome(run_line: Runner, sandbox: Sandbox, outcome: str) -> None:
    result = run_line(f"close 10000001 --outcome {outcome} --json").json
    assert (result["outcome"], result["sent"], result["next"]) == (outcome, False, None)
    assert run_line("status 10000001 --json").json["returns"][0]["closed"] == outcome
    assert sandbox.ledger()["messages"] == 0


def test_with_amount_and_note(run_line: Runner) -> None:
    result = run_line("close 10000001 --outcome refunded --amount 389.00 --note 'By card.' --json").json
    assert "389.00" in str(result["amount"])


@pytest.mark.parametrize("amount", ["much", "-1", "1e9", "1,50", "1.234", "''"])
def test_no_amount(run_line: Runner, amount: str) -> None:
    run_line(f"close 10000001 --outcome refunded --amount {amount}", 2)


def test_again(run_line: Runner, workspace: Path) -> None:
    run_line("close 10000001 --outcome refunded --amount 389.00")
    before = tree(workspace / "10000001")
    run_line("close 10000001 --outcome refunded --amount 389.00")
    assert tree(workspace / "10000001") == before


def test_another_outcome(run_line: Runner) -> None:
    run_line("close 10000001 --outcome refunded")
    error = run_line("close 10000001 --outcome repaired --json", 6).error
    assert "refunded" in error["message"]
    assert "--reopen" in error["hint"]


def test_without_an_outcome(run_line: Runner) -> None:
    error = run_line("close 10000001 --no-input --json", 2).error
    assert "--outcome" in f"{error['message']} {error['hint']}"


class TestAfterwards:
    LINES = (
        "open 10000001",
        "photos 10000001 {phone}",
        f"imei 10000001 {IMEI}",
        "disconnect-proof 10000001 --none 'never'",
        "slip --text 10000001",
        "label 10000001",
        "ship 10000001 --battery ok --drop-off",
        "message 10000001 Hello.",
        f"label 10000001 --number {NUMBER}",
        "track 10000001 --delivered 2026-06-09",
    )

    @pytest.fixture(autouse=True)
    def closed(self, run_line: Runner, sandbox: Sandbox, opened: None) -> None:
        run_line(f"label 10000001 --number {sandbox.number()}")
        run_line("close 10000001 --outcome withdrawn")

    @pytest.mark.parametrize("line", LINES)
    def test_no_step_is_done(
        self, run_line: Runner, sandbox: Sandbox, workspace: Path, pictures: Pictures, line: str
    ) -> None:
        before, received = tree(workspace / "10000001"), sandbox.ledger()
        error = run_line(f"{line} --json", 6, phone=pictures.phone).error
        assert "withdrawn" in error["message"]
        assert "--reopen" in error["hint"]
        assert (tree(workspace / "10000001"), sandbox.ledger()) == (before, received)

    @pytest.mark.parametrize("line", LINES)
    def test_unless_it_is_reopened(
        self, run_line: Runner, sandbox: Sandbox, pictures: Pictures, line: str
    ) -> None:
        again = "--again" if NUMBER in line else ""
        run_line(f"{line} --reopen {again}", phone=pictures.phone)
        assert run_line("status 10000001 --json").json["returns"][0]["closed"] is None

    def test_it_can_still_be_looked_at(self, run_line: Runner) -> None:
        run_line("status 10000001")
        run_line("messages 10000001")

    def test_reopened_by_itself(self, run_line: Runner) -> None:
        assert run_line("close 10000001 --reopen --json").json["outcome"] is None
        run_line("slip --text 10000001")
