"""Reading answers that may lack, bend or misname anything: nothing here raises."""

from __future__ import annotations

import functools
import html
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from returnctl.untrusted import clean_text

KM_PER_MILE = 1.609344
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


def dig(value: Any, *path: str | int) -> Any:
    """What lies at the path, None where anything on the way is missing or of another kind.

    A number takes that element of a list, and 0 also what should have been in a list of one.
    """
    for step in path:
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, dict) else None
        elif isinstance(value, list):
            value = value[step] if step < len(value) else None
        elif step:
            return None
    return value


def as_list(value: Any) -> list[Any]:
    """Lists of one come as the plain thing, empty ones as nothing."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def part(value: Any, name: str) -> dict[str, Any]:
    """What lies under the name, or the first of the list there; empty when it is no object."""
    found = value.get(name) if isinstance(value, dict) else None
    if isinstance(found, dict):
        return found
    first = found[0] if isinstance(found, list) and found else None
    return first if isinstance(first, dict) else {}


def words(value: Any) -> str:
    """A text for people: no tags, no entities, one line, at most 300 characters; "" for what is no text."""
    kind = type(value)  # exact: this runs a hundred times an answer, and a bool is no number
    if kind is not str and kind is not int and kind is not float:
        return ""
    text: str = value if kind is str else str(value)
    if text.isalnum():  # a code, or a word alone: most of what comes
        return text[:300]
    if "<" in text or "&" in text:
        text = clean_text(html.unescape(_TAG.sub("", text)))
    return " ".join(text.split())[:300]


def number(value: Any) -> float | None:
    """A finite number, also from text such as "1,234.50"."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        found = float(value.replace(",", "")) if isinstance(value, str) else float(value)
    except (ValueError, OverflowError):
        return None
    return found if abs(found) < 1e12 else None


def amount(value: Any) -> str | None:
    """Money as decimal text with two places."""
    found = number(value)
    return None if found is None else f"{found:.2f}"


def truth(value: Any) -> bool:
    """True for true and for the texts that carriers send instead."""
    return value is True or (isinstance(value, str) and value.strip().lower() in {"true", "y", "yes"})


def address_line(*parts: Any) -> str:
    """The parts that are there, joined with commas."""
    return ", ".join(filter(None, map(words, parts)))


def iso_time(text: Any, offset: Any = None) -> str | None:
    """ISO 8601 from ISO 8601, with `offset` ("-06:00") where the text has none; None for what is no time.

    A time without any offset stays one: it is local to a place that we don't know.
    """
    if not isinstance(text, str):
        return None
    text = text.strip()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if "T" not in text and " " not in text:
        return found.date().isoformat()
    if found.tzinfo is None and isinstance(offset, str):
        found = found.replace(tzinfo=_zone(offset))
    return found.isoformat(timespec="seconds")


def compact_time(day: Any, clock: Any = None, offset: Any = None) -> str | None:
    """ISO 8601 from "20261214", "153000" and "-05:00"; the date alone where there is no clock."""
    if not isinstance(day, str) or len(day) != 8 or not day.isdecimal():
        return None
    text = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    if isinstance(clock, str) and len(digits := clock.replace(":", "")) == 6:
        text += f"T{digits[:2]}:{digits[2:4]}:{digits[4:]}"
        if isinstance(offset, str):
            text += _written(offset)
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return None
    return text


@functools.lru_cache(maxsize=64)
def _written(offset: str) -> str:
    """As ISO 8601 writes it, "" for what is no offset."""
    zone = _zone(offset)
    return datetime(2000, 1, 1, tzinfo=zone).isoformat()[19:] if zone else ""


@functools.lru_cache(maxsize=64)
def _zone(offset: str) -> timezone | None:
    """From "-06:00", "-0600" or minutes, "-360"; None for anything else."""
    match = re.fullmatch(r"([+-]?)(?:(\d\d):?(\d\d)|(\d{1,3}))", offset.strip(), re.ASCII)
    if not match:
        return None
    minutes = int(match[4]) if match[4] else int(match[2]) * 60 + int(match[3])
    if minutes > 14 * 60:
        return None
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))


def moment(text: str | None) -> datetime:
    """A point to order times by, and for nothing else: a time without an offset counts as UTC."""
    if not text:
        return datetime.min.replace(tzinfo=UTC)
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def clock(value: Any) -> str | None:
    """`HH:MM` from "930", "0930", "09:30", "09:30:00", "0" (midnight); None for anything else."""
    digits = re.sub(r":", "", str(value).strip()) if isinstance(value, str | int) else ""
    if not re.fullmatch(r"\d{1,6}", digits):
        return None
    digits = digits[:-2] if len(digits) > 4 else digits
    digits = digits.zfill(4)
    if int(digits[:2]) > 24 or int(digits[2:]) > 59:
        return None
    return f"{digits[:2]}:{digits[2:]}"


def spans(opens: Any, closes: Any) -> str:
    """`09:00-12:00, 13:00-17:00` from two lists or two single clocks; "" when they say nothing."""
    pairs = zip(as_list(opens), as_list(closes), strict=False)
    found = [(clock(start), clock(end)) for start, end in pairs]
    return ", ".join(f"{start}-{end}" for start, end in found if start and end)


def day_name(index: int) -> str:
    """The name of a day, Monday being 0."""
    return _DAYS[index % 7]


def open_on(hours: dict[str, str], today: datetime) -> bool | None:
    """Whether the place opens on that day at all; None when it doesn't say."""
    said = hours.get(day_name(today.weekday()))
    return None if said is None else said != "closed"


def in_km(distance: Any, unit: str) -> float | None:
    """Kilometres with one decimal, from miles unless the unit says kilometres."""
    found = number(distance)
    if found is None:
        return None
    return round(found if unit.upper().startswith("K") else found * KM_PER_MILE, 1)
