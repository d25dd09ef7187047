"""Our clients and the sandbox, each held against the carriers' specifications over real HTTP.

The two are written apart from each other: what both get wrong alike would show here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from returnctl.carriers import carrier
from returnctl.carriers.base import Credentials, Label, Near, Pickup
from returnctl.carriers.client import CarrierClient, base_url
from returnctl.carriers.tokens import Tokens
from returnctl.http import Answer, Http, Request
from returnctl.sandbox.server import running
from tests.carriers.orders import ACCOUNTS, CUSTOMER, NUMBERS, label_order, pickup_order
from tests.conformance.specs import folder, operation_for

NOW = datetime(2026, 12, 10, 9, 0, tzinfo=UTC)
TOMORROW = date(2026, 12, 11)


class Recorder(Http):
    """Remembers what went over the wire."""

    def __init__(self) -> None:
        super().__init__(user_agent="returnctl/test")
        self.seen: list[tuple[Request, Answer]] = []

    def send(self, request: Request, **more: Any) -> Answer:
        answer = super().send(request, **more)
        self.seen.append((request, answer))
        return answer


@pytest.fixture(scope="module", params=["", "quirks"], ids=["as-specified", "quirks"])
def served(request: pytest.FixtureRequest) -> Iterator[tuple[str, bool]]:
    folder()  # skips where the specifications are not here
    with running(faults=request.param) as url:
        yield url, bool(request.param)


def bought(client: CarrierClient, form: str) -> Label:
    order = label_order(
        format=form, key=str(uuid4()), reference=f"RC{uuid4().hex[:12].upper()}", mail_date=TOMORROW
    )
    return client.parse_label(client.send(client.prepare_label(order)))


def quoted_is_paid(client: CarrierClient) -> bool:
    """The cheapest surface service costs what was said before."""
    order = label_order(key=str(uuid4()), mail_date=TOMORROW)
    quote = next(quote for quote in client.quotes(order) if quote.surface)
    order = msgspec.structs.replace(order, service=quote.service)
    label = client.parse_label(client.send(client.prepare_label(order)))
    return label.price == quote.price


def booked(client: CarrierClient) -> Pickup:
    # A second pickup on one day at one address would be refused.
    somewhere = msgspec.structs.replace(CUSTOMER, lines=(f"{uuid4().int % 10**6} Ship St",))
    order = pickup_order(client.carrier.code, date=TOMORROW, address=somewhere)
    return client.parse_pickup(client.send(client.prepare_pickup(order)), order)


def find_again(client: CarrierClient) -> bool:
    order = label_order(key=str(uuid4()), reference=f"RC{uuid4().hex[:12].upper()}", mail_date=NOW.date())
    label = client.parse_label(client.send(client.prepare_label(order)))
    day = timedelta(days=1)
    return client.find_label(order.reference, NOW.date() - day, NOW.date() + day) == (label.tracking_number,)


def same_key_same_label(client: CarrierClient) -> bool:
    request = client.prepare_label(label_order(key=str(uuid4()), mail_date=NOW.date()))
    first, again = (client.parse_label(client.send(request)) for _ in range(2))
    return first.tracking_number == again.tracking_number


def offered(client: CarrierClient) -> bool:
    offer = client.pickup_offer(pickup_order(client.carrier.code, date=TOMORROW))
    return offer is not None and offer.available


def cancelled(client: CarrierClient) -> bool:
    client.parse_cancel_pickup(client.send(client.prepare_cancel_pickup(booked(client))))
    return True


Verb = Callable[[CarrierClient], Any]
VERBS: dict[str, Verb] = {
    "unknown-number": lambda c: c.track(NUMBERS[c.carrier.code]).found is False,
    "track": lambda c: c.track(bought(c, "pdf").tracking_number).status == "label-created",
    "points-zip": lambda c: c.points(Near(postal_code="94107"), NOW),
    "points-city": lambda c: c.points(Near(city="Austin", state="TX"), NOW),
    "quote": lambda c: c.quotes(label_order(mail_date=TOMORROW)),
    "quote-is-the-price": quoted_is_paid,
    "label-pdf": lambda c: bought(c, "pdf").image,
    "label-png": lambda c: bought(c, "png").image,
    "label-zpl": lambda c: bought(c, "zpl").media == "zpl",
    "void": lambda c: c.parse_void(c.send(c.prepare_void(bought(c, "pdf")))).refund,
}
OWN: dict[str, dict[str, Verb]] = {
    "ups": {
        "recovery": lambda c: (c.label_file(bought(c, "pdf"), "pdf") or ("",))[0] == "pdf",
        "find": find_again,
    },
    "usps": {
        "label-qr": lambda c: bought(c, "qr").media == "png",
        "same-key": same_key_same_label,
        "pickup-offer": offered,
        "pickup": booked,
        "cancel-pickup": cancelled,
    },
    "fedex": {
        "find": find_again,
        "pickup-offer": offered,
        "pickup": booked,
        "cancel-pickup": cancelled,
    },
}
CASES = [
    pytest.param(code, verb, id=f"{code}-{name}")
    for code, own in OWN.items()
    for name, verb in (VERBS | own).items()
]


@pytest.mark.parametrize(("code", "verb"), CASES)
def test_verb(served: tuple[str, bool], code: str, verb: Verb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETURNCTL_NOW", NOW.isoformat())
    url, quirks = served
    one, http = carrier(code), Recorder()
    base = base_url(one, "sandbox", url)
    given = Credentials(client_id="sandbox", client_secret="sandbox", account=ACCOUNTS[code])
    client = CarrierClient(one, http, given, environment="sandbox", base=base, tokens=Tokens(None))
    assert verb(client)
    for request, answer in http.seen:
        operation = operation_for(code, request, base)
        assert operation.request_violations(request) == []
        if not quirks:
            assert operation.answer_violations(answer.status, *_body(answer)) == []


def _body(answer: Answer) -> tuple[Any, str]:
    media = answer.header("content-type").partition(";")[0]
    return (msgspec.json.decode(answer.body), media) if media.endswith("json") and answer.body else (None, "")
