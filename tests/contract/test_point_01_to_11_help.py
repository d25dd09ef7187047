"""The checklist, points 1 to 11: help, names, and what the shell offers."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import click
import pytest

from returnctl.cli import COMMANDS, STEP_COMMANDS, cli
from returnctl.commands.common import EXIT_CODES
from returnctl.settings import VARIABLES
from tests.commands.running import ProcessRunner, Runner
from tests.contract.examples import EXAMPLES, GROUPS, LEAVES, command_of
from tests.contract.offline import offline

#: What all commands share but those of the sandbox, which is for practising.
OURS = [name for name in LEAVES if not name.startswith("sandbox ")]
COMMON = ("--json", "--field", "-q", "-v", "--yes", "--no-input", "--dry-run", "--profile", "--color")
SCREEN, LONG_SCREEN = 24, 40
FEW_OPTIONS = 4


@pytest.fixture
def pages(run_line: Runner, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Every help page at 80 columns; "" is the root's. (The runner calls the program by another name.)"""
    monkeypatch.setenv("COLUMNS", "80")
    return {name: run_line(f"{name} --help").stdout for name in ("", *GROUPS, *LEAVES)}


def test_01_version_is_one_line_and_the_packages(run_process: ProcessRunner) -> None:
    ran = run_process("--version")
    assert (ran.stdout, ran.stderr) == (f"returnctl {version('returnctl')}\n", "")


def test_02_h_and_help_on_every_command(run_line: Runner, pages: dict[str, str]) -> None:
    for name, page in pages.items():
        ran = run_line(f"{name} -h")
        assert (ran.stdout, ran.stderr) == (page, "")
        assert page.startswith("Usage: ")


def test_04_summary_examples_and_exit_status(pages: dict[str, str]) -> None:
    for name in OURS:
        page = pages[name]
        summary = page.split("\n\n")[1].strip()
        assert len(summary) <= 60, name
        assert summary.endswith("."), name
        assert re.search(rf"^    .*returnctl {name}\b", page.partition("Examples:\n")[2], re.M), name
        codes = re.findall(r"(\d+) [a-z]", page.partition("\nExit status")[2])
        bad = {EXAMPLES[name].exit, 5 if "[RETURN]" in page else 0} if name in EXAMPLES else set()
        assert {"0", "2", "130", *map(str, bad)} <= set(codes), name


def test_05_commands_in_the_order_of_the_work(pages: dict[str, str]) -> None:
    listed = re.findall(r"^  ([a-z-]+)  ", pages[""], re.M)
    assert [name for name in listed if name in COMMANDS] == list(COMMANDS)
    assert list(COMMANDS)[: len(STEP_COMMANDS)] == list(STEP_COMMANDS)


@pytest.mark.parametrize(("line", "meant"), [("statsu", "'status'"), ("status --jsn", "'--json'")])
def test_06_a_slip_of_the_finger_gets_one_suggestion(run_line: Runner, line: str, meant: str) -> None:
    said = run_line(line, 2).stderr
    assert f"Did you mean {meant}?" in said
    assert said.count("Did you mean") == 1


@pytest.mark.parametrize("line", ["tra", "stat", "10000001", "status --js", "open --dev other"])
def test_07_no_abbreviation_and_no_catch_all(run_line: Runner, line: str) -> None:
    run_line(line, 2)


def test_08_the_same_names_everywhere_before_and_after(run_line: Runner) -> None:
    for name in ("", *OURS):
        found = {word for param in (command_of(name) if name else cli).params for word in param.opts}
        assert found >= set(COMMON), name
    before, after = run_line("--json --color config path"), run_line("config path --json --color")
    assert before.json == after.json
    assert run_line("-q status").stdout == run_line("status -q").stdout == ""


def test_09_help_fits_a_screen(pages: dict[str, str]) -> None:
    """80 columns; the rows of an old terminal, but for those that have many options of their own."""
    for name, page in pages.items():
        lines = page.splitlines()
        assert max(map(len, lines)) <= 80, name
        assert "\x1b" not in page
        if name in OURS:
            options = page.partition("\nOptions:\n")[2].partition("\n\n")[0].splitlines()
            assert len(lines) <= (LONG_SCREEN if len(options) > FEW_OPTIONS else SCREEN), name


def test_10_help_topics(run_line: Runner) -> None:
    codes = run_line("help exit-codes").stdout
    assert re.findall(r"^(\d+) ", codes, re.M) == [str(code) for code in EXIT_CODES]
    environment = run_line("help environment").stdout
    assert all(name in environment for name in VARIABLES)
    options = run_line("help options").stdout
    assert all(word in options for word in COMMON)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_11_completion_knows_the_orders_and_no_network(workspace: Path, shell: str) -> None:
    for name in ("10000001", "10000009-2"):
        (workspace / name).mkdir(parents=True)
        (workspace / name / "return.json").write_text("{}")
    environ = {
        "_RETURNCTL_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": "returnctl label 1",
        "COMP_CWORD": "2",
    }
    if shell == "fish":
        environ["COMP_CWORD"] = "1"
    found = offline(**environ)
    assert "10000001" in found.stdout
    assert "10000009/2" in found.stdout
    assert found.stderr == ""


def test_every_group_lists_its_commands_in_their_order() -> None:
    for name in GROUPS:
        group = command_of(name)
        assert isinstance(group, click.Group)
        assert group.list_commands(click.Context(group)) == list(group.commands)
