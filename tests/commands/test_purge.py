"""`purge`: pictures go, the record stays, and nothing outside the return is touched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from returnctl.app import App
from returnctl.returns import files
from returnctl.returns.record import Record
from returnctl.returns.reference import Reference
from returnctl.returns.workspace import Workspace
from tests.commands.conftest import furnish
from tests.commands.pictures import Pictures
from tests.commands.running import Runner
from tests.commands.world import BY_HAND, Sandbox, tree

TOPS = ("capture", "originals", "photos", "proof", "parcel", "received", "documents", "handover", "intents")


@pytest.fixture
def folder(furnished: Path) -> Path:
    """A return with pictures and papers, still open; the seller's side knows nothing of it."""
    return furnished


@pytest.fixture
def closed(run_line: Runner, folder: Path) -> Path:
    """The same, closed today."""
    run_line("close 10000001 --outcome refunded")
    return folder


def left(folder: Path) -> set[str]:
    return {name for name, content in tree(folder).items() if content is not None}


def names(result: Any) -> set[str]:
    return {name for one in result["purged"] for name in one["files"]}


class TestAClosedReturn:
    def test_all_but_the_record_goes(self, run_line: Runner, closed: Path) -> None:
        before = left(closed)
        size = sum(len(content or b"") for name, content in tree(closed).items() if name != "return.json")
        result = run_line("purge 10000001 --yes --json").json
        assert left(closed) == {"return.json"}
        assert names(result) == before - {"return.json"}
        assert (result["purged"][0]["bytes"], result["sent"]) == (size, False)

    def test_the_record_says_so(self, run_line: Runner, closed: Path) -> None:
        before = len(Record.load(closed).entries())
        purged = names(run_line("purge 10000001 --yes --json").json)
        record = Record.load(closed)
        assert len(record.entries()) == before + 1
        assert set(record.entries()[-1].what.files) == purged  # type: ignore[attr-defined]  # it is a Purged
        assert record.refold() == record.state

    def test_everything_else_about_it_stays(self, run_line: Runner, closed: Path) -> None:
        before = run_line("status 10000001 --json").json["returns"][0]
        run_line("purge 10000001 --yes")
        after = run_line("status 10000001 --json").json["returns"][0]
        assert after["purged_at"].startswith("2026-06-10")
        for key in ("closed", "tracking_number", "case", "device", "coverage"):
            assert after[key] == before[key], key
        for step in ("open", "photos", "disconnect-proof", "label"):
            assert after["steps"][step]["state"] == "done", step

    def test_it_can_be_seen_and_is_sound(self, run_line: Runner, closed: Path) -> None:
        run_line("purge 10000001 --yes")
        assert "deleted" in run_line("status 10000001").stdout
        assert "deleted" in run_line("verify 10000001").stdout

    def test_again(self, run_line: Runner, closed: Path) -> None:
        run_line("purge 10000001 --yes")
        before = tree(closed)
        assert run_line("purge 10000001 --yes --json").json["purged"] == []
        assert tree(closed) == before

    def test_a_dry_run_says_what_would_go(self, run_line: Runner, closed: Path) -> None:
        before = tree(closed)
        result = run_line("purge 10000001 --dry-run --json").json
        assert names(result) == left(closed) - {"return.json"}
        assert set(result["would"][0]["files"]) == names(result)
        assert tree(closed) == before

    def test_somebodys_own_files_stay(self, run_line: Runner, closed: Path) -> None:
        (closed / "notes.txt").write_text("Ask for the box.")
        (closed / "mine").mkdir()
        (closed / "mine" / "x.jpg").write_bytes(b"x")
        run_line("purge 10000001 --yes")
        assert left(closed) == {"return.json", "notes.txt", "mine/x.jpg"}

    def test_the_whole_folder(self, run_line: Runner, closed: Path, workspace: Path) -> None:
        (closed / "notes.txt").write_text("Ask for the box.")
        result = run_line("purge 10000001 --all --yes --json").json
        assert not closed.exists()
        assert {"return.json", "notes.txt"} <= names(result)
        assert (workspace / ".returnctl/locks/10000001.lock").exists()
        run_line("status 10000001", 5)

    def test_nothing_is_sent(self, run_line: Runner, closed: Path, sandbox: Sandbox) -> None:
        before = sandbox.ledger()
        run_line("purge 10000001 --yes")
        assert sandbox.ledger() == before

    def test_its_profile_may_be_gone(self, run_line: Runner, workspace: Path, tmp_path: Path) -> None:
        config = tmp_path / "config" / "config.toml"
        config.parent.mkdir()
        config.write_text('[profile.old]\nmarketplace = "manual"\n')
        run_line(f"open 10000001 {BY_HAND} --profile old --no-input")
        run_line("close 10000001 --outcome refunded")
        config.write_text("")
        (workspace / "10000001" / "photos").mkdir()
        (workspace / "10000001" / "photos" / "x.jpg").write_bytes(b"x")
        run_line("purge 10000001 --yes")
        assert not (workspace / "10000001" / "photos").exists()
        run_line("purge 10000001 --yes --profile sandbox", 2)


