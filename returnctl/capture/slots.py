"""What a return still needs pictures of: one slot for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from returnctl.returns import devices, progress
from returnctl.returns.state import State

PURPOSES = ("photos", "imei", "proof", "parcel")
#: The step that takes the pictures of each purpose.
STEPS = {"photos": "photos", "imei": "imei", "proof": "disconnect-proof", "parcel": "ship"}
_SIDES = ("inside", "outside")


class Slot(Struct, frozen=True, kw_only=True):
    """One picture to take. `what` is the view, the account or the side of the parcel; `name` is unique, and safe
    as a part of a path and of a file's name.

    `there` says that the return has this picture from earlier.
    """

    name: str
    purpose: str
    what: str
    there: bool = False

    @property
    def screenshot(self) -> bool:
        """Whether the device that goes back can make this picture itself."""
        return self.purpose in ("imei", "proof")

    @property
    def may_be_left_out(self) -> bool:
        return self.purpose == "photos"


def slots(state: State, wanted: Iterable[str] = ()) -> tuple[Slot, ...]:
    """The slots of the purposes that are wanted; where none is named, of those that are still open."""
    named = tuple(wanted)
    purposes = [purpose for purpose in PURPOSES if (purpose in named if named else _is_open(state, purpose))]
    return tuple(slot for purpose in purposes for slot in _OF[purpose](state))


def _is_open(state: State, purpose: str) -> bool:
    """The parcel's pictures are for the day of the label; everything else can be taken at once."""
    step = progress.steps(state)[STEPS[purpose]]
    if purpose == "parcel":
        return state.label is not None and step.state != "done"
    return step.state == "todo"


def _photos(state: State) -> Iterator[Slot]:
    missing = progress.missing_views(state)
    for view in state.views:
        yield Slot(name=view, purpose="photos", what=view, there=view not in missing)


def _imei(state: State) -> Iterator[Slot]:
    if devices.has_imei(state.device.kind) and state.needed.get("imei", True):
        yield Slot(name="imei", purpose="imei", what="imei", there=bool(state.sent.get("imei")))


def _proof(state: State) -> Iterator[Slot]:
    missing = progress.missing_accounts(state)
    for account in state.accounts:
        yield Slot(name=f"proof-{account}", purpose="proof", what=account, there=account not in missing)


def _parcel(state: State) -> Iterator[Slot]:
    for side in _SIDES:
        yield Slot(name=f"parcel-{side}", purpose="parcel", what=side, there=side in state.parcel)


_OF = {"photos": _photos, "imei": _imei, "proof": _proof, "parcel": _parcel}
