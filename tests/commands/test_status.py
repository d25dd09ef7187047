"""`status`: what stands where, and what comes next; it asks nobody."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from tests.commands.running import Runner
from tests.commands.terminal import on_a_terminal
from tests.commands.world import BY_HAND, IMEI, Sandbox, tree

STEPS = ["open", "photos", "imei", "disconnect-proof", "slip", "label", "ship", "track"]


@pytest.fixture
def no_network(opened: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.usefixtures("no_network")
class TestOne:
    def test_its_checklist(self, run_line: Runner, workspace: Path) -> None:
        result = run_line("status 10000001 --json").json
        assert result["schema"] == 1
        one = result["returns"][0]
        assert one.keys() >= {"return", "profile", "device", "steps", "next", "deadline", "in_doubt"}
        assert (one["return"], one["profile"], one["in_doubt"]) == ("10000001", "sandbox", [])
        assert "iPhone 13" in one["device"]
        assert list(one["steps"]) == STEPS
        for step in one["steps"].values():
            assert step.keys() == {"state", "at", "needed"}
            assert step["state"] in {"todo", "waiting", "done", "not-needed", "in-doubt", "skipped"}
        assert one["steps"]["open"]["state"] == "done"
        assert one["steps"]["open"]["at"].startswith("2026-06-10T12:00:00")
        assert one["steps"]["photos"] == {"state": "todo", "at": None, "needed": True}
        assert one["next"]["command"] == ["returnctl", "photos", "10000001"]
        assert one["deadline"] == "2026-07-06"

    def test_for_people(self, run_line: Runner) -> None:
        out = run_line("status 10000001").stdout
        for word in (*STEPS, "iPhone 13", "2026-07-06", "26 days", "returnctl photos 10000001"):
            assert word in out, word

    def test_marks_and_colours_say_what_is_next(self, run_line: Runner) -> None:
        lines = run_line("status 10000001 --color").stdout.splitlines()
        steps = [
            line.split() for line in lines if any(f" {step}" in line for step in STEPS) and line[:2] == "  "
        ]
        assert [line[1] for line in steps] == STEPS
        assert [line[0] for line in steps[:3]] == ["\x1b[32m✓\x1b[0m", "\x1b[1m→\x1b[0m", "·"]
        assert lines[-1] == "Next: \x1b[1mreturnctl photos 10000001\x1b[0m"

    def test_the_next_command_alone(self, run_line: Runner) -> None:
        ran = run_line("status 10000001 --next")
        assert ran.stdout == "returnctl photos 10000001\n"
        assert ran.stderr == ""

    def test_changes_nothing_and_takes_no_lock(self, run_line: Runner, workspace: Path) -> None:
        before = tree(workspace)
        run_line("status 10000001")
        run_line("status")
        assert tree(workspace) == before

    def test_the_calendar(self, run_line: Runner, tmp_path: Path) -> None:
        run_line("status 10000001 --ics {file}", file=tmp_path / "due.ics")
        lines = (tmp_path / "due.ics").read_bytes().split(b"\r\n")
        assert lines[0] == b"BEGIN:VCALENDAR"
        assert b"DTSTART;VALUE=DATE:20260706" in lines
        assert lines[-2:] == [b"END:VCALENDAR", b""]


class TestMany:
    @pytest.fixture(autouse=True)
    def three(self, run_line: Runner, opened: None) -> None:
        run_line("open 10000002 --reason faulty --wants refund")  # window until 30 June
        run_line("open 10000005 --reason faulty --wants refund")  # until 8 July
        run_line("close 10000005 --outcome refunded")

    def names(self, run_line: Runner, options: str = "") -> list[str]:
        return [one["return"] for one in run_line(f"status {options} --json").json["returns"]]

    def test_the_open_ones_most_urgent_first(self, run_line: Runner) -> None:
        assert self.names(run_line) == ["10000002", "10000001"]

    def test_a_line_each(self, run_line: Runner) -> None:
        lines = run_line("status").stdout.splitlines()
        assert sum(line.startswith("1000000") for line in lines) == 2

    def test_closed_ones_too(self, run_line: Runner) -> None:
        assert sorted(self.names(run_line, "--all")) == ["10000001", "10000002", "10000005"]

    @pytest.mark.parametrize(("days", "due"), [(19, []), (20, ["10000002"]), (26, ["10000002", "10000001"])])
    def test_what_is_due(self, run_line: Runner, days: int, due: list[str]) -> None:
        """Counted from the day of the return's own clock."""
        assert self.names(run_line, f"--due {days}") == due

    def test_days_left_in_the_table(self, run_line: Runner) -> None:
        assert "26 days" in run_line("status").stdout

    def test_fits_a_narrow_screen(self, run_line: Runner) -> None:
        shown = on_a_terminal("status", env={"COLUMNS": "40", "NO_COLOR": "1"}).screen.splitlines()
        assert shown[:2] == ["10000002  Samsung Galaxy Tab S8", "  ✓→–·····  photos, 20 days"]
        assert len(shown) == 4

    def test_by_step(self, run_line: Runner) -> None:
        assert len(self.names(run_line, "--step photos")) == 2
        assert self.names(run_line, "--step slip") == []
        run_line("status --step fotos", 2)

    def test_the_next_commands(self, run_line: Runner) -> None:
        lines = run_line("status --next").stdout.splitlines()
        assert lines == ["returnctl photos 10000002", "returnctl photos 10000001"]

    def test_a_damaged_one_among_them(self, run_line: Runner, workspace: Path) -> None:
        record = workspace / "10000002" / "return.json"
        record.write_bytes(record.read_bytes()[:-40])
        ran = run_line("status --json", 9)
        assert ran.error["code"] == "damaged"
        assert "10000002" in ran.error["message"]
        assert "10000001" in run_line("status", 9).stdout

    def test_other_folders_are_left_alone(self, run_line: Runner, workspace: Path) -> None:
        (workspace / "notes").mkdir()
        (workspace / "10000077").mkdir()
        (workspace / "file.txt").write_text("mine")
        assert len(self.names(run_line)) == 2


