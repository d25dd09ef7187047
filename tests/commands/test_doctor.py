"""`doctor`: what is well, what is worth knowing, what is to be mended, and an exit code that tells them apart."""

from __future__ import annotations

import socket
import tomllib
from pathlib import Path
from typing import Any

import pytest

from returnctl import machine
from returnctl.returns import locks
from returnctl.steps import doctor
from tests.commands.running import Ran, Runner
from tests.commands.world import Sandbox, tree

OFFLINE = "doctor --offline --json"
ROOT = Path(__file__).resolve().parents[2]


def by_name(ran: Ran) -> dict[str, Any]:
    return {check["name"]: check for check in ran.json["checks"]}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    return folder / "config.toml"


@pytest.fixture
def nowhere(config: Path) -> str:
    """The address of a port that nobody listens on; it is the profile's marketplace."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    config.write_text(
        'default_profile = "shop"\n[profile.shop]\nmarketplace = "returns-api"\nenvironment = "staging"\n'
        f'url = "{url}"\n'
    )
    return url


class TestAWellMachine:
    def test_offline(self, run_line: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object) -> None:
            raise AssertionError("a network was asked")

        monkeypatch.setattr(socket.socket, "connect", refuse)
        found = by_name(run_line(OFFLINE))
        assert [name for name, check in found.items() if check["state"] == "problem"] == []
        assert list(found)[:7] == [
            "python",
            "libraries",
            "config",
            "workspace",
            "locks",
            "returns",
            "keyring",
        ]
        assert found["services"]["state"] == "note"

    def test_with_the_sandbox(self, run_line: Runner, sandbox: Sandbox) -> None:
        before = sandbox.whole_ledger()
        found = by_name(run_line("doctor --json"))
        for name in ("marketplace", "ups", "usps", "fedex"):
            assert found[name]["state"] == "ok", found[name]
        assert sandbox.whole_ledger() == before

    def test_a_line_for_each(self, run_line: Runner) -> None:
        lines = run_line("doctor --offline").stdout.splitlines()
        assert {line[0] for line in lines if line[0] != " "} <= {"✓", "–"}
        assert any(line.startswith("✓ locks ") for line in lines)

    def test_versions_are_named_to_who_asks(self, run_line: Runner) -> None:
        assert "pillow" in by_name(run_line(OFFLINE))["libraries"]["message"]
        assert "pillow" in run_line("doctor --offline -v").stdout
        assert "pillow" not in run_line("doctor --offline").stdout

    def test_the_libraries_are_those_of_the_project(self) -> None:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        named = {line.partition(">")[0].partition("[")[0] for line in project["dependencies"]}
        assert set(machine.LIBRARIES.values()) == named

    def test_nothing_is_left_behind(self, run_line: Runner, workspace: Path, tmp_path: Path) -> None:
        workspace.mkdir()
        before = tree(tmp_path)
        run_line(OFFLINE)
        assert tree(tmp_path) == before

    def test_a_workspace_that_is_not_there_is_not_made(self, run_line: Runner, workspace: Path) -> None:
        check = by_name(run_line(OFFLINE))["workspace"]
        assert "made when" in check["message"]
        assert not workspace.exists()

    def test_a_dry_run_writes_nothing_at_all(self, run_line: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(machine, "scratch", lambda _: pytest.fail("it wrote"))
        run_line(f"{OFFLINE} --dry-run")


class TestConfiguration:
    @pytest.mark.parametrize(
        "text",
        ["[profile", '[profile.shop]\nmarketplace = "ebay"\n', 'default_profile = "gone"\n', "profile = 1\n"],
    )
    def test_that_can_not_be_used(self, run_line: Runner, config: Path, text: str) -> None:
        config.write_text(text)
        ran = run_line("doctor --json", 2)
        assert by_name(ran)["config"]["state"] == "problem"
        assert "config" in ran.error["message"]
        assert ran.error["exit"] == 2

    def test_a_profile_that_is_not_in_use_is_looked_at_too(self, run_line: Runner, config: Path) -> None:
        config.write_text('[profile.shop]\nmarketplace = "ebay"\n')
        run_line("doctor --profile manual --offline", 2)

    def test_an_unknown_setting_is_worth_knowing(self, run_line: Runner, config: Path) -> None:
        config.write_text('defualt_profile = "manual"\n')
        check = by_name(run_line(OFFLINE))["config"]
        assert (check["state"], "default_profile" in check["message"]) == ("note", True)

    def test_an_unknown_profile(self, run_line: Runner) -> None:
        run_line("doctor --offline --profile gone", 2)


class TestWorkspace:
    def test_a_file_in_its_place(self, run_line: Runner, workspace: Path) -> None:
        workspace.write_text("")
        assert by_name(run_line(OFFLINE, 2))["workspace"]["state"] == "problem"

    def test_a_folder_that_can_not_be_written(
        self, run_line: Runner, workspace: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("tempfile.TemporaryDirectory", refuse)
        found = by_name(run_line(OFFLINE, 2))
        for name in ("workspace", "locks"):
            assert found[name]["state"] == "problem"
            assert "RETURNCTL_WORKSPACE" in found[name]["hint"]

    def test_locks_that_do_not_hold(self, run_line: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(machine, "_take", lambda *_: 0)
        check = by_name(run_line(OFFLINE, 2))["locks"]
        assert "do not hold" in check["message"]

    def test_locks_that_are_never_free_again(self, run_line: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(machine, "_take", lambda *_: 3)
        run_line(OFFLINE, 2)

    @pytest.mark.parametrize(
        ("folder", "kind", "free", "says"),
        [
            ("Dropbox/returns", "ext4", 10**12, "synchronised"),
            ("returns", "nfs4", 10**12, "network"),
            ("returns", "ext4", 10**8, "little"),
            ("returns", "ext4", 10**12, None),
        ],
    )
    def test_what_is_worth_knowing(
        self, tmp_path: Path, folder: str, kind: str, free: int, says: str | None
    ) -> None:
        hint = doctor._worth_knowing(tmp_path / folder, kind, free)
        assert (says in hint) if hint and says else (hint, says) == (None, None)

    def test_one_that_others_may_write(self, run_line: Runner, workspace: Path) -> None:
        workspace.mkdir(mode=0o777)
        workspace.chmod(0o777)
        assert "chmod" in by_name(run_line(OFFLINE))["workspace"]["hint"]

    def test_returns(self, run_line: Runner, sandbox: Sandbox, workspace: Path) -> None:
        run_line("open 10000001 --reason faulty --wants refund")
        run_line("open 10000002 --reason faulty --wants refund")
        run_line("close 10000002 --outcome refunded")
        assert by_name(run_line(OFFLINE))["returns"]["message"] == "2, 1 open"
        (workspace / "10000001").chmod(0o755)
        assert "may read 10000001" in by_name(run_line(OFFLINE))["returns"]["message"]
        (workspace / "10000001" / "return.json").write_text("{}")
        check = by_name(run_line(OFFLINE))["returns"]
        assert ("10000001" in check["message"], "verify 10000001" in check["hint"]) == (True, True)

    def test_the_kind_of_file_system(self, tmp_path: Path) -> None:
        assert locks.file_system(Path("/proc/self")) in ("proc", "")
        assert locks.file_system(tmp_path) != "proc"


class TestSecrets:
    def test_a_keyring_that_nobody_needs(self, run_line: Runner) -> None:
        check = by_name(run_line(OFFLINE))["keyring"]
        assert (check["state"], "Nothing is needed" in check["message"]) == ("note", True)

    def test_a_keyring_that_holds_something(self, run_line: Runner, config: Path) -> None:
        config.with_name("keyring.json").write_text('{"manual":["ups"]}')
        assert by_name(run_line(OFFLINE, 4))["keyring"]["state"] == "problem"

    def test_a_missing_token(self, run_line: Runner, nowhere: str) -> None:
        ran = run_line("doctor --json", 4)
        assert by_name(ran)["marketplace"]["state"] == "problem"
        assert ran.error["code"] == "auth"

    def test_a_carrier_that_the_profile_names(self, run_line: Runner, config: Path) -> None:
        config.write_text('[profile.manual]\nmarketplace = "manual"\n[profile.manual.carriers.fedex]\n')
        ran = run_line("doctor --json", 4)
        assert "auth login fedex" in by_name(ran)["fedex"]["hint"]
        assert by_name(ran)["ups"]["state"] == "note"

    def test_a_token_that_is_refused(
        self, run_line: Runner, sandbox: Sandbox, config: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sandbox.faults("401:1")
        found = by_name(run_line("doctor --json", 4))
        for name in ("marketplace", "ups", "usps", "fedex"):
            assert found[name]["state"] == "problem"


class TestServices:
    def test_one_that_can_not_be_reached(
        self, run_line: Runner, nowhere: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RETURNCTL_MARKETPLACE_TOKEN", "canary")
        ran = run_line("doctor --json", 75)
        assert by_name(ran)["marketplace"]["state"] == "problem"
        assert "canary" not in ran.stdout + ran.stderr

    def test_one_that_never_answers(
        self, run_line: Runner, config: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(doctor, "PATIENCE_S", 0.3)
        monkeypatch.setenv("RETURNCTL_MARKETPLACE_TOKEN", "canary")
        with socket.create_server(("127.0.0.1", 0)) as silent:
            config.write_text(
                'default_profile = "shop"\n[profile.shop]\nmarketplace = "returns-api"\nenvironment = "staging"\n'
                f'url = "http://127.0.0.1:{silent.getsockname()[1]}"\n'
            )
            assert by_name(run_line("doctor --json", 75))["marketplace"]["state"] == "problem"

    def test_what_is_wrong_here_goes_first(
        self, run_line: Runner, nowhere: str, workspace: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RETURNCTL_MARKETPLACE_TOKEN", "canary")
        workspace.write_text("")
        run_line("doctor", 2)

    def test_what_is_missing_goes_before_what_can_not_be_reached(
        self, run_line: Runner, nowhere: str, config: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RETURNCTL_MARKETPLACE_TOKEN", "canary")
        config.write_text(config.read_text() + "[profile.shop.carriers.ups]\n")
        run_line("doctor", 4)


@pytest.mark.parametrize("name", machine.PROGRAMS)
def test_a_program_that_is_not_installed_is_worth_knowing(
    run_line: Runner, monkeypatch: pytest.MonkeyPatch, name: str, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    check = by_name(run_line(OFFLINE))[name]
    assert (check["state"], "not installed" in check["message"]) == ("note", True)
    program = tmp_path / name
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert by_name(run_line(OFFLINE))[name]["state"] == "ok"


def test_a_broken_library(run_line: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(machine.LIBRARIES, "zxingcpp_gone", "zxing-cpp")
    check = by_name(run_line(OFFLINE, 2))["libraries"]
    assert "zxing-cpp can't be used" in check["message"]
