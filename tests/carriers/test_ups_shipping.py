"""UPS: prices, labels, pickups: each verb's request, its URL and headers, and its answer."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from returnctl import errors
from returnctl.carriers.base import Account, Can, Money, Package, Voided
from returnctl.carriers.ups import Ups
from tests.carriers.answers import answer, ups_tracked
from tests.carriers.orders import CUSTOMER, DAY, NUMBERS, SLOT, label, label_order, pickup, pickup_order

UPS = Ups()
BASE = "https://onlinetools.ups.com"
NUMBER = NUMBERS["ups"]
ACCOUNT = Account(number="A1B2C3")
GIF = base64.b64encode(b"GIF89a....").decode()
PDF = base64.b64encode(b"%PDF-1.4 ...").decode()


def body_of(request: Any) -> Any:
    return json.loads(request.body)


class TestQuote:
    def test_request(self) -> None:
        request = UPS.build_quote(BASE, label_order(), ACCOUNT)
        asked = body_of(request)["RateRequest"]["Shipment"]
        assert request.url == f"{BASE}/api/rating/v2409/Shop"
        assert asked["ShipmentServiceOptions"] == {"ReturnService": {"Code": "9"}}
        assert asked["ShipFrom"]["Address"]["City"] == "Memphis"
        assert asked["ShipTo"]["Address"]["City"] == "Beverly Hills"

    def test_answer(self) -> None:
        charges = {"TotalCharges": {"CurrencyCode": "USD", "MonetaryValue": "14.1"}}
        negotiated = {
            "NegotiatedRateCharges": {"TotalCharge": {"CurrencyCode": "USD", "MonetaryValue": "9.80"}}
        }
        rated = [
            {"Service": {"Code": "03"}, **charges, **negotiated},
            {"Service": {"Code": "02"}, **charges, "GuaranteedDelivery": {"BusinessDaysInTransit": "2"}},
            {"Service": {"Code": "13"}, **charges},
            {"Service": {"Code": "01"}},
        ]
        quotes = UPS.parse_quote(answer("ups", {"RateResponse": {"RatedShipment": rated}}))
        assert [(q.name, q.price.amount, q.basis, q.surface, q.delivery_days) for q in quotes] == [
            ("UPS Ground", "9.80", "account", True, None),
            ("UPS 2nd Day Air", "14.10", "list", False, 2),
        ]

    def test_no_account(self) -> None:
        with pytest.raises(errors.BadConfig, match="account"):
            UPS.build_quote(BASE, label_order(), Account())


class TestLabel:
    def test_request(self) -> None:
        request = UPS.build_label(BASE, label_order(), ACCOUNT)
        asked = body_of(request)["ShipmentRequest"]
        shipment = asked["Shipment"]
        assert request.url == f"{BASE}/api/shipments/v2409/ship"
        assert shipment["ReturnService"] == {"Code": "9"}, "printed by the customer, no driver"
        assert shipment["Service"] == {"Code": "03"}
        assert shipment["Shipper"]["ShipperNumber"] == "A1B2C3"
        assert shipment["ShipFrom"]["Name"] == "Jane van der Doe"
        assert shipment["ShipTo"]["Name"] == "Seller Returns"
        assert "ReferenceNumber" not in shipment
        references = shipment["Package"][0]["ReferenceNumber"]
        assert references == [{"Value": "RCABCDEF234567"}, {"Code": "RZ", "Value": "10000001"}]
        assert asked["LabelSpecification"]["LabelImageFormat"] == {"Code": "GIF"}

    def test_zpl_and_no_qr(self) -> None:
        asked = body_of(UPS.build_label(BASE, label_order(format="zpl"), ACCOUNT))
        assert asked["ShipmentRequest"]["LabelSpecification"]["LabelImageFormat"] == {"Code": "ZPL"}
        with pytest.raises(errors.Usage, match="QR"):
            UPS.build_label(BASE, label_order(format="qr"), ACCOUNT)

    def bought(self, **package: Any) -> dict[str, Any]:
        charge = {"CurrencyCode": "USD", "MonetaryValue": "9.8"}
        results = {
            "ShipmentIdentificationNumber": NUMBER,
            "ShipmentCharges": {"TotalCharges": charge | {"MonetaryValue": "14.10"}},
            "NegotiatedRateCharges": {"TotalCharge": charge},
            "PackageResults": [{"TrackingNumber": NUMBER, **package}],
        }
        return {"ShipmentResponse": {"ShipmentResults": results}}

    def test_answer(self) -> None:
        found = UPS.parse_label(answer("ups", self.bought(ShippingLabel={"GraphicImage": GIF})))
        assert (found.tracking_number, found.media, found.shipment) == (NUMBER, "gif", NUMBER)
        assert found.image == b"GIF89a...."
        assert found.price == Money(amount="9.80", currency="USD")

    @pytest.mark.parametrize("image", [None, "", "%%%", base64.b64encode(b"MZ\x90 exe").decode(), 7, {}])
    def test_a_bought_label_is_never_lost_over_its_picture(self, image: Any) -> None:
        found = UPS.parse_label(answer("ups", self.bought(ShippingLabel={"GraphicImage": image})))
        assert (found.tracking_number, found.image) == (NUMBER, None)

    def test_no_number(self) -> None:
        with pytest.raises(errors.Unavailable, match="number"):
            UPS.parse_label(answer("ups", {"ShipmentResponse": {}}))

    def test_recovery(self) -> None:
        request = UPS.build_label_file(BASE, label("ups"), "pdf")
        assert request is not None
        assert request.url == f"{BASE}/api/labels/v1/recovery"
        assert body_of(request)["LabelRecoveryRequest"]["TrackingNumber"] == NUMBER
        results = {"LabelResults": [{"LabelImage": {"GraphicImage": PDF}}]}
        media, data = UPS.parse_label_file(answer("ups", {"LabelRecoveryResponse": results}))
        assert (media, data[:5]) == ("pdf", b"%PDF-")
        assert UPS.build_label_file(BASE, label("ups"), "png") is None

    def test_find(self) -> None:
        request = UPS.build_find_label(BASE, "RC/1", ACCOUNT, DAY, DAY)
        assert request is not None
        assert request.url == (
            f"{BASE}/api/track/v1/reference/details/RC%2F1?locale=en_US"
            "&fromPickUpDate=20261214&toPickUpDate=20261214&shipperNum=A1B2C3"
        )
        assert UPS.parse_find_label(answer("ups", ups_tracked())) == (NUMBER,)
        assert UPS.parse_find_label(answer("ups", {"response": {"errors": []}}, 404)) == ()

    def test_void(self) -> None:
        request = UPS.build_void(BASE, label("ups"), ACCOUNT)
        assert (request.method, request.url) == ("DELETE", f"{BASE}/api/shipments/v2409/void/cancel/{NUMBER}")
        done = {"VoidShipmentResponse": {"SummaryResult": {"Status": {"Code": "1"}}}}
        assert UPS.parse_void(answer("ups", done)) == Voided(refund="done")
        with pytest.raises(errors.Unavailable):
            UPS.parse_void(answer("ups", {"VoidShipmentResponse": {}}))


class TestPickup:
    def test_it_is_not_offered(self) -> None:
        assert Can.PICKUP not in UPS.can

    def test_request(self) -> None:
        request = UPS.build_pickup(BASE, pickup_order("ups", note="Ring twice"), ACCOUNT)
        asked = body_of(request)["PickupCreationRequest"]
        assert request.url == f"{BASE}/api/pickupcreation/v2409/pickup"
        assert asked["PaymentMethod"] == "04", "the label's shipper pays"
        assert asked["TrackingData"] == [{"TrackingNumber": NUMBER}]
        assert asked["PickupDateInfo"] == {"CloseTime": "1700", "ReadyTime": "0900", "PickupDate": "20261214"}
        assert asked["SpecialInstruction"] == "Ring twice"

    def test_answer_and_cancel(self) -> None:
        booked = UPS.parse_pickup(answer("ups", {"PickupCreationResponse": {"PRN": "2929602E9CP"}}), SLOT)
        assert (booked.confirmation, booked.date) == ("2929602E9CP", DAY)
        request = UPS.build_cancel_pickup(BASE, booked, ACCOUNT)
        assert request.url == f"{BASE}/api/shipments/v2409/pickup/02"
        assert request.headers["Prn"] == "2929602E9CP"
        UPS.parse_cancel_pickup(answer("ups", {"PickupCancelResponse": {"Response": {}}}))
        with pytest.raises(errors.Unavailable):
            UPS.parse_cancel_pickup(answer("ups", {}))
        with pytest.raises(errors.Unavailable):
            UPS.parse_pickup(answer("ups", {"PickupCreationResponse": {}}), SLOT)
        assert pickup("ups").confirmation

    def test_no_phone(self) -> None:
        from msgspec.structs import replace

        with pytest.raises(errors.Usage, match="phone"):
            UPS.build_pickup(BASE, pickup_order("ups", address=replace(CUSTOMER, phone="")), ACCOUNT)


def test_weights_and_sizes() -> None:
    package = Package(weight_lb=0.001, length_in=2.1, width_in=9, height_in=5.0)
    asked = body_of(UPS.build_label(BASE, label_order(package=package), ACCOUNT))
    found = asked["ShipmentRequest"]["Shipment"]["Package"][0]
    assert found["PackageWeight"]["Weight"] == "0.01"
    assert [found["Dimensions"][side] for side in ("Length", "Width", "Height")] == ["9", "5", "3"]
