"""Buying a return label: what it would cost, then once and only once.

The carrier's reference is made of the order and of what was sent before, so that a label whose answer was lost is
found again; where the carrier knows idempotency keys, the key does that.
"""

from __future__ import annotations

import base64
import hashlib
import re
import uuid
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from returnctl import addresses, sending
from returnctl.app import App
from returnctl.carriers import CODES
from returnctl.carriers.base import Can, Label, LabelOrder, Package, Quote
from returnctl.carriers.client import CarrierClient
from returnctl.digest import hex_of
from returnctl.errors import AuthFailed, Refused, ReturnctlError, Usage
from returnctl.returns import devices, intents
from returnctl.returns.events import Covers, LabelKept
from returnctl.returns.held import Return
from returnctl.returns.intents import MayHaveHappened, Outcome, Prepared, Send
from returnctl.returns.state import Doubt


class Terms(Struct, frozen=True, kw_only=True):
    """What a person said about the purchase. Weight in pounds, size in inches."""

    carrier: str | None = None
    max_price: Decimal | None = None
    weight: float | None = None
    size: tuple[float, float, float] | None = None
    sender: Path | None = None
    receiver: Path | None = None
    format: Literal["pdf", "png", "zpl", "qr"] = "pdf"


class Offer(Struct, frozen=True):
    """One carrier's surface service; `quote` is None where it names no price before."""

    client: CarrierClient
    quote: Quote | None


_WEIGHT = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,3})?)\s*(lb|lbs|oz|kg|g)?")
_SIZE = re.compile(r"([0-9.]{1,6})x([0-9.]{1,6})x([0-9.]{1,6})\s*(in|cm)?")
_POUNDS = {"lb": 1.0, "lbs": 1.0, "oz": 1 / 16, "kg": 2.20462, "g": 0.00220462}


def parse_terms(
    *,
    carrier: str | None,
    max_price: str | None,
    weight: str | None,
    size: str | None,
    sender: Path | None,
    receiver: Path | None,
    form: Literal["pdf", "png", "zpl", "qr"] | None,
) -> Terms:
    """Terms from the words of the command line. Raises Usage for what can't be understood."""
    if carrier == "other":
        raise Usage("Labels can be bought of UPS, USPS and FedEx.", hint="--carrier ups, usps or fedex")
    return Terms(
        carrier=carrier,
        max_price=_amount(max_price) if max_price else None,
        weight=_pounds(weight) if weight else None,
        size=_inches(size) if size else None,
        sender=sender,
        receiver=receiver,
        format=form or "pdf",
    )


def _amount(text: str) -> Decimal:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,2})?", text):
        raise Usage(f"--max-price {text[:20]}: not an amount.", hint="such as 12.00")
    return Decimal(text)


def _pounds(text: str) -> float:
    match = _WEIGHT.fullmatch(text.strip().lower())
    pounds = float(match[1]) * _POUNDS[match[2] or "lb"] if match else 0
    if not 0 < pounds <= 150:
        raise Usage(
            f"--weight {text[:20]}: not a weight that can be posted.", hint="such as 1.5 (pounds) or 700g"
        )
    return round(pounds, 3)


def _inches(text: str) -> tuple[float, float, float]:
    match = _SIZE.fullmatch(text.strip().lower())
    try:
        sides = (
            [float(side) / (2.54 if match[4] == "cm" else 1) for side in match.groups()[:3]] if match else []
        )
    except ValueError:
        sides = []
    if len(sides) != 3 or not all(0 < side <= 108 for side in sides):
        raise Usage(f"--size {text[:20]}: not a size.", hint="LxWxH, such as 8x6x3 (inches) or 20x15x8cm")
    length, width, height = sorted((round(side, 2) for side in sides), reverse=True)
    return length, width, height


def order(app: App, held: Return, terms: Terms) -> LabelOrder:
    """What is to be bought: both addresses, the parcel, our reference."""
    state = held.state
    weight, size = devices.parcel(state.device.kind)
    length, width, height = terms.size or size
    return LabelOrder(
        customer=addresses.of_customer(app, held, terms.sender, "--from"),
        seller=addresses.of_seller(app, held, terms.receiver),
        package=Package(
            weight_lb=terms.weight or weight,
            length_in=length,
            width_in=width,
            height_in=height,
            description=state.device.kind.capitalize(),
        ),
        reference=_reference(held),
        order=state.order,
        key=str(uuid.uuid4()),
        mail_date=held.now().date(),
        format=terms.format,
    )


