"""One process at a time works on a return, and the others are told who it is."""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from returnctl.errors import Busy, DiskTrouble, Failed
from returnctl.returns.reference import Reference
from returnctl.returns.workspace import LOCKS, Workspace

ONE = Reference("10000001")

HOLD = """
import sys
from pathlib import Path
from returnctl.returns.reference import parse_reference
from returnctl.returns.workspace import Workspace
sys.argv = ["/usr/bin/returnctl", "photos", "10000001", "--token", "canary"]
with Workspace(Path({root!r})).hold(parse_reference({name!r})):
    print("held", flush=True)
    sys.stdin.readline()
"""

#: Takes the lock 50 times; each time it must be alone in the room, and adds one to the count in it.
MANY = """
import os, sys, time
from pathlib import Path
from returnctl.errors import Busy
from returnctl.returns.reference import Reference
from returnctl.returns.workspace import Workspace
room, count = Path({root!r}) / "room", Path({root!r}) / "count"
turns = 0
while turns < {turns}:
    try:
        with Workspace(Path({root!r})).hold(Reference("10000001")):
            os.mkdir(room)
            count.write_text(str(int(count.read_text()) + 1))
            os.rmdir(room)
        turns += 1
    except Busy:
        time.sleep(0.0005)
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "returns")


@contextmanager
def another_process(workspace: Workspace, name: str = "10000001") -> Iterator[subprocess.Popen[str]]:
    """Another process, holding a return until it is told to go on."""
    script = HOLD.format(root=str(workspace.root), name=name)
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def hold(workspace: Workspace, reference: Reference = ONE) -> None:
    with workspace.hold(reference):
        pass


def lock_file(workspace: Workspace) -> Path:
    return workspace.root / LOCKS / "10000001.lock"


class TestAnotherProcess:
    def test_it_is_named_and_nobody_waits_for_it(self, workspace: Workspace) -> None:
        with another_process(workspace) as process:
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(time, "sleep", lambda seconds: pytest.fail(f"waits {seconds} s"))
                with pytest.raises(Busy) as caught:
                    hold(workspace)
            assert caught.value.exit == 7
            for part in ("10000001", "returnctl photos", str(process.pid), socket.gethostname()):
                assert part in caught.value.message
            hold(workspace, Reference("10000001", None, 2))
            hold(workspace, Reference("10000001", "1"))
            process.communicate("go on\n")
        hold(workspace)

    def test_the_note_holds_no_more_of_its_command_than_the_name(self, workspace: Workspace) -> None:
        with another_process(workspace) as process:
            notes = list((workspace.root / LOCKS).glob("*.json"))
            assert len(notes) == 1
            holder = json.loads(notes[0].read_bytes())
            assert holder["pid"] == process.pid
            assert set(holder) == {"pid", "host", "command", "since"}
            assert holder["command"] == "returnctl photos"
            assert "canary" not in notes[0].read_text()

    def test_one_that_was_killed_holds_nothing_any_more(self, workspace: Workspace) -> None:
        with another_process(workspace) as process:
            process.send_signal(signal.SIGKILL)
            process.wait()
            hold(workspace)

    @pytest.mark.parametrize(
        "note",
        [
            b"",
            b"{",
            b"[]",
            b"7",
            b"{}",
            b'{"pid":1}',
            b"\xff\xfe",
            b" " * 20_000,
            b"[" * 9_000,
            None,
            "link",
            "folder",
        ],
    )
    def test_a_note_that_says_nothing_still_means_busy(
        self, workspace: Workspace, note: bytes | str | None
    ) -> None:
        path = workspace.root / LOCKS / "10000001.holder.json"
        with workspace.hold(ONE):
            path.unlink()
            if isinstance(note, bytes):
                path.write_bytes(note)
            if note == "link":
                path.symlink_to("/etc/passwd")
            if note == "folder":
                path.mkdir()
            with pytest.raises(Busy, match="another process"):
                hold(workspace)

    def test_one_that_has_finished_is_not_named_for_the_next(self, workspace: Workspace) -> None:
        """Between taking the lock and writing its note, the next holder must not look like the last one."""
        hold(workspace)
        with FileLock(lock_file(workspace)), pytest.raises(Busy) as caught:
            hold(workspace)
        assert str(os.getpid()) not in caught.value.message


class TestTheFile:
    def test_it_is_never_deleted(self, workspace: Workspace) -> None:
        hold(workspace)
        before = lock_file(workspace).stat().st_ino
        for _ in range(3):
            hold(workspace)
        assert lock_file(workspace).stat().st_ino == before

    def test_it_is_its_owners_alone(self, workspace: Workspace) -> None:
        before = os.umask(0)
        try:
            hold(workspace)
        finally:
            os.umask(before)
        for path in workspace.root.rglob("*"):
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path

    def test_a_link_in_its_place_is_not_followed(self, workspace: Workspace, tmp_path: Path) -> None:
        (tmp_path / "precious").write_bytes(b"precious")
        lock_file(workspace).parent.mkdir(parents=True)
        lock_file(workspace).symlink_to(tmp_path / "precious")
        with pytest.raises((Failed, DiskTrouble)):
            hold(workspace)
        assert (tmp_path / "precious").read_bytes() == b"precious"

    @pytest.mark.parametrize("linked", [".returnctl", ".returnctl/locks"])
    def test_a_linked_folder_is_not_followed(self, workspace: Workspace, tmp_path: Path, linked: str) -> None:
        (tmp_path / "outside").mkdir()
        path = workspace.root / linked
        path.parent.mkdir(parents=True)
        path.symlink_to(tmp_path / "outside")
        with pytest.raises(Failed):
            hold(workspace)
        assert list((tmp_path / "outside").iterdir()) == []


class TestReleasing:
    def test_after_an_error_and_an_interrupt(self, workspace: Workspace) -> None:
        for error in (ValueError, KeyboardInterrupt, SystemExit):
            with pytest.raises(error), workspace.hold(ONE):
                raise error
            hold(workspace)

    def test_when_the_note_can_not_be_written(
        self, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(descriptor: int, content: bytes) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(os, "write", full)
            with pytest.raises(DiskTrouble, match="no space"):
                hold(workspace)
        hold(workspace)

    def test_the_same_process_can_not_hold_it_twice(self, workspace: Workspace) -> None:
        with workspace.hold(ONE):
            with pytest.raises(Busy, match=str(os.getpid())):
                hold(workspace)
            with pytest.raises(Busy):
                hold(workspace)
        hold(workspace)


class TestTogether:
    def test_threads_never_overlap(self, workspace: Workspace) -> None:
        inside: list[int] = []
        overlaps: list[list[int]] = []
        turns = [0] * 6

        def work(number: int) -> None:
            while turns[number] < 10:
                try:
                    with workspace.hold(ONE):
                        inside.append(number)
                        if len(inside) > 1:
                            overlaps.append(list(inside))
                        turns[number] += 1
                        inside.remove(number)
                except Busy:
                    time.sleep(0.0005)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert overlaps == []
        assert turns == [10] * 6

    def test_four_processes_of_fifty_turns_never_overlap(self, workspace: Workspace) -> None:
        workspace.root.mkdir()
        count = workspace.root / "count"
        count.write_text("0")
        script = MANY.format(root=str(workspace.root), turns=50)
        processes = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(4)]
        assert [process.wait(50) for process in processes] == [0] * 4
        assert count.read_text() == "200"
