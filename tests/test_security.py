"""S1 to S16: what could go wrong, and the tests that would notice. What has no room of its own is tested here."""

from __future__ import annotations

import ast
import importlib
import os
import re
import tomllib
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from returnctl.returns.held import safe_name
from tests.commands.pictures import Pictures
from tests.commands.running import Ran, Runner
from tests.commands.seen import Seen
from tests.commands.world import IMEI, NUMBER, Sandbox, modes
from tests.faults.gate import Gate

ROOT = Path(__file__).parents[1]
TOKEN, CODE = "canary-token-5d41402abc", "canary-code-7d793037a0"
#: A staging marketplace goes by the real clock, and the sandbox's deliveries are long ago for it.
OPEN = "open 10000001 --reason faulty --wants repair --accept coverage"
TABLE = {
    "S1 secrets in arguments": (
        "contract.test_options:test_no_option_takes_a_secret",
        "test_credentials:TestCommand.test_it_goes_through_no_shell_and_can_not_ask",
        "returns.test_locks:TestAnotherProcess.test_the_note_holds_no_more_of_its_command_than_the_name",
        "test_security:TestCanaries.test_no_process_has_one_among_its_arguments",
    ),
    "S2 secrets in output, state and logs": (
        "test_security:TestCanaries.test_nowhere",
        "test_http:TestWhatGoesOut.test_the_trace_holds_no_secret",
        "test_credentials:TestMask.test_a_secret_is_masked_however_it_is_shown",
    ),
    "S3 a keyring that hangs": (
        "test_credentials:TestKeyring.test_one_that_hangs_is_not_waited_for",
        "test_credentials:TestKeyring.test_one_that_fails",
        "commands.test_auth:TestWithoutAKeyring.test_one_that_would_write_it_in_plain_text",
    ),
    "S4 names that lead elsewhere": (
        "test_security:TestNames.test_of_files",
        "test_security:TestNames.test_of_returns",
        "returns.test_files:TestLinks.test_a_linked_folder_is_not_written_into",
        "returns.test_workspace:TestFinding.test_a_linked_folder_is_no_return",
    ),
    "S5 pictures that explode": (
        "evidence.test_prepare:test_a_900_megapixel_png_is_refused_unopened",
        "faults.test_sweeps:test_each_in_short",
        "evidence.test_prepare:test_what_is_no_picture_says_what_it_is",
    ),
    "S6 places and serial numbers in pictures": (
        "evidence.test_copies:test_no_planted_byte_survives",
        "evidence.test_copies:test_no_planted_byte_survives_in_a_screenshot_that_stays_png",
    ),
    "S7 control characters of servers": (
        "test_output:TestSafe.test_escape_sequences_go_as_a_whole",
        "test_output:TestDocuments.test_no_control_character_is_in_it",
        "carriers.test_untrusted:TestText.test_nothing_unsafe_is_left",
    ),
    "S8 formulas in tables": ("test_security:test_no_table_is_written_for_spreadsheets",),
    "S9 what a PDF or a label could do": (
        "documents.test_hostile:test_made_harmless",
        "documents.test_hostile:test_refused_in_one_clear_line",
    ),
    "S10 TLS and redirects": (
        "carriers.test_wire:TestTls.test_an_unknown_signer",
        "test_http:TestRedirects.test_another_port_sees_no_secret",
        "test_http:TestRedirects.test_unsafe_targets",
    ),
    "S11 addresses inside": (
        "marketplaces.test_backmarket_hosts:test_there_are_forty_of_them",
        "test_http:TestRedirects.test_from_the_internet_to_private_addresses",
        "carriers.test_wire:TestNotSent.test_public_only",
    ),
    "S12 answers without end": (
        "carriers.test_wire:TestBrokenAnswers.test_too_much",
        "carriers.test_wire:TestBrokenAnswers.test_dripping_ends_at_the_deadline",
    ),
    "S13 loading that runs code": ("test_security:test_nothing_is_loaded_that_could_run",),
    "S14 files for all to read": (
        "test_security:test_nobody_else_may_read",
        "test_security:test_a_workspace_that_others_may_write_to",
        "returns.test_files:TestWriting.test_while_it_is_written_nobody_else_can_read_it",
    ),
    "S15 what we are built of": ("test_security:test_each_dependency_has_its_reason_and_a_floor",),
    "S16 words that become commands": (
        "test_security:test_no_shell",
        "test_credentials:TestCommand.test_it_goes_through_no_shell_and_can_not_ask",
    ),
}


