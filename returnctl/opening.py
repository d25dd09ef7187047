"""A new return, worked out before anything is written or sent: which line, which dates, which coverage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from returnctl.conversation import Saying
from returnctl.errors import NotFound, Usage
from returnctl.marketplaces.base import Case, Line, NewCase, Order
from returnctl.returns import devices, policy
from returnctl.returns.events import Device, Opened
from returnctl.returns.reference import Reference
from returnctl.returns.state import State
from returnctl.settings import Profile

STEP = "open"
#: Nothing was sold before, and no deadline reaches beyond.
YEARS = range(2000, 2101)


class Wish(Struct, frozen=True, kw_only=True):
    """What a person says when opening; None is “not said”."""

    device: str | None = None
    brand: str | None = None
    model: str | None = None
    reason: str | None = None
    description: str | None = None
    wants: str | None = None
    damage: tuple[str, ...] = ()
    received: date | None = None
    ordered: date | None = None
    asked: date | None = None
    name: str | None = None
    market: str | None = None
    line: str | None = None
    new: bool = False
    accept: tuple[str, ...] = ()


class Place(Struct, frozen=True, kw_only=True):
    """Where a return is opened, and when."""

    reference: Reference
    profile: Profile
    host: str | None
    now: datetime


def choose_line(order: Order, wanted: str | None) -> Line:
    """The device of the order that goes back. Raises Usage, with the list, where that is not clear."""
    lines = "; ".join(f"{order.order}/{line.line} {line.title}" for line in order.lines)
    if wanted is None:
        if len(order.lines) == 1:
            return order.lines[0]
        raise Usage(
            f"Order {order.order} has several devices: {lines}.",
            hint=f"name one, such as {order.order}/{order.lines[0].line}",
        )
    for line in order.lines:
        if line.line == wanted:
            return line
    raise NotFound(f"Order {order.order} has no line {wanted}.", hint=f"it has: {lines}")


def opened(place: Place, wish: Wish, order: Order, line: Line) -> Opened:
    """The first event of a return. `wish` has a reason and a wish by now."""
    rules = policy.policy(wish.market or order.market)
    device = Device(
        kind=wish.device or line.kind, brand=wish.brand or line.brand, model=wish.model or line.model
    )
    facts = policy.Facts(
        asked=wish.asked or place.now.date(),
        ordered=wish.ordered or _market_day(policy.last_day, order.ordered_on, rules),
        received=wish.received or _market_day(policy.last_day, line.delivered_on, rules),
        damage=_damage(wish),
    )
    return Opened(
        order=order.order,
        line=line.line or None,
        number=place.reference.number or 1,
        profile=place.profile.name,
        role=place.profile.role,
        host=place.host,
        market=wish.market or order.market,
        device=device,
        name=wish.name or order.name,
        reason=wish.reason,
        wants=wish.wants,
        description=wish.description,
        damage=facts.damage,
        ordered_on=facts.ordered.isoformat() if facts.ordered else None,
        received_on=facts.received.isoformat() if facts.received else None,
        asked_on=facts.asked.isoformat(),
        coverage=policy.coverage(facts, rules),
        accepted=wish.accept,
        **asked_for(device, rules, place.profile.role),
        imeis=line.imeis,
        serial=line.serial,
        reply_due=policy.reply_due(place.now, rules).isoformat(),
    )


def asked_for(device: Device, rules: policy.Policy, role: str) -> dict[str, Any]:
    """What this device has to show: `needed`, `views` and `accounts` of the record."""
    accounts = devices.accounts(device.kind, device.brand) if rules.asks_proof else ()
    return {
        "needed": {
            "imei": rules.asks_imei and devices.has_imei(device.kind),
            "disconnect-proof": bool(accounts),
            **({"slip": False, "ship": False} if role == "seller" else {}),
        },
        "views": devices.views(device.kind),
        "accounts": accounts,
    }


def as_adopted(wish: Wish, case: Case, market: str) -> Wish:
    """What the marketplace's case says goes before what is said now: it is what was asked for."""
    rules = policy.policy(wish.market or market)
    return Wish(
        device=wish.device,
        brand=wish.brand,
        model=wish.model,
        name=wish.name,
        market=wish.market,
        received=wish.received,
        ordered=wish.ordered,
        reason=case.reason or wish.reason,
        wants=case.wants or wish.wants,
        description=case.description or wish.description,
        damage=case.damage or wish.damage,
        asked=wish.asked or _market_day(policy.first_day, case.opened_at, rules),
    )


def not_covered(event: Opened) -> str | None:
    """Why the seller may say no, in one sentence; None where nothing speaks against it."""
    covered = event.coverage
    if "coverage" in event.accepted:
        return None
    if covered.verdict == "excluded":
        return "Damage of this kind is not covered, so the seller may refuse the return."
    if event.wants == "refund" and covered.verdict in ("warranty", "out-of-warranty"):
        return f"The window for a refund ended on {covered.window_ends}; ask for an exchange or a repair."
    return None


def new_case(facts: Opened | State, *, again: bool) -> NewCase:
    """What the marketplace is asked to open."""
    return NewCase(
        order=facts.order,
        line=facts.line or "1",
        reason=facts.reason or "other",
        wants=facts.wants or "refund",
        damage=facts.damage or ("none",),
        description=facts.description or "",
        again=again,
    )


def opening_words(event: Opened | State) -> Saying:
    """The first message of a return without an API."""
    device = " ".join(part for part in (event.device.brand, event.device.model) if part) or event.device.kind
    received = f", received on {event.received_on}" if event.received_on else ""
    lines = [
        "Hello,",
        f"I would like to return the {device} of order {event.order}{received}.",
        f"Reason: {(event.reason or 'other').replace('-', ' ')}. I would like: {event.wants}.",
        event.description,
        "Please tell me how to go on.",
    ]
    return Saying(step=STEP, text="\n".join(line for line in lines if line), items={"open": "yes"})


def day(text: str | None) -> date | None:
    """The date at the start of a text; None where it is none."""
    try:
        found = date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
    return found if found.year in YEARS else None


def _market_day(
    of: Callable[[str, policy.Policy], date], text: str | None, rules: policy.Policy
) -> date | None:
    """The day that a marketplace's date or time is in its market; None where it is none."""
    try:
        return day(of(text or "", rules).isoformat())
    except ValueError:
        return day(text)


def _damage(wish: Wish) -> tuple[str, ...]:
    if wish.reason != "damaged-in-transit" or "in-transit" in wish.damage:
        return wish.damage or ("none",)
    return (*(kind for kind in wish.damage if kind != "none"), "in-transit")
