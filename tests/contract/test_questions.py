"""Who is asked, and that nobody is where nobody is there."""

from __future__ import annotations

import pytest

from tests.commands.running import ProcessRunner, Runner
from tests.commands.terminal import on_a_terminal
from tests.commands.world import IMEI, NUMBER, Sandbox

ASKING = {
    "open 10000002": "--reason",
    "open 10000002 --reason faulty": "--wants",
    "imei 10000001": "--image",
    "slip 10000001 --unlock-code": "--unlock-code-stdin",
    "points": "--near",
    "close 10000001": "--outcome",
    "open 10000002 --profile manual": "--device",
    "status --order 1x": "digits",
}


pytestmark = pytest.mark.usefixtures("opened")


@pytest.mark.parametrize(("line", "option"), ASKING.items())
class TestNobodyIsThere:
    def test_29_names_the_option(self, run_line: Runner, line: str, option: str) -> None:
        for more in ("", "--no-input", "--json"):
            ran = run_line(f"{line} {more}", 2, input="an answer\n")
            assert option in ran.stderr

    def test_by_the_environment(
        self, run_line: Runner, monkeypatch: pytest.MonkeyPatch, line: str, option: str
    ) -> None:
        monkeypatch.setenv("RETURNCTL_NO_INPUT", "1")
        assert option in run_line(line, 2).stderr


@pytest.mark.parametrize("option", ["--no-input", "--json"])
def test_30_not_even_on_a_terminal(option: str) -> None:
    shown = on_a_terminal(f"close 10000001 {option}")
    assert shown.exit == 2
    assert "--outcome" in shown.screen


class TestOnATerminal:
    def test_what_is_missing_is_asked(self, run_line: Runner, sandbox: Sandbox) -> None:
        shown = on_a_terminal("open 10000002", answers=["faulty\n", "refund\n"])
        assert shown.exit == 0, shown
        assert sandbox.ledger("10000002")["returns"] == 1

    def test_12_on_standard_error(self, run_line: Runner) -> None:
        shown = on_a_terminal("imei 10000001", answers=[f"{IMEI}\n"], piped=True)
        assert shown.exit == 0, shown
        assert "The IMEI" in shown.screen
        assert "The IMEI" not in shown.stdout

    def test_the_unlock_code_is_not_shown(self, run_line: Runner, workspace: object) -> None:
        shown = on_a_terminal("slip 10000001 --unlock-code", answers=["kuckuck-77\n"])
        assert shown.exit == 0, shown
        assert "kuckuck" not in shown.screen

    def test_about_the_battery(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line(f"label 10000001 --number {NUMBER}")
        shown = on_a_terminal("ship 10000001 --sent", answers=["damaged\n"])
        assert shown.exit == 6, shown
        assert sandbox.ledger()["tracking_numbers"] == 0

    def test_ctrl_c_at_a_question(self, sandbox: Sandbox) -> None:
        shown = on_a_terminal("open 10000002", answers=["\x03"])
        assert shown.exit == 130, shown
        assert "Traceback" not in shown.screen
        assert sandbox.ledger("10000002")["returns"] == 0

    def test_the_end_of_input_at_a_question(self, sandbox: Sandbox) -> None:
        shown = on_a_terminal("open 10000002", answers=["\x04"])
        assert shown.exit == 1, shown
        assert sandbox.ledger("10000002")["returns"] == 0


def test_29_a_pipe_that_stays_open_is_not_waited_for(run_process: ProcessRunner) -> None:
    running = run_process.start("close 10000001")
    assert running.process.wait(20) == 2
