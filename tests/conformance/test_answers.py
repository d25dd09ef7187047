"""The answers that the specifications describe, read by our parsers: successes and every documented error."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from returnctl import errors
from returnctl.carriers import CODES, carrier
from returnctl.carriers.base import Near
from returnctl.carriers.protocol import Carrier
from returnctl.http import Answer, Request
from tests.carriers.orders import (
    ACCOUNTS,
    DAY,
    NUMBERS,
    SLOT,
    credentials,
    label,
    label_order,
    pickup,
    pickup_order,
)
from tests.conformance.specs import Operation, available, example, operation_for

TODAY = datetime(2026, 12, 14, 9, 0, tzinfo=UTC)
BASE = "https://carrier.example"
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()

Parse = Callable[[Carrier, Answer], Any]

REQUESTS: dict[str, Callable[[Carrier], Request | None]] = {
    "token": lambda c: c.build_token(BASE, credentials(c.code))[0],
    "track": lambda c: c.build_track(BASE, NUMBERS[c.code]),
    "points": lambda c: c.build_points(BASE, Near(postal_code="94107")),
    "quote": lambda c: c.build_quote(BASE, label_order(), ACCOUNTS[c.code]),
    "label": lambda c: c.build_label(BASE, label_order(), ACCOUNTS[c.code]),
    "label-file": lambda c: c.build_label_file(BASE, label(c.code), "pdf"),
    "find": lambda c: c.build_find_label(BASE, "RC1", ACCOUNTS[c.code], DAY, DAY),
    "void": lambda c: c.build_void(BASE, label(c.code), ACCOUNTS[c.code]),
    "payment": lambda c: c.build_payment(
        BASE, c.build_label(BASE, label_order(), ACCOUNTS[c.code]), ACCOUNTS[c.code]
    ),
    "pickup-offer": lambda c: c.build_pickup_offer(BASE, pickup_order(c.code), ACCOUNTS[c.code]),
    "pickup": lambda c: c.build_pickup(BASE, pickup_order(c.code), ACCOUNTS[c.code]),
    "pickup-state": lambda c: c.build_pickup_state(BASE, pickup(c.code)),
    "cancel-pickup": lambda c: c.build_cancel_pickup(BASE, pickup(c.code), ACCOUNTS[c.code]),
}
PARSES: dict[str, Parse] = {
    "token": lambda c, a: c.parse_token(a),
    "track": lambda c, a: c.parse_track(a, NUMBERS[c.code]),
    "points": lambda c, a: c.parse_points(a, TODAY),
    "quote": lambda c, a: c.parse_quote(a),
    "label": lambda c, a: c.parse_label(a),
    "label-file": lambda c, a: c.parse_label_file(a),
    "find": lambda c, a: c.parse_find_label(a),
    "void": lambda c, a: c.parse_void(a),
    "payment": lambda c, a: c.parse_payment(a),
    "pickup-offer": lambda c, a: c.parse_pickup_offer(a, DAY),
    "pickup": lambda c, a: c.parse_pickup(a, SLOT),
    "pickup-state": lambda c, a: c.parse_pickup_state(a, pickup(c.code)),
    "cancel-pickup": lambda c, a: c.parse_cancel_pickup(a),
}


def answer(one: Carrier, status: int, body: Any, **headers: str) -> Answer:
    content = b"" if body is None else json.dumps(body).encode()
    return Answer(status=status, headers=headers, body=content, service=one.name)


def verbs() -> list[pytest.param]:  # type: ignore[valid-type]
    found = []
    for code in CODES:
        for verb, build in REQUESTS.items():
            if build(carrier(code)) is not None:
                found.append(pytest.param(code, verb, id=f"{code}-{verb}"))
    return found


def operation(code: str, verb: str) -> Operation:
    request = REQUESTS[verb](carrier(code))
    assert request is not None
    return operation_for(code, request, BASE)


MEDIA = {
    ("usps", "label"): "application/vnd.usps.labels+json",
    ("usps", "track"): "application/vnd.usps.TrackFields+json",
}


@pytest.mark.parametrize(("code", "verb"), verbs())
def test_every_field_of_the_specification(code: str, verb: str) -> None:
    """An answer with all that the schema knows, made from the schema: what we look for is spelled as there."""
    one, where = carrier(code), operation(code, verb)
    schema = where.answer_schema(200, MEDIA.get((code, verb), "application/json"))
    body = None if schema is None else example(where.spec, schema)
    value = PARSES[verb](one, answer(one, 200, _sensible(body), etag='"e1"'))
    if value is None or isinstance(value, tuple):
        assert value or verb in {"cancel-pickup", "pickup-offer"}
        value = value[0] if value else None
    if isinstance(value, msgspec.Struct):
        empty = {name for name, found in msgspec.structs.asdict(value).items() if found in (None, "", (), {})}
        assert not empty - MAY_BE_EMPTY[verb], f"not read: {empty}"


# What no answer of this verb holds, for one carrier or for all of them.
MAY_BE_EMPTY: dict[str, set[str]] = {
    "token": set(),
    "payment": set(),
    "track": {"delivered_at", "estimated_delivery"},
    "points": {"hours", "open_today"},
    "quote": {"delivery_days"},
    "label": {"price", "service", "shipment"},
    "void": {"reference"},
    "pickup-offer": {"reason", "price", "cutoff"},
    "pickup": {"location", "etag", "price"},
    "pickup-state": {"location", "price"},
}

_SENSIBLE = {
    "GraphicImage": PNG,
    "encodedLabel": PNG,
    "returnLabelImage": PNG,
    "labelBrokerQR": PNG,
    "pickupDate": DAY.isoformat(),
    "available": True,
    "cancelledShipment": True,
    "error": None,
    "errors": None,
    "expires_in": "3599",
    "access_token": "token",
    "CurrencyCode": "USD",
    "MonetaryValue": "8.40",
    "GrandTotalOfAllCharge": "8.40",
    "ResponseStatusCode": "1",
    "Code": "1",
    "date": "20261214",
    "eventTimestamp": "2026-12-14T10:00:00",
}


def _sensible(body: Any) -> Any:
    """Values in place of the schema's fillers where a parser is right to refuse these."""
    if isinstance(body, list):
        return [_sensible(item) for item in body]
    if not isinstance(body, dict):
        return body
    return {name: _SENSIBLE.get(name, _sensible(value)) for name, value in body.items()}


