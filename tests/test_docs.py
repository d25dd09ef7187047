"""The guide pages agree with the program: exit codes, commands, options, variables, and each other's links."""

from __future__ import annotations

import importlib
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner

from returnctl.addresses import read_address
from returnctl.cli import COMMANDS, STEP_COMMANDS, cli
from returnctl.commands.common import EXIT_CODES
from returnctl.returns import devices
from returnctl.settings import VARIABLES, Settings
from returnctl.vocabulary import KINDS
from tests.commands.pictures import Pictures
from tests.commands.world import Sandbox

ROOT = Path(__file__).parents[1]
#: Written by hand; the reference is written from the commands themselves.
PAGES = [ROOT / "README.md", *sorted(set((ROOT / "docs").glob("*.md")) - {ROOT / "docs" / "reference.md"})]
README = (ROOT / "README.md").read_text()


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.M | re.S)


def command_lines() -> Iterator[tuple[str, str]]:
    """Every `returnctl …` line in the pages' shell blocks, with its page; continued lines joined."""
    for page in PAGES:
        for block in [*blocks(page, "sh"), *blocks(page, "console")]:
            for line in block.replace("\\\n", " ").splitlines():
                line = line.removeprefix("$ ")
                if line.startswith("returnctl "):
                    yield page.name, line


LINES = sorted(set(command_lines()))


def find(words: list[str]) -> click.Command:
    """The command that these words call, the sandbox's own among them."""
    if words[0] not in COMMANDS:
        assert words[0].startswith("-"), f"there is no command {words[0]}"
        return cli
    command: click.Command = importlib.import_module(
        f"returnctl.commands.{words[0].replace('-', '_')}"
    ).command
    return command.commands[words[1]] if isinstance(command, click.Group) else command


def test_the_readme_lists_every_exit_code_as_it_is() -> None:
    section = README.split("## Exit codes", 1)[1].split("\n## ", 1)[0]
    rows = dict(re.findall(r"^\| (\d+) \| (.+) \|$", section, re.M))
    assert rows == {str(code): meaning for code, meaning in EXIT_CODES.items()}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_named_in_the_readme(name: str) -> None:
    assert re.search(rf"^\|.*`{name}`.*\|", README, re.M)


def test_the_steps_are_listed_in_their_order() -> None:
    section = README.split("## The eight steps", 1)[1]
    assert re.findall(r"^\| `([a-z-]+)` \|", section, re.M)[:8] == list(STEP_COMMANDS)


@pytest.mark.parametrize(("page", "line"), LINES)
def test_every_command_line_shown_is_one_that_exists(page: str, line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    ours = words[: words.index("--")] if "--" in words else words
    known = {option for param in find(ours).params for option in (*param.opts, *param.secondary_opts)}
    unknown = [word for word in ours if word.startswith("--") and word.split("=")[0] not in known]
    assert unknown == []


@pytest.mark.parametrize("name", STEP_COMMANDS)
def test_the_buyer_s_page_shows_every_step(name: str) -> None:
    assert ("buyer.md", name) in {(page, line.split()[1]) for page, line in LINES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_variable_named_is_read(page: Path) -> None:
    named = set(re.findall(r"(?<!_)RETURNCTL_[A-Z_]+[A-Z]", page.read_text()))
    words = " ".join([*VARIABLES, *VARIABLES.values()])
    carriers = {f"RETURNCTL_UPS_{part}" for part in ("CLIENT_ID", "CLIENT_SECRET", "ACCOUNT")}
    assert {name for name in named if name not in words} <= carriers


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text()):
        path, _, anchor = target.partition("#")
        if path.startswith("https://"):
            continue
        found = page.parent / path
        assert found.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", found.read_text(), re.M)
            assert anchor in {heading.lower().replace(" ", "-") for heading in headings}


def test_the_configuration_shown_is_one_that_works(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(blocks(ROOT / "README.md", "toml")[0])
    settings = Settings({"RETURNCTL_CONFIG_DIR": str(tmp_path)})
    name, _ = settings.chosen_profile()
    assert name
    assert settings.profile(name).marketplace == "returns-api"
    assert settings.warnings == []


def test_the_address_shown_is_one_that_works(tmp_path: Path) -> None:
    path = tmp_path / "address.toml"
    path.write_text(blocks(ROOT / "docs" / "staff.md", "toml")[0])
    assert tomllib.loads(path.read_text())["city"] == read_address(path).city


def test_the_views_shown_are_the_devices() -> None:
    table = (ROOT / "docs" / "buyer.md").read_text()
    shown = {
        kind: re.findall(r"`([a-z-]+)`", views)
        for kinds, views in re.findall(r"^\| ([a-z, ]+) \| (`.+`) \|$", table, re.M)
        for kind in kinds.split(", ")
    }
    assert shown == {kind: list(devices.views(kind)) for kind in KINDS}


def test_the_contract_has_as_many_operations_as_its_page_says() -> None:
    paths = yaml.safe_load((ROOT / "docs" / "marketplace-api.yaml").read_text())["paths"].values()
    operations = [method for path in paths for method in path if method in ("get", "post", "put", "delete")]
    assert len(operations) == 12
    assert "twelve operations" in (ROOT / "docs" / "marketplace.md").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_fit_a_screen(page: Path) -> None:
    prose = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.M | re.S)
    assert [line for line in prose.splitlines() if len(line) > 120 and not line.startswith("|")] == []


def test_the_transcript_is_a_real_run(
    sandbox: Sandbox, pictures: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every line shown is said, in that order; `…` stands for some. A label's number is as it comes."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pictures").symlink_to(pictures.phone)
    transcript = next(block for block in blocks(ROOT / "README.md", "console") if "returnctl open" in block)
    runs = re.findall(r"^\$ returnctl (.+)\n((?:(?!\$ ).*\n)*)", transcript, re.M)
    assert len(runs) >= len(STEP_COMMANDS)
    for line, shown in runs:
        ran = CliRunner().invoke(cli, shlex.split(line))
        assert ran.exit_code == 0, (line, ran.output)
        pattern = "".join(
            r"(?:.*\n)+" if part == "…" else re.escape(_without_number(part)) + "\n"
            for part in shown.strip().splitlines()
        )
        assert re.fullmatch(pattern, _without_number(ran.output).strip() + "\n"), (line, ran.output)


def _without_number(text: str) -> str:
    return re.sub(r"1Z[0-9A-Z]{16}", "1Z", text)
