"""`track`: one vocabulary for all carriers, waiting, and several parcels at once."""

from __future__ import annotations

import re
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.running import Runner
from tests.commands.world import NUMBER, Sandbox

STATUSES = (
    "label-created", "picked-up", "in-transit", "out-for-delivery", "available-for-pickup", "delivered",
    "exception", "returned", "cancelled", "unknown",
)  # fmt: skip
KEYS = {
    "return", "carrier", "tracking_number", "status", "found", "delayed", "stalled", "delivered_at",
    "estimated_delivery", "last_event_at", "claim_by", "link", "events",
}  # fmt: skip


@pytest.fixture
def labelled(run_line: Runner, sandbox: Sandbox) -> None:
    numbered(run_line, sandbox, "10000001")


def numbered(run_line: Runner, sandbox: Sandbox, order: str) -> None:
    """Opened, with the number of the prepaid label; its file, which takes longer, is not needed here."""
    run_line(f"open {order} --reason faulty --wants refund")
    run_line(f"label {order} --number {sandbox.number(f'R{order}-1')}")


def parcel(run_line: Runner, line: str = "track 10000001", exit: int = 0) -> dict[str, object]:
    found = run_line(f"{line} --json", exit).json["parcels"]
    assert len(found) == 1
    return dict(found[0])


@pytest.mark.usefixtures("labelled")
class TestOneReturn:
    @pytest.mark.parametrize("status", STATUSES)
    def test_every_status(self, run_line: Runner, sandbox: Sandbox, status: str) -> None:
        sandbox.advance("10000001", status)
        found = parcel(run_line)
        assert found.keys() == KEYS
        assert found["status"] == status
        assert found["return"] == "10000001"
        assert found["found"] is True
        assert str(found["link"]).startswith("https://")
        assert (found["delivered_at"] is not None) is (status == "delivered")

    @pytest.mark.parametrize(("order", "carrier"), [("10000002", "usps"), ("10000003", "fedex")])
    @pytest.mark.parametrize("status", ["in-transit", "exception", "delivered", "returned"])
    def test_of_the_other_carriers(
        self, run_line: Runner, sandbox: Sandbox, order: str, carrier: str, status: str
    ) -> None:
        numbered(run_line, sandbox, order)
        sandbox.advance(order, status)
        found = parcel(run_line, f"track {order}")
        assert (found["carrier"], found["status"]) == (carrier, status)

    def test_its_events(self, run_line: Runner, sandbox: Sandbox) -> None:
        sandbox.advance("10000001", "delivered")
        events = parcel(run_line)["events"]
        assert isinstance(events, list)
        assert len(events) >= 5
        for event in events:
            assert event.keys() == {"time", "status", "code", "description", "place"}
        assert {event["status"] for event in events} >= {"label-created", "in-transit", "delivered"}

    def test_times_are_a_person_s(self, run_line: Runner, sandbox: Sandbox) -> None:
        sandbox.advance("10000001", "delivered")
        shown = run_line("track 10000001").stdout
        assert re.search(r"^  Delivered: \d{4}-\d\d-\d\d \d\d:\d\d$", shown, re.MULTILINE)
        assert not re.search(r"\dT\d", shown)

    def test_the_common_keys(self, run_line: Runner) -> None:
        result = run_line("track 10000001 --json").json
        assert (result["return"], result["sent"], result["needed"]) == ("10000001", False, True)

    def test_the_step_is_done_when_it_is_delivered(self, run_line: Runner, sandbox: Sandbox) -> None:
        assert run_line("status 10000001 --json").json["returns"][0]["steps"]["track"]["state"] == "todo"
        run_line("track 10000001")
        sandbox.advance("10000001", "delivered")
        run_line("track 10000001")
        status = run_line("status 10000001 --json").json["returns"][0]
        assert (status["steps"]["track"]["state"], status["parcel"]) == ("done", "delivered")

    def test_coming_back_is_an_alarm(self, run_line: Runner, sandbox: Sandbox) -> None:
        sandbox.advance("10000001", "returned")
        assert "on its way back to you" in run_line("track 10000001").stdout

    def test_a_claim_has_a_day(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("ship 10000001 --battery ok --sent")
        assert parcel(run_line)["claim_by"] == "2026-08-09"

    def test_nothing_for_days_is_stalled(
        self, run_line: Runner, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sandbox.advance("10000001", "in-transit")
        assert parcel(run_line)["stalled"] is False
        monkeypatch.setenv("RETURNCTL_NOW", "2026-06-25T12:00:00+00:00")
        assert parcel(run_line)["stalled"] is True

    def test_a_persons_word(self, run_line: Runner, sandbox: Sandbox) -> None:
        found = parcel(run_line, "track 10000001 --delivered 2026-06-09")
        assert (found["status"], found["delivered_at"]) == ("delivered", "2026-06-09")
        assert run_line("status 10000001 --json").json["returns"][0]["steps"]["track"]["state"] == "done"

    def test_another_number(self, run_line: Runner) -> None:
        """A number that nobody told the carrier of: no error, it may come to be known."""
        found = parcel(run_line, f"track 10000001 --number {NUMBER}")
        assert (found["tracking_number"], found["found"], found["status"]) == (NUMBER, False, "unknown")


def test_without_any_number(run_line: Runner, sandbox: Sandbox) -> None:
    run_line("open 10000001 --reason faulty --wants refund")
    ran = run_line("track 10000001 --json", 6)
    assert "label" in ran.error["hint"]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[str], Sandbox], None]:
    """Time that passes only where the command waits; with each wait the parcel goes on by one status."""

    def set_up(statuses: list[str], sandbox: Sandbox) -> None:
        passed = [0.0]

        def sleep(seconds: float) -> None:
            passed[0] += seconds
            if statuses:
                sandbox.advance("10000001", statuses.pop(0))
            assert passed[0] < 86_400, "waits for ever"

        fake = types.SimpleNamespace(sleep=sleep, monotonic=lambda: passed[0])
        monkeypatch.setattr("returnctl.steps.track.time", fake)
        monkeypatch.setattr("returnctl.steps.track.SANDBOX_POLL_S", 300.0)

    return set_up


