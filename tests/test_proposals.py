"""Numbers in a conversation."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from returnctl.proposals import found_in, imeis
from returnctl.received import Mirror, Said

IMEI = "356789100000072"
UPS = "1Z999AA10123456784"


def mirror(*texts: str, author: str = "buyer") -> Mirror:
    said = tuple(
        Said(message=str(number), at=None, author=author, kind="", text=text)
        for number, text in enumerate(texts, 1)
    )
    return Mirror(case="1", open=True, messages=said)


@pytest.mark.parametrize(
    "text",
    [
        IMEI,
        f"IMEI: {IMEI}.",
        "35 678910 000007 2",
        "35-678910-000007-2",
        f"the number is {IMEI}, thanks",
        f"{IMEI}/{IMEI}",
    ],
)
def test_an_imei(text: str) -> None:
    assert imeis(text) == [IMEI]


@pytest.mark.parametrize(
    "text", ["356789100000073", "1234", "111111111111111", f"9{IMEI}", f"{IMEI}99", "order 10000006", ""]
)
def test_no_imei(text: str) -> None:
    assert imeis(text) == []


@pytest.mark.parametrize(
    "text",
    [
        UPS,
        UPS.lower(),
        "1Z 999 AA1 01 2345 6784",
        "UPS 1Z 999 AA1 01 2345 6784 today",
        f"({UPS})",
        f"It is {UPS}.",
    ],
)
def test_a_tracking_number(text: str) -> None:
    (found,) = found_in(mirror(text), ())
    assert (found.kind, found.value, found.carrier) == ("tracking-number", UPS, "ups")


@pytest.mark.parametrize(
    "text", ["1Z999AA10123456785", "Hello, the phone no longer charges", "10000006", "AB12"]
)
def test_no_tracking_number(text: str) -> None:
    assert found_in(mirror(text), ()) == ()


def test_an_imei_is_no_tracking_number() -> None:
    (found,) = found_in(mirror(f"{IMEI} and {IMEI}"), [IMEI])
    assert (found.kind, found.matches_order) == ("imei", True)


def test_whether_it_is_the_orders() -> None:
    for known, matches in (([IMEI], True), (["490154203237518"], False), ([], None)):
        (found,) = found_in(mirror(IMEI), known)
        assert found.matches_order is matches


def test_what_we_wrote_ourselves_is_no_news() -> None:
    assert found_in(mirror(IMEI, author="seller"), ()) == ()
    (found,) = found_in(mirror(UPS, author="marketplace"), ())
    assert found.author == "marketplace"


def test_each_once_where_it_was_first_said() -> None:
    found = found_in(mirror(IMEI, f"again {IMEI} and {UPS}"), [IMEI])
    assert [(one.value, one.message) for one in found] == [(IMEI, "1"), (UPS, "2")]


@given(text=st.text(alphabet="0123456789 1Z-./AB\n", max_size=120))
@settings(max_examples=200, deadline=None)
def test_any_text(text: str) -> None:
    for one in found_in(mirror(text), ()):
        assert one.value.isalnum()
