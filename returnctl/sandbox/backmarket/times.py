"""Moments as Back Market writes and reads them: always in UTC."""

from __future__ import annotations

from datetime import UTC, datetime

from returnctl.sandbox.backmarket.errors import stop


def told(moment: str | None) -> str | None:
    """A moment of the store (or SQLite's, which is UTC without saying so) as answers have it."""
    if moment is None:
        return None
    parsed = datetime.fromisoformat(moment)
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


def minute(text: str | None) -> str | None:
    """A moment of a Care query, `YYYY-MM-DD-hh-mm`, as SQLite compares it. Raises Stop (400)."""
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d-%H-%M").strftime("%Y-%m-%d %H:%M:%S")
    except ValueError as error:
        raise stop(400, "A moment is YYYY-MM-DD-hh-mm") from error


def moment(text: str) -> datetime:
    """A moment of another query: RFC 3339, or the same without zone or with a space. Raises ValueError."""
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
