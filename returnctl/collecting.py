"""Pickups: booked and cancelled once, with all that cancelling needs kept in the record."""

from __future__ import annotations

from datetime import date

from returnctl import sending
from returnctl.carriers.base import Address, Package, Pickup, PickupOrder
from returnctl.carriers.client import CarrierClient
from returnctl.returns import intents
from returnctl.returns.events import Covers, PickupBooked
from returnctl.returns.held import Return
from returnctl.returns.intents import MayHaveHappened, Outcome, Prepared, Send

STEP = "pickup"


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


def cancel(
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
        pickup = client.parse_pickup(answer, _as_asked(covers.items))
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


def _as_asked(items: dict[str, str]) -> PickupOrder:
    """The day and times that were asked for; the address is in the kept body alone, for the answer needs none."""
    return PickupOrder(
        address=Address(lines=(), city="", state="", postal_code=""),
        date=date.fromisoformat(items["pickup"]),
        package=Package(weight_lb=0, length_in=0, width_in=0, height_in=0),
        tracking_number="",
        ready=items["ready"],
        close=items["close"],
    )


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
