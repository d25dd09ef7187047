"""UPS: prices, return labels (service 9, printed by the customer), finding them again, undoing them."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote

from returnctl.carriers.base import (
    Account,
    Address,
    Label,
    LabelFormat,
    LabelOrder,
    Money,
    Package,
    Quote,
    Voided,
)
from returnctl.carriers.messages import content, incomplete, says_unknown
from returnctl.carriers.postal import (
    account_number,
    decoded_label,
    inches,
    person,
    phone,
    pounds,
    refuse_qr,
    street_lines,
)
from returnctl.carriers.reading import amount, as_list, dig, number, words
from returnctl.carriers.ups_dialect import UpsDialect
from returnctl.http import Answer, Request

VERSION = "v2409"
GROUND = "03"
PRINT_RETURN_LABEL = "9"

SERVICES = {
    "01": "UPS Next Day Air",
    "02": "UPS 2nd Day Air",
    "03": "UPS Ground",
    "12": "UPS 3 Day Select",
    "14": "UPS Next Day Air Early",
}
_SURFACE = {GROUND}
_NOT_FOR_RETURNS = {"13", "59", "82", "83", "84", "85", "86"}


class UpsShipping(UpsDialect):
    """Rating, Shipping and Label Recovery."""

    def build_quote(self, base: str, order: LabelOrder, account: Account) -> Request:
        payer = account_number(account, self.name, self.code)
        shipment: dict[str, Any] = {
            "Shipper": {
                "Name": person(order.seller)[:35],
                "ShipperNumber": payer,
                "Address": _address(order.seller),
            },
            "ShipTo": {"Name": person(order.seller)[:35], "Address": _address(order.seller)},
            "ShipFrom": {"Name": person(order.customer)[:35], "Address": _address(order.customer)},
            "PaymentDetails": {"ShipmentCharge": [{"Type": "01", "BillShipper": {"AccountNumber": payer}}]},
            "ShipmentServiceOptions": {"ReturnService": {"Code": PRINT_RETURN_LABEL}},
            "ShipmentRatingOptions": {"NegotiatedRatesIndicator": "Y"},
            "Package": [{"PackagingType": {"Code": "02"}, **_measures(order.package)}],
        }
        body = {"RateRequest": {"Request": {"RequestOption": "Shop"}, "Shipment": shipment}}
        url = f"{base}/api/rating/{VERSION}/Shop"
        return self.request("POST", url, "ask what a return label costs", body, reads=True)

    def parse_quote(self, answer: Answer) -> tuple[Quote, ...]:
        body = content(answer, self.parse_error)
        rated = dig(body, "RateResponse", "RatedShipment")
        if rated is None:
            raise incomplete(answer, "prices")
        quotes = [_quote(shipment) for shipment in as_list(rated)]
        return tuple(found for found in quotes if found and found.service not in _NOT_FOR_RETURNS)

    def build_label(self, base: str, order: LabelOrder, account: Account) -> Request:
        refuse_qr(order, self.name)
        payer = account_number(account, self.name, self.code)
        seller = {"Name": person(order.seller)[:35], "Address": _address(order.seller)}
        package = {
            "Description": order.package.description[:35],
            "Packaging": {"Code": "02"},
            # Within the United States references belong to the package: on the shipment they are refused.
            "ReferenceNumber": [{"Value": order.reference}, {"Code": "RZ", "Value": order.order[:35]}],
            **_measures(order.package),
        }
        shipment = {
            "Description": order.package.description[:50],
            "ReturnService": {"Code": PRINT_RETURN_LABEL},
            "Shipper": {**seller, "ShipperNumber": payer},
            "ShipTo": seller | _phone(order.seller),
            "ShipFrom": {
                "Name": person(order.customer)[:35],
                "Address": _address(order.customer),
                **_phone(order.customer),
            },
            "PaymentInformation": {
                "ShipmentCharge": [{"Type": "01", "BillShipper": {"AccountNumber": payer}}]
            },
            "ShipmentRatingOptions": {"NegotiatedRatesIndicator": "Y"},
            "Service": {"Code": order.service or GROUND},
            "Package": [package],
        }
        body = {
            "ShipmentRequest": {
                "Request": {"RequestOption": "nonvalidate"},
                "Shipment": shipment,
                "LabelSpecification": {
                    # Bought labels are pictures or printer code; a PDF comes from label recovery.
                    "LabelImageFormat": {"Code": "ZPL" if order.format == "zpl" else "GIF"},
                    "LabelStockSize": {"Height": "6", "Width": "4"},
                },
            }
        }
        return self.request("POST", f"{base}/api/shipments/{VERSION}/ship", "buy a return label", body)

    def parse_label(self, answer: Answer) -> Label:
        results = dig(content(answer, self.parse_error), "ShipmentResponse", "ShipmentResults")
        package = dig(results, "PackageResults", 0)
        tracking = words(dig(package, "TrackingNumber")) or words(
            dig(results, "ShipmentIdentificationNumber")
        )
        if not tracking:
            raise incomplete(answer, "the number of the label")
        image = decoded_label(dig(package, "ShippingLabel", "GraphicImage"))
        price = dig(results, "NegotiatedRateCharges", "TotalCharge")
        return Label(
            carrier=self.code,
            tracking_number=tracking,
            media=image[0] if image else "",
            image=image[1] if image else None,
            price=_money(price) or _money(dig(results, "ShipmentCharges", "TotalCharges")),
            shipment=words(dig(results, "ShipmentIdentificationNumber")) or tracking,
        )

    def build_label_file(self, base: str, label: Label, form: LabelFormat) -> Request | None:
        if form not in {"pdf", "zpl"}:
            return None
        body = {
            "LabelRecoveryRequest": {
                "Request": {},
                "LabelSpecification": {"LabelImageFormat": {"Code": form.upper()}},
                "TrackingNumber": label.tracking_number,
            }
        }
        url = f"{base}/api/labels/v1/recovery"
        return self.request("POST", url, "get the label as a file", body, reads=True)

    def parse_label_file(self, answer: Answer) -> tuple[str, bytes]:
        body = content(answer, self.parse_error)
        image = dig(body, "LabelRecoveryResponse", "LabelResults", 0, "LabelImage", "GraphicImage")
        found = decoded_label(image)
        if not found:
            raise incomplete(answer, "the label")
        return found

    def build_find_label(
        self, base: str, reference: str, account: Account, since: date, until: date
    ) -> Request | None:
        days = f"fromPickUpDate={since:%Y%m%d}&toPickUpDate={until:%Y%m%d}"
        shipper = f"&shipperNum={quote(account.number, safe='')}" if account.number else ""
        url = (
            f"{base}/api/track/v1/reference/details/{quote(reference, safe='')}?locale=en_US&{days}{shipper}"
        )
        return self.request("GET", url, "look for a label by its reference")

    def parse_find_label(self, answer: Answer) -> tuple[str, ...]:
        if says_unknown(answer, self.parse_error):
            return ()
        body = content(answer, self.parse_error)
        if not isinstance(dig(body, "trackResponse"), dict):
            raise incomplete(answer, "tracking data")
        numbers = [
            words(dig(package, "trackingNumber"))
            for shipment in as_list(dig(body, "trackResponse", "shipment"))
            for package in as_list(dig(shipment, "package"))
        ]
        return tuple(dict.fromkeys(found for found in numbers if found))

    def build_void(self, base: str, label: Label, account: Account) -> Request:
        shipment = quote((label.shipment or label.tracking_number).upper(), safe="")
        return self.request(
            "DELETE", f"{base}/api/shipments/{VERSION}/void/cancel/{shipment}", "void a return label"
        )

    def parse_void(self, answer: Answer) -> Voided:
        body = content(answer, self.parse_error)
        if words(dig(body, "VoidShipmentResponse", "SummaryResult", "Status", "Code")) != "1":
            raise incomplete(answer, "saying that the label is void")
        return Voided(refund="done")


def _address(address: Address) -> dict[str, Any]:
    found: dict[str, Any] = {
        "AddressLine": street_lines(address, width=35, count=3, carrier="UPS"),
        "City": address.city[:30],
        "StateProvinceCode": address.state,
        "PostalCode": address.postal_code.replace("-", ""),
        "CountryCode": address.country,
    }
    return found


def _phone(address: Address) -> dict[str, Any]:
    found = phone(address)
    return {"Phone": {"Number": found}} if found else {}


def _measures(package: Package) -> dict[str, Any]:
    length, width, height = inches(package)
    return {
        "Dimensions": {
            "UnitOfMeasurement": {"Code": "IN", "Description": "Inches"},
            "Length": str(length),
            "Width": str(width),
            "Height": str(height),
        },
        "PackageWeight": {
            "UnitOfMeasurement": {"Code": "LBS", "Description": "Pounds"},
            "Weight": f"{pounds(package):.4g}",
        },
    }


def _money(charge: Any) -> Money | None:
    found = amount(dig(charge, "MonetaryValue"))
    return Money(amount=found, currency=words(dig(charge, "CurrencyCode")) or "USD") if found else None


def _quote(shipment: Any) -> Quote | None:
    code = words(dig(shipment, "Service", "Code"))
    negotiated = _money(dig(shipment, "NegotiatedRateCharges", "TotalCharge"))
    price = negotiated or _money(dig(shipment, "TotalCharges"))
    if not code or not price:
        return None
    days = number(dig(shipment, "GuaranteedDelivery", "BusinessDaysInTransit"))
    return Quote(
        carrier="ups",
        service=code,
        name=words(dig(shipment, "Service", "Description")) or SERVICES.get(code, f"UPS {code}"),
        price=price,
        basis="account" if negotiated else "list",
        surface=code in _SURFACE,
        delivery_days=int(days) if days else None,
    )
