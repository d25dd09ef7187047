"""Labels and quotes of the carriers; every answer is valid by its specification."""

from __future__ import annotations

import base64
import email.parser
import email.policy
import io
import json
import uuid
from typing import Any

import pypdf
import pytest
import requests
import zxingcpp
from PIL import Image

from returnctl.sandbox import client
from tests.sandbox.published import check
from tests.sandbox.speaking import Speaker
from tests.sandbox.wishes import (
    FEDEX_QUOTE,
    FEDEX_SHIP,
    UPS_RATE,
    UPS_SHIP,
    USPS_LABEL,
    USPS_PAYMENT,
    USPS_RATES,
    changed,
)

PATHS = {"ups": "/ups/api/shipments/v2409/ship", "usps": "/usps/labels/v3/return-label"}


class Buyer:
    """Buys at the three carriers."""

    def __init__(self, speak: Speaker) -> None:
        self.speak, self.url = speak, speak.url
        self.payment = ""

    def ups(self, wish: dict[str, Any] = UPS_SHIP) -> requests.Response:
        return self.speak.post(self.url + PATHS["ups"], json=wish, headers=self.speak.token("ups"))

    def fedex(self, wish: dict[str, Any] = FEDEX_SHIP) -> requests.Response:
        return self.speak.post(
            f"{self.url}/fedex/ship/v1/shipments", json=wish, headers=self.speak.token("fedex")
        )

    def usps_headers(self) -> dict[str, str]:
        headers = self.speak.token("usps")
        if not self.payment:
            path = f"{self.url}/usps/payments/v3/payment-authorization"
            answer = check(self.speak.post(path, json=USPS_PAYMENT, headers=headers))
            self.payment = answer.json()["paymentAuthorizationToken"]
        return {**headers, "X-Payment-Authorization-Token": self.payment}

    def usps(
        self, wish: dict[str, Any] = USPS_LABEL, *, key: str = "", accept: str = ""
    ) -> requests.Response:
        headers = {**self.usps_headers(), "Accept": accept or "application/vnd.usps.labels+json"}
        headers |= {"X-Idempotency-Key": key} if key else {}
        return self.speak.post(self.url + PATHS["usps"], json=wish, headers=headers)


@pytest.fixture
def buyer(speak: Speaker) -> Buyer:
    return Buyer(speak)


def picture(encoded: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(encoded)))


def read_code(encoded: str) -> str:
    (found,) = zxingcpp.read_barcodes(picture(encoded).convert("L"))
    return str(found.text)


def test_ups_sells_a_picture_and_recovers_a_pdf(buyer: Buyer) -> None:
    results = check(buyer.ups()).json()["ShipmentResponse"]["ShipmentResults"]
    number = results["ShipmentIdentificationNumber"]
    (package,) = results["PackageResults"]
    assert package["TrackingNumber"] == number
    assert read_code(package["ShippingLabel"]["GraphicImage"]) == number
    assert picture(package["ShippingLabel"]["GraphicImage"]).format == "GIF"
    recovery: dict[str, Any] = {
        "LabelRecoveryRequest": {
            "Request": {},
            "LabelSpecification": {"LabelImageFormat": {"Code": "PDF"}},
            "TrackingNumber": number,
        }
    }
    path = f"{buyer.url}/ups/api/labels/v1/recovery"
    headers = buyer.speak.token("ups")
    found = check(buyer.speak.post(path, json=recovery, headers=headers)).json()["LabelRecoveryResponse"]
    paper = base64.b64decode(found["LabelResults"][0]["LabelImage"]["GraphicImage"])
    assert number in pypdf.PdfReader(io.BytesIO(paper)).pages[0].extract_text().replace(" ", "")
    values = {"ReferenceNumber": {"Value": "10000007"}, "ShipperNumber": "A1B2C3"}
    recovery["LabelRecoveryRequest"].pop("TrackingNumber")
    recovery["LabelRecoveryRequest"]["ReferenceValues"] = values
    again = check(buyer.speak.post(path, json=recovery, headers=headers)).json()["LabelRecoveryResponse"]
    assert again["ShipmentIdentificationNumber"] == number


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("ShipmentRequest.Shipment.ReturnService.Code", "5", "120409"),
        ("ShipmentRequest.Shipment.ReturnService", None, "120402"),
        ("ShipmentRequest.Shipment.Package.0.Description", "", "120409"),
        ("ShipmentRequest.Shipment.ReferenceNumber", {"Value": "10000007"}, "120541"),
        ("ShipmentRequest.Shipment.Service.Code", "59", "120406"),
        ("ShipmentRequest.Shipment.Shipper.ShipperNumber", "A1", "120100"),
        ("ShipmentRequest.LabelSpecification.LabelImageFormat.Code", "PDF", "121210"),
        ("ShipmentRequest.Shipment.ShipTo", None, "9100"),
    ],
)
def test_what_ups_refuses(buyer: Buyer, path: str, value: Any, code: str) -> None:
    answer = check(buyer.ups(changed(UPS_SHIP, path, value)))
    assert answer.status_code == 400
    assert answer.json()["response"]["errors"][0]["code"] == code
    assert client.ledger(buyer.url, "10000007")["10000007"]["labels"] == 0


