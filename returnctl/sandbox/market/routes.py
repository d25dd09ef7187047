"""The marketplace's operations on returns, and the table of all its routes."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from returnctl.forms import ready
from returnctl.sandbox import clock, conversation
from returnctl.sandbox.market import cases, keys, labels, messages, orders
from returnctl.sandbox.market.problems import authorize, error, invalid, stop
from returnctl.sandbox.web import JSON, PDF, Answer, Context, Request, Route, Service, json_answer

_PAGE = 50
_LAST_PAGE = 100_000
_GRACE_DAYS = 5  # weekends and holidays may move the last day of the window by some days
_WINDOW_DAYS = 30
_MATCHING = (
    " from cases where order_number = coalesce(?1, order_number)"
    " and (?1 is not null or order_number not in (select number from orders where past))"
    " and (?2 is null or (closed_at is null) = (?2 = 'open'))"
)

_Order = Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,11}\Z")]
_Line = Annotated[str, Meta(pattern=r"^[0-9]{1,12}\Z")]
_Reason = Literal[
    "changed-mind",
    "faulty-on-arrival",
    "faulty",
    "damaged-in-transit",
    "wrong-item",
    "not-as-described",
    "other",
]
_Damage = Literal["none", "physical", "oxidation", "opened", "in-transit"]


class NewReturn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of POST /v1/returns."""

    order: _Order
    line: _Line
    reason: _Reason
    wants: Literal["refund", "exchange", "repair"]
    damage: Annotated[list[_Damage], Meta(min_length=1, max_length=5)]
    description: Annotated[str, Meta(max_length=4000)] | msgspec.UnsetType = msgspec.UNSET
    again: bool = False


class LabelWish(msgspec.Struct, frozen=True, kw_only=True):
    """The body of POST /v1/returns/{return}/label."""

    why: Literal["expired", "missing", "unreadable"]


class Tracking(msgspec.Struct, frozen=True, kw_only=True):
    """The body of PUT /v1/returns/{return}/tracking."""

    carrier: Annotated[str, Meta(min_length=1, max_length=40)]
    tracking_number: Annotated[str, Meta(pattern=r"^[A-Za-z0-9 -]{4,50}\Z")]
    sent_on: Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")] | None = None


_Body = TypeVar("_Body", bound=msgspec.Struct)


def about(context: Context, request: Request) -> Answer:
    """GET /v1/about."""
    limits = {
        "files_per_message": conversation.FILES_PER_MESSAGE,
        "bytes_per_file": conversation.BYTES_PER_FILE,
        "media_types": conversation.MEDIA_TYPES,
        "text_characters": messages.TEXT_CHARACTERS,
    }
    return json_answer(
        {
            "name": "returnctl sandbox",
            "instance": context.instance,
            "environment": "sandbox",
            "limits": limits,
        }
    )


def list_returns(context: Context, request: Request) -> Answer:
    """GET /v1/returns."""
    order = _query(request, "order", r"[1-9][0-9]{0,11}")
    state = _query(request, "state", "open|closed")
    page = int(_query(request, "page", "[0-9]{1,6}") or 1)
    if not 1 <= page <= _LAST_PAGE:
        raise stop(400, "bad-request", f"page is 1 to {_LAST_PAGE}.")
    (total,) = context.db.execute("select count(*)" + _MATCHING, (order, state)).fetchone()
    rows = context.db.execute(
        "select *" + _MATCHING + " order by opened_at desc, number desc limit ?3 offset ?4",
        (order, state, _PAGE, _PAGE * (page - 1)),
    ).fetchall()
    found = [cases.as_document(context.db, row, context.faults) for row in rows]
    return json_answer({"returns": found, "total": total})


def open_return(context: Context, request: Request) -> Answer:
    """POST /v1/returns."""
    new = _read_json(request, NewReturn)
    order = orders.find(context.db, new.order)
    if new.line not in {line["line"] for line in order["lines"]}:
        raise invalid("line", f"the order has no line {new.line}")
    existing = context.db.execute(
        "select id from cases where order_number = ? and line = ? and closed_at is null order by number desc",
        (new.order, new.line),
    ).fetchone()
    if existing and not new.again:
        raise stop(409, "already-open", "This line has an open return.", **{"return": existing["id"]})
    if new.reason == "changed-mind" and _window_is_over(order, new.line):
        raise stop(422, "window-over", "A change of mind is taken within 30 days from receipt.")
    case = cases.NewCase(
        order=new.order,
        line=new.line,
        reason=new.reason,
        wants=new.wants,
        damage=list(new.damage),
        description=new.description or None,
    )
    name = cases.open_one(context.db, case, order, clock.now(), context.faults)
    return _told(context, name, 201)


