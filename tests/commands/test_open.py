"""`open`: coverage, what is asked, local facts, corrections."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.running import Runner
from tests.commands.world import Sandbox, tree

OPEN = "open 10000001 --reason faulty --wants refund"


def test_the_result(run_line: Runner, sandbox: Sandbox, workspace: Path) -> None:
    result = run_line(f"{OPEN} --json").json
    assert result["schema"] == 1
    assert (result["return"], result["order"], result["role"]) == ("10000001", "10000001", "buyer")
    assert result["case"] == "R10000001-1"
    assert result["directory"] == str(workspace / "10000001")
    assert result["adopted"] is False
    assert result["sent"] is True
    assert result["needed"] is True
    assert result["device"] == {"kind": "smartphone", "brand": "Apple", "model": "iPhone 13"}
    assert result["next"]["step"] == "photos"
    assert result["next"]["command"] == ["returnctl", "photos", "10000001"]
    assert result["next"]["due"]
    assert set(result["coverage"]) >= {
        "verdict", "window_ends", "warranty_ends", "report_by", "shipping_paid_by", "notes",
    }  # fmt: skip
    assert "reply_due" in result


def test_coverage_from_receipt(run_line: Runner, sandbox: Sandbox) -> None:
    """Delivered on Friday, 5 June: day 30 is Sunday, 5 July, and the Friday before it a holiday's substitute."""
    coverage = run_line(f"{OPEN} --json").json["coverage"]
    assert coverage["verdict"] == "return-window"
    assert coverage["window_ends"] == "2026-07-06"
    assert coverage["warranty_ends"] == "2027-06-05"
    assert coverage["shipping_paid_by"] == "seller"


@pytest.mark.parametrize(
    ("order", "kind", "verdict", "wants"),
    [
        ("10000001", "smartphone", "return-window", "refund"),
        ("10000002", "tablet", "return-window", "refund"),
        ("10000003", "computer", "return-window", "refund"),
        ("10000004", "smartwatch", "return-window", "refund"),
        ("10000005", "audio", "return-window", "refund"),
        ("10000006", "smartphone", "warranty", "exchange"),
        ("10000007", "smartphone", "out-of-warranty", "repair"),
        ("10000008", "console", "return-window", "refund"),
        ("10000009/1", "smartphone", "return-window", "refund"),
        ("10000009/2", "tablet", "return-window", "refund"),
        ("10000010", "smartphone", "warranty", "repair"),
    ],
)
def test_every_seeded_order(
    run_line: Runner, sandbox: Sandbox, order: str, kind: str, verdict: str, wants: str
) -> None:
    result = run_line(f"open {order} --reason faulty --wants {wants} --json").json
    assert result["device"]["kind"] == kind
    assert result["coverage"]["verdict"] == verdict
    assert result["adopted"] is (order in ("10000006", "10000010"))


def test_people_read_what_to_do_before_erasing(run_line: Runner, sandbox: Sandbox) -> None:
    ran = run_line(OPEN)
    assert "return-window" in ran.stdout
    assert "Before you erase the device" in ran.stdout
    assert "returnctl photos 10000001" in ran.stderr


def test_again_says_the_same_and_sends_nothing(run_line: Runner, sandbox: Sandbox) -> None:
    first = run_line(f"{OPEN} --json").json
    again = run_line(f"{OPEN} --json").json
    assert again["sent"] is False
    assert again["case"] == first["case"]
    assert again["coverage"] == first["coverage"]
    assert sandbox.ledger()["returns"] == 1
    assert sandbox.ledger()["messages"] == 0


def test_again_without_any_option(run_line: Runner, sandbox: Sandbox) -> None:
    run_line(OPEN)
    assert run_line("open 10000001 --json").json["sent"] is False


