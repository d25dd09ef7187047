"""Pickups: offered, booked and cancelled once, with all that cancelling needs kept in the record."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from msgspec import Struct

from returnctl import addresses, doubts, sending
from returnctl.app import App
from returnctl.carriers import NAMES, tracking_number
from returnctl.carriers.base import Package, Pickup, PickupOrder, Slot
from returnctl.carriers.client import CarrierClient
from returnctl.conversation import Told
from returnctl.errors import Declined, Pending, Refused
from returnctl.result import Would
from returnctl.returns import devices, intents
from returnctl.returns.events import Covers, PickupBooked, PickupNoted
from returnctl.returns.held import Return
from returnctl.returns.intents import MayHaveHappened, Outcome, Prepared, Send

STEP = "pickup"
#: The carriers that come to a private door for a label that is paid already.
OFFERING = ("usps", "fedex")


class Wish(Struct, frozen=True, kw_only=True):
    """What a person asked for; times are `HH:MM`. With `confirmation` they booked it themselves."""

    day: date
    ready: str = "09:00"
    close: str = "17:00"
    address: Path | None = None
    confirmation: str | None = None


def arrange(app: App, held: Return, wish: Wish) -> Told:
    """Book the pickup, or note the one that a person booked. The same again changes nothing.

    Raises Refused with a carrier that offers none or does not come that day, Pending without credentials.
    """
    carrier, number = _parcel(held)
    booked = held.state.pickup
    if booked and (booked.date, booked.carrier) == (wish.day.isoformat(), carrier):
        return Told()
    if booked and not app.options.again:
        raise Refused(
            f"A pickup is booked for {booked.date} ({booked.confirmation}), and {wish.day} is another day.",
            hint="use --again to cancel that one and book anew, or --cancel-pickup",
        )
    if wish.confirmation:
        return _note(app, held, carrier, wish)
    client = app.carrier(carrier, app.profile_of(held.state))
    if not client.has_credentials:
        raise Pending(
            f"Without credentials for {NAMES[carrier]} the pickup is booked on its page: "
            f"{tracking_number.PICKUP_PAGES[carrier]}",
            hint="then note it with --confirmation CODE",
        )
    order = _order(app, held, wish, number)
    _check_offer(app, client, order)
    if app.options.dry_run:
        request = client.prepare_pickup(order)
        would = Would(
            service=NAMES[carrier],
            method=request.method,
            target=request.url,
            summary=f"book a pickup on {wish.day}",
        )
        return Told(would=(would,))
    if booked:
        cancel(app, held)
    book(held, client, order, doubts.may_have_happened)
    return Told(sent=True)


def cancel(app: App, held: Return) -> Told:
    """Cancel the booked pickup. Raises Refused where there is none, Pending where only a person can."""
    booked = held.state.pickup
    if booked is None:
        if "pickup-cancelled" in held.state.sent.get(STEP, {}):
            return Told()
        raise Refused("No pickup is booked.", hint="--pickup DATE books one")
    client = app.carrier(booked.carrier, app.profile_of(held.state))
    if not (client.has_credentials and booked.confirmation):
        if not app.options.dry_run:
            held.note(PickupNoted(pickup=None))
        which = booked.confirmation or f"on {booked.date}"
        raise Pending(
            f"The pickup {which} is no longer noted; cancel it on the carrier's page too: "
            f"{tracking_number.PICKUP_PAGES[booked.carrier]}"
        )
    if app.options.dry_run:
        would = Would(
            service=NAMES[booked.carrier], method="", target=booked.confirmation, summary="cancel the pickup"
        )
        return Told(would=(would,))
    call_off(held, client, booked, doubts.may_have_happened)
    return Told(sent=True)


def _parcel(held: Return) -> tuple[str, str]:
    label = held.state.label
    if label is None or not label.tracking_number:
        raise Refused(
            "There is no label yet, and a pickup is for a parcel with one.",
            hint=f"`returnctl label {held.name}`",
        )
    if label.carrier not in OFFERING:
        page = tracking_number.DROP_OFF_PAGES.get(label.carrier)
        raise Refused(
            f"{NAMES.get(label.carrier, 'This carrier')} offers no pickup here: bring the parcel to a drop-off point"
            + (f" ({page})." if page else "."),
            hint=f"`returnctl points {held.name} --near POSTCODE` finds one",
        )
    return label.carrier, label.tracking_number


def _note(app: App, held: Return, carrier: str, wish: Wish) -> Told:
    booked = PickupBooked(
        carrier=carrier,
        date=wish.day.isoformat(),
        ready=wish.ready,
        close=wish.close,
        confirmation=wish.confirmation or "",
    )
    if not app.options.dry_run:
        held.note(PickupNoted(pickup=booked))
    return Told()


def _order(app: App, held: Return, wish: Wish, number: str) -> PickupOrder:
    weight, (length, width, height) = devices.parcel(held.state.device.kind)
    return PickupOrder(
        address=addresses.of_customer(app, held, wish.address, "--address"),
        date=wish.day,
        package=Package(weight_lb=weight, length_in=length, width_in=width, height_in=height),
        tracking_number=number,
        ready=wish.ready,
        close=wish.close,
    )


def _check_offer(app: App, client: CarrierClient, order: PickupOrder) -> None:
    offer = client.pickup_offer(order)
    if offer is None:
        return
    if not offer.available:
        why = f": {offer.reason.rstrip('.')}" if offer.reason else ""
        raise Refused(
            f"{client.carrier.name} does not come on {order.date}{why}.",
            hint="choose another day, or bring it to a drop-off point",
        )
    if offer.price and float(offer.price.amount) > 0 and not app.options.dry_run:
        price = f"{offer.price.amount} {offer.price.currency}"
        if not app.confirm(f"Book the pickup for {price}?"):
            raise Declined("No pickup was booked.")


def book(held: Return, client: CarrierClient, order: PickupOrder, may_have_happened: MayHaveHappened) -> None:
    """Book the collection."""
    items = {
        "pickup": order.date.isoformat(),
        "carrier": client.carrier.code,
        "ready": order.ready,
        "close": order.close,
    }
    covers = Covers(step=STEP, items=items)
    prepared = sending.prepared(client.prepare_pickup(order))
    intents.carry_out(held, prepared, covers, sender(client, covers), may_have_happened)


def call_off(
    held: Return, client: CarrierClient, booked: PickupBooked, may_have_happened: MayHaveHappened
) -> None:
    """Cancel it."""
    covers = Covers(
        step=STEP, items={"pickup-cancelled": booked.confirmation, "carrier": client.carrier.code}
    )
    prepared = sending.prepared(client.prepare_cancel_pickup(_pickup(booked)))
    intents.carry_out(held, prepared, covers, sender(client, covers), may_have_happened)


def sender(client: CarrierClient, covers: Covers) -> Send:
    """Sends a booking or its cancelling, and reads the answer."""

    def send(prepared: Prepared) -> Outcome:
        answer = client.send(sending.request(prepared))
        if "pickup-cancelled" in covers.items:
            client.parse_cancel_pickup(answer)
            return Outcome()
        items = covers.items
        asked = Slot(date=date.fromisoformat(items["pickup"]), ready=items["ready"], close=items["close"])
        pickup = client.parse_pickup(answer, asked)
        facts = {
            "date": pickup.date.isoformat(),
            "ready": pickup.ready,
            "close": pickup.close,
            "confirmation": pickup.confirmation,
            "location": pickup.location,
            "etag": pickup.etag,
        }
        return Outcome(facts=facts)

    return send


def _pickup(booked: PickupBooked) -> Pickup:
    return Pickup(
        carrier=booked.carrier,
        confirmation=booked.confirmation,
        date=date.fromisoformat(booked.date),
        ready=booked.ready,
        close=booked.close,
        location=booked.location,
        etag=booked.etag,
    )
