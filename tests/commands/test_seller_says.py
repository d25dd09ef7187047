"""What the seller's desk says and sends: only when asked to, as the merchant, and once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from returnctl.sandbox import client
from tests.commands.pictures import Pictures
from tests.commands.running import Runner
from tests.commands.world import Sandbox, tree
from tests.documents.labels import pdf_label


@pytest.fixture(autouse=True)
def desk(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETURNCTL_PROFILE", "sandbox-seller")


@pytest.fixture
def pulled(run_line: Runner) -> None:
    run_line("pull 10000006")


@pytest.fixture
def empty(run_line: Runner) -> None:
    """A return whose buyer has sent nothing yet."""
    run_line("pull 10000010")


@pytest.fixture
def address(tmp_path: Path) -> Path:
    """Where the desk takes parcels."""
    lines = [
        'company = "Desk"',
        'street = ["1 Warehouse Rd"]',
        'city = "Newark"',
        'state = "NJ"',
        'postcode = "07102"',
    ]
    (tmp_path / "desk.toml").write_text("\n".join(lines))
    return tmp_path / "desk.toml"


def conversation(run_line: Runner, name: str = "10000006") -> list[dict[str, Any]]:
    return list(run_line(f"messages {name} --json").json["messages"])


class TestMessage:
    def test_says_whose_words_these_are_once(self, run_line: Runner, pulled: None) -> None:
        assert "as the merchant" in run_line("message 10000006 'We look at it.'").stderr
        assert "as the merchant" not in run_line("message 10000006 'It is here.'").stderr
        assert [said["author"] for said in conversation(run_line)[-2:]] == ["seller", "seller"]

    def test_a_closed_case(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("pull 10000012")
        before = sandbox.ledger("10000012")
        assert "--reopen" in run_line("message 10000012 Hello.", 6).stderr
        assert sandbox.ledger("10000012") == before
        run_line("message 10000012 Hello. --reopen")
        assert run_line("pull 10000012 --json").json["returns"][0]["open"] is True

    def test_a_lost_answer(self, run_line: Runner, sandbox: Sandbox, pulled: None) -> None:
        """It is looked for by its marker, and found; nothing is posted twice."""
        before = sandbox.ledger("10000006")["messages"]
        sandbox.faults("lost-answer@POST/backmarket/*:1x1")
        run_line("message 10000006 Hello.", 9)
        assert sandbox.ledger("10000006")["messages"] == before + 1
        run_line("message 10000006 Hello.")
        run_line("resolve 10000006")
        assert sandbox.ledger("10000006")["messages"] == before + 1

    def test_a_lost_question(self, run_line: Runner, sandbox: Sandbox, pulled: None) -> None:
        """Not finding it proves nothing: a person's word ends the doubt."""
        before = sandbox.ledger("10000006")["messages"]
        sandbox.faults("drop@POST/backmarket/*:1x1")
        run_line("message 10000006 Hello.", 9)
        run_line("message 10000006 Hello.", 9)
        assert sandbox.ledger("10000006")["messages"] == before
        run_line("resolve 10000006 --did-not-happen")
        run_line("message 10000006 Hello.")
        assert sandbox.ledger("10000006")["messages"] == before + 1

    def test_adopting_anew_knows_what_was_said(
        self, run_line: Runner, sandbox: Sandbox, pulled: None, tmp_path: Path
    ) -> None:
        run_line("message 10000006 Hello.")
        count = sandbox.ledger("10000006")["messages"]
        run_line("open 10000006 --workspace {there}", there=tmp_path / "elsewhere")
        run_line("message 10000006 Hello. --workspace {there}", there=tmp_path / "elsewhere")
        assert sandbox.ledger("10000006")["messages"] == count

    @pytest.mark.parametrize("template", ["retake", "label-expired", "lost-parcel", "damaged-in-transit"])
    def test_a_template_is_in_the_sellers_words(self, run_line: Runner, pulled: None, template: str) -> None:
        run_line(f"message 10000006 --template {template}")
        assert "send me" not in conversation(run_line)[-1]["text"]


class TestCancel:
    def test_nothing_of_ours(self, run_line: Runner, sandbox: Sandbox, pulled: None) -> None:
        before = sandbox.ledger("10000006")
        run_line("cancel 10000006 --yes", 6)
        assert sandbox.ledger("10000006") == before

    def test_a_label_of_ours(self, run_line: Runner, empty: None, address: Path) -> None:
        run_line("label 10000010 --buy --carrier usps --to {to} --again --yes", to=address)
        result = run_line("cancel 10000010 --yes --json").json
        assert result["label"]
        assert "please do not use" in conversation(run_line, "10000010")[-1]["text"]
        count = len(conversation(run_line, "10000010"))
        run_line("cancel 10000010 --yes")
        assert len(conversation(run_line, "10000010")) == count


