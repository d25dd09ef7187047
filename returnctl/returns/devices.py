"""Kinds of device: the views of a photo set, the accounts to leave, what goes into the parcel.

The facts are data (`devices.toml`): the marketplace's own pages disagree, and change.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any


@functools.cache
def _data() -> dict[str, Any]:
    import tomllib

    return tomllib.loads(Path(__file__).with_name("devices.toml").read_text(encoding="utf-8"))


def views(kind: str) -> tuple[str, ...]:
    """The named views of a photo set, in the order in which one takes them."""
    return tuple(_data()["views"][kind])


def has_imei(kind: str) -> bool:
    return kind in _data()["imei"]["kinds"]


def accounts(kind: str, brand: str | None) -> tuple[str, ...]:
    """The accounts that may hold a device of this kind and brand; empty where none can lock it."""
    by_brand = _data()["accounts"][kind]
    return tuple(by_brand.get((brand or "").strip().lower(), by_brand["*"]))


def packing_list(kind: str) -> tuple[str, ...]:
    return tuple(_data()["packing"][kind])


def parcel(kind: str) -> tuple[float, tuple[float, float, float]]:
    """Weight in pounds and size in inches of a packed device of this kind."""
    found = _data()["parcel"][kind]
    length, width, height = found["size_in"]
    return found["weight_lb"], (length, width, height)


def guide(account: str) -> tuple[str, tuple[str, ...]]:
    """Title and steps of how to leave an account and prove it."""
    found = _data()["guides"][account]
    return found["title"], tuple(found["steps"])


def before_erasing(kind: str) -> tuple[str, ...]:
    """What to do before the device is erased."""
    before = _data()["before"]
    return (*before["all"], *before.get(kind, ()))
