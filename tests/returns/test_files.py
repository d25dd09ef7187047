"""Files of a return: whole or not at all, for their owner alone, never through a link."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from returnctl.errors import DiskTrouble, Failed, ReturnctlError
from returnctl.returns import files
from tests.returns.making import files_below


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class TestWriting:
    @pytest.mark.parametrize("content", [b"", b"\x00", b"a\r\nb\n", bytes(3_000_000)], ids=len)
    def test_what_was_written_is_read(self, tmp_path: Path, content: bytes) -> None:
        files.write_atomic(tmp_path / "a" / "b", content)
        assert files.read_bytes(tmp_path / "a" / "b", max_bytes=5_000_000) == content
        assert entries(tmp_path / "a") == ["b"]

    def test_a_longer_file_is_replaced_by_a_shorter_one(self, tmp_path: Path) -> None:
        files.write_atomic(tmp_path / "a", b"long long long")
        files.write_atomic(tmp_path / "a", b"short")
        assert (tmp_path / "a").read_bytes() == b"short"

    def test_who_has_it_open_keeps_the_old_one(self, tmp_path: Path) -> None:
        files.write_atomic(tmp_path / "a", b"old")
        with (tmp_path / "a").open("rb") as reader:
            files.write_atomic(tmp_path / "a", b"new")
            assert reader.read() == b"old"

    def test_files_and_folders_are_their_owners_alone(self, tmp_path: Path, umask: int) -> None:
        files.write_atomic(tmp_path / "one" / "two" / "file", b"x")
        files.write_atomic(tmp_path / "one" / "two" / "file", b"y")
        assert mode(tmp_path / "one" / "two" / "file") == 0o600
        assert mode(tmp_path / "one") == mode(tmp_path / "one" / "two") == 0o700

    def test_while_it_is_written_nobody_else_can_read_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        modes: list[int] = []
        real = os.fsync

        def watching(descriptor: int) -> None:
            modes.extend(mode(path) for path in tmp_path.iterdir())
            real(descriptor)

        monkeypatch.setattr(os, "fsync", watching)
        before = os.umask(0)
        try:
            files.write_atomic(tmp_path / "a", b"secret")
        finally:
            os.umask(before)
        assert modes
        assert set(modes) == {0o600}

    def test_the_content_is_on_disk_before_it_has_its_name_and_the_name_afterwards(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[str] = []
        fsync, replace = os.fsync, os.replace

        def syncing(descriptor: int) -> None:
            kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
            seen.append(f"{kind} of {os.fstat(descriptor).st_size} bytes" if kind == "file" else kind)
            fsync(descriptor)

        def replacing(*given: Any, **named: Any) -> None:
            seen.append("replace")
            replace(*given, **named)

        monkeypatch.setattr(os, "fsync", syncing)
        monkeypatch.setattr(os, "replace", replacing)
        files.write_atomic(tmp_path / "a", b"12345")
        assert seen == ["file of 5 bytes", "replace", "folder"]

    def test_many_writers_at_once_leave_one_whole_file(self, tmp_path: Path) -> None:
        contents = [bytes([number]) * 100_000 for number in range(8)]
        threads = [
            threading.Thread(target=files.write_atomic, args=(tmp_path / "new" / "a", content))
            for content in contents
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (tmp_path / "new" / "a").read_bytes() in contents
        assert entries(tmp_path / "new") == ["a"]


class TestFolders:
    def test_one_that_exists_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "a").mkdir()
        (tmp_path / "a").chmod(0o755)
        files.ensure_folder(tmp_path / "a")
        assert mode(tmp_path / "a") == 0o755

    def test_two_processes_may_make_it_at_the_same_time(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = os.mkdir

        def other_was_faster(*given: Any, **named: Any) -> None:
            real(*given, **named)
            real(*given, **named)

        monkeypatch.setattr(os, "mkdir", other_was_faster)
        files.ensure_folder(tmp_path / "a" / "b")
        assert mode(tmp_path / "a" / "b") == 0o700

    def test_a_file_in_its_place_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "a").write_bytes(b"x")
        for folder in (tmp_path / "a", tmp_path / "a" / "b", tmp_path / "a" / "b" / "c"):
            with pytest.raises((Failed, DiskTrouble)):
                files.ensure_folder(folder)
        assert (tmp_path / "a").read_bytes() == b"x"


class TestLinks:
    @pytest.fixture
    def outside(self, tmp_path: Path) -> Path:
        outside = tmp_path / "outside"
        outside.mkdir()
        (outside / "precious").write_bytes(b"precious")
        return outside

    @pytest.fixture
    def inside(self, tmp_path: Path) -> Path:
        inside = tmp_path / "inside"
        inside.mkdir()
        return inside

    @pytest.mark.parametrize("target", ["../outside/precious", "../outside/nothing", "precious"])
    def test_a_linked_file_is_neither_written_nor_replaced(
        self, inside: Path, outside: Path, target: str
    ) -> None:
        (inside / "a").symlink_to(target)
        with pytest.raises(Failed, match="symbolic link"):
            files.write_atomic(inside / "a", b"x")
        assert (inside / "a").is_symlink()
        assert entries(inside) == ["a"]
        assert files_below(outside) == {"precious"}
        assert (outside / "precious").read_bytes() == b"precious"

    def test_a_linked_file_is_not_read(self, inside: Path, outside: Path) -> None:
        (inside / "a").symlink_to(outside / "precious")
        with pytest.raises(Failed, match="symbolic link"):
            files.read_bytes(inside / "a", max_bytes=100)

    @pytest.mark.parametrize("target", ["../outside", "../nowhere"])
    def test_a_linked_folder_is_not_written_into(self, inside: Path, outside: Path, target: str) -> None:
        (inside / "photos").symlink_to(target)
        with pytest.raises(Failed):
            files.write_atomic(inside / "photos" / "a", b"x")
        assert files_below(outside) == {"precious"}
        assert not (inside.parent / "nowhere").exists()

    def test_the_name_of_the_temporary_file_can_not_be_guessed(
        self, inside: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        names: set[str] = set()
        replace = os.replace

        def replacing(source: Any, target: Any) -> None:
            names.add(str(source))
            replace(source, target)

        monkeypatch.setattr(os, "replace", replacing)
        for _ in range(20):
            files.write_atomic(inside / "a", b"x")
        assert len(names) == 20
        assert {Path(name).parent for name in names} == {inside}


class TestReading:
    def test_nothing_there(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            files.read_bytes(tmp_path / "a", max_bytes=10)

    @pytest.mark.parametrize(("size", "fits"), [(0, True), (10, True), (11, False)])
    def test_the_limit(self, tmp_path: Path, size: int, fits: bool) -> None:
        (tmp_path / "a").write_bytes(bytes(size))
        if fits:
            assert len(files.read_bytes(tmp_path / "a", max_bytes=10)) == size
            return
        with pytest.raises(Failed, match="larger"):
            files.read_bytes(tmp_path / "a", max_bytes=10)

    def test_a_folder_is_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(ReturnctlError):
            files.read_bytes(tmp_path, max_bytes=10)

    @pytest.mark.timeout(5)
    def test_a_pipe_that_nobody_writes_to_is_no_file(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "a")
        # A writer that comes and goes frees a reader that waits for one: the test fails instead of hanging.
        rescue = threading.Timer(1, lambda: os.close(os.open(tmp_path / "a", os.O_WRONLY | os.O_NONBLOCK)))
        rescue.start()
        try:
            with pytest.raises(Failed):
                files.read_bytes(tmp_path / "a", max_bytes=10)
        finally:
            rescue.cancel()

    def test_below_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "a").write_bytes(b"")
        with pytest.raises((FileNotFoundError, DiskTrouble)):
            files.read_bytes(tmp_path / "a" / "b", max_bytes=10)

    def test_no_descriptor_stays_open(self, tmp_path: Path) -> None:
        (tmp_path / "a").write_bytes(bytes(20))
        files.write_atomic(tmp_path / "c", b"x")
        before = free_descriptor()
        files.write_atomic(tmp_path / "c", b"x")
        files.read_bytes(tmp_path / "a", max_bytes=100)
        for path in (tmp_path / "a", tmp_path, tmp_path / "nothing"):
            with pytest.raises((ReturnctlError, FileNotFoundError)):
                files.read_bytes(path, max_bytes=10)
        assert free_descriptor() == before


def free_descriptor() -> int:
    """The number that the next file to be opened gets."""
    number = os.dup(0)
    os.close(number)
    return number
