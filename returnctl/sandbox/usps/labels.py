"""USPS: return labels, bought with a payment token, taken back (Payments v3, Labels v3)."""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from returnctl.errors import Refused
from returnctl.sandbox import clock, images, parcels, purchases, tokens
from returnctl.sandbox.usps.addresses import LabelAddress, usps_name
from returnctl.sandbox.usps.errors import decode, stop
from returnctl.sandbox.web import Answer, Context, Request, json_answer

_PAYMENT = "usps-payment"
_PAYMENT_LIFE_S = 8 * 3600
_VENDOR_JSON = "application/vnd.usps.labels+json"
_KEY = re.compile(r"[A-Fa-f0-9-]{36}")
_PRINTERS = {"ZPL203DPI": "ZPL", "ZPL300DPI": "ZPL", "EPL300DPI": "EPL"}

_Positive = Annotated[float, Meta(gt=0)]


class _Role(msgspec.Struct, frozen=True, rename=usps_name):
    role_name: str
    crid: Annotated[str, Meta(min_length=2, max_length=18)] = msgspec.field(name="CRID")
    mid: Annotated[str, Meta(pattern=r"^([0-9]{6}|[0-9]{9})\Z")] = msgspec.field(name="MID", default="000000")
    account_type: Literal["EPS", "PERMIT", "METER", "OMAS"] | None = None
    account_number: str | None = None


class _Parties(msgspec.Struct, frozen=True, rename=usps_name):
    roles: Annotated[list[_Role], Meta(min_length=1)]


class _Reference(msgspec.Struct, frozen=True, rename=usps_name):
    reference_number: Annotated[str, Meta(min_length=1, max_length=30)]


class _Package(msgspec.Struct, frozen=True, rename=usps_name):
    mail_class: Literal[
        "FIRST-CLASS_PACKAGE_RETURN_SERVICE",
        "GROUND_RETURN_SERVICE",
        "PRIORITY_MAIL_EXPRESS_RETURN_SERVICE",
        "PRIORITY_MAIL_RETURN_SERVICE",
        "USPS_GROUND_ADVANTAGE_RETURN_SERVICE",
    ]
    processing_category: Literal[
        "LETTERS", "FLATS", "MACHINABLE", "IRREGULAR", "NON_MACHINABLE", "NONSTANDARD"
    ]
    weight: _Positive
    length: _Positive
    height: _Positive
    width: _Positive
    customer_reference: Annotated[list[_Reference], Meta(max_length=4)] = []


class _Image(msgspec.Struct, frozen=True, rename=usps_name):
    image_type: Literal[
        "PDF",
        "TIFF",
        "JPG",
        "PNG",
        "GIF",
        "SVG",
        "ZPL203DPI",
        "ZPL300DPI",
        "EPL300DPI",
        "LABEL_BROKER",
        "NONE",
    ] = "PDF"
    label_type: str = "4X6LABEL"


class _Label(msgspec.Struct, frozen=True, rename=usps_name):
    to_address: LabelAddress
    from_address: LabelAddress
    package_description: _Package
    image_info: _Image = _Image()


def payment_authorization(context: Context, request: Request) -> Answer:
    """POST /payments/v3/payment-authorization: a payer and a label's owner get a payment token."""
    asked = decode(request, _Parties)
    missing = {"PAYER", "LABEL_OWNER"} - {role.role_name for role in asked.roles}
    if missing:
        raise stop(400, "050001", f"The role {min(missing)} is required.")
    if not all(role.account_number for role in asked.roles if role.role_name == "PAYER"):
        raise stop(400, "050002", "The payer needs an account.")
    token = tokens.issue(context, _PAYMENT, life_s=_PAYMENT_LIFE_S)
    roles = msgspec.json.decode(request.body)["roles"]
    return json_answer({"paymentAuthorizationToken": token, "roles": roles})


def return_label(context: Context, request: Request) -> Answer:
    """POST /labels/v3/return-label; the same `X-Idempotency-Key` with the same payload buys nothing new."""
    _payment_is_authorized(context, request)
    key = request.headers.get("x-idempotency-key", "")
    if key and not _KEY.fullmatch(key):
        raise stop(400, "040001", "The X-Idempotency-Key must be a UUID.")
    fingerprint = hashlib.sha256(request.body).hexdigest()
    known = context.db.execute("select * from stamps where key = ?", (key,)).fetchone()
    if known and known["fingerprint"] != fingerprint:
        raise stop(400, "040002", "The X-Idempotency-Key was used with another payload.")
    sold = msgspec.json.decode(known["body"]) if known else _sell(context, request)
    if key and not known:
        context.db.execute(
            "insert into stamps values (?, ?, ?, ?)",
            (key, fingerprint, sold["trackingNumber"], msgspec.json.encode(sold)),
        )
    if request.headers.get("accept") == _VENDOR_JSON:
        return Answer(body=msgspec.json.encode(sold), media_type=_VENDOR_JSON)
    return _multipart(sold)


