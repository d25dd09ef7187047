"""`--json`: one document on standard output, one error object on standard error, the same for every command."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from returnctl.cli import COMMANDS, STEP_COMMANDS
from tests.commands.pictures import Pictures
from tests.commands.running import Names, Runner
from tests.commands.world import IMEI, Sandbox
from tests.contract.examples import EXAMPLES

COMMON_KEYS = {"return", "order", "line", "role", "sent", "needed", "next"}


def test_every_command_has_an_example() -> None:
    assert EXAMPLES.keys() == COMMANDS.keys()


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_wrong_option(run_line: Runner, name: str) -> None:
    ran = run_line(f"{name} --no-such-thing --json", 2)
    assert (ran.error["code"], ran.stdout) == ("usage", "")


@pytest.mark.usefixtures("prepared")
@pytest.mark.parametrize("name", EXAMPLES)
class TestEveryCommand:
    def test_13_says_one_document_with_the_common_keys(
        self, run_line: Runner, names: Names, name: str
    ) -> None:
        ran = run_line(f"{name} {EXAMPLES[name].well} --json", **names)
        assert isinstance(ran.json["schema"], int)
        assert next(iter(ran.json)) == "schema"
        assert ran.stderr == ""
        if EXAMPLES[name].plain:
            return
        result = ran.json
        assert result.keys() >= COMMON_KEYS
        assert result["role"] in ("buyer", "seller", None)
        assert isinstance(result["sent"], bool)
        assert isinstance(result["needed"], bool)
        assert result["next"] is None or result["next"].keys() == {"step", "command", "due"}
        dry = "--dry-run" in EXAMPLES[name].well  # what waits for a phone has no other example that ends well
        assert bool({"dry_run", "would"} & result.keys()) is dry

    def test_14_fails_in_one_object(self, run_line: Runner, names: Names, name: str) -> None:
        example = EXAMPLES[name]
        ran = run_line(f"{name} {example.badly} --json", example.exit, **names)
        assert ran.error.keys() == {"code", "exit", "message", "hint"}
        assert ran.error["exit"] == example.exit
        assert ran.error["message"]
        if example.exit == 6:
            assert ran.json["schema"]
        else:
            assert ran.stdout == ""

    def test_14_fails_the_same_without_it(self, run_line: Runner, names: Names, name: str) -> None:
        example = EXAMPLES[name]
        ran = run_line(f"{name} {example.badly}", example.exit, **names)
        assert ran.stderr.startswith(("returnctl: ", "warning: "))

    def test_before_the_commands_name(self, run_line: Runner, names: Names, name: str) -> None:
        run_line(f"--json {name} {EXAMPLES[name].well}", **names).json  # noqa: B018 - it parses
        run_line(f"--json {name} {EXAMPLES[name].badly}", EXAMPLES[name].exit, **names).error  # noqa: B018

    def test_by_the_environment(
        self, run_line: Runner, names: Names, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        monkeypatch.setenv("RETURNCTL_JSON", "1")
        run_line(f"{name} {EXAMPLES[name].well}", **names).json  # noqa: B018 - it parses
        run_line(f"{name} {EXAMPLES[name].badly}", EXAMPLES[name].exit, **names).error  # noqa: B018


@pytest.mark.usefixtures("prepared")
@pytest.mark.parametrize("value", ["0", "false", "no", "off", ""])
def test_switched_off_by_the_environment(
    run_line: Runner, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("RETURNCTL_JSON", value)
    assert not run_line("status 10000001").stdout.startswith("{")


def every_text(value: Any, name: str = "") -> list[tuple[str, Any]]:
    """Every scalar of a document with the name of its key."""
    if isinstance(value, dict):
        return [found for key, inner in value.items() for found in every_text(inner, key)]
    if isinstance(value, list):
        return [found for inner in value for found in every_text(inner, name)]
    return [(name, value)]


@pytest.mark.usefixtures("prepared")
def test_16_times_have_an_offset_and_ids_are_texts(
    run_line: Runner, sandbox: Sandbox, pictures: Pictures
) -> None:
    run_line("photos 10000001 {phone}", phone=pictures.phone)
    run_line(f"imei 10000001 {IMEI}")
    sandbox.advance("10000001", "delivered")
    lines = ("open 10000001", "imei 10000001", "label 10000001", "track 10000001", "status", "messages 10000001",
             "close 10000001 --outcome refunded")  # fmt: skip
    for line in lines:
        for name, value in every_text(run_line(f"{line} --json").json):
            if name in {"return", "order", "line", "imei", "serial", "tracking_number", "case"}:
                assert value is None or isinstance(value, str), (line, name)
            if name in {"at", "time", "since", "delivered_at", "last_event_at", "closed_at"} and value:
                assert datetime.fromisoformat(value).tzinfo, (line, name, value)


@pytest.mark.usefixtures("prepared")
@pytest.mark.parametrize(
    ("line", "exit"),
    [
        ("photos 10000001 --without back", 6),
        ("imei 10000001 490154203237518", 6),
        ("disconnect-proof 10000001", 8),
        ("ship 10000001 --battery damaged", 6),
        ("track 10000001 --until delivered --timeout 0s", 8),
        ("track 10000001 10000099", 3),
        ("open 10000001 --reason other", 6),
    ],
)
def test_13_the_whole_result_as_far_as_it_goes(run_line: Runner, line: str, exit: int) -> None:
    ran = run_line(f"{line} --json", exit)
    assert ran.json["schema"] == 1
    assert ran.error["exit"] == exit


@pytest.mark.usefixtures("prepared")
@pytest.mark.parametrize("name", STEP_COMMANDS)
def test_nobody_is_asked(run_line: Runner, names: Names, name: str) -> None:
    """Even where standard input has an answer ready."""
    ran = run_line.attempt(f"{name} 10000001 --json", input="yes\nyes\n", **names)
    assert ran.exit in (0, 2, 6, 8)
    for text in (ran.stdout, ran.stderr):
        assert not text or json.loads(text)


@pytest.mark.usefixtures("prepared")
def test_no_byte_is_lost_on_names_of_other_scripts(run_line: Runner, sandbox: Sandbox) -> None:
    run_line("message 10000001 'Grüße, 你好, Привет 🙂'")
    assert run_line("messages 10000001 --json").json["messages"][-1]["text"] == "Grüße, 你好, Привет 🙂"
