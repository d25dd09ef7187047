"""A disk that fails, and a process that dies, at every call of a write: the old content or the new one, whole."""

from __future__ import annotations

import errno
import os
import resource
from pathlib import Path
from typing import NoReturn

import pytest

from returnctl.errors import DiskTrouble
from returnctl.returns import events as e
from returnctl.returns import files
from returnctl.returns.record import NAME, Record
from tests.returns.making import AT, files_below, opened, photo
from tests.returns.trouble import BROKEN, FULL, Disk, die, dies_in_child, failing

OLD, NEW = b"old" * 1_000, b"new" * 5_000


def calls_of_a_write(path: Path) -> list[str]:
    with pytest.MonkeyPatch.context() as patch:
        disk = Disk(patch)
        files.write_atomic(path, NEW)
    return disk.calls


def failed_write(path: Path, at: int, number: int) -> DiskTrouble:
    with pytest.MonkeyPatch.context() as patch:
        Disk(patch, at, failing(number))
        with pytest.raises(DiskTrouble) as caught:
            files.write_atomic(path, NEW)
    return caught.value


def test_a_write_opens_writes_flushes_replaces_and_flushes_the_folder(tmp_path: Path) -> None:
    calls = calls_of_a_write(tmp_path / "a")
    assert [call.removeprefix("file.") for call in calls] == [
        "open",
        "write",
        "fsync",
        "replace",
        "open",
        "fsync",
    ]


@pytest.mark.parametrize("number", [*FULL, *BROKEN], ids=errno.errorcode.get)
def test_the_disk_fails_at_any_call(tmp_path: Path, number: int) -> None:
    path = tmp_path / "a"
    seen = []
    for at in range(1, len(calls_of_a_write(path)) + 1):
        files.write_atomic(path, OLD)
        error = failed_write(path, at, number)
        assert str(path) in error.message
        assert bool(error.hint) == (number in FULL)
        assert [found.name for found in tmp_path.iterdir()] == ["a"]
        seen.append(path.read_bytes())
    assert seen == [OLD] * 4 + [NEW] * 2


def test_the_disk_fails_while_a_first_file_and_its_folders_are_made(tmp_path: Path) -> None:
    for at in range(1, len(calls_of_a_write(tmp_path / "new" / "folder" / "a")) + 1):
        path = tmp_path / str(at) / "folder" / "a"
        failed_write(path, at, errno.ENOSPC)
        assert files_below(tmp_path / str(at)) <= {"folder/a"}
        files.write_atomic(path, NEW)
        assert path.read_bytes() == NEW


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP], ids=errno.errorcode.get)
def test_a_network_share_that_can_not_flush_a_folder_is_good_enough(tmp_path: Path, number: int) -> None:
    path = tmp_path / "a"
    files.write_atomic(path, OLD)
    with pytest.MonkeyPatch.context() as patch:
        disk = Disk(patch, 6, failing(number))
        files.write_atomic(path, NEW)
    assert disk.calls[5] == "fsync"
    assert path.read_bytes() == NEW


@pytest.mark.parametrize("after", [False, True])
def test_the_process_dies_at_any_call(tmp_path: Path, after: bool) -> None:
    path = tmp_path / "a"
    seen = set()
    for at in range(1, len(calls_of_a_write(path)) + 1):
        files.write_atomic(path, OLD)

        def write(at: int = at) -> None:
            Disk(pytest.MonkeyPatch(), at, die, after=after)
            files.write_atomic(path, NEW)

        assert dies_in_child(write)
        seen.add(path.read_bytes())
        assert seen <= {OLD, NEW}
        files.write_atomic(path, OLD)  # what the dead process left behind is in nobody's way
        assert path.read_bytes() == OLD
    assert seen == {OLD, NEW}


def test_a_real_limit_in_the_middle_of_the_content(tmp_path: Path) -> None:
    path = tmp_path / "a"
    files.write_atomic(path, OLD)

    def write() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        with pytest.raises(DiskTrouble) as caught:
            files.write_atomic(path, bytes(1_000_000))
        assert caught.value.hint
        assert [found.name for found in tmp_path.iterdir()] == ["a"]
        die()

    assert dies_in_child(write)
    assert path.read_bytes() == OLD


def test_an_interrupt_leaves_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> NoReturn:
        raise KeyboardInterrupt

    for at in range(1, 5):
        with monkeypatch.context() as patch:
            Disk(patch, at, interrupt)
            with pytest.raises(KeyboardInterrupt):
                files.write_atomic(tmp_path / "a", NEW)
        assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="no folder is closed to root")
def test_a_folder_that_takes_no_files(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(DiskTrouble, match="permission denied"):
            files.write_atomic(tmp_path / "a", b"x")
    finally:
        tmp_path.chmod(0o700)


class TestTheRecord:
    """The same for return.json: an event is there whole, or not at all."""

    @pytest.mark.parametrize("after", [False, True])
    def test_the_process_dies_while_an_event_is_added(self, tmp_path: Path, after: bool) -> None:
        calls = 6
        counts = set()
        for at in range(1, calls + 1):
            folder = tmp_path / str(at)
            Record.new(folder).append(AT, opened())

            def add(at: int = at, folder: Path = folder) -> None:
                record = Record.load(folder)
                Disk(pytest.MonkeyPatch(), at, die, after=after)
                record.append(AT, photo("back"), e.Closed(outcome="refunded"))

            dies_in_child(add)
            found = Record.load(folder)
            assert found.refold() == found.state
            counts.add(len(found.entries()))
        assert counts == {1, 3}

    def test_the_first_event_is_there_or_no_record_is(self, tmp_path: Path) -> None:
        outcomes = set()
        for at in range(1, 9):
            folder = tmp_path / str(at)

            def add(at: int = at, folder: Path = folder) -> None:
                Disk(pytest.MonkeyPatch(), at, die)
                Record.new(folder).append(AT, opened())

            dies_in_child(add)
            there = (folder / NAME).exists()
            outcomes.add(there)
            assert not there or len(Record.load(folder).entries()) == 1
        assert outcomes == {True, False}
