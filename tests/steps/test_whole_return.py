"""A whole return at the sandbox: twice in a row, and taken up again in a fresh workspace at every point."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.commands.pictures import Pictures
from tests.commands.running import Names, Runner
from tests.commands.world import IMEI, STRANGE_IMEI, Sandbox, modes, tree

OPEN = "open 10000001 --reason faulty --wants refund"
STEPS = (
    OPEN,
    "photos 10000001 {phone}",
    f"imei 10000001 {IMEI}",
    "disconnect-proof 10000001 {proof} --backed-up yes",
    "slip 10000001",
    "label 10000001",
    "ship 10000001 --battery ok --inside {inside} --drop-off --sent",
    "track 10000001",
)


@pytest.fixture
def names(pictures: Pictures) -> Names:
    return {
        "phone": pictures.phone,
        "proof": pictures.phone / "disconnect-proof.png",
        "inside": pictures.phone / "inside.jpg",
    }


def test_all_eight_steps_twice(run_line: Runner, sandbox: Sandbox, names: Names) -> None:
    first = [run_line(f"{line} --json", **names).json for line in STEPS]
    received = sandbox.whole_ledger()
    assert received["10000001"] == {
        "returns": 1, "messages": 3, "attachments": 8, "labels": 1, "pickups": 0, "tracking_numbers": 1,
    }  # fmt: skip
    assert [result["next"]["step"] for result in first] == [
        "photos", "imei", "disconnect-proof", "slip", "label", "ship", "track", "track",
    ]  # fmt: skip
    second = [run_line(f"{line} --json", **names).json for line in STEPS]
    assert sandbox.whole_ledger() == received
    assert not any(result["sent"] for result in second)
    for before, after in zip(first, second, strict=True):
        same = {key: value for key, value in before.items() if key not in {"sent", "next", "messages"}}
        assert {key: after[key] for key in same} == same

    sandbox.advance("10000001", "delivered")
    run_line("track 10000001 --until delivered")
    status = run_line("status 10000001 --json").json["returns"][0]
    assert {step["state"] for step in status["steps"].values()} == {"done"}
    assert status["next"] is None


def test_in_another_order(run_line: Runner, sandbox: Sandbox, names: Names) -> None:
    """Sending needs a case and `track` a number; everything else may come as it likes."""
    for at in (0, 5, 6, 7, 4, 3, 2, 1):
        run_line(STEPS[at], **names)
    assert sandbox.ledger()["attachments"] == 8
    states = run_line("status 10000001 --json").json["returns"][0]["steps"]
    assert {
        states[step]["state"] for step in ("photos", "imei", "disconnect-proof", "slip", "label", "ship")
    } == {"done"}


@pytest.mark.parametrize("done", [1, 4, 7])
def test_the_workspace_is_lost(
    run_line: Runner, sandbox: Sandbox, names: Names, workspace: Path, done: int
) -> None:
    """Half-way: `open` adopts what is there, the steps go on, and nothing is there twice."""
    for line in STEPS[:done]:
        run_line(line, **names)
    shutil.rmtree(workspace)
    adopted = run_line("open 10000001 --json").json
    assert (adopted["adopted"], adopted["sent"], adopted["case"]) == (True, False, "R10000001-1")
    for line in STEPS:
        run_line(line, **names)
    assert sandbox.ledger() == {
        "returns": 1, "messages": 3, "attachments": 8, "labels": 1, "pickups": 0, "tracking_numbers": 1,
    }  # fmt: skip


class TestAdopted:
    @pytest.fixture(autouse=True)
    def fresh(self, run_line: Runner, sandbox: Sandbox, names: Names, workspace: Path) -> None:
        for line in STEPS:
            run_line(line, **names)
        run_line("message 10000001 'The battery is fine.'")
        shutil.rmtree(workspace)
        run_line("open 10000001")

    def test_what_was_sent_is_done(self, run_line: Runner) -> None:
        states = run_line("status 10000001 --json").json["returns"][0]["steps"]
        for step in ("open", "photos", "imei", "disconnect-proof", "ship"):
            assert states[step]["state"] == "done", step

    def test_the_same_pictures_are_known(self, run_line: Runner, sandbox: Sandbox, names: Names) -> None:
        received = sandbox.ledger()
        assert run_line("photos 10000001 {phone} --json", **names).json["sent"] is False
        assert run_line("disconnect-proof 10000001 {proof} --json", **names).json["sent"] is False
        assert run_line("message 10000001 'The battery is fine.' --json").json["sent"] is False
        assert sandbox.ledger() == received

    def test_another_value_is_refused_as_ever(self, run_line: Runner, pictures: Pictures) -> None:
        run_line(f"imei 10000001 {STRANGE_IMEI} --accept mismatch", 6)
        run_line("photos 10000001 {back}", 6, back=pictures.other() / "back.jpg")
        run_line("open 10000001 --wants exchange", 6)

    def test_the_number_is_known(self, run_line: Runner, sandbox: Sandbox) -> None:
        result = run_line("ship 10000001 --battery ok --sent --json").json
        assert (result["sent"], result["told_seller"]) == (False, True)
        assert result["tracking_number"].startswith("1Z")


class TestOpenedOnTheWebsite:
    """Order 10000006: seven photos, the number in a message, a living label; nothing of it came from here."""

    @pytest.fixture(autouse=True)
    def adopted(self, run_line: Runner, sandbox: Sandbox) -> None:
        self.before = sandbox.ledger("10000006")
        assert run_line("open 10000006 --json").json["adopted"] is True

    def test_photos_and_imei_are_done(self, run_line: Runner) -> None:
        steps = run_line("status 10000006 --json").json["returns"][0]["steps"]
        assert (steps["photos"]["state"], steps["imei"]["state"]) == ("done", "done")
        assert run_line("photos 10000006 --json").json["missing"] == []
        assert run_line("imei 10000006 --json").json["imei"] == "354127110000422"

    def test_nothing_is_sent_by_it(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("open 10000006")
        run_line("imei 10000006 354127110000422")
        run_line("imei 10000006 354127120000420")
        assert run_line("label 10000006 --json").json["state"] == "alive"
        assert sandbox.ledger("10000006") == self.before

    def test_what_the_seller_says_is_no_proof_of_ours(self, run_line: Runner, sandbox: Sandbox) -> None:
        """Somebody else's words that look like a marker end nothing."""
        steps = run_line("status 10000006 --json").json["returns"][0]["steps"]
        assert steps["disconnect-proof"]["state"] == "todo"


