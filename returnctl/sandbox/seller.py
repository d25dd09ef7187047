"""The seller: where parcels go, and how anybody's words get into a conversation."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3

BOOK: dict[str, Any] = tomllib.loads(Path(__file__).with_name("orders.toml").read_text(encoding="utf-8"))
SELLER: dict[str, Any] = BOOK["seller"]


def post(db: sqlite3.Connection, case_id: str, text: str, *, author: str, at: datetime) -> int:
    """Adds a message to a return's conversation; gives its number."""
    row = db.execute(
        "insert into messages (case_id, at, author, text) values (?, ?, ?, ?)",
        (case_id, at.isoformat(), author, text),
    )
    return row.lastrowid or 0
