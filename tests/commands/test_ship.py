"""`ship`: the parcel's photos, the battery, and the word to the seller."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.pictures import Pictures
from tests.commands.running import Runner
from tests.commands.world import NUMBER, Sandbox, tree


@pytest.fixture(autouse=True)
def labelled(run_line: Runner, sandbox: Sandbox) -> None:
    """A return with the user's own label; the drawn parcel has its number on it."""
    run_line("open 10000001 --reason faulty --wants refund")
    run_line(f"label 10000001 --number {NUMBER}")


class TestBattery:
    def test_damaged_may_not_be_posted(self, run_line: Runner, sandbox: Sandbox) -> None:
        before = sandbox.ledger()
        ran = run_line("ship 10000001 --battery damaged --sent --json", 6)
        assert "battery" in ran.error["message"]
        assert "message" in ran.error["hint"]
        assert sandbox.ledger() == before

    def test_damaged_stays_damaged(self, run_line: Runner, sandbox: Sandbox) -> None:
        """A person said that it is; a later call without an answer must not send it after all."""
        run_line("ship 10000001 --battery damaged", 6)
        run_line("ship 10000001 --sent --json", 6)
        assert sandbox.ledger()["tracking_numbers"] == 0
        assert run_line("ship 10000001 --battery ok --sent --json").json["told_seller"] is True

    def test_unanswered_is_ok_with_a_warning(self, run_line: Runner) -> None:
        ran = run_line("ship 10000001 --drop-off")
        assert "warning" in ran.stderr
        assert "--battery" in ran.stderr

    def test_what_nobody_said_is_not_on_record(self, run_line: Runner) -> None:
        """Taken as ok for this time; the next call warns again."""
        run_line("ship 10000001 --drop-off")
        assert "--battery" in run_line("ship 10000001 --drop-off").stderr

    @pytest.mark.parametrize("answer", ["ok", "none"])
    def test_answered_once_is_remembered(self, run_line: Runner, answer: str) -> None:
        run_line(f"ship 10000001 --battery {answer}")
        assert "--battery" not in run_line("ship 10000001 --drop-off").stderr

    def test_a_console_is_not_asked(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("open 10000008 --reason faulty --wants refund")
        assert "battery" not in run_line("ship 10000008 --drop-off").stderr


class TestBackUp:
    @pytest.mark.parametrize("answer", [None, "no"])
    def test_is_warned_of(self, run_line: Runner, answer: str | None) -> None:
        if answer:
            run_line(f"disconnect-proof 10000001 --backed-up {answer}")
        ran = run_line("ship 10000001 --battery ok")
        assert "warning" in ran.stderr
        assert "back" in ran.stderr

    @pytest.mark.parametrize("answer", ["yes", "not-possible"])
    def test_is_no_matter_once_answered(self, run_line: Runner, answer: str) -> None:
        run_line(f"disconnect-proof 10000001 --backed-up {answer}")
        assert "warning" not in run_line("ship 10000001 --battery ok").stderr


class TestPhotos:
    def test_are_kept_not_sent(
        self, run_line: Runner, sandbox: Sandbox, pictures: Pictures, workspace: Path
    ) -> None:
        line = "ship 10000001 --battery ok --inside {inside} --outside {outside} --receipt {receipt} --json"
        result = run_line(
            line,
            inside=pictures.phone / "inside.jpg",
            outside=pictures.phone / "outside.jpg",
            receipt=pictures.phone / "left.jpg",
        ).json
        assert result["label_read"] == "match"
        assert (result["sent"], result["told_seller"]) == (False, False)
        names = {path.name for path in (workspace / "10000001" / "parcel").iterdir()}
        assert names == {"inside.jpg", "outside.jpg", "receipt.jpg"}
        assert sandbox.ledger()["attachments"] == 0

    def test_again_changes_nothing(self, run_line: Runner, pictures: Pictures, workspace: Path) -> None:
        line = "ship 10000001 --battery ok --inside {inside}"
        run_line(line, inside=pictures.phone / "inside.jpg")
        before = tree(workspace / "10000001")
        run_line(line, inside=pictures.phone / "inside.jpg")
        assert tree(workspace / "10000001") == before

    def test_the_label_of_another_parcel(self, run_line: Runner, pictures: Pictures) -> None:
        run_line("label 10000001 --number 1Z999AA10123456793 --again")
        line = "ship 10000001 --battery ok --outside {outside} --json"
        ran = run_line(line, outside=pictures.phone / "outside.jpg")
        assert ran.json["label_read"] == "other-number"
        people = run_line(
            "ship 10000001 --battery ok --outside {outside}", outside=pictures.phone / "outside.jpg"
        )
        assert "ANOTHER" in people.stdout

    def test_a_label_that_can_not_be_read(self, run_line: Runner, pictures: Pictures) -> None:
        line = "ship 10000001 --battery ok --outside {outside} --json"
        assert run_line(line, outside=pictures.phone / "inside.jpg").json["label_read"] == "unreadable"

    @pytest.mark.parametrize("option", ["--inside", "--outside", "--receipt"])
    @pytest.mark.parametrize(("name", "exit"), [("nowhere.jpg", 2), (".", 2), ("text.jpg", 6)])
    def test_no_picture(
        self, run_line: Runner, sandbox: Sandbox, tmp_path: Path, option: str, name: str, exit: int
    ) -> None:
        (tmp_path / "text.jpg").write_text("a parcel")
        run_line(f"ship 10000001 --battery ok {option} {{file}} --sent", exit, file=tmp_path / name)
        assert sandbox.ledger()["tracking_numbers"] == 0


class TestSent:
    def test_tells_the_seller_number_and_date(self, run_line: Runner, sandbox: Sandbox) -> None:
        result = run_line("ship 10000001 --battery ok --drop-off --sent --json").json
        assert (result["method"], result["carrier"], result["tracking_number"]) == ("drop-off", "ups", NUMBER)
        assert (result["sent"], result["told_seller"]) == (True, True)
        assert result["pickup"] is None
        assert sandbox.ledger()["tracking_numbers"] == 1
        assert result["next"]["step"] == "photos"

    def test_again_sends_nothing(
        self, run_line: Runner, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run_line("ship 10000001 --battery ok --sent")
        monkeypatch.setenv("RETURNCTL_NOW", "2026-06-12T12:00:00+00:00")
        result = run_line("ship 10000001 --sent --json").json
        assert (result["sent"], result["told_seller"]) == (False, True)
        assert sandbox.ledger()["tracking_numbers"] == 1

    def test_nothing_is_told_without_it(self, run_line: Runner, sandbox: Sandbox) -> None:
        for line in ("ship 10000001 --battery ok --drop-off", "ship 10000001 --sent-on 2026-06-09"):
            assert run_line(f"{line} --json").json["told_seller"] is False
        assert sandbox.ledger()["tracking_numbers"] == 0
        assert run_line("status 10000001 --json").json["returns"][0]["steps"]["ship"]["state"] == "todo"

    def test_another_day_names_both(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("ship 10000001 --battery ok --sent --sent-on 2026-06-08")
        error = run_line("ship 10000001 --sent --sent-on 2026-06-09 --json", 6).error
        assert "2026-06-08" in error["message"]
        assert "2026-06-09" in error["message"]
        assert run_line("ship 10000001 --sent --sent-on 2026-06-09 --again --json").json["sent"] is True

    def test_another_number_names_both(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("ship 10000001 --battery ok --sent")
        run_line("label 10000001 --number 1Z999AA10123456793 --again")
        error = run_line("ship 10000001 --sent --json", 6).error
        assert NUMBER in error["message"]
        assert "1Z999AA10123456793" in error["message"]
        result = run_line("ship 10000001 --sent --again --json").json
        assert result["tracking_number"] == "1Z999AA10123456793"

    def test_without_a_number(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("open 10000002 --reason faulty --wants refund")
        error = run_line("ship 10000002 --battery ok --sent --json", 6).error
        assert "label" in error["hint"]
        assert sandbox.ledger("10000002")["tracking_numbers"] == 0

    def test_with_a_carrier_of_ones_own(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("open 10000002 --reason faulty --wants refund")
        run_line("label 10000002 --number JJD014600003SE123456 --carrier other --carrier-name DHL")
        result = run_line("ship 10000002 --battery ok --sent --json").json
        assert result["told_seller"] is True
        assert sandbox.ledger("10000002")["tracking_numbers"] == 1


class TestAnExpiredLabel:
    def test_is_refused(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("open 10000010 --reason faulty --wants repair")
        run_line("label 10000010", 6)
        ran = run_line("ship 10000010 --battery ok --sent --json", 6)
        assert "--again" in ran.error["hint"]
        assert sandbox.ledger("10000010")["tracking_numbers"] == 0
        run_line("label 10000010 --again")
        run_line("ship 10000010 --battery ok --sent")

    def test_after_its_last_day(
        self, run_line: Runner, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run_line("open 10000002 --reason faulty --wants refund")
        run_line("label 10000002")
        monkeypatch.setenv("RETURNCTL_NOW", "2026-06-25T12:00:00+00:00")
        run_line("ship 10000002 --battery ok --sent", 6)

    def test_does_not_undo_what_was_told(
        self, run_line: Runner, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Sent in time, looked at again weeks later: it is done, and says so."""
        run_line("open 10000002 --reason faulty --wants refund")
        run_line("label 10000002")
        run_line("ship 10000002 --battery ok --sent")
        monkeypatch.setenv("RETURNCTL_NOW", "2026-06-25T12:00:00+00:00")
        assert run_line("ship 10000002 --sent --json").json["told_seller"] is True
