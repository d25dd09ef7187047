"""Whatever a carrier answers, a parser gives a value or one of our errors, and nothing unsafe in its texts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from returnctl.carriers import CODES, carrier
from returnctl.carriers.base import Parcel
from returnctl.carriers.protocol import Carrier
from returnctl.errors import ReturnctlError
from returnctl.http import Answer
from tests.carriers.answers import (
    answer,
    fedex_result,
    fedex_scan,
    fedex_tracked,
    ups_scan,
    ups_tracked,
    usps_scan,
    usps_tracked,
)
from tests.carriers.orders import DAY, NUMBERS, SLOT, pickup

TODAY = datetime(2026, 11, 23, tzinfo=UTC)
PARSES: list[Callable[[Carrier, Answer], Any]] = [
    lambda c, a: c.parse_token(a),
    lambda c, a: c.parse_track(a, NUMBERS[c.code]),
    lambda c, a: c.parse_points(a, TODAY),
    lambda c, a: c.parse_quote(a),
    lambda c, a: c.parse_label(a),
    lambda c, a: c.parse_void(a),
    lambda c, a: c.parse_pickup(a, SLOT),
    lambda c, a: c.parse_cancel_pickup(a),
]
OWN: dict[str, list[Callable[[Carrier, Answer], Any]]] = {
    "ups": [lambda c, a: c.parse_label_file(a), lambda c, a: c.parse_find_label(a)],
    "usps": [
        lambda c, a: c.parse_payment(a),
        lambda c, a: c.parse_pickup_offer(a, DAY),
        lambda c, a: c.parse_pickup_state(a, pickup("usps")),
    ],
    "fedex": [
        lambda c, a: c.parse_find_label(a),
        lambda c, a: c.parse_pickup_offer(a, DAY),
    ],
}

# The names that the parsers look for, so that random answers get somewhere.
NAMES = """
trackResponse shipment package activity status statusCode currentStatus deliveryDate date time location
address LocatorResponse SearchResults DropLocation OperatingHours StandardHours DayOfWeek Day Distance
Value RateResponse RatedShipment Service Code TotalCharges MonetaryValue ShipmentResponse ShipmentResults
PackageResults TrackingNumber ShippingLabel GraphicImage VoidShipmentResponse SummaryResult Status
PickupCreationResponse PRN response errors code message error detail trackingNumber trackingEvents
statusCategory eventTimestamp GMTOffset eventType locations services hours times openTime closeTime rates
price totalBasePrice postage returnLabelImage confirmationNumber output completeTrackResults trackResults
latestStatusDetail scanEvents dateAndTimes locationDetailList storeHours dayofweek operationalHours
rateReplyDetails ratedShipmentDetails rateType totalNetCharge serviceType transactionShipments
pieceResponses packageDocuments cancelledShipment pickupConfirmationCode options available pickupDate
access_token expires_in type
"""
KEYS = st.sampled_from(NAMES.split())
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(
        ["20261120", "153000", "-06:00", "2026-11-20T18:31:00", "1", "USD", "9.80", "\x1b[31mx", "&#155;x"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=30,
)


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)
    elif isinstance(value, dict):
        yield from texts(list(value.items()))
    elif isinstance(value, msgspec.Struct):
        yield from texts(msgspec.structs.asdict(value))


def read(code: str, given_answer: Answer) -> None:
    one = carrier(code)
    for parse in PARSES + OWN[code]:
        try:
            value = parse(one, given_answer)
        except ReturnctlError as error:
            value = error.message
        for text in texts(value):
            assert not set(text) & set("\x1b\x9b\x07\x00\u202e"), text


@pytest.mark.parametrize("code", CODES)
@given(body=ANYTHING, status=st.sampled_from([200, 200, 200, 207, 400, 401, 404, 500]))
@settings(max_examples=150, deadline=None)
def test_any_json(code: str, body: Any, status: int) -> None:
    read(code, answer(code, body, status))


@pytest.mark.parametrize("code", CODES)
@given(body=st.binary(max_size=60))
@settings(max_examples=50, deadline=None)
def test_any_bytes(code: str, body: bytes) -> None:
    read(code, answer(code, body))


GOOD = {
    "ups": ups_tracked(
        ups_scan("021", "I", "Out"), currentStatus={"code": "021"}, deliveryDate=[{"type": "SDD"}]
    ),
    "usps": usps_tracked("Delivered", "Delivered", usps_scan("Delivered", "01"), services=["a"]),
    "fedex": fedex_tracked(fedex_result("OD", fedex_scan("OD", "Out"), dateAndTimes=[{"type": "SHIP"}])),
}
WRONG: list[Any] = [None, 7, True, "x", [], {}, [None], [[]], {"x": 1}, 1e308, "\x1b]0;x\x07", "9" * 5000]


def spots(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from spots(item, (*path, key))


def bent(value: Any, path: tuple[Any, ...], wrong: Any) -> Any:
    if not path:
        return wrong
    copy = value.copy()
    copy[path[0]] = bent(value[path[0]], path[1:], wrong)
    return copy


@pytest.mark.parametrize("code", CODES)
def test_every_field_of_a_good_answer_bent(code: str) -> None:
    for path in spots(GOOD[code]):
        for wrong in WRONG:
            body = bent(GOOD[code], path, wrong)
            try:
                parcel = carrier(code).parse_track(answer(code, body), NUMBERS[code])
            except ReturnctlError:
                continue
            assert isinstance(parcel, Parcel), (path, wrong)
            json.loads(msgspec.json.encode(parcel))


@pytest.mark.parametrize("code", CODES)
def test_every_field_of_a_good_answer_missing(code: str) -> None:
    for path in spots(GOOD[code]):
        if not path or not isinstance(path[-1], str):
            continue
        holder = GOOD[code]
        for step in path[:-1]:
            holder = holder[step]
        without = {key: item for key, item in holder.items() if key != path[-1]}
        body = bent(GOOD[code], path[:-1], without)
        try:
            carrier(code).parse_track(answer(code, body), NUMBERS[code])
        except ReturnctlError:
            continue
