"""Where a parcel is, in each carrier's words."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import requests

from returnctl.sandbox import client
from tests.sandbox.published import check
from tests.sandbox.speaking import Speaker

ORDERS = {"ups": "10000001", "usps": "10000002", "fedex": "10000003"}
UNKNOWN = {"ups": "1Z999AA10123456784", "usps": "9400111206206406260787", "fedex": "986578788855"}
STATUSES = (
    "label-created",
    "picked-up",
    "in-transit",
    "out-for-delivery",
    "available-for-pickup",
    "delivered",
    "exception",
    "returned",
    "cancelled",
    "unknown",
)

# UPS's status code, USPS's category, FedEx's code: what the published lists say for each status.
WORDS = {
    "label-created": ("003", "Pre-Shipment", "OC"),
    "picked-up": ("167", "Accepted", "PU"),
    "in-transit": ("005", "In Transit", "AR"),
    "out-for-delivery": ("021", "Out for Delivery", "OD"),
    "available-for-pickup": ("040", "Available for Pickup", "HL"),
    "delivered": ("011", "Delivered", "DL"),
    "exception": ("060", "Delivery Attempt", "DE"),
    "returned": ("036", "Alert", "RS"),
    "cancelled": ("007", "Pre-Shipment", "CA"),
    "unknown": ("148", "Not Available", "ZZ"),
}


def ask(speak: Speaker, carrier: str, number: str) -> requests.Response:
    headers = speak.token(carrier)
    if carrier == "ups":
        path = f"/ups/api/track/v1/details/{number}?locale=en_US"
        return speak.read(path, headers={**headers, "transId": "1", "transactionSrc": "test"})
    if carrier == "usps":
        return speak.read(f"/usps/tracking/v3/tracking/{number}?expand=DETAIL", headers=headers)
    body = {
        "includeDetailedScans": True,
        "trackingInfo": [{"trackingNumberInfo": {"trackingNumber": number}}],
    }
    return speak.post(f"{speak.url}/fedex/track/v1/trackingnumbers", json=body, headers=headers)


def word(carrier: str, answer: Any) -> str:
    if carrier == "ups":
        return str(
            answer["trackResponse"]["shipment"][0]["package"][0]["activity"][0]["status"]["statusCode"]
        )
    if carrier == "usps":
        return str(answer["statusCategory"])
    return str(answer["output"]["completeTrackResults"][0]["trackResults"][0]["latestStatusDetail"]["code"])


@pytest.mark.parametrize("carrier", ORDERS)
@pytest.mark.parametrize("status", STATUSES)
def test_each_status_in_the_carriers_own_code(speak: Speaker, carrier: str, status: str) -> None:
    number = speak.parcel(ORDERS[carrier])
    client.advance(speak.url, ORDERS[carrier], status)
    answer = ask(speak, carrier, number)
    assert answer.status_code == 200
    assert word(carrier, answer.json()) == WORDS[status][list(ORDERS).index(carrier)]


@pytest.mark.parametrize("carrier", ORDERS)
@pytest.mark.parametrize("status", STATUSES)
def test_each_answer_is_valid_by_the_carriers_specification(
    speak: Speaker, carrier: str, status: str
) -> None:
    number = speak.parcel(ORDERS[carrier])
    client.advance(speak.url, ORDERS[carrier], status)
    check(ask(speak, carrier, number))


@pytest.mark.parametrize("carrier", ORDERS)
def test_the_answers_to_unknown_numbers_are_valid(speak: Speaker, carrier: str) -> None:
    check(ask(speak, carrier, UNKNOWN[carrier]))


def test_an_unknown_number(speak: Speaker) -> None:
    (shipment,) = ask(speak, "ups", UNKNOWN["ups"]).json()["trackResponse"]["shipment"]
    assert shipment["warnings"][0]["code"] == "TW0001"
    assert "package" not in shipment
    assert ask(speak, "usps", UNKNOWN["usps"]).status_code == 404
    results = ask(speak, "fedex", UNKNOWN["fedex"]).json()["output"]["completeTrackResults"]
    assert results[0]["trackResults"][0]["error"]["code"] == "TRACKING.TRACKINGNUMBER.NOTFOUND"


def test_the_scans_of_ups_come_newest_first_with_their_offsets(speak: Speaker) -> None:
    number = speak.parcel()
    client.advance(speak.url, "10000001", "delivered")
    package = ask(speak, "ups", number).json()["trackResponse"]["shipment"][0]["package"][0]
    codes = [activity["status"]["statusCode"] for activity in package["activity"]]
    assert codes == ["011", "021", "005", "005", "005", "167", "003"]
    for activity in package["activity"]:
        local = f"{activity['date']}{activity['time']}{activity['gmtOffset']}"
        here = dt.datetime.strptime(local, "%Y%m%d%H%M%S%z")
        there = dt.datetime.strptime(f"{activity['gmtDate']}{activity['gmtTime']}+0000", "%Y%m%d%H%M%S%z")
        assert here == there
    assert package["deliveryDate"] == [{"type": "DEL", "date": package["activity"][0]["date"]}]


def test_no_scan_lies_in_the_future_or_before_the_one_before(speak: Speaker) -> None:
    number = speak.parcel("10000003")
    client.advance(speak.url, "10000003", "delivered")
    (complete,) = ask(speak, "fedex", number).json()["output"]["completeTrackResults"]
    times = [dt.datetime.fromisoformat(event["date"]) for event in complete["trackResults"][0]["scanEvents"]]
    assert times == sorted(times, reverse=True)
    assert times[0] <= dt.datetime.now(dt.UTC)


@pytest.mark.parametrize("carrier", ORDERS)
@pytest.mark.parametrize("token", ["", "wrong", "another-carriers"])
def test_a_token_of_ones_own_is_needed(
    speak: Speaker, monkeypatch: pytest.MonkeyPatch, carrier: str, token: str
) -> None:
    other = {"ups": "usps", "usps": "fedex", "fedex": "ups"}[carrier]
    header = speak.token(other)["Authorization"] if token == "another-carriers" else f"Bearer {token}"
    monkeypatch.setattr(speak, "token", lambda carrier: {"Authorization": header})
    assert ask(speak, carrier, UNKNOWN[carrier]).status_code == 401


@pytest.mark.parametrize("secret", ["wrong", "expired", ""])
def test_a_bad_client_gets_no_token(url: str, secret: str) -> None:
    form = {"grant_type": "client_credentials", "client_id": "id", "client_secret": secret}
    answers = (
        requests.post(f"{url}/ups/security/v1/oauth/token", data=form, auth=("id", secret), timeout=30),
        requests.post(f"{url}/usps/oauth2/v3/token", json=form, timeout=30),
        requests.post(f"{url}/fedex/oauth/token", data=form, timeout=30),
    )
    assert [answer.status_code for answer in answers] == [401] * 3
    for answer in answers:
        check(answer)


def test_tokens_are_told_as_each_carrier_tells_them(url: str) -> None:
    form = {"grant_type": "client_credentials", "client_id": "id", "client_secret": "secret"}
    ups = requests.post(f"{url}/ups/security/v1/oauth/token", data=form, auth=("id", "secret"), timeout=30)
    usps = requests.post(f"{url}/usps/oauth2/v3/token", data=form, timeout=30)
    fedex = requests.post(f"{url}/fedex/oauth/token", data=form, timeout=30)
    assert [answer.json()["expires_in"] for answer in (ups, usps, fedex)] == ["14399", 28799, 3599]
    for answer in (ups, usps, fedex):
        check(answer)


def test_a_token_ends(speak: Speaker, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = speak.token("fedex")
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=2)
    monkeypatch.setenv("RETURNCTL_NOW", later.isoformat())
    monkeypatch.setattr(speak, "token", lambda carrier: headers)
    assert ask(speak, "fedex", UNKNOWN["fedex"]).status_code == 401


def test_ups_wants_its_two_headers(speak: Speaker) -> None:
    answer = speak.read(f"/ups/api/track/v1/details/{UNKNOWN['ups']}", headers=speak.token("ups"))
    assert check(answer).status_code == 400


def test_usps_answers_to_a_barcodes_number_and_briefly(speak: Speaker) -> None:
    number = speak.parcel("10000002")
    assert ask(speak, "usps", f"42040218{number}").json()["trackingNumber"] == number
    headers = speak.token("usps")
    brief = check(speak.read(f"/usps/tracking/v3/tracking/{number}", headers=headers)).json()
    assert list(brief) == ["trackingNumber", "eventSummaries"]
    assert (
        speak.read(f"/usps/tracking/v3/tracking/{number}?expand=detail", headers=headers).status_code == 400
    )


def test_quirks_of_ups(speak: Speaker) -> None:
    number = speak.parcel()
    client.faults(speak.url, "quirks")
    package = ask(speak, "ups", number).json()["trackResponse"]["shipment"][0]["package"][0]
    assert package["currentStatus"] == {"description": "Shipment Ready for UPS", "code": "003"}
    assert package["activity"][0]["gmtTime"].count(":") == 2
    assert "city" not in package["activity"][0]["location"]["address"]


def test_quirks_of_usps(speak: Speaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETURNCTL_NOW", "2026-11-24T18:31:00-08:00")
    number = speak.parcel("10000002")
    client.faults(speak.url, "quirks")
    (event,) = ask(speak, "usps", number).json()["trackingEvents"]
    assert event["eventTimestamp"] == "2026-11-24T18:31:00"
    assert event["GMTOffset"] == "-08:00"
    assert event["GMTTimestamp"] == "2026-11-24T02:31:00Z"  # it is the 25th there: the recorded mistake
    unknown = ask(speak, "usps", UNKNOWN["usps"])
    assert (unknown.status_code, unknown.json()["error"]["errors"][0]["code"]) == (400, "150001")


def test_quirks_of_fedex(speak: Speaker) -> None:
    number = speak.parcel("10000003")
    client.faults(speak.url, "quirks")
    output = ask(speak, "fedex", number).json()["output"]
    assert isinstance(output["alerts"], str)
    earlier, current = output["completeTrackResults"][0]["trackResults"]
    assert earlier["latestStatusDetail"]["code"] == "DL"
    assert current["latestStatusDetail"]["code"] == "OC"
    assert dt.datetime.fromisoformat(current["scanEvents"][0]["date"]).tzinfo is None
    assert current["estimatedDeliveryTimeWindow"] == {"window": {}}
