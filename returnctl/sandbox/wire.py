"""Reading what carriers' clients send: lists that may be one, and the two ways to say who lives where."""

from __future__ import annotations

from typing import Any, TypeVar

Thing = TypeVar("Thing")


def as_list(value: list[Thing] | Thing | None) -> list[Thing]:
    """A list, where a single thing may stand for a list of one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def address(
    *, name: str, street: list[str], city: str, state: str | None, postcode: str, country: str = "US"
) -> dict[str, Any]:
    """An address as the marketplace's contract has it."""
    return {
        "name": name or "-",
        "street": [line for line in street if line] or ["-"],
        "city": city,
        "state": state,
        "postcode": postcode,
        "country": country,
    }
