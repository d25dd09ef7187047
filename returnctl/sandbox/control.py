"""What the sandbox's own commands ask of a running one: behind `/_sandbox`, from this machine only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from returnctl.errors import NotFound, Refused, ReturnctlError, Usage
from returnctl.sandbox import clock, parcels, seed
from returnctl.sandbox.market import cases
from returnctl.sandbox.market.problems import error
from returnctl.sandbox.web import Answer, Context, Request, Route, Service, Stop, json_answer

if TYPE_CHECKING:
    import sqlite3

_HERE = {"127.0.0.1", "localhost", "::1"}
_STATUS_OF_ERROR = {NotFound: 404, Refused: 409, Usage: 422}


def authorize(context: Context, request: Request) -> None:
    """A page in a browser could reach a port of this machine under a name of its own: only ours are taken."""
    if urlsplit(f"//{request.headers.get('host', '')}").hostname not in _HERE:
        raise Stop(error(403, "Only this machine may steer its sandbox."))


def show_orders(context: Context, request: Request) -> Answer:
    """GET /orders: one row for each line of each order."""
    documents = context.db.execute(
        "select document from orders where not past order by length(number), number"
    ).fetchall()
    rows = [row for (text,) in documents for row in _rows(msgspec.json.decode(text))]
    return json_answer({"orders": rows})


def ledger(context: Context, request: Request) -> Answer:
    """GET /ledger?order=: what the services really received, counted. A past return is counted when named."""
    wanted = request.query.get("order", [""])[0]
    orders = context.db.execute(
        "select number from orders where number = ?1 or (?1 = '' and not past) order by length(number), number",
        (wanted,),
    ).fetchall()
    if wanted and not orders:
        return error(404, f"The sandbox has no order {wanted}.")
    counts = {row["number"]: dict.fromkeys(COUNTS, 0) for row in orders}
    for name, query in COUNTS.items():
        for number, count in context.db.execute(query):
            if number in counts:
                counts[number][name] = count
    return json_answer({"orders": counts})


def patches(context: Context, request: Request) -> Answer:
    """GET /patches: how often somebody tried to change a line's IMEI or serial, for each order."""
    rows = context.db.execute("select order_number, count(*) from patches group by 1 order by 1")
    return json_answer({"patches": dict(rows.fetchall())})


def problems(context: Context, request: Request) -> Answer:
    """GET /problems: the problems that were declared, oldest first."""
    rows = context.db.execute(
        "select order_number as 'order', problems.at, kind, text, files from problems"
        " join cases on cases.id = case_id order by problems.number"
    )
    return json_answer({"problems": [dict(row) for row in rows]})


def advance(context: Context, request: Request) -> Answer:
    """POST /advance {return, to}: moves a return's parcel, or the one under a tracking number."""
    asked = _body(request)
    status = str(asked.get("to"))
    if status not in parcels.STATUSES:
        return error(422, f"“{status}” is no status of a parcel: {', '.join(parcels.STATUSES)}.")
    try:
        number = _parcel_named(context.db, str(asked.get("return")))
        parcel = parcels.advance(context.db, number, status)
    except ReturnctlError as problem:
        raise Stop(error(_STATUS_OF_ERROR.get(type(problem), 409), problem.message)) from problem
    return json_answer(
        {"tracking_number": parcel.tracking_number, "carrier": parcel.carrier, "status": parcel.status}
    )


def show_faults(context: Context, request: Request) -> Answer:
    """GET /faults."""
    return json_answer({"faults": context.faults.spec})


def change_faults(context: Context, request: Request) -> Answer:
    """PUT /faults {faults}; whatever they held back, the seller now does."""
    try:
        context.faults.change(str(_body(request).get("faults", "")))
    except Usage as problem:
        raise Stop(error(422, problem.message)) from problem
    context.throttle.clear()
    cases.settle(context.db, context.faults)
    return show_faults(context, request)


