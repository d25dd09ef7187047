"""Business days and hours, over weekends, holidays and the days on which clocks change."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnctl.returns import policy

NEW_YORK, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")
EST = timezone(timedelta(hours=-5))


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (datetime(2026, 3, 6, 12, tzinfo=NEW_YORK), "2026-03-09T12:00:00-04:00"),
        (datetime(2026, 10, 30, 12, tzinfo=NEW_YORK), "2026-11-02T12:00:00-05:00"),
        (datetime(2026, 3, 27, 12, tzinfo=BERLIN), "2026-03-30T12:00:00+02:00"),
        (datetime(2026, 10, 23, 12, tzinfo=BERLIN), "2026-10-26T12:00:00+01:00"),
        (datetime(2026, 3, 8, 2, 30, tzinfo=NEW_YORK), "2026-03-10T00:00:00-04:00"),  # an hour that never was
        (
            datetime(2026, 11, 1, 1, 30, fold=1, tzinfo=NEW_YORK),
            "2026-11-03T00:00:00-05:00",
        ),  # one that came twice
        (datetime(2028, 2, 28, 12, tzinfo=NEW_YORK), "2028-02-29T12:00:00-05:00"),
        (datetime(2026, 11, 16, 12, 0, 0, 999_999, tzinfo=NEW_YORK), "2026-11-17T12:00:00-05:00"),
    ],
)
def test_it_is_due_at_the_same_time_of_day_when_clocks_change(asked: datetime, due: str) -> None:
    assert policy.reply_due(asked, policy.policy("en-us")).isoformat() == due


class TestBusinessDays:
    @pytest.mark.parametrize(
        ("day", "country", "business"),
        [
            ("2026-11-26", "US", False),
            ("2026-11-26", "DE", True),
            ("2026-11-27", "US", True),
            ("2026-07-03", "US", False),  # Independence Day, kept on the Friday before
            ("2026-07-03", "FR", True),
            ("2026-07-14", "FR", False),
            ("2026-10-03", "DE", False),
            ("2026-05-14", "FR", False),
            ("2026-05-14", "DE", False),
            ("2026-05-14", "US", True),
            ("2028-02-29", "US", True),
            ("2026-11-28", "US", False),
            ("2026-11-29", "DE", False),
        ],
    )
    def test_by_country(self, day: str, country: str, business: bool) -> None:
        assert policy.is_business_day(date.fromisoformat(day), country) == business

    @given(
        st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 12), st.sampled_from(["US", "DE", "FR"])
    )
    def test_counting_them(self, day: date, count: int, country: str) -> None:
        end = policy.add_business_days(day, count, country)
        between = [day + timedelta(days=n) for n in range(1, (end - day).days + 1)]
        assert sum(policy.is_business_day(one, country) for one in between) == count
        assert count == 0 or policy.is_business_day(end, country)

    @given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.sampled_from(policy.markets()))
    def test_an_answer_is_never_due_within_a_day_nor_on_a_day_off(self, asked: datetime, market: str) -> None:
        rules = policy.policy(market)
        due = policy.reply_due(asked, rules)
        assert due >= asked.replace(microsecond=0) + timedelta(days=1)
        assert policy.is_business_day(due.date(), rules.country)
        assert due - asked < timedelta(days=15)
