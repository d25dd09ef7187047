"""Parcels back to the buyer."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta

from returnctl.forms import ready
from returnctl.sandbox import clock
from returnctl.sandbox.backmarket import ids
from returnctl.sandbox.backmarket.errors import stop
from returnctl.sandbox.web import Answer, Context, Request

if TYPE_CHECKING:
    import sqlite3


class Transfer(msgspec.Struct, frozen=True, rename="camel"):
    """A parcel back to the buyer, as the seller tells it."""

    shipper_name: Annotated[str, Meta(min_length=1, max_length=200)]
    tracking_number: Annotated[str, Meta(min_length=1, max_length=200)]
    action: Literal["REPAIR", "REPLACE", "NOTHING"] = "NOTHING"


def create(context: Context, request: Request) -> Answer:
    """POST /ws/sav/{careFolderId}/item-transfer."""
    case = ids.find_folder(context.db, request)
    try:
        transfer = msgspec.json.decode(request.body, type=ready(Transfer))
    except msgspec.MsgspecError as problem:
        raise stop(422, f"Cannot create item transfer: {problem}") from problem
    if case["folder"] > ids.NEW_GENERATION:
        raise stop(422, "Care folders with ID above 100,000,000 are not yet supported on this endpoint")
    known = context.db.execute(
        "select 1 from transfers where tracking_number = ?", (transfer.tracking_number,)
    ).fetchone()
    if known:
        raise stop(400, "An item transfer with this tracking number already exists")
    note(context.db, case["id"], transfer, clock.now())
    ids.touch(context.db, case["order_number"])
    return Answer(status=201)


def note(db: sqlite3.Connection, case_id: str, transfer: Transfer, at: datetime) -> None:
    """Keeps a transfer."""
    db.execute(
        "insert into transfers (case_id, at, carrier, tracking_number, action) values (?, ?, ?, ?, ?)",
        (case_id, at.isoformat(), transfer.shipper_name, transfer.tracking_number, transfer.action),
    )
