from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.commands.world import Sandbox
from tests.faults.gate import Gate


@pytest.fixture
def gate(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """Stands in front of the sandbox; the profile leads to it."""
    with Gate(sandbox.url) as opened:
        monkeypatch.setenv("RETURNCTL_SANDBOX_URL", opened.url)
        yield opened
