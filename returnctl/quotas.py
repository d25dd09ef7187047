"""How often a service may be asked, as it publishes it, and what follows for many calls."""

from __future__ import annotations

from msgspec import Struct

DAY_S = 86_400
#: Of a limit, this share may be used at once; the rest comes at an even rate. Together they never pass the limit.
AT_ONCE = 1 / 3


class Limit(Struct, frozen=True):
    """So many calls in so many seconds."""

    calls: int
    seconds: float


class Quota(Struct, frozen=True, kw_only=True):
    """The limits of one kind of call: `limits` for a while each, `a_day` until midnight UTC.

    `block_s` is how long a 429 without a Retry-After lasts.
    """

    name: str
    limits: tuple[Limit, ...] = ()
    a_day: int | None = None
    block_s: float = 1.0


def days(calls: int, quota: Quota) -> float:
    """How many days so many calls take."""
    rates = [limit.calls * (1 - AT_ONCE) / limit.seconds * DAY_S for limit in quota.limits]
    rate = min([*rates, float(quota.a_day)] if quota.a_day is not None else rates, default=float("inf"))
    return calls / rate
