"""UPS: a pickup on call, paid by the label's shipper."""

from __future__ import annotations

from returnctl.carriers.base import Account, Money, Pickup, PickupOrder, Slot
from returnctl.carriers.messages import content, incomplete
from returnctl.carriers.postal import person, phone_or_usage, street_lines
from returnctl.carriers.reading import amount, dig, words
from returnctl.carriers.ups_dialect import UpsDialect
from returnctl.http import Answer, Request

PAID_BY_TRACKING_NUMBER = "04"
PICKUPS = "v2409"


class UpsPickups(UpsDialect):
    """Booking and cancelling."""

    def build_pickup(self, base: str, order: PickupOrder, account: Account) -> Request:
        address = order.address
        body = {
            "PickupCreationRequest": {
                "Request": {},
                "RatePickupIndicator": "N",
                "PickupDateInfo": {
                    "CloseTime": order.close.replace(":", ""),
                    "ReadyTime": order.ready.replace(":", ""),
                    "PickupDate": f"{order.date:%Y%m%d}",
                },
                "PickupAddress": {
                    "CompanyName": person(address)[:27],
                    "ContactName": (address.name or address.company)[:22],
                    "AddressLine": street_lines(address, width=73, count=1, carrier=self.name),
                    "City": address.city[:50],
                    "StateProvince": address.state,
                    "PostalCode": address.postal_code.replace("-", "")[:8],
                    "CountryCode": address.country,
                    "ResidentialIndicator": "Y" if address.residential else "N",
                    "Phone": {"Number": phone_or_usage(address, self.name)},
                },
                "AlternateAddressIndicator": "Y",
                "PickupPiece": [
                    {
                        "ServiceCode": "003",
                        "Quantity": "1",
                        "DestinationCountryCode": "US",
                        "ContainerCode": "01",
                    }
                ],
                "PaymentMethod": PAID_BY_TRACKING_NUMBER,
                "TrackingData": [{"TrackingNumber": order.tracking_number}],
            }
        }
        if order.note:
            body["PickupCreationRequest"]["SpecialInstruction"] = order.note[:57]
        return self.request("POST", f"{base}/api/pickupcreation/{PICKUPS}/pickup", "book a pickup", body)

    def parse_pickup(self, answer: Answer, asked: Slot) -> Pickup:
        reply = dig(content(answer, self.parse_error), "PickupCreationResponse")
        number = words(dig(reply, "PRN"))
        if not number:
            raise incomplete(answer, "a number for the pickup")
        price = amount(dig(reply, "RateResult", "GrandTotalOfAllCharge"))
        currency = words(dig(reply, "RateResult", "CurrencyCode")) or "USD"
        return Pickup(
            carrier=self.code,
            confirmation=number,
            date=asked.date,
            ready=asked.ready,
            close=asked.close,
            price=Money(amount=price, currency=currency) if price else None,
        )

    def build_cancel_pickup(self, base: str, pickup: Pickup, account: Account) -> Request:
        url = f"{base}/api/shipments/{PICKUPS}/pickup/02"
        return self.request("DELETE", url, "cancel a pickup", headers={"Prn": pickup.confirmation})

    def parse_cancel_pickup(self, answer: Answer) -> None:
        reply = dig(content(answer, self.parse_error), "PickupCancelResponse")
        if not isinstance(reply, dict):
            raise incomplete(answer, "saying that the pickup is cancelled")
