"""Gives every hostile PDF to `accept_label` and answers with what came of it, as msgpack on standard output.

In a process of its own (`python -m tests.documents.try_hostile`), as a child's peak memory counts from the size
of the process that started it.
"""

from __future__ import annotations

import resource
import sys

import msgspec

from returnctl.documents import guard
from returnctl.documents.label import accept_label
from returnctl.errors import Refused
from tests.documents import hostile


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """The rebuilt PDF or the refusal; processor seconds; the peak memory of all children so far."""

    data: bytes = b""
    refused: str = ""
    seconds: float
    mebibytes: float


def attempt(data: bytes) -> Outcome:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    rebuilt, refused = b"", ""
    try:
        rebuilt = accept_label(data).data
    except Refused as refusal:
        refused = refusal.message
    guard._children.close()  # a child counts once it has ended
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Outcome(data=rebuilt, refused=refused, seconds=seconds, mebibytes=after.ru_maxrss / 1024)


if __name__ == "__main__":
    outcomes = {kind: attempt(build()) for kind, build in hostile.KINDS.items()}
    sys.stdout.buffer.write(msgspec.msgpack.encode(outcomes))
