"""The index of many returns: what it chooses is what the records say, whatever happened meanwhile."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from returnctl.returns import changes
from returnctl.returns.index import Index, Summary
from returnctl.returns.reference import Reference
from returnctl.returns.state import State
from returnctl.returns.workspace import Workspace
from scripts._many import make


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Three returns, due today, tomorrow and the day after."""
    make(tmp_path / "many", 3)
    return tmp_path / "many"


def summarise(reference: Reference, state: State) -> Summary:
    ends = state.coverage.window_ends
    return Summary(
        deadline=ends, step="photos", closed=False, brief=b"brief", content=str(reference).encode()
    )


class Looked:
    def __init__(self, cache: Path, root: Path) -> None:
        self.index = Index(cache, root, summarise, "test")

    def names(self, *, thorough: bool = False, until: str | None = None) -> list[str]:
        self.index.update(thorough=thorough)
        return [folder for folder, _ in self.index.entries(closed=False, until=until)]


@pytest.fixture
def looked(tmp_path: Path, root: Path) -> Looked:
    return Looked(tmp_path / "cache", root)


def test_by_deadline(looked: Looked) -> None:
    assert looked.names() == ["30000001", "30000002", "30000003"]


def test_a_new_one_and_one_that_is_gone(looked: Looked, root: Path) -> None:
    looked.names()
    make(root, 1, first=40000001)
    (root / "30000002" / "return.json").unlink()
    (root / "30000002").rmdir()
    assert sorted(looked.names()) == ["30000001", "30000003", "40000001"]


def test_briefly_and_in_full(looked: Looked, root: Path) -> None:
    looked.names()
    (root / "30000002" / "return.json").unlink()
    (root / "30000002").rmdir()
    looked.names()
    assert list(looked.index.entries(closed=False)) == [("30000001", b"brief"), ("30000003", b"brief")]
    in_full = list(looked.index.entries(closed=False, in_full=True))
    assert in_full == [("30000001", b"30000001"), ("30000003", b"30000003")]
    assert looked.index._db.execute("SELECT count(*) FROM in_full").fetchone() == (2,)


def test_what_was_worked_on_is_read_again(looked: Looked, root: Path) -> None:
    """The folder's time stays as it is: the note alone tells."""
    looked.names()
    record = root / "30000001" / "return.json"
    record.write_bytes((root / "30000003" / "return.json").read_bytes())
    assert looked.names() == ["30000001", "30000002", "30000003"], "nobody has told it"
    with Workspace(root).hold(Reference("30000001", None, 1)):
        pass
    assert looked.names()[0] == "30000002"


def test_a_thorough_look_finds_what_nobody_told(looked: Looked, root: Path) -> None:
    looked.names()
    record = root / "30000001" / "return.json"
    record.write_bytes(record.read_bytes()[:-40])
    assert len(looked.names(thorough=True)) == 3
    assert ("30000001", None) in looked.index.entries(closed=False)


def test_notes_begin_anew_when_they_are_long(
    looked: Looked, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_LONG", 20)
    workspace = Workspace(root)
    for _ in range(4):
        with workspace.hold(Reference("30000001", None, 1)):
            pass
    assert len(looked.names()) == 3
    assert len(looked.names()) == 3


def test_a_damaged_index_is_an_error_of_sqlite(tmp_path: Path, root: Path) -> None:
    Index(tmp_path / "cache", root, summarise, "test").close()
    for path in (tmp_path / "cache").glob("*.sqlite"):
        path.write_bytes(b"not a database" * 100)
    with pytest.raises(sqlite3.Error):
        Index(tmp_path / "cache", root, summarise, "test")
