"""Looking for rubbish: a batch does it often and leaves the process as it was."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from returnctl import rubbish


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    before = gc.get_threshold()
    gc.unfreeze()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def test_for_now_is_taken_back() -> None:
    before = gc.get_threshold(), gc.get_freeze_count()
    with rubbish.often_for_now():
        assert gc.get_threshold()[0] < 10_000
        assert gc.get_freeze_count() > before[1]
    assert (gc.get_threshold(), gc.get_freeze_count()) == before


def test_often_lasts() -> None:
    rubbish.seldom()
    seldom = gc.get_threshold()[0]
    rubbish.often()
    gc.collect()
    assert gc.get_threshold()[0] < seldom
