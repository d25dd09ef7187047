"""FedEx: prices, return labels printed by the customer, finding them again, undoing them."""

from __future__ import annotations

from datetime import date
from typing import Any

from returnctl.carriers.base import Account, Label, LabelOrder, Money, Package, Quote, Voided
from returnctl.carriers.fedex_dialect import FedexDialect
from returnctl.carriers.messages import content, first, incomplete, says_unknown
from returnctl.carriers.postal import decoded_label, inches, pounds, refuse_qr
from returnctl.carriers.reading import amount, as_list, dig, number, truth, words
from returnctl.http import Answer, Request

GROUND = "FEDEX_GROUND"
HOME = "GROUND_HOME_DELIVERY"
OUR_REFERENCE = "CUSTOMER_REFERENCE"

_SURFACE = {GROUND, HOME}
_IMAGES = {"pdf": "PDF", "png": "PNG", "zpl": "ZPLII"}
_STOCK = {"pdf": "PAPER_4X6", "png": "PAPER_4X6", "zpl": "STOCK_4X6"}
_DAYS = ("ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE", "TEN")
_RETURN = {
    "specialServiceTypes": ["RETURN_SHIPMENT"],
    "returnShipmentDetail": {"returnType": "PRINT_RETURN_LABEL"},
}


class FedexShipping(FedexDialect):
    """Rates and Ship. The shipper of a return is the customer."""

    def build_quote(self, base: str, order: LabelOrder, account: Account) -> Request:
        shipment: dict[str, Any] = {
            "shipper": {"address": _place(order.customer.postal_code, order.customer.country)},
            "recipient": {"address": _place(order.seller.postal_code, order.seller.country)},
            "shipDateStamp": order.mail_date.isoformat(),
            "pickupType": "DROPOFF_AT_FEDEX_LOCATION",
            "packagingType": "YOUR_PACKAGING",
            "rateRequestType": ["ACCOUNT", "LIST"],
            "shipmentSpecialServices": _RETURN,
            "requestedPackageLineItems": [_measures(order.package)],
        }
        if order.service:
            shipment["serviceType"] = order.service
        body = {
            "accountNumber": self._account(account),
            "rateRequestControlParameters": {"returnTransitTimes": True},
            "requestedShipment": shipment,
        }
        url = f"{base}/rate/v1/rates/quotes"
        return self.request("POST", url, "ask what a return label costs", body, reads=True)

    def parse_quote(self, answer: Answer) -> tuple[Quote, ...]:
        body = content(answer, self.parse_error)
        rated = dig(body, "output", "rateReplyDetails")
        if rated is None:
            raise incomplete(answer, "prices")
        return tuple(found for found in map(_quote, as_list(rated)) if found)

    def build_label(self, base: str, order: LabelOrder, account: Account) -> Request:
        refuse_qr(order, self.name)
        service = order.service or (HOME if order.seller.residential else GROUND)
        references = [
            {"customerReferenceType": OUR_REFERENCE, "value": order.reference},
            {"customerReferenceType": "RMA_ASSOCIATION", "value": order.order[:20]},
        ]
        shipment = {
            "shipper": self._party(order.customer),
            "recipients": [self._party(order.seller)],
            "shipDatestamp": order.mail_date.isoformat(),
            "pickupType": "DROPOFF_AT_FEDEX_LOCATION",
            "serviceType": service,
            "packagingType": "YOUR_PACKAGING",
            "totalWeight": pounds(order.package),
            "shippingChargesPayment": {"paymentType": "SENDER"},
            "shipmentSpecialServices": _RETURN,
            "labelSpecification": {
                "imageType": _IMAGES[order.format],
                "labelStockType": _STOCK[order.format],
            },
            "requestedPackageLineItems": [
                {"customerReferences": references, **_measures(order.package)},
            ],
        }
        body = {
            "labelResponseOptions": "LABEL",
            "accountNumber": self._account(account),
            "requestedShipment": shipment,
        }
        return self.request("POST", f"{base}/ship/v1/shipments", "buy a return label", body)

    def parse_label(self, answer: Answer) -> Label:
        body = content(answer, self.parse_error)
        shipment = dig(body, "output", "transactionShipments", 0)
        piece = dig(shipment, "pieceResponses", 0)
        tracking = words(dig(piece, "trackingNumber")) or words(dig(shipment, "masterTrackingNumber"))
        if not tracking:
            raise incomplete(answer, "the number of the label")
        documents = as_list(dig(piece, "packageDocuments"))
        image = first((decoded_label(dig(one, "encodedLabel")) for one in documents), bool)
        return Label(
            carrier=self.code,
            tracking_number=tracking,
            media=image[0] if image else "",
            image=image[1] if image else None,
            price=_price(shipment, piece),
            service=words(dig(shipment, "serviceType")),
        )

    def build_find_label(
        self, base: str, reference: str, account: Account, since: date, until: date
    ) -> Request | None:
        wanted = {
            "type": OUR_REFERENCE,
            "value": reference,
            "accountNumber": self._account(account)["value"],
            "shipDateBegin": since.isoformat(),
            "shipDateEndDate": until.isoformat(),
        }
        body = {"referencesInformation": wanted, "includeDetailedScans": False}
        url = f"{base}/track/v1/referencenumbers"
        return self.request("POST", url, "look for a label by its reference", body, reads=True)

    def parse_find_label(self, answer: Answer) -> tuple[str, ...]:
        if says_unknown(answer, self.parse_error):
            return ()
        body = content(answer, self.parse_error)
        if not isinstance(dig(body, "output"), dict):
            raise incomplete(answer, "tracking data")
        found = [
            words(dig(result, "trackingNumberInfo", "trackingNumber"))
            or words(dig(complete, "trackingNumber"))
            for complete in as_list(dig(body, "output", "completeTrackResults"))
            for result in as_list(dig(complete, "trackResults"))
            if not dig(result, "error")
        ]
        return tuple(dict.fromkeys(tracking for tracking in found if tracking))

    def build_void(self, base: str, label: Label, account: Account) -> Request:
        body = {
            "accountNumber": self._account(account),
            "deletionControl": "DELETE_ALL_PACKAGES",
            "trackingNumber": label.tracking_number,
        }
        return self.request("PUT", f"{base}/ship/v1/shipments/cancel", "cancel a return label", body)

    def parse_void(self, answer: Answer) -> Voided:
        body = content(answer, self.parse_error)
        if not truth(dig(body, "output", "cancelledShipment")):
            raise incomplete(answer, "saying that the label is cancelled")
        return Voided(refund="done")


