"""What happened to a return, event by event, in words for a reader who was not there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from returnctl.carriers import NAMES
from returnctl.returns import events as e
from returnctl.returns.record import Entry


def words(entries: list[Entry]) -> list[tuple[str, str]]:
    """For each event the time and a sentence, oldest first."""
    summaries = {one.what.intent: one.what.summary for one in entries if isinstance(one.what, e.Intended)}
    told: list[tuple[str, str]] = []
    for entry in entries:
        event = entry.what
        if isinstance(event, e.Settled):
            said = _settled(event, summaries.get(event.intent, "something"))
        else:
            said = _WORDS[type(event)](event)
        told.append((utc(entry.at), said))
    return told


def utc(moment: str) -> str:
    """A time of the record for a document that is read anywhere: `2026-11-24 21:42`, in UTC; a date stays as it is."""
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    if "T" not in moment:
        return moment
    return (found.astimezone(UTC) if found.tzinfo else found).strftime("%Y-%m-%d %H:%M")


def _settled(event: e.Settled, summary: str) -> str:
    how = {
        "answer": "",
        "key": " (found by its key)",
        "look-up": " (looked up)",
        "person": " (a person's word)",
    }
    outcome = {"done": "Done", "refused": "Refused, nothing happened", "unknown": "Outcome not known"}
    return f"{outcome.get(event.outcome, event.outcome)}: {summary}{how.get(event.by, '')}"


def _opened(event: e.Opened) -> str:
    asked = ", ".join(part for part in (event.reason, event.wants) if part)
    return (
        f"Return opened for {device(event.device)}{f' ({asked})' if asked else ''}; {event.coverage.verdict}"
    )


def _amended(event: e.Amended) -> str:
    changed = [name for name in event.__struct_fields__ if getattr(event, name) is not None]
    return f"Facts corrected: {', '.join(name.replace('_', ' ') for name in changed)}"


def _case_seen(event: e.CaseSeen) -> str:
    return f"{'Adopted' if event.adopted else 'Read'} at the marketplace as {event.case}"


def _photo(event: e.PhotoKept) -> str:
    codes = ", ".join(problem.code for problem in event.problems if problem.severity != "hint")
    return f"Photo {event.view} kept: {event.verdict}{f' ({codes})' if codes else ''}"


def _identified(event: e.Identified) -> str:
    number = f"IMEI {event.imei}" if event.imei else f"Serial number {event.serial}"
    matches = {True: "the order's", False: "NOT the order's", None: "not compared"}[event.matches_order]
    return f"{number} ({event.source}), {matches}"


def _label(event: e.LabelKept) -> str:
    carrier = event.carrier_name or NAMES.get(event.carrier, event.carrier)
    return (
        f"Label kept ({event.source}, {event.state}): {carrier} {event.tracking_number or 'without a number'}"
    )


def _parcel(event: e.ParcelPhotoKept) -> str:
    read = f"; the label on it: {event.label_read}" if event.label_read else ""
    name = {"receipt": "The carrier's receipt"}.get(event.what, f"Photo of the parcel, {event.what},")
    return f"{name} kept{read}"


def _handed_in(event: e.HandedIn) -> str:
    on = f" on {event.on}" if event.on else ""
    carrier = NAMES.get(event.carrier, event.carrier)
    return f"Handed to {carrier} by {event.method}{on}: {event.tracking_number or 'no number'}"


def _pickup(event: e.PickupNoted) -> str:
    if event.pickup is None:
        return "The pickup was cancelled"
    return f"Pickup booked for {event.pickup.date} ({event.pickup.confirmation})"


def _handed_over(event: e.HandedOver) -> str:
    steps = f" ({', '.join(event.steps)})" if event.steps else ""
    return f"Hand-over {event.handover} was pasted at the marketplace{steps}, a person says"


def _tracked(event: e.Tracked) -> str:
    at = event.delivered_at if event.status == "delivered" else event.last_event_at
    source = "a person" if event.by == "person" else "the carrier"
    return f"Parcel {event.tracking_number}: {event.status}{f' at {utc(at)}' if at else ''}, says {source}"


def _closed(event: e.Closed) -> str:
    more = ", ".join(part for part in (event.amount, event.note) if part)
    return f"Closed: {event.outcome}{f' ({more})' if more else ''}"


def device(found: e.Device) -> str:
    """Brand, model and kind."""
    name = " ".join(part for part in (found.brand, found.model) if part)
    return f"{name} ({found.kind})" if name else found.kind


_WORDS: dict[type, Callable[[Any], str]] = {
    e.Opened: _opened,
    e.Amended: _amended,
    e.CaseSeen: _case_seen,
    e.Found: lambda event: f"Found at the marketplace: {event.step} ({', '.join(event.items)})",
    e.Received: lambda event: f"Received from the conversation: {event.name}",
    e.PhotoKept: _photo,
    e.ViewLeftOut: lambda event: f"The view {event.view} can't be taken, a person says",
    e.Identified: _identified,
    e.ProofKept: lambda event: f"Proof kept that {event.account} is disconnected",
    e.ProofNotPossible: lambda event: f"No account to disconnect, a person says: {event.reason}",
    e.BackedUp: lambda event: f"Backed up, a person says: {event.answer}",
    e.SlipMade: lambda event: (
        f"Slip made ({event.pages} page{'s' if event.pages != 1 else ''}, {event.paper})"
    ),
    e.LabelKept: _label,
    e.LabelAwaited: lambda event: f"No label yet{f', due by {utc(event.due)}' if event.due else ''}",
    e.ParcelPhotoKept: _parcel,
    e.BatteryAnswered: lambda event: f"The battery, a person says: {event.answer}",
    e.HandedIn: _handed_in,
    e.PickupNoted: _pickup,
    e.Intended: lambda event: f"About to {event.summary} ({event.service})",
    e.Queued: lambda event: f"Written for pasting, hand-over {event.handover}: {event.covers.step}",
    e.HandedOver: _handed_over,
    e.Tracked: _tracked,
    e.Closed: _closed,
    e.Reopened: lambda _: "Opened again",
    e.Purged: lambda event: f"{len(event.files)} files deleted, with their names noted",
}
