"""The child process that opens PDFs of others: `python -m returnctl.documents.pdf_jobs`.

Takes pairs of frames on standard input, (job, most pages, poppler's program) and the PDF, and answers each on standard
output with a `guard.Reply`, until standard input ends. It limits itself before it looks at the first byte of a PDF; the
kernel ends it when it goes beyond.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import math
import resource
import signal
import sys
import time
from collections.abc import Iterator

import msgspec

from returnctl.children import receive, send, worn
from returnctl.documents.guard import CPU_SECONDS, MEMORY_BYTES, Job, Reply
from returnctl.errors import Refused
from returnctl.forms import ready

_AGAIN = "Open it in a viewer, print it to a new PDF and give that."
_FILLS = Reply(refused="the PDF is built so that reading it fills the memory", hint=_AGAIN)


def main() -> None:
    """Does one job after the other, each under limits of its own."""
    answers = sys.stdout.buffer
    sys.stdout = sys.stderr  # a library that prints would be taken for an answer
    gc.disable()  # imports make no rubbish: looking for it is half of their time
    # Before the clock runs: a slow machine needs long to import, which is no fault of the file.
    import pypdf  # noqa: F401 - used by the jobs

    gc.freeze()
    gc.enable()
    logging.disable(logging.CRITICAL)
    fresh = True
    while (head := receive(sys.stdin.buffer)) is not None and (data := receive(sys.stdin.buffer)) is not None:
        job, max_pages, renderer = msgspec.msgpack.decode(head, type=ready(tuple[Job, int, str | None]))
        with _limits(job, len(data)):
            reply = _answer(job, data, max_pages, renderer)
        if reply is _FILLS and not fresh:
            worn()
        send(answers, msgspec.msgpack.encode(reply))
        fresh = False


@contextlib.contextmanager
def _limits(job: Job, size: int) -> Iterator[None]:
    """Of processor time, also for the programs that it starts, and of memory, for a PDF of `size` bytes."""
    # A dossier's files are unpacked, some of them twice, and hashed.
    large = size if job == "dossier" else 0
    seconds = CPU_SECONDS[job] + large / 10_000_000
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    _at_most(resource.RLIMIT_CPU, math.ceil(time.process_time() + seconds + CPU_SECONDS["read"]) + 1)
    _at_most(resource.RLIMIT_AS, MEMORY_BYTES + 4 * large)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        _at_most(resource.RLIMIT_AS, resource.RLIM_INFINITY)


def _at_most(what: int, wanted: int) -> None:
    _, most = resource.getrlimit(what)
    with contextlib.suppress(ValueError, OSError):  # macOS knows no limit of the address space
        resource.setrlimit(what, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most))


def _texts(data: bytes, renderer: str | None) -> tuple[str, ...]:
    """What can be read of a label that was rebuilt; nothing where that takes too long, for the label is good."""
    from returnctl.documents import pdf_read

    signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS["read"])
    try:
        return pdf_read.texts(data, renderer)
    except Exception:  # noqa: BLE001 - as below; also the end of the time
        return ()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _stop(*_: object) -> None:
    raise TimeoutError


def _answer(job: Job, data: bytes, max_pages: int, renderer: str | None) -> Reply:
    from returnctl.documents import dossier_seal, pdf_read, pdf_rebuild

    try:
        if job == "read":
            return Reply(texts=pdf_read.texts(data, renderer))
        if job == "dossier":
            return Reply(data=msgspec.msgpack.encode(dossier_seal.contents(data)))
        rebuilt, pages = pdf_rebuild.rebuild(data, max_pages=max_pages)
        return Reply(data=rebuilt, pages=pages, texts=_texts(rebuilt, renderer) if job == "label" else ())
    except Refused as refusal:
        return Reply(refused=refusal.message, hint=refusal.hint)
    except (MemoryError, RecursionError):
        return _FILLS
    except Exception:  # noqa: BLE001 - a broken file may raise anything in the library that reads it
        return Reply(refused="the PDF is damaged and can't be read", hint=_AGAIN)


if __name__ == "__main__":
    main()
