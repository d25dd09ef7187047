"""The buyer of a return, writing into the conversation with their own account."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

import requests

from tests.commands.world import Sandbox


def write(
    sandbox: Sandbox, text: str, case: str = "R10000006-1", files: Mapping[str, bytes] | None = None
) -> None:
    """A message of the buyer's, with its files by name."""
    parts = [("text", (None, text))]
    parts += [("attachment", (name, content)) for name, content in (files or {}).items()]  # type: ignore[misc]  # a file's part has a name
    answer = requests.post(
        f"{sandbox.url}/v1/returns/{case}/messages",
        headers={"Authorization": "Bearer a-person", "Idempotency-Key": str(uuid.uuid4())},
        files=parts,
        timeout=10,
    )
    assert answer.status_code == 201, answer.text
