"""What goes where: results on standard output, words on standard error, and nothing that a terminal would obey."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.commands.running import Names, ProcessRunner, Runner
from tests.commands.world import Sandbox
from tests.contract.examples import EXAMPLES

FAILING = ("open 19999999 --reason faulty --wants refund", "status 10000099", "photos 10000001")


@pytest.mark.usefixtures("prepared")
@pytest.mark.parametrize("name", EXAMPLES)
class TestOffATerminal:
    @pytest.mark.parametrize("option", ["-v", "--json --color"])
    def test_19_no_escape_and_no_carriage_return(
        self, run_line: Runner, names: Names, name: str, option: str
    ) -> None:
        ran = run_line(f"{option} {name} {EXAMPLES[name].well}", **names)
        for character in "\x1b\r\x07\x9b":
            assert character not in ran.stdout + ran.stderr


@pytest.mark.usefixtures("prepared")
class TestQuiet:
    LINES = (
        "open 10000001",
        "photos 10000001 {phone}",
        "imei 10000001 356789100000072",
        "disconnect-proof 10000001 {proof}",
        "slip 10000001",
        "label 10000001",
        "ship 10000001 --sent",
        "track 10000001",
        "message 10000001 Hello.",
        "close 10000001 --outcome refunded",
    )

    @pytest.mark.parametrize("line", LINES)
    def test_says_nothing(self, run_line: Runner, names: Names, line: str) -> None:
        for quiet in (f"{line} -q", f"-q {line}", f"--quiet {line}"):
            ran = run_line(quiet, **names)
            assert (ran.stdout, ran.stderr) == ("", "")

    @pytest.mark.parametrize("line", FAILING)
    def test_but_errors(self, run_line: Runner, line: str) -> None:
        ran = run_line.attempt(f"{line} -q")
        assert ran.exit != 0
        assert ran.stderr.startswith("returnctl: ")

    def test_json_is_what_was_asked_for(self, run_line: Runner) -> None:
        assert run_line("status 10000001 -q --json").json["returns"]


@pytest.mark.usefixtures("prepared")
class TestVerbose:
    def test_does_not_spoil_the_result(self, run_line: Runner) -> None:
        assert run_line("-vv message 10000001 Hello. --json").json["sent"] is True


class TestOtherStreams:
    def test_03_bare_shows_help_on_standard_error(self, run_line: Runner) -> None:
        ran = run_line("", 2)
        assert ran.stdout == ""
        assert "Usage: " in ran.stderr
        assert "disconnect-proof" in ran.stderr

    @pytest.mark.parametrize("line", ["help exit-codes", "--help", "--version", "status --json"])
    def test_23_a_full_device(self, run_process: ProcessRunner, line: str) -> None:
        if not Path("/dev/full").exists():
            pytest.skip("this system has no /dev/full")
        with Path("/dev/full").open("wb") as full:
            ran = run_process.start(line, stdout=full).finish(1)
        assert "Traceback" not in ran.stderr
        assert "Exception" not in ran.stderr
        assert len(ran.stderr.strip().splitlines()) <= 2

    @pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
    def test_23_closed_ones(self, closed: str) -> None:
        import subprocess
        import sys

        done = subprocess.run(
            ["sh", "-c", f'exec "$0" -m returnctl status {closed}', sys.executable],
            capture_output=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 0, done
        assert b"Traceback" not in done.stderr

    @pytest.mark.parametrize(
        "env", [{"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1"}]
    )
    def test_22_a_screen_that_knows_few_letters(
        self, run_line: Runner, run_process: ProcessRunner, sandbox: Sandbox, env: dict[str, str]
    ) -> None:
        run_line("open 10000001 --name 'Żółć 你好' --reason faulty --wants refund")
        for line in (
            "status 10000001",
            "status",
            "help exit-codes",
            "slip 10000001 --text",
            "disconnect-proof 10000001",
        ):
            run_process(line, 8 if line.startswith("disconnect") else 0, env=env)

    def test_31_standard_input_is_not_read_unasked(
        self, run_line: Runner, run_process: ProcessRunner, sandbox: Sandbox
    ) -> None:
        """An open pipe that says nothing, as in cron."""
        run_line("open 10000001 --reason faulty --wants refund")
        reading, writing = os.pipe()
        try:
            for line, exit in (
                ("imei 10000001", 2),
                ("slip 10000001", 0),
                ("open 10000002", 2),
                ("message 10000001", 2),
            ):
                run_process.start(line, stdin=reading).finish(exit)
        finally:
            os.close(reading)
            os.close(writing)
