"""UPS: each verb's request, its URL and headers, and its answer."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from returnctl import errors
from returnctl.carriers.base import Account, Credentials, Near
from returnctl.carriers.ups import Ups
from tests.carriers.answers import answer, ups_scan, ups_tracked
from tests.carriers.orders import NUMBERS

UPS = Ups()
BASE = "https://onlinetools.ups.com"
NUMBER = NUMBERS["ups"]
ACCOUNT = Account(number="A1B2C3")
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def body_of(request: Any) -> Any:
    return json.loads(request.body)


class TestToken:
    def test_request(self) -> None:
        request, authorization = UPS.build_token(BASE, Credentials(client_id="id", client_secret="s:1"))
        assert request.body == b"grant_type=client_credentials"
        assert request.url == "https://onlinetools.ups.com/security/v1/oauth/token"
        assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
        assert authorization == "Basic " + base64.b64encode(b"id:s:1").decode()

    def test_the_life_is_text(self) -> None:
        token = UPS.parse_token(answer("ups", {"access_token": "t", "expires_in": "14399"}))
        assert (token.value, token.lives) == ("t", 14399)
        assert "t" not in repr(token).removeprefix("Token")

    @pytest.mark.parametrize("body", [{}, {"access_token": 7}, {"access_token": ""}, [], "x", None])
    def test_no_token(self, body: Any) -> None:
        with pytest.raises(errors.Unavailable):
            UPS.parse_token(answer("ups", body))


class TestTrack:
    def test_request(self) -> None:
        request = UPS.build_track(BASE, "1z 999aa1 0123456784")
        assert (request.method, request.body) == ("GET", b"")
        assert request.url == f"{BASE}/api/track/v1/details/{NUMBER}?locale=en_US"
        assert request.headers["transactionSrc"] == "returnctl"
        assert len(request.headers["transId"]) == 32

    def test_answer(self) -> None:
        body = ups_tracked(
            ups_scan("021", "I", "Out For Delivery Today", "20261121", "083015"),
            ups_scan("005", "I", "Departed from <b>Facility</b> &amp; gone"),
            ups_scan("038", "P", "Pickup Scan"),
            currentStatus={"description": "Out for Delivery", "code": "021"},
            deliveryDate=[{"type": "SDD", "date": "20261121"}],
        )
        parcel = UPS.parse_track(answer("ups", body), NUMBER)
        assert (parcel.found, parcel.status, parcel.code) == (True, "out-for-delivery", "021")
        assert parcel.description == "Out for Delivery"
        assert parcel.estimated_delivery == "2026-11-21"
        assert parcel.last_event_at == "2026-11-21T08:30:15-08:00"
        assert [event.status for event in parcel.events] == ["out-for-delivery", "in-transit", "picked-up"]
        assert parcel.events[1].description == "Departed from Facility & gone"
        assert parcel.events[1].place == "OAKLAND, CA, US"
        assert parcel.delivered_at is None
        assert parcel.link == f"https://www.ups.com/track?tracknum={NUMBER}"

    def test_delivered(self) -> None:
        body = ups_tracked(
            ups_scan("011", "D", "Delivered", "20261122", "141500"),
            deliveryDate=[{"type": "DEL", "date": "20261122"}],
            deliveryTime={"type": "DEL", "endTime": "141500"},
        )
        parcel = UPS.parse_track(answer("ups", body), NUMBER)
        assert (parcel.status, parcel.delivered_at) == ("delivered", "2026-11-22T14:15:00-08:00")
        assert parcel.estimated_delivery is None

    def test_delivered_without_scans_has_a_time_without_offset(self) -> None:
        """The real current status: its three-digit number is called `code`, and it has no type."""
        body = ups_tracked(
            currentStatus={"description": "Delivered", "code": "011"},
            deliveryDate=[{"type": "DEL", "date": "20261122"}],
            deliveryTime={"type": "DEL", "endTime": "141500"},
        )
        parcel = UPS.parse_track(answer("ups", body), NUMBER)
        assert (parcel.status, parcel.delivered_at) == ("delivered", "2026-11-22T14:15:00")

    def test_the_order_of_ups_is_kept(self) -> None:
        """The label's event may be later than the first scan."""
        body = ups_tracked(
            ups_scan("038", "P", "Pickup Scan", "20261120", "090000"),
            ups_scan("003", "M", "Label created", "20261120", "100000"),
        )
        parcel = UPS.parse_track(answer("ups", body), NUMBER)
        assert parcel.status == "picked-up"
        assert [event.code for event in parcel.events] == ["038", "003"]

    def test_delays(self) -> None:
        scan = ups_scan("032", "X", "Weather")
        assert UPS.parse_track(answer("ups", ups_tracked(scan)), NUMBER).delayed
        days = [{"type": "SDD", "date": "20261121"}, {"type": "RDD", "date": "20261123"}]
        moved = ups_tracked(ups_scan("005", "I", "On the way"), deliveryDate=days)
        parcel = UPS.parse_track(answer("ups", moved), NUMBER)
        assert (parcel.delayed, parcel.estimated_delivery) == (True, "2026-11-23")

    @pytest.mark.parametrize("code", ["033", "034", "035", "036", "067", "081", "118", "119"])
    def test_coming_back(self, code: str) -> None:
        body = ups_tracked(ups_scan(code, "X", "Returned to sender"))
        assert UPS.parse_track(answer("ups", body), NUMBER).status == "returned"

    def test_lists_of_one_as_plain_things(self) -> None:
        scan = ups_scan("011", "D", "Delivered")
        package = {
            "trackingNumber": NUMBER,
            "activity": scan,
            "deliveryDate": {"type": "DEL", "date": "20261120"},
        }
        body = {"trackResponse": {"shipment": {"package": package}}}
        assert UPS.parse_track(answer("ups", body), NUMBER).status == "delivered"

    def test_our_package_of_several(self) -> None:
        body = ups_tracked(ups_scan("011", "D", "Delivered"))
        packages = body["trackResponse"]["shipment"][0]["package"]
        packages.insert(0, {"trackingNumber": "1Z", "activity": [ups_scan("005", "I", "x")]})
        assert UPS.parse_track(answer("ups", body), NUMBER).status == "delivered"

    @pytest.mark.parametrize(
        ("status", "body"),
        [
            (
                200,
                {"trackResponse": {"shipment": [{"warnings": [{"code": "TW0001", "message": "No info"}]}]}},
            ),
            (200, {"trackResponse": {"shipment": []}}),
            (404, {"response": {"errors": [{"code": "151018", "message": "Invalid"}]}}),
            (400, {"response": {"errors": [{"code": "TV1002", "message": "Invalid inquiry number"}]}}),
        ],
    )
    def test_unknown_numbers_are_no_failure(self, status: int, body: Any) -> None:
        parcel = UPS.parse_track(answer("ups", body, status), NUMBER)
        assert (parcel.found, parcel.status, parcel.events) == (False, "unknown", ())
        assert parcel.link

    @pytest.mark.parametrize(
        ("status", "body", "kind"),
        [
            (400, {"response": {"errors": [{"code": "TV9999", "message": "Bad header"}]}}, errors.Refused),
            (403, {"response": {"errors": [{"code": "250003", "message": "Not added"}]}}, errors.AuthFailed),
            (200, {}, errors.Unavailable),
            (200, [], errors.Unavailable),
            (200, b"<html>maintenance</html>", errors.Unavailable),
            (404, b"<html>no such page</html>", errors.Unavailable),
        ],
    )
    def test_failures(self, status: int, body: Any, kind: type[Exception]) -> None:
        with pytest.raises(kind):
            UPS.parse_track(answer("ups", body, status), NUMBER)

    @pytest.mark.parametrize(
        "broken",
        [
            {"activity": [{}]},
            {"activity": [None, 7, "x", []]},
            {"activity": "x", "currentStatus": [], "deliveryDate": 7},
            {"activity": [{"status": "x", "location": [], "date": 20261120, "time": None}]},
            {"activity": [{"date": "20269999", "time": "996000", "gmtOffset": "-99:99"}]},
            {"deliveryDate": [{"type": ["DEL"], "date": {}}]},
        ],
    )
    def test_bent_answers_are_unknown(self, broken: dict[str, Any]) -> None:
        body = {"trackResponse": {"shipment": [{"package": [{"trackingNumber": NUMBER, **broken}]}]}}
        parcel = UPS.parse_track(answer("ups", body), NUMBER)
        assert (parcel.found, parcel.status) == (True, "unknown")


