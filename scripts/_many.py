"""A workspace of many returns, for measurements: each record is a real one, written without waiting for the disk."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import msgspec

from returnctl.digest import hex_of
from returnctl.returns.events import CaseSeen, Coverage, Device, Opened
from returnctl.returns.record import Entry, _render
from returnctl.returns.state import State, fold

_AT = "2026-11-20T12:00:00+00:00"


def make(root: Path, count: int, *, first: int = 30000001, today: date | None = None) -> None:
    """Open returns of profile `manual`, with deadlines spread over the days from today on."""
    day = today or date.today()
    root.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        order = str(first + number)
        folder = root / order
        folder.mkdir(mode=0o700)
        (folder / "return.json").write_bytes(_record(order, day + timedelta(days=number % 400)))


def _record(order: str, ends: date) -> bytes:
    lines: list[bytes] = []
    state = State()
    for event in (_opened(order, ends.isoformat()), CaseSeen(case=f"R{order}-1", reply_due=_AT)):
        previous = hex_of(lines[-1]) if lines else ""
        entry = Entry(n=len(lines) + 1, at=_AT, previous=previous, what=event)
        lines.append(msgspec.json.encode(entry))
        state = fold(state, event, _AT)
    return _render(lines, state)


def _opened(order: str, ends: str) -> Opened:
    return Opened(
        order=order,
        profile="manual",
        device=Device(kind="smartphone", brand="Apple", model="iPhone 13"),
        name="Jane Doe",
        reason="faulty",
        wants="refund",
        ordered_on="2026-11-10",
        received_on="2026-11-14",
        asked_on="2026-11-20",
        coverage=Coverage(
            verdict="return-window", window_ends=ends, warranty_ends="2027-11-14", shipping_paid_by="seller"
        ),
        needed=dict.fromkeys(
            ("open", "photos", "imei", "disconnect-proof", "slip", "label", "ship", "track"), True
        ),
        views=("screen-on", "screen-off", "back", "left", "right", "top", "bottom"),
        accounts=("icloud",),
        imeis=("356789100000072",),
    )