def offers(app: App, held: Return, wanted: LabelOrder, carrier: str | None) -> list[Offer]:
    """Every carrier that can be asked, the cheapest first, those without a price last.

    Raises AuthFailed where none has credentials, a carrier's own error where it was the only one.
    """
    profile = app.profile_of(held.state)
    clients = [app.carrier(code, profile) for code in ([carrier] if carrier else CODES)]
    clients = [client for client in clients if client.has_credentials and Can.LABEL in client.carrier.can]
    if not clients:
        whose = carrier.upper() if carrier else "any carrier"
        raise AuthFailed(
            f"There are no credentials for {whose}, so no label can be bought.",
            hint="set RETURNCTL_UPS_CLIENT_ID, _CLIENT_SECRET and _ACCOUNT (likewise USPS, FEDEX), or use the "
            "carrier's website and `returnctl label --file FILE`",
        )
    found: list[Offer] = []
    for client in clients:
        try:
            quotes = [quote for quote in client.quotes(wanted) if quote.surface]
        except ReturnctlError as error:
            if len(clients) == 1:
                raise
            app.warn(f"{client.carrier.name}: {error.message}")
            continue
        found.append(Offer(client, quotes[0] if quotes else None))
    if not found:
        raise Refused(
            "No carrier could be asked for a price just now.", hint="name one with --carrier, or try later"
        )
    return sorted(
        found, key=lambda offer: Decimal(offer.quote.price.amount) if offer.quote else Decimal("Infinity")
    )


def check_price(offer: Offer, limit: Decimal | None) -> None:
    """Raises Refused where the price is above the limit, or not known although there is one."""
    if limit is None:
        return
    if offer.quote is None:
        raise Refused(
            f"{offer.client.carrier.name} names no price before the purchase, so --max-price can't be kept.",
            hint="choose another carrier, or leave --max-price out",
        )
    if Decimal(offer.quote.price.amount) > limit:
        price = offer.quote.price
        raise Refused(
            f"The cheapest label costs {price.amount} {price.currency}, more than {limit}.",
            hint="raise --max-price, or take your own label with --file FILE",
        )


def buy(held: Return, offer: Offer, wanted: LabelOrder, may_have_happened: MayHaveHappened) -> None:
    """Buy it. When this returns, label and price are in the record and the file is in the folder."""
    items = {"bought": wanted.reference, "carrier": offer.client.carrier.code}
    if offer.quote:
        items |= {"quoted": offer.quote.price.amount, "currency": offer.quote.price.currency}
        wanted = replace(wanted, service=offer.quote.service)
    prepared = sending.prepared(offer.client.prepare_label(wanted))
    covers = Covers(step="label", items=items)
    intents.carry_out(held, prepared, covers, sender(held, offer.client), may_have_happened)


def sender(held: Return, client: CarrierClient) -> Send:
    """Sends a purchase, and keeps the label's bytes the moment they come."""

    def send(prepared: Prepared) -> Outcome:
        label = client.parse_label(client.send(sending.request(prepared)))
        facts = {
            "tracking_number": label.tracking_number,
            "service": label.service,
            "shipment": label.shipment,
        }
        if label.price:
            facts |= {"amount": label.price.amount, "currency": label.price.currency}
        if label.image:
            facts |= _keep(held, label.media, label.image)
        return Outcome(facts={name: value for name, value in facts.items() if value})

    return send


def void(held: Return, client: CarrierClient, label: LabelKept, may_have_happened: MayHaveHappened) -> None:
    """Give a bought label back. When this returns, the return has no label any more."""
    prepared = sending.prepared(client.prepare_void(_bought(label)))
    covers = Covers(step="label", items={"voided": label.tracking_number or "", "carrier": label.carrier})
    intents.carry_out(held, prepared, covers, voider(client), may_have_happened)


def voider(client: CarrierClient) -> Send:
    """Sends the undoing of a label."""

    def send(prepared: Prepared) -> Outcome:
        voided = client.parse_void(client.send(sending.request(prepared)))
        return Outcome(facts={"refund": voided.refund, "reference": voided.reference})

    return send


def find(client: CarrierClient, doubt: Doubt, since: date, until: date) -> Outcome | None:
    """The label of a purchase whose answer was lost, by our reference; not finding it proves nothing."""
    numbers = client.find_label(doubt.covers.items["bought"], since, until)
    return Outcome(facts={"tracking_number": numbers[0]}) if numbers else None


def fetch_file(
    held: Return, client: CarrierClient, form: Literal["pdf", "png", "zpl", "qr"]
) -> dict[str, str]:
    """The bought label's file in the wanted form, where the carrier gives it apart from the purchase."""
    label = held.state.label
    assert label is not None
    found = client.label_file(_bought(label), form)
    return _keep(held, *found) if found else {}


def _bought(label: LabelKept) -> Label:
    return Label(
        carrier=label.carrier, tracking_number=label.tracking_number or "", shipment=label.shipment or ""
    )


def _keep(held: Return, media: str, content: bytes) -> dict[str, str]:
    return {"file": held.keep(f"documents/label.{media}", content), "sha256": hex_of(content)}


def _reference(held: Return) -> str:
    """`RC` and 12 letters and digits: short enough for the barcode of every carrier."""
    seed = f"{held.state.host or held.folder.absolute()} {held.name} {held.state.intents}"
    return "RC" + base64.b32encode(hashlib.sha256(seed.encode()).digest()).decode()[:12]
