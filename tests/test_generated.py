"""Completion files, manual pages and the reference say what the command tree says."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

from returnctl.cli import COMMANDS
from returnctl.commands.common import EXIT_CODES
from returnctl.settings import VARIABLES

ROOT = Path(__file__).resolve().parent.parent


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gen_docs", ROOT / "scripts" / "_gen_docs.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = _load()
FILES: dict[Path, str] = dict(GENERATOR.files())
PAGES = list(GENERATOR.pages())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_file_is_current(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == FILES[path], "run scripts/gen-docs"


def test_none_is_left_over() -> None:
    assert GENERATOR.stale(FILES) == []


def test_every_command_has_a_page_of_its_own() -> None:
    names = {page.name for page in PAGES}
    assert {f"returnctl {name}" for name in COMMANDS} <= names
    assert {"returnctl auth login", "returnctl config show", "returnctl sandbox serve"} <= names


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_page_is_whole(page: object) -> None:
    assert page.summary.endswith(".")  # type: ignore[attr-defined]  # a Page of the generator
    assert page.usage.startswith(page.name)  # type: ignore[attr-defined]  # as above
    text = FILES[ROOT / "man" / f"{page.name.replace(' ', '-')}.1"]  # type: ignore[attr-defined]  # as above
    assert text.isascii()
    assert "\b" not in text
    for name, _ in page.options:  # type: ignore[attr-defined]  # as above
        assert GENERATOR._roff(name) in text


def test_examples_are_of_the_command_itself() -> None:
    for page in PAGES:
        for line in page.examples:
            assert "returnctl" in line, page.name


def test_the_reference_has_every_code_and_variable() -> None:
    text = FILES[ROOT / "docs" / "reference.md"]
    for code, words in EXIT_CODES.items():
        assert f"| {code} | {words} |" in text
    for name in VARIABLES:
        assert f"| `{name}` |" in text


def test_the_links_of_the_reference_lead_somewhere() -> None:
    text = FILES[ROOT / "docs" / "reference.md"]
    headings = {
        line.lstrip("# ").lower().replace(" ", "-") for line in text.splitlines() if line.startswith("#")
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= headings


@pytest.mark.skipif(not shutil.which("groff"), reason="there is no groff here")
def test_a_manual_page_is_clean() -> None:
    paths = [str(path) for path in FILES if path.suffix == ".1"]
    said = subprocess.run(
        ["groff", "-man", "-ww", "-Tutf8", *paths], capture_output=True, text=True, check=True, timeout=60
    )
    assert said.stderr == ""
    assert "Open the return, or adopt the one that exists" in said.stdout


def test_what_is_not_current_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = {path: text + "x" for path, text in list(FILES.items())[:1]}
    monkeypatch.setattr(GENERATOR, "files", lambda: iter(changed.items()))
    monkeypatch.setattr(GENERATOR, "stale", lambda wanted: [])
    monkeypatch.setattr("sys.argv", ["gen-docs", "--check"])
    assert GENERATOR.main() == 1
    assert "completions/returnctl.bash is not current" in capsys.readouterr().err