@pytest.mark.usefixtures("labelled")
class TestUntil:
    def test_there_already(self, run_line: Runner, sandbox: Sandbox) -> None:
        sandbox.advance("10000001", "delivered")
        assert parcel(run_line, "track 10000001 --until delivered")["status"] == "delivered"

    def test_waits(
        self, run_line: Runner, sandbox: Sandbox, clock: Callable[[list[str], Sandbox], None]
    ) -> None:
        clock(["picked-up", "in-transit", "delivered"], sandbox)
        found = parcel(run_line, "track 10000001 --until delivered")
        assert found["status"] == "delivered"

    @pytest.mark.parametrize("status", ["returned", "cancelled"])
    def test_will_never_be(self, run_line: Runner, sandbox: Sandbox, status: str) -> None:
        sandbox.advance("10000001", status)
        ran = run_line("track 10000001 --until delivered --json", 6)
        assert ran.json["parcels"][0]["status"] == status
        assert status in ran.error["message"]

    @pytest.mark.parametrize("timeout", ["0s", "30s", "10m", "2h", "5"])
    def test_no_longer_than(
        self, run_line: Runner, sandbox: Sandbox, clock: Callable[[list[str], Sandbox], None], timeout: str
    ) -> None:
        clock([], sandbox)
        ran = run_line(f"track 10000001 --until delivered --timeout {timeout} --json", 8)
        assert ran.error["code"] == "pending"
        assert ran.json["parcels"][0]["status"] == "label-created"

    @pytest.mark.parametrize("timeout", ["soon", "-1s", "1w", "1.5h", ""])
    def test_no_duration(
        self, run_line: Runner, sandbox: Sandbox, clock: Callable[[list[str], Sandbox], None], timeout: str
    ) -> None:
        clock([], sandbox)
        run_line("track 10000001 --until delivered --timeout {t}", 2, t=timeout)

    def test_passed_meanwhile(self, run_line: Runner, sandbox: Sandbox) -> None:
        """Between two questions a parcel may skip the status that is waited for; it has been there all the same."""
        sandbox.advance("10000001", "delivered")
        run_line("track 10000001 --until in-transit --timeout 0s")

    def test_passed_on_the_way(self, run_line: Runner, sandbox: Sandbox) -> None:
        sandbox.advance("10000001", "out-for-delivery")
        run_line("track 10000001 --until picked-up --timeout 0s")

    def test_an_exception_may_pass(
        self, run_line: Runner, sandbox: Sandbox, clock: Callable[[list[str], Sandbox], None]
    ) -> None:
        clock(["exception", "out-for-delivery", "delivered"], sandbox)
        assert parcel(run_line, "track 10000001 --until delivered")["status"] == "delivered"

    def test_holds_no_lock_while_it_waits(
        self, run_line: Runner, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def sleep(seconds: float) -> None:
            run_line("slip --text 10000001")
            sandbox.advance("10000001", "delivered")

        fake = types.SimpleNamespace(sleep=sleep, monotonic=lambda: 0.0)
        monkeypatch.setattr("returnctl.steps.track.time", fake)
        run_line("track 10000001 --until delivered")

    def test_no_status(self, run_line: Runner) -> None:
        run_line("track 10000001 --until arrived", 2)


class TestANumberAlone:
    def test_that_the_carrier_knows(self, run_line: Runner, sandbox: Sandbox, labelled: None) -> None:
        number = sandbox.number()
        found = parcel(run_line, f"track --number {number}")
        assert (found["return"], found["carrier"], found["found"]) == (None, "ups", True)
        assert found["status"] == "label-created"

    def test_that_it_does_not_know(self, run_line: Runner, sandbox: Sandbox) -> None:
        assert parcel(run_line, f"track --number {NUMBER}")["found"] is False

    @pytest.mark.parametrize("number", ["x", "a/b?c", "''"])
    def test_no_number(self, run_line: Runner, sandbox: Sandbox, number: str) -> None:
        run_line(f"track --number {number}", 2)

    def test_of_a_carrier_that_nobody_can_ask(self, run_line: Runner, sandbox: Sandbox) -> None:
        found = parcel(run_line, "track --number JJD014600003SE123456 --carrier other")
        assert (found["carrier"], found["found"], found["status"]) == ("other", None, "unknown")


class TestWithoutCredentials:
    def test_a_link(self, run_line: Runner) -> None:
        ran = run_line(f"track --number {NUMBER} --json")
        found = ran.json["parcels"][0]
        assert (found["found"], found["status"]) == (None, "unknown")
        assert NUMBER in found["link"]
        assert NUMBER in run_line(f"track --number {NUMBER}").stdout

    def test_until_is_auth_at_once(self, run_line: Runner) -> None:
        error = run_line(f"track --number {NUMBER} --until delivered --json", 4).error
        assert error["code"] == "auth"


class TestSeveral:
    @pytest.fixture(autouse=True)
    def two(self, run_line: Runner, sandbox: Sandbox, labelled: None) -> None:
        numbered(run_line, sandbox, "10000002")

    def test_named(self, run_line: Runner) -> None:
        found = run_line("track 10000001 10000002 --json").json["parcels"]
        assert [one["return"] for one in found] == ["10000001", "10000002"]

    def test_all(self, run_line: Runner) -> None:
        run_line("open 10000003 --reason faulty --wants refund")  # has no number yet: is not asked for
        found = run_line("track --all --json").json["parcels"]
        assert [one["return"] for one in found] == ["10000001", "10000002"]

    def test_all_leaves_out_what_has_arrived_or_is_closed(self, run_line: Runner, sandbox: Sandbox) -> None:
        sandbox.advance("10000001", "delivered")
        run_line("track 10000001")
        run_line("close 10000002 --outcome withdrawn")
        assert run_line("track --all --json").json["parcels"] == []

    def test_one_fails(self, run_line: Runner) -> None:
        ran = run_line("track 10000001 10000099 10000002 --json", 3)
        assert [one["return"] for one in ran.json["parcels"]] == ["10000001", "10000002"]
        assert "10000099" in str(ran.json)
        assert ran.error["exit"] == 3

    def test_one_damaged_does_not_stop_the_others(self, run_line: Runner, workspace: Path) -> None:
        record = workspace / "10000001" / "return.json"
        record.write_bytes(record.read_bytes()[:-9])
        ran = run_line("track --all --json", 3)
        assert [one["return"] for one in ran.json["parcels"]] == ["10000002"]

    def test_some_are_under_way(self, run_line: Runner, sandbox: Sandbox) -> None:
        """None failed: it is pending, and both parcels are told of."""
        sandbox.advance("10000002", "delivered")
        ran = run_line("track 10000001 10000002 --until delivered --timeout 0s --json", 8)
        assert [one["status"] for one in ran.json["parcels"]] == ["label-created", "delivered"]

    def test_all_of_none(self, run_line: Runner, tmp_path: Path) -> None:
        assert run_line("track --all --workspace {w} --json", w=f"{tmp_path}/empty").json["parcels"] == []
