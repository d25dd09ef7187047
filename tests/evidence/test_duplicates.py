"""The same picture again is told from another one of the same kind, in any orientation and however it was saved."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from itertools import combinations
from pathlib import Path

import imagehash
import msgspec
import pytest
from msgspec.structs import replace
from PIL import Image, ImageEnhance
from PIL.Image import Transpose

from returnctl.evidence import duplicates
from returnctl.evidence.duplicates import Fingerprint, compare, duplicate_problem
from returnctl.evidence.look import Look, look_at
from tests.evidence.drawing import grainy, jpeg, resized, saved, scene

Change = Callable[[Image.Image], bytes]


def taken(picture: Image.Image | bytes, folder: Path) -> Fingerprint:
    path = folder / "picture.jpg"
    path.write_bytes(picture if isinstance(picture, bytes) else jpeg(picture))
    look = look_at(path)
    assert isinstance(look, Look)
    return look.fingerprint


def crop(picture: Image.Image, share: float) -> Image.Image:
    width, height = picture.size
    return picture.crop((round(width * share), round(height * share), width, height))


SAVED_AGAIN: dict[str, Change] = {
    "at quality 50": lambda picture: jpeg(picture, quality=50),
    "by a chat": lambda picture: jpeg(resized(picture, 1100), quality=70),
    "small": lambda picture: jpeg(resized(picture, 640), quality=60),
    "as PNG": lambda picture: _png(resized(picture, 900)),
    "a quarter darker": lambda picture: jpeg(ImageEnhance.Brightness(picture).enhance(0.75)),
    "with more contrast": lambda picture: jpeg(ImageEnhance.Contrast(picture).enhance(1.25)),
    "with noise": lambda picture: jpeg(grainy(picture, 9, 6.0)),
}
TURNED: dict[str, Transpose] = {
    "mirrored": Transpose.FLIP_LEFT_RIGHT,
    "upside down": Transpose.ROTATE_180,
    "to the left": Transpose.ROTATE_90,
    "to the right": Transpose.ROTATE_270,
    "mirrored and turned": Transpose.TRANSVERSE,
}


def _png(picture: Image.Image) -> bytes:
    target = io.BytesIO()
    picture.save(target, "PNG", compress_level=1)
    return target.getvalue()


@pytest.fixture(scope="module")
def smaller(scenes: list[Image.Image]) -> list[Image.Image]:
    """The scenes at 1280 x 960 pixels: enough for a hash, and quickly changed."""
    return [resized(picture, 1280) for picture in scenes]


@pytest.fixture(scope="module")
def prints(smaller: list[Image.Image], tmp_path_factory: pytest.TempPathFactory) -> list[Fingerprint]:
    folder = tmp_path_factory.mktemp("prints")
    return [taken(picture, folder) for picture in smaller]


@pytest.mark.parametrize("way", SAVED_AGAIN)
def test_a_picture_saved_again_is_the_same(
    way: str, smaller: list[Image.Image], prints: list[Fingerprint], tmp_path: Path
) -> None:
    found = [
        compare(taken(SAVED_AGAIN[way](picture), tmp_path), known)[0]
        for picture, known in zip(smaller, prints, strict=True)
    ]
    assert found.count("same") >= 0.95 * len(found)


def test_a_much_brighter_copy_is_never_taken_for_new(
    smaller: list[Image.Image], prints: list[Fingerprint], tmp_path: Path
) -> None:
    """Whites that burn out move up to 32 of the bits: enough for a warning."""
    for picture, known in zip(smaller, prints, strict=True):
        brighter = taken(jpeg(ImageEnhance.Brightness(picture).enhance(1.25)), tmp_path)
        assert compare(brighter, known)[0] in {"same", "alike"}


@pytest.mark.parametrize("way", TURNED)
def test_a_turned_picture_is_noticed(
    way: str, smaller: list[Image.Image], prints: list[Fingerprint], tmp_path: Path
) -> None:
    found = [
        compare(taken(picture.transpose(TURNED[way]), tmp_path), known)[0]
        for picture, known in zip(smaller, prints, strict=True)
    ]
    assert found.count("turned") >= 0.95 * len(found)


def test_other_pictures_are_different(prints: list[Fingerprint]) -> None:
    assert {compare(one, other)[0] for one, other in combinations(prints, 2)} == {"different"}


def test_a_crop_is_not_called_the_same(
    smaller: list[Image.Image], prints: list[Fingerprint], tmp_path: Path
) -> None:
    for picture, known in zip(smaller, prints, strict=True):
        assert compare(taken(crop(picture, 0.05), tmp_path), known)[0] in {"different", "alike"}


@pytest.mark.nightly
@pytest.mark.timeout(600)
def test_a_thousand_pairs_of_other_pictures(tmp_path: Path) -> None:
    many = [taken(scene(seed, (1000, 750)), tmp_path) for seed in range(2000, 2060)]
    assert {compare(one, other)[0] for one, other in combinations(many, 2)} == {"different"}


def test_the_hashes_are_those_of_the_turned_pictures() -> None:
    grey = scene(3, (500, 375)).convert("L")
    upright, *turned = duplicates._turned_hashes(grey)
    assert upright == str(imagehash.dhash(grey, 16))
    expected = {str(imagehash.dhash(grey.transpose(way), 16)) for way in Transpose}
    near = {min((int(hashed, 16) ^ int(own, 16)).bit_count() for own in turned) for hashed in expected}
    assert max(near) <= 2


def edited(picture: Fingerprint, **changes: object) -> Fingerprint:
    return replace(picture, sha256="other", **changes)


def test_equal_bytes_are_the_same_whatever_else(prints: list[Fingerprint]) -> None:
    twin = replace(prints[1], sha256=prints[0].sha256)
    assert compare(prints[0], twin) == ("same", 0)


def test_two_shots_at_different_times_are_not_the_same(prints: list[Fingerprint]) -> None:
    first = datetime(2026, 5, 4, 10, 11, 12)
    one = edited(prints[0], captured_at=first)
    assert compare(one, prints[0])[0] == "same"
    assert compare(one, replace(prints[0], captured_at=first + timedelta(milliseconds=40)))[0] == "alike"


def test_a_copy_that_lost_its_zone_is_the_same(prints: list[Fingerprint]) -> None:
    local = datetime(2026, 5, 4, 10, 11, 12)
    zoned = local.replace(tzinfo=timezone(timedelta(hours=2)))
    assert compare(edited(prints[0], captured_at=local), replace(prints[0], captured_at=zoned))[0] == "same"


def test_another_fall_of_light_is_not_the_same(prints: list[Fingerprint]) -> None:
    other = edited(prints[0], thumbnail=prints[1].thumbnail)
    assert compare(other, prints[0]) == ("alike", 0)


def test_the_problem_names_the_other_view(prints: list[Fingerprint]) -> None:
    known = {"left": prints[0], "top": prints[1]}
    same = duplicate_problem(edited(prints[0]), "right", known)
    assert same
    assert (same.code, same.severity, same.measured) == ("duplicate", "reject", 0)
    assert "same picture as left" in same.message
    assert "right" in same.message
    assert duplicate_problem(prints[2], "right", known) is None


def test_a_duplicate_is_said_before_a_likeness(prints: list[Fingerprint]) -> None:
    alike = edited(prints[0], thumbnail=prints[1].thumbnail)
    problem = duplicate_problem(prints[0], "right", {"left": alike, "top": edited(prints[0])})
    assert problem
    assert (problem.code, "top" in problem.message) == ("duplicate", True)


def test_a_mirrored_picture_is_warned_of(tmp_path: Path) -> None:
    left = scene(5)
    known = {"left": taken(left, tmp_path)}
    problem = duplicate_problem(taken(left.transpose(Transpose.FLIP_LEFT_RIGHT), tmp_path), "right", known)
    assert problem
    assert (problem.code, problem.severity) == ("alike", "warn")
    assert "mirrored or turned" in problem.message


def test_a_fingerprint_is_small_and_survives_json(prints: list[Fingerprint]) -> None:
    written = msgspec.json.encode(prints[0])
    assert len(written) < 3_000
    assert msgspec.json.decode(written, type=Fingerprint) == prints[0]


def test_a_blank_picture_can_be_compared(tmp_path: Path) -> None:
    blank = taken(saved(Image.new("L", (1200, 900), 255), tmp_path / "blank.jpg").read_bytes(), tmp_path)
    assert compare(edited(blank), blank)[0] == "same"
