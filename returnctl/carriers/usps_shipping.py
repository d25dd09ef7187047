"""USPS: prices, return labels, undoing them.

A purchase with the same idempotency key and the same bytes gives the label that was bought before.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from returnctl.carriers import tracking_number
from returnctl.carriers.base import Account, Address, Label, LabelOrder, Money, Package, Quote, Voided
from returnctl.carriers.messages import content, incomplete
from returnctl.carriers.postal import decoded_label, first_and_last, inches, phone, pounds, street_lines, zip5
from returnctl.carriers.reading import amount, as_list, dig, number, words
from returnctl.carriers.usps_dialect import UspsDialect
from returnctl.http import Answer, Request

GROUND = "USPS_GROUND_ADVANTAGE_RETURN_SERVICE"
LABELS_JSON = "application/vnd.usps.labels+json"

SERVICES = {
    GROUND: "USPS Ground Advantage Return",
    "PRIORITY_MAIL_RETURN_SERVICE": "USPS Priority Mail Return",
    "PRIORITY_MAIL_EXPRESS_RETURN_SERVICE": "USPS Priority Mail Express Return",
}
_IMAGES = {"pdf": "PDF", "png": "PNG", "zpl": "ZPL203DPI", "qr": "LABEL_BROKER"}


class UspsShipping(UspsDialect):
    """Domestic prices and labels."""

    def build_quote(self, base: str, order: LabelOrder, account: Account) -> Request:
        """Base rates: the only prices that know the return services."""
        length, width, height = inches(order.package)
        body: dict[str, Any] = {
            "originZIPCode": zip5(order.customer, self.name),
            "destinationZIPCode": zip5(order.seller, self.name),
            "weight": pounds(order.package),
            "length": length,
            "width": width,
            "height": height,
            "mailClass": order.service or GROUND,
            "processingCategory": _category(order.package),
            "rateIndicator": _rate(order.package),
            "destinationEntryFacilityType": "NONE",
            "priceType": "COMMERCIAL",
            "mailingDate": order.mail_date.isoformat(),
        }
        if account.number.isdigit():
            body |= {"accountType": "EPS", "accountNumber": account.number}
        url = f"{base}/prices/v3/base-rates/search"
        return self.request("POST", url, "ask what a return label costs", body, reads=True)

    def parse_quote(self, answer: Answer) -> tuple[Quote, ...]:
        body = content(answer, self.parse_error)
        rates = [rate for rate in as_list(dig(body, "rates")) if isinstance(rate, dict)]
        price = amount(dig(body, "totalBasePrice")) or amount(dig(rates, 0, "price"))
        if price is None:
            raise incomplete(answer, "a price")
        service = words(dig(rates, 0, "mailClass")) or GROUND
        found = Quote(
            carrier=self.code,
            service=service,
            name=SERVICES.get(service, service.replace("_", " ").capitalize()),
            price=Money(amount=price, currency="USD"),
            basis="account" if words(dig(rates, 0, "priceType")) in {"CONTRACT", "NSA"} else "list",
            surface=service == GROUND,
        )
        return (found,)

    def build_label(self, base: str, order: LabelOrder, account: Account) -> Request:
        length, width, height = inches(order.package)
        body = {
            "imageInfo": {
                "imageType": _IMAGES[order.format],
                "labelType": "4X6LABEL",
                "receiptOption": "NONE",
            },
            "toAddress": _address(order.seller),
            "fromAddress": _address(order.customer),
            "packageDescription": {
                "mailClass": order.service or GROUND,
                "rateIndicator": _rate(order.package),
                "processingCategory": _category(order.package),
                "weightUOM": "lb",
                "weight": pounds(order.package),
                "dimensionsUOM": "in",
                "length": length,
                "width": width,
                "height": height,
                "customerReference": [
                    {"referenceNumber": order.order[:30], "printReferenceNumber": True},
                    {"referenceNumber": order.reference},
                ],
            },
        }
        headers = {"Accept": LABELS_JSON, "X-Idempotency-Key": order.key}
        return self.request(
            "POST", f"{base}/labels/v3/return-label", "buy a return label", body, headers=headers
        )

    def parse_label(self, answer: Answer) -> Label:
        body = content(answer, self.parse_error)
        tracking = words(dig(body, "trackingNumber"))
        if not tracking:
            raise incomplete(answer, "the number of the label")
        image = decoded_label(dig(body, "labelBrokerQR")) or decoded_label(dig(body, "returnLabelImage"))
        price = _total(body)
        return Label(
            carrier=self.code,
            tracking_number=tracking_number.normalise(tracking),
            media=image[0] if image else "",
            image=image[1] if image else None,
            price=Money(amount=price, currency="USD") if price else None,
            shipment=words(dig(body, "labelBrokerID")),
        )

    def build_void(self, base: str, label: Label, account: Account) -> Request:
        number = quote(tracking_number.checked(label.tracking_number), safe="")
        return self.request("DELETE", f"{base}/labels/v3/label/{number}", "cancel a return label")

    def parse_void(self, answer: Answer) -> Voided:
        body = content(answer, self.parse_error)
        state = words(dig(body, "status")).upper()
        if state == "CANCELED":
            return Voided(refund="done")
        if state == "DISPUTED":
            return Voided(refund="asked", reference=words(dig(body, "disputeId")))
        raise incomplete(answer, "saying that the label is cancelled")


def _address(address: Address) -> dict[str, Any]:
    lines = street_lines(address, width=50, count=2, carrier="USPS")
    found: dict[str, Any] = {
        "streetAddress": lines[0],
        "city": address.city[:28],
        "state": address.state,
        "ZIPCode": zip5(address, "USPS"),
    }
    if len(lines) > 1:
        found["secondaryAddress"] = lines[1]
    if address.company:
        found["firm"] = address.company[:50]
    else:
        found["firstName"], found["lastName"] = first_and_last(address, "USPS")
    if phone(address):
        found["phone"] = phone(address)
    return found


def _category(package: Package) -> str:
    """What a sorting machine takes; a smaller or larger parcel is nonstandard."""
    length, width, height = inches(package)
    fits = length <= 22 and width <= 18 and height <= 15 and pounds(package) <= 25
    return "MACHINABLE" if fits and length >= 6 and width >= 3 else "NONSTANDARD"


def _rate(package: Package) -> str:
    """Single piece; above a cubic foot the size is priced."""
    length, width, height = inches(package)
    return "DR" if length * width * height > 1728 else "SP"


def _total(body: Any) -> str | None:
    """The postage with its extra services and fees."""
    postage = number(dig(body, "postage"))
    if postage is None:
        return None
    extras = as_list(dig(body, "extraServices")) + as_list(dig(body, "fees"))
    return amount(postage + sum(number(dig(extra, "price")) or 0.0 for extra in extras))
