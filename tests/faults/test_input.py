"""Tried as a new user would: one clear line, the documented code, nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.running import Runner
from tests.commands.world import Sandbox, tree


@pytest.fixture(autouse=True)
def opened(run_line: Runner, sandbox: Sandbox) -> None:
    run_line("open 10000001 --reason faulty --wants refund")
    run_line("ship 10000001 --battery ok")


@pytest.fixture
def junk(tmp_path: Path) -> dict[str, Path]:
    there = tmp_path / "junk"
    there.mkdir()
    (there / "folder.jpg").mkdir()
    (there / "text.jpg").write_text("I am a text.")
    (there / "empty.jpg").touch()
    (there / "cut.jpg").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00")
    (there / "text.pdf").write_text("I am a text.")
    (there / "loop.jpg").symlink_to(there / "loop.jpg")
    return {path.stem: path for path in there.iterdir()} | {"missing": there / "missing.jpg"}


LINES = (
    "photos 10000001 --view back={file}",
    "photos 10000001 {file}",
    "photos --check --device smartphone --view back={file}",
    "imei 10000001 --image {file}",
    "disconnect-proof 10000001 {file}",
    "slip 10000001 --invoice {file}",
    "label 10000001 --file {file}",
    "ship 10000001 --inside {file}",
    "ship 10000001 --outside {file}",
    "message 10000001 Hello. --file {file}",
    "message 10000001 --body-file {file}",
)


def one_line(stderr: str) -> None:
    lines = [line for line in stderr.splitlines() if not line.startswith("warning: ")]
    assert 1 <= len(lines) <= 2, stderr
    assert "Traceback" not in stderr
    assert "Errno" not in stderr


@pytest.mark.parametrize("what", ["missing", "folder", "loop"])
@pytest.mark.parametrize("line", LINES)
def test_no_file(
    run_line: Runner, sandbox: Sandbox, workspace: Path, junk: dict[str, Path], line: str, what: str
) -> None:
    if line == "photos 10000001 {file}" and what == "folder":
        return  # a folder is what `photos` takes
    before, received = tree(workspace / "10000001"), sandbox.ledger()
    ran = run_line(line, 2, file=junk[what])
    one_line(ran.stderr)
    assert junk[what].name in ran.stderr
    assert (tree(workspace / "10000001"), sandbox.ledger()) == (before, received)


@pytest.mark.parametrize("what", ["text", "empty", "cut"])
@pytest.mark.parametrize(
    "line", [line for line in LINES if "--body-file" not in line and line != "photos 10000001 {file}"]
)
def test_no_picture(
    run_line: Runner, sandbox: Sandbox, workspace: Path, junk: dict[str, Path], line: str, what: str
) -> None:
    before, received = tree(workspace / "10000001"), sandbox.ledger()
    ran = run_line(line, 6, file=junk[what])
    one_line(ran.stderr)
    assert (tree(workspace / "10000001"), sandbox.ledger()) == (before, received)


def test_a_file_where_the_workspace_should_be(run_line: Runner, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    ran = run_line("open 10000002 --reason faulty --wants refund --workspace {w}", 1, w=tmp_path / "file")
    one_line(ran.stderr)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_word_that_looks_like_an_option_is_no_command(run_line: Runner) -> None:
    assert "--yes" in run_line("-- --yes --no-input", 2).stderr
