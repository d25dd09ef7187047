"""The scripts of the checkout: which Python they take, when they install, what they pass on, and the demo itself."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

from returnctl import __version__

ROOT = Path(__file__).parents[1]
SCRIPTS = ROOT / "scripts"
TOOLS = ("bash", "dirname", "id", "sh", "timeout")


def run(
    command: Sequence[object], cwd: Path | None = None, **environ: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def pretend(path: Path, statement: str) -> Path:
    """A Python that differs from ours by a statement."""
    return program(path, f'exec "{sys.executable}" -c "import sys; {statement}; exec(sys.argv[2])" "$@"')


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder for PATH that holds nothing but what shell scripts can't do without."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found, name
        (folder / name).symlink_to(found)
    return folder


class TestPython:
    SCRIPT = SCRIPTS / "_python"

    def test_the_first_that_serves_is_taken(self, tools: Path) -> None:
        pretend(tools / "python3", "sys.version_info = (3, 10, 2)")
        pretend(tools / "python3.14", "sys.modules['ensurepip'] = None")
        program(tools / "python3.13", "exit 127")
        (tools / "python3.12").symlink_to(sys.executable)
        ran = run([self.SCRIPT], PATH=str(tools), PYTHON="")
        assert ran.returncode == 0
        assert Path(ran.stdout.strip()).samefile(sys.executable)

    def test_one_that_is_too_old_is_named(self, tools: Path) -> None:
        pretend(tools / "python3", "sys.version_info = (3, 10, 2)")
        ran = run([self.SCRIPT], PATH=str(tools), PYTHON="")
        assert (ran.returncode, ran.stdout) == (1, "")
        assert "is Python 3.10, and returnctl needs 3.11 or newer" in ran.stderr

    @pytest.mark.parametrize("module", ["venv", "ensurepip"])
    def test_one_without_venv_says_what_to_install(self, tools: Path, module: str) -> None:
        chosen = pretend(tools / "mine", f"sys.modules['{module}'] = None")
        ran = run([self.SCRIPT], PATH=str(tools), PYTHON=str(chosen))
        assert ran.returncode == 1
        assert "has no venv or ensurepip here" in ran.stderr
        assert f"apt install python{sys.version_info.major}.{sys.version_info.minor}-venv" in ran.stderr

    def test_none_at_all(self, tools: Path) -> None:
        ran = run([self.SCRIPT], PATH=str(tools), PYTHON="")
        assert ran.returncode == 1
        assert "needs Python 3.11 or newer" in ran.stderr

    def test_the_one_that_the_user_names_wins_and_may_hold_a_space(self, tools: Path, tmp_path: Path) -> None:
        program(tools / "python3", "exit 127")
        named = tmp_path / "my tools" / "python"
        named.parent.mkdir()
        named.symlink_to(sys.executable)
        assert run([self.SCRIPT], PATH=str(tools), PYTHON=str(named)).returncode == 0


class Installed:
    """Stands for the environment of a checkout; remembers what would have been run."""

    def __init__(self, module: ModuleType, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.module = module
        self.ran: list[str] = []
        self.version = ""
        self.project = root / "pyproject.toml"
        self.project.write_text("[project]")
        monkeypatch.setattr(module, "ROOT", root)
        monkeypatch.setattr(module, "VENV", root / ".venv")
        monkeypatch.setattr(module, "STAMP", root / ".venv" / "stamp.json")
        monkeypatch.setattr(module, "_version", lambda: self.version)
        monkeypatch.setattr(module, "_run", self.run)

    def run(self, *command: str) -> None:
        self.ran.append(" ".join(command))
        if "venv" in command:
            self.module.VENV.mkdir(exist_ok=True)
            self.version = "3.11"

    def ensure(self, *, test: bool = False) -> list[str]:
        """What is run for it."""
        before = len(self.ran)
        self.module.ensure(test=test)
        return self.ran[before:]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installed:
    spec = importlib.util.spec_from_file_location("_environment", SCRIPTS / "_environment.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return Installed(module, tmp_path, monkeypatch)


class TestEnvironment:
    def test_it_is_made_once(self, installed: Installed) -> None:
        first = installed.ensure()
        assert [line.split()[2] for line in first] == ["venv", "pip", "pip"]
        assert first[-1].endswith("--editable .")
        assert installed.ensure() == []

    def test_tests_need_more_and_the_demo_is_content_with_it(self, installed: Installed) -> None:
        installed.ensure()
        assert any("--group test" in line for line in installed.ensure(test=True))
        assert installed.ensure() == []
        assert installed.ensure(test=True) == []

    def test_another_project_file_installs_anew_into_the_same_environment(self, installed: Installed) -> None:
        installed.ensure(test=True)
        installed.project.write_text("[project]\nname = 'other'")
        assert [line.split()[2] for line in installed.ensure(test=True)] == ["pip", "pip"]

    def test_another_python_installs_anew(self, installed: Installed) -> None:
        installed.ensure()
        installed.version = "3.12"
        assert installed.ensure()

    def test_one_that_does_not_work_is_replaced(self, installed: Installed) -> None:
        installed.ensure()
        installed.version = ""
        assert "--clear" in installed.ensure()[0]

    def test_an_installation_that_failed_is_not_taken_for_done(
        self, installed: Installed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        installed.ensure()
        no_network = installed.module.NoEnvironment("no network")

        def fail(*command: str) -> None:
            raise no_network

        monkeypatch.setattr(installed.module, "_run", fail)
        for _ in range(2):
            with pytest.raises(installed.module.NoEnvironment):
                installed.module.ensure(test=True)
        assert not installed.module.STAMP.exists()

    def test_a_command_that_fails_says_what_to_do(self, tmp_path: Path) -> None:
        shutil.copytree(SCRIPTS, tmp_path / "scripts")
        (tmp_path / "pyproject.toml").write_text("[project]")
        (tmp_path / ".venv").write_text("a file is in the way")
        ran = run([tmp_path / "scripts" / "demo"], PYTHON=sys.executable)
        assert ran.returncode == 1
        assert "The environment could not be made; the reason stands above." in ran.stderr
        assert "Traceback" not in ran.stderr


class TestTest:
    """`scripts/test`, over tools that only write down how they were called."""

    @pytest.fixture
    def checkout(self, tmp_path: Path) -> Path:
        root = tmp_path / "a checkout"
        shutil.copytree(SCRIPTS, root / "scripts")
        (root / "scripts" / "_environment.py").write_text("")
        for name in ("ruff", "mypy", "python"):
            self.tool(root, name, 0)
        return root

    def tool(self, root: Path, name: str, code: int) -> None:
        program(root / ".venv" / "bin" / name, f'echo {name} "$@" >>"{root}/calls"; exit {code}')

    def calls(self, checkout: Path, *words: str, exit: int = 0) -> list[str]:
        ran = run([checkout / "scripts" / "test", *words], PYTHON=sys.executable)
        assert ran.returncode == exit, ran.stderr
        self.said = ran.stderr
        return (checkout / "calls").read_text().splitlines()

    def test_everything_is_checked(self, checkout: Path) -> None:
        calls = self.calls(checkout)
        assert [" ".join(call.split()[:2]) for call in calls] == [
            "ruff check", "ruff format", "mypy", "mypy scripts/_accessibility.py", "python -m",
        ]  # fmt: skip
        assert calls[-1] == "python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -m not nightly"

    def test_arguments_go_to_pytest(self, checkout: Path) -> None:
        last = self.calls(checkout, "tests/a b.py", "-k", "one or two", "--maxfail=1", "--no-header")[-1]
        wanted = "-n 3 --dist loadfile --no-loadscope-reorder -m not nightly"
        wanted += " tests/a b.py -k one or two --maxfail=1 --no-header"
        assert last == f"python -m pytest {wanted}"

    @pytest.mark.parametrize("words", [["-n", "0"], ["-n0"], ["--numprocesses=3"], ["--pdb"]])
    def test_the_caller_s_number_of_workers_stands_alone(self, checkout: Path, words: list[str]) -> None:
        assert self.calls(checkout, *words)[-1] == f"python -m pytest -m not nightly {' '.join(words)}"

    def test_the_caller_s_marks_stand_alone(self, checkout: Path) -> None:
        assert (
            self.calls(checkout, "-m", "nightly")[-1]
            == "python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -m nightly"
        )

    @pytest.mark.parametrize(
        ("name", "said"), [("ruff", "lint format"), ("mypy", "types"), ("python", "tests")]
    )
    def test_a_failure_fails_and_the_rest_is_checked_all_the_same(
        self, checkout: Path, name: str, said: str
    ) -> None:
        self.tool(checkout, name, 1)
        assert self.calls(checkout, exit=1)[-1].startswith("python -m pytest")
        assert self.said == f"scripts/test: failed: {said}\n"


class TestContinuousIntegration:
    @pytest.fixture
    def clone(self, tmp_path: Path) -> Path:
        root = tmp_path / "clone"
        (root / ".ci").mkdir(parents=True)
        shutil.copy(ROOT / ".ci" / "run", root / ".ci" / "run")
        program(
            root / "scripts" / "test", 'echo "specs=${RETURNCTL_SPECS-} require=${RETURNCTL_REQUIRE-} $*"'
        )
        return root

    def said(self, clone: Path, tools: Path, *words: str) -> str:
        ran = run([clone / ".ci" / "run", *words], PATH=str(tools), RETURNCTL_SPECS="", CI="true")
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.strip()

    def test_nothing_is_required_where_there_is_nothing(self, clone: Path, tools: Path) -> None:
        assert self.said(clone, tools) == "specs= require="

    def test_the_specs_beside_the_clone_are_required(self, clone: Path, tools: Path) -> None:
        specs = clone.parent / "shared" / "specs"
        specs.mkdir(parents=True)
        assert self.said(clone, tools, "-x") == f"specs={specs.resolve()} require=specs -x"

    def test_poppler_is_required_where_it_is_installed(self, clone: Path, tools: Path) -> None:
        for name in ("pdftoppm", "pdftotext"):
            program(tools / name, "exit 0")
        (clone.parent / "shared" / "specs").mkdir(parents=True)
        assert self.said(clone, tools).endswith("require=specs,poppler")

    def test_chromium_is_required_where_it_is_installed(self, clone: Path, tools: Path) -> None:
        program(tools / "chromium", "exit 0")
        assert self.said(clone, tools) == "specs= require=chromium"

    def test_an_installer_that_fails_stops_nothing(self, clone: Path, tools: Path) -> None:
        program(tools / "apt-get", "echo no network >&2; exit 100")
        assert self.said(clone, tools) == "specs= require="


def walk(output: Path, *photos: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "returnctl", "sandbox", "run", "--", sys.executable]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RETURNCTL_")}
    own = {
        "HOME": output / "home",
        "RETURNCTL_CONFIG_DIR": output / "config",
        "XDG_CACHE_HOME": output / "cache",
    }
    output.mkdir(exist_ok=True)
    return subprocess.run(
        [*command, str(SCRIPTS / "_walk.py"), str(output), *map(str, photos)],
        env=kept | {name: str(folder) for name, folder in own.items()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The demo's folder, and all that it printed. One run for all tests."""
    output = tmp_path_factory.mktemp("demo")
    ran = walk(output)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return output, ran.stdout


