"""The slip's facts in words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from returnctl.documents.facts import SlipFacts, in_words


def facts(**changes: Any) -> SlipFacts:
    values: dict[str, Any] = {
        "marketplace": "M",
        "name": "N",
        "order": "1",
        "kind": "audio",
        "reason": "other",
        "wants": "repair",
    }
    return SlipFacts(**(values | changes))


def test_a_date_reads_the_same_everywhere() -> None:
    assert in_words(date(2026, 3, 4)) == "4 Mar 2026"


@pytest.mark.parametrize(
    ("brand", "model", "words"),
    [
        ("", "", "Audio"),
        ("Sony", "", "Sony (audio)"),
        ("Sony", "XM5", "Sony XM5 (audio)"),
        ("", "XM5", "XM5 (audio)"),
    ],
)
def test_the_device_in_words(brand: str, model: str, words: str) -> None:
    assert facts(brand=brand, model=model).device == words


def test_words_of_the_command_line_become_english() -> None:
    assert facts(reason="changed-mind").reason_in_words == "Changed my mind"
    assert facts(reason="It hums").reason_in_words == "It hums"
    assert facts(wants="exchange").wish_in_words == "Exchange"


def test_what_is_not_known_has_no_row() -> None:
    assert [caption for caption, _ in facts().rows()] == ["Name", "Device"]


def test_repr_names_every_field_and_hides_the_code() -> None:
    assert "unlock_code=***" in repr(facts(unlock_code="1234"))
    assert "unlock_code=None" in repr(facts())
    assert "order='1'" in repr(facts())
