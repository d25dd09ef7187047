"""What is said of drawn scenes that were spoiled by known amounts: each kind is right in 95 % and more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from returnctl.evidence import quality
from returnctl.evidence.judge import Judgement, judge_set
from returnctl.evidence.measure import Measurement
from tests.evidence.drawing import bar, blurred, darker, moved, resized, saved, scene, spotted

Spoil = Callable[[Image.Image], Image.Image]
Right = Callable[[set[str]], bool]

SHARPNESS_AND_LIGHT = {"blurry", "soft", "dark", "dim", "flat", "unsure"}


def untouched(codes: set[str]) -> bool:
    return not codes & SHARPNESS_AND_LIGHT


def not_rejected(codes: set[str]) -> bool:
    return not codes & {"blurry", "dark", "flat", "too-small"}


def has(*wanted: str) -> Right:
    return lambda codes: bool(codes & set(wanted))


# Blur and motion in pixels of a picture 2000 pixels long.
KINDS: dict[str, tuple[Spoil, Right]] = {
    "as it is": (lambda picture: picture, untouched),
    "out of focus by 2": (lambda picture: blurred(picture, 2), not_rejected),
    "out of focus by 3": (lambda picture: blurred(picture, 3), has("soft", "blurry")),
    "out of focus by 4": (lambda picture: blurred(picture, 4), has("blurry")),
    "out of focus by 8": (lambda picture: blurred(picture, 8), has("blurry")),
    "moved by 6": (lambda picture: moved(picture, 6), not_rejected),
    "moved by 12": (lambda picture: moved(picture, 12), has("soft", "blurry")),
    "moved by 20": (lambda picture: moved(picture, 20), has("blurry")),
    "moved by 30 upwards": (lambda picture: moved(picture, 30, upwards=True), has("blurry")),
    "60 % of the light": (lambda picture: darker(picture, 0.6), not_rejected),
    "35 % of the light": (lambda picture: darker(picture, 0.35), has("dark")),
    "20 % of the light": (lambda picture: darker(picture, 0.2), has("dark")),
    "a small reflection": (lambda picture: spotted(picture, 40), lambda c: "glare" in c and untouched(c)),
    "a large reflection": (lambda picture: spotted(picture, 100), lambda c: "glare" in c and untouched(c)),
    "1600 pixels": (lambda picture: resized(picture, 1600), lambda c: untouched(c) and "small" not in c),
    "1000 pixels": (lambda picture: resized(picture, 1000), lambda c: untouched(c) and "small" in c),
    "990 pixels": (lambda picture: resized(picture, 990), has("too-small")),
}


def judged(picture: Image.Image, folder: Path, view: str = "back") -> Judgement:
    return judge_set({view: saved(picture, folder / "picture.jpg")})[view]


def codes_of(picture: Image.Image, folder: Path) -> set[str]:
    return {problem.code for problem in judged(picture, folder).problems}


def share_right(scenes: list[Image.Image], kind: str, folder: Path) -> float:
    spoil, right = KINDS[kind]
    return sum(right(codes_of(spoil(picture), folder)) for picture in scenes) / len(scenes)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_spoiled_picture_is_told(kind: str, scenes: list[Image.Image], tmp_path: Path) -> None:
    assert share_right(scenes[:4], kind, tmp_path) == 1


@pytest.fixture(scope="module")
def many() -> list[Image.Image]:
    return [scene(seed).convert("L") for seed in range(1000, 1060)]


@pytest.mark.nightly
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_right_on_all_of_the_eight(kind: str, scenes: list[Image.Image], tmp_path: Path) -> None:
    assert share_right(scenes, kind, tmp_path) == 1


@pytest.mark.nightly
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_told_on_many_scenes(kind: str, many: list[Image.Image], tmp_path: Path) -> None:
    assert share_right(many, kind, tmp_path) >= 0.95


def test_few_untouched_pictures_are_said_to_glare(scenes: list[Image.Image], tmp_path: Path) -> None:
    assert sum("glare" in codes_of(picture, tmp_path) for picture in scenes) <= 2


@pytest.mark.parametrize("tilt", [0, 1, 3, 5, 10, 30])
def test_a_tilted_side_is_sharp_or_blurred_like_any_other(tilt: int, tmp_path: Path) -> None:
    """The narrow sides of a phone are seldom level; a naive row score calls a tilted sharp edge blurred."""
    sharp = bar(tilt)
    assert untouched(codes_of(sharp, tmp_path))
    assert has("blurry")(codes_of(blurred(sharp, 6), tmp_path))


def test_sharpness_does_not_depend_on_the_size_a_picture_is_saved_at(tmp_path: Path) -> None:
    original = scene(7, (3840, 2880)).convert("L")
    scores = {}
    for long_side in (3840, 3264, 2560, 1280, 800):
        measured = judged(resized(original, long_side), tmp_path).measurement
        assert measured
        scores[long_side] = measured.edge_steepness
    assert scores == pytest.approx(dict.fromkeys(scores, scores[3840]), abs=0.06)


def test_a_plain_wall_is_flat(tmp_path: Path) -> None:
    wall = Image.new("RGB", (2000, 1500), (190, 190, 188))
    assert codes_of(wall, tmp_path) == {"flat", "unsure"}


@pytest.mark.parametrize("side", [(20, 20, 22), (140, 142, 146)])
def test_the_narrow_side_of_a_phone_on_a_white_table_is_not_flat(
    side: tuple[int, int, int], tmp_path: Path
) -> None:
    table = Image.new("RGB", (2000, 1500), (225, 225, 223))
    table.paste(side, (400, 730, 1600, 790))
    assert "flat" not in codes_of(table, tmp_path)


def test_a_picture_through_fog_is_flat(tmp_path: Path) -> None:
    fog = scene(3).point(lambda level: 150 + level * 0.15)
    assert "flat" in codes_of(fog, tmp_path)


def test_a_black_phone_on_a_white_table_is_neither_dark_nor_flat(tmp_path: Path) -> None:
    table = Image.new("RGB", (2000, 1500), (235, 235, 235))
    table.paste((12, 12, 14), (600, 100, 1400, 1400))
    assert not codes_of(table, tmp_path) & {"dark", "dim", "flat"}


def test_a_dark_room_with_a_lamp_is_dark(tmp_path: Path) -> None:
    room = darker(scene(3), 0.2)
    room.paste((255, 255, 255), (900, 100, 1100, 300))
    assert "dark" in codes_of(room, tmp_path)


def test_a_window_at_the_frame_is_no_reflection(tmp_path: Path) -> None:
    seen = scene(4)
    seen.paste((255, 255, 255), (0, 0, 700, 500))
    measured = judged(seen, tmp_path).measurement
    assert measured
    assert measured.glare_share == 0


def test_a_reflection_is_no_matter_on_a_lit_screen(tmp_path: Path) -> None:
    lit = judged(spotted(scene(5), 100), tmp_path, "screen-on")
    assert "glare" not in {problem.code for problem in lit.problems}


def measurement(**changes: float) -> Measurement:
    usual: dict[str, float] = {
        "edge_steepness": 0.7, "laplacian_variance": 400, "bright_level": 180, "contrast_levels": 120,
        "range_levels": 200, "highlight_gap": 10, "glare_share": 0.0, "ink_share": 0.5,
    }  # fmt: skip
    return Measurement(**(usual | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("steepness", "variance", "code"),
    [
        (0.32, 900, "blurry"), (0.33, 900, "soft"), (0.39, 149, "blurry"), (0.39, 150, "soft"),
        (0.40, 10, "soft"), (0.459, 10, "soft"), (0.46, 10, None),
    ],
)  # fmt: skip
def test_the_second_witness_decides_between_soft_and_blurry(
    steepness: float, variance: float, code: str | None
) -> None:
    problem = quality.sharpness_problem(measurement(edge_steepness=steepness, laplacian_variance=variance))
    assert (problem.code if problem else None) == code


@pytest.mark.parametrize(
    ("level", "contrast", "code"),
    [(89, 120, "dark"), (90, 120, "dim"), (119, 120, "dim"), (120, 120, None), (180, 49, "flat"), (89, 10, "dark")],
)  # fmt: skip
def test_light(level: int, contrast: int, code: str | None) -> None:
    problem = quality.light_problem(
        measurement(bright_level=level, contrast_levels=contrast, range_levels=contrast)
    )
    assert (problem.code if problem else None) == code


@pytest.mark.parametrize(
    ("on", "off", "hinted"),
    [(80, 20, False), (30, 20, False), (20, 20, True), (39, None, True), (40, None, False)],
)
def test_the_screen_hint_is_relative_to_the_screen_that_is_off(
    on: int, off: int | None, hinted: bool
) -> None:
    problem = quality.screen_problem(on, off)
    assert (problem is not None) == hinted
    assert problem is None or (problem.code, problem.severity) == ("looks-off", "hint")


def test_every_message_says_what_to_do_and_gives_measure_and_limit(tmp_path: Path) -> None:
    for spoiled in (blurred(scene(1), 8), darker(scene(1), 0.2), resized(scene(1), 700)):
        problem = next(p for p in judged(spoiled, tmp_path).problems if p.severity == "reject")
        assert ":" in problem.message
        assert problem.measured is not None
        assert problem.limit is not None
        assert problem.measured < problem.limit
