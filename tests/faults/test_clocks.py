"""R9: clocks that are wrong, or jump. What is in doubt stays in doubt, and nothing is bought because time went by."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.running import Runner
from tests.commands.world import Sandbox

BUY = "label 10000001 --buy --carrier ups --to {to} --yes"
CLOCKS = (
    "2026-06-11T12:00:00+00:00",
    "2026-06-09T12:00:00+00:00",
    "2036-06-10T12:00:00+00:00",
    "2016-06-10T12:00:00+00:00",
    "2028-02-29T23:59:59+00:00",
    "2026-03-08T02:30:00-05:00",  # the hour that summer time leaves out in New York
    "2026-11-01T01:30:00-04:00",  # the one that comes twice
    "2026-12-31T23:59:59-05:00",
)


@pytest.fixture
def to(tmp_path: Path) -> Path:
    text = (
        'company = "Desk"\nstreet = ["1 Warehouse Rd"]\ncity = "Newark"\nstate = "NJ"\npostcode = "07102"\n'
    )
    (tmp_path / "desk.toml").write_text(text)
    return tmp_path / "desk.toml"


def test_no_doubt_ends_because_time_goes_by(
    run_line: Runner, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, to: Path
) -> None:
    run_line("open 10000001 --reason faulty --wants refund")
    sandbox.faults("lost-answer@POST/ups/api/shipments/*:1x1,404@GET/ups/api/track/*")
    run_line(BUY, 9, to=to)
    for clock in CLOCKS:
        monkeypatch.setenv("RETURNCTL_NOW", clock)
        run_line(BUY, 9, to=to)
        assert run_line("verify 10000001 --json").json["intact"] is True
        assert sandbox.ledger()["labels"] == 2  # the prepaid one, and this


@pytest.mark.parametrize("clock", CLOCKS)
def test_events_stay_in_their_order(
    run_line: Runner, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, clock: str
) -> None:
    """The chain is of hashes, not of times."""
    run_line("open 10000001 --reason faulty --wants refund")
    monkeypatch.setenv("RETURNCTL_NOW", clock)
    run_line("message 10000001 Hello.")
    assert run_line("message 10000001 Hello. --json").json["sent"] is False
    assert run_line("verify 10000001 --json").json["intact"] is True
    run_line("status 10000001")
