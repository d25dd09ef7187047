"""The sandbox's clock: now, or what `RETURNCTL_NOW` says. Every time it gives has an offset."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta

from returnctl.errors import BadConfig


def now() -> datetime:
    """The sandbox's present, to the second. Raises BadConfig for a `RETURNCTL_NOW` that is no time."""
    text = os.environ.get("RETURNCTL_NOW", "").strip()
    if not text:
        return datetime.now().astimezone().replace(microsecond=0)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadConfig(
            f"RETURNCTL_NOW is not a time: “{text[:40]}”.", hint="write it as 2026-11-24T09:30:00-05:00"
        ) from error
    if moment.tzinfo is None:
        moment = moment.astimezone()
    return moment.replace(microsecond=0)


def today() -> date:
    """The date where the sandbox's clock hangs."""
    return now().date()


def business_day_after(moment: datetime) -> datetime:
    """The same time on the next day that is neither Saturday nor Sunday: “24 business hours”."""
    later = moment + timedelta(days=1)
    while later.weekday() >= 5:
        later += timedelta(days=1)
    return later