class TestAsking:
    def test_without_a_terminal(self, run_line: Runner, closed: Path) -> None:
        before = tree(closed)
        error = run_line("purge 10000001 --json", 2).error
        assert "photos (7)" in error["message"]
        assert "--yes" in error["hint"]
        assert tree(closed) == before

    @pytest.mark.parametrize(("answer", "exit", "there"), [("n", 1, True), ("", 1, True), ("y", 0, False)])
    def test_on_a_terminal(
        self,
        run_line: Runner,
        closed: Path,
        monkeypatch: pytest.MonkeyPatch,
        answer: str,
        exit: int,
        there: bool,
    ) -> None:
        monkeypatch.setattr(App, "may_ask", True)
        ran = run_line("purge 10000001", exit, input=f"{answer}\n")
        assert "photos (7)" in ran.stderr
        assert (closed / "photos").exists() is there

    def test_what_the_whole_folder_means_is_said(self, run_line: Runner, closed: Path) -> None:
        assert "with its record" in run_line("purge 10000001 --all --json", 2).error["message"]

    @pytest.mark.parametrize(
        "line",
        [
            "purge 10000001 --older-than 90d",
            "purge --order 10000001 --older-than 90d",
            "purge 10000001 10000002",
            "purge",
            "purge --older-than 90",
            "purge --older-than -1d",
            "purge --older-than soon",
        ],
    )
    def test_what_makes_no_sense(self, run_line: Runner, closed: Path, line: str) -> None:
        before = tree(closed)
        run_line(f"{line} --yes", 2)
        assert tree(closed) == before


