"""`config`: each value in force with its origin, and a first file that changes nothing by itself."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from returnctl.settings import Settings
from tests.commands.running import Runner
from tests.commands.world import tree

SHOP = """
default_profile = "shop"
[profile.shop]
marketplace = "returns-api"
url = "https://shop.example"
market = "de-de"
token_command = ["echo", "canary"]
[profile.shop.carriers.ups]
environment = "test"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The configuration file; it is not there yet."""
    folder = tmp_path / "config"
    folder.mkdir()
    return folder / "config.toml"


def shown(run_line: Runner, options: str = "") -> dict[str, tuple[object, str]]:
    values = run_line(f"config show --json {options}").json["values"]
    return {one["name"]: (one["value"], one["origin"]) for one in values}


class TestPath:
    def test_names_the_file(self, run_line: Runner, config: Path) -> None:
        assert run_line("config path").stdout == f"{config}\n"
        assert run_line("config path --json").json["exists"] is False

    def test_of_a_broken_file(self, run_line: Runner, config: Path) -> None:
        config.write_text("[profile")
        result = run_line("config path --json").json
        assert (result["path"], result["exists"]) == (str(config), True)


class TestInit:
    def test_writes_a_file_that_changes_nothing(self, run_line: Runner, config: Path) -> None:
        before = shown(run_line)
        assert run_line("config init --json").json["written"] is True
        assert config.stat().st_mode & 0o777 == 0o600
        after = shown(run_line)
        assert after | {"config_file": ()} == before | {"config_file": ()}
        assert "default, not there" not in after["config_file"]

    def test_its_examples_are_settings(self, run_line: Runner, config: Path) -> None:
        run_line("config init")
        lines = [line.removeprefix("# ") for line in config.read_text().splitlines()]
        settings_alone = [line for line in lines if re.match(r"\[[\w.]+\]$|\w+ = ", line)]
        config.write_text("\n".join(settings_alone))
        settings = Settings()
        defined = tomllib.loads(config.read_text())["profile"]
        assert len(defined) >= 2
        for name in defined:
            assert settings.profile(name).name == name
        assert settings.chosen_profile()[0] in defined
        assert settings.warnings == []

    def test_again(self, run_line: Runner, config: Path) -> None:
        run_line("config init")
        assert run_line("config init --json").json["written"] is False

    @pytest.mark.parametrize("link", [False, True])
    def test_never_over_another_file(
        self, run_line: Runner, config: Path, tmp_path: Path, link: bool
    ) -> None:
        there = tmp_path / "theirs.toml" if link else config
        there.write_text(SHOP)
        if link:
            config.symlink_to(there)
        error = run_line("config init --json", 6).error
        assert str(config) in error["message"]
        assert there.read_text() == SHOP

    def test_a_dry_run(self, run_line: Runner, config: Path) -> None:
        run_line("config init --dry-run")
        assert tree(config.parent) == {}


class TestShow:
    def test_without_anything(self, run_line: Runner, config: Path, workspace: Path) -> None:
        found = shown(run_line)
        assert found["config_file"] == (str(config), "RETURNCTL_CONFIG_DIR, not there")
        assert found["workspace"] == (str(workspace), "RETURNCTL_WORKSPACE")
        assert found["profile"] == ("manual", "default")
        assert found["environment"] == ("production", "built in")

    def test_each_source_in_its_turn(
        self, run_line: Runner, config: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        config.write_text(SHOP)
        assert shown(run_line)["profile"] == ("shop", str(config))
        monkeypatch.setenv("RETURNCTL_PROFILE", "manual")
        assert shown(run_line)["profile"] == ("manual", "RETURNCTL_PROFILE")
        assert shown(run_line, "--profile sandbox")["profile"] == ("sandbox", "--profile")

    def test_a_profile_of_the_file(self, run_line: Runner, config: Path) -> None:
        config.write_text(SHOP)
        found = shown(run_line)
        table = f"{config} [profile.shop]"
        assert found["url"] == ("https://shop.example", table)
        assert found["environment"] == ("production", "default")
        assert found["carriers.ups"] == ("test", f"{config} [profile.shop.carriers.ups]")
        assert found["carriers.fedex"] == ("production", "as the marketplace")

    def test_a_profile_of_the_environment(self, run_line: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("RETURNCTL_MARKETPLACE", "returns-api")
        monkeypatch.setenv("RETURNCTL_MARKETPLACE_URL", "https://shop.example")
        found = shown(run_line)
        assert found["profile"] == ("environment", "RETURNCTL_MARKETPLACE")
        assert found["url"] == ("https://shop.example", "RETURNCTL_MARKETPLACE_URL")
        assert found["market"] == ("en-us", "default")

    def test_the_market_of_the_manual_profile(
        self, run_line: Runner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RETURNCTL_MARKET", "fr-fr")
        assert shown(run_line)["market"] == ("fr-fr", "RETURNCTL_MARKET")

    @pytest.mark.parametrize(
        ("variable", "value", "options", "color"),
        [
            ("NO_COLOR", "1", "", (False, "NO_COLOR")),
            ("NO_COLOR", "1", "--color", (True, "--color")),
            ("FORCE_COLOR", "1", "", (True, "FORCE_COLOR")),
            ("FORCE_COLOR", "1", "--no-color", (False, "--no-color")),
            ("TERM", "dumb", "", (False, "TERM")),
            ("TERM", "xterm", "", ("on a terminal", "default")),
        ],
    )
    def test_colour(
        self,
        run_line: Runner,
        monkeypatch: pytest.MonkeyPatch,
        variable: str,
        value: str,
        options: str,
        color: tuple[object, str],
    ) -> None:
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv(variable, value)
        assert shown(run_line, options)["color"] == color

    def test_switches(self, run_line: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
        assert shown(run_line)["json"] == (True, "--json")
        assert shown(run_line)["no_input"] == (True, "--json")
        monkeypatch.setenv("RETURNCTL_JSON", "1")
        assert shown(run_line)["json"] == (True, "RETURNCTL_JSON")

    def test_the_workspace_of_the_folder_one_stands_in(
        self, run_line: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "mine" / "10000001").mkdir(parents=True)
        (tmp_path / "mine" / "10000001" / "return.json").write_text("{}")
        monkeypatch.chdir(tmp_path / "mine" / "10000001")
        assert shown(run_line)["workspace"] == (str(tmp_path / "mine"), "the folder you are in")

    def test_nothing_that_may_be_a_secret(
        self, run_line: Runner, config: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        config.write_text(SHOP.replace("https://", "https://anna:canary@"))
        monkeypatch.setenv("RETURNCTL_MARKETPLACE_TOKEN", "canary")
        for options in ("", "--json", "-vv"):
            ran = run_line(f"config show {options}")
            assert "canary" not in ran.stdout + ran.stderr
        assert shown(run_line)["token_command"][0] == "echo …"

    def test_for_a_person(self, run_line: Runner, config: Path) -> None:
        config.write_text(SHOP)
        lines = run_line("config show").stdout.splitlines()
        assert f"url              https://shop.example  ({config} [profile.shop])" in lines

    def test_a_broken_file(self, run_line: Runner, config: Path) -> None:
        config.write_text("default_profile = \n")
        error = run_line("config show --json", 2).error
        assert (error["code"], "line 1" in error["message"]) == ("config", True)

    def test_a_number_that_no_machine_holds(self, run_line: Runner, config: Path) -> None:
        config.write_text(f"n = {'9' * 5000}\n")
        assert run_line("config show --json", 2).error["code"] == "config"

    def test_an_unknown_profile(self, run_line: Runner) -> None:
        assert "manual" in run_line("config show --profile shpo --json", 2).error["hint"]
