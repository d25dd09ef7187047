"""The child process that looks at pictures for a batch: `python -m returnctl.evidence.picture_jobs`.

Takes frames of (job, arguments) on standard input and answers each on standard output with an `eyes.Reply`, until
standard input ends. The kernel ends it when it goes beyond its memory or time.
"""

from __future__ import annotations

import contextlib
import resource
import signal
import sys
from pathlib import Path
from typing import Any

import msgspec

from returnctl.children import receive, send, worn
from returnctl.errors import ReturnctlError
from returnctl.evidence.duplicates import Fingerprint
from returnctl.evidence.eyes import JOBS, Reply, function
from returnctl.evidence.problems import BadPicture
from returnctl.forms import ready

MEMORY_BYTES = 2 * 1024**3
"""Of addresses, which the numeric libraries take generously; a decoded picture of 50 megapixels has 150 MB."""
CPU_SECONDS = 60.0

_PICTURES = {"path", "source"}
_FINGERPRINTS = {"known", "others"}
_FILLS = Reply(
    refused="One of these pictures is built so that looking at it fills the memory.",
    hint="Take it again with a phone, or save it as JPEG.",
)


def main() -> None:
    """Limits this process, then does one job after the other."""
    answers = sys.stdout.buffer
    sys.stdout = sys.stderr  # a library that prints would be taken for an answer
    import imagehash  # noqa: F401 - before the clock runs: it takes long, which is no fault of a picture

    with contextlib.suppress(ValueError, OSError):  # macOS knows no limit of the address space
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    fresh = True
    while (content := receive(sys.stdin.buffer)) is not None:
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
        job, given = msgspec.msgpack.decode(content)
        answer = _answer(job, given)
        signal.setitimer(signal.ITIMER_PROF, 0)
        if answer is _FILLS and not fresh:
            worn()
        send(answers, msgspec.msgpack.encode(answer))
        fresh = False


def _answer(job: str, given: dict[str, Any]) -> Reply:
    assert job in JOBS
    try:
        found = function(job)(**{name: _argument(name, value) for name, value in given.items()})
    except BadPicture as error:
        return Reply(refused=error.message, hint=error.hint, problem=error.problem)
    except ReturnctlError as error:
        return Reply(refused=error.message, hint=error.hint)
    except (MemoryError, RecursionError):
        return _FILLS
    return Reply(result=msgspec.Raw(msgspec.msgpack.encode(found)))


def _argument(name: str, value: Any) -> Any:
    if name in _PICTURES:
        return Path(value)
    if name == "photos":
        return {view: Path(path) for view, path in value.items()}
    return msgspec.convert(value, ready(dict[str, Fingerprint])) if name in _FINGERPRINTS else value


if __name__ == "__main__":
    main()
