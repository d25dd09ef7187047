"""Arabic joins, right-to-left text stands as it is read."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnctl.documents.scripts import clean, is_right_to_left, shape, visual


def test_letters_join_by_their_neighbours() -> None:
    assert shape("محمد") == "\ufee3\ufea4\ufee4\ufeaa"  # initial, medial, medial, final


def test_a_letter_that_does_not_reach_on_ends_the_joining() -> None:
    assert shape("دار") == "\ufea9\ufe8d\ufead"  # three isolated forms


def test_lam_and_alef_are_one() -> None:
    assert shape("لا") == "\ufefb"
    assert shape("سلا") == "\ufeb3\ufefc"


def test_persian_letters_join_too() -> None:
    assert shape("پگ") == "\ufb58\ufb93"


def test_vowel_points_are_left_out() -> None:
    assert shape("مُحَمَّد") == shape("محمد")


def test_a_mark_that_belongs_to_its_letter_stays() -> None:
    assert shape(clean("ا\u0653")) == "\ufe81"  # alef and madda compose


@pytest.mark.parametrize(
    ("logical", "seen"),
    [
        ("abc", "abc"),
        ("שלום", "םולש"),
        ("Name: שלום!", "Name: םולש!"),
        ("שלום (123) abc", "abc (123) םולש"),
        ("דגם 12.5", "12.5 םגד"),
        ("شقة 12", "12 ةقش"),
        ("iPhone שחור 64GB", "iPhone 64 רוחשGB"),
        ("", ""),
    ],
)
def test_order_on_paper(logical: str, seen: str) -> None:
    assert visual(logical) == seen


@pytest.mark.parametrize(
    ("text", "answer"), [("abc שלום", False), ("12 שלום abc", True), ("123", False), ("", False)]
)
def test_direction_is_that_of_the_first_letter(text: str, answer: bool) -> None:
    assert is_right_to_left(text) is answer


@given(st.text())
def test_order_loses_nothing(text: str) -> None:
    mirrored = str.maketrans("()[]{}<>«»", ")(][}{><»«")
    assert sorted(visual(text).translate(mirrored) + visual(text)) == sorted(text.translate(mirrored) + text)


@given(st.text())
def test_clean_text_has_no_control_character(text: str) -> None:
    cleaned = clean(text)
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in cleaned)
    assert clean(cleaned) == cleaned


@given(st.text(alphabet=st.characters(min_codepoint=0x590, max_codepoint=0x6FF)))
def test_shaping_never_fails_and_is_stable(text: str) -> None:
    assert shape(shape(text)) == shape(text)
