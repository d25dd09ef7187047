"""Where each step stands, what comes next, and until when."""

from __future__ import annotations

from msgspec import Struct

from returnctl.result import Next
from returnctl.returns.events import ProofKept
from returnctl.returns.state import State
from returnctl.vocabulary import STEPS


class Step(Struct, frozen=True, kw_only=True, gc=False):
    """`state` is `todo`, `waiting`, `done`, `not-needed`, `in-doubt` or `skipped`; `at` when it last changed."""

    state: str
    at: str | None
    needed: bool


def steps(state: State) -> dict[str, Step]:
    """Every step of a return, in order."""
    return {name: _step(state, name) for name in STEPS}


def next_step(state: State, name: str, standing: dict[str, Step] | None = None) -> Next | None:
    """What to do now, as a command; None where nothing is left to do. `standing` is `steps(state)`, where known."""
    if state.closed:
        return None
    if state.doubts:
        return Next(step=state.doubts[0].covers.step, command=("returnctl", "resolve", name))
    standing = standing or steps(state)
    for step in STEPS:
        if standing[step].state == "todo":
            return Next(step=step, command=_command(state, step, name), due=deadline(state))
    if state.waiting:
        waiting = state.waiting[0]
        return Next(step=waiting.covers.step, command=("returnctl", "handover", name), due=deadline(state))
    for step in STEPS:
        if standing[step].state == "waiting":
            due = state.label_due if step == "label" else None
            return Next(step=step, command=("returnctl", step, name), due=due)
    return None


def _command(state: State, step: str, name: str) -> tuple[str, ...]:
    """Once the way to the carrier is settled, only the word to the seller is left of `ship`."""
    only_to_tell = step == "ship" and (state.handed_in or state.pickup)
    return ("returnctl", step, name, *(("--sent",) if only_to_tell else ()))


def deadline(state: State) -> str | None:
    """The day by which the parcel has to be on its way, or None once it is."""
    if "tracking_number" in state.sent.get("ship", {}) or state.closed:
        return None
    if state.label and state.label.state == "alive" and state.label.valid_until:
        return state.label.valid_until
    if state.coverage.verdict == "warranty":
        return state.coverage.warranty_ends
    if state.coverage.verdict in ("return-window", "unknown"):
        return state.coverage.report_by or state.coverage.window_ends
    return None


def missing_views(state: State) -> tuple[str, ...]:
    """The views that are neither kept, nor known to the seller, nor left out."""
    known = {*state.photos, *state.sent.get("photos", {}), *state.left_out}
    return tuple(view for view in state.views if view not in known)


def missing_accounts(state: State) -> tuple[str, ...]:
    """The accounts whose disconnection is not proven yet."""
    if state.proof_not_possible or "none" in state.sent.get("disconnect-proof", {}):
        return ()
    proven = {proof.account for proof in state.proofs}
    proven |= {item.rpartition("-")[0] for item in state.sent.get("disconnect-proof", {})}
    return tuple(account for account in state.accounts if account not in proven)


def _step(state: State, name: str) -> Step:
    needed = state.needed.get(name, True)
    at = state.sent_at.get(name)
    if any(doubt.covers.step == name for doubt in state.doubts):
        return Step(state="in-doubt", at=at, needed=needed)
    if any(waiting.covers.step == name for waiting in state.waiting):
        return Step(state="waiting", at=at, needed=needed)
    if _DONE[name](state):
        return Step(state="done", at=at, needed=needed)
    if not needed:
        return Step(state="not-needed", at=None, needed=False)
    if _is_waiting(state, name):
        return Step(state="waiting", at=at, needed=True)
    return Step(state="todo", at=at, needed=True)


def _is_waiting(state: State, name: str) -> bool:
    if name == "label":
        return state.label is None and state.label_due is not None
    return name == "track" and state.tracked is not None


def _open_done(state: State) -> bool:
    return "open" in state.sent or state.case is not None


def _photos_done(state: State) -> bool:
    sent = state.sent.get("photos", {})
    kept_are_sent = all(sent.get(view) == photo.sha256 for view, photo in state.photos.items())
    return bool(sent) and kept_are_sent and not missing_views(state)


def _imei_done(state: State) -> bool:
    sent = state.sent.get("imei", {})
    given = state.identified
    return bool(sent) and (
        given is None or not given.imei or _same_device(state, given.imei, sent.get("imei"))
    )


def _same_device(state: State, imei: str, sent: str | None) -> bool:
    """A device may have several IMEIs; the seller knows it by any one of the order's."""
    return imei == sent or (imei in state.imeis and sent in state.imeis)


def _proof_done(state: State) -> bool:
    sent = state.sent.get("disconnect-proof", {})
    kept_are_sent = all(sent.get(_item(proof)) == proof.sha256 for proof in state.proofs)
    return bool(sent) and kept_are_sent and not missing_accounts(state)


def _item(proof: ProofKept) -> str:
    """The name under which a proof is sent: its file's, without folder and ending."""
    return proof.file.rpartition("/")[2].partition(".")[0]


def _slip_done(state: State) -> bool:
    return state.slip is not None


def _label_done(state: State) -> bool:
    return state.label is not None and state.label.state != "expired"


def _ship_done(state: State) -> bool:
    return "tracking_number" in state.sent.get("ship", {})


def _track_done(state: State) -> bool:
    return state.tracked is not None and state.tracked.status == "delivered"


_DONE = {
    "open": _open_done,
    "photos": _photos_done,
    "imei": _imei_done,
    "disconnect-proof": _proof_done,
    "slip": _slip_done,
    "label": _label_done,
    "ship": _ship_done,
    "track": _track_done,
}
