"""Gives every hostile PDF to `accept_label` and answers with what came of it, as msgpack on standard output.

The kinds that are named on the command line are measured, each in a child that is started for it.
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
    """The rebuilt PDF or the refusal; of a child of its own processor seconds, and the peak memory of all so far."""

    data: bytes = b""
    refused: str = ""
    seconds: float | None = None
    mebibytes: float | None = None


def attempt(data: bytes) -> Outcome:
    try:
        return Outcome(data=accept_label(data).data)
    except Refused as refusal:
        return Outcome(refused=refusal.message)


def alone(data: bytes) -> Outcome:
    """In a child of its own, which is measured."""
    guard._children.close()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    outcome = attempt(data)
    guard._children.close()  # a child counts once it has ended
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return msgspec.structs.replace(outcome, seconds=seconds, mebibytes=after.ru_maxrss / 1024)


if __name__ == "__main__":
    measured = set(sys.argv[1:])
    outcomes = {
        kind: (alone if kind in measured else attempt)(build()) for kind, build in hostile.KINDS.items()
    }
    sys.stdout.buffer.write(msgspec.msgpack.encode(outcomes))
