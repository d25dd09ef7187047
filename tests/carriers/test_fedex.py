"""FedEx: each verb's request, its URL and headers, and its answer."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import parse_qs

import pytest
from msgspec.structs import replace

from returnctl import errors
from returnctl.carriers.base import Account, Credentials, Money, Near, Voided
from returnctl.carriers.fedex import Fedex
from tests.carriers.answers import answer, fedex_result, fedex_scan, fedex_tracked
from tests.carriers.orders import (
    ACCOUNTS,
    CUSTOMER,
    DAY,
    HOME_SELLER,
    NUMBERS,
    SELLER,
    SLOT,
    label,
    label_order,
    pickup_order,
)

FEDEX = Fedex()
BASE = "https://apis.fedex.com"
NUMBER = NUMBERS["fedex"]
ACCOUNT = ACCOUNTS["fedex"]
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
PDF = base64.b64encode(b"%PDF-1.4 ...").decode()


def body_of(request: Any) -> Any:
    return json.loads(request.body)


class TestToken:
    def test_request(self) -> None:
        request, authorization = FEDEX.build_token(BASE, Credentials(client_id="id", client_secret="s&1"))
        assert request.url == "https://apis.fedex.com/oauth/token"
        fields = parse_qs(request.body.decode())
        assert fields == {"grant_type": ["client_credentials"], "client_id": ["id"], "client_secret": ["s&1"]}
        assert authorization is None

    def test_answer(self) -> None:
        assert FEDEX.parse_token(answer("fedex", {"access_token": "t", "expires_in": 3599})).lives == 3599

    def test_a_second_pair_for_tracking(self) -> None:
        both = Credentials(client_id="a", client_secret="b", tracking_id="c", tracking_secret="d")
        assert (both.for_tracking().client_id, both.for_tracking().client_secret) == ("c", "d")
        assert "b" not in repr(both).removeprefix("Credentials")


class TestTrack:
    def test_request(self) -> None:
        request = FEDEX.build_track(BASE, "7949 5355 5571")
        assert (request.method, request.url) == ("POST", f"{BASE}/track/v1/trackingnumbers")
        wanted = [{"trackingNumberInfo": {"trackingNumber": NUMBER}}]
        assert body_of(request) == {"includeDetailedScans": True, "trackingInfo": wanted}
        assert request.headers["Content-Type"] == "application/json"
        assert request.headers["X-locale"] == "en_US"

    def test_answer(self) -> None:
        result = fedex_result(
            "OD",
            fedex_scan("OD", "On FedEx vehicle for delivery", exceptionDescription="Traffic"),
            fedex_scan("PU", "Picked up", "2026-11-19T09:00:00"),
            estimatedDeliveryTimeWindow={"window": {}},
            standardTransitTimeWindow={"window": {"ends": "2026-11-21T17:00:00-06:00"}},
        )
        parcel = FEDEX.parse_track(answer("fedex", fedex_tracked(result)), NUMBER)
        assert (parcel.found, parcel.status, parcel.code) == (True, "out-for-delivery", "OD")
        assert parcel.estimated_delivery == "2026-11-21T17:00:00-06:00"
        assert parcel.last_event_at == "2026-11-20T18:31:00-06:00"
        assert parcel.events[0].description == "On FedEx vehicle for delivery (Traffic)"
        assert parcel.events[0].place == "MEMPHIS, TN, US"
        assert parcel.events[1].time == "2026-11-19T09:00:00", "no offset was told, none is made up"

    def test_delivered(self) -> None:
        days = [{"type": "ACTUAL_DELIVERY", "dateTime": "2026-11-21T11:20:00-08:00"}]
        result = fedex_result("DL", fedex_scan("DL", "Delivered"), dateAndTimes=days)
        parcel = FEDEX.parse_track(answer("fedex", fedex_tracked(result)), NUMBER)
        assert (parcel.status, parcel.delivered_at) == ("delivered", "2026-11-21T11:20:00-08:00")

    def test_a_number_used_again(self) -> None:
        """The parcel seen last counts, wherever it stands in the list."""
        old = fedex_result("DL", fedex_scan("DL", "Delivered", "2024-03-01T10:00:00-06:00"))
        new = fedex_result("IT", fedex_scan("IT", "In transit", "2026-11-20T10:00:00"))
        for results in ((old, new), (new, old)):
            assert FEDEX.parse_track(answer("fedex", fedex_tracked(*results)), NUMBER).status == "in-transit"

    def test_one_known_among_errors(self) -> None:
        bad = {"error": {"code": "TRACKING.TRACKINGNUMBER.NOTFOUND"}}
        body = fedex_tracked(bad, fedex_result("IT", fedex_scan("IT", "x")))
        assert FEDEX.parse_track(answer("fedex", body), NUMBER).found is True

    @pytest.mark.parametrize(
        ("detail", "status", "delayed"),
        [
            ({"code": "Ow", "derivedCode": "IT"}, "in-transit", False),
            ({"code": "??", "derivedCode": "DL"}, "delivered", False),
            ({"code": "DE"}, "exception", False),
            ({"code": "RS"}, "returned", False),
            ({"code": "IT", "delayDetail": {"status": "DELAYED"}}, "in-transit", True),
            ({"code": "DY"}, "in-transit", True),
            ({"code": "HL"}, "available-for-pickup", False),
            ({"code": "CA"}, "cancelled", False),
            ({}, "unknown", False),
            (None, "unknown", False),
        ],
    )
    def test_status(self, detail: Any, status: str, delayed: bool) -> None:
        result = fedex_result("IT", latestStatusDetail=detail)
        parcel = FEDEX.parse_track(answer("fedex", fedex_tracked(result)), NUMBER)
        assert (parcel.status, parcel.delayed) == (status, delayed)

    def test_unknown_numbers_are_no_failure(self) -> None:
        missing = {"error": {"code": "TRACKING.TRACKINGNUMBER.NOTFOUND", "message": "Not found."}}
        parcel = FEDEX.parse_track(answer("fedex", fedex_tracked(missing)), NUMBER)
        assert (parcel.found, parcel.status) == (False, "unknown")
        assert (
            FEDEX.parse_track(answer("fedex", {"errors": [{"code": "NOT.FOUND"}]}, 404), NUMBER).found
            is False
        )

    @pytest.mark.parametrize(
        ("status", "body", "kind"),
        [
            (200, fedex_tracked({"error": {"code": "SYSTEM.X", "message": "Invalid"}}), errors.Refused),
            (400, {"errors": [{"code": "TRACKING.X", "message": "Invalid"}]}, errors.Refused),
            (200, {"output": {}}, errors.Unavailable),
            (200, {}, errors.Unavailable),
            (200, [], errors.Unavailable),
        ],
    )
    def test_failures(self, status: int, body: Any, kind: type[Exception]) -> None:
        with pytest.raises(kind):
            FEDEX.parse_track(answer("fedex", body, status), NUMBER)


class TestPoints:
    SHOP: ClassVar[dict[str, Any]] = {
        "distance": {"units": "MI", "value": 0.5},
        "contactAndAddress": {
            "contact": {"companyName": "FedEx Office"},
            "address": {
                "streetLines": ["211 Pacific St"],
                "city": "Beverly Hills",
                "stateOrProvinceCode": "CA",
                "postalCode": "90210",
            },
            "addressAncillaryDetail": {"displayName": "FedEx Office Print &amp; Ship Center"},
        },
        "storeHours": [
            {
                "dayofweek": "MON",
                "operationalHoursType": "OPEN_BY_HOURS",
                "operationalHours": [{"begins": "08:00:00", "ends": "20:00:00"}],
            },
            {"dayofweek": "TUE", "operationalHoursType": "OPEN_ALL_DAY"},
            {"dayofweek": "SUN", "operationalHoursType": "CLOSED_ALL_DAY"},
        ],
    }

    def test_request(self) -> None:
        request = FEDEX.build_points(BASE, Near(city="Austin", state="TX"), radius_km=8, limit=5)
        asked = body_of(request)
        assert request.url == f"{BASE}/location/v1/locations"
        assert asked["location"] == {
            "address": {"countryCode": "US", "city": "Austin", "stateOrProvinceCode": "TX"}
        }
        assert asked["locationCapabilities"] == [{"transferOfPossessionType": "DROPOFF"}]

    def test_answer(self) -> None:
        body = {"output": {"locationDetailList": [self.SHOP]}}
        (place,) = FEDEX.parse_points(answer("fedex", body), MONDAY)
        assert place.name == "FedEx Office Print & Ship Center"
        assert place.address == "211 Pacific St, Beverly Hills, CA 90210"
        assert (place.distance_km, place.open_today) == (0.8, True)
        assert place.hours == {"monday": "08:00-20:00", "tuesday": "24 h", "sunday": "closed"}

    def test_bent_and_empty(self) -> None:
        (place,) = FEDEX.parse_points(
            answer("fedex", {"output": {"locationDetailList": [{"storeHours": "x"}]}}), MONDAY
        )
        assert (place.name, place.hours) == ("FedEx", {})
        assert FEDEX.parse_points(answer("fedex", {"output": {}}), MONDAY) == ()
        with pytest.raises(errors.Unavailable):
            FEDEX.parse_points(answer("fedex", {}), MONDAY)


class TestQuote:
    def test_request(self) -> None:
        request = FEDEX.build_quote(BASE, label_order(), ACCOUNT)
        asked = body_of(request)
        shipment = asked["requestedShipment"]
        assert request.url == f"{BASE}/rate/v1/rates/quotes"
        assert shipment["shipper"]["address"]["postalCode"] == "38017", "the customer ships"
        assert shipment["shipmentSpecialServices"]["specialServiceTypes"] == ["RETURN_SHIPMENT"]
        assert asked["accountNumber"] == {"value": "123456789"}

    def test_answer(self) -> None:
        listed = {"rateType": "LIST", "totalNetCharge": 14.1, "currency": "USD"}
        own = {"rateType": "ACCOUNT", "totalNetCharge": 9.8, "shipmentRateDetail": {"currency": "USD"}}
        details = [
            {
                "serviceType": "FEDEX_GROUND",
                "serviceName": "FedEx Ground®",
                "ratedShipmentDetails": [listed, own],
                "operationalDetail": {"transitTime": "THREE_DAYS"},
            },
            {"serviceType": "FEDEX_2_DAY", "ratedShipmentDetails": [listed]},
            {"serviceType": "FREE", "ratedShipmentDetails": []},
        ]
        quotes = FEDEX.parse_quote(answer("fedex", {"output": {"rateReplyDetails": details}}))
        assert [(q.name, q.price.amount, q.basis, q.surface, q.delivery_days) for q in quotes] == [
            ("FedEx Ground®", "9.80", "account", True, 3),
            ("Fedex 2 day", "14.10", "list", False, None),
        ]
        with pytest.raises(errors.Unavailable):
            FEDEX.parse_quote(answer("fedex", {"output": {}}))


class TestLabel:
    def test_request(self) -> None:
        request = FEDEX.build_label(BASE, label_order(), ACCOUNT)
        asked = body_of(request)
        shipment = asked["requestedShipment"]
        assert request.url == f"{BASE}/ship/v1/shipments"
        assert shipment["shipper"]["contact"] == {
            "phoneNumber": "9015551234",
            "personName": "Jane van der Doe",
        }
        assert shipment["recipients"][0]["contact"]["companyName"] == "Seller Returns"
        assert shipment["serviceType"] == "FEDEX_GROUND"
        assert shipment["shipmentSpecialServices"]["returnShipmentDetail"] == {
            "returnType": "PRINT_RETURN_LABEL"
        }
        assert shipment["totalWeight"] == 1.0
        references = shipment["requestedPackageLineItems"][0]["customerReferences"]
        assert [one["value"] for one in references] == ["RCABCDEF234567", "10000001"]

    def test_a_seller_at_home_and_a_label_printer(self) -> None:
        asked = body_of(FEDEX.build_label(BASE, label_order(seller=HOME_SELLER, format="zpl"), ACCOUNT))
        shipment = asked["requestedShipment"]
        assert shipment["serviceType"] == "GROUND_HOME_DELIVERY"
        assert shipment["labelSpecification"] == {"imageType": "ZPLII", "labelStockType": "STOCK_4X6"}

    @pytest.mark.parametrize("who", ["customer", "seller"])
    def test_a_phone_number_is_wanted(self, who: str) -> None:
        address = replace(CUSTOMER if who == "customer" else SELLER, phone="555")
        with pytest.raises(errors.Usage, match="phone"):
            FEDEX.build_label(BASE, label_order(**{who: address}), ACCOUNT)

    def test_no_qr_and_no_account(self) -> None:
        with pytest.raises(errors.Usage):
            FEDEX.build_label(BASE, label_order(format="qr"), ACCOUNT)
        with pytest.raises(errors.BadConfig):
            FEDEX.build_label(BASE, label_order(), Account())

    def bought(self, **piece: Any) -> dict[str, Any]:
        shipment = {"masterTrackingNumber": NUMBER, "serviceType": "FEDEX_GROUND", "pieceResponses": [piece]}
        return {"output": {"transactionShipments": [shipment]}}

    def test_answer(self) -> None:
        documents = [{"docType": "AUX", "encodedLabel": None}, {"docType": "PDF", "encodedLabel": PDF}]
        body = self.bought(trackingNumber="794953555572", packageDocuments=documents, netRateAmount=9.8)
        found = FEDEX.parse_label(answer("fedex", body))
        assert (found.tracking_number, found.media) == ("794953555572", "pdf")
        assert found.price == Money(amount="9.80", currency="USD")

    def test_no_price_before_the_scan(self) -> None:
        found = FEDEX.parse_label(answer("fedex", self.bought(netChargeAmount=0.0)))
        assert (found.tracking_number, found.price, found.image) == (NUMBER, None, None)
        with pytest.raises(errors.Unavailable):
            FEDEX.parse_label(answer("fedex", {"output": {"transactionShipments": []}}))

    def test_find(self) -> None:
        request = FEDEX.build_find_label(BASE, "RC1", ACCOUNT, DAY, DAY)
        assert request is not None
        assert request.url == f"{BASE}/track/v1/referencenumbers"
        asked = body_of(request)["referencesInformation"]
        assert (asked["type"], asked["value"], asked["accountNumber"]) == (
            "CUSTOMER_REFERENCE",
            "RC1",
            "123456789",
        )
        assert FEDEX.parse_find_label(answer("fedex", fedex_tracked(fedex_result("OC")))) == (NUMBER,)
        missing = fedex_tracked({"error": {"code": "TRACKING.REFERENCENUMBER.NOTFOUND"}})
        assert FEDEX.parse_find_label(answer("fedex", missing)) == ()

    def test_void(self) -> None:
        request = FEDEX.build_void(BASE, label("fedex"), ACCOUNT)
        assert (request.method, request.url) == ("PUT", f"{BASE}/ship/v1/shipments/cancel")
        assert body_of(request)["trackingNumber"] == NUMBER
        for said in (True, "true"):
            body = {"output": {"cancelledShipment": said}}
            assert FEDEX.parse_void(answer("fedex", body)) == Voided(refund="done")
        with pytest.raises(errors.Unavailable):
            FEDEX.parse_void(answer("fedex", {"output": {"cancelledShipment": False}}))


class TestPickup:
    def test_offer(self) -> None:
        request = FEDEX.build_pickup_offer(BASE, pickup_order("fedex"), ACCOUNT)
        assert request is not None
        asked = body_of(request)
        assert request.url == f"{BASE}/pickup/v1/pickups/availabilities"
        assert (asked["carriers"], asked["dispatchDate"]) == (["FDXG"], "2026-12-14")
        option = {"carrier": "FDXG", "available": True, "pickupDate": "2026-12-14", "cutOffTime": "15:30:00"}
        offer = FEDEX.parse_pickup_offer(answer("fedex", {"output": {"options": [option]}}), DAY)
        assert (offer.available, offer.cutoff) == (True, "15:30")
        other_day = option | {"pickupDate": "2026-12-11"}
        body = {"output": {"options": [other_day]}}
        assert FEDEX.parse_pickup_offer(answer("fedex", body), DAY).available
        for options in ([], [option | {"available": False}], [other_day, option | {"available": False}]):
            body = {"output": {"options": options}}
            offer = FEDEX.parse_pickup_offer(answer("fedex", body), DAY)
            assert (offer.available, offer.reason) == (False, "FedEx does not collect there on 2026-12-14.")

    def test_book_and_cancel(self) -> None:
        request = FEDEX.build_pickup(BASE, pickup_order("fedex", note="Bell"), ACCOUNT)
        asked = body_of(request)
        assert request.url == f"{BASE}/pickup/v1/pickups"
        assert asked["originDetail"]["readyDateTimestamp"] == "2026-12-14T09:00:00Z"
        assert asked["originDetail"]["packageLocation"] == "FRONT"
        assert asked["carrierCode"] == "FDXG"
        body = {"output": {"pickupConfirmationCode": "3001", "location": "COSA", "message": "ok"}}
        booked = FEDEX.parse_pickup(answer("fedex", body), SLOT)
        assert (booked.confirmation, booked.location) == ("3001", "COSA")
        cancel = FEDEX.build_cancel_pickup(BASE, booked, ACCOUNT)
        assert (cancel.method, cancel.url) == ("PUT", f"{BASE}/pickup/v1/pickups/cancel")
        assert body_of(cancel)["location"] == "COSA"
        assert body_of(cancel)["scheduledDate"] == "2026-12-14"
        FEDEX.parse_cancel_pickup(answer("fedex", {"output": {"pickupConfirmationCode": "3001"}}))

    def test_refusals(self) -> None:
        with pytest.raises(errors.Unavailable):
            FEDEX.parse_pickup(answer("fedex", {"output": {}}), SLOT)
        with pytest.raises(errors.Unavailable):
            FEDEX.parse_cancel_pickup(answer("fedex", {}))
        with pytest.raises(errors.Unavailable):
            FEDEX.parse_pickup_offer(answer("fedex", {}), DAY)
        body = {"errors": [{"code": "PICKUP.X", "message": "No."}]}
        with pytest.raises(errors.Refused, match=r"No \(PICKUP\.X\)"):
            FEDEX.parse_pickup(answer("fedex", body, 400), SLOT)
