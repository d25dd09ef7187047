"""`imei`: what is a number, whose it is, and that it is sent once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.pictures import Pictures
from tests.commands.running import ProcessRunner, Runner
from tests.commands.world import IMEI, OTHER_IMEI, STRANGE_IMEI, Sandbox, tree

pytestmark = pytest.mark.usefixtures("opened")


def test_the_orders_number_is_sent(run_line: Runner, sandbox: Sandbox) -> None:
    result = run_line(f"imei 10000001 {IMEI} --json").json
    assert result["imei"] == IMEI
    assert result["valid"] is True
    assert result["source"] == "typed"
    assert result["matches_order"] is True
    assert result["sent"] is True
    assert result["serial"] is None
    assert sandbox.ledger()["messages"] == 1
    assert IMEI in sandbox.messages()[-1]["text"]


@pytest.mark.parametrize(
    "typed",
    [
        "'35 678910 000007 2'",
        "35-678910-000007-2",
        "35/678910/000007/2",
        "35 678910 000007 2",
        IMEI[:14],  # without its check digit
        f"{IMEI[:14]}03",  # with a software version instead
        f"{IMEI}03",  # with a software version behind
    ],
)
def test_the_ways_to_write_it(run_line: Runner, sandbox: Sandbox, typed: str) -> None:
    """A phone shows 14 to 17 digits; the seller gets the fifteen."""
    assert run_line(f"imei 10000001 {typed} --json").json["imei"] == IMEI
    assert IMEI in sandbox.messages()[-1]["text"]


def test_the_other_number_of_the_device(run_line: Runner, sandbox: Sandbox) -> None:
    run_line(f"imei 10000001 {IMEI}")
    result = run_line(f"imei 10000001 {OTHER_IMEI} --json").json
    assert result["matches_order"] is True
    assert result["sent"] is False


@pytest.mark.parametrize(
    "typed",
    [
        "356789100000073",
        "1234567890123",
        "123456789012345678",
        "35678910000007x",
        "000000000000000",
    ],
)
def test_no_imei(run_line: Runner, sandbox: Sandbox, typed: str) -> None:
    ran = run_line(f"imei 10000001 {typed} --json", 6)
    assert ran.error["code"] == "refused"
    assert ran.json["valid"] is False
    assert ran.json["sent"] is False
    assert sandbox.ledger()["messages"] == 0


def test_a_bad_number_is_not_said_aloud(run_line: Runner) -> None:
    """Standard error ends in logs; all but the ends of a number is personal."""
    ran = run_line("imei 10000001 356789100000073", 6)
    assert "356789100000073" not in ran.stderr + ran.stdout


class TestAnotherDevice:
    def test_is_refused(self, run_line: Runner, sandbox: Sandbox, workspace: Path) -> None:
        before = tree(workspace / "10000001")
        ran = run_line(f"imei 10000001 {STRANGE_IMEI} --json", 6)
        assert ran.json["matches_order"] is False
        assert ran.json["imei"] == STRANGE_IMEI
        assert ran.json["valid"] is True
        assert "--accept mismatch" in ran.error["hint"]
        assert sandbox.ledger()["messages"] == 0
        assert tree(workspace / "10000001") == before

    def test_is_sent_when_one_insists(self, run_line: Runner, sandbox: Sandbox) -> None:
        result = run_line(f"imei 10000001 {STRANGE_IMEI} --accept mismatch --json").json
        assert (result["sent"], result["matches_order"]) == (True, False)
        assert sandbox.ledger()["messages"] == 1

    def test_after_another_was_sent_names_both(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line(f"imei 10000001 {IMEI}")
        error = run_line(f"imei 10000001 {STRANGE_IMEI} --accept mismatch --json", 6).error
        assert IMEI[:2] in error["message"]
        assert IMEI[-3:] in error["message"]
        assert STRANGE_IMEI[-3:] in error["message"]
        assert "--again" in error["hint"]
        assert sandbox.ledger()["messages"] == 1

    def test_corrects_with_again(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line(f"imei 10000001 {IMEI}")
        line = f"imei 10000001 {STRANGE_IMEI} --accept mismatch --again --json"
        assert run_line(line).json["sent"] is True
        assert run_line(line).json["sent"] is False
        assert sandbox.ledger()["messages"] == 2


class TestAgain:
    def test_the_same_number(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line(f"imei 10000001 {IMEI}")
        for line in (f"imei 10000001 {IMEI} --json", "imei 10000001 --json"):
            result = run_line(line).json
            assert (result["sent"], result["imei"], result["matches_order"]) == (False, IMEI, True)
        assert sandbox.ledger()["messages"] == 1


class TestShown:
    def test_shortened_for_people(self, run_line: Runner) -> None:
        ran = run_line(f"imei 10000001 {IMEI}")
        assert IMEI not in ran.stdout + ran.stderr
        assert "35" in ran.stdout
        assert "072" in ran.stdout

    def test_whole_if_wished(self, run_line: Runner) -> None:
        assert IMEI in run_line(f"imei 10000001 {IMEI} --show").stdout

    def test_status_and_others_never_show_it(self, run_line: Runner) -> None:
        run_line(f"imei 10000001 {IMEI}")
        for line in ("status", "status 10000001", "-v status 10000001"):
            ran = run_line(line)
            assert IMEI not in ran.stdout + ran.stderr


class TestFromAPicture:
    def test_of_the_box(self, run_line: Runner, sandbox: Sandbox, pictures: Pictures) -> None:
        result = run_line("imei 10000001 --image {box} --json", box=pictures.phone / "imei-box.jpg").json
        assert (result["imei"], result["source"], result["matches_order"]) == (IMEI, "barcode", True)
        assert result["sent"] is True

    def test_the_reader_leaves_nothing_on_the_screen(
        self, run_process: ProcessRunner, sandbox: Sandbox, pictures: Pictures
    ) -> None:
        """What of the library lives until the process ends is complained about on standard error."""
        box = pictures.phone / "imei-box.jpg"
        assert run_process("imei 10000001 --image {box} --json --dry-run", box=box).stderr == ""

    def test_of_something_else(self, run_line: Runner, sandbox: Sandbox, pictures: Pictures) -> None:
        error = run_line("imei 10000001 --image {file} --json", 6, file=pictures.phone / "left.jpg").error
        assert error["hint"]
        assert sandbox.ledger()["messages"] == 0

    def test_several(self, run_line: Runner, pictures: Pictures) -> None:
        line = "imei 10000001 --image {left} --image {box} --json"
        result = run_line(line, left=pictures.phone / "left.jpg", box=pictures.phone / "imei-box.jpg").json
        assert result["imei"] == IMEI

    @pytest.mark.parametrize("name", ["nowhere.jpg", "."])
    def test_no_file(self, run_line: Runner, tmp_path: Path, name: str) -> None:
        run_line("imei 10000001 --image {file}", 2, file=tmp_path / name)

    def test_a_text(self, run_line: Runner, tmp_path: Path) -> None:
        (tmp_path / "box.jpg").write_text("356789100000072")
        run_line("imei 10000001 --image {file}", 6, file=tmp_path / "box.jpg")


class TestWithoutInput:
    def test_is_usage_and_names_the_ways(self, run_line: Runner, sandbox: Sandbox) -> None:
        error = run_line("imei 10000001 --no-input --json", 2).error
        assert "--image" in f"{error['message']} {error['hint']}"
        assert sandbox.ledger()["messages"] == 0

    @pytest.mark.parametrize("order", ["10000002", "10000003", "10000005", "10000008"])
    def test_a_kind_without_imei_is_not_asked(self, run_line: Runner, sandbox: Sandbox, order: str) -> None:
        run_line(f"open {order} --reason faulty --wants refund")
        result = run_line(f"imei {order} --json").json
        assert (result["needed"], result["sent"]) == (False, False)
        status = run_line(f"status {order} --json").json["returns"][0]
        assert status["steps"]["imei"] == {"state": "not-needed", "at": None, "needed": False}

    def test_a_market_that_does_not_ask(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("open 10000004 --device smartphone --market fr-fr --reason faulty --wants refund")
        assert run_line("imei 10000004 --json").json["needed"] is False


class TestSerial:
    def test_is_compared(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("open 10000002 --reason faulty --wants refund")
        result = run_line("imei 10000002 --serial r52t40abcde --json").json
        assert (result["serial"], result["imei"], result["matches_order"]) == ("r52t40abcde", None, True)

    def test_another_devices(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("open 10000002 --reason faulty --wants refund")
        ran = run_line("imei 10000002 --serial XYZ12345 --json", 6)
        assert ran.json["matches_order"] is False

    @pytest.mark.parametrize("serial", ["abc", "a b c d e", "x" * 41, "sérïal1"])
    def test_none(self, run_line: Runner, serial: str) -> None:
        run_line("imei 10000001 --serial {serial}", 2, serial=serial)