def test_ups_takes_a_label_back_until_it_travels(buyer: Buyer) -> None:
    number = buyer.ups().json()["ShipmentResponse"]["ShipmentResults"]["ShipmentIdentificationNumber"]
    path = f"{buyer.url}/ups/api/shipments/v2409/void/cancel/"
    headers = buyer.speak.token("ups")
    voided = check(buyer.speak.delete(path + number, headers=headers)).json()["VoidShipmentResponse"]
    assert voided["SummaryResult"]["Status"]["Code"] == "1"
    assert check(buyer.speak.delete(path + number, headers=headers)).status_code == 400
    travelling = buyer.ups().json()["ShipmentResponse"]["ShipmentResults"]["ShipmentIdentificationNumber"]
    client.advance(buyer.url, travelling, "in-transit")
    assert check(buyer.speak.delete(path + travelling, headers=headers)).status_code == 400
    assert check(buyer.speak.delete(path + "1Z999AA10123456784", headers=headers)).status_code == 400


def test_ups_finds_by_reference(buyer: Buyer) -> None:
    number = buyer.ups().json()["ShipmentResponse"]["ShipmentResults"]["ShipmentIdentificationNumber"]
    headers = {**buyer.speak.token("ups"), "transId": "1", "transactionSrc": "test"}
    path = "/ups/api/track/v1/reference/details/"
    found = check(buyer.speak.read(path + "10000007", headers=headers)).json()["trackResponse"]["shipment"][0]
    assert found["package"][0]["trackingNumber"] == number
    assert check(buyer.speak.read(path + "nothing", headers=headers)).status_code == 404


def test_what_ups_quotes_is_what_it_takes(buyer: Buyer) -> None:
    headers = buyer.speak.token("ups")
    path = f"{buyer.url}/ups/api/rating/v2409/"
    (rated,) = check(buyer.speak.post(path + "Rate", json=UPS_RATE, headers=headers)).json()["RateResponse"][
        "RatedShipment"
    ]
    sold = buyer.ups().json()["ShipmentResponse"]["ShipmentResults"]["ShipmentCharges"]
    assert rated["TotalCharges"] == sold["TotalCharges"]
    shop = check(buyer.speak.post(path + "Shop", json=UPS_RATE, headers=headers)).json()["RateResponse"]
    assert [each["Service"]["Code"] for each in shop["RatedShipment"]] == ["03", "12", "02", "01"]
    assert check(buyer.speak.post(path + "Guess", json=UPS_RATE, headers=headers)).status_code == 400


def test_usps_sells_once_for_a_key(buyer: Buyer) -> None:
    key = str(uuid.uuid4())
    first = check(buyer.usps(key=key)).json()
    again = check(buyer.usps(key=key)).json()
    assert first == again
    assert client.ledger(buyer.url, "10000007")["10000007"]["labels"] == 1
    other = changed(USPS_LABEL, "packageDescription.weight", 2)
    assert check(buyer.usps(other, key=key)).status_code == 400
    assert check(buyer.usps(key="short")).status_code == 400
    paper = base64.b64decode(first["returnLabelImage"])
    assert first["trackingNumber"] in pypdf.PdfReader(io.BytesIO(paper)).pages[0].extract_text().replace(
        " ", ""
    )


@pytest.mark.parametrize("kind", ["PNG", "GIF", "JPG", "TIFF"])
def test_usps_pictures_have_the_barcode(buyer: Buyer, kind: str) -> None:
    sold = check(buyer.usps(changed(USPS_LABEL, "imageInfo", {"imageType": kind}))).json()
    assert read_code(sold["returnLabelImage"]) == sold["trackingNumber"]


@pytest.mark.parametrize(("kind", "start"), [("ZPL203DPI", "^XA"), ("EPL300DPI", "N\n"), ("SVG", "<svg")])
def test_usps_speaks_to_printers(buyer: Buyer, kind: str, start: str) -> None:
    sold = check(buyer.usps(changed(USPS_LABEL, "imageInfo", {"imageType": kind}))).json()
    text = base64.b64decode(sold["returnLabelImage"]).decode()
    assert text.startswith(start)
    assert sold["trackingNumber"] in text


