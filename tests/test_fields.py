"""`--field`: one value of the document, as a script wants it."""

from __future__ import annotations

from typing import Any

import pytest

from returnctl import fields
from returnctl.errors import Usage

DOCUMENT = {"next": {"command": ["returnctl", "photos"], "due": None}, "sent": True, "n": 7, "gone": None}


@pytest.mark.parametrize(
    ("field", "text"),
    [("next.command.1", "photos"), ("next.due", ""), ("sent", "true"), ("n", "7"), ("gone.deeper", "")],
)
def test_a_value(field: str, text: str) -> None:
    assert fields.raw(fields.pick(DOCUMENT, field)) == text


def test_all_that_is_behind_a_key() -> None:
    assert fields.pick(DOCUMENT, "next.command") == ["returnctl", "photos"]


@pytest.mark.parametrize(
    ("field", "way"),
    [
        ("nxt", "did you mean `next`?"),
        ("zzz", "there are next, sent, n, gone"),
        ("next.command.2", "a list of 2"),
        ("next.command.-1", "a list of 2"),
        ("n.x", "nothing is behind it"),
        ("", "there are"),
    ],
)
def test_what_is_not_there(field: str, way: str) -> None:
    with pytest.raises(Usage) as caught:
        fields.pick(DOCUMENT, field)
    assert way in str(caught.value.hint)


def test_of_a_list_without_anything() -> None:
    content: Any = {"returns": []}
    with pytest.raises(Usage, match="no “0”"):
        fields.pick(content, "returns.0")
