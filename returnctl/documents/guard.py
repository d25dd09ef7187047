"""PDFs of others are opened in a process of their own, with little time and memory.

A hostile PDF can make any reader work for ever or fill the memory. The child that opens it may use
little processor time and 256 MiB, and for a dossier some times its size more, whatever the file says; when it needs
more, the file is refused.
"""

from __future__ import annotations

import shutil
from typing import Literal

import msgspec

from returnctl.children import Children
from returnctl.errors import Refused
from returnctl.forms import ready

Job = Literal["rebuild", "label", "read", "dossier"]

MAX_BYTES = 10 * 1024 * 1024
CPU_SECONDS: dict[Job, float] = {"rebuild": 1.5, "label": 1.5, "read": 4.0, "dossier": 3.0}
MEMORY_BYTES = 256 * 1024 * 1024
_WALL_SECONDS = {"rebuild": 60, "label": 60, "read": 60, "dossier": 120}
"""The child counts its own processor time; this is for a machine that is asleep or swapping."""

_children = Children("returnctl.documents.pdf_jobs", often=50)


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What the child found: a rebuilt PDF, a dossier's contents in msgpack, texts, or why it is refused."""

    data: bytes = b""
    pages: int = 0
    texts: tuple[str, ...] = ()
    refused: str | None = None
    hint: str | None = None


def run(job: Job, data: bytes, *, noun: str, max_pages: int) -> Reply:
    """Has `data` (a PDF) rebuilt or read by the child, a label both, or a dossier looked through.

    `noun` is the person's word: `label`, `invoice`.

    Raises `Refused` where the PDF is refused, broken, or takes more than the child may use.
    """
    head = msgspec.msgpack.encode((job, max_pages, shutil.which("pdftoppm")))
    answer = _children.ask(head, data, wall_s=_WALL_SECONDS[job])
    if answer is None:
        raise _too_heavy(noun)
    reply = msgspec.msgpack.decode(answer, type=ready(Reply))
    if reply.refused:
        raise Refused(f"This {noun} can't be used: {reply.refused}.", hint=reply.hint)
    return reply


def _too_heavy(noun: str) -> Refused:
    return Refused(
        f"This {noun} can't be used: reading the PDF takes more time or memory than a {noun} may need.",
        hint=f"Open it in a viewer, print it to a new PDF and give that, or ask for the {noun} again.",
    )
