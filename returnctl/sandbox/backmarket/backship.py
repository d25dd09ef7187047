"""BackShip: the parcels that Back Market itself pays for, in both directions."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from returnctl.sandbox import parcels
from returnctl.sandbox.backmarket import ids, lines, media, outbound, paging, times
from returnctl.sandbox.backmarket.errors import invalid, stop
from returnctl.sandbox.web import Answer, Context, Request, json_answer

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

_PAGE = 10
_STATES = {"0", "1", "3", "8", "9"}
_PRICE = 9
_DATES = {
    "start_date": ("dateCreation", 1),
    "end_date": ("dateCreation", -1),
    "pickup_start_date": ("datePickup", 1),
    "pickup_end_date": ("datePickup", -1),
}
_RETURNS = (
    "select labels.*, cases.order_number, cases.line from labels join cases on cases.id = case_id"
    " where (?1 is null or order_number = ?1) order by labels.number"
)
_DELIVERIES = (
    "select * from orders where backship and (?1 is null or number = ?1) order by length(number), number"
)


def returns(context: Context, request: Request) -> Answer:
    """GET /ws/shipping/v1/returns."""
    return _listing(context, request, _RETURNS, _return)


def one_return(context: Context, request: Request) -> Answer:
    """GET /ws/shipping/v1/returns/{id}: the id is the shipment's."""
    found = [row for row in _rows(context, _RETURNS, None) if str(row["number"]) == request.args["id"]]
    if not found:
        raise stop(404, "Return entry not found")
    return json_answer(_return(context, request, found[0]))


def deliveries(context: Context, request: Request) -> Answer:
    """GET /ws/shipping/v1/deliveries."""
    return _listing(context, request, _DELIVERIES, _delivery)


def one_delivery(context: Context, request: Request) -> Answer:
    """GET /ws/shipping/v1/deliveries/{id}: the id is the shipment's."""
    found = _rows(context, _DELIVERIES, request.args["id"])
    if not found:
        raise stop(404, "Delivery entry not found")
    return json_answer(_delivery(context, request, found[0]))


def _rows(context: Context, query: str, order: str | None) -> list[sqlite3.Row]:
    rows = context.db.execute(query, (order,)).fetchall()
    if query == _DELIVERIES:
        return rows
    return [row for row in rows if not context.faults.on("no-label", row["order_number"])]


def _listing(
    context: Context,
    request: Request,
    query: str,
    tell: Callable[[Context, Request, sqlite3.Row], dict[str, Any]],
) -> Answer:
    page = ids.number(paging.value(request, "page") or "1")
    if not page:
        raise invalid("page", "An integer is needed.")
    wish = _read_wish(request)
    told = [tell(context, request, row) for row in _rows(context, query, wish.order)]
    found = [entry for entry in told if wish.meets(entry)]
    shown = found[_PAGE * (page - 1) : _PAGE * page]
    return json_answer(paging.envelope(context, request, shown, page=page, size=_PAGE, total=len(found)))


class _Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What the query asks for; `dates` has a limit for each name that was given."""

    order: str | None
    state: str | None
    scanned: str | None
    dates: dict[str, datetime]

    def meets(self, entry: dict[str, Any]) -> bool:
        return (
            self.state in {None, str(lines.SENT)}
            and self.scanned in {None, str(entry["hubScanned"]).lower()}
            and all(_is_within(entry, name, limit) for name, limit in self.dates.items())
        )


def _read_wish(request: Request) -> _Wish:
    order = paging.value(request, "order_id")
    if order is not None and ids.number(order) is None:
        raise invalid("orderId", "An integer is needed.")
    state = paging.value(request, "order_state")
    if state not in {None, *_STATES}:
        raise invalid("orderState", "Not a valid choice.")
    scanned = paging.value(request, "hub_scanned")
    if scanned not in {None, "true", "false"}:
        raise invalid("hubScanned", "A boolean is needed.")
    given = {name: text for name in _DATES if (text := paging.value(request, name)) is not None}
    return _Wish(
        order=order,
        state=state,
        scanned=scanned,
        dates={name: _read_date(name, text) for name, text in given.items()},
    )


def _read_date(name: str, text: str) -> datetime:
    try:
        return times.moment(text)
    except ValueError as error:
        raise invalid(name, "A datetime is needed.") from error


def _is_within(entry: dict[str, Any], name: str, limit: datetime) -> bool:
    field, sign = _DATES[name]
    if entry[field] is None:
        return False
    return (times.moment(entry[field]) - limit).total_seconds() * sign >= 0


def _return(context: Context, request: Request, row: sqlite3.Row) -> dict[str, Any]:
    parcel = parcels.find(context.db, row["tracking_number"])
    scans = {scan.step: scan.at.isoformat() for scan in parcel.scans} if parcel else {}
    return {
        "orderId": int(row["order_number"]),
        "orderlineId": ids.orderline(row["order_number"], row["line"]),
        "shipmentId": row["number"],
        "carrierId": outbound.CARRIER_IDS[row["carrier"]],
        "carrierName": outbound.NAMES[row["carrier"]],
        "dateCreation": times.told(row["issued_at"]),
        "referenceNumber": f"1-{row['order_number']}-{row['number']}",
        "trackingNumber": row["tracking_number"],
        "trackingUrl": outbound.link(row["carrier"], row["tracking_number"]),
        "hubScanned": "origin" in scans,
        "datePickup": scans.get("tendered"),
        "dateDelivery": scans.get("delivered"),
        "label": media.address(context, request, f"labels/{row['number']}.pdf"),
        "invoicedPrice": _PRICE,
        "invoicedCurrency": "USD",
        "type": "RETURN",
    }


def _delivery(context: Context, request: Request, row: sqlite3.Row) -> dict[str, Any]:
    order = msgspec.json.decode(row["document"])
    sent, dates = outbound.of(row, order), lines.dates(order)
    number = int(row["number"])
    quirks = context.faults.on("quirks")
    return {
        "order": number,
        "orderlines": [ids.orderline(row["number"], line["line"]) for line in order["lines"]],
        "shipmentId": number,
        "carrierId": outbound.CARRIER_IDS[sent.carrier],
        "carrierName": sent.carrier_name,
        "dateCreation": dates.paid,
        "referenceNumber": row["number"],
        "trackingNumber": sent.tracking_number,
        "trackingUrl": sent.tracking_url,
        "hubScanned": True,
        "datePickup": dates.shipped,
        "dateDelivery": None if quirks else dates.delivered,
        "labelUrl": media.path(f"deliveries/{number}.pdf"),
        "invoicedPrice": _PRICE,
        "invoicedCurrency": "USD",
        "type": "DELIVERY",
        "pickupInfo": None if quirks else _pickup(number, dates),
    }


def _pickup(number: int, dates: lines.Dates) -> dict[str, Any]:
    return {
        "confirmationNumber": f"PU{number}",
        "datePickupActual": dates.shipped,
        "datePickupRangeStart": dates.shipped,
        "datePickupRangeEnd": dates.promised,
        "datePickupRequested": dates.shipped[:10],
        "isCanceled": False,
        "pickupId": number,
    }
