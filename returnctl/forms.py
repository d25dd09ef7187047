"""Forms that msgspec reads into, prepared by one thread alone.

msgspec looks at a class when something is first read into it, and keeps what it finds before it is whole: two threads
that are the first there together end in a segmentation fault. Whatever is read into a class of ours goes through
`ready`.
"""

from __future__ import annotations

import threading
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

#: One for all forms, as they share their parts.
_LOCK = threading.Lock()
_READY: set[Any] = set()


def ready(form: type[T]) -> type[T]:
    """`form` itself, once msgspec knows it and its parts. May be asked by any number of threads."""
    if form not in _READY:
        with _LOCK:
            msgspec.json.Decoder(form)
            _READY.add(form)
    return form
