"""`--dry-run`: says what would be sent, sends nothing, writes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from returnctl.cli import STEP_COMMANDS
from tests.commands.running import Names, Runner
from tests.commands.world import BY_HAND, IMEI, NUMBER, Sandbox, tree
from tests.contract.examples import CHANGING, EXAMPLES

WOULD = {"service", "method", "target", "summary", "files", "cost"}


@pytest.mark.parametrize("name", CHANGING)
class TestEveryCommand:
    def test_sends_and_writes_nothing(
        self,
        run_line: Runner,
        sandbox: Sandbox,
        prepared: None,
        names: Names,
        workspace: Path,
        name: str,
    ) -> None:
        before, received = tree(workspace), sandbox.whole_ledger()
        for option in ("", "--yes", *(["--again"] if name in STEP_COMMANDS else [])):
            run_line(f"{name} {EXAMPLES[name].well} --dry-run {option}", **names)
        assert tree(workspace) == before
        assert sandbox.whole_ledger() == received

    def test_says_so(self, run_line: Runner, prepared: None, names: Names, name: str) -> None:
        result = run_line(f"{name} {EXAMPLES[name].well} --dry-run --json", **names).json
        assert result["dry_run"] is True
        assert result["sent"] is False
        assert all(would.keys() == WOULD for would in result["would"])

    def test_before_the_commands_name(
        self, run_line: Runner, prepared: None, names: Names, workspace: Path, name: str
    ) -> None:
        before = tree(workspace)
        assert run_line(f"--dry-run {name} {EXAMPLES[name].well} --json", **names).json["dry_run"] is True
        assert tree(workspace) == before


@pytest.mark.parametrize(
    ("line", "method", "target", "files"),
    [
        ("photos 10000001 {phone}", "POST", "/v1/returns/R10000001-1/messages", 7),
        (f"imei 10000001 {IMEI}", "POST", "/v1/returns/R10000001-1/messages", 0),
        ("disconnect-proof 10000001 {proof}", "POST", "/v1/returns/R10000001-1/messages", 1),
        ("message 10000001 Hello. --file {proof}", "POST", "/v1/returns/R10000001-1/messages", 1),
        ("open 10000001 --wants exchange --again", "POST", "/v1/returns/R10000001-1/messages", 0),
        ("ship 10000001 --battery ok --sent", "PUT", "/v1/returns/R10000001-1/tracking", 0),
        ("open 10000002 --reason faulty --wants refund", "POST", "/v1/returns", 0),
        ("open 10000001 --new --reason faulty --wants refund", "POST", "/v1/returns", 0),
    ],
)
def test_what_would_be_sent(
    run_line: Runner,
    prepared: None,
    names: Names,
    line: str,
    method: str,
    target: str,
    files: int,
) -> None:
    would = run_line(f"{line} --dry-run --json", **names).json["would"]
    assert [one["method"] for one in would] == [method]
    assert would[0]["target"].endswith(target)
    assert len(would[0]["files"]) == files
    assert would[0]["summary"]
    people = run_line(f"{line} --dry-run", **names)
    assert "Would" in people.stdout
    assert target in people.stdout


@pytest.mark.parametrize(
    "line", ["photos 10000001 {phone}", f"imei 10000001 {IMEI}", "open 10000001", "ship 10000001 --sent"]
)
def test_what_is_done_would_not_be_sent(run_line: Runner, prepared: None, names: Names, line: str) -> None:
    run_line(line, **names)
    assert run_line(f"{line} --dry-run --json", **names).json["would"] == []


def test_a_new_label(run_line: Runner, sandbox: Sandbox, workspace: Path) -> None:
    run_line("open 10000010 --reason faulty --wants repair")
    run_line("label 10000010", 6)
    before, received = tree(workspace), sandbox.ledger("10000010")
    ran = run_line.attempt("label 10000010 --again --dry-run --json")
    assert [one["method"] for one in ran.json["would"]] == ["POST"]
    assert (tree(workspace), sandbox.ledger("10000010")) == (before, received)


class TestOpening:
    def test_a_new_return(self, run_line: Runner, sandbox: Sandbox, workspace: Path) -> None:
        ran = run_line("open 10000001 --reason faulty --wants refund --dry-run --json")
        assert ran.json["coverage"]["verdict"] == "return-window"
        assert not workspace.exists()
        assert sandbox.ledger()["returns"] == 0

    def test_one_that_would_be_adopted(self, run_line: Runner, sandbox: Sandbox, workspace: Path) -> None:
        assert run_line("open 10000006 --dry-run --json").json["would"] == []
        assert not workspace.exists()


class TestByHand:
    @pytest.fixture(autouse=True)
    def opened(self, run_line: Runner) -> None:
        run_line(f"open 10000001 {BY_HAND}")
        run_line(f"imei 10000001 {IMEI}", 8)

    @pytest.mark.parametrize(
        "line",
        [
            "photos 10000001 {phone}",
            "disconnect-proof 10000001 {proof}",
            "message 10000001 Hello.",
            "message 10000001 Hello. --done",
            "handover 10000001",
            "handover 10000001 --done",
            "open 10000001 --done",
            "imei 10000001 --done",
            f"imei 10000001 {IMEI} --done",
            "photos 10000001 --done",
            "disconnect-proof 10000001 --done",
            "ship 10000001 --done",
            "message 10000001 --done",
            f"label 10000001 --number {NUMBER}",
            "label 10000001",
        ],
    )
    def test_nothing_is_written(self, run_line: Runner, names: Names, workspace: Path, line: str) -> None:
        before = tree(workspace)
        run_line.attempt(f"{line} --dry-run", **names)
        assert tree(workspace) == before

    def test_opening_another(self, run_line: Runner, workspace: Path) -> None:
        before = tree(workspace)
        run_line(f"open 10000002 {BY_HAND} --dry-run")
        assert tree(workspace) == before


def test_other_files_are_not_written(run_line: Runner, prepared: None, names: Names, tmp_path: Path) -> None:
    ics, sheet = tmp_path / "due.ics", tmp_path / "sheet.pdf"
    run_line("status --ics {ics} --dry-run", ics=ics)
    run_line("photos 10000001 {phone} --sheet {sheet} --dry-run", sheet=sheet, **names)
    assert not ics.exists()
    assert not sheet.exists()
