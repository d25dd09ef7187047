"""Reading what may be anything."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnctl.carriers import reading

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("value", "path", "found"),
    [
        ({"a": [{"b": 1}]}, ("a", 0, "b"), 1),
        ({"a": {"b": 1}}, ("a", 0, "b"), 1),
        ({"a": {"b": 1}}, ("a", 1, "b"), None),
        ({"a": []}, ("a", 0, "b"), None),
        (None, ("a",), None),
        ([1], ("a",), None),
        ("x", (0,), "x"),
    ],
)
def test_dig(value: Any, path: tuple[str | int, ...], found: Any) -> None:
    assert reading.dig(value, *path) == found


def test_words() -> None:
    assert reading.words(" a\n b\t<b>c</b> &amp; d ") == "a b c & d"
    assert reading.words("1 < 2 and 3 > 2") == "1 < 2 and 3 > 2"
    assert reading.words(7) == "7"
    assert reading.words(True) == reading.words(None) == reading.words([]) == ""
    assert len(reading.words("x" * 999)) == 300


@pytest.mark.parametrize(
    ("text", "offset", "found"),
    [
        ("2026-11-20T18:31:00", "-06:00", "2026-11-20T18:31:00-06:00"),
        ("2026-11-20T18:31:00", "-0600", "2026-11-20T18:31:00-06:00"),
        ("2026-11-20T18:31:00", "-360", "2026-11-20T18:31:00-06:00"),
        ("2026-11-20T18:31:00", "+99:99", "2026-11-20T18:31:00"),
        ("2026-11-20T18:31:00", None, "2026-11-20T18:31:00"),
        ("2026-11-20T18:31:00.123Z", "-06:00", "2026-11-20T18:31:00+00:00"),
        ("2026-11-20", "-06:00", "2026-11-20"),
        ("20-11-2026", None, None),
        (None, None, None),
        (20261120, None, None),
    ],
)
def test_iso_time(text: Any, offset: Any, found: str | None) -> None:
    assert reading.iso_time(text, offset) == found


@pytest.mark.parametrize(
    ("day", "at", "offset", "found"),
    [
        ("20261120", "183100", "-08:00", "2026-11-20T18:31:00-08:00"),
        ("20261120", "18:31:00", None, "2026-11-20T18:31:00"),
        ("20261120", None, "-08:00", "2026-11-20"),
        ("20261399", "183100", None, None),
        ("20261120", "256161", None, None),
        (20261120, None, None, None),
        ("", "", "", None),
    ],
)
def test_compact_time(day: Any, at: Any, offset: Any, found: str | None) -> None:
    assert reading.compact_time(day, at, offset) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("930", "09:30"),
        ("0930", "09:30"),
        ("09:30", "09:30"),
        ("09:30:00", "09:30"),
        ("0", "00:00"),
        (930, "09:30"),
        ("2400", "24:00"),
        ("2561", None),
        ("9 am", None),
        ("", None),
        (None, None),
        ([], None),
    ],
)
def test_clock(value: Any, found: str | None) -> None:
    assert reading.clock(value) == found


def test_numbers() -> None:
    assert reading.number("1,234.50") == 1234.5
    assert (
        reading.number(True) is reading.number("x") is reading.number("inf") is reading.number("nan") is None
    )
    assert reading.amount("9.8") == "9.80"
    assert reading.in_km("1", "MI") == 1.6
    assert reading.in_km(1, "KM") == 1.0
    assert reading.in_km(None, "MI") is None


def test_order_of_times() -> None:
    times = ["2026-11-20", "2026-11-20T10:00:00", "2026-11-20T23:00:00+14:00", None]
    assert sorted(times, key=reading.moment) == [
        None,
        "2026-11-20",
        "2026-11-20T23:00:00+14:00",
        "2026-11-20T10:00:00",
    ]


@given(JSON, JSON, JSON)
def test_nothing_raises(one: Any, two: Any, three: Any) -> None:
    for found in (reading.iso_time(one, two), reading.compact_time(one, two, three)):
        if found is not None:
            datetime.fromisoformat(found)
            reading.moment(found)
    reading.words(one)
    reading.number(one)
    reading.amount(one)
    reading.clock(one)
    reading.truth(one)
    reading.spans(one, two)
    reading.dig(one, "a", 0, "b", 1)
    reading.address_line(one, *reading.as_list(two))
