"""Back Market's answers, drawn from made-up orders, and a client to ask for them."""

from __future__ import annotations

from typing import Any

from returnctl.http import Answer, Http
from returnctl.marketplaces.backmarket import BackMarket
from returnctl.marketplaces.backmarket_dialect import site

AGENT = "BM-Example-returnctl;returns@example.test"
TOKEN = "c2VjcmV0OnRva2Vu"
BASE = "https://www.backmarket.com"
SAV = f"{BASE}/ws/sav"
RETURNS = f"{BASE}/ws/shipping/v1/returns"
ORDER, LINE, CASE = 25900001, 37195, 100000123
IMEI = "356789100000072"


def client(
    platform: str = "na",
    environment: str = "production",
    market: str = "en-us",
    waits: list[float] | None = None,
) -> BackMarket:
    """A client that never sleeps; what it would have waited is in `waits`."""
    waited = [] if waits is None else waits
    return BackMarket(
        site(platform, environment, market, AGENT),
        TOKEN,
        Http(user_agent="returnctl/test", sleep=lambda _: None),
        sleep=waited.append,
    )


def page(*results: Any, following: Any = None) -> dict[str, Any]:
    return {"count": len(results), "next": following, "previous": "null", "results": list(results)}


def order(number: int = ORDER, **values: Any) -> dict[str, Any]:
    return {
        "order_id": number,
        "state": 9,
        "country_code": "en-us",
        "date_creation": "2026-05-20T14:03:11Z",
        "is_backship": False,
        "shipping_address": {
            "company": "",
            "first_name": "Ada",
            "last_name": "Example",
            "street": "1 Main St",
            "street2": " ",
            "postal_code": "10001",
            "city": "New York",
            "country": "US",
            "phone": "5550100",
            "email": "ada@example.test",
        },
        "orderlines": [orderline()],
        **values,
    }


def orderline(number: int = LINE, **values: Any) -> dict[str, Any]:
    return {
        "id": number,
        "state": 3,
        "product": "iPhone 12 64GB - Black - Unlocked",
        "brand": "Apple",
        "quantity": 1,
        "imei": IMEI,
        "serial_number": "",
        **values,
    }


def listed(number: int = CASE, **values: Any) -> dict[str, Any]:
    return {
        "id": number,
        "client": 0,
        "merchant": 789,
        "orderline": LINE,
        "date_creation": "2026-06-01T09:00:00+00:00",
        "date_modification": "2026-06-08T09:00:00+00:00",
        "date_last_message": "2026-06-08T09:00:00+00:00",
        "date_closed": None,
        "state": 0,
        "lines": [731],
        "country_code": "en-us",
        "backcare": False,
        **values,
    }


def folder(number: int = CASE, **values: Any) -> dict[str, Any]:
    return {
        "id": number,
        "state": 0,
        "backcare": False,
        "country_code": "en-us",
        "date_creation": "2026-06-01T09:00:00+00:00",
        "date_last_message": "2026-06-08T09:00:00+00:00",
        "date_closed": None,
        "client": {"id": 0, "username": "", "first_name": "Ada", "last_name": "Example", "email": ""},
        "merchant": {"id": 789, "username": "desk@example.test"},
        "lines": [claim()],
        "messages": [message()],
        "orderline": {
            "id": LINE,
            "quantity": 1,
            "order": {"order_id": ORDER, "country_code": "en-us"},
            "snapshot": {"sku": "SKU-1", "product": {"category_3": {"category_name": "Smartphones"}}},
        },
        **values,
    }


def claim(**values: Any) -> dict[str, Any]:
    return {
        "id": 731,
        "state": 1,
        "issues": [{"customerIssue": "BATTERY_NOT_CHARGING", "tag": "TECHNICAL"}],
        "resolution_choice": "REPLACE",
        "declared_warranty_state": "IN_WARRANTY",
        "return_labels": [],
        **values,
    }


def label(state: str = "ALIVE", url: str = "/labels/1.pdf", **values: Any) -> dict[str, Any]:
    return {
        "date_creation": "2026-06-02T09:00:00+00:00",
        "state": state,
        "label": url,
        "initiator": "Merchant",
        "kind": "CUSTOMER_TO_MERCHANT",
        **values,
    }


def message(number: int = 501, text: str = "It does not charge.", **values: Any) -> dict[str, Any]:
    return {
        "id": number,
        "message": text,
        "date_creation": "2026-06-08T09:00:00+00:00",
        "initiator": "Customer",
        "kind": "CUSTOMER_TO_MERCHANT",
        "is_informative": False,
        "attachments": [],
        **values,
    }


def attachment(number: int = 901, url: str = "https://files.example.test/a/back.jpg?sig=1") -> dict[str, Any]:
    return {"id": number, "attachment": url, "date_creation": "2026-06-08T09:00:00+00:00"}


def parcel(**values: Any) -> dict[str, Any]:
    return {
        "orderId": ORDER,
        "orderlineId": LINE,
        "shipmentId": 42,
        "carrierId": 7,
        "carrierName": "UPS",
        "dateCreation": "2026-06-02T09:00:00+02:00",
        "referenceNumber": "1-123123-22334",
        "trackingNumber": "1Z999AA10123456784",
        "trackingUrl": "https://carrier.example.test/1Z",
        "hubScanned": False,
        "datePickup": None,
        "dateDelivery": None,
        "label": "/static/return.pdf",
        "invoicedPrice": 30,
        "invoicedCurrency": "USD",
        "type": "RETURN",
        **values,
    }


def answer(status: int = 200, body: bytes = b"", **headers: str) -> Answer:
    return Answer(status=status, headers=headers, body=body, service="Back Market")