class TestDemo:
    @pytest.mark.timeout(120)
    def test_it_carries_a_return_through_and_leaves_the_papers(self, walked: tuple[Path, str]) -> None:
        output, said = walked
        for step in ("open", "photos", "imei", "disconnect-proof", "slip", "label", "ship", "track"):
            assert f"\n$ returnctl {step} 10000001" in said
        for name in ("slip.pdf", "label.pdf"):
            paper = output / "returns" / "10000001" / "documents" / name
            assert paper.read_bytes().startswith(b"%PDF-")
            assert str(paper) in said
        assert sorted(path.name for path in output.iterdir()) == ["pictures", "returns"]

    @pytest.mark.timeout(120)
    def test_pictures_that_do_not_serve_stop_it(self, tmp_path: Path) -> None:
        own = tmp_path / "own"
        own.mkdir()
        (own / "back.jpg").write_text("no picture")
        ran = walk(tmp_path / "output", own)
        assert ran.returncode == 1
        assert "The demo stopped: `returnctl photos 10000001" in ran.stderr
        assert "Traceback" not in ran.stderr

    def test_a_folder_that_is_not_there_is_said_before_anything_is_installed(self, tmp_path: Path) -> None:
        shutil.copytree(SCRIPTS, tmp_path / "scripts")
        ran = run([tmp_path / "scripts" / "demo", "--photos", "nowhere"], PYTHON=sys.executable)
        assert ran.returncode == 2
        assert "nowhere is not a folder" in ran.stderr
        assert not (tmp_path / ".venv").exists()

    def test_it_writes_into_no_folder_that_holds_something(self, tmp_path: Path) -> None:
        (tmp_path / "full").mkdir()
        (tmp_path / "full" / "mine.txt").write_text("keep")
        ran = run([SCRIPTS / "demo", "--output", tmp_path / "full"], PYTHON=sys.executable)
        assert ran.returncode == 2
        assert "is not an empty folder" in ran.stderr


@pytest.mark.nightly  # which also runs the bench itself
@pytest.mark.skipif(not (ROOT / ".venv/bin/returnctl").exists(), reason="measures the checkout's environment")
def test_the_start_up_bench_measures_each_start() -> None:
    ran = run([sys.executable, SCRIPTS / "bench" / "startup", "--pairs", "1"])
    assert ran.returncode == 0, ran.stderr
    measured = re.findall(r"^(.+?) +[\d.]+x   at most [\d.]+", ran.stdout, re.M)
    assert measured == [
        "--version", "--help", "open --help", "completion", "status RETURN", "status RETURN --json", "config show",
        "status", "open: first byte", "points: first byte",
    ]  # fmt: skip


def test_the_scripts_are_executable() -> None:
    for path in (
        SCRIPTS / "demo",
        SCRIPTS / "test",
        SCRIPTS / "nightly",
        SCRIPTS / "torture",
        SCRIPTS / "_python",
        ROOT / ".ci" / "run",
    ):
        assert os.access(path, os.X_OK), path


def test_the_version_has_an_entry_in_the_changelog() -> None:
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text()
