"""Files behind the links that answers have: attachments, labels, and the papers of an order.

A link names the API's own host or, with the fault `cdn`, another name of this machine, where a request that
carries the token is refused: nobody may send it there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from returnctl.sandbox import drawing
from returnctl.sandbox.backmarket import gate, ids, outbound, paging
from returnctl.sandbox.backmarket.errors import stop
from returnctl.sandbox.market import labels
from returnctl.sandbox.seller import SELLER
from returnctl.sandbox.web import PDF, Answer, Context, Request

if TYPE_CHECKING:
    import sqlite3

_MEDIA = "/backmarket/media/"


def path(name: str) -> str:
    """A file's address without its host."""
    return _MEDIA + quote(name)


def address(context: Context, request: Request, name: str) -> str:
    """A file's whole address."""
    origin = paging.origin(request)
    return (_elsewhere(origin) if context.faults.on("cdn") else origin) + path(name)


def of_folder(context: Context, request: Request, case: sqlite3.Row, name: str) -> str:
    """The address of a folder's file; those of the old generation are without their host."""
    if case["folder"] < ids.NEW_GENERATION and not context.faults.on("cdn"):
        return path(name)
    return address(context, request, name)


def attachment(context: Context, request: Request) -> Answer:
    """GET /media/attachments/{number}/{name}."""
    row = _find(context, request, "select file, media_type from attachments where number = ?")
    return Answer(body=row["file"], media_type=row["media_type"])


def label(context: Context, request: Request) -> Answer:
    """GET /media/labels/{number}.pdf: the very file that the buyer's own dialect gives."""
    row = _find(context, request, "select * from labels where number = ?")
    return Answer(body=labels.file(context.db, row), media_type=PDF)


def transfer(context: Context, request: Request) -> Answer:
    """GET /media/transfers/{number}.pdf: the label of a parcel back to its buyer."""
    row = _find(
        context,
        request,
        "select transfers.tracking_number, orders.carrier, document from transfers"
        " join cases on cases.id = case_id join orders on orders.number = order_number"
        " where transfers.number = ?",
    )
    return _to_buyer(row["carrier"], row["tracking_number"], msgspec.json.decode(row["document"]))


def delivery_label(context: Context, request: Request) -> Answer:
    """GET /media/deliveries/{order}.pdf: the label that the device came with."""
    _look_at_token(context, request)
    row = ids.find_order(context.db, request.args["order"])
    order = msgspec.json.decode(row["document"])
    sent = outbound.of(row, order)
    return _to_buyer(sent.carrier, sent.tracking_number, order)


def delivery_note(context: Context, request: Request) -> Answer:
    """GET /media/delivery-notes/{order}.pdf."""
    _look_at_token(context, request)
    row = ids.find_order(context.db, request.args["order"])
    return Answer(body=drawing.invoice(msgspec.json.decode(row["document"])), media_type=PDF)


def _to_buyer(carrier: str, number: str, order: dict[str, Any]) -> Answer:
    paper = drawing.label(
        carrier=carrier,
        tracking_number=number,
        sender=SELLER,
        receiver=order["buyer"]["address"],
        reference=order["order"],
    )
    return Answer(body=paper, media_type=PDF)


def _find(context: Context, request: Request, query: str) -> sqlite3.Row:
    _look_at_token(context, request)
    row: sqlite3.Row | None = context.db.execute(query, (ids.number(request.args["number"]),)).fetchone()
    if row is None:
        raise stop(404, "No such file")
    return row


def _elsewhere(origin: str) -> str:
    if "//localhost" in origin:
        return origin.replace("//localhost", "//127.0.0.1")
    return origin.replace("//127.0.0.1", "//localhost")


def _look_at_token(context: Context, request: Request) -> None:
    if "authorization" not in request.headers:
        return
    if context.faults.on("cdn"):
        raise stop(400, "Only one auth mechanism allowed: the link is signed, and a token came with it")
    gate.check_token(context, request)
