"""What a command costs before it does anything: nothing heavy is imported, and help comes from one table."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys

import click
import pytest

from returnctl.cli import COMMANDS
from tests.commands.running import Runner
from tests.commands.world import BY_HAND

ORDER = "10000001"
HEAVY = {
    "requests", "urllib3", "socket", "ssl", "http.client",
    "PIL", "numpy", "scipy", "imagehash", "zxingcpp", "pi_heif", "reportlab", "pypdf",
    "keyring", "holidays", "flask", "waitress", "filelock", "platformdirs",
    "importlib.metadata", "tabulate", "asyncio", "sqlite3",
}  # fmt: skip
#: The table that people see is drawn by tabulate, which asks for its own version, and for that reads an e-mail header.
TABLE = {"tabulate", "importlib.metadata", "socket"}

#: Prints, as the last line of standard error, what a command line imported.
IMPORTED = """
import json, sys
from returnctl.__main__ import main
sys.argv[0] = "returnctl"
try:
    main()
except SystemExit as ended:
    code = ended.code or 0
else:
    code = 0
print("\\n" + json.dumps(sorted(sys.modules)), file=sys.stderr)
sys.exit(code)
"""


def imported(*words: str, **environ: str) -> set[str]:
    ended = subprocess.run(
        [sys.executable, "-c", IMPORTED, *words],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout
    return set(json.loads(ended.stderr.splitlines()[-1]))


@pytest.fixture
def opened(run_line: Runner) -> None:
    run_line(f"open {ORDER} {BY_HAND} --profile manual --no-input")


@pytest.mark.parametrize(
    "words", [["--version"], ["--help"], ["-h"], ["open", "--help"], ["status", "--help"]]
)
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    assert imported(*words) & HEAVY == set()


def test_help_of_all_imports_no_command() -> None:
    found = {name for name in imported("--help") if name.startswith("returnctl.commands.")}
    assert found == {"returnctl.commands.common"}


def test_completion_imports_nothing_heavy() -> None:
    found = imported(_RETURNCTL_COMPLETE="bash_complete", COMP_WORDS="returnctl st", COMP_CWORD="1")
    assert found & HEAVY == set()


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("words", [["status", ORDER], ["status", ORDER, "--json"], ["status", "--json"]])
def test_status_imports_nothing_heavy(words: list[str]) -> None:
    assert imported(*words) & HEAVY == set()


@pytest.mark.usefixtures("opened")
def test_the_table_of_status_imports_what_draws_it_alone() -> None:
    found = imported("status")
    assert "tabulate" in found
    assert found & HEAVY <= TABLE


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_loads_and_its_help_fits_a_terminal(name: str, run_line: Runner) -> None:
    said = run_line(f"{name} --help").stdout
    assert [line for line in said.splitlines() if len(line) > 100] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_says_of_itself_what_the_table_says(name: str) -> None:
    module = importlib.import_module(f"returnctl.commands.{name.replace('-', '_')}")
    command: click.Command = module.command
    assert command.get_short_help_str(limit=100) == COMMANDS[name]


@pytest.mark.parametrize("words", COMMANDS.values())
def test_each_short_help_is_a_short_sentence(words: str) -> None:
    assert len(words) <= 60
    assert words.endswith(".")
