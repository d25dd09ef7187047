"""`disconnect-proof`: the guide, the proof, and the ways to say that there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.pictures import Pictures
from tests.commands.running import Runner
from tests.commands.world import Sandbox, tree

pytestmark = pytest.mark.usefixtures("opened")


@pytest.fixture
def proof(pictures: Pictures) -> Path:
    return pictures.phone / "disconnect-proof.png"


class TestTheGuide:
    def test_is_for_this_device_and_still_pending(
        self, run_line: Runner, sandbox: Sandbox, workspace: Path
    ) -> None:
        before = tree(workspace / "10000001")
        ran = run_line("disconnect-proof 10000001 --json", 8)
        assert ran.json["accounts_needed"] == ["icloud"]
        assert ran.json["accounts_missing"] == ["icloud"]
        assert ran.json["proofs"] == []
        assert ran.error["code"] == "pending"
        assert sandbox.ledger()["messages"] == 0
        assert tree(workspace / "10000001") == before

    def test_people_read_the_steps(self, run_line: Runner) -> None:
        ran = run_line("disconnect-proof 10000001", 8)
        assert "Find My" in ran.stdout
        assert "iCloud" in ran.stdout

    @pytest.mark.parametrize(
        ("order", "accounts"),
        [
            ("10000002", ["google", "samsung"]),
            ("10000003", ["microsoft"]),
            ("10000004", ["find-my"]),
            ("10000005", ["find-my"]),
            ("10000008", ["playstation"]),
        ],
    )
    def test_of_other_devices(
        self, run_line: Runner, sandbox: Sandbox, order: str, accounts: list[str]
    ) -> None:
        run_line(f"open {order} --reason faulty --wants refund")
        assert run_line(f"disconnect-proof {order} --json", 8).json["accounts_needed"] == accounts

    def test_a_device_without_any_account(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("open 10000005 --brand Sony --reason faulty --wants refund")
        result = run_line("disconnect-proof 10000005 --json").json
        assert result["needed"] is False
        assert result["accounts_needed"] == []


class TestTheProof:
    def test_is_kept_and_sent(self, run_line: Runner, sandbox: Sandbox, workspace: Path, proof: Path) -> None:
        result = run_line("disconnect-proof 10000001 {proof} --json", proof=proof).json
        assert result["sent"] is True
        assert result["proofs"] == [{"account": "icloud", "file": "proof/icloud-1.png"}]
        assert result["accounts_missing"] == []
        assert (workspace / "10000001" / "proof" / "icloud-1.png").is_file()
        assert (sandbox.ledger()["messages"], sandbox.ledger()["attachments"]) == (1, 1)

    def test_again_sends_nothing(self, run_line: Runner, sandbox: Sandbox, proof: Path) -> None:
        run_line("disconnect-proof 10000001 {proof}", proof=proof)
        for line in ("disconnect-proof 10000001 {proof} --json", "disconnect-proof 10000001 --json"):
            assert run_line(line, proof=proof).json["sent"] is False
        assert sandbox.ledger()["attachments"] == 1

    def test_a_photo_of_the_screen(self, run_line: Runner, workspace: Path, pictures: Pictures) -> None:
        run_line("disconnect-proof 10000001 {photo}", photo=pictures.phone / "screen-on.jpg")
        assert (workspace / "10000001" / "proof" / "icloud-1.jpg").is_file()

    def test_another_one_is_sent_alone(
        self, run_line: Runner, sandbox: Sandbox, proof: Path, pictures: Pictures
    ) -> None:
        run_line("disconnect-proof 10000001 {proof}", proof=proof)
        line = "disconnect-proof 10000001 {other} --json"
        result = run_line(line, other=pictures.phone / "screen-on.jpg").json
        assert [one["file"] for one in result["proofs"]] == ["proof/icloud-1.png", "proof/icloud-2.jpg"]
        assert sandbox.ledger()["attachments"] == 2

    @pytest.mark.parametrize("name", ["nowhere.png", "."])
    def test_no_file(self, run_line: Runner, tmp_path: Path, name: str) -> None:
        error = run_line("disconnect-proof 10000001 {file} --json", 2, file=tmp_path / name).error
        assert error["code"] == "usage"

    def test_a_text(self, run_line: Runner, sandbox: Sandbox, tmp_path: Path) -> None:
        (tmp_path / "proof.png").write_text("signed out, promised")
        run_line("disconnect-proof 10000001 {file}", 6, file=tmp_path / "proof.png")
        assert sandbox.ledger()["messages"] == 0

    def test_one_good_and_one_bad(
        self, run_line: Runner, sandbox: Sandbox, workspace: Path, proof: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "bad.png").write_text("signed out, promised")
        run_line("disconnect-proof 10000001 {proof} {bad}", 6, proof=proof, bad=tmp_path / "bad.png")
        assert sandbox.ledger()["messages"] == 0


class TestTwoAccounts:
    @pytest.fixture(autouse=True)
    def tablet(self, run_line: Runner, opened: None) -> None:
        run_line("open 10000002 --reason faulty --wants refund")

    def test_which_one_has_to_be_said(self, run_line: Runner, sandbox: Sandbox, proof: Path) -> None:
        error = run_line("disconnect-proof 10000002 {proof} --json", 2, proof=proof).error
        assert "google" in error["hint"]
        assert "samsung" in error["hint"]
        assert sandbox.ledger("10000002")["messages"] == 0

    def test_by_option(self, run_line: Runner, proof: Path) -> None:
        line = "disconnect-proof 10000002 {proof} --account google --json"
        assert run_line(line, proof=proof).json["accounts_missing"] == ["samsung"]

    def test_by_the_files_name(self, run_line: Runner, proof: Path, tmp_path: Path) -> None:
        named = tmp_path / "Samsung account.png"
        named.write_bytes(proof.read_bytes())
        result = run_line("disconnect-proof 10000002 {named} --json", named=named).json
        assert result["accounts_missing"] == ["google"]

    def test_the_step_is_done_with_both(
        self, run_line: Runner, sandbox: Sandbox, proof: Path, pictures: Pictures
    ) -> None:
        run_line("disconnect-proof 10000002 {proof} --account google", proof=proof)
        status = run_line("status 10000002 --json").json["returns"][0]["steps"]
        assert status["disconnect-proof"]["state"] == "todo"
        other = pictures.of("tablet") / "disconnect-proof.png"
        run_line("disconnect-proof 10000002 {other}", other=other)
        status = run_line("status 10000002 --json").json["returns"][0]["steps"]
        assert status["disconnect-proof"]["state"] == "done"
        assert sandbox.ledger("10000002")["attachments"] == 2


class TestNone:
    def test_the_reason_is_told_once(self, run_line: Runner, sandbox: Sandbox) -> None:
        line = "disconnect-proof 10000001 --none 'I never signed in.' --json"
        result = run_line(line).json
        assert (result["sent"], result["accounts_missing"]) == (True, [])
        assert "I never signed in." in sandbox.messages()[-1]["text"]
        assert run_line(line).json["sent"] is False
        assert run_line("disconnect-proof 10000001 --json").json["sent"] is False
        assert sandbox.ledger()["messages"] == 1

    def test_another_reason_names_both(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("disconnect-proof 10000001 --none 'I never signed in.'")
        error = run_line("disconnect-proof 10000001 --none 'It is dead.' --json", 6).error
        assert "I never signed in." in error["message"]
        assert "It is dead." in error["message"]
        assert run_line("disconnect-proof 10000001 --none 'It is dead.' --again --json").json["sent"] is True
        assert sandbox.ledger()["messages"] == 2

    def test_without_a_reason(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("disconnect-proof 10000001 --none ''", 2)
        assert sandbox.ledger()["messages"] == 0


class TestBackUp:
    @pytest.mark.parametrize("answer", ["yes", "not-possible", "no"])
    def test_is_noted_and_shown(self, run_line: Runner, sandbox: Sandbox, answer: str) -> None:
        run_line(f"disconnect-proof 10000001 --backed-up {answer}")
        assert run_line("status 10000001 --json").json["returns"][0]["backed_up"] == answer
        assert answer in run_line("status 10000001").stdout
        assert sandbox.ledger()["messages"] == 0

    def test_may_be_amended(self, run_line: Runner) -> None:
        run_line("disconnect-proof 10000001 --backed-up no")
        run_line("disconnect-proof 10000001 --backed-up yes")
        assert run_line("status 10000001 --json").json["returns"][0]["backed_up"] == "yes"

    def test_together_with_the_proof(self, run_line: Runner, sandbox: Sandbox, proof: Path) -> None:
        run_line("disconnect-proof 10000001 {proof} --backed-up yes", proof=proof)
        assert run_line("status 10000001 --json").json["returns"][0]["backed_up"] == "yes"
        assert sandbox.ledger()["attachments"] == 1