class TestPoints:
    PLACE: ClassVar[dict[str, Any]] = {
        "LocationID": "123",
        "AddressKeyFormat": {
            "ConsigneeName": "THE UPS STORE",
            "AddressLine": "268 BUSH ST",
            "PoliticalDivision2": "SAN FRANCISCO",
            "PoliticalDivision1": "CA",
            "PostcodePrimaryLow": "94104",
        },
        "Distance": {"Value": "1.2", "UnitOfMeasurement": {"Code": "MI"}},
        "OperatingHours": {
            "StandardHours": [
                {"HoursType": "50", "DayOfWeek": [{"Day": "2", "LatestDropOffHours": "1800"}]},
                {
                    "HoursType": "10",
                    "DayOfWeek": [
                        {"Day": "1", "ClosedIndicator": ""},
                        {"Day": "2", "OpenHours": "930", "CloseHours": "1830"},
                        {"Day": "3", "OpenHours": ["800", "1330"], "CloseHours": ["1200", "1700"]},
                        {"Day": "7", "Open24HoursIndicator": None},
                    ],
                },
            ]
        },
    }

    def found(self, *places: Any) -> dict[str, Any]:
        return {
            "LocatorResponse": {
                "Response": {"ResponseStatusCode": "1"},
                "SearchResults": {"DropLocation": places},
            }
        }

    def test_request(self) -> None:
        request = UPS.build_points(BASE, Near(city="Austin", state="TX"), radius_km=8, limit=5)
        asked = body_of(request)["LocatorRequest"]
        assert request.url == f"{BASE}/api/locations/v3/search/availabilities/1?Locale=en_US"
        assert asked["OriginAddress"]["AddressKeyFormat"]["PoliticalDivision2"] == "Austin"
        assert asked["LocationSearchCriteria"] == {"MaximumListSize": "5", "SearchRadius": "5"}

    def test_answer(self) -> None:
        far = self.PLACE | {"Distance": {"Value": "9", "UnitOfMeasurement": "KM"}}
        near, other = UPS.parse_points(answer("ups", self.found(far, self.PLACE)), MONDAY)
        assert (near.name, near.address) == ("THE UPS STORE", "268 BUSH ST, SAN FRANCISCO, CA 94104")
        assert (near.distance_km, other.distance_km) == (1.9, 9.0)
        assert near.hours == {
            "sunday": "closed",
            "monday": "09:30-18:30",
            "tuesday": "08:00-12:00, 13:30-17:00",
            "saturday": "24 h",
        }
        assert near.open_today is True

    def test_one_place_as_a_plain_thing(self) -> None:
        body = self.found()
        body["LocatorResponse"]["SearchResults"]["DropLocation"] = self.PLACE
        assert len(UPS.parse_points(answer("ups", body), MONDAY)) == 1

    def test_a_vague_place(self) -> None:
        candidate = {"AddressKeyFormat": {"PoliticalDivision2": "SPRINGFIELD", "PoliticalDivision1": "IL"}}
        body = {"LocatorResponse": {"SearchResults": {"GeocodeCandidate": [candidate]}}}
        with pytest.raises(errors.Refused, match="SPRINGFIELD, IL"):
            UPS.parse_points(answer("ups", body), MONDAY)

    def test_an_error_that_says_200(self) -> None:
        error = {"ErrorSeverity": "Hard", "ErrorCode": "350201", "ErrorDescription": "Invalid postal code."}
        body = {"LocatorResponse": {"Response": {"ResponseStatusCode": "0", "Error": error}}}
        with pytest.raises(errors.Refused, match=r"Invalid postal code \(350201\)"):
            UPS.parse_points(answer("ups", body), MONDAY)

    def test_nothing_near(self) -> None:
        assert UPS.parse_points(answer("ups", {"LocatorResponse": {"SearchResults": {}}}), MONDAY) == ()

    @pytest.mark.parametrize(
        "place", [{}, {"OperatingHours": []}, {"Distance": "1"}, {"AddressKeyFormat": None}]
    )
    def test_bent_places(self, place: Any) -> None:
        (found,) = UPS.parse_points(answer("ups", self.found(place)), MONDAY)
        assert (found.name, found.open_today) == ("UPS", None)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            {"response": {"errors": [{"code": "1", "message": "A"}, {"code": "2", "message": "B"}]}},
            ("1", "A; B"),
        ),
        (
            {
                "Fault": {
                    "detail": {
                        "Errors": {
                            "ErrorDetail": {"PrimaryErrorCode": {"Code": "10429", "Description": "Too Many"}}
                        }
                    }
                }
            },
            ("10429", "Too Many"),
        ),
        ({}, None),
        ({"response": {"errors": []}}, None),
    ],
)
def test_error_envelopes(body: Any, said: Any) -> None:
    assert UPS.parse_error(answer("ups", body, 400)) == said