def envelopes() -> list[pytest.param]:  # type: ignore[valid-type]
    """Verb and status of every error that the specifications document; just the verbs where they are not here."""
    found = []
    for code, verb in (param.values for param in verbs()):
        statuses = operation(code, verb).error_statuses() if available() else [0]
        found += [pytest.param(code, verb, status, id=f"{code}-{verb}-{status}") for status in statuses]
    return found


BODIES = {
    "ups": {
        "response": {
            "errors": [{"code": "120100", "message": "Missing or <b>invalid</b> &quot;shipper&quot;"}]
        }
    },
    "usps": {
        "apiVersion": "v3",
        "error": {
            "code": "400",
            "message": "The request is not valid",
            "errors": [
                {"status": "400", "code": "120100", "title": "Bad", "detail": 'Missing or invalid "shipper"'}
            ],
        },
    },
    "fedex": {
        "transactionId": "624deea6-b709-470c-8c39-4b5511281492",
        "errors": [{"code": "120100", "message": 'Missing or invalid "shipper"'}],
    },
}
KINDS = {401: errors.AuthFailed, 403: errors.AuthFailed, 404: errors.NotFound, 429: errors.Unavailable,
         500: errors.Unavailable, 503: errors.Unavailable}  # fmt: skip


@pytest.mark.parametrize(("code", "verb", "status"), envelopes())
def test_documented_errors(code: str, verb: str, status: int) -> None:
    """The envelope is the specification's, the class and the words are what a person gets."""
    one, where = carrier(code), operation(code, verb)
    body: Any = BODIES[code]
    if code == "usps" and verb == "token":
        body = {
            "error": "invalid_request",
            "error_description": 'Missing or invalid "shipper"',
            "error_uri": "u",
        }
    assert where.answer_violations(status, body) == []
    if _is_an_answer(code, verb, status):
        PARSES[verb](one, answer(one, status, body))
        return
    with pytest.raises(errors.ReturnctlError) as caught:
        PARSES[verb](one, answer(one, status, body))
    assert type(caught.value) is KINDS.get(status, errors.Refused)
    assert one.name in caught.value.message
    assert 'Missing or invalid "shipper"' in caught.value.message


def _is_an_answer(code: str, verb: str, status: int) -> bool:
    """Not found, and no pickup there, are no failures."""
    return (verb in {"track", "find"} and status == 404) or (
        (code, verb, status) == ("usps", "pickup-offer", 400)
    )
