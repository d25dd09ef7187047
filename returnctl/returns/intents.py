"""Spending and posting exactly once. Nothing that changes something at a service is sent but from here.

Before the first byte leaves, the exact bytes and the intent to send them are on disk. Afterwards the outcome is:
`done`, or `refused` (certainly nothing happened), or not known. An unknown one is settled by sending the same
bytes under the same key where the service promises that this changes nothing, by looking it up, or by a person;
never by sending something new.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from returnctl.digest import hex_of
from returnctl.errors import Damaged, DiskTrouble, InDoubt, NotFound, Refused, ReturnctlError
from returnctl.returns.events import Covers, Intended, Settled
from returnctl.returns.held import Return
from returnctl.returns.state import Doubt


class Prepared(Struct, frozen=True, kw_only=True):
    """A request that changes something, ready to be sent; no token in it.

    With `key` (an idempotency key, also among the headers) it may be sent again. `marker` is the piece of text by
    which a message can be recognised in a conversation.
    """

    service: str
    method: str
    url: str
    headers: dict[str, str]
    body: bytes
    summary: str
    key: str | None = None
    marker: str | None = None


class Outcome(Struct, frozen=True, kw_only=True):
    """What a service answered: facts worth keeping, such as the case's id."""

    facts: dict[str, str] = {}


#: Sends and reads the answer. Raises a ReturnctlError where it did not go well.
Send = Callable[[Prepared], Outcome]
#: Whether the service may have carried out a request that ended in this error.
MayHaveHappened = Callable[[ReturnctlError], bool]
#: Looks for a thing at the service: its facts, or None where it is not (yet) to be seen.
LookUp = Callable[[Doubt], Outcome | None]


def carry_out(
    held: Return, prepared: Prepared, covers: Covers, send: Send, may_have_happened: MayHaveHappened
) -> Outcome:
    """Send `prepared`, once. When this returns, what it covers is recorded as sent.

    Raises the error of a refusal as it is. Where the outcome is unknown: the service's own error if the request has
    a key (running the command again settles it), else InDoubt.
    """
    intent = str(held.state.intents + 1)
    body = held.keep(f"intents/{intent}.body", prepared.body)
    held.note(
        Intended(
            intent=intent,
            service=prepared.service,
            method=prepared.method,
            url=prepared.url,
            headers=prepared.headers,
            body=body,
            body_sha256=hex_of(prepared.body),
            summary=prepared.summary,
            covers=covers,
            key=prepared.key,
            marker=prepared.marker,
        )
    )
    return _send(held, intent, prepared, send, may_have_happened, by="answer")


def settle(held: Return, doubt: Doubt, send: Send, look_up: LookUp | None = None) -> Outcome | None:
    """Find out how an intent ended: None where it is known to have come to nothing.

    With a key the same bytes are sent again: only an answer to the request itself counts, for a refused connection
    or token says nothing of the first attempt. Else `look_up` is asked, and not finding it proves nothing. Raises
    the service's error, or InDoubt, while it stays unknown.
    """
    if doubt.key:
        try:
            again = _prepared_again(held, doubt)
            return _send(held, doubt.intent, again, send, _may_still_have_happened, by="key")
        except (Refused, NotFound):
            return None
    found = look_up(doubt) if look_up else None
    if found is None:
        raise in_doubt(held, doubt)
    held.note(Settled(intent=doubt.intent, outcome="done", by="look-up", answer=found.facts))
    return found


def _may_still_have_happened(error: ReturnctlError) -> bool:
    return not isinstance(error, Refused | NotFound)


def settle_by_person(held: Return, doubt: Doubt, happened: bool, answer: dict[str, str]) -> None:
    """A person's word ends a doubt."""
    held.note(
        Settled(intent=doubt.intent, outcome="done" if happened else "refused", by="person", answer=answer)
    )


def in_doubt(held: Return, doubt: Doubt) -> InDoubt:
    """The error that says what was sent and how to end the doubt."""
    return InDoubt(
        f"It is not known whether {doubt.service} received this: {doubt.summary}.",
        hint=f"run `returnctl resolve {held.name}`; nothing is sent a second time until it is settled",
    )


def _prepared_again(held: Return, doubt: Doubt) -> Prepared:
    try:
        body = held.read(doubt.body)
    except FileNotFoundError:
        body = b""
    if hex_of(body) != doubt.body_sha256:
        raise Damaged(
            f"{held.folder / doubt.body} is not what was sent any more.",
            hint=f"look at the marketplace, then `returnctl resolve {held.name} --happened` or `--did-not-happen`",
        )
    return Prepared(
        service=doubt.service,
        method=doubt.method,
        url=doubt.url,
        headers=doubt.headers,
        body=body,
        summary=doubt.summary,
        key=doubt.key,
        marker=doubt.marker,
    )


def _send(
    held: Return, intent: str, prepared: Prepared, send: Send, may_have_happened: MayHaveHappened, *, by: str
) -> Outcome:
    try:
        outcome = send(prepared)
    except ReturnctlError as error:
        if not may_have_happened(error):
            held.note(Settled(intent=intent, outcome="refused", by=by, message=error.message))
            raise
        held.note(Settled(intent=intent, outcome="unknown", by=by, message=error.message))
        if prepared.key:
            error.hint = (
                "run the same command again: it finds out what became of it, and nothing is sent twice"
            )
            raise
        doubt = next(doubt for doubt in held.state.doubts if doubt.intent == intent)
        unknown = in_doubt(held, doubt)
        if isinstance(error, DiskTrouble):
            unknown.message = f"The answer could not be kept: {error.message} {unknown.message}"
        raise unknown from error
    held.note(Settled(intent=intent, outcome="done", by=by, answer=outcome.facts))
    return outcome
