"""`resolve`: ending a doubt by the same key, by looking, by a person's word."""

from __future__ import annotations

import pytest

from tests.commands.running import Runner
from tests.commands.world import Sandbox

pytestmark = pytest.mark.usefixtures("opened")


@pytest.fixture(params=["lost-answer", "drop"])
def in_doubt(request: pytest.FixtureRequest, run_line: Runner, sandbox: Sandbox, opened: None) -> str:
    """A message whose answer never came: received, or not."""
    sandbox.faults(f"{request.param}@POST/v1/returns/*/messages:1x1")
    run_line("message 10000001 'The battery is fine.'", 75)
    sandbox.faults("none")
    return str(request.param)


def test_nothing_is_in_doubt(run_line: Runner) -> None:
    result = run_line("resolve 10000001 --json").json
    assert (result["doubts"], result["sent"]) == ([], False)
    assert "Nothing is in doubt" in run_line("resolve 10000001").stdout


@pytest.mark.usefixtures("in_doubt")
class TestADoubt:
    def test_is_shown(self, run_line: Runner) -> None:
        status = run_line("status 10000001 --json").json["returns"][0]
        assert [doubt["step"] for doubt in status["in_doubt"]] == ["message"]
        assert status["next"]["command"] == ["returnctl", "resolve", "10000001"]
        assert "doubt" in run_line("status 10000001").stdout.lower()

    def test_is_ended_by_the_same_key(self, run_line: Runner, sandbox: Sandbox) -> None:
        result = run_line("resolve 10000001 --json").json
        assert [doubt["outcome"] for doubt in result["doubts"]] == ["happened"]
        assert sandbox.ledger()["messages"] == 1
        assert run_line("status 10000001 --json").json["returns"][0]["in_doubt"] == []
        assert run_line("resolve 10000001 --json").json["doubts"] == []

    def test_is_ended_by_the_command_itself(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("message 10000001 'The battery is fine.'")
        assert sandbox.ledger()["messages"] == 1
        assert run_line("status 10000001 --json").json["returns"][0]["in_doubt"] == []

    def test_is_ended_before_something_else_is_said(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("message 10000001 'Something else.'")
        texts = [message["text"] for message in sandbox.messages() if message["author"] == "buyer"]
        assert len(texts) == 2
        assert "The battery is fine." in texts[0]

    def test_stays_while_nobody_answers(self, run_line: Runner, sandbox: Sandbox) -> None:
        sandbox.faults("503")
        ran = run_line("resolve 10000001 --json", 75)
        assert ran.error["code"] == "unavailable"
        sandbox.faults("none")
        assert run_line("status 10000001 --json").json["returns"][0]["in_doubt"]

    def test_a_persons_yes(self, run_line: Runner, sandbox: Sandbox) -> None:
        before = sandbox.ledger()
        result = run_line("resolve 10000001 --happened --json").json
        assert [doubt["outcome"] for doubt in result["doubts"]] == ["happened"]
        assert run_line("message 10000001 'The battery is fine.' --json").json["sent"] is False
        assert sandbox.ledger() == before

    def test_a_persons_no(self, run_line: Runner, sandbox: Sandbox) -> None:
        before = sandbox.ledger()["messages"]
        result = run_line("resolve 10000001 --did-not-happen --json").json
        assert [doubt["outcome"] for doubt in result["doubts"]] == ["did-not-happen"]
        assert run_line("message 10000001 'The battery is fine.' --json").json["sent"] is True
        assert sandbox.ledger()["messages"] == before + 1

    def test_both_words_at_once(self, run_line: Runner) -> None:
        run_line("resolve 10000001 --happened --did-not-happen", 2)
        assert run_line("status 10000001 --json").json["returns"][0]["in_doubt"]

    def test_a_number_needs_a_yes(self, run_line: Runner) -> None:
        run_line("resolve 10000001 1Z999AA10123456784", 2)


def test_an_opening(run_line: Runner, sandbox: Sandbox) -> None:
    sandbox.faults("lost-answer@POST/v1/returns:1x1")
    run_line("open 10000002 --reason faulty --wants refund", 75)
    sandbox.faults("none")
    assert run_line("resolve 10000002 --json").json["doubts"][0]["outcome"] == "happened"
    assert run_line("open 10000002 --json").json["case"] == "R10000002-1"
    assert sandbox.ledger("10000002")["returns"] == 1


def test_an_opening_by_a_persons_word(run_line: Runner, sandbox: Sandbox) -> None:
    sandbox.faults("lost-answer@POST/v1/returns:1x1")
    run_line("open 10000002 --reason faulty --wants refund", 75)
    sandbox.faults("none")
    run_line("resolve 10000002 --happened R10000002-1")
    assert run_line("open 10000002 --json").json["case"] == "R10000002-1"
    assert run_line("message 10000002 Hello. --json").json["sent"] is True
    assert sandbox.ledger("10000002")["returns"] == 1


def test_a_new_label(run_line: Runner, sandbox: Sandbox) -> None:
    run_line("open 10000010 --reason faulty --wants repair")
    before = sandbox.ledger("10000010")["labels"]
    sandbox.faults("lost-answer@POST/v1/returns/*/label:1x1")
    run_line("label 10000010 --again", 75)
    sandbox.faults("none")
    run_line("resolve 10000010")
    assert run_line("label 10000010 --json").json["state"] == "alive"
    assert sandbox.ledger("10000010")["labels"] == before + 1
