"""`verify`: what of a return is as it was written, and what is not. It mends nothing and hides nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from returnctl.digest import hex_of
from returnctl.returns.record import Record
from returnctl.returns.reference import Reference
from returnctl.returns.workspace import Workspace
from tests.commands.pictures import Pictures
from tests.commands.running import Runner
from tests.commands.world import BY_HAND, NUMBER, tree
from tests.documents.labels import pdf_label

LINE = "verify 10000001 --json"


@pytest.fixture
def folder(furnished: Path) -> Path:
    return furnished


def problems(result: Any) -> dict[str, str]:
    """What is not as it was written, with the words for it."""
    return {
        check["name"]: check["message"]
        for check in [*result["record"], *result["files"]]
        if check["state"] == "problem"
    }


def event_lines(folder: Path) -> list[str]:
    return [line for line in (folder / "return.json").read_text().splitlines() if line.startswith('{"n":')]


class TestASoundReturn:
    def test_all_is_as_it_was_written(self, run_line: Runner, folder: Path) -> None:
        before = tree(folder)
        result = run_line(LINE).json
        assert (result["intact"], problems(result)) == (True, {})
        assert result["events"] == len(event_lines(folder))
        assert tree(folder) == before

    def test_every_file_is_looked_at(self, run_line: Runner, folder: Path) -> None:
        checked = {check["name"] for check in run_line(LINE).json["files"]}
        there = {name for name, content in tree(folder).items() if content is not None}
        assert there - checked == {"return.json", "documents/invoice.pdf"}

    def test_for_a_person(self, run_line: Runner, folder: Path) -> None:
        said = run_line("verify 10000001").stdout.splitlines()
        assert len(said) == 4
        assert all(line.startswith("✓") for line in said)
        assert len(run_line("verify 10000001 -v").stdout.splitlines()) > 20

    def test_a_slip_with_an_unlock_code_has_no_hash(self, run_line: Runner, folder: Path) -> None:
        run_line("slip 10000001 --unlock-code-stdin", input="4711\n")
        assert run_line(LINE).json["intact"] is True

    def test_a_label_of_ones_own(self, run_line: Runner, folder: Path, tmp_path: Path) -> None:
        (tmp_path / "own.pdf").write_bytes(pdf_label(NUMBER))
        run_line("label 10000001 --file {label} --again", label=tmp_path / "own.pdf")
        assert run_line(LINE).json["intact"] is True

    def test_other_files_do_not_matter(self, run_line: Runner, folder: Path) -> None:
        (folder / "notes.txt").write_text("Ask for the box.")
        assert run_line(LINE).json["intact"] is True

    def test_no_lock_is_needed(self, run_line: Runner, folder: Path, workspace: Path) -> None:
        with Workspace(workspace).hold(Reference("10000001")):
            run_line(LINE)

    def test_an_unknown_one(self, run_line: Runner) -> None:
        run_line("verify 10000099", 5)


class TestFiles:
    @pytest.mark.parametrize(
        "name",
        [
            "photos/back.jpg",
            "proof/icloud-1.png",
            "documents/slip.pdf",
            "documents/label.pdf",
            "intents/1.body",
        ],
    )
    @pytest.mark.parametrize(
        ("harm", "says"),
        [
            (lambda path: path.unlink(), "missing"),
            (lambda path: path.write_bytes(path.read_bytes()[:-1]), "not what was kept"),
            (lambda path: path.write_bytes(b""), "not what was kept"),
            (lambda path: (path.unlink(), path.mkdir()), "not a file"),
            (
                lambda path: (path.rename(path.with_suffix(".x")), path.symlink_to(path.with_suffix(".x"))),
                "link",
            ),
        ],
        ids=["missing", "shorter", "empty", "folder", "link"],
    )
    def test_a_file(
        self, run_line: Runner, folder: Path, name: str, harm: Callable[[Path], object], says: str
    ) -> None:
        harm(folder / name)
        ran = run_line(LINE, 9)
        assert list(problems(ran.json)) == [name]
        assert says in problems(ran.json)[name]
        assert ran.error["code"] == "damaged"
        assert name in ran.error["message"]
        assert ran.json["intact"] is False

    def test_an_original(self, run_line: Runner, folder: Path) -> None:
        original = next((folder / "originals").iterdir())
        original.write_bytes(b"another picture")
        assert list(problems(run_line(LINE, 9).json)) == [f"originals/{original.name}"]

    def test_a_folder_that_leads_elsewhere(self, run_line: Runner, folder: Path, tmp_path: Path) -> None:
        (folder / "photos").rename(tmp_path / "photos")
        (folder / "photos").symlink_to(tmp_path / "photos")
        assert len(problems(run_line(LINE, 9).json)) == 7

    def test_for_a_person_only_what_is_wrong_is_named(self, run_line: Runner, folder: Path) -> None:
        (folder / "photos/top.jpg").unlink()
        said = run_line("verify 10000001", 9).stdout
        assert "✗ photos/top.jpg" in said
        assert "photos/back.jpg" not in said
        assert "files are what was kept or sent" in said


class TestTheRecord:
    def spoilt(self, run_line: Runner, folder: Path, content: bytes) -> Any:
        """The result for a record of this content; the file is left as it is."""
        path = folder / "return.json"
        path.write_bytes(content)
        ran = run_line(LINE, 9)
        assert path.read_bytes() == content
        assert ran.error["code"] == "damaged"
        return ran.json

    def test_one_bit_in_an_event(self, run_line: Runner, folder: Path) -> None:
        content = (folder / "return.json").read_bytes()
        at = content.index(b'"kind":"identified"') + 12
        result = self.spoilt(run_line, folder, content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert set(problems(result)) == {"checksum", "chain", "state"}
        assert 0 < result["events"] < len(event_lines(folder))

    def test_a_word_in_todays_state_leaves_the_events_sound(self, run_line: Runner, folder: Path) -> None:
        content = (folder / "return.json").read_bytes()
        head, state, tail = content.partition(b'"state":')
        result = self.spoilt(run_line, folder, head + state + tail.replace(b'"faulty"', b'"other1"', 1))
        assert set(problems(result)) == {"checksum", "state"}
        assert result["events"] == len(event_lines(folder))

    def test_cut_in_the_middle_of_an_event(self, run_line: Runner, folder: Path) -> None:
        content = (folder / "return.json").read_bytes()
        third = content.index(b'\n{"n":3,')
        result = self.spoilt(run_line, folder, content[: third + 30])
        assert (result["events"], "after event 2" in problems(result)["chain"]) == (2, True)

    @pytest.mark.parametrize("content", [b"", b"{}", b"\xff" * 50, b"[" * 5000, b"null\n"])
    def test_nothing_of_ours(self, run_line: Runner, folder: Path, content: bytes) -> None:
        result = self.spoilt(run_line, folder, content)
        assert (result["events"], result["until"]) == (0, None)

    def test_an_event_left_out(self, run_line: Runner, folder: Path) -> None:
        lines = (folder / "return.json").read_bytes().split(b"\n")
        assert self.spoilt(run_line, folder, b"\n".join([*lines[:4], *lines[5:]]))["events"] == 2

    def test_a_forged_event_with_a_right_checksum(self, run_line: Runner, folder: Path) -> None:
        """Whoever mends the checksum has the chain against them, and then what was sent."""
        record = Record.load(folder)
        record._lines[-2] = record._lines[-2].replace(b'"at":"2026', b'"at":"2025', 1)
        record.append("2026-06-10T12:00:00+00:00")
        assert "chain" in problems(run_line(LINE, 9).json)

    def test_a_state_that_was_made_up_with_a_right_checksum(self, run_line: Runner, folder: Path) -> None:
        record = Record.load(folder)
        record.state.order = "10000002"
        record.append("2026-06-10T12:00:00+00:00")
        assert set(problems(run_line(LINE, 9).json)) == {"state"}

    def test_of_a_newer_returnctl(self, run_line: Runner, folder: Path) -> None:
        path = folder / "return.json"
        content = path.read_bytes().replace(b'{"schema":1,', b'{"schema":2,')
        body = content[: content.rindex(b',\n"checksum"')]
        path.write_bytes(body + b',\n"checksum":"%s"}\n' % hex_of(body).encode())
        assert "newer" in run_line(LINE, 1).error["message"]

    def test_each_sound_event_still_vouches_for_its_files(self, run_line: Runner, folder: Path) -> None:
        content = (folder / "return.json").read_bytes()
        (folder / "photos/back.jpg").write_bytes(b"another")
        result = self.spoilt(run_line, folder, content[: content.rindex(b'\n{"n":')])
        assert "photos/back.jpg" in problems(result)


class TestWhileOthersWork:
    def test_a_file_replaced_a_moment_ago_is_no_damage(
        self, run_line: Runner, folder: Path, workspace: Path
    ) -> None:
        """The file is written before the record: whoever looks in between is told to wait, not that it is damaged."""
        (folder / "photos/back.jpg").write_bytes(b"the next picture")
        with Workspace(workspace).hold(Reference("10000001")):
            assert run_line(LINE, 7).error["code"] == "busy"

    def test_a_dry_run_takes_no_lock(self, run_line: Runner, folder: Path, workspace: Path) -> None:
        (folder / "photos/back.jpg").write_bytes(b"the next picture")
        with Workspace(workspace).hold(Reference("10000001")):
            run_line(f"{LINE} --dry-run", 9)


def test_a_hand_over_that_waits(run_line: Runner, workspace: Path, pictures: Pictures) -> None:
    run_line(f"open 10000001 {BY_HAND} --profile manual --no-input")
    run_line("photos 10000001 {phone}", 8, phone=pictures.phone)
    assert run_line(LINE).json["intact"] is True
    waiting = next((workspace / "10000001/handover/1").glob("*.jpg"))
    waiting.unlink()
    found = json.dumps(problems(run_line(LINE, 9).json))
    assert waiting.name in found
