"""Money given back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Literal

import msgspec

from returnctl.forms import ready
from returnctl.sandbox import clock
from returnctl.sandbox.backmarket import ids, lines
from returnctl.sandbox.backmarket.errors import stop
from returnctl.sandbox.web import Answer, Context, Request

if TYPE_CHECKING:
    import sqlite3

_OF_STATE = {1: 4, 2: 5, 3: 6}  # the type of refund that a line in this state takes
_CENT = Decimal("0.01")


class _Wish(msgspec.Struct, frozen=True):
    orderline_pk: int
    refund_type: Literal[4, 5, 6]
    amount: Decimal | None = None


def create(context: Context, request: Request) -> Answer:
    """POST /ws/sav/refund."""
    try:
        wish = msgspec.json.decode(request.body, type=ready(_Wish))
    except (msgspec.MsgspecError, InvalidOperation) as problem:
        raise stop(400, str(problem)) from problem
    if not 0 < wish.orderline_pk < 10**18:
        raise stop(404, "Orderline does not exist")
    order, line = ids.find_line(context.db, wish.orderline_pk)
    if _OF_STATE.get(lines.state(line)) != wish.refund_type:
        raise stop(400, "This type of refund is for lines in another state")
    left = lines.price(line) - given(context.db, order["number"], line["line"])
    amount = left if wish.amount is None else wish.amount
    if not amount.is_finite() or not 0 < amount <= left or amount != amount.quantize(_CENT):
        raise stop(400, "The amount is not what can be refunded")
    give(context.db, order["number"], line["line"], amount, clock.now())
    ids.touch(context.db, order["number"])
    told = f"{amount:.2f}$ refunded on the sku {ids.sku(line)}"
    return Answer(status=201, body=told.encode(), media_type="text/plain; charset=utf-8")


def given(db: sqlite3.Connection, order: str, line: str) -> Decimal:
    """What was given back for a line up to now."""
    (cents,) = db.execute(
        "select coalesce(sum(cents), 0) from refunds where order_number = ? and line = ?", (order, line)
    ).fetchone()
    return Decimal(cents) * _CENT


def give(db: sqlite3.Connection, order: str, line: str, amount: Decimal, at: datetime) -> None:
    """Gives money back; a line whose whole price was given back is refunded."""
    db.execute(
        "insert into refunds (order_number, line, at, cents) values (?, ?, ?, ?)",
        (order, line, at.isoformat(), int(amount / _CENT)),
    )
    (text,) = db.execute("select document from orders where number = ?", (order,)).fetchone()
    document = msgspec.json.decode(text)
    entry = next(entry for entry in document["lines"] if entry["line"] == line)
    if given(db, order, line) < lines.price(entry):
        return
    entry["state"] = "refunded"
    db.execute(
        "update orders set document = ? where number = ?", (msgspec.json.encode(document).decode(), order)
    )
