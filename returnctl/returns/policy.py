"""Who takes the device back, until when, and who pays: pure functions of dates, damage and market.

The figures are data (`policy.toml`). Deadlines are computed when they are written into the record, not each time
it is read.
"""

from __future__ import annotations

import functools
from collections.abc import Container
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from returnctl.errors import Usage
from returnctl.returns.events import Coverage


class Policy(Struct, frozen=True, kw_only=True):
    """The rules of one market. Days and hours are calendar ones unless named business.

    `version` says since when they are these; a return keeps the one that it was judged by.
    """

    market: str
    version: str
    window_days: int
    warranty_months: int
    holiday_purchases_until: str
    label_valid_days: int
    reply_business_hours: int
    label_business_days: int
    transit_report_business_days: int
    claim_days: dict[str, int]
    stalled_business_days: int
    asks_imei: bool
    asks_proof: bool
    excluded_by: tuple[str, ...]
    paper: Literal["a4", "letter"]
    country: str
    language: str
    time_zones: tuple[str, ...]


class Facts(Struct, frozen=True, kw_only=True):
    """What coverage depends on. `received` is None where the delivery date is not known."""

    asked: date
    ordered: date | None = None
    received: date | None = None
    damage: tuple[str, ...] = ()


@functools.cache
def _data() -> dict[str, Any]:
    import tomllib

    return tomllib.loads(Path(__file__).with_name("policy.toml").read_text(encoding="utf-8"))


def markets() -> tuple[str, ...]:
    return tuple(name for name in _data() if name != "default")


@functools.cache
def policy(market: str) -> Policy:
    """The rules of a market, such as `en-us`. Raises Usage for one that we have no data for."""
    data = _data()
    if market not in data or market == "default":
        raise Usage(
            f"“{market}” is not a market that returnctl knows.", hint=f"one of {', '.join(markets())}"
        )
    return Policy(**data["default"] | data[market], market=market)


def first_day(text: str, rules: Policy) -> date:
    """The buyer's day on which something was asked: of several time zones the westernmost counts, in their favour.

    `text` is a date or a time in ISO 8601; one without an offset is taken as it stands. Raises ValueError.
    """
    return _local_day(text, rules.time_zones[-1])


def last_day(text: str, rules: Policy) -> date:
    """The same for what begins a term, such as an order or its delivery: the easternmost time zone counts."""
    return _local_day(text, rules.time_zones[0])


def _local_day(text: str, zone: str) -> date:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        return at.date()
    import zoneinfo

    try:
        return at.astimezone(zoneinfo.ZoneInfo(zone)).date()
    except zoneinfo.ZoneInfoNotFoundError:  # a system without the time zones' data: the sender's own day
        return at.date()
    except OverflowError as error:
        raise ValueError(f"{text} is no time of ours") from error


def label_ends(at: str, rules: Policy) -> str:
    """The last day of a label that was issued at `at`. Raises ValueError for what is no time."""
    return (last_day(at, rules) + timedelta(days=rules.label_valid_days)).isoformat()


def coverage(facts: Facts, rules: Policy) -> Coverage:
    """The verdict and its dates.

    The window runs from receipt; without a delivery date it is counted from the order's date, which can only be
    too early, and the verdict is `unknown`.
    """
    start = facts.received or facts.ordered
    if start is None:
        return Coverage(notes=("Neither the order's date nor the day of receipt is known.",))
    notes = []
    window_ends = _window_end(start, facts.ordered, rules)
    if window_ends != start + timedelta(days=rules.window_days):
        why = (
            "it was bought in the holiday season"
            if facts.ordered and _in_holiday_season(facts.ordered)
            else "that is no business day"
        )
        notes.append(f"The window ends on {window_ends}, later than day {rules.window_days}: {why}.")
    warranty_ends = _add_months(start, rules.warranty_months)
    verdict, payer = _verdict(facts, rules, window_ends, warranty_ends)
    if facts.received is None:
        notes.append("The day of receipt is not known: counted from the order's date, so it may be later.")
    if verdict == "excluded":
        kinds = ", ".join(kind for kind in facts.damage if kind in rules.excluded_by)
        notes.append(f"Damage of this kind is not covered: {kinds}.")
    in_transit = "in-transit" in facts.damage
    report_by = (
        add_business_days(start, rules.transit_report_business_days, rules.country) if in_transit else None
    )
    if report_by:
        notes.append(f"Report damage in transit by {report_by}, with photos of parcel, label and device.")
    return Coverage(
        rules=f"{rules.market} {rules.version}",
        verdict=verdict,
        window_ends=window_ends.isoformat(),
        warranty_ends=warranty_ends.isoformat(),
        report_by=report_by.isoformat() if report_by else None,
        shipping_paid_by=payer,
        notes=tuple(notes),
    )


def _verdict(facts: Facts, rules: Policy, window_ends: date, warranty_ends: date) -> tuple[str, str]:
    excluded = any(kind in rules.excluded_by for kind in facts.damage)
    if excluded and "in-transit" not in facts.damage:
        return "excluded", "buyer"
    if facts.received is None:
        return "unknown", "seller" if facts.asked <= window_ends else "unknown"
    if facts.asked <= window_ends:
        return "return-window", "seller"
    if facts.asked <= warranty_ends:
        return "warranty", "seller"
    return "out-of-warranty", "buyer"


def _window_end(start: date, ordered: date | None, rules: Policy) -> date:
    end = next_business_day(start + timedelta(days=rules.window_days), rules.country)
    if ordered and _in_holiday_season(ordered):
        month, day = map(int, rules.holiday_purchases_until.split("-"))
        end = max(end, date(ordered.year + 1, month, day))
    return end


def _in_holiday_season(ordered: date) -> bool:
    return black_friday(ordered.year) <= ordered <= date(ordered.year, 12, 31)


def black_friday(year: int) -> date:
    """The day after the fourth Thursday of November."""
    first = date(year, 11, 1)
    first_thursday = first + timedelta(days=(3 - first.weekday()) % 7)
    return first_thursday + timedelta(days=22)


@functools.cache
def _holidays(country: str) -> Container[date]:
    import holidays

    calendar: Container[date] = holidays.country_holidays(country)
    return calendar


def is_business_day(day: date, country: str) -> bool:
    return day.weekday() < 5 and day not in _holidays(country)


def next_business_day(day: date, country: str) -> date:
    """`day` itself, or the first business day after it."""
    while not is_business_day(day, country):
        day += timedelta(days=1)
    return day


def add_business_days(day: date, count: int, country: str) -> date:
    """The business day `count` business days after `day`."""
    for _ in range(count):
        day = next_business_day(day + timedelta(days=1), country)
    return day


def reply_due(asked: datetime, rules: Policy) -> datetime:
    """When the seller's first answer is due: so many business hours (24 a business day) after asking."""
    start = asked
    if not is_business_day(asked.date(), rules.country):
        day = next_business_day(asked.date(), rules.country)
        start = asked.replace(year=day.year, month=day.month, day=day.day, hour=0, minute=0, second=0)
    days, hours = divmod(rules.reply_business_hours, 24)
    day = add_business_days(start.date(), days, rules.country)
    due = start.replace(year=day.year, month=day.month, day=day.day) + timedelta(hours=hours)
    return due.replace(microsecond=0)


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
