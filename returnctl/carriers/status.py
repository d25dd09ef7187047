"""One vocabulary for where a parcel is; the carriers' codes are in status.toml."""

from __future__ import annotations

import functools
from enum import StrEnum
from pathlib import Path
from typing import Any


class Status(StrEnum):
    """Where a parcel is. On a return, `returned` means that it is coming back to the customer."""

    LABEL_CREATED = "label-created"
    PICKED_UP = "picked-up"
    IN_TRANSIT = "in-transit"
    OUT_FOR_DELIVERY = "out-for-delivery"
    AVAILABLE_FOR_PICKUP = "available-for-pickup"
    DELIVERED = "delivered"
    EXCEPTION = "exception"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


@functools.lru_cache(maxsize=512)
def of_ups(code: str, type_code: str) -> tuple[Status, bool]:
    """From the three-digit status code ("021"), else from the type ("I"); the type alone hides deliveries."""
    number = str(int(code)) if code.isascii() and code.isdigit() else code
    codes = _table("ups", "code")
    status = codes.get(number) or _table("ups", "type").get(type_code.upper())
    return status or Status.UNKNOWN, number in _delayed("ups", "code")


@functools.lru_cache(maxsize=512)
def of_fedex(*codes: str) -> tuple[Status, bool]:
    """From the first of the codes that is known, in any case; delayed if any of them says so."""
    table = _table("fedex", "code")
    known = [table[code.upper()] for code in codes if code.upper() in table]
    delayed = any(code.upper() in _delayed("fedex", "code") for code in codes)
    return (known[0] if known else Status.UNKNOWN), delayed


@functools.lru_cache(maxsize=512)
def of_usps(words: str, category: str, code: str) -> tuple[Status, bool]:
    """From the words of the status, then its category, then the newest event's code."""
    low, category = words.casefold(), category.casefold().strip()
    delayed = category in _delayed("usps", "category")
    for part, status in _table("usps", "words").items():
        if part in low:
            return status, delayed
    found = _table("usps", "category").get(category) or _table("usps", "code").get(code.upper())
    return found or Status.UNKNOWN, delayed


@functools.cache
def _data() -> dict[str, Any]:
    import tomllib

    return tomllib.loads(Path(__file__).with_name("status.toml").read_text(encoding="utf-8"))


@functools.cache
def _table(carrier: str, kind: str) -> dict[str, Status]:
    """What each code means, by code."""
    groups = _data()[carrier][kind]
    return {str(code): Status(name) for name, codes in groups.items() if name != "delayed" for code in codes}


@functools.cache
def _delayed(carrier: str, kind: str) -> frozenset[str]:
    return frozenset(str(code) for code in _data()[carrier][kind].get("delayed", ()))