def test_usps_needs_no_printer(buyer: Buyer) -> None:
    sold = check(buyer.usps(changed(USPS_LABEL, "imageInfo", {"imageType": "LABEL_BROKER"}))).json()
    assert "returnLabelImage" not in sold
    assert sold["trackingNumber"] in read_code(sold["labelBrokerQR"])
    assert len(sold["labelBrokerID"]) <= 10


def test_usps_answers_as_a_form_unless_asked(buyer: Buyer) -> None:
    answer = check(buyer.usps(accept="*/*"))
    head = f"Content-Type: {answer.headers['Content-Type']}\r\n\r\n".encode()
    form = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + answer.content)
    parts = {part["Content-Disposition"].params["name"]: part.get_content() for part in form.iter_parts()}
    metadata = json.loads(parts["returnLabelMetadata"])
    assert base64.b64decode(parts["returnLabelImage"]).startswith(b"%PDF-")
    assert metadata["postage"] > 0


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("fromAddress.lastName", None),
        ("toAddress.firm", ""),
        ("fromAddress.ZIPCode", "1220"),
        ("fromAddress.state", "New York"),
        ("packageDescription.weight", 0),
        ("packageDescription.mailClass", "PRIORITY_MAIL"),
        ("packageDescription.height", None),
        ("imageInfo", {"imageType": "LABEL_BROKER", "labelType": "6X4LABEL"}),
    ],
)
def test_what_usps_refuses(buyer: Buyer, path: str, value: Any) -> None:
    assert check(buyer.usps(changed(USPS_LABEL, path, value))).status_code == 400
    assert client.ledger(buyer.url, "10000007")["10000007"]["labels"] == 0


def test_usps_wants_its_payment_token(buyer: Buyer) -> None:
    buyer.payment = "wrong"
    assert check(buyer.usps()).status_code == 401
    headers = buyer.speak.token("usps")
    path = f"{buyer.url}/usps/payments/v3/payment-authorization"
    lonely = {"roles": USPS_PAYMENT["roles"][:1]}
    assert check(buyer.speak.post(path, json=lonely, headers=headers)).status_code == 400


def test_usps_takes_a_label_back(buyer: Buyer) -> None:
    key = str(uuid.uuid4())
    first, second = buyer.usps(key=key).json(), buyer.usps().json()
    path = f"{buyer.url}/usps/labels/v3/label"
    headers = buyer.usps_headers()
    by_key = check(buyer.speak.delete(path, headers={**headers, "X-Idempotency-Key": key})).json()
    assert by_key == {"trackingNumber": first["trackingNumber"], "status": "CANCELED"}
    client.advance(buyer.url, second["trackingNumber"], "picked-up")
    for number in (first["trackingNumber"], second["trackingNumber"], "9400111206206406260787"):
        assert check(buyer.speak.delete(f"{path}/{number}", headers=headers)).status_code == 400


def test_what_usps_quotes_is_what_it_takes(buyer: Buyer) -> None:
    path = f"{buyer.url}/usps/prices/v3/total-rates/search"
    headers = buyer.speak.token("usps")
    quoted = check(buyer.speak.post(path, json=USPS_RATES, headers=headers)).json()["rateOptions"]
    assert quoted[0]["totalPrice"] == buyer.usps().json()["postage"]
    everything = changed(USPS_RATES, "mailClass", None)
    assert len(check(buyer.speak.post(path, json=everything, headers=headers)).json()["rateOptions"]) == 3
    strange = changed(USPS_RATES, "mailClass", "PIGEON")
    assert check(buyer.speak.post(path, json=strange, headers=headers)).status_code == 404


@pytest.mark.parametrize(("kind", "start"), [("PDF", b"%PDF-"), ("PNG", b"\x89PNG"), ("ZPLII", b"^XA")])
def test_fedex_sells(buyer: Buyer, kind: str, start: bytes) -> None:
    wish = changed(FEDEX_SHIP, "requestedShipment.labelSpecification.imageType", kind)
    (sold,) = check(buyer.fedex(wish)).json()["output"]["transactionShipments"]
    (paper,) = sold["pieceResponses"][0]["packageDocuments"]
    assert base64.b64decode(paper["encodedLabel"]).startswith(start)
    assert paper["trackingNumber"] == sold["masterTrackingNumber"]
    assert client.ledger(buyer.url, "10000007")["10000007"]["labels"] == 1


