"""Undoing a return, in the right order: the pickup, the bought label, a word to the seller. Each exactly once."""

from __future__ import annotations

from collections.abc import Iterable

from returnctl import conversation, doubts, pickups, purchase, standing
from returnctl.adoption import CODE_LENGTH
from returnctl.app import App
from returnctl.carriers import NAMES
from returnctl.conversation import Saying, Told
from returnctl.digest import hex_of
from returnctl.errors import Declined, Refused
from returnctl.output import Table
from returnctl.result import Result, Would
from returnctl.returns.held import Return
from returnctl.returns.reference import Reference

STEP = "message"
WORDS = {
    "buyer": "I would like to withdraw this return. Nothing more is on its way to you.",
    "seller": "The return label and the pickup that we arranged are cancelled: please do not use them. "
    "Keep the device until you hear from us.",
}
_AIMS = {
    "buyer": "tell the seller that you withdraw the return",
    "seller": "tell the buyer that label and pickup are cancelled",
}


class CancelResult(Result, kw_only=True):
    """What was undone: the pickup's confirmation, the voided label's number; null where there was none."""

    pickup: str | None = None
    label: str | None = None
    told_seller: bool = False

    def for_people(self) -> Iterable[str | Table]:
        yield from self.plan()
        if self.dry_run:
            return
        if self.pickup:
            yield f"The pickup {self.pickup} is cancelled."
        if self.label:
            yield f"The label {self.label} is void."
        if self.told_seller:
            yield (
                "The buyer knows."
                if self.role == "seller"
                else "The seller knows. `returnctl close --outcome withdrawn` ends the return."
            )


def run(app: App, reference: Reference) -> CancelResult:
    """Undo what can be undone. Running it again after a failure goes on where it stopped."""
    with standing.working(app, reference, lambda held: _result(app, held, None, None, Told())) as held:
        standing.check_open(app, held)
        doubts.settle(app, held, "open", pickups.STEP, "label", STEP)
        pickup = held.state.pickup.confirmation if held.state.pickup else None
        label = held.state.label
        number = label.tracking_number if label and label.source == "purchased" else None
        if held.state.role == "seller" and not (pickup or number or _has_told(held)):
            raise Refused(
                "Nothing that the seller's desk arranged is left to cancel.",
                hint=f"`returnctl status {held.name}` shows what there is",
            )
        if app.options.dry_run:
            return _result(app, held, pickup, number, Told(would=tuple(_plan(held, pickup, number))))
        if not app.confirm(_question(held, pickup, number)):
            raise Declined("Nothing was cancelled.")
        if pickup:
            pickups.cancel(app, held)
        if number and label:
            client = app.carrier(label.carrier, app.profile_of(held.state))
            purchase.void(held, client, label, doubts.may_have_happened)
        told = _tell(app, held)
        result = _result(app, held, pickup, number, told)
        standing.finish(app, held, STEP, result)
        return result


def _question(held: Return, pickup: str | None, number: str | None) -> str:
    parts = [
        f"cancel the pickup {pickup}" if pickup else "",
        f"void the label {number}" if number else "",
        _AIMS[held.state.role],
    ]
    words = ", ".join(part for part in parts if part)
    return f"{words[0].upper()}{words[1:]}?"


def _plan(held: Return, pickup: str | None, number: str | None) -> Iterable[Would]:
    if pickup and held.state.pickup:
        yield Would(
            service=NAMES[held.state.pickup.carrier], method="", target=pickup, summary="cancel the pickup"
        )
    if number and held.state.label:
        yield Would(
            service=NAMES[held.state.label.carrier], method="", target=number, summary="void the label"
        )
    other = "buyer" if held.state.role == "seller" else "seller"
    yield Would(service=f"the {other}", method="", target=str(held.reference), summary=_AIMS[held.state.role])


def _tell(app: App, held: Return) -> Told:
    code, words = _code(held), WORDS[held.state.role]
    if _has_told(held) or any(code in item.covers.items for item in held.state.waiting):
        return Told()
    return conversation.tell(app, held, Saying(step=STEP, text=words, items={code: "posted"}, code=code))


def _code(held: Return) -> str:
    return hex_of(WORDS[held.state.role].encode())[:CODE_LENGTH]


def _has_told(held: Return) -> bool:
    return _code(held) in held.state.sent.get(STEP, {})


def _result(app: App, held: Return, pickup: str | None, number: str | None, told: Told) -> CancelResult:
    return standing.result(
        CancelResult,
        app,
        held,
        STEP,
        told,
        pickup=pickup,
        label=number,
        told_seller=_has_told(held),
    )
