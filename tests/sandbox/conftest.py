"""One sandbox for all tests of the room: a real server on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from returnctl.sandbox import client
from returnctl.sandbox.server import running
from tests.sandbox.desk import Desk
from tests.sandbox.speaking import Speaker


@pytest.fixture(scope="session")
def served() -> Iterator[str]:
    with running(orders=3, faults="retry-after:0") as url:
        yield url


@pytest.fixture
def url(served: str) -> str:
    """The sandbox as seeded (by the clock as it is now), without faults."""
    client.faults(served, "none")
    client.reset(served)
    return served


@pytest.fixture
def speak(url: str) -> Iterator[Speaker]:
    with Speaker(url) as speaker:
        yield speaker


@pytest.fixture
def desk(url: str) -> Iterator[Desk]:
    with Desk(url) as desk:
        yield desk
