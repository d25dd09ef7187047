"""How a time is said to people on a screen. Documents, which are read anywhere, say UTC (`chronicle`)."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime


def when(moment: str) -> str:
    """A time for people, by this machine's clock: `2026-11-24 21:42`; a date, or one without an offset, as it is."""
    with suppress(ValueError, OverflowError, OSError):  # the system's, for years far away
        if (found := datetime.fromisoformat(moment)).tzinfo:
            return found.astimezone().strftime("%Y-%m-%d %H:%M")
    return when_there(moment)


def when_there(moment: str) -> str:
    """As `when`, by the clock of the place that the time was noted at: as carriers say when a parcel was scanned."""
    day, _, clock = moment.partition("T")
    return f"{day} {clock[:5]}" if clock else day
