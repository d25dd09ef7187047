"""What there is to say about a step in a few words: what was sent, what is missing, what is awaited."""

from __future__ import annotations

from returnctl.returns import progress
from returnctl.returns.state import State

_NAMED_VIEWS = 3


def note(state: State, step: str) -> str:
    """A few words; empty where the step's state says it all."""
    if any(doubt.covers.step == step for doubt in state.doubts):
        return "sent, the answer got lost"
    if any(waiting.covers.step == step for waiting in state.waiting):
        return "waits to be pasted"
    return _NOTES[step](state)


def _open(state: State) -> str:
    return "adopted" if state.adopted else ""


def _photos(state: State) -> str:
    known = len({*state.photos, *state.sent.get("photos", {})})
    missing = progress.missing_views(state)
    if not known and not state.left_out:
        return ""
    if not missing:
        return (
            f"{known} pictures" if not state.left_out else f"{known} pictures, without {_few(state.left_out)}"
        )
    return f"{_few(missing)} missing"


def _few(views: tuple[str, ...]) -> str:
    return ", ".join(views) if len(views) <= _NAMED_VIEWS else f"{len(views)} views"


def _imei(state: State) -> str:
    given = state.identified
    if given is None:
        return ""
    if given.matches_order is False:
        return "another one than the order's"
    return "serial number" if given.serial and not given.imei else ""


def _proof(state: State) -> str:
    if state.proof_not_possible:
        return "no proof possible"
    missing = progress.missing_accounts(state)
    if missing and not state.proofs and not state.accounts:
        return ""
    return f"{', '.join(missing)} missing" if missing else ""


def _slip(_: State) -> str:
    return ""


def _label(state: State) -> str:
    label = state.label
    if label is None:
        return f"expected by {state.label_due}" if state.label_due else ""
    name = (
        (label.carrier_name or label.carrier).upper()
        if label.carrier != "other"
        else label.carrier_name or ""
    )
    if label.state == "expired":
        return f"{name} expired".strip()
    return f"{name} until {label.valid_until}".strip() if label.valid_until else name


def _ship(state: State) -> str:
    if "tracking_number" in state.sent.get("ship", {}):
        return ""
    if state.pickup:
        return f"pickup {state.pickup.date}"
    if state.handed_in:
        return "seller to be told"
    return "packed" if "outside" in state.parcel else ""


def _track(state: State) -> str:
    return state.tracked.status.replace("-", " ") if state.tracked else ""


_NOTES = {
    "open": _open,
    "photos": _photos,
    "imei": _imei,
    "disconnect-proof": _proof,
    "slip": _slip,
    "label": _label,
    "ship": _ship,
    "track": _track,
}
