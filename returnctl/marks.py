"""What is known about an exchange that ended in an exception: above all whether the service can have acted."""

from __future__ import annotations

from typing import Any

from returnctl.errors import ReturnctlError


def mark(error: ReturnctlError, *, sent: bool, answer: Any = None, transient: bool = False) -> ReturnctlError:
    """Note on the error what is known about the exchange that it ended."""
    vars(error).update(sent=sent, answer=answer, transient=transient)
    return error


def was_sent(error: BaseException) -> bool:
    """False only when it is certain that no byte of the request reached the service."""
    return bool(getattr(error, "sent", True))


def is_transient(error: BaseException) -> bool:
    """Whether the same question may well be answered a moment later."""
    return bool(getattr(error, "transient", False))


def at_start(name: str) -> str:
    """The name as a sentence begins with it: "The marketplace"."""
    return name[:1].upper() + name[1:]
