"""A service that answers, refuses, loses answers and dies, with idempotency keys or without."""

from __future__ import annotations

from collections.abc import Callable

from returnctl.errors import AuthFailed, Blocked, NotFound, Refused, ReturnctlError, TlsFailed, Unavailable
from returnctl.http import Answer, was_refused
from returnctl.marks import mark
from returnctl.returns.events import Covers
from returnctl.returns.held import Return
from returnctl.returns.intents import Outcome, Prepared


class Crash(BaseException):
    """The process ends here."""


def answered(error: ReturnctlError, status: int) -> ReturnctlError:
    answer = Answer(status=status, headers={}, body=b"", service="the marketplace")
    return mark(error, sent=True, answer=answer)


#: How a request can end without an effect that anybody hears of: name to error.
WITHOUT_EFFECT: dict[str, Callable[[], BaseException]] = {
    "unreachable": lambda: mark(Unavailable("nothing listens"), sent=False),
    "not-trusted": lambda: mark(TlsFailed("certificate"), sent=False),
    "unauthorised": lambda: answered(AuthFailed("token"), 401),
    "too-many": lambda: answered(Unavailable("slow down"), 429),
    "dropped": lambda: mark(Unavailable("cut"), sent=True),
    "out-of-order": lambda: answered(Unavailable("out of order"), 503),
    "firewall": lambda: answered(Blocked("firewall"), 403),
    "key-in-progress": lambda: Unavailable("still busy"),
    "dies-before": Crash,
}
#: What an answer that says no may look like.
REFUSALS: dict[str, Callable[[], ReturnctlError]] = {
    "refused": lambda: answered(Refused("no"), 422),
    "not-found": lambda: answered(NotFound("unknown"), 404),
}
#: How a request can end although it was carried out.
WITH_EFFECT: dict[str, Callable[[], BaseException]] = {
    "lost": lambda: mark(Unavailable("no answer"), sent=True),
    "garbage": lambda: answered(Unavailable("not to be understood"), 201),
    "failed-after": lambda: answered(Unavailable("out of order"), 500),
    "dies-after": Crash,
}
MODES = ("answered", "late", *WITHOUT_EFFECT, *REFUSALS, *WITH_EFFECT)


class Service:
    """`effects` holds the bodies that were carried out; with `keys` one key is carried out, or refused, once."""

    def __init__(self, *, keys: bool = True) -> None:
        self.keys = keys
        self.effects: list[bytes] = []
        self.requests: list[Prepared] = []
        self.mode = "answered"
        self.before: Callable[[Prepared], None] = lambda _: None
        self._kept: dict[str, Outcome | None] = {}
        self._late: list[Prepared] = []

    def send(self, prepared: Prepared) -> Outcome:
        self.requests.append(prepared)
        self.before(prepared)
        if self.mode in WITHOUT_EFFECT:
            raise WITHOUT_EFFECT[self.mode]()
        if self.mode == "late":
            self._late.append(prepared)
            raise mark(Unavailable("timed out"), sent=True)
        outcome = self._handled(prepared)
        if self.mode in WITH_EFFECT:
            raise WITH_EFFECT[self.mode]()
        if outcome is None:
            raise REFUSALS.get(self.mode, REFUSALS["refused"])()
        return outcome

    def arrive(self) -> None:
        """What was on its way reaches the service now."""
        mode, self.mode = self.mode, "answered"
        for prepared in self._late:
            self._handled(prepared)
        self._late.clear()
        self.mode = mode

    @property
    def pending(self) -> bool:
        """Whether something is still on its way."""
        return bool(self._late)

    def _handled(self, prepared: Prepared) -> Outcome | None:
        known = prepared.key if self.keys else None
        if known and known in self._kept:
            return self._kept[known]
        outcome = None
        if self.mode not in REFUSALS:
            self.effects.append(prepared.body)
            outcome = Outcome(facts={"message": f"m{len(self.effects)}"})
        if known:
            self._kept[known] = outcome
        return outcome


def prepared(body: bytes = b"hello", key: str | None = "key-1", marker: str | None = None) -> Prepared:
    headers = {"Content-Type": "text/plain"} | ({"Idempotency-Key": key} if key else {})
    return Prepared(
        service="the marketplace",
        method="POST",
        url="https://shop.example/v1/returns",
        headers=headers,
        body=body,
        summary="post a message",
        key=key,
        marker=marker,
    )


def covers(item: str = "back") -> Covers:
    return Covers(step="photos", items={item: "yes"})


def may_have_happened(error: ReturnctlError) -> bool:
    return not was_refused(error)


def on_disk(held: Return) -> Callable[[Prepared], None]:
    """A look, from within `send`, at what another process would find if this one died now."""

    def check(sending: Prepared) -> None:
        from tests.returns.making import again

        state = again(held).state
        doubt = next(doubt for doubt in state.doubts if doubt.key == sending.key)
        assert held.read(doubt.body) == sending.body
        assert (doubt.method, doubt.url, doubt.headers) == (sending.method, sending.url, sending.headers)

    return check
