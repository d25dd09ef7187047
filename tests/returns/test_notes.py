"""A few words beside each step."""

from __future__ import annotations

from typing import Any

import pytest

from returnctl.returns import events as e
from returnctl.returns.notes import note
from returnctl.returns.state import State
from returnctl.vocabulary import STEPS

VIEWS = ("screen-on", "back", "left", "right", "top")


def kept(*views: str) -> dict[str, e.PhotoKept]:
    same = {"file": "a.jpg", "sha256": "", "original_sha256": "", "verdict": "accepted"}
    return {view: e.PhotoKept(view=view, **same) for view in views}


@pytest.mark.parametrize("step", STEPS)
def test_of_a_fresh_return_there_is_little_to_say(step: str) -> None:
    assert note(State(order="1", views=VIEWS), step) == ""


@pytest.mark.parametrize(
    ("step", "state", "words"),
    [
        ("open", {"adopted": True}, "adopted"),
        ("photos", {"photos": kept("back", "left", "right")}, "screen-on, top missing"),
        ("photos", {"photos": kept("back")}, "4 views missing"),
        ("photos", {"photos": kept(*VIEWS[1:]), "left_out": ("screen-on",)}, "4 pictures, without screen-on"),
        ("photos", {"sent": {"photos": dict.fromkeys(VIEWS, "x")}}, "5 pictures"),
        ("imei", {"identified": e.Identified(imei="1", matches_order=False)}, "another one than the order's"),
        ("imei", {"identified": e.Identified(serial="C39")}, "serial number"),
        ("disconnect-proof", {"accounts": ("google", "samsung")}, "google, samsung missing"),
        ("disconnect-proof", {"proof_not_possible": "dead"}, "no proof possible"),
        ("label", {"label_due": "2026-12-01"}, "expected by 2026-12-01"),
        ("label", {"label": e.LabelKept(source="file", carrier="ups", state="expired")}, "UPS expired"),
        (
            "label",
            {"label": e.LabelKept(source="file", carrier="usps", valid_until="2026-12-07")},
            "USPS until 2026-12-07",
        ),
        ("label", {"label": e.LabelKept(source="own", carrier="other", carrier_name="DHL")}, "DHL"),
        ("ship", {"handed_in": e.HandedIn(method="drop-off", carrier="ups")}, "seller to be told"),
        ("ship", {"sent": {"ship": {"tracking_number": "1"}}}, ""),
        (
            "track",
            {"tracked": e.Tracked(carrier="ups", tracking_number="1", status="in-transit")},
            "in transit",
        ),
    ],
)
def test_what_there_is(step: str, state: dict[str, Any], words: str) -> None:
    assert note(State(order="1", **{"views": VIEWS} | state), step) == words