def reset(context: Context, request: Request) -> Answer:
    """POST /reset {order}: one order, or all of them, as seeded."""
    order = _body(request).get("order")
    try:
        seed.reset(context.db, str(order) if order else None)
    except NotFound as problem:
        raise Stop(error(404, problem.message)) from problem
    if not order:
        context.throttle.clear()
    return json_answer({"reset": order or "all"})


def close(context: Context, request: Request) -> Answer:
    """POST /close {return}: the seller ends a return."""
    case = _case_named(context.db, str(_body(request).get("return")))
    context.db.execute("update cases set closed_at = ? where id = ?", (clock.now().isoformat(), case["id"]))
    return json_answer({"closed": case["id"]})


def _body(request: Request) -> dict[str, Any]:
    try:
        return msgspec.json.decode(request.body or b"{}", type=dict[str, Any])
    except msgspec.MsgspecError as problem:
        raise Stop(error(400, "The body is not a JSON object.")) from problem


def _rows(order: dict[str, Any]) -> list[dict[str, Any]]:
    shared = {
        "ordered_on": order["ordered_on"],
        "name": order["buyer"]["name"],
        "postcode": order["buyer"]["address"]["postcode"],
    }
    own = ("kind", "brand", "model", "imeis", "serial", "delivered_on")
    return [
        {
            "order": order["order"],
            "line": line["line"],
            **{name: line[name] for name in own},
            "imei": next(iter(line["imeis"]), None),
            **shared,
        }
        for line in order["lines"]
    ]


def _parcel_named(db: sqlite3.Connection, name: str) -> str:
    if parcels.find(db, name):
        return name
    case = _case_named(db, name)
    number = cases.tracked_parcel(db, case)
    if number is None:
        raise NotFound(f"The return {name} has no parcel: no label, and no tracking number was given.")
    return number


def _case_named(db: sqlite3.Connection, name: str) -> sqlite3.Row:
    """The open (else the newest) return that ORDER, ORDER/LINE, either with ~N, or its id names."""
    base, _, nth = name.strip().lstrip("#").partition("~")
    order, _, line = base.partition("/")
    row: sqlite3.Row | None = db.execute(
        "select * from cases where (id = ?1 or (order_number = ?2 and (?3 = '' or line = ?3)))"
        " and (?4 = '' or nth = cast(?4 as integer))"
        " order by closed_at is not null, number desc",
        (name, order, line, nth),
    ).fetchone()
    if row is None:
        raise Stop(error(404, f"The sandbox has no return {name}."))
    return row


_OF_CASES = (
    "select order_number, count(*) from {table} join cases on cases.id = {table}.case_id {where} group by 1"
)
COUNTS = {
    "returns": "select order_number, count(*) from cases group by 1",
    "messages": _OF_CASES.format(table="messages", where="where not automatic"),
    "attachments": (
        "select order_number, sum(files) from ("
        " select order_number, 1 as files from attachments join cases on cases.id = attachments.case_id"
        " union all select order_number, photos_due from cases) group by 1"
    ),
    "labels": (
        "select order_number, count(*) from ("
        " select order_number from labels join cases on cases.id = labels.case_id"
        " union all select coalesce(order_number, (select order_number from told join cases on id = case_id"
        " where replace(told.tracking_number, ' ', '') = parcels.tracking_number)) from parcels where bought)"
        " group by 1"
    ),
    "pickups": "select order_number, count(*) from pickups group by 1",
    "tracking_numbers": _OF_CASES.format(table="told", where=""),
}

SERVICE = Service(name="control", prefix="/_sandbox", authorize=authorize, error=error)
ROUTES = (
    Route(method="GET", rule="/orders", handler=show_orders),
    Route(method="GET", rule="/ledger", handler=ledger),
    Route(method="GET", rule="/patches", handler=patches),
    Route(method="GET", rule="/problems", handler=problems),
    Route(method="POST", rule="/advance", handler=advance),
    Route(method="GET", rule="/faults", handler=show_faults),
    Route(method="PUT", rule="/faults", handler=change_faults),
    Route(method="POST", rule="/reset", handler=reset),
    Route(method="POST", rule="/close", handler=close),
)
