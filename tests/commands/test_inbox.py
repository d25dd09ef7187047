"""`inbox`: the buyers' returns, as the seller's staff see them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.commands.running import Runner
from tests.commands.world import Sandbox

KEYS = {
    "return",
    "case",
    "open",
    "device",
    "issue",
    "wish",
    "warranty_answer",
    "last_message_at",
    "waiting_on",
    "lacks",
    "due",
    "directory",
}


@pytest.fixture(autouse=True)
def desk(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETURNCTL_PROFILE", "sandbox-seller")


def inbox(run_line: Runner, options: str = "") -> dict[str, Any]:
    """What it lists, by return."""
    return {one["return"]: one for one in run_line(f"inbox {options} --json").json["returns"]}


class TestListing:
    def test_the_open_ones(self, run_line: Runner) -> None:
        found = inbox(run_line)
        assert found.keys() == {"10000006", "10000010"}
        assert all(one.keys() == KEYS for one in found.values())

    def test_what_the_buyer_asks_for(self, run_line: Runner) -> None:
        one = inbox(run_line)["10000006"]
        assert one["case"].isdigit()
        assert (one["device"]["kind"], one["device"]["brand"]) == ("smartphone", "Samsung")
        assert one["issue"]
        assert one["wish"] in ("refund", "exchange", "repair")
        assert one["warranty_answer"] == "in-warranty"
        assert one["directory"] is None

    def test_what_is_missing_by_the_conversation(self, run_line: Runner) -> None:
        found = inbox(run_line)
        assert found["10000006"]["lacks"] == ["disconnect-proof"]
        assert found["10000010"]["lacks"] == ["photos", "imei", "disconnect-proof", "label"]

    def test_what_is_missing_by_the_record(self, run_line: Runner) -> None:
        run_line("pull 10000006")
        assert inbox(run_line)["10000006"]["lacks"] == ["photos", "imei", "disconnect-proof"]
        run_line("photos 10000006")
        run_line("imei 10000006")
        one = inbox(run_line)["10000006"]
        assert one["lacks"] == ["disconnect-proof"]
        assert one["directory"].endswith("/10000006")

    def test_whose_turn_it_is(self, run_line: Runner) -> None:
        before = inbox(run_line)["10000006"]
        assert before["waiting_on"] == "seller"
        assert before["due"]
        run_line("open 10000006")
        run_line("message 10000006 'We look at it.'")
        assert inbox(run_line)["10000006"]["waiting_on"] == "buyer"

    def test_the_most_urgent_first(self, run_line: Runner) -> None:
        dues = [one["due"] for one in inbox(run_line).values()]
        assert dues == sorted(dues)

    def test_changes_nothing(self, run_line: Runner, sandbox: Sandbox, workspace: object) -> None:
        before = sandbox.whole_ledger()
        inbox(run_line, "--state all")
        assert sandbox.whole_ledger() == before
        assert run_line("status --json").json["returns"] == []

    def test_for_people(self, run_line: Runner) -> None:
        lines = run_line("inbox").stdout.splitlines()
        assert lines[0].split()[:2] == ["return", "device"]
        assert any("10000010" in line and re.search(r"\d days? over", line) for line in lines)


class TestState:
    def test_closed(self, run_line: Runner) -> None:
        found = inbox(run_line, "--state closed")
        assert found
        assert not any(one["open"] for one in found.values())
        assert all(one["due"] is None for one in found.values())

    def test_all(self, run_line: Runner) -> None:
        every = inbox(run_line, "--state all")
        assert every.keys() == inbox(run_line).keys() | inbox(run_line, "--state closed").keys()

    def test_words_that_the_marketplace_has_and_we_not(self, run_line: Runner) -> None:
        wishes = {one["wish"] for one in inbox(run_line, "--state all").values()}
        assert {"remote-assistance", "repair-replace"} <= wishes


class TestSince:
    def test_days(self, run_line: Runner) -> None:
        assert inbox(run_line, "--since 3d").keys() == {"10000006"}
        assert inbox(run_line, "--since 0d") == {}

    def test_a_day(self, run_line: Runner) -> None:
        assert inbox(run_line, "--since 2026-06-01").keys() == {"10000006"}
        assert inbox(run_line, "--since 2026-01-01").keys() == {"10000006", "10000010"}

    @pytest.mark.parametrize("word", ["2x", "yesterday", "-1d", "2026-13-01"])
    def test_what_is_none(self, run_line: Runner, word: str) -> None:
        assert "2d or 2026-11-23" in run_line(f"inbox --since={word}", 2).stderr


class TestRefusals:
    @pytest.mark.parametrize("profile", ["sandbox", "manual"])
    def test_a_buyers_profile(self, run_line: Runner, profile: str) -> None:
        ran = run_line(f"inbox --profile {profile} --json", 6)
        assert "sandbox-seller" in ran.error["hint"]

    def test_a_bad_token(self, run_line: Runner, sandbox: Sandbox) -> None:
        sandbox.faults("401@/backmarket/*")
        assert run_line("inbox --json", 4).error["code"] == "auth"

    def test_a_firewall(self, run_line: Runner, sandbox: Sandbox) -> None:
        sandbox.faults("cloudflare@/backmarket/*")
        error = run_line("inbox --json", 75).error
        assert error["code"] == "blocked"
        assert "cf-ray" in error["message"]
