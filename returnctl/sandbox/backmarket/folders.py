"""Care folders: the returns, as the seller's after-sales desk sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from returnctl.sandbox.backmarket import addresses, ids, lines, media, messages, outbound, paging, times
from returnctl.sandbox.backmarket.errors import stop
from returnctl.sandbox.conversation import draw_photos_due
from returnctl.sandbox.market import labels
from returnctl.sandbox.seller import SELLER
from returnctl.sandbox.web import Answer, Context, Request, json_answer

if TYPE_CHECKING:
    import sqlite3

OPEN, CLOSED = 0, 9
_PAGE = 10
_UNHEARD_OF = 1
_NONE = "null"  # the published example is this word, not JSON's null

_LAST_MESSAGE = (
    "coalesce((select max(datetime(at)) from messages where case_id = cases.id), datetime(opened_at))"
)
_WITH_DATES = f"""
    select *, {_LAST_MESSAGE} as last_message,
      max(
        {_LAST_MESSAGE}, coalesce(datetime(closed_at), ''),
        coalesce((select max(datetime(issued_at)) from labels where case_id = cases.id), ''),
        coalesce((select max(datetime(at)) from transfers where case_id = cases.id), '')
      ) as modified
    from cases
"""  # noqa: S608 - constants only
_MATCHING = f"""
    select * from ({_WITH_DATES})
    where folder > coalesce(:last_id, 0)
      and (:state is null or (closed_at is not null) = (:state = 9))
      and (:order_number is null or (order_number = :order_number and line = :line))
      and modified > coalesce(:modified, '') and last_message > coalesce(:messaged, '')
    order by folder limit {_PAGE} + 1 offset :offset
