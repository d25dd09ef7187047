"""Every command that changes something, and what it has to leave behind at the services, once."""

from __future__ import annotations

import msgspec

from tests.commands.world import IMEI, NUMBER

OPEN = "open {order} --reason faulty --wants refund"
_OWN = "label {order} --number " + NUMBER


def _buy(carrier: str) -> str:
    return f"label {{order}} --buy --carrier {carrier} --to {{address}}"


_PICKUP = "ship {order} --battery ok --pickup 2026-06-12"


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """`gains` is what the ledger has more afterwards; `ends` the exits that mean done. `seeded`: the order, where it
    has to be a certain one; `alone`: there may be no other returns, as the command asks for each of them."""

    name: str
    line: str
    gains: dict[str, int] = {}
    before: tuple[str, ...] = (OPEN,)
    ends: tuple[int, ...] = (0,)
    profile: str = "sandbox"
    seeded: str | None = None
    alone: bool = False

    @property
    def sends(self) -> bool:
        """Whether it has anything to do with the network."""
        return bool(self.gains)


# Without a sandbox the clock is the real one: no refund, whose window would be over.
BY_HAND = (
    "open {order} --device audio --reason faulty --wants repair --received 2026-06-01 --ordered 2026-05-28"
    " --name Jane --accept coverage"
)
_FURTHER = "disconnect-proof {order} --none never-signed-in"
SCENES = (
    Scene(name="open", line=OPEN, before=(), gains={"returns": 1, "labels": 1}),
    Scene(name="open --again", line="open {order} --wants exchange --again", gains={"messages": 1}),
    Scene(
        name="photos",
        line="photos {order} --view back={back} "
        + " ".join(
            f"--without {view}" for view in ("screen-on", "screen-off", "left", "right", "top", "bottom")
        ),
        gains={"messages": 1, "attachments": 1},
    ),
    Scene(name="imei", line=f"imei {{order}} {IMEI} --accept mismatch", gains={"messages": 1}),
    Scene(
        name="disconnect-proof",
        line="disconnect-proof {order} {proof}",
        gains={"messages": 1, "attachments": 1},
    ),
    Scene(name="disconnect-proof --none", line=_FURTHER, gains={"messages": 1}),
    Scene(name="slip", line="slip {order}"),
    Scene(name="label", line="label {order}"),
    Scene(name="label --number", line=_OWN),
    Scene(name="label --buy usps", line=_buy("usps"), gains={"labels": 1}),
    Scene(name="label --buy ups", line=_buy("ups"), gains={"labels": 1}),
    Scene(name="label --buy fedex", line=_buy("fedex"), gains={"labels": 1}),
    Scene(
        name="label --again",
        line="label {order} --again",
        before=("open {order} --reason faulty --wants repair",),
        gains={"labels": 1},
        seeded="10000010",
    ),
    Scene(name="ship", line="ship {order} --battery ok --inside {inside} --drop-off", before=(OPEN, _OWN)),
    Scene(name="ship --pickup usps", line=_PICKUP, before=(OPEN, _buy("usps")), gains={"pickups": 1}),
    Scene(name="ship --pickup fedex", line=_PICKUP, before=(OPEN, _buy("fedex")), gains={"pickups": 1}),
    Scene(
        name="ship --cancel-pickup",
        line="ship {order} --cancel-pickup",
        before=(OPEN, _buy("usps"), _PICKUP),
        gains={"pickups_cancelled": 1},
    ),
    Scene(
        name="ship --sent",
        line="ship {order} --battery ok --sent",
        before=(OPEN, _OWN),
        gains={"tracking_numbers": 1},
    ),
    Scene(name="track --delivered", line="track {order} --delivered 2026-06-09", before=(OPEN, _OWN)),
    Scene(name="message", line="message {order} Hello.", gains={"messages": 1}),
    Scene(
        name="message --file",
        line="message {order} Look. --file {inside}",
        gains={"messages": 1, "attachments": 1},
    ),
    Scene(
        name="cancel",
        line="cancel {order}",
        before=(OPEN, _buy("fedex"), _PICKUP),
        gains={"messages": 1, "parcels_cancelled": 1, "pickups_cancelled": 1},
    ),
    Scene(name="close", line="close {order} --outcome refunded"),
    Scene(name="purge", line="purge {order}", before=(OPEN, "close {order} --outcome refunded")),
    Scene(
        name="open by hand",
        line=BY_HAND,
        before=(),
        profile="manual",
        ends=(0, 8),
    ),
    Scene(
        name="handover",
        line="handover {order} --done",
        before=(
            BY_HAND,
            "message {order} Hello.",
        ),
        profile="manual",
    ),
    Scene(
        name="message as seller",
        line="message {order} Hello.",
        before=("open {order}",),
        gains={"messages": 1},
        profile="sandbox-seller",
        seeded="10000006",
    ),
    Scene(
        name="pull",
        line="pull {order}",
        before=("open {order}",),
        profile="sandbox-seller",
        seeded="10000006",
    ),
    Scene(
        name="report-problem",
        line="report-problem {order} --type ACCOUNT_LOCKED Locked.",
        before=("open {order}",),
        gains={"problems": 1},
        profile="sandbox-seller",
        seeded="10000006",
    ),
)


def named(name: str) -> Scene:
    return next(scene for scene in SCENES if scene.name == name)
