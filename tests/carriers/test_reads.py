"""Which requests may be asked again: those that only read, and no other, each against a server that is busy."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from returnctl import errors
from returnctl.carriers import CODES, carrier
from returnctl.carriers.base import Account, Near
from returnctl.carriers.client import CarrierClient
from returnctl.carriers.protocol import Carrier
from returnctl.carriers.tokens import Tokens
from returnctl.http import Http, Request, was_refused
from tests.carriers.orders import (
    ACCOUNTS,
    DAY,
    NUMBERS,
    credentials,
    label,
    label_order,
    pickup,
    pickup_order,
)
from tests.carriers.wire import Step, WireServer, reply, reset

Build = Callable[[Carrier, str, Account], Request | None]

READS: dict[str, Build] = {
    "track": lambda c, base, a: c.build_track(base, NUMBERS[c.code]),
    "points": lambda c, base, a: c.build_points(base, Near(postal_code="94107")),
    "quote": lambda c, base, a: c.build_quote(base, label_order(), a),
    "label-file": lambda c, base, a: c.build_label_file(base, label(c.code), "pdf"),
    "find": lambda c, base, a: c.build_find_label(base, "RC1", a, DAY, DAY),
    "pickup-offer": lambda c, base, a: c.build_pickup_offer(base, pickup_order(c.code), a),
    "pickup-state": lambda c, base, a: c.build_pickup_state(base, pickup(c.code)),
}
WRITES: dict[str, Build] = {
    "label": lambda c, base, a: c.build_label(base, label_order(), a),
    "payment": lambda c, base, a: c.build_payment(base, c.build_label(base, label_order(), a), a),
    "void": lambda c, base, a: c.build_void(base, label(c.code), a),
    "pickup": lambda c, base, a: c.build_pickup(base, pickup_order(c.code), a),
    "cancel-pickup": lambda c, base, a: c.build_cancel_pickup(base, pickup(c.code), a),
}


def cases(builds: dict[str, Build]) -> list[pytest.param]:  # type: ignore[valid-type]
    return [
        pytest.param(code, build, id=f"{code}-{verb}")
        for code in CODES
        for verb, build in builds.items()
        if build(carrier(code), "https://a.example", ACCOUNTS[code]) is not None
    ]


BUSY = [reply(429, Retry_After="2"), reply(503), reset]


@pytest.mark.parametrize(("code", "build"), cases(READS))
def test_a_question_is_asked_again(http: Http, slept: list[float], code: str, build: Build) -> None:
    with WireServer(*BUSY, reply(200, b'{"a":1}')) as server:
        request = build(carrier(code), server.url, ACCOUNTS[code])
        assert request is not None
        assert http.send(request).json() == {"a": 1}
    assert server.connections == 4
    assert slept[0] == 2.0
    assert {sent.partition(b"\r\n\r\n")[2] for sent in server.requests} == {request.body}


@pytest.mark.parametrize("busy", BUSY, ids=["quota", "down", "reset"])
@pytest.mark.parametrize(("code", "build"), cases(WRITES))
def test_what_costs_or_changes_something_is_sent_once(
    http: Http, slept: list[float], code: str, build: Build, busy: Step
) -> None:
    with WireServer(busy, reply()) as server:
        request = build(carrier(code), server.url, ACCOUNTS[code])
        assert request is not None
        with pytest.raises(errors.Unavailable):
            http.send(request)
    assert (server.connections, slept) == (1, [])


@pytest.mark.parametrize("code", CODES)
def test_logging_in_is_asked_again(http: Http, code: str) -> None:
    token = reply(body=b'{"access_token":"t1","expires_in":"3599"}')
    with WireServer(reply(503), token, reply(503), reply(404)) as server:
        one = CarrierClient(
            carrier(code),
            http,
            credentials(code),
            environment="test",
            base=server.url,
            tokens=Tokens(None),
        )
        assert one.track(NUMBERS[code]).found is False
    assert server.connections == 4
    assert "Authorization: Bearer t1" in server.text()


@pytest.mark.parametrize("after", ["3600", "Fri, 31 Dec 9999 23:59:59 GMT", "soon", "Retry-After: 30"])
def test_a_quota_ends_with_75(http: Http, slept: list[float], after: str) -> None:
    """Seconds, a date or rubbish: never more than the cap, and then it is for another day."""
    with WireServer(reply(429, Retry_After=after)) as server:
        request = carrier("fedex").build_track(server.url, NUMBERS["fedex"])
        with pytest.raises(errors.Unavailable) as caught:
            http.send(request)
    assert sum(slept) <= 30
    assert (caught.value.exit, was_refused(caught.value)) == (75, True)
