"""Drop-off points and pickups; every answer is valid by its specification."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import requests

from returnctl.sandbox import client
from tests.sandbox.published import check
from tests.sandbox.speaking import Speaker
from tests.sandbox.wishes import FEDEX_PICKUP, USPS_PICKUP, changed

TUESDAY = "2026-11-24T09:30:00-08:00"
SUNDAY = "2026-11-29"
PICKUPS = "/usps/pickup/v3/carrier-pickup"
UPS_NEAR: dict[str, Any] = {
    "LocatorRequest": {
        "Request": {"RequestAction": "Locator"},
        "OriginAddress": {
            "AddressKeyFormat": {
                "AddressLine": "640 SW Salmon Street",
                "PoliticalDivision2": "Portland",
                "PoliticalDivision1": "OR",
                "PostcodePrimaryLow": "97205",
                "CountryCode": "US",
            }
        },
        "Translate": {"Locale": "en_US"},
        "UnitOfMeasurement": {"Code": "MI"},
        "LocationSearchCriteria": {"MaximumListSize": "5", "SearchRadius": "25"},
    }
}


@pytest.fixture(autouse=True)
def on_a_tuesday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETURNCTL_NOW", TUESDAY)


def near_ups(speak: Speaker, wish: dict[str, Any], option: str = "1") -> requests.Response:
    path = f"{speak.url}/ups/api/locations/v3/search/availabilities/{option}"
    return speak.post(path, json=wish, headers=speak.token("ups"))


def test_points_of_ups(speak: Speaker) -> None:
    found = check(near_ups(speak, UPS_NEAR)).json()["LocatorResponse"]["SearchResults"]["DropLocation"]
    assert len(found) == 5
    miles = [float(point["Distance"]["Value"]) for point in found]
    assert miles == sorted(miles)
    hours = found[0]["OperatingHours"]["StandardHours"][0]["DayOfWeek"]
    assert {day["Day"]: day.get("OpenHours") for day in hours} == {
        "2": "0800",
        "3": "0800",
        "4": "0800",
        "5": "0800",
        "6": "0800",
        "7": "1000",
        "1": None,
    }
    access_points = near_ups(speak, UPS_NEAR, "64").json()["LocatorResponse"]["SearchResults"]["DropLocation"]
    assert all("ACCESS POINT" in point["AddressKeyFormat"]["ConsigneeName"] for point in access_points)


def test_ups_finds_nothing_abroad(speak: Speaker) -> None:
    abroad = changed(UPS_NEAR, "LocatorRequest.OriginAddress.AddressKeyFormat.CountryCode", "FR")
    answer = check(near_ups(speak, abroad)).json()["LocatorResponse"]["Response"]
    assert (answer["ResponseStatusCode"], answer["Error"]["ErrorCode"]) == ("0", "350201")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("LocatorRequest.Request.RequestAction", "Track"),
        ("LocatorRequest.LocationSearchCriteria.SearchRadius", "500"),
        ("LocatorRequest.OriginAddress.AddressKeyFormat.AddressLine", None),
    ],
)
def test_what_ups_cannot_search(speak: Speaker, path: str, value: Any) -> None:
    assert check(near_ups(speak, changed(UPS_NEAR, path, value))).status_code == 400


def test_quirks_of_ups_points(speak: Speaker) -> None:
    client.faults(speak.url, "quirks")
    found = near_ups(speak, UPS_NEAR).json()["LocatorResponse"]["SearchResults"]["DropLocation"]
    assert found[0]["Distance"]["UnitOfMeasurement"] == "MI"
    assert isinstance(found[0]["SpecialInstructions"], str)
    monday, tuesday = found[0]["OperatingHours"]["StandardHours"][0]["DayOfWeek"][:2]
    assert (monday["OpenHours"], tuesday["OpenHours"]) == (["800", "1300"], "800")
    alone = changed(UPS_NEAR, "LocatorRequest.LocationSearchCriteria.MaximumListSize", "1")
    assert isinstance(near_ups(speak, alone).json()["LocatorResponse"]["SearchResults"]["DropLocation"], dict)


def test_points_of_usps(speak: Speaker) -> None:
    headers = speak.token("usps")
    path = "/usps/locations/v3/post-office-locations"
    found = check(speak.read(f"{path}?ZIPCode=97205&radius=10&limit=3", headers=headers)).json()
    assert len(found["locations"]) == found["metadata"]["limit"] == 3
    assert found["locations"][0]["services"][0]["hours"][0]["times"] == [
        {"openTime": "0800", "closeTime": "1800"}
    ]
    assert check(speak.read(f"{path}?city=Portland&state=OR", headers=headers)).status_code == 200
    for wrong in ("", "?ZIPCode=1", "?ZIPCode=97205&LAT=1&LONG=1", "?ZIPCode=97205&radius=0"):
        assert check(speak.read(path + wrong, headers=headers)).status_code == 400


def test_points_of_fedex(speak: Speaker) -> None:
    headers = speak.token("fedex")
    path = f"{speak.url}/fedex/location/v1/locations"
    where = {"location": {"address": {"postalCode": "97205", "countryCode": "US"}}}
    control = {
        "locationsSummaryRequestControlParameters": {"distance": {"units": "KM", "value": 8}, "maxResults": 2}
    }
    output = check(speak.post(path, json={**where, **control}, headers=headers)).json()["output"]
    assert output["totalResults"] == len(output["locationDetailList"]) == 2
    nearest = output["locationDetailList"][0]
    assert nearest["distance"]["units"] == "KM"
    assert nearest["storeHours"][-1] == {"dayofweek": "SUNDAY", "operationalHoursType": "CLOSED_ALL_DAY"}
    nowhere = {"location": {"address": {"countryCode": "US"}}}
    assert check(speak.post(path, json=nowhere, headers=headers)).status_code == 400


def test_a_pickup_of_usps_from_beginning_to_end(speak: Speaker) -> None:
    headers = speak.token("usps")
    query = "?streetAddress=640 SW Salmon Street&ZIPCode=97205"
    assert check(speak.read(f"{PICKUPS}/eligibility{query}", headers=headers)).status_code == 200
    booked = check(speak.post(speak.url + PICKUPS, json=USPS_PICKUP, headers=headers))
    number, etag = booked.json()["confirmationNumber"], booked.headers["ETag"]
    assert client.ledger(speak.url, "10000007")["10000007"]["pickups"] == 1
    assert check(speak.post(speak.url + PICKUPS, json=USPS_PICKUP, headers=headers)).status_code == 400
    path = f"{PICKUPS}/{number}"
    read = check(speak.read(path, headers=headers))
    assert read.json()[0]["carrierPickupRequest"] == USPS_PICKUP
    assert read.headers["ETag"] == etag
    assert check(speak.delete(speak.url + path, headers=headers)).status_code == 400
    gone = check(speak.delete(speak.url + path, headers={**headers, "If-Match": etag}))
    assert (gone.status_code, gone.content) == (200, b"")
    assert check(speak.read(path, headers=headers)).status_code == 400
    assert check(speak.post(speak.url + PICKUPS, json=USPS_PICKUP, headers=headers)).status_code == 200


def test_usps_rolls_forward_to_a_day_with_mail(speak: Speaker) -> None:
    headers = speak.token("usps")
    sunday = changed(USPS_PICKUP, "pickupDate", SUNDAY)
    assert check(speak.post(speak.url + PICKUPS, json=sunday, headers=headers)).status_code == 400
    rolling = {**sunday, "nextAvailablePickup": True}
    booked = check(speak.post(speak.url + PICKUPS, json=rolling, headers=headers)).json()
    assert booked["pickupDate"] == "2026-11-30"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("pickupAddress.lastName", None),
        ("pickupAddress.contact", None),
        ("pickupLocation.packageLocation", "OTHER"),
        ("pickupLocation.packageLocation", "ROOF"),
        ("pickupDate", "2026-11-23"),
        ("pickupDate", "2027-12-24"),
        ("estimatedWeight", None),
        ("packages", []),
    ],
)
def test_pickups_that_usps_refuses(speak: Speaker, path: str, value: Any) -> None:
    wish = changed(USPS_PICKUP, path, value)
    answer = check(speak.post(speak.url + PICKUPS, json=wish, headers=speak.token("usps")))
    assert answer.status_code == 400


@pytest.mark.parametrize("carrier", ["FDXG", "FDXE"])
def test_a_pickup_of_fedex_from_beginning_to_end(speak: Speaker, carrier: str) -> None:
    headers = speak.token("fedex")
    path = f"{speak.url}/fedex/pickup/v1/pickups"
    ask = {
        "pickupAddress": {"postalCode": "97205", "countryCode": "US"},
        "pickupRequestType": ["SAME_DAY", "FUTURE_DAY"],
        "carriers": [carrier],
        "countryRelationship": "DOMESTIC",
    }
    options = check(speak.post(f"{path}/availabilities", json=ask, headers=headers)).json()["output"][
        "options"
    ]
    assert [option["pickupDate"] for option in options] == ["2026-11-24", "2026-11-25"]
    wish = {**FEDEX_PICKUP, "carrierCode": carrier}
    booked = check(speak.post(path, json=wish, headers=headers)).json()["output"]
    assert client.ledger(speak.url, "10000007")["10000007"]["pickups"] == 1
    cancel = {
        "associatedAccountNumber": {"value": "123456789"},
        "pickupConfirmationCode": booked["pickupConfirmationCode"],
        "scheduledDate": "2026-12-01",
    }
    needed = {"carrierCode": "FDXG"} if carrier == "FDXG" else {"location": booked["location"]}
    for incomplete in (cancel, {**cancel, **needed, "scheduledDate": "2026-12-02"}):
        assert check(speak.put(f"{path}/cancel", json=incomplete, headers=headers)).status_code == 400
    assert check(speak.put(f"{path}/cancel", json={**cancel, **needed}, headers=headers)).status_code == 200
    assert check(speak.put(f"{path}/cancel", json={**cancel, **needed}, headers=headers)).status_code == 400


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("originDetail.packageLocation", None),
        ("originDetail.customerCloseTime", "10:00:00"),
        ("originDetail.readyDateTimestamp", f"{SUNDAY}T11:00:00Z"),
        ("originDetail.readyDateTimestamp", "2026-11-23T11:00:00Z"),
        ("originDetail.readyDateTimestamp", "tomorrow"),
        ("originDetail.pickupLocation.contact", None),
        ("carrierCode", "FXFR"),
    ],
)
def test_pickups_that_fedex_refuses(speak: Speaker, path: str, value: Any) -> None:
    wish = changed(FEDEX_PICKUP, path, value)
    answer = check(
        speak.post(f"{speak.url}/fedex/pickup/v1/pickups", json=wish, headers=speak.token("fedex"))
    )
    assert answer.status_code == 400


def test_confirmations_are_all_different(speak: Speaker) -> None:
    headers = speak.token("usps")
    days = ("2026-12-14", "2026-12-15", "2026-12-16")
    numbers = [
        speak.post(speak.url + PICKUPS, json={**USPS_PICKUP, "pickupDate": day}, headers=headers).json()[
            "confirmationNumber"
        ]
        for day in days
    ]
    assert all(one != other for one, other in itertools.combinations(numbers, 2))