@pytest.mark.parametrize("risk", TABLE)
def test_the_table_names_tests_that_are_there(risk: str) -> None:
    for name in TABLE[risk]:
        module, _, path = name.partition(":")
        found: object = importlib.import_module(f"tests.{module}")
        for part in path.split("."):
            found = getattr(found, part)
        assert callable(found)


def test_every_risk_has_a_line() -> None:
    assert [risk.split()[0] for risk in TABLE] == [f"S{number}" for number in range(1, 17)]


class TestCanaries:
    """A token and an unlock code that would be known anywhere."""

    @pytest.fixture
    def staging(self, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
        with Gate(sandbox.url, environment="staging") as gate:
            monkeypatch.delenv("RETURNCTL_PROFILE")
            monkeypatch.setenv("RETURNCTL_MARKETPLACE", "returns-api")
            monkeypatch.setenv("RETURNCTL_MARKETPLACE_URL", gate.url)
            monkeypatch.setenv("RETURNCTL_MARKETPLACE_TOKEN", TOKEN)
            monkeypatch.setenv("RETURNCTL_ENVIRONMENT", "staging")
            monkeypatch.setenv("RETURNCTL_DEBUG", "1")
            monkeypatch.setenv("RETURNCTL_UPS_CLIENT_ID", "me")
            monkeypatch.setenv("RETURNCTL_UPS_CLIENT_SECRET", TOKEN)
            monkeypatch.setenv("RETURNCTL_UPS_ACCOUNT", "A1B2C3")
            yield gate

    def test_nowhere(
        self, run_line: Runner, sandbox: Sandbox, staging: Gate, pictures: Pictures, tmp_path: Path
    ) -> None:
        said = [self._attempt(run_line, line, pictures) for line in self._LINES]
        for fault in ("401", "403", "500", "lost-answer", "drop"):
            sandbox.faults(f"{fault}@*/v1/*")
            said += [
                self._attempt(run_line, line, pictures)
                for line in (f"message 10000001 {fault}", "auth status")
            ]
        staging.cut("GET", "/v1/about", handled=True)
        said.append(self._attempt(run_line, "messages 10000001", pictures))
        assert [ran.exit for ran in said].count(0) > 8
        for ran in said:
            for text in (ran.stdout, ran.stderr, ran.trace):
                assert TOKEN not in text, ran.line
                assert CODE not in text or "--text" in ran.line, ran.line
        for path in tmp_path.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                assert TOKEN.encode() not in content, path
                assert CODE.encode() not in content, path

    _LINES = (
        OPEN,
        "photos 10000001 --view back={phone}/back.jpg",
        f"imei 10000001 {IMEI}",
        "disconnect-proof 10000001 --none never",
        "slip 10000001 --unlock-code-stdin",
        "slip 10000001 --unlock-code-stdin --json",
        "slip 10000001 --unlock-code-stdin --dry-run",
        "label 10000001",
        "label 10000001 --buy --carrier ups --yes",
        f"label 10000001 --number {NUMBER} --again",
        "track 10000001",
        "ship 10000001 --battery ok --sent",
        "messages 10000001",
        "status 10000001 --json",
        "auth status --json",
        "config show",
        "verify 10000001",
    )

    @staticmethod
    def _attempt(run_line: Runner, line: str, pictures: Pictures) -> Ran:
        given = f"{CODE}\n" if "stdin" in line else None
        return run_line.attempt(f"-vv {line} --no-input", input=given, phone=pictures.phone)

    def test_no_process_has_one_among_its_arguments(
        self, run_line: Runner, staging: Gate, seen: Seen, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What is started by us, while a token is known, is started without it."""
        import subprocess

        from returnctl.documents import guard

        guard._children.close()  # what an earlier test started would serve this one
        seen.forget()
        started: list[str] = []
        real = subprocess.Popen.__init__

        def starting(process: object, arguments: object, *given: object, **named: object) -> None:
            started.append(repr(arguments))
            real(process, arguments, *given, **named)  # type: ignore[call-overload]

        monkeypatch.setattr(subprocess.Popen, "__init__", starting)
        run_line(OPEN)
        run_line("label 10000001")
        assert started
        assert not [words for words in started if TOKEN in words]


PIECES = ("..", ".", "/", "\\", "%2e%2e", "%2f", "\x00", "\n", "\u2215", "\uff0f", "\u202e", "CON", "NUL.txt",
          "a", "~", "$HOME", "-rf", ":", "*", "label.pdf", " ", "\x1b[2J", "é" * 70)  # fmt: skip
NAMES = ["".join(parts) for parts in (*product(PIECES, PIECES), *product(PIECES, "/", PIECES, "/."))]


class TestNames:
    """A thousand names, of files and of returns, and none that leads out of its folder."""

    def test_of_files(self) -> None:
        assert len(NAMES) > 1_000
        for name in NAMES:
            safe = safe_name(name)
            assert safe not in {"", ".", ".."}
            assert not re.search(r"[/\\\x00-\x1f\u2215\uff0f\u202e]", safe), (name, safe)
            assert len(safe.encode()) <= 120
            assert not safe.startswith((".", "-")), (name, safe)

    def test_of_returns(self, run_line: Runner, tmp_path: Path) -> None:
        before = sorted(tmp_path.rglob("*"))
        for name in NAMES[::40]:
            ran = run_line.attempt(["status", "--order", name, "--no-input"])
            assert ran.exit in (2, 5), (name, ran)
        assert sorted(tmp_path.rglob("*")) == before


def test_nobody_else_may_read(
    run_line: Runner, sandbox: Sandbox, pictures: Pictures, workspace: Path
) -> None:
    """Whatever the umask: everything that a return gathers is its owner's alone."""
    before = os.umask(0)
    try:
        run_line("open 10000001 --reason faulty --wants refund")
        run_line("disconnect-proof 10000001 {proof}", proof=pictures.phone / "disconnect-proof.png")
        run_line("slip 10000001")
        run_line("label 10000001")
    finally:
        os.umask(before)
    found = modes(workspace)
    folders = {name for name in found if (workspace / name).is_dir()}
    assert {found[name] for name in folders} == {0o700}
    assert {mode for name, mode in found.items() if name not in folders} == {0o600}


def test_a_workspace_that_others_may_write_to(run_line: Runner, sandbox: Sandbox, workspace: Path) -> None:
    """Opened up by hand: it is said when it is used, and the work goes on."""
    run_line("open 10000001 --reason faulty --wants refund")
    (workspace / "10000001").chmod(0o777)
    assert "chmod 700" in run_line("slip 10000001").stderr
    (workspace / "10000001").chmod(0o700)
    assert "chmod" not in run_line("slip 10000001").stderr


def _calls() -> Iterator[tuple[Path, ast.Call]]:
    for path in sorted((ROOT / "returnctl").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                yield path, node


def test_no_shell() -> None:
    """Programs get a list of words; nothing that a stranger wrote is ever put together to a command."""
    started = 0
    for path, call in _calls():
        name = ast.unparse(call.func)
        assert name not in {"os.system", "os.popen", "eval", "exec"}, path
        if name.startswith("subprocess."):
            started += 1
            assert not [word for word in call.keywords if word.arg == "shell"], path
            assert not isinstance(call.args[0], ast.JoinedStr | ast.Constant | ast.BinOp), path
    assert started


def test_nothing_is_loaded_that_could_run() -> None:
    for path in (ROOT / "returnctl").rglob("*.py"):
        found = re.findall(
            r"^\s*(?:import|from) (pickle|marshal|shelve|dill|yaml|xml)\b", path.read_text(), re.MULTILINE
        )
        assert not found, path


def test_no_table_is_written_for_spreadsheets() -> None:
    """There is no CSV of ours yet; who adds one has to think of formulas, and of this test."""
    for path in (ROOT / "returnctl").rglob("*.py"):
        assert "csv.writer" not in path.read_text() or "formula" in path.read_text(), path


def test_each_dependency_has_its_reason_and_a_floor() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    dependencies = tomllib.loads(text)["project"]["dependencies"]
    assert len(dependencies) <= 18
    for dependency in dependencies:
        assert ">=" in dependency
        assert re.search(rf'^  "{re.escape(dependency)}",\s+# \S', text, re.MULTILINE), dependency
    assert "pillow>=12.2" in dependencies  # fixes of its FITS, PSD and PDF readers