class TestTheFolder:
    @pytest.fixture(autouse=True)
    def whole(self, run_line: Runner, sandbox: Sandbox, names: Names) -> None:
        import os

        before = os.umask(0)
        try:
            for line in STEPS:
                run_line(line, **names)
        finally:
            os.umask(before)

    def test_has_everything_in_its_place(self, workspace: Path) -> None:
        there = {
            str(path.relative_to(workspace / "10000001")) for path in (workspace / "10000001").rglob("*")
        }
        expected = {
            "return.json", "intents/1.body", "photos/screen-on.jpg", "photos/bottom.jpg", "proof/icloud-1.png",
            "parcel/inside.jpg", "documents/slip.pdf", "documents/label.pdf", "documents/invoice.pdf",
        }  # fmt: skip
        assert expected <= there
        assert not any("handover" in name for name in there)
        assert not any(Path(name).name.startswith(".") for name in there)

    def test_originals_are_named_by_their_hash(self, workspace: Path) -> None:
        import hashlib

        for path in (workspace / "10000001" / "originals").iterdir():
            assert path.name.startswith(hashlib.sha256(path.read_bytes()).hexdigest()[:12] + "-")

    def test_is_the_users_alone_whatever_the_umask(self, workspace: Path) -> None:
        for name, mode in modes(workspace).items():
            assert mode == (0o700 if (workspace / name).is_dir() else 0o600), name

    def test_holds_no_token(self, workspace: Path) -> None:
        for name, content in tree(workspace).items():
            assert content is None or b"Bearer" not in content, name
            assert content is None or b"Authorization" not in content, name
