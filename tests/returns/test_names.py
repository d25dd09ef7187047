"""The returns of an order, without a look at all the others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from returnctl.returns import locks, names
from returnctl.returns.reference import Reference
from returnctl.returns.workspace import Workspace


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """As it was before there were notes: an order with two devices, one with two returns, a plain one."""
    for name in (
        "10000009-1",
        "10000009-2",
        "10000009-2~2",
        "10000001",
        "10000001~2",
        "10000001~3",
        "10000002",
    ):
        (tmp_path / name).mkdir()
    return tmp_path


def found(root: Path, order: str) -> list[str]:
    return sorted(ref.folder for ref in names.of_order(root, order))


ALL = {
    "10000009": ["10000009-1", "10000009-2", "10000009-2~2"],
    "10000001": ["10000001", "10000001~2", "10000001~3"],
    "10000002": ["10000002"],
    "10000003": [],
}


@pytest.mark.parametrize("order", ALL)
def test_the_same_with_notes_and_without(root: Path, order: str) -> None:
    assert found(root, order) == ALL[order]
    assert not (root / ".returnctl").exists(), "looking writes nothing"
    names.note(root, Reference("10000002", None, 1))
    assert found(root, order) == ALL[order]


def test_with_notes_nobody_lists_the_workspace(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names.note(root, Reference("10000002", None, 1))

    def refuse(*_: object) -> None:
        raise AssertionError("the workspace was listed")

    monkeypatch.setattr(os, "scandir", refuse)
    for order, folders in ALL.items():
        assert found(root, order) == folders


def test_a_new_line_is_noted_once(root: Path) -> None:
    for _ in range(2):
        with Workspace(root).hold(Reference("10000004", "7", 1)):
            (root / "10000004-7").mkdir(exist_ok=True)
    assert found(root, "10000004") == ["10000004-7"]
    assert (root / names.FOLDER / "10000004").read_text() == "10000004-7\n"


def test_a_note_of_a_folder_that_is_gone(root: Path) -> None:
    names.note(root, Reference("10000005", "3", 1))
    assert found(root, "10000005") == []


def test_two_who_make_the_notes_at_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second finds the first one's in its place, and adds its own."""
    real = names.every

    def slowly(folder: Path) -> list[Reference]:
        seen = real(folder)
        monkeypatch.setattr(names, "every", real)
        names.note(root, Reference("10000006", "1", 1))
        (root / "10000006-1").mkdir()
        return seen

    monkeypatch.setattr(names, "every", slowly)
    names.note(root, Reference("10000007", "2", 1))
    (root / "10000007-2").mkdir()
    assert found(root, "10000006") == ["10000006-1"]
    assert found(root, "10000007") == ["10000007-2"]


class TestLocksOfANetwork:
    """Where the workspace is seen through a network file system, a lock is a file, for everybody who works there."""

    @pytest.fixture(autouse=True)
    def mounted(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(locks, "_KINDS", {str(tmp_path): "nfs4"})

    def test_is_noted_for_its_server(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with Workspace(tmp_path).hold(Reference("10000001", None, 1)):
            pass
        monkeypatch.setattr(locks, "_KINDS", {str(tmp_path): "ext4"})
        assert locks.kind(tmp_path) == locks.FILE

    def test_keeps_others_off(self, tmp_path: Path) -> None:
        from returnctl.errors import Busy

        reference = Reference("10000001", None, 1)
        with (
            Workspace(tmp_path).hold(reference),
            pytest.raises(Busy),
            Workspace(tmp_path).hold(reference),
        ):
            pass
        with Workspace(tmp_path).hold(reference):
            pass