def test_an_empty_workspace(run_line: Runner) -> None:
    assert run_line("status --json").json["returns"] == []
    assert "open" in run_line("status").stdout


class TestDeadline:
    def test_every_one_is_said_and_in_the_calendar(self, run_line: Runner, tmp_path: Path) -> None:
        run_line(f"open 10000001 {BY_HAND}")
        one = run_line("status 10000001 --json").json["returns"][0]
        assert {"reply", "window"} <= {due["what"] for due in one["deadlines"]}
        out = run_line("status 10000001 --ics {file}", file=tmp_path / "due.ics").stdout
        text = (tmp_path / "due.ics").read_text()
        for due in one["deadlines"]:
            assert due["words"] in out
            assert f"SUMMARY:Return 10000001: {due['words']}" in text
            assert text.count(f"UID:10000001-{due['what']}@returnctl") == 1
        assert re.search(r"^DTSTART:[0-9]{8}T[0-9]{6}Z$", text, re.M)  # the seller's answer has an hour

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("label 10000001", ["window", "label"]),
            ("ship 10000001 --battery ok --sent", ["claim"]),
        ],
    )
    def test_the_others(self, run_line: Runner, opened: None, line: str, expected: list[str]) -> None:
        run_line("label 10000001")
        run_line(line)
        found = run_line("status 10000001 --json").json["returns"][0]["deadlines"]
        assert sorted(due["what"] for due in found) == sorted(expected)
        run_line("close 10000001 --outcome refunded")
        assert run_line("status 10000001 --json").json["returns"][0]["deadlines"] == []

    def test_damage_in_transit(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("open 10000001 --reason damaged-in-transit --wants refund")
        found = run_line("status 10000001 --json").json["returns"][0]["deadlines"]
        assert found[0]["words"] == "report the damage in transit"

    def test_is_the_labels_once_there_is_one(self, run_line: Runner, opened: None) -> None:
        run_line("label 10000001")
        assert run_line("status 10000001 --json").json["returns"][0]["deadline"] == "2026-06-24"

    def test_is_gone_once_it_is_sent(self, run_line: Runner, opened: None) -> None:
        run_line("label 10000001")
        run_line("ship 10000001 --battery ok --sent")
        assert run_line("status 10000001 --json").json["returns"][0]["deadline"] is None

    def test_over(self, run_line: Runner, opened: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("RETURNCTL_NOW", "2026-07-08T12:00:00+00:00")
        assert "\x1b[31m2 days over" in run_line("status 10000001 --color").stdout
        assert "2 days over" in run_line("status 10000001").stdout


class TestNext:
    def test_what_waits_blocks_nothing(self, run_line: Runner) -> None:
        """By hand: what waits to be pasted is no reason not to go on."""
        run_line(f"open 10000001 {BY_HAND}")
        assert run_line("status 10000001 --json").json["returns"][0]["next"]["step"] == "photos"

    def test_after_the_last_step_there_is_none(
        self, run_line: Runner, sandbox: Sandbox, opened: None
    ) -> None:
        run_line("close 10000001 --outcome refunded")
        assert run_line("status 10000001 --json").json["returns"][0]["next"] is None
        assert run_line("status 10000001 --next").stdout == ""

    def test_each_step_names_the_next(self, run_line: Runner, opened: None) -> None:
        assert run_line(f"imei 10000001 {IMEI} --json").json["next"]["step"] == "photos"


class TestVeryMany:
    """From some hundred returns on an index is asked: nothing of it may be seen."""

    @pytest.fixture(autouse=True)
    def an_index(self, run_line: Runner, opened: None, monkeypatch: pytest.MonkeyPatch) -> None:
        run_line("open 10000002 --reason faulty --wants refund")
        run_line("open 10000005 --reason faulty --wants refund")
        run_line("close 10000005 --outcome refunded")
        monkeypatch.setattr("returnctl.steps.status.MANY", 0)

    @pytest.mark.parametrize("form", ["", "--json", "--next"])
    @pytest.mark.parametrize("options", ["", "--all", "--due 20", "--due 26", "--step photos", "--step slip"])
    def test_says_the_same(
        self, run_line: Runner, monkeypatch: pytest.MonkeyPatch, options: str, form: str
    ) -> None:
        by_index = [run_line(f"status {options} {form}").stdout for _ in range(2)]
        monkeypatch.setattr("returnctl.steps.status.MANY", 1000)
        assert by_index == [run_line(f"status {options} {form}").stdout] * 2

    def test_a_damaged_one(self, run_line: Runner, workspace: Path) -> None:
        run_line("status --due 30")
        record = workspace / "10000002" / "return.json"
        record.write_bytes(record.read_bytes()[:-40])
        assert "10000002" in run_line("status --json", 9).error["message"]
        assert "10000002" in run_line("status --due 30 --json", 9).error["message"]

    def test_without_a_place_for_it(self, run_line: Runner, tmp_path: Path) -> None:
        (tmp_path / "home").write_text("a file where the cache would be")
        assert len(run_line("status --json").json["returns"]) == 2
