"""What a new return is made of: the days that a marketplace tells as times, in the market's own time zone."""

from __future__ import annotations

from datetime import datetime

import pytest

from returnctl import opening
from returnctl.marketplaces.base import Case, Line, Order
from returnctl.opening import Place, Wish
from returnctl.returns.events import Opened
from returnctl.returns.reference import Reference
from returnctl.settings import Settings


def opened(market: str, *, ordered: str, delivered: str | None, case_opened: str) -> Opened:
    line = Line(line="1", title="Phone", kind="smartphone", delivered_on=delivered)
    order = Order(order="10000001", ordered_on=ordered, market=market, name="Jane", lines=(line,))
    case = Case(case="R1", order="10000001", line="1", open=True, opened_at=case_opened)
    place = Place(
        reference=Reference(order="10000001"),
        profile=Settings({}).profile("sandbox"),
        host=None,
        now=datetime.fromisoformat("2026-12-20T12:00:00-05:00"),
    )
    return opening.opened(place, opening.as_adopted(Wish(), case, market), order, line)


@pytest.mark.parametrize(
    ("market", "ordered", "received", "asked"),
    [
        ("en-us", "2026-11-26", "2026-11-30", "2026-12-30"),
        ("en-gb", "2026-11-27", "2026-12-01", "2026-12-31"),
        ("ja-jp", "2026-11-27", "2026-12-01", "2026-12-31"),
    ],
)
def test_a_time_counts_as_the_day_that_it_is_there(
    market: str, ordered: str, received: str, asked: str
) -> None:
    found = opened(
        market,
        ordered="2026-11-27T04:30:00+00:00",
        delivered="2026-12-01T04:30:00+00:00",
        case_opened="2026-12-31T07:30:00+00:00",
    )
    assert (found.ordered_on, found.received_on, found.asked_on) == (ordered, received, asked)


def test_asked_on_the_last_evening_is_within_the_window() -> None:
    """Where the marketplace writes 04:30 the next day, the buyer's own day is what counts."""
    found = opened(
        "en-us", ordered="2026-11-12", delivered="2026-11-18", case_opened="2026-12-19T04:30:00+00:00"
    )
    assert found.coverage.window_ends == "2026-12-18"
    assert found.coverage.verdict == "return-window"


@pytest.mark.parametrize("text", ["", "soon", "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59-12:00"])
def test_what_is_no_day_of_ours_is_not_known(text: str) -> None:
    found = opened("en-us", ordered=text, delivered=text, case_opened=text)
    assert (found.ordered_on, found.received_on) == (None, None)
    assert found.coverage.verdict == "unknown"
