"""Whatever JSON a marketplace answers with: a value that can be used, or one of our errors."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest
import responses
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from returnctl.errors import ReturnctlError
from returnctl.marketplaces.base import Case, Limits, Order
from returnctl.marketplaces.returns_api import ReturnsApi
from returnctl.returns.intents import Outcome
from tests.marketplaces.shop import ABOUT, MESSAGE, NEW, ORDER, RETURN, TRACKING, URL, api, problem
from tests.returns.strategies import json_values

VERBS: dict[str, tuple[Callable[[ReturnsApi], object], Any]] = {
    "about": (lambda shop: shop.limits(), ABOUT),
    "order": (lambda shop: shop.order("10000001"), ORDER),
    "cases": (lambda shop: shop.cases("10000001"), {"returns": [RETURN], "total": 1}),
    "case": (lambda shop: shop.case("R-1"), RETURN),
    "messages": (lambda shop: shop.messages("R-1"), {"messages": [MESSAGE, MESSAGE]}),
    "open": (lambda shop: shop.send(shop.prepare_open(NEW)), RETURN),
    "message": (lambda shop: shop.send(shop.prepare_message("R-1", "a", [], "m")), MESSAGE),
    "tracking": (lambda shop: shop.send(shop.prepare_tracking("R-1", TRACKING)), RETURN),
    "problem": (
        lambda shop: shop.case("R-1"),
        problem("invalid", 422, errors=[{"field": "a", "message": "b"}]),
    ),
}
hostile = json_values | st.sampled_from(
    [
        "../../x",
        "a/b",
        "",
        "\x1b[31m",
        "\u202e",
        -1,
        0,
        10**25,
        1e300,
        True,
        [],
        {},
        [[]],
        "9999-12-31",
        "x" * 5_000,
    ]
)


def places(value: Any) -> list[tuple[Any, ...]]:
    """The path of every value in a document, the document's own first."""
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    if isinstance(value, list):
        inner = list(enumerate(value))
    return [(), *((key, *path) for key, item in inner for path in places(item))]


@st.composite
def harmed(draw: st.DrawFn, whole: Any) -> Any:
    """A document with one or two of its values replaced, or taken away."""
    document = copy.deepcopy(whole)
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from(places(document)))
        if not path:
            document = copy.deepcopy(draw(hostile))
            continue
        at = document
        for key in path[:-1]:
            at = at[key]
        if draw(st.booleans()):
            at[path[-1]] = copy.deepcopy(draw(hostile))
        else:
            del at[path[-1]]
    return document


def usable(found: object) -> bool:
    """Whether what becomes part of names, addresses and sums is what the contract says."""
    if isinstance(found, tuple):
        return all(map(usable, found))
    if isinstance(found, Case):
        return bool(re.fullmatch(r"[A-Za-z0-9-]{1,64}", found.case))
    if isinstance(found, Order):
        lines = [line.line for line in found.lines]
        return (
            found.order == "10000001"
            and bool(lines)
            and all(re.fullmatch(r"[0-9]{1,12}", line) for line in lines)
        )
    if isinstance(found, Limits):
        return min(found.files, found.bytes_per_file, found.characters) >= 1
    if isinstance(found, Outcome):
        return bool(re.fullmatch(r"[A-Za-z0-9-]{1,64}", found.facts.get("case", "R-1")))
    return True


def answered(verb: str, answer: Any, status: int) -> object:
    """What comes of a verb where every request is answered so; None for one of our errors."""
    ask, _ = VERBS[verb]
    with responses.RequestsMock(assert_all_requests_are_fired=False) as web:
        for method in ("GET", "POST", "PUT"):
            web.add(method, re.compile(f"{URL}/.*"), json=answer, status=status)
        try:
            return ask(api())
        except ReturnctlError as error:
            assert "\x1b" not in error.message  # noqa: PT017 - any of our errors will do
            return None


@pytest.mark.parametrize("verb", VERBS)
def test_an_answer_with_something_wrong_in_it(verb: str) -> None:
    statuses = st.sampled_from([409, 422, 400, 404] if verb == "problem" else [200, 200, 201])

    @settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(harmed(VERBS[verb][1]), statuses)
    def check(answer: Any, status: int) -> None:
        assert usable(answered(verb, answer, status)), answer

    check()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(list(VERBS)),
    hostile,
    st.sampled_from([200, 201, 202, 204, 301, 304, 400, 409, 418, 500, 599]),
)
def test_any_json_under_any_status(verb: str, answer: Any, status: int) -> None:
    assert usable(answered(verb, answer, status))


@pytest.mark.nightly
@pytest.mark.timeout(600)
@settings(max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.sampled_from(list(VERBS)), st.sampled_from([200, 201, 400, 409, 422]))
def test_ten_thousand_answers(data: st.DataObject, verb: str, status: int) -> None:
    assert usable(answered(verb, data.draw(harmed(VERBS[verb][1])), status))
