"""BackShip: parcels that Back Market pays for; every answer is one that the specification allows."""

from __future__ import annotations

import pytest
import requests

from returnctl.sandbox import client
from tests.sandbox.desk import Desk
from tests.sandbox.published import check
from tests.sandbox.speaking import Speaker


def test_a_return_before_and_after_its_way(desk: Desk, url: str) -> None:
    path = "/ws/shipping/v1/returns"
    found = check(desk.read(f"{path}?order_id=10000006")).json()
    assert (found["count"], found["next"], found["previous"]) == (1, None, None)
    (parcel,) = found["results"]
    assert (parcel["datePickup"], parcel["dateDelivery"], parcel["hubScanned"]) == (None, None, False)
    assert parcel["orderlineId"] == 1000000601
    assert requests.get(parcel["label"], timeout=30).content.startswith(b"%PDF-")
    client.advance(url, "10000006", "delivered")
    after = check(desk.read(f"{path}/{parcel['shipmentId']}")).json()
    assert after["datePickup"] < after["dateDelivery"]
    assert after["hubScanned"] is True
    assert after["trackingNumber"] == parcel["trackingNumber"]
    assert check(desk.read(f"{path}?order_id=10000006&hub_scanned=true")).json()["count"] == 1
    assert check(desk.read(f"{path}/999999")).status_code == 404


def test_what_the_buyer_bought_is_not_of_backship(desk: Desk, speak: Speaker) -> None:
    case = speak.opened("10000007")["return"]
    told = {"carrier": "ups", "tracking_number": "1Z999AA10123456784"}
    speak.write(f"/v1/returns/{case}/tracking", method="PUT", json=told)
    assert check(desk.read("/ws/shipping/v1/returns?order_id=10000007")).json()["results"] == []


@pytest.mark.parametrize("path", ["/ws/shipping/v1/returns", "/ws/shipping/v1/deliveries"])
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("order_id=x", "orderId"),
        ("page=0", "page"),
        ("order_state=7", "orderState"),
        ("hub_scanned=perhaps", "hubScanned"),
        ("start_date=soon", "start_date"),
        ("order_id=999&hub_scanned=perhaps", "hubScanned"),
    ],
)
def test_what_cannot_be_read_is_e009(desk: Desk, path: str, query: str, field: str) -> None:
    answer = check(desk.read(f"{path}?{query}"))
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "E009"
    assert field in answer.json()["data"]["fields"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("order_state=9", 5),
        ("order_state=3", 0),
        ("hub_scanned=true", 2),
        ("start_date=2999-01-01T00:00:00", 0),
        ("end_date=2999-01-01T00:00:00", 5),
        ("pickup_start_date=2000-01-01T00:00:00", 2),
        ("pickup_end_date=2000-01-01T00:00:00", 0),
        ("order_id=10000011&page=1", 1),
    ],
)
def test_filters(desk: Desk, query: str, count: int) -> None:
    assert check(desk.read(f"/ws/shipping/v1/returns?{query}")).json()["count"] == count


def test_a_delivery(desk: Desk, url: str) -> None:
    path = "/ws/shipping/v1/deliveries"
    (parcel,) = check(desk.read(f"{path}?order_id=10000009")).json()["results"]
    assert parcel["orderlines"] == [1000000901, 1000000902]
    (delivered,) = {row["delivered_on"] for row in client.orders(url) if row["order"] == "10000009"}
    assert parcel["dateDelivery"].startswith(delivered)
    assert parcel["labelUrl"].startswith("/backmarket/")
    assert check(desk.read(f"{path}/{parcel['shipmentId']}")).json() == parcel
    assert check(desk.read(f"{path}?order_id=10000008")).json()["results"] == []
    assert desk.read("/ws/orders/10000008").json()["is_backship"] is False
    assert check(desk.read(f"{path}/10000008")).status_code == 404
    client.faults(url, "quirks")
    bare = desk.read(f"{path}/10000009").json()
    assert (bare["dateDelivery"], bare["pickupInfo"]) == (None, None)
