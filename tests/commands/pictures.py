"""Pictures that are drawn once for all tests, by all workers."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from filelock import FileLock
from PIL import Image, ImageFilter

from returnctl.sandbox.pictures import VIEWS, draw_photos
from tests.commands.world import IMEI, NUMBER

_SPOILING: dict[str, Callable[[Image.Image], Image.Image]] = {
    "blurry": lambda picture: picture.filter(ImageFilter.GaussianBlur(7)),
    "dark": lambda picture: picture.point(lambda level: level * 0.2),
}


class Pictures:
    """Folders of drawn photos under `root`, made when they are asked for."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def phone(self) -> Path:
        """A smartphone's set; beside it the parcel with NUMBER on its label and the box with IMEI on it."""
        return self.of("smartphone")

    def of(self, kind: str) -> Path:
        """The set of a kind, with inside.jpg, outside.jpg and disconnect-proof.png."""
        phone = kind == "smartphone"
        return self._made(
            kind,
            lambda folder: draw_photos(
                folder, kind, label=NUMBER if phone else None, imei=IMEI, imei_box=phone
            ),
        )

    def other(self) -> Path:
        """A second set of a smartphone: other pictures under the same names."""
        return self._made("other-phone", lambda folder: draw_photos(folder, "smartphone", seed=2))

    def spoiled(self, how: str) -> Path:
        """The smartphone's `back.jpg`, `blurry` or `dark`."""

        def make(folder: Path) -> None:
            folder.mkdir(parents=True, exist_ok=True)
            with Image.open(self.phone / "back.jpg") as picture:
                _SPOILING[how](picture).save(folder / "back.jpg", quality=88)

        return self._made(how, make) / "back.jpg"

    def set_of_views(self, target: Path, kind: str = "smartphone", *, without: tuple[str, ...] = ()) -> Path:
        """A copy of a set in `target`: only the views, less those left out."""
        target.mkdir(parents=True, exist_ok=True)
        for view in VIEWS[kind]:
            if view not in without:
                shutil.copy(self.of(kind) / f"{view}.jpg", target)
        return target

    def _made(self, name: str, make: Callable[[Path], object]) -> Path:
        folder, made = self._root / name, self._root / f"{name}.made"
        self._root.mkdir(parents=True, exist_ok=True)
        with FileLock(self._root / f"{name}.lock"):
            if not made.exists():
                make(folder)
                made.touch()
        return folder


def stamp(source: Path, target: Path, taken: datetime) -> None:
    """Copy a picture with a capture time in it."""
    with Image.open(source) as picture:
        exif = picture.getexif()
        exif.get_ifd(0x8769)[0x9003] = taken.strftime("%Y:%m:%d %H:%M:%S")
        picture.save(target, exif=exif, quality=88)


def in_turn(pictures: Pictures, target: Path, kind: str = "smartphone") -> list[Path]:
    """A set under a camera's names, taken one minute after the other in the order of the views."""
    target.mkdir(parents=True, exist_ok=True)
    first = datetime(2026, 6, 9, 10, 0)
    made = []
    for number, view in enumerate(VIEWS[kind]):
        made.append(target / f"IMG_{4000 - number}.jpg")
        stamp(pictures.of(kind) / f"{view}.jpg", made[-1], first + timedelta(minutes=number))
    return made
