"""IMEIs as people and devices write them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnctl.errors import Refused
from returnctl.evidence.imei import is_imei, luhn_digit, parse_imei, shorten

VALID = "490154203237518"  # the example of 3GPP TS 23.003's readers everywhere


@pytest.mark.parametrize(
    "text",
    [
        VALID, "49 015420 323751 8", "49-015420-323751-8", "490154.20.323751.8", " 490154203237518\n",
        "IMEI: 490154203237518", "IMEI1: 490154203237518", "IMEI 1: 490154203237518", "imei 490154203237518",
        "IMEI (SIM 1): 490154203237518", "IMEI/MEID 490154203237518", "IMEI:490154203237518",
        "４９０１５４２０３２３７５１８",
        "49\u2013015420\u2013323751\u20138", "٤٩٠١٥٤٢٠٣٢٣٧٥١٨",
    ],
)  # fmt: skip
def test_fifteen_digits_in_any_writing(text: str) -> None:
    imei = parse_imei(text)
    assert (imei.digits, imei.software_version, imei.check_digit_added) == (VALID, None, False)
    assert (imei.tac, imei.serial, imei.hint) == ("49015420", "323751", None)


def test_a_label_does_not_eat_a_digit() -> None:
    assert parse_imei("IMEI 35 693803 564380 9").digits == "356938035643809"
    assert parse_imei("IMEI2: 356938035643809").digits == "356938035643809"
    assert parse_imei("IMEI2 356938035643809").digits == "356938035643809"
    digits = "10693803564380"
    assert parse_imei(f"IMEI {digits}{luhn_digit(digits)}").digits[:14] == digits


def test_fourteen_digits_get_their_check_digit_and_say_so() -> None:
    imei = parse_imei(VALID[:14])
    assert (imei.digits, imei.check_digit_added) == (VALID, True)
    assert imei.hint
    assert "worked out" in imei.hint


def test_sixteen_digits_are_an_imeisv() -> None:
    imei = parse_imei("49-015420-323751-05")
    assert (imei.digits, imei.software_version, imei.check_digit_added) == (VALID, "05", True)


def test_seventeen_digits_are_what_samsung_prints() -> None:
    imei = parse_imei("490154203237518 / 05")
    assert (imei.digits, imei.software_version, imei.check_digit_added) == (VALID, "05", False)
    assert parse_imei("IMEI / SV 490154203237518/05") == imei


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("490154203237581", "swapped"), ("490154203237519", "a digit is wrong"),
        ("49015420323751905", "a digit is wrong"),
        ("000000000000000", "the same"), ("11111111111111", "the same"), ("1111111111111111", "the same"),
        ("", "digits only"), ("no idea", "digits only"), ("49015420323751X", "digits only"),
        ("4901542032375", "has 15 digits, this has 13"), ("490154203237518012", "this has 18"),
        ("A0000012345678", "MEID"), ("89049032005008882600033489123456", "EID"), ("8949022000009876543", "SIM card"),
    ],
)  # fmt: skip
def test_what_is_none_says_why_and_not_the_number(text: str, why: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_imei(text)
    assert why in refused.value.message
    assert refused.value.hint
    assert "*#06#" in refused.value.hint
    assert len(text) < 5 or text not in refused.value.message


def test_an_unusual_beginning_is_a_hint() -> None:
    digits = "23456789012345"
    imei = parse_imei(digits + luhn_digit(digits))
    assert imei.hint
    assert "unusual" in imei.hint


def test_shortened_for_people() -> None:
    assert parse_imei(VALID).short == "49…518"
    assert shorten("SBX0000001") == "SB…001"
    assert shorten("12345") == "…"


fourteen = st.from_regex(r"(01|35|86|99)[0-9]{12}", fullmatch=True).filter(
    lambda digits: len(set(digits)) > 1
)


@given(fourteen)
def test_each_made_imei_is_read(payload: str) -> None:
    digits = payload + luhn_digit(payload)
    assert parse_imei(digits).digits == digits
    assert is_imei(digits)


@given(fourteen, st.integers(0, 14), st.integers(1, 9))
def test_each_wrong_digit_is_noticed(payload: str, place: int, by: int) -> None:
    digits = payload + luhn_digit(payload)
    wrong = digits[:place] + str((int(digits[place]) + by) % 10) + digits[place + 1 :]
    with pytest.raises(Refused):
        parse_imei(wrong)


@given(fourteen, st.integers(0, 13))
def test_each_swap_but_of_0_and_9_is_noticed(payload: str, place: int) -> None:
    digits = payload + luhn_digit(payload)
    one, other = digits[place], digits[place + 1]
    if {one, other} == {"0", "9"} or one == other:
        return
    with pytest.raises(Refused):
        parse_imei(digits[:place] + other + one + digits[place + 2 :])


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Refused):
        assert len(parse_imei(text).digits) == 15
