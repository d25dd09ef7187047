"""A person's word about a purchase or a pickup whose outcome nobody knows: it is never bought or booked again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.running import Runner
from tests.commands.world import NUMBER, Sandbox
from tests.faults.gate import Gate

BUY = "label 10000001 --buy --carrier ups --to {to} --yes"
BOOK = "ship 10000001 --battery ok --pickup 2026-06-12"


@pytest.fixture
def to(tmp_path: Path) -> Path:
    text = (
        'company = "Desk"\nstreet = ["1 Warehouse Rd"]\ncity = "Newark"\nstate = "NJ"\npostcode = "07102"\n'
    )
    (tmp_path / "desk.toml").write_text(f'{text}phone = "5185550123"\n')
    return tmp_path / "desk.toml"


pytestmark = pytest.mark.usefixtures("opened")


@pytest.fixture
def in_doubt(run_line: Runner, sandbox: Sandbox, opened: None, to: Path) -> None:
    """A label of UPS that was bought, and the answer lost; UPS does not find it."""
    sandbox.faults("lost-answer@POST/ups/api/shipments/*:1x1,404@GET/ups/api/track/*")
    run_line(BUY, 9, to=to)
    run_line(BUY, 9, to=to)


@pytest.mark.usefixtures("in_doubt")
class TestALabel:
    def test_without_its_number(self, run_line: Runner, sandbox: Sandbox, to: Path) -> None:
        run_line("resolve 10000001 --happened")
        ran = run_line(f"{BUY} --json", 6, to=to)
        assert "--number" in ran.error["hint"]
        assert sandbox.ledger()["labels"] == 2  # the prepaid one, and this
        run_line(f"label 10000001 --number {NUMBER}")
        result = run_line(f"{BUY} --json", to=to).json
        assert (result["source"], result["tracking_number"]) == ("purchased", NUMBER)
        assert sandbox.ledger()["labels"] == 2

    def test_what_it_means_and_what_to_do_is_said(self, run_line: Runner) -> None:
        shown = run_line("status 10000001").stdout
        for words in (
            "UPS",
            "no answer says",
            "nothing more of this kind",
            "--happened NUMBER",
            "--did-not-happen",
        ):
            assert words in shown
        assert "words" not in run_line("status 10000001 --json").json["returns"][0]["in_doubt"][0]
        error = run_line("resolve 10000001 --json", 9).error
        assert "carrier's website" in error["hint"]
        assert "--happened NUMBER" in error["hint"]

    def test_with_its_number(self, run_line: Runner, sandbox: Sandbox, to: Path) -> None:
        run_line(f"resolve 10000001 --happened {NUMBER}")
        assert run_line(f"{BUY} --json", to=to).json["tracking_number"] == NUMBER
        assert sandbox.ledger()["labels"] == 2


@pytest.mark.parametrize("confirmation", ["", " WTC123"])
def test_a_pickup(run_line: Runner, sandbox: Sandbox, to: Path, confirmation: str) -> None:
    run_line(BUY.replace("ups", "fedex"), to=to)
    sandbox.faults("lost-answer@POST/fedex/pickup/v1/pickups:1x1")
    run_line(BOOK, 9)
    run_line(f"resolve 10000001 --happened{confirmation}")
    pickup = run_line(f"{BOOK} --json").json["pickup"]
    assert (pickup["date"], pickup["confirmation"]) == ("2026-06-12", confirmation.strip() or None)
    assert sandbox.ledger()["pickups"] == 1
    if not confirmation:
        run_line("ship 10000001 --cancel-pickup", 8)  # by hand: nobody knows its number
        assert run_line("status 10000001 --json").json["returns"][0]["in_doubt"] == []


def test_a_sandbox_that_has_moved(
    run_line: Runner, sandbox: Sandbox, gate: Gate, monkeypatch: pytest.MonkeyPatch, to: Path
) -> None:
    """What was sent to a carrier at the old port is found out about at the new one."""
    gate.cut("POST", "/usps/labels/v3/return-label", handled=True)
    run_line(BUY.replace("ups", "usps"), 75, to=to)
    monkeypatch.setenv("RETURNCTL_SANDBOX_URL", sandbox.url)
    run_line(BUY.replace("ups", "usps"), to=to)
    assert sandbox.ledger()["labels"] == 2
