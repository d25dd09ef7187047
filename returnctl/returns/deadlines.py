"""Until when something has to have happened: every day that a return's record knows of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from msgspec import Struct

from returnctl.returns.state import State


class Deadline(Struct, frozen=True, kw_only=True, gc=False):
    """`due` is a date, or a time with its offset; `what` is a short word for programs, `words` are for people."""

    what: str
    due: str
    words: str


def deadlines(state: State) -> tuple[Deadline, ...]:
    """What is still open, the earliest first; nothing of a closed return."""
    if state.closed:
        return ()
    return tuple(sorted(_open(state), key=lambda one: one.due))


def _open(state: State) -> Iterator[Deadline]:
    on_its_way = "tracking_number" in state.sent.get("ship", {})
    covered, label = state.coverage, state.label
    if state.role == "buyer" and state.reply_due and not ("photos" in state.sent or label or on_its_way):
        yield Deadline(what="reply", due=state.reply_due, words="the seller's first answer")
    if covered.report_by and "photos" not in state.sent:
        yield Deadline(what="report", due=covered.report_by, words="report the damage in transit")
    if state.label_due and label is None:
        yield Deadline(what="label-due", due=state.label_due, words="the prepaid label comes")
    if state.pickup and not on_its_way:
        yield Deadline(what="pickup", due=state.pickup.date, words="the carrier fetches the parcel")
    if not on_its_way and covered.window_ends and covered.verdict in ("return-window", "unknown"):
        yield Deadline(what="window", due=covered.window_ends, words="the return window ends")
    if not on_its_way and covered.warranty_ends and covered.verdict == "warranty":
        yield Deadline(what="warranty", due=covered.warranty_ends, words="the warranty ends")
    if not on_its_way and label and label.state == "alive" and label.valid_until:
        yield Deadline(what="label", due=label.valid_until, words="the label's last day")
    claim = claim_by(state, label.carrier) if label else None
    if claim and not (state.tracked and state.tracked.status == "delivered"):
        yield Deadline(what="claim", due=claim, words="claim a lost or damaged parcel")


def claim_by(state: State, carrier: str) -> str | None:
    """The last day to claim a parcel that this carrier lost or damaged; None where that is not known."""
    sent_on = state.sent.get("ship", {}).get("sent_on")
    if not sent_on:
        return None
    from returnctl.returns import policy  # the rules of a market, which few looks at a return need

    days = policy.policy(state.market).claim_days.get(carrier)
    if not days:
        return None
    try:
        return (date.fromisoformat(sent_on) + timedelta(days=days)).isoformat()
    except ValueError:
        return None
