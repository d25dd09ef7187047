"""How long a batch takes at today's quotas, and which returns must go first. Asks nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from msgspec import Struct

from returnctl.app import App
from returnctl.batch import left
from returnctl.batch.rows import Rows
from returnctl.carriers.client import QUOTAS
from returnctl.errors import ReturnctlError
from returnctl.marketplaces import backmarket_pace
from returnctl.output import Table
from returnctl.quotas import Limit, Quota, days
from returnctl.result import Result
from returnctl.returns.state import State

#: Calls of each kind that a step makes at Back Market; "" counts at its edge alone.
_BACK_MARKET = {
    "open": {"": 3, "list": 1, "detail": 1},
    "label": {"": 2, "detail": 1},
}
#: What a carrier is known to allow a new account, where it publishes nothing.
_CARRIERS = {
    **QUOTAS,
    "usps": (Quota(name="default", limits=(Limit(60, 3_600),)),),
    "fedex": (*QUOTAS["fedex"], Quota(name="track", a_day=100_000)),
}
_FIRST = 20


class Calls(Struct, frozen=True, kw_only=True):
    """Calls of one kind at one service, and how many days its quota makes of them; None where none is published."""

    service: str
    kind: str
    calls: int
    quota: str | None
    days: float | None


class Urgent(Struct, frozen=True, kw_only=True, rename={"return_": "return"}):
    return_: str
    deadline: str


class ForecastResult(Result, kw_only=True):
    """`days` is the slowest service's. `first` are those due before all is done, `late` those too late even so."""

    returns: int = 0
    left: int = 0
    calls: tuple[Calls, ...] = ()
    days: float = 0.0
    first: tuple[Urgent, ...] = ()
    urgent: int = 0
    late: int = 0

    def for_people(self) -> Iterable[str | Table]:
        yield f"{self.left} of {self.returns} returns have something left to do."
        rows = [
            (one.service, one.kind or "all", one.calls, one.quota, _in_words(one.days)) for one in self.calls
        ]
        if rows:
            yield Table(("service", "calls", "number", "quota", "takes"), rows)
        yield f"At these quotas it takes {_in_words(self.days) if self.days else 'as long as the services need'}."
        if self.urgent:
            yield (
                f"{self.urgent} are due before that, and go first: "
                + ", ".join(f"{one.return_} ({one.deadline})" for one in self.first)
                + (" …" if self.urgent > len(self.first) else "")
            )
        if self.late:
            yield f"{self.late} can't be in time: ask the service for a higher quota, or do these by hand now."


def run(app: App, rows: Rows) -> ForecastResult:
    """Count what is left, by the records."""
    profile = app.chosen_profile()
    counted: Counter[tuple[str, str]] = Counter()
    waiting: list[tuple[str, str | None]] = []
    for row, day in zip(rows.by_deadline(), rows.deadlines(), strict=True):
        state = _state(app, row.name)
        todo = [
            step for step, wish in row.wishes.items() if state is None or not left.is_done(state, step, wish)
        ]
        for step in todo:
            counted.update(_calls(step, state, profile.marketplace))
        if todo:
            waiting.append((row.name, day.isoformat() if day else None))
    calls = tuple(_judged(service, kind, number) for (service, kind), number in sorted(counted.items()))
    takes = max((one.days for one in calls if one.days), default=0.0)
    today = app.now(profile).date()
    ends = (today + timedelta(days=int(takes))).isoformat()
    urgent = [Urgent(return_=name, deadline=day) for name, day in waiting if day and day <= ends]
    return ForecastResult(
        returns=len(rows),
        left=len(waiting),
        calls=calls,
        days=round(takes, 3),
        first=tuple(urgent[:_FIRST]),
        urgent=len(urgent),
        late=_late(urgent, len(waiting), takes, today),
    )


def _late(urgent: list[Urgent], all_: int, takes: float, today: date) -> int:
    """Those whose turn comes after their day, although the most urgent go first."""
    return sum(
        one.deadline < (today + timedelta(days=int(number / all_ * takes))).isoformat()
        for number, one in enumerate(urgent, 1)
    )


def _state(app: App, name: str) -> State | None:
    from returnctl.returns.reference import parse_reference

    try:
        return app.workspace.state(app.workspace.find(parse_reference(name)))
    except ReturnctlError:
        return None


def _calls(step: str, state: State | None, marketplace: str) -> Counter[tuple[str, str]]:
    if step == "track":
        carrier = state.label.carrier if state and state.label else "its carrier"
        return Counter({(carrier, "track"): 1})
    if marketplace != "backmarket":
        return Counter({(marketplace, step): 1}) if marketplace != "manual" else Counter()
    found: Counter[tuple[str, str]] = Counter()
    for kind, number in _BACK_MARKET.get(step, {}).items():
        found["backmarket", kind] += number
    return found


def _judged(service: str, kind: str, number: int) -> Calls:
    quotas = backmarket_pace.quotas(kind) if service == "backmarket" else _CARRIERS.get(service, ())
    takes = max((days(number, quota) for quota in quotas), default=None)
    words = backmarket_pace.in_words(kind) if service == "backmarket" else None
    if service in _CARRIERS:
        words = "; ".join(map(_quota_words, quotas))
    return Calls(service=service, kind=kind, calls=number, quota=words, days=takes)


def _quota_words(quota: Quota) -> str:
    limits = [f"{limit.calls:,} in {limit.seconds:,.0f} s" for limit in quota.limits]
    return ", ".join([*limits, f"{quota.a_day:,} a day"] if quota.a_day else limits)


def _in_words(days_: float | None) -> str:
    if days_ is None:
        return "not published"
    if days_ >= 1:
        return f"{days_:.1f} days"
    return f"{days_ * 24:.1f} hours" if days_ >= 1 / 24 else f"{max(1, round(days_ * 1440))} min"
