"""`photos`: which picture goes to which view, and judging without a return."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from returnctl.sandbox.pictures import VIEWS
from tests.commands.pictures import Pictures, in_turn
from tests.commands.running import Names, Runner
from tests.commands.world import Sandbox, tree

CHECK = "photos --check --device smartphone"


@pytest.fixture
def named(tmp_path: Path, pictures: Pictures) -> Path:
    """A set whose names say the views in other ways."""
    there = tmp_path / "set"
    there.mkdir()
    names = [
        "Screen_On.JPG",
        "my screen off.jpg",
        "IMG_12-back.jpeg",
        "LEFT.jpg",
        "x-right.jpg",
        "a_b_top.jpg",
        "bottom.JPG",
    ]
    for view, name in zip(VIEWS["smartphone"], names, strict=True):
        (there / name).write_bytes((pictures.phone / f"{view}.jpg").read_bytes())
    return there


class TestByName:
    def test_upper_case_underscores_spaces_and_endings(self, run_line: Runner, named: Path) -> None:
        result = run_line(f"{CHECK} {{named}} --json", named=named).json
        assert [photo["view"] for photo in result["photos"]] == list(VIEWS["smartphone"])

    def test_the_longest_name_wins(self, run_line: Runner, pictures: Pictures) -> None:
        """`front-closed` is no `closed`, `back-case` no `back`."""
        result = run_line(
            "photos --check --device computer {there} --json", there=pictures.of("computer")
        ).json
        assert [photo["view"] for photo in result["photos"]] == list(VIEWS["computer"])

    def test_files_instead_of_a_folder(self, run_line: Runner, pictures: Pictures) -> None:
        files: Names = {f"f{n}": pictures.phone / f"{view}.jpg" for n, view in enumerate(VIEWS["smartphone"])}
        words = " ".join(f"{{{name}}}" for name in files)
        assert len(run_line(f"{CHECK} {words} --json", **files).json["photos"]) == 7

    def test_two_for_one_view(self, run_line: Runner, named: Path) -> None:
        (named / "old-back.jpg").write_bytes((named / "LEFT.jpg").read_bytes())
        error = run_line(f"{CHECK} {{named}} --json", 2, named=named).error
        assert "IMG_12-back.jpeg" in error["message"]
        assert "old-back.jpg" in error["message"]
        assert "--view" in error["hint"]

    def test_the_way_out_of_two_for_one_view(self, run_line: Runner, named: Path) -> None:
        (named / "old-back.jpg").write_bytes((named / "LEFT.jpg").read_bytes())
        line = f"{CHECK} {{named}} --view back={{back}} --json"
        result = run_line(line, named=named, back=named / "IMG_12-back.jpeg").json
        assert result["photos"][2]["file"] == str(named / "IMG_12-back.jpeg")

    def test_one_that_is_named_for_no_view(self, run_line: Runner, named: Path) -> None:
        (named / "holiday.jpg").write_bytes((named / "LEFT.jpg").read_bytes())
        error = run_line(f"{CHECK} {{named}} --json", 2, named=named).error
        assert "holiday.jpg" in error["message"]
        assert "--ignore-others" in error["hint"]

    def test_others_may_be_ignored(self, run_line: Runner, named: Path) -> None:
        (named / "holiday.jpg").write_bytes((named / "LEFT.jpg").read_bytes())
        (named / "notes.txt").write_text("three")
        result = run_line(f"{CHECK} {{named}} --ignore-others --json", named=named).json
        assert any("holiday.jpg" in name for name in result["unassigned"])
        assert len(result["photos"]) == 7

    def test_the_parcel_and_the_proof_may_lie_beside(self, run_line: Runner, pictures: Pictures) -> None:
        assert (pictures.phone / "inside.jpg").is_file()
        assert run_line(f"{CHECK} {{phone}} --json", phone=pictures.phone).json["unassigned"] == []

    def test_nothing_is_sent_for_an_unassigned_file(
        self, run_line: Runner, sandbox: Sandbox, named: Path, workspace: Path
    ) -> None:
        run_line("open 10000001 --reason faulty --wants refund")
        (named / "holiday.jpg").write_bytes((named / "LEFT.jpg").read_bytes())
        before = tree(workspace / "10000001")
        run_line("photos 10000001 {named}", 2, named=named)
        assert sandbox.ledger()["messages"] == 0
        assert tree(workspace / "10000001") == before


class TestByWord:
    def test_a_view_is_named(self, run_line: Runner, named: Path, tmp_path: Path) -> None:
        elsewhere = (named / "LEFT.jpg").rename(tmp_path / "IMG 7.jpg")
        result = run_line(f"{CHECK} {{named}} --view left={{file}} --json", named=named, file=elsewhere).json
        assert {photo["view"]: photo["file"] for photo in result["photos"]}["left"] == str(elsewhere)

    @pytest.mark.parametrize("word", ["left", "left=", "=x.jpg", "le/ft=x.jpg", "../x=x.jpg", "é=x.jpg"])
    def test_what_names_none(self, run_line: Runner, word: str) -> None:
        error = run_line("photos --check --device smartphone --view {word} --json", 2, word=word).error
        assert "VIEW=FILE" in error["message"]

    def test_a_missing_file(self, run_line: Runner) -> None:
        error = run_line(f"{CHECK} --view left=nowhere.jpg --json", 2).error
        assert "nowhere.jpg" in error["message"]

    def test_a_folder(self, run_line: Runner, tmp_path: Path) -> None:
        error = run_line(f"{CHECK} --view left={{folder}} --json", 2, folder=tmp_path).error
        assert str(tmp_path) in error["message"]

    def test_one_view_twice(self, run_line: Runner, pictures: Pictures) -> None:
        line = f"{CHECK} --view left={{one}} --view left={{other}} --json"
        error = run_line(line, 2, one=pictures.phone / "left.jpg", other=pictures.phone / "right.jpg").error
        assert "--view" in error["message"]


class TestInOrder:
    def test_by_the_time_they_were_taken(self, run_line: Runner, pictures: Pictures, tmp_path: Path) -> None:
        files = in_turn(pictures, tmp_path / "camera")
        result = run_line(f"{CHECK} {{there}} --in-order --yes --json", there=tmp_path / "camera").json
        assert [photo["file"] for photo in result["photos"]] == [str(file) for file in files]
        assert [photo["view"] for photo in result["photos"]] == list(VIEWS["smartphone"])

    def test_one_too_few(self, run_line: Runner, pictures: Pictures, tmp_path: Path) -> None:
        in_turn(pictures, tmp_path / "camera")[0].unlink()
        error = run_line(f"{CHECK} {{there}} --in-order --yes --json", 2, there=tmp_path / "camera").error
        assert "6" in error["message"]
        assert "7" in error["message"]

    def test_less_a_view_that_can_not_be_taken(
        self, run_line: Runner, pictures: Pictures, tmp_path: Path
    ) -> None:
        in_turn(pictures, tmp_path / "camera")[0].unlink()
        line = f"{CHECK} {{there}} --in-order --without screen-on --yes --json"
        result = run_line(line, there=tmp_path / "camera").json
        assert [photo["view"] for photo in result["photos"]] == list(VIEWS["smartphone"][1:])

    def test_without_a_time(self, run_line: Runner, pictures: Pictures, tmp_path: Path) -> None:
        files = in_turn(pictures, tmp_path / "camera")
        files[3].write_bytes((pictures.phone / "left.jpg").read_bytes())
        error = run_line(f"{CHECK} {{there}} --in-order --yes --json", 2, there=tmp_path / "camera").error
        assert files[3].name in error["message"]


class TestCheck:
    @pytest.fixture(autouse=True)
    def no_network(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object) -> None:
            raise AssertionError("the network was used")

        monkeypatch.setattr(socket.socket, "connect", refuse)

    def test_needs_nothing(self, run_line: Runner, pictures: Pictures, tmp_path: Path) -> None:
        result = run_line(f"{CHECK} {{phone}} --json", phone=pictures.phone).json
        assert result["sent"] is False
        assert result["missing"] == []
        assert not (tmp_path / "returns").exists()

    def test_people_see_a_table(self, run_line: Runner, pictures: Pictures) -> None:
        out = run_line(f"{CHECK} {{phone}}", phone=pictures.phone).stdout
        assert "screen-off.jpg" in out
        assert "accepted" in out

    def test_a_bad_picture(self, run_line: Runner, pictures: Pictures, tmp_path: Path) -> None:
        there = pictures.set_of_views(tmp_path / "set", without=("back",))
        (there / "back.jpg").write_bytes(pictures.spoiled("blurry").read_bytes())
        ran = run_line(f"{CHECK} {{there}} --json", 6, there=there)
        assert [photo["verdict"] for photo in ran.json["photos"]].count("rejected") == 1
        assert run_line(f"{CHECK} {{there}} --accept back --json", there=there).json["missing"] == []

    def test_a_missing_view(self, run_line: Runner, pictures: Pictures, tmp_path: Path) -> None:
        there = pictures.set_of_views(tmp_path / "set", without=("back",))
        assert run_line(f"{CHECK} {{there}} --json", 6, there=there).json["missing"] == ["back"]

    def test_without_a_kind(self, run_line: Runner, pictures: Pictures) -> None:
        error = run_line("photos --check {phone} --json", 2, phone=pictures.phone).error
        assert "--device" in error["hint"]

    def test_an_empty_folder(self, run_line: Runner, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        ran = run_line(f"{CHECK} {{there}} --json", 6, there=tmp_path / "empty")
        assert ran.json["missing"] == list(VIEWS["smartphone"])

    def test_a_missing_folder(self, run_line: Runner, tmp_path: Path) -> None:
        error = run_line(f"{CHECK} {{there}} --json", 2, there=tmp_path / "nowhere").error
        assert "nowhere" in error["message"]

    def test_a_contact_sheet(self, run_line: Runner, pictures: Pictures, tmp_path: Path) -> None:
        sheet = tmp_path / "sheet.pdf"
        run_line(f"{CHECK} {{phone}} --sheet {{sheet}}", phone=pictures.phone, sheet=sheet)
        assert sheet.read_bytes().startswith(b"%PDF-")


def test_check_of_a_return_knows_its_kind(
    run_line: Runner, sandbox: Sandbox, pictures: Pictures, workspace: Path
) -> None:
    run_line("open 10000002 --reason faulty --wants refund")
    before = tree(workspace)
    result = run_line("photos 10000002 --check {there} --json", there=pictures.of("tablet")).json
    assert len(result["photos"]) == 7
    assert tree(workspace) == before
    assert sandbox.ledger("10000002")["messages"] == 0