def test_fedex_gives_a_link(buyer: Buyer) -> None:
    (sold,) = buyer.fedex(changed(FEDEX_SHIP, "labelResponseOptions", "URL_ONLY")).json()["output"][
        "transactionShipments"
    ]
    (paper,) = sold["pieceResponses"][0]["packageDocuments"]
    assert requests.get(paper["url"], timeout=30).content.startswith(b"%PDF-")
    assert requests.get(paper["url"] + "0", timeout=30).status_code == 404


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("requestedShipment.shipper.contact.phoneNumber", None),
        ("requestedShipment.shipmentSpecialServices", None),
        ("requestedShipment.shipmentSpecialServices.returnShipmentDetail.returnType", "PENDING"),
        ("requestedShipment.totalWeight", None),
        ("accountNumber.value", ""),
    ],
)
def test_what_fedex_refuses(buyer: Buyer, path: str, value: Any) -> None:
    assert check(buyer.fedex(changed(FEDEX_SHIP, path, value))).status_code == 400


def test_fedex_finds_by_reference_and_takes_back(buyer: Buyer) -> None:
    (sold,) = buyer.fedex().json()["output"]["transactionShipments"]
    number = sold["masterTrackingNumber"]
    headers = buyer.speak.token("fedex")
    window = {"value": "10000007", "shipDateBegin": "2020-01-01", "shipDateEndDate": "2099-01-01"}
    path = f"{buyer.url}/fedex/track/v1/referencenumbers"
    found = check(buyer.speak.post(path, json={"referencesInformation": window}, headers=headers)).json()
    assert found["output"]["completeTrackResults"][0]["trackingNumber"] == number
    early = {"referencesInformation": {**window, "shipDateEndDate": "2020-01-02"}}
    assert check(buyer.speak.post(path, json=early, headers=headers)).status_code == 404
    cancel = {"accountNumber": {"value": "123456789"}, "trackingNumber": number}
    path = f"{buyer.url}/fedex/ship/v1/shipments/cancel"
    assert (
        check(buyer.speak.put(path, json=cancel, headers=headers)).json()["output"]["cancelledShipment"]
        is True
    )
    assert check(buyer.speak.put(path, json=cancel, headers=headers)).status_code == 400
    assert (
        check(buyer.speak.put(path, json={**cancel, "trackingNumber": "1"}, headers=headers)).status_code
        == 400
    )


def test_what_fedex_quotes_is_what_it_takes(buyer: Buyer) -> None:
    path = f"{buyer.url}/fedex/rate/v1/rates/quotes"
    headers = {**buyer.speak.token("fedex"), "x-customer-transaction-id": "mine"}
    answer = check(buyer.speak.post(path, json=FEDEX_QUOTE, headers=headers)).json()
    assert answer["customerTransactionId"] == "mine"
    (quoted,) = answer["output"]["rateReplyDetails"]
    (sold,) = buyer.fedex().json()["output"]["transactionShipments"]
    assert quoted["ratedShipmentDetails"][0]["totalNetCharge"] == sold["pieceResponses"][0]["netChargeAmount"]
    everything = changed(FEDEX_QUOTE, "requestedShipment.serviceType", None)
    assert (
        len(
            check(buyer.speak.post(path, json=everything, headers=headers)).json()["output"][
                "rateReplyDetails"
            ]
        )
        == 4
    )
    strange = changed(FEDEX_QUOTE, "requestedShipment.serviceType", "PIGEON")
    assert check(buyer.speak.post(path, json=strange, headers=headers)).status_code == 400


def test_a_label_belongs_to_the_order_of_its_sender(buyer: Buyer) -> None:
    wish = changed(FEDEX_SHIP, "requestedShipment.requestedPackageLineItems.0.customerReferences", None)
    assert buyer.fedex(wish).status_code == 200
    assert client.ledger(buyer.url, "10000007")["10000007"]["labels"] == 1


def test_a_label_of_nobodys_is_counted_once_its_number_is_told(buyer: Buyer) -> None:
    wish = changed(UPS_SHIP, "ShipmentRequest.Shipment.ShipFrom.Address.AddressLine", ["1 Elsewhere"])
    wish = changed(wish, "ShipmentRequest.Shipment.Package.0.ReferenceNumber", None)
    number = buyer.ups(wish).json()["ShipmentResponse"]["ShipmentResults"]["ShipmentIdentificationNumber"]
    case = buyer.speak.opened("10000007")["return"]
    assert client.ledger(buyer.url, "10000007")["10000007"]["labels"] == 0
    told = {"carrier": "ups", "tracking_number": number}
    buyer.speak.write(f"/v1/returns/{case}/tracking", method="PUT", json=told)
    assert client.ledger(buyer.url, "10000007")["10000007"]["labels"] == 1


def test_quirks_of_ups_labels(buyer: Buyer) -> None:
    client.faults(buyer.url, "quirks")
    results = buyer.ups().json()["ShipmentResponse"]["ShipmentResults"]
    lying = picture(results["PackageResults"]["ShippingLabel"]["GraphicImage"])
    assert lying.width > lying.height
