"""The date engine agrees with `dates.md`, a table that was counted by hand; each of its rows says why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from returnctl.returns import policy
from returnctl.returns.events import Coverage
from returnctl.returns.policy import Facts, Policy


class Row(NamedTuple):
    """`begins` are one or two dates or times."""

    rule: str
    market: str
    begins: str
    until: str
    why: str


def rows() -> Iterator[Row]:
    text = Path(__file__).with_name("dates.md").read_text()
    for line in re.findall(r"^\| ([a-z]+ \| [a-z]{2}-.+) \|$", text, re.M):
        yield Row(*line.split(" | "))


TABLE = list(rows())


def worked_out(row: Row) -> str | None:
    """What the engine says."""
    rules = policy.policy(row.market)
    first, _, second = row.begins.partition(" / ")
    match row.rule:
        case "window":
            return covered(rules, received=first).window_ends
        case "season":
            return covered(rules, ordered=first, received=second).window_ends
        case "verdict":
            return covered(rules, received=first, asked=second).verdict
        case "warranty":
            return covered(rules, received=first).warranty_ends
        case "report":
            return covered(rules, received=first, damage=("in-transit",)).report_by
        case "reply":
            return policy.reply_due(datetime.fromisoformat(first), rules).isoformat()
        case "label":
            return policy.label_ends(first, rules)
        case unknown:
            raise AssertionError(unknown)


def covered(
    rules: Policy,
    *,
    received: str,
    ordered: str | None = None,
    asked: str | None = None,
    damage: tuple[str, ...] = ("none",),
) -> Coverage:
    return policy.coverage(
        Facts(
            asked=policy.first_day(asked or received, rules),
            received=policy.last_day(received, rules),
            ordered=policy.last_day(ordered, rules) if ordered else None,
            damage=damage,
        ),
        rules,
    )


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.rule}-{row.market}-{row.begins}")
def test_a_row(row: Row) -> None:
    assert worked_out(row) == row.until, row.why


@pytest.mark.parametrize("row", [row for row in TABLE if row.rule == "report"], ids=lambda row: row.begins)
def test_the_day_to_report_by_is_said(row: Row) -> None:
    found = covered(policy.policy(row.market), received=row.begins, damage=("in-transit",))
    assert any(row.until in note for note in found.notes)


@pytest.mark.parametrize("row", [row for row in TABLE if row.rule == "window"], ids=lambda row: row.begins)
def test_a_window_that_moved_says_so(row: Row) -> None:
    rules = policy.policy(row.market)
    received = policy.last_day(row.begins, rules)
    moved = date.fromisoformat(row.until) != received + timedelta(days=30)
    assert any(row.until in note for note in covered(rules, received=row.begins).notes) == moved


def test_the_table_is_as_wide_as_it_should_be() -> None:
    assert len(TABLE) == len({row[:3] for row in TABLE}) >= 60
    assert all(row.why for row in TABLE)
    zones = {zone for row in TABLE if "+00:00" in row.begins for zone in policy.policy(row.market).time_zones}
    assert len(zones) >= 4
    ends = Counter(
        (date.fromisoformat(row.begins) + timedelta(days=30)).strftime("%A")
        for row in TABLE
        if row.rule == "window" and len(row.begins) == 10
    )
    assert min(ends["Saturday"], ends["Sunday"]) >= 3
