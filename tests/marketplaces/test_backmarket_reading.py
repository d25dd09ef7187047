"""Whatever Back Market answers, reading it gives a value or one of our errors, and nothing unsafe in its texts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from returnctl.answers import Answer
from returnctl.errors import ReturnctlError
from returnctl.marketplaces import backmarket_answers as answers
from returnctl.marketplaces.backmarket_cases import case_of, line_of
from returnctl.marketplaces.backmarket_dialect import address, check, parse_error
from returnctl.marketplaces.backmarket_text import plain
from returnctl.marketplaces.backmarket_words import author_of, carrier_of, kind_of
from tests.marketplaces.care import (
    BASE,
    CASE,
    ORDER,
    answer,
    attachment,
    claim,
    folder,
    label,
    listed,
    message,
    order,
    page,
    parcel,
)

# The names that are looked for, so that random answers get somewhere.
NAMES = """
id order_id orderline order lines issues customerIssue tag resolution_choice declared_warranty_state
return_labels date_creation state label kind initiator messages message attachments attachment is_informative
client first_name last_name country_code snapshot product category_3 category_name results next count
orderlines brand imei serial_number shipping_address street postal_code postalCode firstName is_backship
orderId orderlineId shipmentId carrierName trackingNumber trackingUrl hubScanned datePickup dateDelivery
error errors code data fields requestId title detail target type status
"""
KEYS = st.sampled_from(NAMES.split())
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(
        [CASE, ORDER, str(ORDER), "2026-06-08T09:00:00Z", "0000-00-00", "<p>x", "\x1b[31mx", "&#155;x"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=30,
)
ALMOST_AN_ADDRESS = r"[a-z]{0,5}:?/{0,3}[\w.@:#?%\[\]\\-]{0,30}"
WRONG: list[Any] = [None, 7, True, "x", "", [], {}, [None], [[]], {"x": 1}, 1e308, "\x1b]0;x\x07", "9" * 5000]


def read_all(got: Answer) -> Iterator[Any]:
    """Every way in which an answer is read."""
    body = got.json()
    yield parse_error(got)
    yield answers.listed(body)
    yield answers.shipment(body)
    yield answers.address(body)
    for read in (
        lambda: check(got),
        lambda: answers.page(body),
        lambda: answers.order(body, str(ORDER)),
        lambda: case_of(answers.folder(body, str(CASE)), ()),
    ):
        try:
            yield read()
        except ReturnctlError as error:
            yield error.message


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)
    elif isinstance(value, dict):
        yield from texts(list(value.items()))
    elif isinstance(value, Answer):
        return
    elif isinstance(value, msgspec.Struct):
        yield from texts(msgspec.structs.asdict(value))


def check_safe(got: Answer) -> None:
    try:
        found = list(read_all(got))
    except ReturnctlError as error:
        found = [error.message]
    for text in texts(found):
        assert not set(text) & set("\x1b\x9b\x07\x00\u202e"), text


@given(body=ANYTHING, status=st.sampled_from([200, 200, 201, 400, 401, 403, 404, 422, 429, 500]))
@settings(max_examples=300, deadline=None)
def test_any_json(body: Any, status: int) -> None:
    check_safe(answer(status, json.dumps(body).encode()))


@given(body=st.binary(max_size=60), status=st.sampled_from([200, 403, 500]))
@settings(max_examples=100, deadline=None)
def test_any_bytes(body: bytes, status: int) -> None:
    check_safe(answer(status, body))


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


FOLDER = folder(lines=[claim(return_labels=[label()])], messages=[message(attachments=[attachment()])])


@pytest.mark.parametrize(
    "good", [FOLDER, order(), parcel(), page(listed())], ids=["folder", "order", "parcel", "page"]
)
def test_every_field_of_a_good_answer_bent(good: dict[str, Any]) -> None:
    for path in spots(good):
        for wrong in WRONG:
            check_safe(answer(200, json.dumps(bent(good, path, wrong)).encode()))


@given(reference=st.text(max_size=40) | st.from_regex(ALMOST_AN_ADDRESS))
@settings(max_examples=300, deadline=None)
def test_any_address(reference: str) -> None:
    try:
        found = address(BASE, reference)
    except ReturnctlError:
        return
    assert found.startswith("https://") or found.startswith(("http://localhost", "http://127."))


class TestFolder:
    def test_the_device_by_its_category(self) -> None:
        found = answers.folder(FOLDER, str(CASE))
        line = line_of(found, answers.order(order(), str(ORDER)))
        assert (line.kind, line.model) == ("smartphone", "iPhone 12 64GB")

    def test_of_a_line_that_the_order_does_not_have(self) -> None:
        found = answers.folder(FOLDER, str(CASE))
        line = line_of(found, answers.order(order(orderlines=[{"id": 1}]), str(ORDER)))
        assert (line.line, line.kind, line.imeis) == (found.line, "smartphone", ())

    def test_messages_come_in_their_order(self) -> None:
        said = [
            message(3, date_creation="2026-06-09T01:00:00+02:00"),
            message(1, date_creation="2026-06-08T22:59:00Z"),
            message(2, date_creation=None),
        ]
        found = answers.folder(folder(messages=said), str(CASE))
        assert [one.id for one in found.messages] == ["2", "1", "3"]


@pytest.mark.parametrize(
    ("category", "title", "kind"),
    [
        ("Smartphones", "", "smartphone"),
        ("Tablettes", "Galaxy", "tablet"),
        ("", "iPhone 12 64GB - Black - Unlocked", "smartphone"),
        ("", "Galaxy Watch 5", "smartwatch"),
        ("", "Galaxy Buds 2", "audio"),
        ("", "AirPods Pro 2", "audio"),
        ("", "MacBook Air 13", "computer"),
        ("", "HP EliteBook 840 G8", "computer"),
        ("Consoles de jeux", "", "console"),
        ("", "PlayStation 5", "console"),
        ("Cameras", "Canon EOS", "other"),
    ],
)
def test_kinds(category: str, title: str, kind: str) -> None:
    assert kind_of(category, title) == kind


@pytest.mark.parametrize(
    ("name", "number", "code"),
    [
        ("UPS Ground", "", "ups"),
        ("USPS - Priority Mail", "", "usps"),
        ("FedEx - 2Days", "", "fedex"),
        ("fedex", "", "fedex"),
        ("Chronopost", "1Z999AA10123456784", "other"),
        ("", "1Z999AA10123456784", "ups"),
        ("", "", "other"),
    ],
)
def test_carriers(name: str, number: str, code: str) -> None:
    assert carrier_of(name, number) == code


@pytest.mark.parametrize(
    ("initiator", "kind", "author"),
    [
        ("Merchant", "MERCHANT_TO_ALL", "seller"),
        ("Customer", "", "buyer"),
        ("Client", "", "buyer"),
        ("BackMarket", "", "marketplace"),
        ("Back Market", "", "marketplace"),
        ("", "BACKCARE_TO_MERCHANT", "marketplace"),
        ("", "", "unknown"),
        ("Third Party", "", "third-party"),
    ],
)
def test_authors(initiator: str, kind: str, author: str) -> None:
    assert author_of(initiator, kind) == author


class TestText:
    @pytest.mark.parametrize(
        ("body", "text"),
        [
            ("Plain\nwords", "Plain\nwords"),
            ("a &amp; b &lt;3", "a & b <3"),
            ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
            ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree"),
            ("<p>IMEI: 356789100000072<br />Bye</p>", "IMEI: 356789100000072\nBye"),
            ("<ul><li>a</li><li>b</li></ul>", "- a\n\n- b"),
            ("<script>alert(1)</script>x<style>p{}</style>", "x"),
            ('<a href="https://evil.example/">your label</a>', "your label (https://evil.example/)"),
            ('<a href="javascript:x()">click</a>', "click"),
            ("<p>a&nbsp;&nbsp; b\t c</p>", "a b c"),
            ("<p>un<b>closed <i>tags", "unclosed tags"),
            ("<!-- hidden --><p>seen</p>", "seen"),
            ("<p>\x1b[31mred\u202e</p>", "red"),
            ("", ""),
        ],
    )
    def test_is_what_a_reader_sees(self, body: str, text: str) -> None:
        assert plain(body) == text

    def test_a_marker_survives(self) -> None:
        marker = "[rc photos 1/2 0a1b2c3d]"
        for body in (f"Hello\n\n{marker}", f"<p>Hello</p><p>{marker}</p>", f"Hello<br><br>{marker}<br>"):
            assert marker in plain(body)

    @given(body=st.text(alphabet="<>/&;#!-pbrscriptaul=\"' \n\x1b", max_size=200))
    @settings(max_examples=200, deadline=None)
    def test_any_text(self, body: str) -> None:
        assert "\x1b" not in plain(body)
