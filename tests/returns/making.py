"""Returns, events and states for tests, with as little said as possible."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from returnctl.returns import devices
from returnctl.returns import events as e
from returnctl.returns.held import Return
from returnctl.returns.record import Record
from returnctl.returns.reference import Reference
from returnctl.returns.state import State, fold

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
AT = "2026-11-23T12:00:00+00:00"
SHA = "a" * 64


def opened(**changes: Any) -> e.Opened:
    """An Apple smartphone of order 10000001, within its window."""
    kind = changes.pop("kind", "smartphone")
    values: dict[str, Any] = {
        "order": "10000001",
        "line": "1",
        "profile": "sandbox",
        "device": e.Device(kind=kind, brand="Apple", model="iPhone 13"),
        "coverage": e.Coverage(verdict="return-window", window_ends="2026-12-18", shipping_paid_by="seller"),
        "needed": {"imei": True, "disconnect-proof": True},
        "views": devices.views(kind),
        "accounts": ("icloud",),
    }
    return e.Opened(**values | changes)


def intended(intent: str = "1", step: str = "photos", **changes: Any) -> e.Intended:
    values: dict[str, Any] = {
        "intent": intent,
        "service": "the marketplace",
        "method": "POST",
        "url": "https://shop.example/v1/returns",
        "headers": {"Content-Type": "application/json"},
        "body": f"intents/{intent}.body",
        "body_sha256": SHA,
        "summary": "post a message",
        "covers": e.Covers(step=step, items={"back": SHA}),
    }
    return e.Intended(**values | changes)


def photo(view: str, sha256: str = SHA, **changes: Any) -> e.PhotoKept:
    values: dict[str, Any] = {
        "view": view,
        "file": f"photos/{view}.jpg",
        "sha256": sha256,
        "original_sha256": SHA,
        "verdict": "accepted",
    }
    return e.PhotoKept(**values | changes)


def proof(account: str, number: int = 1, sha256: str = SHA) -> e.ProofKept:
    name = f"proof/{account}-{number}.jpg"
    return e.ProofKept(account=account, file=name, sha256=sha256, original_sha256=SHA)


def label(**changes: Any) -> e.LabelKept:
    values: dict[str, Any] = {
        "source": "marketplace",
        "carrier": "ups",
        "tracking_number": "1Z999AA10123456784",
    }
    return e.LabelKept(**values | changes)


def queued(step: str, handover: int = 1, **items: str) -> e.Queued:
    return e.Queued(handover=handover, text="Hello", covers=e.Covers(step=step, items=items or {step: "yes"}))


def sent(step: str, **items: str) -> e.Found:
    """Something that the seller has, by the shortest way."""
    return e.Found(step=step, items=items or {step: "yes"})


def folded(*happened: e.Event) -> State:
    state = State()
    for event in happened:
        state = fold(state, event, AT)
    return state


def held(folder: Path, *happened: e.Event) -> Return:
    """A return in `folder` with a record on disk; by default it has just been opened."""
    record = Record.new(folder)
    record.append(AT, *(happened or (opened(),)))
    return Return(Reference("10000001"), folder, record, lambda: NOW)


def again(one: Return) -> Return:
    """The same return as another process finds it on disk."""
    return Return(one.reference, one.folder, Record.load(one.folder), lambda: NOW)


def files_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
