"""Whether a step has anything left to do for a row, by the return's own record: no lock, no request, no look.

The steps would find out themselves; but a second run over many rows should not look at every picture again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from returnctl.digest import hex_of
from returnctl.returns import progress
from returnctl.returns.state import State


def is_done(state: State, step: str, wish: Any) -> bool:
    """True where the step is done and the row says nothing that the record does not hold."""
    if progress.steps(state)[step].state != "done":
        return False
    return _SAME[step](state, wish)


def _open(state: State, wish: Any) -> bool:
    said = {
        "reason": wish.reason,
        "wants": wish.wants,
        "description": wish.description,
        "damage": wish.damage,
        "received_on": wish.received and wish.received.isoformat(),
        "ordered_on": wish.ordered and wish.ordered.isoformat(),
        "asked_on": wish.asked and wish.asked.isoformat(),
        "name": wish.name,
    }
    device = {"kind": wish.device, "brand": wish.brand, "model": wish.model}
    same = all(not value or getattr(state, name) == value for name, value in said.items())
    return same and all(not value or getattr(state.device, name) == value for name, value in device.items())


def _photos(state: State, wish: Any) -> bool:
    kept = {photo.original_sha256 for photo in state.photos.values()}
    left_out = {*state.left_out, *state.photos}
    return set(wish.without) <= left_out and _are_kept([*wish.files, *wish.explicit.values()], kept)


def _imei(state: State, wish: Any) -> bool:
    if wish.images or wish.serial not in (None, state.identified.serial if state.identified else None):
        return False
    given = "".join(filter(str.isdigit, wish.imei or ""))
    return not given or given == state.sent.get("imei", {}).get("imei")


def _proof(state: State, wish: Any) -> bool:
    if wish.none is not None or wish.backed_up not in (None, state.backed_up):
        return False
    return _are_kept(wish.files, {proof.original_sha256 for proof in state.proofs})


def _slip(state: State, wish: Any) -> bool:
    return not (wish.text or wish.invoice) and wish.paper in (None, state.slip.paper if state.slip else None)


def _label(state: State, wish: Any) -> bool:
    label = state.label
    if label is None or wish.file or wish.paper or wish.spare or wish.print:
        return False
    return wish.number in (None, label.tracking_number) and (
        wish.terms is None or label.source == "purchased"
    )


def _ship(state: State, wish: Any) -> bool:
    return not (wish.inside or wish.outside or wish.receipt or wish.pickup or wish.cancel_pickup)


def _track(state: State, wish: Any) -> bool:
    return wish.number is None and wish.delivered is None


def _are_kept(given: Iterable[Path], kept: set[str]) -> bool:
    for path in given:
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        if not all(hex_of(file.read_bytes()) in kept for file in files if file.is_file()):
            return False
    return True


_SAME: dict[str, Callable[[State, Any], bool]] = {
    "open": _open,
    "photos": _photos,
    "imei": _imei,
    "disconnect-proof": _proof,
    "slip": _slip,
    "label": _label,
    "ship": _ship,
    "track": _track,
}
