"""USPS: the letter carrier collects, free of charge."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from returnctl.carriers.base import Account, Address, Pickup, PickupOffer, PickupOrder, Slot
from returnctl.carriers.messages import content, incomplete
from returnctl.carriers.postal import first_and_last, phone, pounds, street_lines, zip5
from returnctl.carriers.reading import dig, words
from returnctl.carriers.usps_dialect import UspsDialect
from returnctl.errors import Usage
from returnctl.http import Answer, Request, raise_for_status

PATH = "pickup/v3/carrier-pickup"
_PLACES = {
    "front-door": "FRONT_DOOR",
    "back-door": "BACK_DOOR",
    "side-door": "SIDE_DOOR",
    "reception": "RECEPTION",
    "mailbox": "MAILBOX",
}


class UspsPickups(UspsDialect):
    """Carrier Pickup: Monday to Saturday, booked until 2 in the morning (Central) of the day."""

    def build_pickup_offer(self, base: str, order: PickupOrder, account: Account) -> Request | None:
        query = urlencode(_address(order.address))
        return self.request("GET", f"{base}/{PATH}/eligibility?{query}", "ask whether a pickup is possible")

    def parse_pickup_offer(self, answer: Answer, day: date) -> PickupOffer:
        if answer.status == 400:
            error = self.parse_error(answer)
            return PickupOffer(available=False, reason=error[1] if error else "")
        content(answer, self.parse_error)
        if day.weekday() == 6:
            return PickupOffer(available=False, reason="USPS does not collect on Sundays.")
        return PickupOffer(available=True)

    def build_pickup(self, base: str, order: PickupOrder, account: Account) -> Request:
        where: dict[str, Any] = {"packageLocation": _PLACES[order.where]}
        if order.note:
            where["specialInstructions"] = order.note[:255]
        first, last = first_and_last(order.address, self.name)
        body = {
            "pickupDate": order.date.isoformat(),
            "pickupAddress": {
                "firstName": first,
                "lastName": last,
                **({"firm": order.address.company[:50]} if order.address.company else {}),
                "address": _address(order.address),
                "contact": [_contact(order.address)],
            },
            "packages": [{"packageType": "RETURNS", "packageCount": 1}],
            "estimatedWeight": pounds(order.package),
            "pickupLocation": where,
        }
        return self.request("POST", f"{base}/{PATH}", "book a pickup", body)

    def parse_pickup(self, answer: Answer, asked: Slot) -> Pickup:
        body = content(answer, self.parse_error)
        number = words(dig(body, "confirmationNumber"))
        if not number:
            raise incomplete(answer, "a number for the pickup")
        return Pickup(
            carrier=self.code,
            confirmation=number,
            date=asked.date,
            ready=asked.ready,
            close=asked.close,
            etag=answer.header("etag"),
        )

    def build_pickup_state(self, base: str, pickup: Pickup) -> Request | None:
        number = quote(pickup.confirmation, safe="")
        return self.request("GET", f"{base}/{PATH}/{number}", "read a booked pickup")

    def parse_pickup_state(self, answer: Answer, pickup: Pickup) -> Pickup:
        content(answer, self.parse_error)
        return msgspec.structs.replace(pickup, etag=answer.header("etag") or pickup.etag)

    def build_cancel_pickup(self, base: str, pickup: Pickup, account: Account) -> Request:
        url = f"{base}/{PATH}/{quote(pickup.confirmation, safe='')}"
        return self.request("DELETE", url, "cancel a pickup", headers={"If-Match": pickup.etag or "*"})

    def parse_cancel_pickup(self, answer: Answer) -> None:
        """A cancelled pickup answers with nothing at all."""
        raise_for_status(answer, parse_error=self.parse_error)


def _address(address: Address) -> dict[str, str]:
    lines = street_lines(address, width=50, count=2, carrier="USPS")
    found = {
        "streetAddress": lines[0],
        "city": address.city[:28],
        "state": address.state,
        "ZIPCode": zip5(address, "USPS"),
    }
    return found | ({"secondaryAddress": lines[1]} if len(lines) > 1 else {})


def _contact(address: Address) -> dict[str, str]:
    if address.email and len(address.email) <= 50:
        return {"email": address.email}
    if phone(address):
        return {"cellNumber": phone(address)}
    raise Usage("USPS wants an e-mail address or a phone number for a pickup.", hint="Add it to the address.")
