"""The checklist, points 12 to 23: what goes where, in which form, and in which colours."""

from __future__ import annotations

import json

import pytest

from tests.commands.running import Names, ProcessRunner, Runner
from tests.commands.terminal import on_a_terminal
from tests.commands.world import BY_HAND, NUMBER, Sandbox
from tests.contract.examples import EXAMPLES

OPEN = "open 10000001 --reason faulty --wants refund"
ALWAYS = {"schema", "return", "order", "line", "role", "sent", "needed", "next"}
#: What the contract promises beside them; more may come, none may go.
KEYS = {
    "open": {"case", "directory", "adopted", "device", "coverage", "reply_due"},
    "photos": {"photos", "missing", "unassigned", "messages"},
    "imei": {"imei", "serial", "valid", "source", "matches_order"},
    "disconnect-proof": {"proofs", "accounts_needed", "accounts_missing"},
    "slip": {"path", "pages", "text"},
    "label": {
        "path", "carrier", "tracking_number", "source", "price", "price_basis", "state", "valid_until", "label_due",
    },
    "ship": {"method", "carrier", "tracking_number", "pickup", "label_read", "told_seller"},
    "track": {"parcels"},
    "status": {"returns"},
    "points": {"points"},
    "inbox": {"returns"},
}  # fmt: skip


@pytest.fixture
def by_hand(run_line: Runner) -> None:
    """A return that needs no service."""
    run_line(f"open 10000001 {BY_HAND}")


def test_12_results_and_words_go_apart(run_process: ProcessRunner, sandbox: Sandbox) -> None:
    ran = run_process(OPEN)
    assert "Return 10000001" in ran.stdout
    assert "Next: returnctl photos 10000001\n" in ran.stderr
    assert "Next:" not in ran.stdout


def test_15_json_on_a_terminal_asks_nothing_and_has_no_colour(by_hand: None) -> None:
    shown = on_a_terminal("close 10000001 --json", env={"FORCE_COLOR": "1"})
    assert shown.exit == 2
    assert set(json.loads(shown.screen)["error"]) == {"code", "exit", "message", "hint"}
    shown = on_a_terminal("status 10000001 --json", env={"FORCE_COLOR": "1"})
    assert "\x1b" not in shown.screen
    json.loads(shown.screen)


@pytest.mark.usefixtures("prepared")
def test_16_keys_stay(run_line: Runner, names: Names) -> None:
    """What they hold: test_json."""
    for name, keys in KEYS.items():
        document = run_line(f"{name} {EXAMPLES[name].well} --json", **names).json
        assert document["schema"] == 1
        assert document.keys() >= keys | ALWAYS, name


def test_17_one_value_for_scripts_without_a_tool(run_line: Runner, by_hand: None) -> None:
    assert run_line("status 10000001 --field returns.0.next.command.1").stdout == "photos\n"
    assert run_line("--field next status 10000001").stdout == "\n"
    assert run_line("status 10000001 --field returns.0.next.command").json == [
        "returnctl",
        "photos",
        "10000001",
    ]
    error = run_line("status 10000001 --field retuns", 2).error
    assert "Did you mean `returns`" in error["hint"]
    failed = run_line("status 10000099 --field returns", 5)
    assert (failed.stdout, failed.error["code"]) == ("", "not-found")


@pytest.mark.parametrize(
    ("line", "env", "coloured"),
    [
        ("status 10000001", {}, True),
        ("status 10000001", {"NO_COLOR": "1"}, False),
        ("status 10000001", {"TERM": "dumb"}, False),
        ("status 10000001 --color", {"NO_COLOR": "1"}, True),
    ],
)
def test_18_colour_on_a_terminal(by_hand: None, line: str, env: dict[str, str], coloured: bool) -> None:
    assert ("\x1b[" in on_a_terminal(line, env=env).screen) is coloured


def test_18_colour_in_a_pipe(run_line: Runner, by_hand: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in run_line("status 10000001").stdout
    assert "\x1b[" in run_line("status 10000001 --color").stdout
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run_line("status 10000001").stdout
    assert "\x1b" not in run_line("status 10000001 --no-color").stdout


def test_19_off_a_terminal_there_is_nothing_but_lines(
    run_line: Runner, run_process: ProcessRunner, sandbox: Sandbox, names: Names
) -> None:
    """In a real pipe; of every command: test_streams."""
    run_line(OPEN)
    ran = run_process("photos 10000001 {phone}", **names)
    for sign in "\x1b\r\x08\x07":
        assert sign not in ran.stdout + ran.stderr


def test_20_quiet_plain_verbose_and_requests(
    run_line: Runner, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETURNCTL_MARKETPLACE_TOKEN", "canary-20")
    run_line(OPEN)
    quiet, plain, verbose, most = (
        run_line(f"message 10000001 'Number {n}.' {option}")
        for n, option in enumerate(("-q", "", "-v", "-vv"))
    )
    assert (quiet.stdout, quiet.stderr) == ("", "")
    assert plain.stderr == "Next: returnctl photos 10000001\n"
    assert "Profile: sandbox, sandbox (built in)." in verbose.stderr
    assert "Workspace: " in verbose.stderr
    assert "POST " not in verbose.stderr
    assert "POST " in most.stderr
    assert "/v1/returns/R10000001-1/messages" in most.stderr
    assert "canary-20" not in most.stderr
    assert "Bearer" not in most.stderr
    assert run_line("status 10000099 -q", 5).stderr.startswith("returnctl: ")


def test_21_no_pager() -> None:
    pager = {"PAGER": "false", "LESS": "", "MANPAGER": "false"}
    shown = on_a_terminal("guide --device smartphone --brand Apple", env=pager)
    assert shown.exit == 0
    assert len(shown.screen.splitlines()) > 60


def test_the_number_of_a_parcel_is_a_text(run_line: Runner, by_hand: None) -> None:
    run_line(f"label 10000001 --number {NUMBER}")
    assert run_line("label 10000001 --field tracking_number").stdout == f"{NUMBER}\n"
