"""A full or failing disk: exit 1 with `disk`, the old state intact, and the same command again when there is room."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.commands.pictures import Pictures
from tests.commands.running import Names, Ran, Runner
from tests.commands.world import IMEI, NUMBER, Sandbox, tree

OPEN = "open 10000001 --reason faulty --wants refund"
#: A command, what the ledger gains by it, and how many flushes to go on by (some take long).
LINES = {
    "opening": (OPEN, {"returns": 1, "labels": 1}, 1),
    "photos": ("photos 10000001 {phone}", {"messages": 1, "attachments": 7}, 13),
    "imei": (f"imei 10000001 {IMEI}", {"messages": 1}, 1),
    "message": ("message 10000001 Hello.", {"messages": 1}, 1),
    "slip": ("slip 10000001", {}, 4),
    "label": ("label 10000001", {}, 4),
    "own label": (f"label 10000001 --number {NUMBER}", {}, 1),
    "ship": ("ship 10000001 --battery ok --inside {inside}", {}, 3),
    "close": ("close 10000001 --outcome refunded", {}, 1),
}


def on_a_breaking_disk(run_line: Runner, nth: int, number: int, line: str, **names: Any) -> Ran:
    """Run a line on a disk that answers every flush from the nth on with an error."""
    real, count = os.fsync, [0]

    def fsync(descriptor: int) -> None:
        count[0] += 1
        if count[0] >= nth:
            raise OSError(number, os.strerror(number))
        real(descriptor)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        return run_line.attempt(line, **names)


@pytest.mark.parametrize(("line", "gained", "stride"), LINES.values(), ids=list(LINES))
def test_full_at_every_flush_in_turn(
    run_line: Runner,
    sandbox: Sandbox,
    pictures: Pictures,
    workspace: Path,
    line: str,
    gained: dict[str, int],
    stride: int,
) -> None:
    """Whenever it fills up: one plain line, a record that can be read, and the same command again ends it, once."""
    names: Names = {"phone": pictures.phone, "inside": pictures.phone / "inside.jpg"}
    for nth in range(1, 400, stride):
        sandbox.reset()
        shutil.rmtree(workspace, ignore_errors=True)
        if line != OPEN:
            run_line(OPEN)
        before = sandbox.ledger()
        ran = on_a_breaking_disk(run_line, nth, errno.ENOSPC, f"{line} --json", **names)
        if ran.exit == 0:
            assert nth > 1
            return
        ran.check(1)
        assert ran.error["code"] == "disk", ran.error
        assert "space" in ran.error["hint"]
        run_line("status")
        run_line(line, **names)
        after = sandbox.ledger()
        assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == gained
        assert not [path for path in workspace.rglob(".*") if path.is_file()], "a half-written file was left"
    raise AssertionError("the command never ended")


@pytest.mark.parametrize("number", [errno.EIO, errno.EDQUOT, errno.EROFS, errno.ESTALE])
def test_other_troubles(run_line: Runner, sandbox: Sandbox, workspace: Path, number: int) -> None:
    run_line(OPEN)
    before = tree(workspace / "10000001")
    ran = on_a_breaking_disk(run_line, 1, number, "slip 10000001 --json").check(1)
    assert ran.error["code"] == "disk"
    assert os.strerror(number).lower() in ran.error["message"].lower()
    assert tree(workspace / "10000001") == before


def test_files_may_not_grow(run_line: Runner, sandbox: Sandbox, workspace: Path) -> None:
    """A limit of the operating system, in a real process."""
    run_line(OPEN)
    before = tree(workspace / "10000001")
    done = subprocess.run(
        [sys.executable, "-m", "returnctl", "slip", "10000001", "--json"],
        capture_output=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
        timeout=30,
        check=False,
    )
    assert done.returncode == 1, done
    assert b'"code":"disk"' in done.stderr
    assert tree(workspace / "10000001") == before


def test_reading_needs_no_room(run_line: Runner, sandbox: Sandbox) -> None:
    run_line(OPEN)
    for line in ("status", "status 10000001", "messages 10000001", f"imei 10000001 {IMEI} --dry-run"):
        on_a_breaking_disk(run_line, 1, errno.ENOSPC, line).check(0)


def test_a_bought_label_that_finds_no_room(run_line: Runner, sandbox: Sandbox, workspace: Path) -> None:
    """It is bought, and what was answered is gone: that is a doubt, and the disk is named."""
    run_line("open 10000007 --reason faulty --wants repair")
    (workspace / "10000007" / "documents" / "label.zpl").mkdir(parents=True)  # where the label is to lie
    buy = "label 10000007 --buy --yes --carrier ups --weight 1.5 --size 8x6x3 --format zpl"
    said = run_line(buy, 9).stderr
    assert "The answer could not be kept: " in said
    assert "label.zpl" in said
    run_line(buy)
    assert sandbox.ledger("10000007")["labels"] == 1
