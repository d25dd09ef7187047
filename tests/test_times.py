"""Times as they are shown on a screen, on a machine in New York."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from returnctl import times


@pytest.fixture(autouse=True)
def new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not hasattr(time, "tzset"):
        pytest.skip("the system has no tzset")
    with monkeypatch.context() as there:
        there.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2026-11-24T21:42:00Z", "2026-11-24 16:42"),
        ("2026-07-01T02:30:00+02:00", "2026-06-30 20:30"),
        ("2026-11-24T21:42:00", "2026-11-24 21:42"),
        ("2026-11-24", "2026-11-24"),
        ("0001-01-01T00:00:00+00:00", "0001-01-01 00:00"),
        ("soon", "soon"),
        ("", ""),
    ],
)
def test_by_this_machine_s_clock(moment: str, shown: str) -> None:
    assert times.when(moment) == shown


def test_by_the_clock_of_the_place() -> None:
    assert times.when_there("2026-11-24T21:42:00-05:00") == "2026-11-24 21:42"
