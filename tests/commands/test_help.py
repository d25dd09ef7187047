"""The help topics."""

from __future__ import annotations

import pytest

from tests.commands.running import Runner

CODES = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "70", "75", "130", "141", "143")
VARIABLES = (
    "RETURNCTL_WORKSPACE", "RETURNCTL_PROFILE", "RETURNCTL_JSON", "RETURNCTL_NO_INPUT", "RETURNCTL_CONFIG_DIR",
    "RETURNCTL_DEBUG", "RETURNCTL_MARKETPLACE", "RETURNCTL_MARKETPLACE_URL", "RETURNCTL_ENVIRONMENT",
    "RETURNCTL_MARKET", "RETURNCTL_NOW", "RETURNCTL_SANDBOX_URL", "RETURNCTL_MARKETPLACE_TOKEN",
)  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_every_exit_code(run_line: Runner, code: str) -> None:
    import re

    assert re.search(rf"\b{code}\b", run_line("help exit-codes").stdout)


@pytest.mark.parametrize("name", VARIABLES)
def test_every_variable(run_line: Runner, name: str) -> None:
    import re

    assert re.search(rf"\b{name}\b", run_line("help environment").stdout)


@pytest.mark.parametrize("topic", ["exit-codes", "environment"])
def test_in_json(run_line: Runner, topic: str) -> None:
    found = run_line(f"help {topic} --json").json
    assert found["schema"] == 1
    assert len(found[topic]) > 10


def test_an_unknown_topic(run_line: Runner) -> None:
    error = run_line("help exit-code --json", 2).error
    assert "exit-codes" in error["message"]
