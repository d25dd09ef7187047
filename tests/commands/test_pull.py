"""`pull`: the buyer's side in the return's folder, each file once."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.buyer import write
from tests.commands.running import Runner
from tests.commands.world import Sandbox, modes, tree

VIEWS = ("screen-on", "screen-off", "back", "left", "right", "top", "bottom")


@pytest.fixture(autouse=True)
def desk(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETURNCTL_PROFILE", "sandbox-seller")


def pulled(run_line: Runner, words: str = "10000006", exit: int = 0) -> Any:
    return run_line(f"pull {words} --json", exit).json["returns"][0]


def mirror(workspace: Path, name: str = "10000006") -> Any:
    return json.loads((workspace / name / "received" / "messages.json").read_bytes())


class TestTheFirstTime:
    def test_makes_the_folder(self, run_line: Runner, workspace: Path) -> None:
        one = pulled(run_line)
        assert (one["return"], one["adopted"], one["open"]) == ("10000006", True, True)
        assert Path(one["directory"]) == workspace / "10000006"
        state = run_line("status 10000006 --json").json["returns"][0]
        assert (state["role"], state["case"]) == ("seller", one["case"])
        assert state["steps"]["open"]["state"] == "done"
        assert state["steps"]["slip"]["state"] == state["steps"]["ship"]["state"] == "not-needed"

    def test_brings_the_conversation(self, run_line: Runner, workspace: Path) -> None:
        pulled(run_line)
        seller, buyer = mirror(workspace)["messages"]
        assert (seller["author"], buyer["author"]) == ("seller", "buyer")
        assert "<p>" not in seller["text"] + buyer["text"]
        assert [file["name"] for file in buyer["files"]] == [f"{view}.jpg" for view in VIEWS]

    def test_brings_the_files(self, run_line: Runner, workspace: Path) -> None:
        one = pulled(run_line)
        (_, buyer) = mirror(workspace)["messages"]
        names = [f"received/{buyer['message']}-{number}.jpg" for number in range(1, 8)]
        assert one["new"] == names
        for file in buyer["files"]:
            content = (workspace / "10000006" / file["file"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == file["sha256"]
            assert len(content) == file["bytes"]

    def test_brings_the_label(self, run_line: Runner, workspace: Path) -> None:
        label = pulled(run_line)["label"]
        assert (label["state"], label["carrier"]) == ("alive", "ups")
        assert label["tracking_number"].startswith("1Z")
        assert Path(label["path"]) == workspace / "10000006" / "documents" / "label.pdf"
        assert Path(label["path"]).read_bytes().startswith(b"%PDF-")
        assert label["valid_until"] == "2026-06-22"

    def test_proposes_the_numbers(self, run_line: Runner) -> None:
        (proposal,) = pulled(run_line)["proposals"]
        assert (proposal["kind"], proposal["matches_order"]) == ("imei", True)
        ran = run_line("pull 10000006")
        assert proposal["value"] not in ran.stdout
        assert "returnctl imei 10000006" in ran.stdout

    def test_is_private(self, run_line: Runner, workspace: Path) -> None:
        pulled(run_line)
        found = modes(workspace / "10000006" / "received")
        assert set(found.values()) == {0o600}

    def test_tells_nobody(self, run_line: Runner, sandbox: Sandbox) -> None:
        before = sandbox.ledger("10000006")
        result = run_line("pull 10000006 --json").json
        assert result["sent"] is False
        assert sandbox.ledger("10000006") == before


class TestTheNextTime:
    def test_each_file_once(self, run_line: Runner, workspace: Path) -> None:
        pulled(run_line)
        before = tree(workspace / "10000006")
        one = pulled(run_line)
        assert (one["adopted"], one["new"], one["new_messages"]) == (False, [], 0)
        assert tree(workspace / "10000006") == before

    def test_fetches_none_of_them(self, run_line: Runner, sandbox: Sandbox) -> None:
        pulled(run_line)
        sandbox.faults("404@/backmarket/media/attachments/*")
        pulled(run_line)

    def test_what_is_new(self, run_line: Runner, sandbox: Sandbox) -> None:
        pulled(run_line)
        write(sandbox, "Sent with UPS 1Z 999 AA1 01 2345 6784 today.")
        one = pulled(run_line)
        assert one["new_messages"] == 1
        numbers = {found["value"]: found["carrier"] for found in one["proposals"]}
        assert numbers["1Z999AA10123456784"] == "ups"

    def test_a_file_that_was_lost(self, run_line: Runner, workspace: Path) -> None:
        name = pulled(run_line)["new"][0]
        content = (workspace / "10000006" / name).read_bytes()
        (workspace / "10000006" / name).unlink()
        assert pulled(run_line)["new"] == [name]
        assert (workspace / "10000006" / name).read_bytes() == content

    def test_a_file_that_was_changed(self, run_line: Runner, workspace: Path) -> None:
        name = pulled(run_line)["new"][0]
        (workspace / "10000006" / name).write_bytes(b"short")
        pulled(run_line)
        assert (workspace / "10000006" / name).stat().st_size > 10_000

    def test_a_mirror_that_can_not_be_read(self, run_line: Runner, workspace: Path) -> None:
        pulled(run_line)
        (workspace / "10000006" / "received" / "messages.json").write_text("{")
        assert "remove it" in run_line("pull 10000006", 1).stderr.lower()

    def test_the_same_picture_under_another_name(
        self, run_line: Runner, sandbox: Sandbox, workspace: Path
    ) -> None:
        pulled(run_line)
        picture = (workspace / "10000006" / mirror(workspace)["messages"][1]["files"][0]["file"]).read_bytes()
        write(sandbox, "Once more.", files={"again.jpg": picture})
        one = pulled(run_line)
        assert (one["new_messages"], one["new"]) == (1, [])
        first, again = (
            mirror(workspace)["messages"][1]["files"][0],
            mirror(workspace)["messages"][2]["files"][0],
        )
        assert (again["file"], again["name"]) == (first["file"], "again.jpg")

    def test_the_parcel_once_it_is_on_its_way(self, run_line: Runner, sandbox: Sandbox) -> None:
        pulled(run_line)
        sandbox.advance("10000006", "in-transit")
        label = pulled(run_line)["label"]
        result = run_line("track 10000006 --json").json["parcels"][0]
        assert (result["tracking_number"], result["status"]) == (label["tracking_number"], "in-transit")


class TestTroubles:
    def test_a_file_that_can_not_be_fetched(
        self, run_line: Runner, sandbox: Sandbox, workspace: Path
    ) -> None:
        sandbox.faults("404@/backmarket/media/attachments/*:1x1")
        ran = run_line("pull 10000006", 5)
        assert "run the same command again" in ran.stderr
        assert len(list((workspace / "10000006" / "received").glob("*.jpg"))) == 6
        assert len(pulled(run_line)["new"]) == 1

    def test_files_of_another_host_get_no_token(self, run_line: Runner, sandbox: Sandbox) -> None:
        """That host refuses whoever brings one."""
        sandbox.faults("cdn")
        assert len(pulled(run_line)["new"]) == 7

    def test_paging_traps_and_bent_answers(self, run_line: Runner, sandbox: Sandbox) -> None:
        sandbox.faults("quirks")
        assert len(pulled(run_line)["new"]) == 7

    @pytest.mark.parametrize(
        ("fault", "exit"),
        [
            ("500@/backmarket/ws/sav/*", 75),
            ("cloudflare@/backmarket/*", 75),
            ("bot-challenge@/backmarket/*", 75),
            ("drop@/backmarket/*", 75),
            ("403@/backmarket/ws/sav/*", 4),
        ],
    )
    def test_a_marketplace_that_does_not_answer(
        self, run_line: Runner, sandbox: Sandbox, workspace: Path, fault: str, exit: int
    ) -> None:
        sandbox.faults(fault)
        run_line("pull 10000006", exit)
        assert not (workspace / "10000006").exists()


class TestWhich:
    def test_no_case(self, run_line: Runner, workspace: Path) -> None:
        assert "Get help" in run_line("pull 10000001", 5).stderr
        assert not (workspace / "10000001").exists()

    def test_no_order(self, run_line: Runner) -> None:
        run_line("pull 10000099", 5)

    def test_a_closed_one(self, run_line: Runner) -> None:
        assert pulled(run_line, "10000012")["open"] is False

    def test_an_older_folder_with_relative_addresses(self, run_line: Runner) -> None:
        one = pulled(run_line, "10000010")
        assert int(one["case"]) < 100_000_000
        assert (one["label"]["state"], one["failed"]) == ("expired", [])

    def test_a_buyers_return(self, run_line: Runner) -> None:
        run_line("open 10000001 --profile sandbox --reason faulty --wants refund")
        assert "for the seller's staff" in run_line("pull 10000001", 6).stderr

    def test_several(self, run_line: Runner) -> None:
        result = run_line("pull 10000006 10000010 --json").json
        assert [one["return"] for one in result["returns"]] == ["10000006", "10000010"]

    def test_several_of_which_one_fails(self, run_line: Runner) -> None:
        ran = run_line("pull 10000001 10000010 --json", 3)
        assert [one["return"] for one in ran.json["returns"]] == ["10000010"]
        assert ran.json["failed"].keys() == {"10000001"}

    def test_all(self, run_line: Runner) -> None:
        first = run_line("pull --all --json").json["returns"]
        assert {one["return"]: one["adopted"] for one in first} == {"10000006": True, "10000010": True}
        again = run_line("pull --all --json").json["returns"]
        assert not any(one["adopted"] or one["new"] for one in again)

    def test_all_and_one(self, run_line: Runner) -> None:
        run_line("pull --all 10000006", 2)

    def test_inside_the_folder(
        self, run_line: Runner, workspace: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pulled(run_line)
        monkeypatch.chdir(workspace / "10000006")
        monkeypatch.delenv("RETURNCTL_WORKSPACE")
        assert pulled(run_line, "")["return"] == "10000006"


def test_a_dry_run_writes_nothing(run_line: Runner, workspace: Path) -> None:
    result = run_line("pull 10000006 --dry-run --json").json
    assert (result["dry_run"], result["returns"][0]["adopted"]) == (True, True)
    assert not workspace.exists()
    pulled(run_line)
    before = tree(workspace)
    run_line("pull 10000006 --dry-run")
    assert tree(workspace) == before
