"""Reading Back Market's answers: whatever is missing, bent or new in them becomes a value or one of our errors."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote, urlsplit

from returnctl.carriers.base import Address
from returnctl.carriers.reading import as_list, dig, iso_time, moment, words
from returnctl.errors import NotFound
from returnctl.marketplaces.backmarket_dialect import not_understood
from returnctl.marketplaces.backmarket_text import plain
from returnctl.marketplaces.backmarket_values import (
    CareLabel,
    CareMessage,
    Folder,
    Listed,
    Page,
    RemoteFile,
    Shipment,
)
from returnctl.marketplaces.backmarket_words import author_of, kind_of
from returnctl.marketplaces.base import Line, Order
from returnctl.untrusted import clean_text

CLOSED = 9
_URL_CHARACTERS = 4_000


def page(body: Any) -> Page:
    """One page. Raises Unavailable for what is none."""
    if not isinstance(body, dict) or not isinstance(body.get("results"), list):
        raise not_understood("no page of a list")
    following = body.get("next")
    more = isinstance(following, str) and following.strip().lower() not in ("", "null", "none")
    return Page(results=tuple(body["results"]), more=more)


def listed(result: Any) -> Listed | None:
    """A folder of the list; None where it names no folder or line."""
    case, line = number_of(dig(result, "id")), number_of(dig(result, "orderline"))
    if not (case and line):
        return None
    return Listed(
        case=case,
        line=line,
        open=dig(result, "state") != CLOSED,
        last_message_at=iso_time(dig(result, "date_last_message")),
    )


def folder(body: Any, case: str) -> Folder:
    """The folder that was asked for. Raises Unavailable where another one, or none, came."""
    line = number_of(dig(body, "orderline", "id"))
    order = number_of(dig(body, "orderline", "order", "order_id"))
    if number_of(dig(body, "id")) != case or not (line and order):
        raise not_understood("a Care folder that was not asked for, or that names no order")
    claims = as_list(dig(body, "lines"))
    issues = [issue for claim in claims for issue in as_list(dig(claim, "issues"))]
    messages = [_message(message) for message in as_list(dig(body, "messages"))]
    client = dig(body, "client")
    return Folder(
        case=case,
        order=order,
        line=line,
        open=dig(body, "state") != CLOSED,
        market=words(dig(body, "country_code")).lower(),
        backcare=dig(body, "backcare") is True,
        buyer=" ".join(filter(None, (words(dig(client, "first_name")), words(dig(client, "last_name"))))),
        category=words(dig(body, "orderline", "snapshot", "product", "category_3", "category_name")),
        opened_at=iso_time(dig(body, "date_creation")),
        last_message_at=iso_time(dig(body, "date_last_message")),
        issues=_distinct(words(dig(issue, "customerIssue")) for issue in issues),
        tags=_distinct(words(dig(issue, "tag")) for issue in issues),
        resolution=_first(claims, "resolution_choice"),
        warranty=_first(claims, "declared_warranty_state"),
        labels=tuple(
            label
            for claim in claims
            for found in as_list(dig(claim, "return_labels"))
            if (label := _label(found))
        ),
        messages=tuple(sorted((message for message in messages if message), key=lambda one: moment(one.at))),
    )


def order(body: Any, number: str) -> Order:
    """The order that was asked for, each orderline a line. Raises NotFound, Unavailable."""
    if number_of(dig(body, "order_id")) != number:
        raise not_understood("an order that was not asked for")
    lines = [line for found in as_list(dig(body, "orderlines")) if (line := _line(found))]
    if not lines:
        raise NotFound(f"Order {number} has no lines.", hint="look at it in the back-office")
    place = dig(body, "shipping_address")
    return Order(
        order=number,
        ordered_on=iso_time(dig(body, "date_creation")) or "",
        market=words(dig(body, "country_code")).lower(),
        name=_person(place),
        address=address(place),
        lines=tuple(lines),
    )


def is_backship(body: Any) -> bool:
    """Whether the marketplace's own shipping brought the order: only then does it know when."""
    return dig(body, "is_backship") is True


def address(found: Any) -> Address | None:
    """An address in either spelling of its names; None where there is none."""
    if not isinstance(found, dict):
        return None
    lines = tuple(filter(None, (_either(found, "street"), _either(found, "street2"))))
    return Address(
        name=_person(found),
        company=_either(found, "company"),
        lines=lines,
        city=_either(found, "city"),
        state=_either(found, "state"),
        postal_code=_either(found, "postal_code", "postalCode"),
        country=_either(found, "country").upper(),
        phone=_either(found, "phone", "phone_number", "phoneNumber"),
        email=_either(found, "email"),
    )