class TestLabel:
    def test_a_bought_one_goes_to_the_buyer(
        self, run_line: Runner, sandbox: Sandbox, empty: None, address: Path
    ) -> None:
        result = run_line(
            "label 10000010 --buy --carrier usps --to {to} --again --yes --json", to=address
        ).json
        assert (result["source"], result["told_buyer"]) == ("purchased", True)
        last = conversation(run_line, "10000010")[-1]
        assert result["tracking_number"] in last["text"]
        assert len(last["attachments"]) == 1

    def test_one_of_our_own_goes_to_the_buyer(
        self, run_line: Runner, sandbox: Sandbox, pulled: None, workspace: Path
    ) -> None:
        own = workspace / "own.pdf"
        own.write_bytes(pdf_label("1Z999AA10123456784"))
        line = "label 10000006 --file {own} --number 1Z999AA10123456784 --again --yes --json"
        result = run_line(line, own=own).json
        assert (result["told_buyer"], result["source"]) == (True, "file")
        last = conversation(run_line)[-1]
        assert (last["author"], last["attachments"]) == ("seller", ["01-label.pdf"])
        count = len(conversation(run_line))
        run_line(line.replace("--again ", ""), own=own)
        assert len(conversation(run_line)) == count

    def test_only_with_a_word(
        self, run_line: Runner, sandbox: Sandbox, pulled: None, workspace: Path
    ) -> None:
        own = workspace / "own.pdf"
        own.write_bytes(pdf_label("1Z999AA10123456784"))
        before = sandbox.ledger("10000006")
        line = "label 10000006 --file {own} --number 1Z999AA10123456784 --again --no-input"
        assert "--yes" in run_line(line, 2, own=own).stderr
        assert sandbox.ledger("10000006") == before

    def test_an_expired_one(self, run_line: Runner, empty: None) -> None:
        assert "--file" in run_line("label 10000010", 6).stderr
        assert run_line("label 10000010 --json", 6).json["state"] == "expired"

    def test_the_marketplaces_is_not_posted_back(
        self, run_line: Runner, sandbox: Sandbox, pulled: None
    ) -> None:
        before = sandbox.ledger("10000006")
        run_line("label 10000006 --yes")
        assert sandbox.ledger("10000006") == before


class TestShip:
    def test_but_it_can_be_collected(self, run_line: Runner, empty: None, address: Path) -> None:
        run_line("label 10000010 --buy --carrier usps --to {to} --again --yes", to=address)
        result = run_line("ship 10000010 --pickup 2026-06-11 --battery ok --yes --json").json
        assert result["pickup"]["confirmation"]

    @pytest.mark.parametrize("option", ["", "--sent", "--drop-off", "--sent-on 2026-06-09"])
    def test_is_the_buyers(self, run_line: Runner, pulled: None, option: str) -> None:
        assert "The buyer sends the parcel" in run_line(f"ship 10000006 {option}", 6).stderr


class TestReportProblem:
    def test_once(self, run_line: Runner, sandbox: Sandbox, pulled: None) -> None:
        line = "report-problem 10000006 --type ACCOUNT_LOCKED 'It asks for the account.'"
        assert run_line(f"{line} --json").json["sent"] is True
        assert run_line(f"{line} --json").json["sent"] is False
        assert run_line(f"{line} --again --json").json["sent"] is True
        assert [told["kind"] for told in client.problems(sandbox.url)] == ["ACCOUNT_LOCKED"] * 2

    def test_with_proof(self, run_line: Runner, pulled: None, pictures: Pictures) -> None:
        line = "report-problem 10000006 --type DAMAGED_PACKAGE Torn. --file {file} --json"
        result = run_line(line, file=pictures.phone / "outside.jpg").json
        assert (result["type"], result["sent"], result["files"]) == ("DAMAGED_PACKAGE", True, ["outside.jpg"])

    @pytest.mark.parametrize("kind", ["DAMAGED_PACKAGE", "ITEM_NOT_RECEIVED", "OOW_ITEM"])
    def test_without_the_proof_that_is_wanted(self, run_line: Runner, pulled: None, kind: str) -> None:
        assert "--file" in run_line(f"report-problem 10000006 --type {kind}", 2).stderr

    def test_an_older_folder(self, run_line: Runner, empty: None) -> None:
        run_line("report-problem 10000010 --type WRONG_ITEM", 6)
        run_line("report-problem 10000010 --type OTHER words", 6)
        assert run_line("report-problem 10000010 --type OTHER --json").json["sent"] is True

    def test_a_closed_case(self, run_line: Runner) -> None:
        run_line("pull 10000012")
        assert run_line("report-problem 10000012 --type OTHER", 6).stderr

    def test_a_dry_run(self, run_line: Runner, pulled: None, workspace: Path) -> None:
        before = tree(workspace)
        ran = run_line("report-problem 10000006 --type WRONG_ITEM --dry-run --json")
        assert ran.json["would"][0]["target"].endswith("/problem")
        assert tree(workspace) == before

    def test_a_lost_answer(self, run_line: Runner, sandbox: Sandbox, pulled: None) -> None:
        sandbox.faults("lost-answer@POST/backmarket/*:1x1")
        run_line("report-problem 10000006 --type WRONG_ITEM", 9)
        run_line("report-problem 10000006 --type WRONG_ITEM", 9)
        run_line("resolve 10000006 --happened")
        assert run_line("report-problem 10000006 --type WRONG_ITEM --json").json["sent"] is False

    def test_of_a_return_without_a_folder(self, run_line: Runner) -> None:
        run_line("report-problem 10000006 --type OTHER", 5)

    def test_a_buyers_return(self, run_line: Runner) -> None:
        run_line("open 10000001 --profile sandbox --reason faulty --wants refund")
        run_line("report-problem 10000001 --type OTHER", 6)
