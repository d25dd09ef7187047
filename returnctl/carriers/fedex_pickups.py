"""FedEx: a courier of FedEx Ground collects."""

from __future__ import annotations

from datetime import date
from typing import Any

from returnctl.carriers.base import Account, Pickup, PickupOffer, PickupOrder, Slot
from returnctl.carriers.fedex_dialect import FedexDialect
from returnctl.carriers.messages import content, first, incomplete
from returnctl.carriers.postal import pounds, zip5
from returnctl.carriers.reading import as_list, clock, dig, words
from returnctl.http import Answer, Request

GROUND = "FDXG"
_PLACES = {
    "front-door": "FRONT",
    "back-door": "REAR",
    "side-door": "SIDE",
    "reception": "FRONT",
    "mailbox": "NONE",
}


class FedexPickups(FedexDialect):
    """Asking, booking and cancelling. What is called a UTC time on the wire is local to the address."""

    def build_pickup_offer(self, base: str, order: PickupOrder, account: Account) -> Request | None:
        body = {
            "pickupAddress": {
                "postalCode": zip5(order.address, self.name),
                "countryCode": order.address.country,
                "residential": order.address.residential,
            },
            "pickupRequestType": ["SAME_DAY", "FUTURE_DAY"],
            "dispatchDate": order.date.isoformat(),
            "packageReadyTime": f"{order.ready}:00",
            "customerCloseTime": f"{order.close}:00",
            "carriers": [GROUND],
            "countryRelationship": "DOMESTIC",
        }
        url = f"{base}/pickup/v1/pickups/availabilities"
        return self.request("POST", url, "ask whether a pickup is possible", body, reads=True)

    def parse_pickup_offer(self, answer: Answer, day: date) -> PickupOffer:
        body = content(answer, self.parse_error)
        if not isinstance(dig(body, "output"), dict):
            raise incomplete(answer, "the days of pickups")
        options = as_list(dig(body, "output", "options"))
        # A day that is not among the options may lie too far ahead to be listed: booking it will tell.
        told = [one for one in options if words(dig(one, "pickupDate"))[:10] == day.isoformat()] or options
        option = first(told, lambda one: dig(one, "available") is True)
        if option is None:
            return PickupOffer(available=False, reason=f"FedEx does not collect there on {day}.")
        return PickupOffer(available=True, cutoff=clock(dig(option, "cutOffTime")))

    def build_pickup(self, base: str, order: PickupOrder, account: Account) -> Request:
        origin: dict[str, Any] = {
            "pickupLocation": self._party(order.address),
            "readyDateTimestamp": f"{order.date.isoformat()}T{order.ready}:00Z",
            "customerCloseTime": f"{order.close}:00",
            "packageLocation": _PLACES[order.where],
        }
        body = {
            "associatedAccountNumber": self._account(account),
            "originDetail": origin,
            "carrierCode": GROUND,
            "pickupType": "ON_CALL",
            "packageCount": 1,
            "totalWeight": {"units": "LB", "value": pounds(order.package)},
            "trackingNumber": order.tracking_number,
        }
        if order.note:
            body["remarks"] = order.note[:60]
        return self.request("POST", f"{base}/pickup/v1/pickups", "book a pickup", body)

    def parse_pickup(self, answer: Answer, asked: Slot) -> Pickup:
        output = dig(content(answer, self.parse_error), "output")
        code = words(dig(output, "pickupConfirmationCode"))
        if not code:
            raise incomplete(answer, "a number for the pickup")
        return Pickup(
            carrier=self.code,
            confirmation=code,
            date=asked.date,
            ready=asked.ready,
            close=asked.close,
            location=words(dig(output, "location")),
        )

    def build_cancel_pickup(self, base: str, pickup: Pickup, account: Account) -> Request:
        body: dict[str, Any] = {
            "associatedAccountNumber": self._account(account),
            "pickupConfirmationCode": pickup.confirmation,
            "scheduledDate": pickup.date.isoformat(),
            "carrierCode": GROUND,
        }
        if pickup.location:
            body["location"] = pickup.location
        return self.request("PUT", f"{base}/pickup/v1/pickups/cancel", "cancel a pickup", body)

    def parse_cancel_pickup(self, answer: Answer) -> None:
        output = dig(content(answer, self.parse_error), "output")
        if not isinstance(output, dict):
            raise incomplete(answer, "saying that the pickup is cancelled")
