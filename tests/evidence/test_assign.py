"""Which file shows which view."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from returnctl.errors import Usage
from returnctl.evidence import assign
from returnctl.evidence.assign import assign_views, capture_time, in_order, list_pictures, view_of
from tests.evidence.drawing import jpeg, scene

PHONE = ("screen-on", "screen-off", "back", "left", "right", "top", "bottom")
COMPUTER = ("screen-on", "screen-off", "back-case", "left-open", "right-open", "front-closed", "back-closed")


@pytest.mark.parametrize(
    ("name", "view"),
    [
        ("left.jpg", "left"), ("LEFT.JPG", "left"), ("Screen On.heic", "screen-on"),
        ("screen_off.png", "screen-off"), ("my phone-left.jpg", "left"), ("My_Phone_Back.jpg", "back"),
        ("10000001-screen-on.jpg", "screen-on"), ("左側-left.jpg", "left"), ("ｌｅｆｔ.jpg", "left"),
        ("leftish.jpg", None), ("theleft.jpg", None), ("left-1.jpg", None), ("IMG_0001.jpg", None),
        ("on.jpg", None), ("left.front.jpg", None), ("写真.jpg", None), (".jpg", None),
    ],
)  # fmt: skip
def test_a_name_says_its_view(name: str, view: str | None) -> None:
    assert view_of(Path("photos") / name, PHONE) == view


def test_the_longest_view_wins() -> None:
    assert view_of(Path("a-back-case.jpg"), ("case", "back-case", "back")) == "back-case"
    assert view_of(Path("back-closed.jpg"), ("closed", *COMPUTER)) == "back-closed"


def test_a_set_by_name_is_in_the_order_of_the_views() -> None:
    files = [Path(f"{view}.jpg") for view in reversed(PHONE)]
    assigned = assign_views([*files, Path("IMG_7.jpg")], PHONE)
    assert list(assigned.by_view) == list(PHONE)
    assert assigned.unassigned == (Path("IMG_7.jpg"),)
    assert not assigned.clashes


def test_two_files_for_a_view_clash() -> None:
    assigned = assign_views([Path("left.jpg"), Path("old-left.png"), Path("back.jpg")], PHONE)
    assert assigned.by_view == {"back": Path("back.jpg")}
    assert assigned.clashes == {"left": (Path("left.jpg"), Path("old-left.png"))}


def test_a_persons_word_goes_before_a_name() -> None:
    explicit = {"left": Path("right.jpg"), "defect-1": Path("scratch.jpg")}
    files = [Path("left.jpg"), Path("right.jpg"), Path("scratch.jpg"), Path("top.jpg")]
    assigned = assign_views(files, PHONE, explicit=explicit)
    assert assigned.by_view == explicit | {"top": Path("top.jpg")}
    assert list(assigned.by_view) == ["left", "top", "defect-1"]
    assert assigned.unassigned == (Path("left.jpg"),)


def test_one_file_given_twice_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assigned = assign_views([Path("left.jpg"), tmp_path / "left.jpg", Path("./left.jpg")], PHONE)
    assert assigned.by_view == {"left": Path("left.jpg")}


def test_pictures_of_other_steps_may_lie_beside() -> None:
    others = [Path("inside.jpg"), Path("my-outside.jpg"), Path("disconnect-proof.png"), Path("imei-box.jpg")]
    assigned = assign_views([*others, Path("left.jpg")], PHONE)
    assert assigned.elsewhere == tuple(others)
    assert not assigned.unassigned
    assert assign_views([Path("inside.jpg")], ("inside", "outside")).by_view == {"inside": Path("inside.jpg")}


@given(st.lists(st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=30), max_size=20))
def test_every_file_goes_to_exactly_one_place(names: list[str]) -> None:
    files = [Path("photos") / name for name in names if name not in {".", ".."}]
    assigned = assign_views(files, PHONE)
    clashing = [path for paths in assigned.clashes.values() for path in paths]
    placed = [*assigned.by_view.values(), *assigned.unassigned, *assigned.elsewhere, *clashing]
    assert len(placed) == len(set(placed)) == len(set(files))


def test_a_folder_is_listed_without_opening_or_following(tmp_path: Path) -> None:
    for name in ("b-10.jpg", "b-9.JPEG", "写真-left.HEIC", "a.png", "notes.txt", ".hidden.jpg", "film.mov"):
        (tmp_path / name).touch()
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "deep.jpg").touch()
    (tmp_path / "link.jpg").symlink_to(tmp_path / "a.png")
    (tmp_path / "away").symlink_to("/")
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "a.png").chmod(0)
    listing = list_pictures(tmp_path)
    assert [path.name for path in listing.files] == ["a.png", "b-9.JPEG", "b-10.jpg", "写真-left.HEIC"]
    assert {entry.path.name: entry.reason for entry in listing.ignored} == {
        "notes.txt": "not a picture, by its name",
        "film.mov": "not a picture, by its name",
        ".hidden.jpg": "hidden",
        "more": "a folder, not entered",
        "link.jpg": "a link, not followed",
        "away": "a link, not followed",
        "pipe.jpg": "not a file",
    }


def test_500_files_are_listed(tmp_path: Path) -> None:
    for number in range(500):
        (tmp_path / f"IMG_{number}.jpg").touch()
    listing = list_pictures(tmp_path)
    assert [path.name for path in listing.files] == [f"IMG_{number}.jpg" for number in range(500)]
    assert len(assign_views(listing.files, PHONE).unassigned) == 500


def test_a_folder_that_is_none_or_too_full_is_a_usage_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Usage, match="can't be read"):
        list_pictures(tmp_path / "missing")
    monkeypatch.setattr(assign, "MAX_FILES", 3)
    for number in range(4):
        (tmp_path / f"{number}.jpg").touch()
    with pytest.raises(Usage, match="more than 3 files"):
        list_pictures(tmp_path)


def taken(path: Path, time: str | None, fraction: str = "") -> Path:
    exif = Image.Exif()
    if time:
        exif.get_ifd(0x8769)[0x9003] = time
        exif.get_ifd(0x8769)[0x9291] = fraction
    path.write_bytes(jpeg(scene(1, (200, 150)), exif=exif))
    return path


def test_the_order_of_shooting_decides(tmp_path: Path) -> None:
    last = taken(tmp_path / "a.jpg", "2026:05:04 10:00:02")
    first = taken(tmp_path / "b.jpg", "2026:05:04 10:00:01", "10")
    second = taken(tmp_path / "c.jpg", "2026:05:04 10:00:01", "9")
    assigned = in_order([last, first, second], ["front", "back", "left"])
    assert assigned.by_view == {"front": first, "back": second, "left": last}


def test_shots_of_one_moment_go_by_their_numbers(tmp_path: Path) -> None:
    files = [taken(tmp_path / f"IMG_{number}.jpg", "2026:05:04 10:00:01") for number in (10, 9)]
    assert list(in_order(files, ["front", "back"]).by_view.values()) == files[::-1]


def test_the_order_needs_one_picture_for_each_view(tmp_path: Path) -> None:
    with pytest.raises(Usage, match="1 pictures for 2 views"):
        in_order([taken(tmp_path / "a.jpg", "2026:05:04 10:00:02")], ["front", "back"])


def test_the_order_needs_a_time_in_each(tmp_path: Path) -> None:
    files = [taken(tmp_path / "a.jpg", "2026:05:04 10:00:02"), taken(tmp_path / "b.jpg", None)]
    with pytest.raises(Usage, match=r"no capture time in b\.jpg"):
        in_order(files, ["front", "back"])


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2026:05:04 10:00:02", datetime(2026, 5, 4, 10, 0, 2)),
        ("0000:00:00 00:00:00", None), ("    :  :     :  :  ", None), ("yesterday", None), (None, None),
    ],
)  # fmt: skip
def test_a_time_that_makes_no_sense_is_none(
    time: str | None, expected: datetime | None, tmp_path: Path
) -> None:
    assert capture_time(taken(tmp_path / "a.jpg", time)) == expected


def test_the_time_of_what_is_no_picture_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    assert capture_time(tmp_path / "a.jpg") is None


def test_the_zone_of_a_heic_is_left_out_for_sorting(data: Path) -> None:
    assert capture_time(data / "photo.heic") == datetime(2026, 5, 4, 10, 11, 12, 345_000)
