"""Copies that may leave the house: upright, without metadata, small enough to attach.

A copy keeps its colours (an RGB profile goes along, anything else becomes sRGB) and, if asked for, the time
it was taken: that supports "photographed before shipping". Each copy is read back before it is handed out.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from returnctl.errors import Refused
from returnctl.evidence import metadata
from returnctl.evidence.prepare import Picture, decode, open_picture, orientation_of, to_mode, upright
from returnctl.evidence.problems import BadPicture
from returnctl.evidence.segments import foreign_parts, only_picture

if TYPE_CHECKING:
    from PIL import Image

# JPEG quality 85 at up to 4096 pixels: 1.3 MB for a phone photo, 0 of 48 above 3 MB. 2016 is half of the
# usual 4032, which decodes at no cost.
_LADDER: Final = ((4096, 85), (4096, 75), (2016, 85), (2016, 75), (1600, 75), (1280, 75), (1000, 65))
_LARGEST_PROFILE: Final = 64_000  # bytes; a profile that is larger is no phone's, and could hide things
_PNG: Final = b"\x89PNG"
_TAKEN_AT: Final = 0x9003
_EXIF_IFD: Final = 0x8769


class CleanCopy(msgspec.Struct, frozen=True, kw_only=True):
    """A copy in memory: the file's bytes, its extension (`.jpg`, `.png`) and its size in pixels.

    `removed` names the kinds of metadata that the original had, `shrunk` says that it has fewer pixels, `encoded`
    that it was compressed anew: where a picture is upright and fits, its pixels stay byte for byte.
    `source_sha256` (hex) is of the original as it was read for the copy.
    """

    data: bytes
    extension: str
    width: int
    height: int
    removed: tuple[str, ...]
    shrunk: bool
    encoded: bool
    source_sha256: str


def clean_copy(
    source: Path | bytes,
    *,
    max_bytes: int = 3_000_000,
    long_side: int = 4096,
    keep_time: bool = False,
    keep_png: bool = False,
) -> CleanCopy:
    """A copy of at most `max_bytes` and `long_side` pixels: a JPEG, or with `keep_png` a PNG as it was.

    Raises:
        BadPicture: the source is no picture, or damaged.
        Refused: no copy fits into `max_bytes`.
    """
    picture = open_picture(source)
    # A tenth shorter is welcome where it saves decoding at full size: 200 megapixels at 4080 pixels.
    stored = decode(picture, long_side=round(long_side * 0.9), mode="RGB")
    removed = metadata.kinds_of(stored)
    exif = _exif_with_time(stored) if keep_time else b""
    if not exif and (untouched := _untouched(picture, stored, long_side)) and len(untouched) <= max_bytes:
        return CleanCopy(
            data=untouched,
            extension=".jpg",
            width=picture.width,
            height=picture.height,
            removed=removed,
            shrunk=False,
            encoded=False,
            source_sha256=picture.sha256,
        )
    image, profile = _in_colour(stored)
    extras = {"exif": exif, "icc_profile": profile}
    wants_png = keep_png and picture.format == "PNG"
    copy, data = _fitting(_within(image, long_side), max_bytes, extras, wants_png=wants_png)
    if copy is None:
        message = f"{picture.name}: no copy of it fits into {max_bytes:,} bytes"
        raise Refused(message, hint="Take the photo again with the phone's camera.")
    _check(data, copy.size, time_kept=bool(exif))
    return CleanCopy(
        data=data,
        extension=".png" if data.startswith(_PNG) else ".jpg",
        width=copy.width,
        height=copy.height,
        removed=removed,
        shrunk=max(copy.size) < picture.long_side,
        encoded=True,
        source_sha256=picture.sha256,
    )


def _untouched(picture: Picture, stored: Image.Image, long_side: int) -> bytes | None:
    """The file without its metadata and as it was compressed; None where the picture itself has to change."""
    from PIL import ImageChops

    profile = stored.info.get("icc_profile") or b""
    fits = picture.format == "JPEG" and picture.long_side <= long_side and stored.mode in {"RGB", "L"}
    if not fits or orientation_of(stored) != 1 or (profile and not _is_plain_rgb(profile)):
        return None
    data = only_picture(picture.data, profile)
    if data is None or foreign_parts(data):
        return None
    try:
        again = decode(open_picture(data), long_side=round(long_side * 0.9), mode="RGB")
    except BadPicture:
        return None
    same = again.mode == stored.mode and again.size == stored.size
    return data if same and ImageChops.difference(again, stored).getbbox() is None else None


def _in_colour(stored: Image.Image) -> tuple[Image.Image, bytes]:
    """The picture upright in RGB, and the colour profile that goes with these pixels; empty for sRGB."""
    profile = stored.info.get("icc_profile") or b""
    if _is_plain_rgb(profile) and stored.mode in {"RGB", "RGBA", "P"}:
        colours = to_mode(stored, "RGB")
    else:
        colours, profile = _in_srgb(stored, profile), b""
    colours = upright(colours, orientation_of(stored))
    colours.info = {}  # the encoders take comments and more from here
    return colours, profile


def _is_plain_rgb(profile: bytes) -> bool:
    """Whether an ICC profile is for RGB (ICC.1, section 7.2: its size, and the colour space at byte 16), and small."""
    whole = int.from_bytes(profile[:4], "big") == len(profile)
    return whole and profile[16:20] == b"RGB " and len(profile) <= _LARGEST_PROFILE


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """The picture's colours as sRGB; as they are where there is no profile, or one that doesn't fit."""
    from PIL import ImageCms

    if profile and image.mode in {"RGB", "CMYK"}:
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            if converted:
                return converted
    return to_mode(image, "RGB")


def _within(image: Image.Image, long_side: int) -> Image.Image:
    """The picture no longer than `long_side` pixels."""
    from PIL.Image import Resampling

    longer = max(image.size)
    if longer <= long_side:
        return image
    width, height = (max(1, round(side * long_side / longer)) for side in image.size)
    return image.resize((width, height), Resampling.LANCZOS, reducing_gap=2.0)


def _exif_with_time(image: Image.Image) -> bytes:
    """An Exif block with the capture time alone; empty where the camera wrote none."""
    from PIL.Image import Exif

    taken = metadata.captured_at(image)
    if taken is None:
        return b""
    exif = Exif()
    exif.get_ifd(_EXIF_IFD)[_TAKEN_AT] = taken.strftime("%Y:%m:%d %H:%M:%S")
    return exif.tobytes()


def _fitting(
    image: Image.Image, max_bytes: int, extras: Mapping[str, bytes], *, wants_png: bool
) -> tuple[Image.Image | None, bytes]:
    """The first step of the ladder that fits: what was written, and its bytes; None where none does."""
    if wants_png and len(data := _encoded(image, "PNG", extras)) <= max_bytes:
        return image, data
    for side, quality in _LADDER:
        smaller = _within(image, side)
        data = _encoded(smaller, "JPEG", {**extras, "quality": quality, "comment": b""})
        if len(data) <= max_bytes:
            return smaller, data
    return None, b""


def _encoded(image: Image.Image, kind: str, options: Mapping[str, object]) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def _check(data: bytes, size: tuple[int, int], *, time_kept: bool) -> None:
    """Reads the copy back: it must open at its size and hold nothing beside picture, profile and time."""
    foreign = set(foreign_parts(data)) - ({"Exif"} if time_kept else set())
    reread = open_picture(data)
    if foreign or (reread.width, reread.height) != size:
        what = ", ".join(sorted(foreign)) or "another size"
        raise AssertionError(f"a clean copy came out with {what}")
