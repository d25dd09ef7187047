"""Answers as the carriers give them, made up for the tests."""

from __future__ import annotations

import json
from typing import Any

from returnctl.http import Answer

NAMES = {"ups": "UPS", "usps": "USPS", "fedex": "FedEx"}


def answer(carrier: str, body: Any, status: int = 200, **headers: str) -> Answer:
    """An answer with a JSON body, or with these bytes."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status=status, headers=headers, body=content, service=NAMES[carrier])


def ups_scan(
    code: str, kind: str, said: str, day: str = "20261120", clock: str = "153000", **more: Any
) -> dict[str, Any]:
    return {
        "date": day,
        "time": clock,
        "gmtDate": day,
        "gmtTime": "23:30:00",
        "gmtOffset": "-08:00",
        "location": {"address": {"city": "OAKLAND", "stateProvince": "CA", "countryCode": "US"}},
        "status": {"type": kind, "code": "XX", "statusCode": code, "description": said},
        **more,
    }


def ups_tracked(*scans: dict[str, Any], **package: Any) -> dict[str, Any]:
    return {
        "trackResponse": {
            "shipment": [
                {
                    "inquiryNumber": "1Z999AA10123456784",
                    "package": [
                        {"trackingNumber": "1Z999AA10123456784", "activity": list(scans), **package},
                    ],
                }
            ]
        }
    }


def usps_scan(said: str, code: str, at: str = "2026-11-20T18:31:00", **more: Any) -> dict[str, Any]:
    return {
        "eventType": said,
        "eventTimestamp": at,
        "GMTTimestamp": "2026-11-20T00:31:00Z",
        "GMTOffset": "-06:00",
        "eventCountry": None,
        "eventCity": "SAINT LOUIS",
        "eventState": "MO",
        "eventZIP": "63116",
        "eventCode": code,
        **more,
    }


def usps_tracked(category: str, said: str, *scans: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "trackingNumber": "9400111206206406260787",
        "statusCategory": category,
        "status": said,
        "statusSummary": f"Your item: {said}",
        "trackingEvents": list(scans),
        **more,
    }


def fedex_scan(kind: str, said: str, at: str = "2026-11-20T18:31:00-06:00", **more: Any) -> dict[str, Any]:
    return {
        "date": at,
        "eventType": kind,
        "eventDescription": said,
        "derivedStatusCode": kind,
        "scanLocation": {"city": "MEMPHIS", "stateOrProvinceCode": "TN", "countryCode": "US"},
        **more,
    }


def fedex_result(code: str, *scans: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "trackingNumberInfo": {"trackingNumber": "794953555571"},
        "latestStatusDetail": {"code": code, "derivedCode": code, "description": f"Status {code}"},
        "scanEvents": list(scans),
        **more,
    }


def fedex_tracked(*results: dict[str, Any]) -> dict[str, Any]:
    complete = {"trackingNumber": "794953555571", "trackResults": list(results)}
    return {
        "transactionId": "624deea6",
        "output": {
            "completeTrackResults": [complete],
            "alerts": "TRACKING.DATA.NOTFOUND -  Tracking data unavailable",
        },
    }
