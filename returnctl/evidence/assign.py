"""Which file shows which view: by file name, by the person's word, or by the order of shooting."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from returnctl.errors import Usage
from returnctl.evidence.metadata import captured_at
from returnctl.evidence.prepare import open_picture
from returnctl.evidence.problems import BadPicture

# By name alone: what lies in a folder is opened once, when it is judged.
PICTURE_SUFFIXES: Final = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp", ".heic", ".heif", ".hif"}
)
MAX_FILES: Final = 2_000
# Pictures that other steps take. They may lie in the same folder, under the names they have in the return's.
OTHER_PICTURES: Final = ("inside", "outside", "receipt", "disconnect-proof", "imei", "imei-box", "label")


class Ignored(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of a folder that is not looked at, and why."""

    path: Path
    reason: str


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """What a folder holds: pictures by name, in natural order, and the rest with a reason each."""

    files: tuple[Path, ...]
    ignored: tuple[Ignored, ...]


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """Files put to views; the files left over; the views that two or more files claim, with these.

    `elsewhere` are files whose names say that another step takes them: nothing is wrong with these.
    """

    by_view: dict[str, Path]
    unassigned: tuple[Path, ...] = ()
    clashes: dict[str, tuple[Path, ...]] = {}
    elsewhere: tuple[Path, ...] = ()


def list_pictures(folder: Path) -> Listing:
    """Lists one folder without opening a file, following a link or entering a sub-folder.

    Raises:
        Usage: it can't be read, or holds more than `MAX_FILES` entries.
    """
    files: list[Path] = []
    ignored: list[Ignored] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                path = folder / entry.name
                reason = _why_ignored(entry)
                if reason:
                    ignored.append(Ignored(path=path, reason=reason))
                else:
                    files.append(path)
                if len(files) + len(ignored) > MAX_FILES:
                    message = f"{folder} holds more than {MAX_FILES} files"
                    raise Usage(message, hint="Put the device's photos into a folder of their own.")
    except OSError as error:
        raise Usage(f"{folder} can't be read ({error.strerror}).", hint="Check the folder's name.") from None
    return Listing(
        files=tuple(sorted(files, key=_natural)),
        ignored=tuple(sorted(ignored, key=lambda entry: _natural(entry.path))),
    )


def view_of(path: Path, views: Iterable[str]) -> str | None:
    """The view that a file's name says: its stem is the view's name or ends in it; the longest wins."""
    stem = unicodedata.normalize("NFKC", path.stem).lower().replace("_", "-").replace(" ", "-")
    matching = [view for view in views if stem == view or stem.endswith(f"-{view}")]
    return max(matching, key=len, default=None)


def assign_views(
    files: Iterable[Path], views: Sequence[str], *, explicit: Mapping[str, Path] | None = None
) -> Assignment:
    """Puts files to views by name. What a person said (`explicit`) goes before any name.

    A file named for a view that was given explicitly is left over, not a clash.
    """
    by_view = dict(explicit or {})
    taken = {_identity(path) for path in by_view.values()}
    claims: dict[str, list[Path]] = {}
    unassigned: list[Path] = []
    elsewhere: list[Path] = []
    for path in files:
        if _identity(path) in taken:
            continue
        taken.add(_identity(path))
        view = view_of(path, views)
        if view is None and view_of(path, OTHER_PICTURES):
            elsewhere.append(path)
        elif view is None or view in by_view:
            unassigned.append(path)
        else:
            claims.setdefault(view, []).append(path)
    by_view |= {view: paths[0] for view, paths in claims.items() if len(paths) == 1}
    return Assignment(
        by_view={view: by_view[view] for view in (*views, *by_view) if view in by_view},
        unassigned=tuple(unassigned),
        clashes={view: tuple(paths) for view, paths in claims.items() if len(paths) > 1},
        elsewhere=tuple(elsewhere),
    )


def in_order(files: Sequence[Path], views: Sequence[str]) -> Assignment:
    """Puts files to views by the order in which they were taken: the first to the first view, and so on.

    Show the outcome to a person before anything is sent.

    Raises:
        Usage: there are more or fewer files than views, or a file doesn't say when it was taken.
    """
    if len(files) != len(views):
        message = f"{len(files)} pictures for {len(views)} views: the order only tells with one for each."
        raise Usage(message, hint=f"The views are, in this order: {', '.join(views)}.")
    times = {path: capture_time(path) for path in files}
    timeless = [path.name for path, taken in times.items() if taken is None]
    if timeless:
        message = f"There is no capture time in {', '.join(timeless)}."
        raise Usage(message, hint="Say which view each shows, with --view VIEW=FILE.")
    taken_first = sorted(files, key=lambda path: (times[path] or datetime.min, _natural(path)))
    return Assignment(by_view=dict(zip(views, taken_first, strict=True)))


def capture_time(path: Path) -> datetime | None:
    """When the camera says that it took the picture, on the camera's own clock; reads only the header."""
    try:
        taken = captured_at(open_picture(path).image)
    except BadPicture:
        return None
    return taken.replace(tzinfo=None) if taken else None


def _why_ignored(entry: os.DirEntry[str]) -> str | None:
    if entry.name.startswith("."):
        return "hidden"
    if entry.is_symlink():
        return "a link, not followed"
    if entry.is_dir(follow_symlinks=False):
        return "a folder, not entered"
    if not entry.is_file(follow_symlinks=False):
        return "not a file"
    if Path(entry.name).suffix.lower() not in PICTURE_SUFFIXES:
        return "not a picture, by its name"
    return None


def _identity(path: Path) -> str:
    return os.path.abspath(path)  # noqa: PTH100 - resolve() would follow links


def _natural(path: Path) -> tuple[list[tuple[int, str]], str]:
    """Sorts IMG_2 before IMG_10."""
    pieces = re.findall(r"\d+|\D+", path.name.lower())
    return [(int(piece), "") if piece.isdecimal() else (0, piece) for piece in pieces], path.name