class TestAnOpenReturn:
    def test_is_refused(self, run_line: Runner, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(App, "may_ask", True)
        before = tree(folder)
        error = run_line("purge 10000001", 6, input="y\n")
        assert "still open" in error.stderr
        assert tree(folder) == before

    def test_unless_it_is_named_with_yes(self, run_line: Runner, folder: Path) -> None:
        run_line("purge 10000001 --yes")
        assert left(folder) == {"return.json"}

    def test_what_is_in_doubt_is_needed(
        self, run_line: Runner, sandbox: Sandbox, pictures: Pictures, workspace: Path
    ) -> None:
        furnish(run_line, pictures)
        folder = workspace / "10000001"
        sandbox.faults("lost-answer@POST/v1/returns/*/messages:1")
        run_line("message 10000001 Hello.", 75)
        sandbox.faults("none")
        body = Record.load(folder).state.doubts[0].body
        run_line("purge 10000001 --yes")
        assert left(folder) == {"return.json", body}
        run_line("resolve 10000001")
        assert run_line("verify 10000001 --json").json["intact"] is True

    def test_what_waits_to_be_pasted_is_needed(
        self, run_line: Runner, workspace: Path, pictures: Pictures
    ) -> None:
        run_line(f"open 10000001 {BY_HAND} --profile manual --no-input")
        run_line("photos 10000001 {phone}", 8, phone=pictures.phone)
        folder = workspace / "10000001"
        waiting = set(Record.load(folder).state.waiting[-1].files)
        run_line("purge 10000001 --yes")
        assert waiting
        assert left(folder) == {"return.json", *waiting}
        assert set(json.loads(run_line("handover 10000001 --json", 8).stdout)["handovers"][0]["files"])


class TestLinks:
    @pytest.fixture
    def outside(self, tmp_path: Path) -> Path:
        folder = tmp_path / "outside"
        (folder / "deep").mkdir(parents=True)
        (folder / "precious.jpg").write_bytes(b"precious")
        (folder / "deep" / "precious.jpg").write_bytes(b"precious")
        return folder

    @pytest.mark.parametrize("options", ["", "--all"])
    @pytest.mark.parametrize("at", ["received", "photos/album", "mine"])
    def test_are_never_followed(
        self, run_line: Runner, closed: Path, outside: Path, options: str, at: str
    ) -> None:
        before = tree(outside)
        (closed / at).symlink_to(outside)
        (closed / "photos" / "one.jpg").symlink_to(outside / "precious.jpg")
        run_line(f"purge 10000001 --yes {options}")
        assert tree(outside) == before
        assert (closed / at).is_symlink() is (at == "mine" and not options)

    def test_a_return_that_is_a_link_is_none(
        self, run_line: Runner, closed: Path, workspace: Path, tmp_path: Path
    ) -> None:
        closed.rename(tmp_path / "elsewhere")
        closed.symlink_to(tmp_path / "elsewhere")
        before = tree(tmp_path / "elsewhere")
        run_line("purge 10000001 --yes", 5)
        run_line("purge --older-than 0d --yes")
        assert tree(tmp_path / "elsewhere") == before

    def test_a_loop_ends(self, run_line: Runner, closed: Path) -> None:
        (closed / "photos" / "again").symlink_to(closed)
        run_line("purge 10000001 --yes")
        assert left(closed) == {"return.json"}


class TestOlderThan:
    @pytest.fixture
    def three(self, run_line: Runner, closed: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """Closed on 10 June: 10000001; on 1 July: 10000002; still open: 10000003."""
        run_line("open 10000003 --reason faulty --wants refund")
        run_line("open 10000002 --reason faulty --wants refund")
        monkeypatch.setenv("RETURNCTL_NOW", "2026-07-01T12:00:00+00:00")
        run_line("close 10000002 --outcome refunded")
        return workspace

    @pytest.mark.parametrize(
        ("now", "age", "purged"),
        [
            ("2026-07-10", "30d", ["10000001"]),
            ("2026-07-10", "31d", []),
            ("2026-07-08", "4w", ["10000001"]),
            ("2026-10-01", "90d", ["10000001", "10000002"]),
        ],
    )
    def test_those_that_were_closed_so_long_ago(
        self,
        run_line: Runner,
        three: Path,
        monkeypatch: pytest.MonkeyPatch,
        now: str,
        age: str,
        purged: list[str],
    ) -> None:
        monkeypatch.setenv("RETURNCTL_NOW", f"{now}T12:00:00+00:00")
        result = run_line(f"purge --older-than {age} --yes --json").json
        assert [one["return"] for one in result["purged"]] == purged
        for number in ("10000001", "10000002", "10000003"):
            assert (three / number / "intents").exists() is (number not in purged)

    def test_inside_a_return_it_still_means_all(
        self, run_line: Runner, three: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(three / "10000003")
        result = run_line("purge --older-than 0d --yes --json").json
        assert [one["return"] for one in result["purged"]] == ["10000001", "10000002"]

    def test_one_question_for_all(
        self, run_line: Runner, three: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(App, "may_ask", True)
        ran = run_line("purge --older-than 0d", 1, input="n\n")
        assert ran.stderr.count("[y/N]") == 1
        assert "10000001" in ran.stderr
        assert "10000002" in ran.stderr

    def test_a_damaged_one_does_not_stop_the_others(self, run_line: Runner, three: Path) -> None:
        (three / "10000002" / "return.json").write_bytes(b"{}")
        ran = run_line("purge --older-than 0d --yes --json", 3)
        assert [one["return"] for one in ran.json["purged"]] == ["10000001"]
        assert [(one["return"], one["code"]) for one in ran.json["failed"]] == [("10000002", "damaged")]
        assert (three / "10000002" / "return.json").read_bytes() == b"{}"

    def test_one_in_use_does_not_stop_the_others(self, run_line: Runner, three: Path) -> None:
        with Workspace(three).hold(Reference("10000001")):
            ran = run_line("purge --older-than 0d --yes --json", 3)
        assert [one["return"] for one in ran.json["purged"]] == ["10000002"]
        assert ran.json["failed"][0]["code"] == "busy"
        assert (three / "10000001" / "photos").exists()

    def test_none(self, run_line: Runner) -> None:
        assert run_line("purge --older-than 90d --json").json["purged"] == []


class TestInterrupted:
    def test_the_next_one_goes_on(
        self, run_line: Runner, closed: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Noted before it is done: a crash leaves files that the record no longer names, never the reverse."""
        remove, done = files.remove, []

        def fail(folder: Path, name: str) -> None:
            if len(done) == 5:
                raise KeyboardInterrupt
            done.append(name)
            remove(folder, name)

        monkeypatch.setattr(files, "remove", fail)
        run_line("purge 10000001 --yes", 130)
        monkeypatch.setattr(files, "remove", remove)
        assert len(left(closed)) > 1
        run_line("verify 10000001")
        run_line("purge 10000001 --yes")
        assert left(closed) == {"return.json"}

    def test_the_whole_folder_keeps_its_record_to_the_last(
        self, run_line: Runner, closed: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        removed: list[str] = []
        remove = files.remove
        monkeypatch.setattr(
            files, "remove", lambda folder, name: (removed.append(name), remove(folder, name))
        )
        run_line("purge 10000001 --all --yes")
        assert removed[-1] == "return.json"


def test_a_reopened_return_goes_on(run_line: Runner, pictures: Pictures, sandbox: Sandbox) -> None:
    furnish(run_line, pictures)
    sent = sandbox.ledger()
    run_line("close 10000001 --outcome refunded")
    run_line("purge 10000001 --yes")
    run_line("close 10000001 --reopen")
    run_line("slip 10000001")
    run_line("photos 10000001 {phone}", phone=pictures.phone)
    assert run_line("verify 10000001 --json").json["intact"] is True
    assert sandbox.ledger() == sent


def test_each_of_our_folders_is_known(closed: Path) -> None:
    from returnctl.steps import purge

    assert set(purge.FOLDERS) == set(TOPS)
    assert {name.partition("/")[0] for name in left(closed)} <= {*TOPS, "return.json"}