"""  # noqa: S608 - constants only

_ISSUES = {
    "changed-mind": ("WITHDRAWAL", "CHANGED_MIND"),
    "faulty-on-arrival": ("TECHNICAL", "NOT_WORKING_ON_ARRIVAL"),
    "faulty": ("TECHNICAL", "NOT_WORKING"),
    "damaged-in-transit": ("DELIVERY", "DAMAGED_PARCEL"),
    "wrong-item": ("DELIVERY", "WRONG_PRODUCT"),
    "not-as-described": ("AESTHETIC", "NOT_AS_DESCRIBED"),
    "other": ("OTHER", "OTHER"),
}
_WISHES = {"refund": "REFUND", "exchange": "REPLACE", "repair": "REPAIR"}
_WARRANTY = {
    "physical": "WATER_OR_DROPPED",
    "oxidation": "WATER_OR_DROPPED",
    "opened": "THIRD_PARTY_REPAIR",
}
_LABEL_STATES = {"alive": "ALIVE", "used": "USED", "expired": "EXPIRED"}
_CATEGORIES = {
    "smartphone": "Smartphones",
    "tablet": "Tablets",
    "computer": "Laptops",
    "smartwatch": "Smartwatches",
    "console": "Game consoles",
    "audio": "Headphones",
}


def listing(context: Context, request: Request) -> Answer:
    """GET /ws/sav: ten folders a page; `count` is how many are on this page."""
    page = paging.page_of(request)
    order, line = _orderline(request)
    asked = {
        "last_id": _integer(request, "last_id"),
        "state": _state(request),
        "order_number": order,
        "line": line,
        "modified": times.minute(paging.value(request, "last_modification_date")),
        "messaged": times.minute(paging.value(request, "last_message_date")),
        "offset": _PAGE * (page - 1),
    }
    rows = context.db.execute(_MATCHING, asked).fetchall()
    none = None if context.faults.on("quirks") else _NONE
    return json_answer(
        {
            "count": len(rows[:_PAGE]),
            "next": paging.link(context, request, page + 1) if len(rows) > _PAGE else none,
            "previous": paging.link(context, request, page - 1) if page > 1 else _NONE,
            "results": [_summary(row) for row in rows[:_PAGE]],
        }
    )


def read(context: Context, request: Request) -> Answer:
    """GET /ws/sav/{careFolderId}."""
    case = ids.find_folder(context.db, request)
    draw_photos_due(context.db, case)
    row = context.db.execute(f"{_WITH_DATES} where id = ?", (case["id"],)).fetchone()
    order = ids.find_order(context.db, row["order_number"])
    document = msgspec.json.decode(order["document"])
    buyer = addresses.snake(document["buyer"]["address"])
    person = {name: buyer[name] for name in ("first_name", "last_name", "email")}
    return json_answer(
        {
            **_head(row),
            "client": {"id": 0, "username": "", **person},
            "merchant": {
                "id": ids.SELLER,
                "username": SELLER["email"],
                "first_name": "Returns",
                "last_name": "Desk",
            },
            "lines": [_claim(context, request, row)],
            "messages": messages.told(context, request, row),
            "orderline": _orderline_of(row, order, document),
        }
    )


def _summary(row: sqlite3.Row) -> dict[str, Any]:
    return {
        **_head(row),
        "client": ids.small(row["order_number"]),
        "merchant": ids.SELLER,
        "orderline": ids.orderline(row["order_number"], row["line"]),
        "lines": [ids.claim(row)],
    }


def _head(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": row["folder"],
        "state": CLOSED if row["closed_at"] else OPEN,
        "backcare": False,
        "country_code": "en-us",
        "date_creation": times.told(row["opened_at"]),
        "date_modification": times.told(row["modified"]),
        "date_last_message": times.told(row["last_message"]),
        "date_closed": times.told(row["closed_at"]),
    }


def _claim(context: Context, request: Request, row: sqlite3.Row) -> dict[str, Any]:
    tag, issue = row["issue"].split("/") if row["issue"] else _ISSUES[row["reason"]]
    states = [_WARRANTY[damage] for damage in row["damage"].split() if damage in _WARRANTY]
    state = CLOSED if row["closed_at"] else OPEN
    return {
        "id": ids.claim(row),
        "tiles": [],
        "issues": [{"customerIssue": issue, "tag": tag}],
        "state": _UNHEARD_OF if context.faults.on("quirks") else state,
        "warnings": [],
        "resolution_choice": row["resolution"] or _WISHES[row["wants"]],
        "declared_warranty_state": states[0] if states else "IN_WARRANTY",
        "return_labels": [*_ways_here(context, request, row), *_ways_back(context, request, row)],
    }


def _ways_here(context: Context, request: Request, case: sqlite3.Row) -> list[dict[str, Any]]:
    if context.faults.on("no-label", case["order_number"]):
        return []
    rows = context.db.execute("select * from labels where case_id = ? order by number", (case["id"],))
    return [
        {
            "date_creation": times.told(row["issued_at"]),
            "state": _LABEL_STATES[labels.state(context.db, row)],
            "label": media.of_folder(context, request, case, f"labels/{row['number']}.pdf"),
            "initiator": "BackMarket",
            "kind": "CUSTOMER_TO_MERCHANT",
        }
        for row in rows.fetchall()
    ]


def _ways_back(context: Context, request: Request, case: sqlite3.Row) -> list[dict[str, Any]]:
    rows = context.db.execute("select * from transfers where case_id = ? order by number", (case["id"],))
    return [
        {
            "date_creation": times.told(row["at"]),
            "state": "USED" if case["closed_at"] else "ALIVE",
            "label": media.of_folder(context, request, case, f"transfers/{row['number']}.pdf"),
            "initiator": "Merchant",
            "kind": "MERCHANT_TO_CUSTOMER",
        }
        for row in rows.fetchall()
    ]


def _orderline_of(case: sqlite3.Row, row: sqlite3.Row, order: dict[str, Any]) -> dict[str, Any]:
    line = next(entry for entry in order["lines"] if entry["line"] == case["line"])
    return {
        "id": ids.orderline(order["order"], line["line"]),
        "order": _order(row, order),
        "snapshot": {
            "id": 0,
            "product": {
                "product_id": ids.small(line["title"]),
                "category_3": {"category_name": _CATEGORIES.get(line["kind"], "Accessories")},
            },
            "listing": ids.small(ids.sku(line)),
            "sku": ids.sku(line),
            "image": f"https://images.example/{ids.small(line['title'])}.jpg",
        },
        "quantity": 1,
        "price": line["price"]["amount"],
        "state": lines.state(line),
    }


def _order(row: sqlite3.Row, order: dict[str, Any]) -> dict[str, Any]:
    sent, dates = outbound.of(row, order), lines.dates(order)
    address = {**addresses.snake(order["buyer"]["address"]), "customer_id_number": ""}
    return {
        "order_id": int(row["number"]),
        "shipping_address": address,
        "billing_address": address,
        "tracking_number": sent.tracking_number,
        "tracking_url": sent.tracking_url,
        "shipper": outbound.CARRIER_IDS[sent.carrier],
        "shipper_display": sent.carrier_name,
        "date_creation": dates.created,
        "date_modification": dates.shipped,
        "date_shipping": dates.shipped,
        "date_payment": dates.paid,
        "state": lines.SENT,
        "price": str(lines.total(order)),
        "shipping_price": "0.00",
        "currency": "USD",
        "country_code": order["market"],
    }


def _orderline(request: Request) -> tuple[str | None, str | None]:
    given = _integer(request, "orderline")
    if given is None:
        return None, None
    order, line = divmod(given, 100)
    return str(order), str(line)


def _state(request: Request) -> int | None:
    state = _integer(request, "state")
    if state not in {None, OPEN, CLOSED}:
        raise stop(400, "state is 0 or 9")
    return state


def _integer(request: Request, name: str) -> int | None:
    text = paging.value(request, name)
    if text is None:
        return None
    given = ids.number(text)
    if given is None:
        raise stop(400, f"{name} is an integer")
    return given
