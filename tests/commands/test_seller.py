"""The seller's role through the command line: what came is judged and recorded, and nothing goes out unasked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from returnctl.sandbox import client
from tests.commands.buyer import write
from tests.commands.pictures import Pictures
from tests.commands.running import Runner
from tests.commands.world import STRANGE_IMEI, Sandbox, tree


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


def test_a_whole_return(run_line: Runner, sandbox: Sandbox) -> None:
    """Inbox, pull, open, photos, imei, label, track: the desk has sent nothing when it ends."""
    (waiting,) = (one for one in run_line("inbox --json").json["returns"] if one["return"] == "10000006")
    before = sandbox.ledger("10000006")
    run_line(f"pull {waiting['return']}")
    checked = run_line("photos 10000006 --check --json").json
    assert {photo["verdict"] for photo in checked["photos"]} == {"accepted"}
    assert run_line("open 10000006 --json").json["adopted"] is True
    photos = run_line("photos 10000006 --json").json
    assert run_line("photos 10000006 --check --json").json["photos"] == checked["photos"]
    assert {photo["verdict"] for photo in photos["photos"]} == {"accepted"}
    imei = run_line("imei 10000006 --json").json
    assert (imei["matches_order"], imei["source"]) == (True, "typed")
    label = run_line("label 10000006 --json").json
    assert (label["source"], label["state"], label["told_buyer"]) == ("marketplace", "alive", False)
    sandbox.advance("10000006", "delivered")
    assert run_line("track 10000006 --json").json["parcels"][0]["status"] == "delivered"
    assert "Back-up" not in run_line("status 10000006").stdout  # the buyer's own task
    steps = run_line("status 10000006 --json").json["returns"][0]["steps"]
    assert {name for name, step in steps.items() if step["state"] == "done"} >= {
        "open",
        "photos",
        "imei",
        "track",
    }
    assert not any(run["sent"] for run in (photos, imei, label))
    assert sandbox.ledger("10000006") == before
    assert client.patches(sandbox.url) == {}
    assert client.problems(sandbox.url) == []


class TestOpen:
    def test_adopts(self, run_line: Runner, sandbox: Sandbox) -> None:
        before = sandbox.ledger("10000006")
        result = run_line("open 10000006 --json").json
        assert (result["adopted"], result["role"], result["sent"]) == (True, "seller", False)
        assert result["coverage"]["verdict"] == "warranty"
        assert result["next"]["step"] == "photos"
        assert not result["before_erasing"]
        assert sandbox.ledger("10000006") == before

    def test_twice(self, run_line: Runner, workspace: Path) -> None:
        run_line("open 10000006")
        before = tree(workspace / "10000006")
        run_line("open 10000006")
        assert tree(workspace / "10000006") == before

    def test_none_to_adopt(self, run_line: Runner, sandbox: Sandbox, workspace: Path) -> None:
        assert "can't" in run_line("open 10000001", 5).stderr
        assert sandbox.ledger()["returns"] == 0
        assert not (workspace / "10000001").exists()

    def test_a_closed_one(self, run_line: Runner) -> None:
        assert "no open return" in run_line("open 10000011", 5).stderr

    def test_the_lines_of_an_order_with_several(self, run_line: Runner, tmp_path: Path) -> None:
        for line in ("1", "2"):
            words = f"open 10000009/{line} --profile sandbox --reason faulty --wants refund"
            run_line(f"{words} --workspace {{there}}", there=tmp_path / "buyer")
        ran = run_line("open 10000009", 2)
        lines = [word.strip(".") for word in ran.stderr.replace(",", " ").split() if "10000009/" in word]
        assert len(lines) == 2
        assert run_line(f"open {lines[0]} --json").json["return"] == lines[0]
        assert run_line(f"pull {lines[1]} --json").json["returns"][0]["return"] == lines[1]

    @pytest.mark.parametrize(
        "option", ["--reason faulty", "--wants refund", "--damage physical", "--description x"]
    )
    def test_what_is_the_buyers_to_say(self, run_line: Runner, option: str) -> None:
        assert "the buyer's to say" in run_line(f"open 10000006 {option}", 2).stderr
        run_line("open 10000006")
        run_line(f"open 10000006 {option}", 2)

    def test_facts_of_our_own(self, run_line: Runner) -> None:
        result = run_line("open 10000006 --device tablet --json").json
        assert result["device"]["kind"] == "tablet"

    def test_a_dry_run(self, run_line: Runner, workspace: Path) -> None:
        result = run_line("open 10000006 --dry-run --json").json
        assert (result["dry_run"], result["would"]) == (True, [])
        assert not workspace.exists()


class TestPhotos:
    def test_before_they_were_fetched(self, run_line: Runner) -> None:
        run_line("open 10000006")
        assert "returnctl pull 10000006" in run_line("photos 10000006", 6).stderr

    def test_are_judged_and_recorded(
        self, run_line: Runner, sandbox: Sandbox, pulled: None, workspace: Path
    ) -> None:
        before = sandbox.ledger("10000006")
        result = run_line("photos 10000006 --json").json
        assert (result["sent"], result["missing"], len(result["photos"])) == (False, [], 7)
        assert run_line("status 10000006 --json").json["returns"][0]["steps"]["photos"]["state"] == "done"
        assert len(list((workspace / "10000006" / "photos").iterdir())) == 7
        assert not (workspace / "10000006" / "originals").exists()
        assert sandbox.ledger("10000006") == before

    def test_a_second_time(self, run_line: Runner, pulled: None, workspace: Path) -> None:
        run_line("photos 10000006")
        before = tree(workspace / "10000006")
        run_line("photos 10000006")
        assert tree(workspace / "10000006") == before

    def test_a_bad_one(self, run_line: Runner, sandbox: Sandbox, pulled: None, pictures: Pictures) -> None:
        write(
            sandbox, "A better one of the back.", files={"back.jpg": pictures.spoiled("blurry").read_bytes()}
        )
        run_line("pull 10000006")
        before = sandbox.ledger("10000006")["messages"]
        result = run_line("photos 10000006 --json", 6).json
        assert {photo["view"]: photo["verdict"] for photo in result["photos"]}["back"] == "rejected"
        assert sandbox.ledger("10000006")["messages"] == before

    def test_asking_for_a_better_one(
        self, run_line: Runner, sandbox: Sandbox, pulled: None, pictures: Pictures
    ) -> None:
        write(sandbox, "The back again.", files={"back.jpg": pictures.spoiled("blurry").read_bytes()})
        run_line("pull 10000006")
        ran = run_line("photos 10000006 --ask --json", 8)
        assert (ran.json["sent"], ran.error["code"]) == (True, "pending")
        last = conversation(run_line)[-1]
        assert last["author"] == "seller"
        assert "- back: please take it again." in last["text"]
        assert "front" not in last["text"]
        count = len(conversation(run_line))
        assert run_line("photos 10000006 --ask --json", 8).json["sent"] is False
        assert len(conversation(run_line)) == count

    def test_the_better_one(
        self, run_line: Runner, sandbox: Sandbox, pulled: None, pictures: Pictures
    ) -> None:
        write(sandbox, "x", files={"back.jpg": pictures.spoiled("blurry").read_bytes()})
        run_line("pull 10000006")
        run_line("photos 10000006 --ask", 8)
        write(sandbox, "y", files={"IMG-back.jpg": (pictures.other() / "back.jpg").read_bytes()})
        run_line("pull 10000006")
        assert run_line("photos 10000006 --json").json["missing"] == []

    def test_asking_for_all(self, run_line: Runner, empty: None) -> None:
        run_line("photos 10000010 --ask", 8)
        text = conversation(run_line, "10000010")[-1]["text"]
        assert "- screen-on: this view is missing." in text
        assert "- bottom: this view is missing." in text

    def test_asking_in_a_dry_run(self, run_line: Runner, sandbox: Sandbox, empty: None) -> None:
        before = sandbox.ledger("10000010")
        ran = run_line("photos 10000010 --ask --dry-run --json", 8)
        assert ran.json["would"]
        assert "would be asked" in ran.error["message"]
        assert sandbox.ledger("10000010") == before

    def test_names_that_say_nothing(
        self, run_line: Runner, sandbox: Sandbox, empty: None, pictures: Pictures, workspace: Path
    ) -> None:
        names = ["screen-on", "screen-off", "back", "left", "right", "top", "bottom"]
        files = {
            f"IMG_{at}.jpg": (pictures.phone / f"{view}.jpg").read_bytes() for at, view in enumerate(names)
        }
        write(sandbox, "Here.", "R10000010-1", files)
        new = run_line("pull 10000010 --json").json["returns"][0]["new"]
        assert len(run_line("photos 10000010 --json", 6).json["unassigned"]) == 7
        views = " ".join(f"--view {view}={{folder}}/{name}" for view, name in zip(names, new, strict=True))
        result = run_line(f"photos 10000010 {views} --json", folder=workspace / "10000010").json
        assert (result["missing"], result["sent"]) == ([], False)

    def test_a_buyer_asks_nobody(self, run_line: Runner, pictures: Pictures) -> None:
        run_line("open 10000001 --profile sandbox --reason faulty --wants refund")
        run_line("photos 10000001 {folder} --ask", 2, folder=pictures.phone)


class TestImei:
    def test_in_a_message(self, run_line: Runner, sandbox: Sandbox, pulled: None) -> None:
        before = sandbox.ledger("10000006")
        result = run_line("imei 10000006 --json").json
        assert (result["matches_order"], result["valid"], result["sent"]) == (True, True, False)
        assert run_line("status 10000006 --json").json["returns"][0]["steps"]["imei"]["state"] == "done"
        assert sandbox.ledger("10000006") == before

    def test_in_a_picture(self, run_line: Runner, sandbox: Sandbox, empty: None, pictures: Pictures) -> None:
        write(sandbox, "The box.", "R10000010-1", {"box.jpg": (pictures.phone / "imei-box.jpg").read_bytes()})
        run_line("pull 10000010")
        result = run_line("imei 10000010 --json", 6).json
        assert (result["source"], result["matches_order"]) == ("barcode", False)

    def test_another_phones(self, run_line: Runner, sandbox: Sandbox, empty: None) -> None:
        write(sandbox, f"My IMEI: {STRANGE_IMEI}", "R10000010-1")
        run_line("pull 10000010")
        ran = run_line("imei 10000010 --json", 6)
        assert ran.json["matches_order"] is False
        assert run_line("imei 10000010 --ask --json", 8).json["sent"] is True
        text = conversation(run_line, "10000010")[-1]["text"]
        assert "*#06#" in text
        assert not any(character.isdigit() for character in text.replace("10000010", "").replace("*#06#", ""))
        run_line("imei 10000010 --accept mismatch")

    def test_none_yet(self, run_line: Runner, empty: None) -> None:
        assert run_line("imei 10000010 --json", 8).error["code"] == "pending"

    def test_typed_by_staff(self, run_line: Runner, sandbox: Sandbox, empty: None) -> None:
        before = sandbox.ledger("10000010")
        assert run_line("imei 10000010 352906110000702 --json").json["matches_order"] is True
        assert sandbox.ledger("10000010") == before


class TestProof:
    def test_none_yet(self, run_line: Runner, pulled: None) -> None:
        result = run_line("disconnect-proof 10000006 --json", 8).json
        assert result["accounts_missing"] == ["google", "samsung"]

    def test_named_for_its_account(
        self, run_line: Runner, sandbox: Sandbox, pulled: None, pictures: Pictures, workspace: Path
    ) -> None:
        write(
            sandbox, "Done.", files={"my-google.png": (pictures.phone / "disconnect-proof.png").read_bytes()}
        )
        run_line("pull 10000006")
        before = sandbox.ledger("10000006")
        result = run_line("disconnect-proof 10000006 --json").json
        assert [proof["account"] for proof in result["proofs"]] == ["google"]
        assert (result["accounts_missing"], result["sent"]) == (["samsung"], False)
        assert (workspace / "10000006" / "proof" / "google-1.png").is_file()
        assert sandbox.ledger("10000006") == before

    def test_named_by_staff(
        self, run_line: Runner, sandbox: Sandbox, pulled: None, pictures: Pictures, workspace: Path
    ) -> None:
        write(sandbox, "Done.", files={"shot.png": (pictures.phone / "disconnect-proof.png").read_bytes()})
        (new,) = run_line("pull 10000006 --json").json["returns"][0]["new"]
        run_line("disconnect-proof 10000006", 8)
        file = workspace / "10000006" / new
        result = run_line("disconnect-proof 10000006 {file} --account samsung --json", file=file).json
        assert [proof["account"] for proof in result["proofs"]] == ["samsung"]

    def test_asking(self, run_line: Runner, pulled: None) -> None:
        assert run_line("disconnect-proof 10000006 --ask --json", 8).json["sent"] is True
        text = conversation(run_line)[-1]["text"]
        assert "Google" in text
        assert "Samsung" in text
