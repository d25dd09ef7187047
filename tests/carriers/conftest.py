"""What the tests of sending share."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from returnctl.http import Http

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def slept() -> list[float]:
    """How long was waited, instead of waiting."""
    return []


@pytest.fixture
def http(slept: list[float], monkeypatch: pytest.MonkeyPatch) -> Http:
    """At a fixed time, without anything of the machine's own certificates."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    return Http(user_agent="returnctl/test", sleep=slept.append, now=lambda: NOW)
