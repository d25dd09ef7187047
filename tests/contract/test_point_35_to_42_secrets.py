"""The checklist, points 35 to 42: secrets and configuration."""

from __future__ import annotations

import os
import re
from pathlib import Path

import click
import keyring.core
import pytest

from returnctl.settings import VARIABLES
from tests.commands.keyrings import Memory
from tests.commands.running import ProcessRunner, Runner
from tests.commands.world import Sandbox, modes
from tests.contract.examples import LEAVES, command_of
from tests.contract.offline import ROOT, offline

#: Asked on a day of the sandbox's, whatever the clock of the profile says.
OPEN = "open 10000001 --reason faulty --wants refund --asked 2026-06-10"
CANARY = "tok-canary-3f7b"
SHOP = '[profile.shop]\nmarketplace = "returns-api"\nurl = "https://shop.example"\n'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "config" / "config.toml"
    file.parent.mkdir()
    return file


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch, staging: str) -> str:
    """A staging marketplace that is named by the environment alone, without a token."""
    monkeypatch.delenv("RETURNCTL_PROFILE")
    monkeypatch.setenv("RETURNCTL_MARKETPLACE", "returns-api")
    monkeypatch.setenv("RETURNCTL_MARKETPLACE_URL", staging)
    monkeypatch.setenv("RETURNCTL_ENVIRONMENT", "staging")
    return staging


def test_35_a_secret_comes_from_a_ladder_and_never_from_an_option(
    run_line: Runner, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in LEAVES:
        for param in command_of(name).params:
            if isinstance(param, click.Option) and not param.is_flag:
                assert not re.search(r"(token|secret|password|code)$", param.opts[0]) or param.opts[0] in (
                    "--confirmation",
                ), (name, param.opts)

    def origin() -> str | None:
        ran = run_line.attempt("auth status marketplace --profile shop --json")
        assert CANARY not in ran.stdout + ran.stderr
        return next(one["origin"] for one in ran.json["services"] if one["service"] == "marketplace")

    monkeypatch.setattr(keyring.core, "_keyring_backend", Memory())
    config.write_text(SHOP)
    assert origin() is None
    run_line("auth login --profile shop --token-file -", input=f"{CANARY}\n")
    assert origin() == "keyring"
    config.write_text(f'{SHOP}token_command = ["echo", "{CANARY}"]\n')
    assert origin() == "token_command"
    monkeypatch.setenv("RETURNCTL_MARKETPLACE_TOKEN", CANARY)
    assert origin() == "RETURNCTL_MARKETPLACE_TOKEN"


def test_36_the_keyring_is_the_last_and_its_failure_a_hint(
    run_line: Runner, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text(SHOP)
    asked = offline("auth", "status", "marketplace", "--profile", "shop", RETURNCTL_MARKETPLACE_TOKEN=CANARY)
    assert "keyring" not in asked.modules
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    ran = run_line(f"{OPEN} --profile shop", 4)
    assert "Traceback" not in ran.stderr
    assert "RETURNCTL_MARKETPLACE_TOKEN" in ran.stderr


def test_37_a_canary_is_seen_nowhere(
    run_line: Runner, shop: str, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RETURNCTL_MARKETPLACE_TOKEN", CANARY)
    monkeypatch.setenv("RETURNCTL_UPS_CLIENT_ID", CANARY)
    monkeypatch.setenv("RETURNCTL_UPS_CLIENT_SECRET", CANARY)
    lines = (
        OPEN, "message 10000001 Hello.", "status 10000001 --json", "config show", "auth status --json",
        "doctor --offline",
        "open 19999999 --reason faulty --wants refund", "open 10000001 --json", "messages 10000001",
    )  # fmt: skip
    for line in lines:
        ran = run_line.attempt(f"-vv {line}")
        assert CANARY not in ran.stdout + ran.stderr + ran.trace, line
    assert sandbox.ledger()["messages"] == 1
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) > 3
    assert not [path for path in written if CANARY.encode() in path.read_bytes()]


def test_38_what_is_written_is_the_users_alone(
    run_process: ProcessRunner, sandbox: Sandbox, workspace: Path, tmp_path: Path
) -> None:
    """Whatever the umask; that a file is born so: tests/returns/test_files.py."""
    before = os.umask(0)
    try:
        run_process(OPEN)
    finally:
        os.umask(before)
    found = modes(workspace)
    folders = {name for name in found if (workspace / name).is_dir()}
    assert {found[name] for name in folders} == {0o700}
    assert {mode for name, mode in found.items() if name not in folders} == {0o600}


def test_39_option_environment_file_default_and_the_origin_of_each(
    run_line: Runner, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def profile(options: str = "") -> tuple[str, str]:
        values = run_line(f"config show --json {options}").json["values"]
        return next((one["value"], one["origin"]) for one in values if one["name"] == "profile")

    assert profile() == ("manual", "default")
    config.write_text(f'default_profile = "shop"\n{SHOP}')
    assert profile() == ("shop", str(config))
    monkeypatch.setenv("RETURNCTL_PROFILE", "sandbox")
    assert profile() == ("sandbox", "RETURNCTL_PROFILE")
    assert profile("--profile manual") == ("manual", "--profile")
    people = run_line("config show").stdout
    assert re.search(r"^profile +sandbox +\(RETURNCTL_PROFILE\)$", people, re.M)


def test_40_where_the_configuration_is_and_what_is_wrong_with_it(
    run_line: Runner, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_line("config path").stdout == f"{config}\n"
    config.write_text('default_profile = "shop"\n[profile.shop]\nmarketplce = "manual"\n')
    assert "`marketplce` is not a setting; did you mean `marketplace`?" in run_line("config show").stderr
    config.write_text("default_profile = 'shop'\n[profile.shop\n")
    assert "line 2" in run_line("config show", 2).stderr
    monkeypatch.delenv("RETURNCTL_CONFIG_DIR")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    assert run_line("config path").stdout == f"{tmp_path}/xdg/returnctl/config.toml\n"


def test_41_variables_have_one_form_and_are_all_documented() -> None:
    for name in LEAVES:
        for param in command_of(name).params:
            assert param.envvar is None, (name, param.name)  # ours are read in settings, each by its name
    documented = " ".join([*VARIABLES, *VARIABLES.values()])
    sources = "\n".join(path.read_text() for path in (ROOT / "returnctl").rglob("*.py"))
    for variable in set(re.findall(r'"(RETURNCTL_[A-Za-z_]+[A-Za-z])"', sources)):
        assert re.fullmatch(r"RETURNCTL_[A-Z_]+", variable)
        assert variable in documented, variable


def test_42_environments_never_meet_and_plain_http_is_for_this_machine(
    run_line: Runner, shop: str, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETURNCTL_MARKETPLACE_TOKEN", CANARY)
    monkeypatch.setenv("RETURNCTL_ENVIRONMENT", "production")
    assert "staging" in run_line(OPEN, 2).stderr
    monkeypatch.setenv("RETURNCTL_ENVIRONMENT", "staging")
    monkeypatch.setenv("RETURNCTL_MARKETPLACE_URL", "http://shop.example")
    assert "https" in run_line(OPEN, 2).stderr
    assert sandbox.ledger()["returns"] == 0
    monkeypatch.setenv("RETURNCTL_MARKETPLACE_URL", shop)
    run_line(OPEN)
    assert sandbox.ledger()["returns"] == 1
