"""TAB: commands, options, returns, views and files; quick, offline, and silent whatever goes wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest
from click.shell_completion import BashComplete

from returnctl import places
from returnctl.cli import COMMANDS, cli
from returnctl.returns import devices
from returnctl.vocabulary import KINDS
from tests.commands.running import Runner
from tests.commands.world import BY_HAND
from tests.test_startup import imported

ROOT = Path(__file__).resolve().parent.parent


class Tab:
    """What is offered after a line; a space at its end begins a new word."""

    def __call__(self, line: str) -> list[str]:
        return [item for kind, item in self.items(line) if kind == "plain"]

    def items(self, line: str) -> list[tuple[str, str]]:
        words = line.split()
        incomplete = "" if line.endswith(" ") else words.pop()
        found = BashComplete(cli, {}, "returnctl", "_RETURNCTL_COMPLETE").get_completions(words, incomplete)
        return [(item.type, item.value) for item in found]


@pytest.fixture
def tab() -> Tab:
    return Tab()


@pytest.fixture
def returns(workspace: Path) -> Path:
    """A workspace with returns, and with what is none."""
    for name in ("10000001", "10000009-2", "10000009-2~2", "20000001"):
        (workspace / name).mkdir(parents=True)
        (workspace / name / "return.json").write_text("{}")
    (workspace / "10000005").mkdir()
    (workspace / ".returnctl" / "locks").mkdir(parents=True)
    (workspace / "notes").mkdir()
    return workspace


class TestCommands:
    def test_all_in_the_order_of_the_work(self, tab: Tab) -> None:
        assert tab(" ") == list(COMMANDS)

    def test_those_that_begin_so(self, tab: Tab) -> None:
        assert tab("st") == ["status"]
        assert tab("auth ") == ["login", "logout", "status"]
        assert tab("config s") == ["show"]

    @pytest.mark.parametrize("name", COMMANDS)
    def test_every_commands_options(self, tab: Tab, name: str) -> None:
        offered = tab(f"{name} --")
        assert "--help" in offered
        if name not in ("auth", "config", "sandbox"):
            assert {"--json", "--profile", "--dry-run"} <= set(offered)

    def test_hidden_options_stay_hidden(self, tab: Tab) -> None:
        assert "--no-originals" not in tab("imei --")

    def test_an_unknown_command_offers_nothing_of_its_own(self, tab: Tab) -> None:
        assert "10000001" not in tab("lable ")

    def test_choices(self, tab: Tab) -> None:
        assert tab("open --device ") == list(KINDS)
        assert tab("auth login u") == ["ups", "usps"]
        assert tab("help e") == ["exit-codes", "environment"]


@pytest.mark.usefixtures("returns")
class TestReturns:
    @pytest.mark.parametrize(
        "line",
        [
            "status ",
            "photos ",
            "open ",
            "track ",
            "verify ",
            "guide ",
            "status --order ",
            "--order ",
            "-q slip --json ",
        ],
    )
    def test_those_of_the_workspace(self, tab: Tab, line: str) -> None:
        assert tab(line) == ["10000001", "10000009/2", "10000009/2~2", "20000001"]

    def test_those_that_begin_so(self, tab: Tab) -> None:
        assert tab("label 2") == ["20000001"]
        assert tab("label 10000009/") == ["10000009/2", "10000009/2~2"]
        assert tab("label 3") == []

    def test_only_once_but_where_several_are_taken(self, tab: Tab) -> None:
        assert tab("status 10000001 ") == []
        assert "20000001" in tab("track 10000001 ")

    def test_of_another_workspace(self, tab: Tab, tmp_path: Path) -> None:
        (tmp_path / "other" / "77").mkdir(parents=True)
        (tmp_path / "other" / "77" / "return.json").write_text("{}")
        assert tab(f"status --workspace {tmp_path / 'other'} ") == ["77"]
        assert tab(f"--workspace {tmp_path / 'other'} status ") == ["77"]

    def test_inside_a_return(
        self, tab: Tab, returns: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RETURNCTL_WORKSPACE", str(tmp_path / "elsewhere"))
        monkeypatch.chdir(returns / "10000001")
        assert "20000001" in tab("status ")

    def test_in_the_documents_folder(
        self, tab: Tab, returns: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("RETURNCTL_WORKSPACE")
        (tmp_path / "home" / "Documents").mkdir(parents=True)
        returns.rename(tmp_path / "home" / "Documents" / "returns")
        assert "20000001" in tab("status ")

    @pytest.mark.parametrize("line", ["photos ", "disconnect-proof ", "photos 10000001 ", "label --file "])
    def test_files_where_they_are_taken(self, tab: Tab, line: str) -> None:
        assert ("file", "") in tab.items(line)

    def test_bash_sees_files_first_or_it_drops_the_returns(self, tab: Tab) -> None:
        assert [kind for kind, _ in tab.items("photos 1")][:2] == ["file", "plain"]

    def test_folders(self, tab: Tab) -> None:
        assert tab.items("status --workspace /t") == [("dir", "/t")]

    def test_no_files_where_none_are_taken(self, tab: Tab) -> None:
        assert all(kind == "plain" for kind, _ in tab.items("status "))


class TestViews:
    def test_of_every_kind(self, tab: Tab) -> None:
        every = {view for kind in KINDS for view in devices.views(kind)}
        assert set(tab("photos --without ")) == every
        assert set(tab("photos --view ")) == {f"{view}=" for view in every}

    def test_of_one_kind(self, tab: Tab) -> None:
        assert tab("photos --check --device console --without ") == list(devices.views("console"))

    def test_of_the_return_that_is_named(self, tab: Tab, run_line: Runner) -> None:
        run_line(f"open 10000001 {BY_HAND.replace('smartphone', 'computer')} --profile manual --no-input")
        assert tab("photos 10000001 --without ") == list(devices.views("computer"))
        assert tab("photos --order 10000001 --without back") == ["back-case", "back-closed"]

    def test_the_files_after_it(self, tab: Tab, tmp_path: Path) -> None:
        for name in ("IMG_1.jpg", "IMG_2.jpg", "other.jpg"):
            (tmp_path / name).write_bytes(b"")
        (tmp_path / "IMG").mkdir()
        assert tab(f"photos --view back={tmp_path}/IMG") == [
            f"back={tmp_path}/IMG/",
            f"back={tmp_path}/IMG_1.jpg",
            f"back={tmp_path}/IMG_2.jpg",
        ]


def test_profiles(tab: Tab, tmp_path: Path) -> None:
    assert {"manual", "sandbox"} <= set(tab("--profile "))
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text('[profile.shop]\nmarketplace = "manual"\n')
    assert tab("open --profile sh") == ["shop"]


class TestWhateverGoesWrong:
    @pytest.mark.parametrize(
        "line", ["status ", "photos --without ", "--profile ", "photos --view back=/nowhere/"]
    )
    def test_nothing_is_said(
        self, tab: Tab, workspace: Path, tmp_path: Path, line: str, capfd: pytest.CaptureFixture[str]
    ) -> None:
        workspace.write_text("no folder")
        (tmp_path / "config").mkdir()
        (tmp_path / "config" / "config.toml").write_text("[broken")
        tab(line)
        assert capfd.readouterr() == ("", "")

    def test_a_damaged_return_offers_every_view(self, tab: Tab, returns: Path) -> None:
        assert len(tab("photos 10000001 --without ")) > 10

    def test_a_folder_that_is_gone(
        self, tab: Tab, returns: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gone = tmp_path / "gone"
        gone.mkdir()
        monkeypatch.chdir(gone)
        gone.rmdir()
        assert tab("status ") == []


@pytest.mark.parametrize("words", ["returnctl status ", "returnctl photos 1", "returnctl label --"])
def test_it_costs_little(returns: Path, words: str) -> None:
    """No network, no marketplace, no picture library; not even our own records."""
    count = len(words.split()) - (not words.endswith(" "))
    found = imported(_RETURNCTL_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(count))
    assert (
        found & {"requests", "socket", "PIL", "keyring", "platformdirs", "msgspec", "pathlib", "tomllib"}
        == set()
    )


class TestShells:
    """The shipped files, in the shells that are installed here."""

    def environ(self) -> dict[str, str]:
        return {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}

    @pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash here")
    @pytest.mark.parametrize(
        ("words", "at", "reply"),
        [
            ("returnctl sta", 1, "status"),
            ("returnctl label 2", 2, "20000001"),
            ("returnctl photos 10000009/2~", 2, "10000009/2~2"),
        ],
    )
    def test_bash(self, returns: Path, words: str, at: int, reply: str) -> None:
        script = (
            f"compopt() {{ :; }}; source {ROOT}/completions/returnctl.bash; "
            f'COMP_WORDS=({words}); COMP_CWORD={at}; _returnctl_completion returnctl; echo "${{COMPREPLY[*]}}"'
        )
        said = subprocess.run(
            ["bash", "-c", script], env=self.environ(), capture_output=True, text=True, check=True, timeout=30
        )
        assert (said.stdout, said.stderr) == (f"{reply}\n", "")

    @pytest.mark.parametrize(
        ("shell", "line"), [("zsh_complete", "plain\nstatus\n"), ("fish_complete", "plain\nstatus\n")]
    )
    def test_the_protocol_of_the_others(self, shell: str, line: str) -> None:
        environ = {"_RETURNCTL_COMPLETE": shell, "COMP_WORDS": "returnctl sta", "COMP_CWORD": "1"}
        if shell == "fish_complete":
            environ["COMP_CWORD"] = "sta"
        said = subprocess.run(
            [sys.executable, "-m", "returnctl"],
            env=os.environ | environ,
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )
        assert "status" in said.stdout
        assert "Show where returns stand" in said.stdout

    @pytest.mark.parametrize(
        ("name", "holds"),
        [
            ("returnctl.bash", "complete -o nosort"),
            ("_returnctl", "#compdef returnctl"),
            ("returnctl.fish", "complete"),
        ],
    )
    def test_each_is_shipped(self, name: str, holds: str) -> None:
        assert holds in (ROOT / "completions" / name).read_text()


class TestDocumentsFolder:
    @pytest.mark.parametrize(
        "content",
        [
            None,
            "",
            'XDG_DOCUMENTS_DIR="$HOME/Dokumente"\n',
            '# XDG_DOCUMENTS_DIR="$HOME/no"\nXDG_MUSIC_DIR="$HOME/Musik"\n',
            'XDG_DOCUMENTS_DIR="/data/My Papers"\nXDG_MUSIC_DIR="$HOME"\n',
        ],
    )
    @pytest.mark.parametrize("variable", [None, "/elsewhere"])
    def test_is_the_one_of_platformdirs(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None, variable: str | None
    ) -> None:
        if not sys.platform.startswith("linux"):
            pytest.skip("elsewhere it is platformdirs that is asked")
        if content is not None:
            (tmp_path / "home" / ".config").mkdir(parents=True)
            (tmp_path / "home" / ".config" / "user-dirs.dirs").write_text(content)
        if variable:
            monkeypatch.setenv("XDG_DOCUMENTS_DIR", variable)
        assert places.documents() == platformdirs.user_documents_dir()