def _place(postal_code: str, country: str) -> dict[str, str]:
    return {"postalCode": postal_code, "countryCode": country}


def _measures(package: Package) -> dict[str, Any]:
    length, width, height = inches(package)
    return {
        "weight": {"units": "LB", "value": pounds(package)},
        "dimensions": {"length": length, "width": width, "height": height, "units": "IN"},
    }


def _quote(detail: Any) -> Quote | None:
    """The account's own price where there is one, else the list price."""
    rated = {words(dig(one, "rateType")): one for one in as_list(dig(detail, "ratedShipmentDetails"))}
    kind = first(("ACCOUNT", "INCENTIVE", "LIST"), lambda one: one in rated)
    chosen = rated.get(kind or "")
    price = amount(dig(chosen, "totalNetCharge"))
    service = words(dig(detail, "serviceType"))
    if not service or price is None:
        return None
    currency = words(dig(chosen, "currency")) or words(dig(chosen, "shipmentRateDetail", "currency"))
    return Quote(
        carrier="fedex",
        service=service,
        name=words(dig(detail, "serviceName")) or service.replace("_", " ").capitalize(),
        price=Money(amount=price, currency=currency or "USD"),
        basis="list" if kind == "LIST" else "account",
        surface=service in _SURFACE,
        delivery_days=_transit_days(detail),
    )


def _price(shipment: Any, piece: Any) -> Money | None:
    """What the label cost. Nothing is no price: returns may be charged when they are scanned."""
    rated = dig(shipment, "completedShipmentDetail", "shipmentRating", "shipmentRateDetails", 0)
    known = (dig(piece, "netChargeAmount"), dig(piece, "netRateAmount"), dig(rated, "totalNetCharge"))
    found = first(known, lambda one: (number(one) or 0) > 0)
    currency = words(dig(piece, "currency")) or words(dig(rated, "currency")) or "USD"
    return None if found is None else Money(amount=amount(found) or "", currency=currency)


def _transit_days(detail: Any) -> int | None:
    """From `THREE_DAYS`."""
    said = words(dig(detail, "operationalDetail", "transitTime")) or words(
        dig(detail, "commit", "transitDays", "minimumTransitTime")
    )
    name = said.partition("_")[0]
    return _DAYS.index(name) + 1 if name in _DAYS else None
