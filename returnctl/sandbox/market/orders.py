"""Orders: read, and their invoice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from returnctl.sandbox import drawing
from returnctl.sandbox.market.problems import stop
from returnctl.sandbox.web import PDF, Answer, Context, Request, json_answer

if TYPE_CHECKING:
    import sqlite3

_NUMBER = re.compile(r"[1-9][0-9]{0,11}")


def number_of(request: Request) -> str:
    """The order's number in the path. Raises Stop (400)."""
    number = request.args["order"]
    if not _NUMBER.fullmatch(number):
        raise stop(400, "bad-request", "An order's number is 1 to 12 digits.")
    return number


def find(db: sqlite3.Connection, number: str) -> dict[str, Any]:
    """The order as the contract has it. Raises Stop (404)."""
    row = db.execute("select document from orders where number = ?", (number,)).fetchone()
    if row is None:
        raise stop(404, "not-found", f"There is no order {number}.")
    order: dict[str, Any] = msgspec.json.decode(row["document"])
    return order


def read(context: Context, request: Request) -> Answer:
    """GET /v1/orders/{order}."""
    return json_answer(find(context.db, number_of(request)))


def invoice(context: Context, request: Request) -> Answer:
    """GET /v1/orders/{order}/invoice."""
    order = find(context.db, number_of(request))
    return Answer(body=drawing.invoice(order), media_type=PDF)
