"""Addresses, sizes and pictures of labels."""

from __future__ import annotations

import base64

import pytest
from msgspec.structs import replace

from returnctl import errors
from returnctl.carriers.base import Package
from returnctl.carriers.postal import (
    LABEL_BYTES,
    decoded_label,
    first_and_last,
    inches,
    phone,
    pounds,
    street_lines,
    zip5,
)
from tests.carriers.orders import CUSTOMER


def test_a_long_street_is_broken_between_words() -> None:
    long = replace(CUSTOMER, lines=("1200 North Pennsylvania Avenue Northwest Building Seven", "Apt 4"))
    lines = street_lines(long, width=35, count=3, carrier="UPS")
    assert lines == ["1200 North Pennsylvania Avenue", "Northwest Building Seven", "Apt 4"]


@pytest.mark.parametrize("lines", [(), ("",), ("a", "b"), ("x" * 30,)])
def test_a_street_that_does_not_fit_is_not_cut(lines: tuple[str, ...]) -> None:
    with pytest.raises(errors.Usage, match="UPS"):
        street_lines(replace(CUSTOMER, lines=lines), width=20, count=1, carrier="UPS")


@pytest.mark.parametrize(
    ("given", "found"),
    [("+1 (901) 555-1234", "9015551234"), ("901.555.1234", "9015551234"), ("555-1234", ""), ("", "")],
)
def test_phone(given: str, found: str) -> None:
    assert phone(replace(CUSTOMER, phone=given)) == found


def test_names_and_postcodes() -> None:
    assert first_and_last(replace(CUSTOMER, name=" Jane  van der Doe "), "USPS") == ("Jane", "van der Doe")
    assert zip5(replace(CUSTOMER, postal_code="38017-1234"), "USPS") == "38017"
    for bad in (replace(CUSTOMER, postal_code="3801"), replace(CUSTOMER, country="CA")):
        with pytest.raises(errors.Usage):
            zip5(bad, "USPS")
    for name in ("", "Jane", "Jane "):
        with pytest.raises(errors.Usage):
            first_and_last(replace(CUSTOMER, name=name), "USPS")


def test_measures_are_rounded_up() -> None:
    package = Package(weight_lb=1.001, length_in=2.01, width_in=8, height_in=0.1)
    assert (pounds(package), inches(package)) == (1.01, (8, 3, 1))
    assert pounds(replace(package, weight_lb=0)) == 0.01
    assert pounds(replace(package, weight_lb=1.1)) == 1.1


@pytest.mark.parametrize(
    ("data", "media"),
    [
        (b"%PDF-1.7", "pdf"),
        (b"\x89PNG\r\n", "png"),
        (b"GIF89a", "gif"),
        (b"^XA^FO", "zpl"),
        (b"\xff\xd8\xff", "jpg"),
    ],
)
def test_pictures(data: bytes, media: str) -> None:
    assert decoded_label(base64.b64encode(data).decode()) == (media, data)
    assert decoded_label("\n".join(base64.b64encode(data).decode())) == (media, data)


@pytest.mark.parametrize(
    "image", [None, 7, "", "%%", "<html>", base64.b64encode(b"MZ").decode(), "A" * LABEL_BYTES * 2]
)
def test_no_pictures(image: object) -> None:
    assert decoded_label(image) is None