class TestNotCovered:
    @pytest.mark.parametrize("damage", ["physical", "oxidation", "opened"])
    def test_an_exclusion(self, run_line: Runner, sandbox: Sandbox, workspace: Path, damage: str) -> None:
        ran = run_line(f"{OPEN} --damage {damage} --json", 6)
        assert ran.json["coverage"]["verdict"] == "excluded"
        assert ran.error["code"] == "refused"
        assert "--accept coverage" in ran.error["hint"]
        assert sandbox.ledger()["returns"] == 0
        assert not (workspace / "10000001").exists()

    def test_a_refund_after_the_window(self, run_line: Runner, sandbox: Sandbox) -> None:
        ran = run_line("open 10000007 --reason faulty --wants refund --json", 6)
        assert ran.json["coverage"]["verdict"] == "out-of-warranty"
        assert sandbox.ledger("10000007")["returns"] == 0

    def test_a_refusal_does_not_say_open(self, run_line: Runner, sandbox: Sandbox) -> None:
        out = run_line("open 10000007 --reason faulty --wants refund", 6).stdout
        assert "out-of-warranty" in out
        assert ", open" not in out
        assert "Folder:" not in out

    def test_it_is_opened_all_the_same_when_one_insists(self, run_line: Runner, sandbox: Sandbox) -> None:
        ran = run_line(f"{OPEN} --damage physical --accept coverage --json")
        assert ran.json["coverage"]["verdict"] == "excluded"
        assert sandbox.ledger()["returns"] == 1
        assert run_line("open 10000001 --json").json["case"] == "R10000001-1"

    def test_no_damage_is_the_default(self, run_line: Runner, sandbox: Sandbox) -> None:
        assert run_line(f"{OPEN} --damage none --json").json["coverage"]["verdict"] == "return-window"

    def test_damage_in_transit_never_excludes(self, run_line: Runner, sandbox: Sandbox) -> None:
        """Delivered on Friday, 5 June: three business days later is Wednesday the 10th."""
        line = (
            "open 10000001 --reason damaged-in-transit --wants refund --damage in-transit --damage physical"
        )
        coverage = run_line(f"{line} --json").json["coverage"]
        assert coverage["verdict"] == "return-window"
        assert coverage["report_by"] == "2026-06-10"


MANUAL = {
    "--device": "smartphone",
    "--received": "2026-06-05",
    "--ordered": "2026-06-01",
    "--name": "Jane",
    "--reason": "faulty",
    "--wants": "refund",
}


class TestWhatIsAsked:
    @pytest.mark.parametrize(
        ("given", "missing"), [("--wants refund", "--reason"), ("--reason faulty", "--wants")]
    )
    def test_at_a_marketplace(self, run_line: Runner, sandbox: Sandbox, given: str, missing: str) -> None:
        error = run_line(f"open 10000001 {given} --no-input --json", 2).error
        assert missing in f"{error['message']} {error['hint']}"
        assert sandbox.ledger()["returns"] == 0

    @pytest.mark.parametrize("missing", MANUAL)
    def test_by_hand(self, run_line: Runner, workspace: Path, missing: str) -> None:
        options = " ".join(f"{name} {value}" for name, value in MANUAL.items() if name != missing)
        error = run_line(f"open 10000001 {options} --no-input --json", 2).error
        assert missing in f"{error['message']} {error['hint']}"
        assert not (workspace / "10000001").exists()

    def test_a_word_that_is_none_of_the_choices(self, run_line: Runner, sandbox: Sandbox) -> None:
        error = run_line("open 10000001 --reason broken --wants refund --json", 2).error
        assert "faulty-on-arrival" in error["message"]

    def test_is_named_by_its_option(self, run_line: Runner, sandbox: Sandbox) -> None:
        error = run_line("open 10000001 --reason broken --wants refund --json", 2).error
        assert error["message"].startswith("--reason: 'broken' is not one of")

    def test_a_name_in_a_locale_that_knows_no_such_letters(self, run_line: Runner, workspace: Path) -> None:
        typed = "山田".encode().decode("ascii", "surrogateescape")
        options = " ".join(f"{name} {typed if name == '--name' else value}" for name, value in MANUAL.items())
        run_line(f"open 10000001 {options} --accept coverage")
        assert "Name: 山田\n" in run_line("slip 10000001 --text").stdout

    def test_a_name_that_is_no_text(self, run_line: Runner, workspace: Path) -> None:
        options = " ".join(f"{name} {value}" for name, value in (MANUAL | {"--name": "\udcff"}).items())
        assert "--name is not UTF-8 text" in run_line(f"open 10000001 {options} --json", 2).error["message"]

    @pytest.mark.parametrize("day", ["2026-13-01", "yesterday", "2026-02-30", "05.06.2026", "0001-01-01"])
    def test_a_day_that_is_none(self, run_line: Runner, sandbox: Sandbox, day: str) -> None:
        error = run_line(f"{OPEN} --received {day} --json", 2).error
        assert day in error["message"]

    def test_an_unknown_market(self, run_line: Runner, sandbox: Sandbox) -> None:
        error = run_line(f"{OPEN} --market xx-xx --json", 2).error
        assert "xx-xx" in error["message"]

    def test_an_order_that_nobody_has(self, run_line: Runner, sandbox: Sandbox, workspace: Path) -> None:
        error = run_line("open 19999999 --reason faulty --wants refund --json", 5).error
        assert error["code"] == "not-found"
        assert not (workspace / "19999999").exists()


