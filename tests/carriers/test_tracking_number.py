"""Numbers: every published vector, the ambiguities, the links."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnctl.carriers.tracking_number import (
    DROP_OFF_PAGES,
    LINKS,
    PICKUP_PAGES,
    checked,
    link,
    normalise,
    recognise,
    recognition,
)
from returnctl.errors import Usage

# What the published forms are called among ours.
FORMS = {
    "UPS": {"1Z"},
    "UPS Waybill": {"waybill"},
    "USPS 20": {"20 digits"},
    "USPS IMpb N": {"IMpb"},
    "USPS IMpb C": {"IMpb"},
    "USPS Legacy": {"20 digits", "IMpb"},
    "FedEx Express (12)": {"Express (12)"},
    "FedEx Express (34)": {"Express (34)"},
    "FedEx ASTRA (32)": {"ASTRA (32)"},
    "FedEx Ground": {"Ground (15)"},
    "FedEx Ground (SSCC-18)": {"SSCC-18"},
    "FedEx Ground 96 (22)": {"Ground 96 (22)"},
    "FedEx Ground GSN": {"Ground 96 (34)"},
    "S10": {"S10"},
}


def _vectors() -> list[pytest.param]:  # type: ignore[valid-type]
    specs = os.environ.get("RETURNCTL_SPECS")
    if not specs:
        return []
    found = []
    for path in sorted((Path(specs) / "tracking_numbers").glob("*.json")):
        for entry in json.loads(path.read_text(encoding="utf-8"))["tracking_numbers"]:
            for verdict in ("valid", "invalid"):
                for number in entry["test_numbers"][verdict]:
                    found.append(
                        pytest.param(
                            path.stem, entry["name"], verdict, number, id=f"{entry['name']}-{number}"
                        )
                    )
    return found


def test_the_vectors_are_there() -> None:
    if not os.environ.get("RETURNCTL_SPECS"):
        if "specs" in os.environ.get("RETURNCTL_REQUIRE", ""):
            pytest.fail("RETURNCTL_REQUIRE names the specs, but RETURNCTL_SPECS is not set")
        pytest.skip("RETURNCTL_SPECS is not set: the published tracking numbers are not here")
    assert len(_vectors()) > 90


@pytest.mark.parametrize(("courier", "name", "verdict", "number"), _vectors())
def test_published_vectors(courier: str, name: str, verdict: str, number: str) -> None:
    carrier = courier if courier != "s10" else "usps" if number.endswith("US") else "other"
    ours = [match for match in recognise(number) if match.form in FORMS[name] and match.carrier == carrier]
    if verdict == "valid":
        assert [match.check for match in ours] == ["right"]
        assert recognition(number).carrier == carrier
    else:
        assert "right" not in [match.check for match in ours]


@pytest.mark.parametrize(
    ("number", "carrier"),
    [
        ("1Z5R89390357567127", "ups"),
        ("1Z999AA10123456784", "ups"),
        ("1zxx3150yw44070023", "ups"),
        ("K1506235620", "ups"),
        ("0307 1790 0005 2348 3741", "usps"),
        ("9400111206206406260787", "usps"),
        ("9400-1112-0620-6406-2607-87", "usps"),
        ("420787459400111206206406260787", "usps"),
        ("92026124161170148800003176", "usps"),
        ("RB123456785US", "usps"),
        ("RB123456785GB", "other"),
        ("986578788855", "fedex"),
        ("122816215025810", "fedex"),
        ("041441760228964", "fedex"),
    ],
)
def test_right_numbers(number: str, carrier: str) -> None:
    found = recognition(number)
    assert (found.carrier, found.check, found.warning) == (carrier, "right", "")


@pytest.mark.parametrize(
    ("number", "carrier"),
    [
        ("1Z12345E0205271688", "ups"),
        ("1Z12345E1305277940", "ups"),
        ("9405509898644824249889", "usps"),
        ("9262593519935271903671", "usps"),
    ],
)
def test_wrong_check_digits_of_the_manuals_are_a_warning(number: str, carrier: str) -> None:
    found = recognition(number)
    assert (found.carrier, found.check) == (carrier, "wrong")
    assert "check digit" in found.warning


def test_a_usps_barcode_is_not_one_of_fedex() -> None:
    best = recognise("4201028200009261290113185417468510")[0]
    assert (best.carrier, best.check) == ("usps", "right")


def test_ambiguity_is_said() -> None:
    """Found by search: 34 digits that pass for both."""
    both = next(
        number
        for number in (
            f"42010282000092612901131854{serial:07d}{check}" for serial in range(999) for check in range(10)
        )
        if {match.carrier for match in recognise(number) if match.check == "right"} == {"usps", "fedex"}
    )
    found = recognition(both)
    assert (found.carrier, found.also) == ("usps", ("fedex",))
    assert "FedEx" in found.warning


@pytest.mark.parametrize("number", ["", "hello", "12345", "2Z5R89390357567127", "RB123456785XX", "1" * 60])
def test_numbers_of_nobody(number: str) -> None:
    found = recognition(number)
    assert found.carrier is None
    assert found.warning


def test_links() -> None:
    assert link("ups", " 1z 999aa1 ") == "https://www.ups.com/track?tracknum=1Z999AA1"
    assert link("usps", "9400 1") == "https://tools.usps.com/go/TrackConfirmAction?tLabels=94001"
    assert link("fedex", "a/b?c&d") == "https://www.fedex.com/fedextrack/?trknbr=A%2FB%3FC%26D"
    assert link("other", "1") is None
    assert set(LINKS) == set(DROP_OFF_PAGES) == {"ups", "usps", "fedex"}
    assert set(PICKUP_PAGES) == {"usps", "fedex"}


@pytest.mark.parametrize(
    "number", ["", "a/b", "../../etc", "1Z\x00", "\u0661\u0662\u0663\u0664\u0665x!", "x" * 50]
)
def test_rubbish_gets_into_no_address(number: str) -> None:
    with pytest.raises(Usage):
        checked(number)


def test_numbers_from_a_page() -> None:
    assert normalise(" 1z\u00a0999\u2011aa1.01 23-456784 ") == "1Z999AA10123456784"
    assert normalise("\uff11\uff3a") == "1Z"


@given(st.text(max_size=60) | st.from_regex(r"[0-9A-Z ]{8,40}", fullmatch=True))
def test_anything_may_be_asked(number: str) -> None:
    found = recognition(number)
    assert (found.carrier is None) == (recognise(number) == [])
