"""The sandbox's drawn pictures, held against the checks: two rooms that know nothing of each other."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from returnctl.evidence.assign import assign_views, list_pictures
from returnctl.evidence.imei_pictures import read_imeis
from returnctl.evidence.judge import judge_parcel, judge_proof, judge_set
from returnctl.evidence.labels import verify_label
from returnctl.returns import devices
from returnctl.sandbox.pictures import VIEWS, draw_photos

NUMBER = "9400111206206406260787"


@pytest.mark.parametrize(
    "kind",
    [
        "smartphone",
        "console",
        *(pytest.param(kind, marks=pytest.mark.nightly) for kind in ("computer", "smartwatch")),
    ],
)
def test_a_drawn_set_is_accepted_without_a_word(kind: str, tmp_path: Path) -> None:
    drawn = draw_photos(tmp_path, kind, label=NUMBER, imei="490154203237518", imei_box=True)
    assigned = assign_views(list_pictures(tmp_path).files, VIEWS[kind])
    assert tuple(assigned.by_view.values()) == tuple(drawn)
    assert (assigned.unassigned, len(assigned.elsewhere)) == ((), 4)
    judged = judge_set(assigned.by_view)
    judged |= judge_parcel({side: tmp_path / f"{side}.jpg" for side in ("inside", "outside")})
    assert {
        view: [problem.code for problem in seen.problems] for view, seen in judged.items() if seen.problems
    } == {}
    known = {view: seen.fingerprint for view, seen in judged.items() if seen.fingerprint}
    proof = judge_proof(tmp_path / "disconnect-proof.png", others=known)
    assert (proof.problems, proof.screenshot) == ((), True)
    assert verify_label(tmp_path / "outside.jpg", NUMBER).outcome == "match"
    assert [reading.imei.digits for reading in read_imeis(tmp_path / "imei-box.jpg")] == ["490154203237518"]
    assert all(Image.open(path).size == (1600, 1200) for path in drawn)


@pytest.mark.parametrize(
    ("bad", "code"), [("blurry", "blurry"), ("dark", "dark"), ("duplicate", "duplicate")]
)
def test_one_picture_fails_on_purpose(bad, code: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    kind = "audio"
    drawn = draw_photos(tmp_path, kind, bad=bad)
    judged = judge_set({path.stem: path for path in drawn})
    rejected = {
        view: {problem.code for problem in seen.problems}
        for view, seen in judged.items()
        if not seen.passes()
    }
    assert list(rejected) == [VIEWS[kind][2]]
    assert code in rejected[VIEWS[kind][2]]


def test_both_rooms_name_the_same_views() -> None:
    assert {kind: tuple(devices.views(kind)) for kind in VIEWS} == VIEWS


def test_the_same_set_is_drawn_again_alike(tmp_path: Path) -> None:
    first, again = ([path.read_bytes() for path in draw_photos(tmp_path, "other", seed=3)] for _ in range(2))
    assert first == again
    assert len(set(first)) == len(first)


@pytest.mark.nightly
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", VIEWS)
def test_many_drawn_sets_are_accepted(kind: str, tmp_path: Path) -> None:
    for seed in range(1, 9):
        drawn = draw_photos(tmp_path / str(seed), kind, seed=seed)
        judged = judge_set({path.stem: path for path in drawn})
        assert {seen.verdict for seen in judged.values()} == {"accepted"}
