"""Deadlines as iCalendar, as RFC 5545 wants it."""

from __future__ import annotations

from datetime import UTC, datetime

from returnctl.documents.calendar import Entry, calendar

WRITTEN = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_days_and_times() -> None:
    entries = [
        Entry(name="1-window", due="2026-12-18", summary="Return 1: the return window ends"),
        Entry(
            name="1-reply", due="2026-11-24T09:30:00-05:00", summary="Return 1: an answer; at once, please"
        ),
    ]
    lines = calendar(entries, WRITTEN).decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert {"DTSTART;VALUE=DATE:20261218", "DTSTART:20261124T143000Z", "DTSTAMP:20261123T120000Z"} < set(
        lines
    )
    assert "SUMMARY:Return 1: an answer\\; at once\\, please" in lines


def test_long_lines_are_folded() -> None:
    long = "x" * 200
    text = calendar([Entry(name="1", due="2026-12-18", summary=long)], WRITTEN)
    assert max(len(line) for line in text.split(b"\r\n")) <= 75
    assert f"SUMMARY:{long}".encode() in text.replace(b"\r\n ", b"")
