"""One exception for each situation of the user's. Each carries its exit code, its `error.code` and a way out.

Nothing here imports Click: steps, marketplaces and carriers raise these, and the front door turns them into
exit codes. The table is the one of `returnctl help exit-codes`.
"""

from __future__ import annotations

from typing import Any


class ReturnctlError(Exception):
    """Something went wrong that a person can act on.

    `message` is one line that says what happened; `hint` is one line that says the way out; `result` is the
    step's Result as far as it got (printed on exits 3, 6, 7 and 8).
    """

    exit = 1
    code = "failed"

    def __init__(self, message: str, *, hint: str | None = None, result: Any = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.result = result


class Failed(ReturnctlError):
    """Failed, and none of the situations below."""


class Declined(Failed):
    """The person said no at a confirmation."""


class Usage(ReturnctlError):
    """A wrong or missing argument."""

    exit = 2
    code = "usage"


class BadConfig(Usage):
    """The configuration file, a profile or an environment variable can't be used."""

    code = "config"


class SomeFailed(ReturnctlError):
    """Several returns were given and some of them failed."""

    exit = 3


class AuthFailed(ReturnctlError):
    """Credentials are missing, expired or refused."""

    exit = 4
    code = "auth"


class NotFound(ReturnctlError):
    """The order, the return or the number is unknown to the one who was asked."""

    exit = 5
    code = "not-found"


class Refused(ReturnctlError):
    """What was given does not pass, or a service said no."""

    exit = 6
    code = "refused"


class Busy(ReturnctlError):
    """Another process holds the return."""

    exit = 7
    code = "busy"


class Pending(ReturnctlError):
    """Nothing is wrong, but it is not final yet."""

    exit = 8
    code = "pending"


class InDoubt(ReturnctlError):
    """Something was sent and its outcome is not known."""

    exit = 9
    code = "in-doubt"


class Damaged(ReturnctlError):
    """The return's file fails its check."""

    exit = 9
    code = "damaged"


class Unavailable(ReturnctlError):
    """A service could not be reached, or stayed unavailable. `retry_after` is in seconds, where it said so."""

    exit = 75
    code = "unavailable"

    def __init__(
        self, message: str, *, hint: str | None = None, result: Any = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message, hint=hint, result=result)
        self.retry_after = retry_after


class Blocked(Unavailable):
    """A firewall in front of the service answered instead of it."""

    code = "blocked"


class DiskTrouble(ReturnctlError):
    """The disk is full, read-only, or failing."""

    code = "disk"


class TlsFailed(ReturnctlError):
    """The service's certificate can't be trusted."""

    code = "tls"