class TestLocalFacts:
    def test_are_amended_without_sending(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line(OPEN)
        before = sandbox.ledger()
        result = run_line("open 10000001 --received 2026-05-20 --json").json
        assert result["sent"] is False
        assert result["coverage"]["window_ends"] == "2026-06-22"  # the 19th is a holiday, then a weekend
        assert sandbox.ledger() == before
        assert run_line("open 10000001 --json").json["coverage"]["window_ends"] == "2026-06-22"

    def test_the_window_may_be_over_then(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("open 10000001 --reason faulty --wants exchange")
        result = run_line("open 10000001 --received 2026-01-05 --json").json
        assert result["coverage"]["verdict"] == "warranty"

    @pytest.mark.parametrize(
        ("options", "key", "value"),
        [
            ("--brand Huawei", "brand", "Huawei"),
            ("--model 'P 30'", "model", "P 30"),
            ("--device tablet", "kind", "tablet"),
        ],
    )
    def test_the_device(self, run_line: Runner, sandbox: Sandbox, options: str, key: str, value: str) -> None:
        run_line(OPEN)
        assert run_line(f"open 10000001 {options} --json").json["device"][key] == value
        assert sandbox.ledger()["messages"] == 0

    def test_given_with_the_opening(self, run_line: Runner, sandbox: Sandbox) -> None:
        line = f"{OPEN} --received 2026-06-09 --ordered 2026-06-02 --asked 2026-06-10 --name 'J. Doe' --market en-gb"
        coverage = run_line(f"{line} --json").json["coverage"]
        assert coverage["window_ends"] == "2026-07-09"

    def test_the_day_of_asking_decides(self, run_line: Runner, sandbox: Sandbox) -> None:
        line = "open 10000007 --reason faulty --wants refund --asked 2025-05-20 --json"
        assert run_line(line).json["coverage"]["verdict"] == "return-window"


class TestOtherValues:
    @pytest.mark.parametrize(
        ("options", "both"),
        [
            ("--reason changed-mind", ("faulty", "changed-mind")),
            ("--wants exchange", ("refund", "exchange")),
            ("--description 'No sound.'", ("No picture.", "No sound.")),
            ("--damage in-transit", ("none", "in-transit")),
        ],
    )
    def test_another_value_names_both(
        self, run_line: Runner, sandbox: Sandbox, workspace: Path, options: str, both: tuple[str, str]
    ) -> None:
        run_line(f"{OPEN} --description 'No picture.'")
        before = tree(workspace / "10000001")
        error = run_line(f"open 10000001 {options} --json", 6).error
        assert all(value in error["message"] for value in both), error
        assert "--again" in error["hint"]
        assert sandbox.ledger()["messages"] == 0
        assert tree(workspace / "10000001") == before

    def test_again_sends_a_correction_once(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line(OPEN)
        result = run_line("open 10000001 --wants exchange --again --json").json
        assert result["sent"] is True
        assert sandbox.ledger()["messages"] == 1
        assert sandbox.ledger()["returns"] == 1
        assert "exchange" in sandbox.messages()[-1]["text"]
        assert run_line("open 10000001 --wants exchange --json").json["sent"] is False
        assert sandbox.ledger()["messages"] == 1
        run_line("open 10000001 --wants refund", 6)


class TestTheFolder:
    def test_is_the_users_alone(self, run_line: Runner, sandbox: Sandbox, workspace: Path) -> None:
        run_line(OPEN)
        names = {path.name for path in (workspace / "10000001").iterdir()}
        assert {"return.json", "intents", "documents"} <= names

    def test_another_workspace(self, run_line: Runner, sandbox: Sandbox, tmp_path: Path) -> None:
        there = tmp_path / "my returns"
        ran = run_line(f"{OPEN} --workspace {{there}} --json", there=there)
        assert ran.json["directory"] == str(there / "10000001")
        assert run_line("status 10000001 --workspace {there} --json", there=there).json["returns"]
        run_line("status 10000001", 5)

    def test_the_default_lies_in_the_documents(
        self, run_line: Runner, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.delenv("RETURNCTL_WORKSPACE")
        result = run_line(f"{OPEN} --dry-run --json").json
        assert result["directory"] == str(tmp_path / "home" / "Documents" / "returns" / "10000001")
