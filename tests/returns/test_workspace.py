"""The workspace: which returns there are, and which one is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from returnctl.errors import Damaged, Failed, NotFound, Usage
from returnctl.returns import events as e
from returnctl.returns.record import NAME, Record
from returnctl.returns.reference import Reference, parse_reference
from returnctl.returns.workspace import Workspace, standing_in
from tests.returns.making import AT, files_below, opened


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "returns")


def make(workspace: Workspace, *names: str, line: str | None = None, closed: bool = False) -> None:
    for name in names:
        reference = parse_reference(name)
        event = opened(
            order=reference.order, line=reference.line or line, number=reference.number or 1, profile="manual"
        )
        Record.new(workspace.folder(reference)).append(AT, event)
        if closed:
            Record.load(workspace.folder(reference)).append(AT, e.Closed(outcome="refunded"))


def found(workspace: Workspace, text: str) -> str:
    return workspace.find(parse_reference(text)).folder


class TestListing:
    def test_a_workspace_that_is_not_there_is_empty(self, workspace: Workspace, tmp_path: Path) -> None:
        assert workspace.references() == []
        (tmp_path / "file").write_bytes(b"")
        assert Workspace(tmp_path / "file").references() == []
        assert not workspace.root.exists()

    def test_by_order_line_and_number_as_numbers(self, workspace: Workspace) -> None:
        make(workspace, "9", "10", "10/2", "10/10", "10/2~2", "10/2~10", "100")
        names = ["9", "10", "10-2", "10-2~2", "10-2~10", "10-10", "100"]
        assert [reference.folder for reference in workspace.references()] == names
        assert [reference.folder for reference in workspace.references("10")] == names[1:-1]

    def test_what_is_no_folder_of_ours_is_no_return(self, workspace: Workspace, tmp_path: Path) -> None:
        make(workspace, "1")
        for name in ("notes", "1.bak", "1~1", "01~0", "-1", "1-", "1-2-3", ".returnctl", "１"):
            (workspace.root / name).mkdir()
        (workspace.root / "2").write_bytes(b"a file")
        make(Workspace(tmp_path / "elsewhere"), "3")
        (workspace.root / "3").symlink_to(tmp_path / "elsewhere" / "3")
        assert [reference.folder for reference in workspace.references()] == ["1"]

    def test_a_folder_without_a_record_is_not_there_yet(self, workspace: Workspace) -> None:
        (workspace.root / "1").mkdir(parents=True)
        assert not workspace.exists(Reference("1"))
        with pytest.raises(NotFound):
            workspace.find(Reference("1"))


class TestFinding:
    def test_the_only_return_of_an_order(self, workspace: Workspace) -> None:
        make(workspace, "10000001", "10000002")
        assert found(workspace, "#10000001") == "10000001"

    def test_none_is_not_found_with_the_way_to_start_it(self, workspace: Workspace) -> None:
        make(workspace, "10000001")
        for text in ("1", "1000000", "010000001", "10000001/2", "10000001~2", "10000002"):
            with pytest.raises(NotFound) as caught:
                found(workspace, text)
            assert f"open {parse_reference(text).order}" in (caught.value.hint or "")

    def test_order_and_line_also_mean_the_return_of_an_order_with_that_line_alone(
        self, workspace: Workspace
    ) -> None:
        make(workspace, "10000001", line="1")
        assert found(workspace, "10000001/1") == "10000001"
        with pytest.raises(NotFound):
            found(workspace, "10000001/2")

    def test_the_only_line_that_was_opened_needs_no_line(self, workspace: Workspace) -> None:
        make(workspace, "10000009/2")
        assert found(workspace, "10000009") == "10000009-2"

    def test_one_of_several_that_is_still_open(self, workspace: Workspace) -> None:
        make(workspace, "10000001", "10000009/1", closed=True)
        make(workspace, "10000001~2", "10000009/2")
        assert found(workspace, "10000001") == "10000001~2"
        assert found(workspace, "10000009") == "10000009-2"
        assert found(workspace, "10000009/1") == "10000009-1"

    def test_when_all_are_closed_the_last_one(self, workspace: Workspace) -> None:
        make(workspace, "10000001", "10000001~2", "10000001~10", closed=True)
        assert found(workspace, "10000001") == "10000001~10"

    @pytest.mark.parametrize(
        ("names", "asked"),
        [
            (["10000009/1", "10000009/2"], "10000009"),
            (["10000001", "10000001~2"], "10000001"),
            (["10000001", "10000001~2"], "10000001/1"),
            (["10000009/1", "10000009/2", "10000009/1~2"], "10000009"),
        ],
    )
    def test_several_open_ones_are_listed_and_each_can_be_named_as_it_is_listed(
        self, workspace: Workspace, names: list[str], asked: str
    ) -> None:
        make(workspace, *names, line="1")
        with pytest.raises(Usage) as caught:
            found(workspace, asked)
        assert caught.value.exit == 2
        listed = caught.value.message.partition(": ")[2].rstrip(".").split(", ")
        assert [found(workspace, name) for name in listed] == sorted(
            (parse_reference(name).folder for name in names), key=lambda name: (name.replace("~", " "),)
        )

    def test_the_second_return_is_found_by_its_number(self, workspace: Workspace) -> None:
        make(workspace, "10000001", "10000001~2", "10000009/2~3", line="1")
        assert found(workspace, "10000001~2") == "10000001~2"
        assert found(workspace, "10000001/1~2") == "10000001~2"
        assert found(workspace, "10000001~1") == "10000001"
        assert found(workspace, "10000009~3") == "10000009-2~3"

    def test_a_damaged_return_beside_it_is_never_passed_over(self, workspace: Workspace) -> None:
        """Otherwise the other one would be taken for the only open one."""
        make(workspace, "10000001", "10000001~2")
        (workspace.root / "10000001" / NAME).write_bytes(b"harmed")
        with pytest.raises(Damaged):
            found(workspace, "10000001")
        assert found(workspace, "10000001~2") == "10000001~2"

    def test_a_linked_folder_is_no_return(self, workspace: Workspace, tmp_path: Path) -> None:
        make(Workspace(tmp_path / "elsewhere"), "10000009/1")
        workspace.root.mkdir()
        workspace.folder(Reference("10000009", "1")).symlink_to(tmp_path / "elsewhere" / "10000009-1")
        for text in ("10000009", "10000009/1", "10000009/1~1"):
            with pytest.raises(NotFound):
                found(workspace, text)

    def test_a_linked_record_is_not_followed(self, workspace: Workspace, tmp_path: Path) -> None:
        make(Workspace(tmp_path / "elsewhere"), "1")
        (workspace.root / "1").mkdir(parents=True)
        (workspace.root / "1" / NAME).symlink_to(tmp_path / "elsewhere" / "1" / NAME)
        with pytest.raises(Failed):
            workspace.state(Reference("1"))
        with pytest.raises(Failed):
            workspace.record(Reference("1"))

    def test_looking_writes_nothing(self, workspace: Workspace) -> None:
        make(workspace, "1", "1~2")
        before = files_below(workspace.root)
        workspace.references()
        workspace.state(Reference("1"))
        with pytest.raises(Usage):
            found(workspace, "1")
        assert files_below(workspace.root) == before


class TestStandingIn:
    def test_the_folder_itself_and_those_below_it(self, workspace: Workspace) -> None:
        make(workspace, "10000009/2~3")
        folder = workspace.root / "10000009-2~3"
        (folder / "photos").mkdir()
        assert standing_in(folder) == standing_in(folder / "photos") == folder

    def test_elsewhere_there_is_none(self, workspace: Workspace) -> None:
        make(workspace, "1")
        (workspace.root / "2").mkdir()
        (workspace.root / "notes").mkdir()
        (workspace.root / "notes" / NAME).write_bytes(b"")
        for name in ("2", "notes", ".", "nowhere"):
            assert standing_in(workspace.root / name) is None
