"""What reading each hostile PDF costs: `python -m tests.documents.measure_hostile` prints it as JSON."""

from __future__ import annotations

import contextlib
import json
import resource

from returnctl.documents.label import accept_label
from returnctl.errors import Refused
from tests.documents import hostile


def measure(data: bytes) -> dict[str, float]:
    """Processor seconds of the child that reads `data`, and the peak memory of all children so far."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with contextlib.suppress(Refused):
        accept_label(data)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": seconds, "mebibytes": after.ru_maxrss / 1024}


if __name__ == "__main__":
    print(json.dumps({kind: measure(build()) for kind, build in hostile.KINDS.items()}))  # noqa: T201 - its answer