def cancel(context: Context, request: Request) -> Answer:
    """DELETE /labels/v3/label/{number}, or /labels/v3/label with the key of its purchase."""
    _payment_is_authorized(context, request)
    number = request.args.get("number") or _number_of_key(context, request)
    parcel = parcels.find(context.db, number, "usps")
    if parcel is None or not parcel.bought:
        raise stop(400, "040003", "There is no such label.")
    if parcel.cancelled:
        raise stop(400, "040004", "The label has been cancelled already.")
    try:
        parcels.advance(context.db, number, "cancelled")
    except Refused as problem:
        raise stop(400, "040005", "The package is in the mail: its label can't be cancelled.") from problem
    if parcel.created_at.date() < clock.today():
        return json_answer({"trackingNumber": number, "status": "DISPUTED", "disputeId": "104660"})
    return json_answer({"trackingNumber": number, "status": "CANCELED"})


def _payment_is_authorized(context: Context, request: Request) -> None:
    if not tokens.is_live(context, request.headers.get("x-payment-authorization-token"), _PAYMENT):
        raise stop(401, "040000", "The payment authorization token is missing or has expired.")


def _number_of_key(context: Context, request: Request) -> str:
    key = request.headers.get("x-idempotency-key", "")
    row = context.db.execute("select tracking_number from stamps where key = ?", (key,)).fetchone()
    if row is None:
        raise stop(400, "040003", "There is no label with this X-Idempotency-Key.")
    return str(row["tracking_number"])


def _sell(context: Context, request: Request) -> dict[str, Any]:
    asked = decode(request, _Label)
    sender, receiver = asked.from_address, asked.to_address
    if not sender.addressee or not receiver.addressee:
        raise stop(400, "040006", "An address needs a first and last name, or a firm.")
    broker = asked.image_info.image_type == "LABEL_BROKER"
    if broker and asked.image_info.label_type != "4X6LABEL":
        raise stop(400, "040007", "A label broker's label is a 4X6LABEL.")
    package = asked.package_description
    number = purchases.buy(
        context.db,
        carrier="usps",
        sender=sender.neutral(sender.addressee),
        receiver=receiver.neutral(receiver.addressee),
        references=[reference.reference_number for reference in package.customer_reference],
    )
    sold = {
        "labelAddress": msgspec.json.decode(request.body)["toAddress"],
        "routingInformation": f"420{receiver.zip_code}",
        "trackingNumber": number,
        "postage": float(purchases.price("usps", package.weight)),
        "extraServices": [],
        "fees": [],
        "serviceTypeCode": "055",
        "zone": "05",
        "weightUOM": "lb",
        "weight": package.weight,
        "links": [],
    }
    return {**sold, **_pictures(context, number, asked.image_info.image_type)}


def _pictures(context: Context, number: str, kind: str) -> dict[str, str]:
    if kind == "NONE":
        return {}
    if kind == "LABEL_BROKER":
        return {"labelBrokerID": number[-9:], "labelBrokerQR": images.qr(f"USPS-LB-{number}")}
    parcel = parcels.find(context.db, number)
    assert parcel is not None
    return {"returnLabelImage": images.label(parcel, _PRINTERS.get(kind, kind))}


def _multipart(sold: dict[str, Any]) -> Answer:
    """The API's own default: a form with the metadata as JSON and each picture as base64 text."""
    pictures = ("returnLabelImage", "labelBrokerQR")
    metadata = {name: value for name, value in sold.items() if name not in pictures}
    parts = [("returnLabelMetadata", "application/json", msgspec.json.encode(metadata))]
    parts += [(name, "application/pdf", sold[name].encode()) for name in pictures if name in sold]
    boundary = f"usps{sold['trackingNumber']}"
    body = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\nContent-Type: {kind}\r\n\r\n'.encode()
        + content
        + b"\r\n"
        for name, kind, content in parts
    )
    return Answer(
        body=body + f"--{boundary}--\r\n".encode(), media_type=f"multipart/form-data;boundary={boundary}"
    )
