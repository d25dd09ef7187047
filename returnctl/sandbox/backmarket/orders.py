"""Orders and their lines: listed, read, and the one change that nobody should make."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from returnctl.forms import ready
from returnctl.sandbox import clock
from returnctl.sandbox.backmarket import addresses, ids, lines, media, outbound, paging, times
from returnctl.sandbox.backmarket.errors import failure, stop
from returnctl.sandbox.web import Answer, Context, Request, json_answer

if TYPE_CHECKING:
    import sqlite3

_PAGE, _LARGEST_PAGE = 10, 50
_STATES = {"0", "10", "1", "3", "8", "9"}
_GOOD, _UNHEARD_OF = 11, 13
_SHIPPING_DELAY_HOURS = 48
_FEE = Decimal("0.10")
_CENT = Decimal("0.01")


class _Identifiers(msgspec.Struct, frozen=True):
    imei: Annotated[str, Meta(max_length=15)] | None = None
    serial_number: Annotated[str, Meta(max_length=50)] | None = None


def listing(context: Context, request: Request) -> Answer:
    """GET /ws/orders."""
    page = paging.page_of(request)
    size = ids.number(paging.value(request, "page-size") or str(_PAGE))
    if not size or size > _LARGEST_PAGE:
        raise stop(400, f"page-size is 1 to {_LARGEST_PAGE}")
    state = paging.value(request, "state")
    if state not in {None, *_STATES}:
        raise stop(400, "state is no order state")
    rows = context.db.execute("select * from orders order by length(number), number").fetchall()
    found = [row for row in rows if state in {None, str(lines.SENT)} and _meets(context, request, row)]
    results = [as_document(context, request, row) for row in found[size * (page - 1) : size * page]]
    return json_answer(paging.envelope(context, request, results, page=page, size=size, total=len(found)))


def read(context: Context, request: Request) -> Answer:
    """GET /ws/orders/{order_id}."""
    number = request.args["order"]
    if ids.number(number) is None:
        raise stop(400, "An order's id is an integer")
    return json_answer(as_document(context, request, ids.find_order(context.db, number)))


def patch(context: Context, request: Request) -> Answer:
    """PATCH /ws/orderlines/{orderline_id}: counted, whatever comes of it. What is registered stays."""
    given = ids.number(request.args["orderline"])
    if given is None:
        raise stop(400, "An orderline's id is an integer")
    order, line = ids.find_line(context.db, given)
    context.db.execute(
        "insert into patches (order_number, line, at) values (?, ?, ?)",
        (order["number"], line["line"], clock.now().isoformat()),
    )
    ids.touch(context.db, order["number"])
    try:
        new = msgspec.json.decode(request.body, type=ready(_Identifiers))
    except msgspec.MsgspecError as problem:
        return failure(400, str(problem))
    if new.imei is None and new.serial_number is None:
        return failure(400, "At least one of imei and serial_number")
    if (new.imei and _imei(line)) or (new.serial_number and line["serial"]):
        return failure(422, "Once registered, the value cannot be corrected")
    _register(context.db, order, line, new)
    return json_answer({name: value for name, value in msgspec.structs.asdict(new).items() if value})


def _register(db: sqlite3.Connection, order: sqlite3.Row, line: dict[str, Any], new: _Identifiers) -> None:
    document = msgspec.json.decode(order["document"])
    entry = next(entry for entry in document["lines"] if entry["line"] == line["line"])
    entry["imeis"] = entry["imeis"] or ([new.imei] if new.imei else [])
    entry["serial"] = entry["serial"] or new.serial_number
    db.execute(
        "update orders set document = ? where number = ?",
        (msgspec.json.encode(document).decode(), order["number"]),
    )


def as_document(context: Context, request: Request, row: sqlite3.Row) -> dict[str, Any]:
    """The order as the list and the detail have it."""
    order = msgspec.json.decode(row["document"])
    spell = addresses.camel if context.faults.on("camel") else addresses.snake
    address = spell(order["buyer"]["address"])
    sent, dates = outbound.of(row, order), lines.dates(order)
    return {
        "order_id": int(row["number"]),
        "shipping_address": address,
        "billing_address": address,
        "delivery_note": media.address(context, request, f"delivery-notes/{row['number']}.pdf"),
        "expected_dispatch_date": dates.promised,
        "tracking_number": sent.tracking_number,
        "tracking_url": sent.tracking_url,
        "shipper": sent.carrier_name,
        "shipper_display": sent.carrier_name,
        "is_backship": bool(row["backship"]),
        "date_creation": dates.created,
        "date_modification": _modified(context.db, order),
        "date_shipping": dates.shipped,
        "date_payment": dates.paid,
        "state": lines.SENT,
        "orderlines": [_line(context, order, line) for line in order["lines"]],
        "price": str(lines.total(order)),
        "shipping_price": "0.00",
        "currency": "USD",
        "country_code": order["market"],
        "paypal_reference": None,
        "installment_payment": False,
        "payment_method": "CARD",
        "sales_taxes": "0.00",
        "delivery_mode": "HOME_DELIVERY",
    }


def _line(context: Context, order: dict[str, Any], line: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": ids.orderline(order["order"], line["line"]),
        "date_creation": lines.dates(order).created,
        "state": lines.state(line),
        "price": line["price"]["amount"],
        "shipping_price": "0.00",
        "shipping_delay": _SHIPPING_DELAY_HOURS,
        "currency": line["price"]["currency"],
        "return_reason": 0,
        "return_message": "",
        "listing": ids.sku(line),
        "listing_id": ids.small(ids.sku(line)),
        "orderline_fee": str((lines.price(line) * _FEE).quantize(_CENT)),
        "product": line["title"],
        "quantity": 1,
        "brand": line["brand"],
        "product_id": ids.small(line["title"]),
        "backcare": False,
        "backcare_price": 0,
        "sales_taxes": "0.00",
        "imei": _imei(line),
        "serial_number": line["serial"] or "",
        "condition": _UNHEARD_OF if context.faults.on("quirks") else _GOOD,
    }


def _imei(line: dict[str, Any]) -> str:
    return next(iter(line["imeis"]), "")


def _modified(db: sqlite3.Connection, order: dict[str, Any]) -> str:
    (refunded,) = db.execute(
        "select max(datetime(at)) from refunds where order_number = ?", (order["order"],)
    ).fetchone()
    return times.told(refunded) or lines.dates(order).shipped


def _meets(context: Context, request: Request, row: sqlite3.Row) -> bool:
    order = msgspec.json.decode(row["document"])
    country = paging.value(request, "country_code")
    return (
        country in {None, order["market"]}
        and _is_since(request, "date_creation", lines.dates(order).created)
        and _is_since(request, "date_modification", _modified(context.db, order))
    )


def _is_since(request: Request, name: str, moment: str) -> bool:
    text = paging.value(request, name)
    if text is None:
        return True
    try:
        return times.moment(moment) >= times.moment(text)
    except ValueError as error:
        raise stop(400, f"{name} is no moment") from error
