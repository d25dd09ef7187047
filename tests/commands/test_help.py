"""The help topics."""

from __future__ import annotations

import pytest

from tests.commands.running import Runner


@pytest.mark.parametrize("topic", ["exit-codes", "environment"])
def test_in_json(run_line: Runner, topic: str) -> None:
    found = run_line(f"help {topic} --json").json
    assert found["schema"] == 1
    assert len(found[topic]) > 10


def test_an_unknown_topic(run_line: Runner) -> None:
    error = run_line("help exit-code --json", 2).error
    assert "exit-codes" in error["message"]