def shipment(body: Any) -> Shipment | None:
    """A BackShip parcel, also without its dates; None where it names no line."""
    line = number_of(dig(body, "orderlineId"))
    lines = (line,) if line else tuple(filter(None, map(number_of, as_list(dig(body, "orderlines")))))
    if not lines:
        return None
    return Shipment(
        shipment=number_of(dig(body, "shipmentId")) or "",
        order=number_of(dig(body, "orderId")) or number_of(dig(body, "order")) or "",
        lines=lines,
        carrier_name=words(dig(body, "carrierName")),
        tracking_number=words(dig(body, "trackingNumber")).replace(" ", "")[:42],
        tracking_url=_url(dig(body, "trackingUrl")),
        label=_url(dig(body, "label")) or _url(dig(body, "labelUrl")),
        scanned=dig(body, "hubScanned") is True,
        created_at=iso_time(dig(body, "dateCreation")),
        picked_up_at=iso_time(dig(body, "datePickup")),
        delivered_at=iso_time(dig(body, "dateDelivery")),
    )


def number_of(value: Any) -> str | None:
    """An id as text: they come as numbers, and once as text."""
    if isinstance(value, bool):
        return None
    text = str(value) if isinstance(value, int) else value
    return text if isinstance(text, str) and re.fullmatch(r"[1-9][0-9]{0,17}", text) else None


def name_of(url: str) -> str:
    """The file's name at the end of an address, without its query."""
    try:
        path = urlsplit(url).path
    except ValueError:
        path = ""
    return clean_text(unquote(path).rpartition("/")[2])[:120] or "file"


def _message(found: Any) -> CareMessage | None:
    number = number_of(dig(found, "id"))
    if number is None:
        return None
    body = dig(found, "message")
    kind = words(dig(found, "kind"))
    files = [_file(one) for one in as_list(dig(found, "attachments"))]
    return CareMessage(
        id=number,
        at=iso_time(dig(found, "date_creation")),
        author=author_of(words(dig(found, "initiator")), kind),
        kind=kind,
        text=plain(body) if isinstance(body, str) else "",
        informative=dig(found, "is_informative") is True,
        files=tuple(file for file in files if file),
    )


def _file(found: Any) -> RemoteFile | None:
    number, url = number_of(dig(found, "id")), _url(dig(found, "attachment"))
    if not (number and url):
        return None
    return RemoteFile(id=number, url=url, name=name_of(url), at=iso_time(dig(found, "date_creation")))


def _label(found: Any) -> CareLabel | None:
    url = _url(dig(found, "label"))
    if not url:
        return None
    return CareLabel(
        url=url,
        state=words(dig(found, "state")),
        kind=words(dig(found, "kind")),
        initiator=words(dig(found, "initiator")),
        at=iso_time(dig(found, "date_creation")),
    )


def _line(found: Any) -> Line | None:
    number = number_of(dig(found, "id"))
    if number is None:
        return None
    title, brand = words(dig(found, "product")), words(dig(found, "brand"))
    imei, serial = words(dig(found, "imei")), words(dig(found, "serial_number"))
    is_imei = re.fullmatch(r"[0-9]{15}", imei) is not None
    model = re.split(r" - |, ", title)[0].strip()
    return Line(
        line=number,
        title=title,
        kind=kind_of("", title),
        brand=brand or None,
        model=model.removeprefix(f"{brand} ").strip() or None,
        imeis=(imei,) if is_imei else (),
        serial=serial or (imei if imei and not is_imei else None),
    )


def _person(found: Any) -> str:
    if not isinstance(found, dict):
        return ""
    names = (_either(found, "first_name", "firstName"), _either(found, "last_name", "lastName"))
    return " ".join(filter(None, names))


def _either(found: dict[str, Any], *names: str) -> str:
    return next((text for name in names if (text := words(found.get(name)))), "")


def _url(value: Any) -> str:
    return value.strip()[:_URL_CHARACTERS] if isinstance(value, str) else ""


def _first(claims: list[Any], name: str) -> str:
    return next((text for claim in claims if (text := words(dig(claim, name)))), "")


def _distinct(found: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in found if text))
