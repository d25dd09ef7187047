"""What to do with a device before it goes back: its number, a back-up, its accounts, the parcel. Words alone.

The words are data (`guide.toml`); the steps for each account and the parcel's contents are those of `devices`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from returnctl.returns import devices


class Section(Struct, frozen=True, kw_only=True):
    """A few steps under a title; `topic` is one of `vocabulary.TOPICS`."""

    topic: str
    title: str
    steps: tuple[str, ...]


@functools.cache
def _data() -> dict[str, Any]:
    import tomllib

    return tomllib.loads(Path(__file__).with_name("guide.toml").read_text(encoding="utf-8"))


def sections(
    topics: Iterable[str], kind: str, brand: str | None, accounts: tuple[str, ...] | None = None
) -> tuple[Section, ...]:
    """The sections of these topics for a device; `accounts` are those to leave, the device's usual ones if None."""
    to_leave = devices.accounts(kind, brand) if accounts is None else accounts
    return tuple(section for topic in topics for section in _of(topic, kind, brand, to_leave))


def _of(topic: str, kind: str, brand: str | None, accounts: tuple[str, ...]) -> Iterator[Section]:
    by_brand = _data()[topic][kind]
    for name in by_brand.get((brand or "").strip().lower(), by_brand["*"]):
        if name == "accounts":
            yield from (_of_account(topic, account) for account in accounts)
        elif name == "contents":
            yield Section(topic=topic, title="Put in", steps=devices.packing_list(kind))
        else:
            text = _data()["texts"][name]
            yield Section(topic=topic, title=text["title"], steps=tuple(text["steps"]))


def _of_account(topic: str, account: str) -> Section:
    title, steps = devices.guide(account)
    return Section(topic=topic, title=title, steps=steps)
