"""Back Market's numbers for what the store names otherwise."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Any

import msgspec

from returnctl.sandbox.backmarket.errors import stop

if TYPE_CHECKING:
    import sqlite3

    from returnctl.sandbox.web import Request

NEW_GENERATION = 100_000_000
SELLER = 4021
_CLAIMS_FROM = 500_000
_NUMBER = re.compile(r"[0-9]{1,18}")


def number(text: str) -> int | None:
    """A whole number as ids are written, or None."""
    return int(text) if _NUMBER.fullmatch(text) else None


def orderline(order: str, line: str) -> int:
    """The id of a line: another number than its order's, though made of it."""
    return int(order) * 100 + int(line)


def claim(case: sqlite3.Row) -> int:
    """The id of a folder's claim."""
    return _CLAIMS_FROM + int(case["number"])


def small(text: str) -> int:
    """A number for something that has none: a product, a listing, a customer."""
    return zlib.crc32(text.encode()) % 10_000_000


def sku(line: dict[str, Any]) -> str:
    """The seller's own word for a listing."""
    return re.sub(r"[^A-Z0-9]+", "-", f"{line['brand']} {line['title']}".upper()).strip("-")[:50]


def find_order(db: sqlite3.Connection, number: str) -> sqlite3.Row:
    """An order's row. Raises Stop (404)."""
    row: sqlite3.Row | None = db.execute("select * from orders where number = ?", (number,)).fetchone()
    if row is None:
        raise stop(404, f"There is no order {number}")
    return row


def find_line(db: sqlite3.Connection, given: int) -> tuple[sqlite3.Row, dict[str, Any]]:
    """The order and the line of an orderline's id. Raises Stop (404)."""
    order, line = divmod(given, 100)
    row = find_order(db, str(order))
    for entry in msgspec.json.decode(row["document"])["lines"]:
        if entry["line"] == str(line):
            return row, entry
    raise stop(404, f"There is no orderline {given}")


def find_folder(db: sqlite3.Connection, request: Request) -> sqlite3.Row:
    """The return whose Care folder the path names. Raises Stop (404)."""
    row: sqlite3.Row | None = db.execute(
        "select * from cases where folder = ?", (number(request.args["folder"]),)
    ).fetchone()
    if row is None:
        raise stop(404, "Care Folder does not exist")
    return row


def touch(db: sqlite3.Connection, order: str) -> None:
    """Remembers that somebody worked on an order: it is not dated afresh any more."""
    db.execute("update orders set touched = 1 where number = ?", (order,))
