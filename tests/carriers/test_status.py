"""One vocabulary: every published code, and what other tools get wrong."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnctl.carriers.status import Status, of_fedex, of_ups, of_usps


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    specs = os.environ.get("RETURNCTL_SPECS")
    if not specs:
        pytest.skip("RETURNCTL_SPECS is not set: the published code lists are not here")
    found: dict[str, Any] = json.loads((Path(specs) / "status-map.json").read_text(encoding="utf-8"))
    return found


def test_every_published_code(published: dict[str, Any]) -> None:
    checked = 0
    for name, codes in published["ups"]["statusCode"].items():
        for code in codes:
            assert of_ups(f"{code:03d}", "") == (name.replace("_", "-"), code in published["ups"]["delayed"])
            checked += 1
    for code, name in published["ups"]["type"].items():
        assert of_ups("", code)[0] == name.replace("_", "-")
    for name, codes in published["fedex"]["code"].items():
        for code in codes:
            assert of_fedex(code) == (name.replace("_", "-"), code in published["fedex"]["delayed"])
            checked += 1
    for words, name in published["usps"]["statusCategory"].items():
        assert of_usps("", words, "")[0] == name.replace("_", "-")
    for code, name in published["usps"]["eventCode"].items():
        assert of_usps("", "", code)[0] == name.replace("_", "-")
    assert checked >= 219


@pytest.mark.parametrize(
    ("code", "kind", "status"),
    [
        ("021", "I", "out-for-delivery"),  # the type alone would say in transit
        ("003", "M", "label-created"),
        ("3", "", "label-created"),
        ("011", "", "delivered"),
        ("", "D", "delivered"),
        ("", "d", "delivered"),
        ("999", "P", "picked-up"),
        ("035", "X", "returned"),
        ("167", "I", "picked-up"),
        ("", "MV", "cancelled"),
        ("999", "ZZ", "unknown"),
        ("", "", "unknown"),
        ("abc", "", "unknown"),
        ("000", "I", "unknown"),
        ("\u0663", "", "unknown"),
        ("-3", "", "unknown"),
    ],
)
def test_ups(code: str, kind: str, status: str) -> None:
    assert of_ups(code, kind)[0] == status


def test_ups_delays() -> None:
    assert of_ups("032", "X") == (Status.EXCEPTION, True)
    assert of_ups("022", "X") == (Status.EXCEPTION, False)


@pytest.mark.parametrize(
    ("words", "category", "code", "status"),
    [
        ("Delivered, To Original Sender", "Delivered", "01", "returned"),
        ("Return to Sender Processed", "Alert", "09", "returned"),
        ("Your item is being returned to the sender", "Alert", "", "returned"),
        ("USPS Awaiting Item", "Pre-Shipment", "GX", "label-created"),
        ("Tendered to Returns Agent", "Delivered to Agent", "", "in-transit"),
        ("Arriving Late", "Arriving Late", "", "in-transit"),
        ("Delivered, Front Door", "Delivered", "01", "delivered"),
        ("", "DELIVERED", "", "delivered"),
        ("Notice Left", "Delivery Attempt", "02", "exception"),
        ("", "", "OF", "out-for-delivery"),
        ("", "Something New", "of", "out-for-delivery"),
        ("In transit somewhere", "Something New", "ZZ", "unknown"),
        ("", "", "", "unknown"),
    ],
)
def test_usps(words: str, category: str, code: str, status: str) -> None:
    assert of_usps(words, category, code)[0] == status


def test_usps_late() -> None:
    assert of_usps("", "Arriving Late", "") == (Status.IN_TRANSIT, True)


@pytest.mark.parametrize(
    ("codes", "status", "delayed"),
    [
        (("DL", "DL"), "delivered", False),
        (("Ow",), "in-transit", False),
        (("??", "DE"), "exception", False),
        (("IT", "DY"), "in-transit", True),
        (("RS",), "returned", False),
        (("HL",), "available-for-pickup", False),
        (("",), "unknown", False),
        ((), "unknown", False),
        (("XX",), "unknown", False),
    ],
)
def test_fedex(codes: tuple[str, ...], status: str, delayed: bool) -> None:
    assert of_fedex(*codes) == (status, delayed)


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_any_text(one: str, two: str, three: str) -> None:
    for status, _ in (of_ups(one, two), of_usps(one, two, three), of_fedex(one, two, three)):
        assert isinstance(status, Status)