def read_return(context: Context, request: Request) -> Answer:
    """GET /v1/returns/{return}."""
    return _told(context, cases.find(context.db, request)["id"], 200)


def read_label(context: Context, request: Request) -> Answer:
    """GET /v1/returns/{return}/label."""
    case = cases.find(context.db, request)
    label = labels.newest(context.db, case["id"])
    if label is None or context.faults.on("no-label", case["order_number"]):
        raise stop(404, "no-label", "There is no label yet.")
    return Answer(body=labels.file(context.db, label), media_type=PDF)


def request_label(context: Context, request: Request) -> Answer:
    """POST /v1/returns/{return}/label."""
    case = cases.find(context.db, request)
    _read_json(request, LabelWish)
    if case["closed_at"]:
        raise stop(409, "closed", "This return is closed.")
    if not case["prepaid"]:
        raise stop(409, "no-prepaid-label", "The sender pays the way back of this return.")
    label = labels.newest(context.db, case["id"])
    if label and labels.state(context.db, label) != "expired":
        raise stop(409, "label-alive", f"The label {label['tracking_number']} is good.")
    labels.issue(context.db, case, clock.now())
    return _told(context, case["id"], 201)


def give_tracking(context: Context, request: Request) -> Answer:
    """PUT /v1/returns/{return}/tracking."""
    case = cases.find(context.db, request)
    told = _read_json(request, Tracking)
    if told.sent_on and not _is_date(told.sent_on):
        raise invalid("sent_on", "is no date")
    if case["closed_at"]:
        raise stop(409, "closed", "This return is closed.")
    context.db.execute(
        "insert into told (case_id, carrier, tracking_number, sent_on) values (?, ?, ?, ?)",
        (case["id"], told.carrier, told.tracking_number, told.sent_on),
    )
    return _told(context, case["id"], 200)


def _told(context: Context, name: str, status: int) -> Answer:
    case = context.db.execute("select * from cases where id = ?", (name,)).fetchone()
    return json_answer(cases.as_document(context.db, case, context.faults), status)


def _window_is_over(order: dict[str, object], line: str) -> bool:
    lines = order["lines"]
    assert isinstance(lines, list)
    delivered = date.fromisoformat(next(entry["delivered_on"] for entry in lines if entry["line"] == line))
    end = delivered + timedelta(days=_WINDOW_DAYS + _GRACE_DAYS)
    if delivered.month == 12 or (delivered.month == 11 and delivered.day >= 20):
        end = max(end, date(delivered.year + 1, 1, 31))
    return clock.today() > end


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _query(request: Request, name: str, pattern: str) -> str | None:
    values = request.query.get(name, [])
    if not values:
        return None
    if len(values) > 1 or not re.fullmatch(pattern, values[0]):
        raise stop(400, "bad-request", f"{name} can't be read.")
    return values[0]


def _read_json(request: Request, shape: type[_Body]) -> _Body:
    if request.media_type != JSON:
        raise stop(415, "unsupported-media-type", "The body is application/json.")
    try:
        return msgspec.json.decode(request.body, type=ready(shape))
    except msgspec.ValidationError as error:
        message, _, field = str(error).partition(" - at `$.")
        raise invalid(field.rstrip("`") or "body", message) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise stop(400, "bad-request", "The body is not JSON.") from error


SERVICE = Service(name="market", prefix="", authorize=authorize, error=error, once=keys.Keys())
ROUTES = (
    Route(method="GET", rule="/v1/about", handler=about, open=True),
    Route(method="GET", rule="/v1/orders/<order>", handler=orders.read),
    Route(method="GET", rule="/v1/orders/<order>/invoice", handler=orders.invoice),
    Route(method="GET", rule="/v1/returns", handler=list_returns),
    Route(method="POST", rule="/v1/returns", handler=open_return),
    Route(method="GET", rule="/v1/returns/<return_id>", handler=read_return),
    Route(method="GET", rule="/v1/returns/<return_id>/messages", handler=messages.listing),
    Route(method="POST", rule="/v1/returns/<return_id>/messages", handler=messages.write),
    Route(method="GET", rule="/v1/returns/<return_id>/attachments/<attachment>", handler=messages.attachment),
    Route(method="GET", rule="/v1/returns/<return_id>/label", handler=read_label),
    Route(method="POST", rule="/v1/returns/<return_id>/label", handler=request_label),
    Route(method="PUT", rule="/v1/returns/<return_id>/tracking", handler=give_tracking),
)
