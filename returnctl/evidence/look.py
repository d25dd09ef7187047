"""One look at a picture: opened once, decoded once, measured. Everything that is judged comes from here."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from returnctl.evidence.duplicates import Fingerprint, fingerprint
from returnctl.evidence.measure import WORKING_SIDE, Measurement, colour_levels, measure, plain_share
from returnctl.evidence.metadata import captured_at, has_camera
from returnctl.evidence.prepare import decode_scaled, open_picture, scaled
from returnctl.evidence.problems import BadPicture, Problem

if TYPE_CHECKING:
    from PIL import Image

# A screenshot is told by its even areas, which scaling would smear: it is decoded nearly whole.
_SCREENSHOT_SIDE: Final = 3200
_PLAIN_SHARE: Final = 0.55


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What one look at a picture found. Width and height are in pixels, as it is meant to be seen."""

    width: int
    height: int
    screenshot: bool
    measurement: Measurement
    fingerprint: Fingerprint

    @property
    def long_side(self) -> int:
        """The longer side in pixels."""
        return max(self.width, self.height)


class _Decoded(msgspec.Struct, frozen=True, kw_only=True):
    """A picture between its decode and its measurement; the file's bytes are let go by then."""

    sha256: str
    captured_at: datetime | None
    width: int
    height: int
    plain: bool
    grey: Any  # PIL's Image, mode L; msgspec can't know the type at run time
    colours: Any  # PIL's Image, mode RGB, or None


def look_at(path: Path | bytes, *, colours: bool = False, screenshot: bool = False) -> Look | Problem:
    """Looks at one picture; the problem where it is none.

    With `colours` the fingerprint says how colourful the middle is; with `screenshot` the look tells whether
    it is one. Both cost a dearer decode.
    """
    try:
        return _measured(_decoded(path, colours=colours, screenshot=screenshot))
    except BadPicture as error:
        return error.problem


def look_at_all(paths: Iterable[tuple[Path | bytes, bool]], *, threads: int = 2) -> list[Look | Problem]:
    """Looks at many pictures, each with a flag for its colours, in the order given."""
    wanted = list(paths)
    if threads < 2 or len(wanted) < 2:
        return [look_at(path, colours=colours) for path, colours in wanted]
    with ThreadPoolExecutor(threads) as pool:
        decodes = [pool.submit(_decoded, path, colours=colours) for path, colours in wanted]
        looks = [pool.submit(_finish, decode) for decode in decodes]
        _import_numbers()
        return [look.result() for look in looks]


def _finish(decode: Future[_Decoded]) -> Look | Problem:
    try:
        return _measured(decode.result())
    except BadPicture as error:
        return error.problem


def _import_numbers() -> None:
    """Loads numpy while the pool decodes: it takes as long as decoding four pictures."""
    import imagehash  # noqa: F401 - imported for the effect


def _decoded(path: Path | bytes, *, colours: bool = False, screenshot: bool = False) -> _Decoded:
    picture = open_picture(path)
    # Decoded before its metadata is read: for that, Pillow decodes a PNG, and keeps what broke to itself.
    image = decode_scaled(
        picture,
        long_side=_SCREENSHOT_SIDE if screenshot else WORKING_SIDE,
        mode="RGB" if colours else "L",
    )
    turned = (image.width > image.height) != (picture.width > picture.height)
    width, height = (picture.height, picture.width) if turned else (picture.width, picture.height)
    return _Decoded(
        sha256=picture.sha256,
        captured_at=captured_at(picture.image),
        width=width,
        height=height,
        plain=screenshot and not has_camera(picture.image) and plain_share(image) >= _PLAIN_SHARE,
        grey=scaled(image, WORKING_SIDE).convert("L"),
        colours=image if colours else None,
    )


def _measured(decoded: _Decoded) -> Look:
    grey: Image.Image = decoded.grey
    return Look(
        width=decoded.width,
        height=decoded.height,
        screenshot=decoded.plain,
        measurement=measure(grey),
        fingerprint=fingerprint(
            grey,
            sha256=decoded.sha256,
            captured_at=decoded.captured_at,
            colour_levels=colour_levels(decoded.colours) if decoded.colours else None,
        ),
    )
