"""The checklist, points 53 to 56: start-up, packages, manual pages, renamed options. And that the list is whole."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from returnctl import __version__
from returnctl.commands.common import cli_command
from tests.contract.examples import GROUPS, LEAVES
from tests.contract.offline import ROOT, offline

#: What no help, completion, status or configuration may import.
HEAVY = {
    "requests", "urllib3", "ssl", "PIL", "numpy", "scipy", "imagehash", "reportlab", "keyring", "tabulate", "flask",
    "importlib.metadata", "asyncio", "sqlite3", "platformdirs", "filelock", "holidays",
}  # fmt: skip
OLDEST_CLICK = "click==8.4.2"


def pythons() -> dict[str, str]:
    """Every Python from 3.11 on that is to be had here, by its version; none is started to find out."""
    found = {f"3.{sys.version_info.minor}": sys.executable}
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for minor in range(11, 30):
        kept = [str(path) for path in root.glob(f"3.{minor}.*/bin/python")]
        named = shutil.which(f"python3.{minor}") or ""
        for path in [*kept, *([named] if named and "shims" not in named else [])]:
            found.setdefault(f"3.{minor}", path)
    return found


PYTHONS = pythons()


def built(target: Path) -> tuple[Path, Path]:
    """The wheel and the sdist."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(target)],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=50,
    )
    return next(target.glob("*.whl")), next(target.glob("*.tar.gz"))


@pytest.mark.parametrize(
    "words",
    [["--help"], ["label", "--help"], ["config", "show"], ["status", "--json"], ["help", "environment"]],
)
def test_53_nothing_heavy_is_imported(words: list[str]) -> None:
    """The limits themselves: scripts/bench/startup --strict."""
    found = offline(*words)
    assert found.modules & HEAVY == set()


def test_54_module_and_command_are_one(tmp_path: Path) -> None:
    said = [
        subprocess.run(
            [*start, "help", "exit-codes", "--json"], capture_output=True, check=True, timeout=50
        ).stdout
        for start in ([sys.executable, "-m", "returnctl"], [Path(sys.executable).with_name("returnctl")])
    ]
    assert said[0] == said[1] != b""


def test_54_wheel_and_sdist_are_whole_and_run(tmp_path: Path) -> None:
    wheel, sdist = built(tmp_path / "dist")
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
        archive.extractall(tmp_path / "site")
    ours = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "returnctl").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert ours <= packed
    assert f"returnctl-{__version__}.data/data/share/man/man1/returnctl-open.1" in packed
    with tarfile.open(sdist) as tar:
        names = {name.partition("/")[2] for name in tar.getnames()}
    assert ours | {"README.md", "LICENSE", "CHANGELOG.md", "scripts/demo", "man/returnctl.1"} <= names
    for words, start in (
        (["--version"], f"returnctl {__version__}"),
        (["guide", "--device", "audio"], "The number"),
    ):
        ran = subprocess.run(
            [sys.executable, "-m", "returnctl", *words],
            env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
            timeout=50,
        )
        assert ran.stdout.startswith(start)


@pytest.mark.nightly
@pytest.mark.timeout(900)
@pytest.mark.parametrize("click_version", ["click", OLDEST_CLICK])
@pytest.mark.parametrize("python", PYTHONS.values(), ids=list(PYTHONS))
def test_54_installed_by_every_python(tmp_path: Path, python: str, click_version: str) -> None:
    """As pipx does: an environment of its own, from the wheel; then a return is opened."""
    wheel, _ = built(tmp_path / "dist")
    home = tmp_path / "env"
    subprocess.run([python, "-m", "venv", str(home)], check=True)
    subprocess.run(
        [home / "bin" / "pip", "install", "-q", str(wheel), click_version], check=True, timeout=800
    )
    path = {**os.environ, "PATH": f"{home / 'bin'}:{os.environ['PATH']}"}
    ran = subprocess.run(
        [
            "returnctl",
            "sandbox",
            "run",
            "--",
            "returnctl",
            "open",
            "10000001",
            "--reason",
            "faulty",
            "--wants",
            "refund",
        ],
        env=path,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert ran.returncode == 0, ran
    assert "R10000001-1" in ran.stdout
    assert (home / "share" / "man" / "man1" / "returnctl.1").is_file()


def test_55_a_manual_page_for_every_command() -> None:
    names = {path.stem for path in (ROOT / "man").glob("*.1")}
    assert names == {"returnctl", *(f"returnctl-{name.replace(' ', '-')}" for name in (*GROUPS, *LEAVES))}


def test_56_a_renamed_option_keeps_working_and_says_so() -> None:
    """None is renamed yet: this is how it will be done."""

    @cli_command()
    @click.option("--paper-size", hidden=True, deprecated="Use --paper.")
    @click.option("--paper")
    def command(app: object, paper: str | None, paper_size: str | None) -> None:
        """Print."""
        click.echo(paper or paper_size)

    ran = CliRunner().invoke(command, ["--paper-size", "a4"])
    assert (ran.exit_code, ran.stdout) == (0, "a4\n")
    assert "Use --paper." in ran.stderr
    assert CliRunner().invoke(command, ["--paper", "a4"]).stderr == ""


def test_every_point_has_its_test() -> None:
    text = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    named = {int(number) for number in re.findall(r"def test_(\d\d)_", text)}
    assert set(range(1, 57)) - named == set()
