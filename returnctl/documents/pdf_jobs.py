"""The child process that opens a PDF of others: `python -m returnctl.documents.pdf_jobs JOB MAX_PAGES`.

Takes the PDF on standard input and answers on standard output with a `guard.Reply` in msgpack. It limits
itself before it looks at the first byte; the kernel ends it when it goes beyond.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import math
import resource
import signal
import sys
from typing import cast

import msgspec

from returnctl.documents.guard import CPU_SECONDS, MEMORY_BYTES, Job, Reply
from returnctl.errors import Refused

_AGAIN = "Open it in a viewer, print it to a new PDF and give that."


def main() -> None:
    """Limits this process, does the job, answers."""
    gc.disable()  # imports make no rubbish: looking for it is half of their time
    job, max_pages = cast(Job, sys.argv[1]), int(sys.argv[2])
    data = sys.stdin.buffer.read()
    # Before the clock runs: a slow machine needs long to import, which is no fault of the file.
    import pypdf  # noqa: F401 - used by the job

    gc.freeze()
    gc.enable()

    # A dossier's files are unpacked, some of them twice, and hashed.
    large = len(data) if job == "dossier" else 0
    _limit(CPU_SECONDS[job] + large / 10_000_000, MEMORY_BYTES + 4 * large)
    logging.disable(logging.CRITICAL)
    sys.stdout.buffer.write(msgspec.msgpack.encode(_answer(job, data, max_pages)))
    gc.freeze()


def _limit(seconds: float, memory: int) -> None:
    """Of processor time, also for the programs that it starts, and of memory."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    with contextlib.suppress(ValueError, OSError):  # macOS knows no limit of the address space
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    whole = math.ceil(seconds + CPU_SECONDS["read"]) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (whole, whole))


def _texts(data: bytes) -> tuple[str, ...]:
    """What can be read of a label that was rebuilt; nothing where that takes too long, for the label is good."""
    from returnctl.documents import pdf_read

    signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS["read"])
    try:
        return pdf_read.texts(data)
    except Exception:  # noqa: BLE001 - as below; also the end of the time
        return ()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _stop(*_: object) -> None:
    raise TimeoutError


def _answer(job: Job, data: bytes, max_pages: int) -> Reply:
    from returnctl.documents import dossier_seal, pdf_read, pdf_rebuild

    try:
        if job == "read":
            return Reply(texts=pdf_read.texts(data))
        if job == "dossier":
            return Reply(data=msgspec.msgpack.encode(dossier_seal.contents(data)))
        rebuilt, pages = pdf_rebuild.rebuild(data, max_pages=max_pages)
        return Reply(data=rebuilt, pages=pages, texts=_texts(rebuilt) if job == "label" else ())
    except Refused as refusal:
        return Reply(refused=refusal.message, hint=refusal.hint)
    except (MemoryError, RecursionError):
        return Reply(refused="the PDF is built so that reading it fills the memory", hint=_AGAIN)
    except Exception:  # noqa: BLE001 - a broken file may raise anything in the library that reads it
        return Reply(refused="the PDF is damaged and can't be read", hint=_AGAIN)


if __name__ == "__main__":
    main()
