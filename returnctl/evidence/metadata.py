"""What a picture's metadata says: when it was taken, with what, and which kinds of metadata it carries."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from PIL import Image

_MAKE, _MODEL = 0x010F, 0x0110
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_TAKEN_AT, _OFFSET, _SUB_SECONDS, _MAKER_NOTE = 0x9003, 0x9011, 0x9291, 0x927C
# What Pillow calls each kind, and what people call it.
_KINDS: Final = {
    "xmp": "XMP",
    "XML:com.adobe.xmp": "XMP",
    "photoshop": "IPTC",
    "comment": "comment",
    "mp": "embedded pictures",
    "mpoffset": "embedded pictures",
}


def captured_at(image: Image.Image) -> datetime | None:
    """When the camera says that it took the picture; with an offset only where the camera wrote one."""
    tags = exif_tags(image)
    try:
        taken = datetime.strptime(_text(tags[_TAKEN_AT]), "%Y:%m:%d %H:%M:%S")
    except (KeyError, ValueError):
        return None
    fraction = _text(tags.get(_SUB_SECONDS, "")).strip()
    if fraction.isascii() and fraction.isdigit():
        taken += timedelta(seconds=float(f"0.{fraction}"))
    return taken.replace(tzinfo=_zone(_text(tags.get(_OFFSET, ""))))


def exif_tags(image: Image.Image) -> dict[int, Any]:
    """The tags of the Exif block's own part; empty where there is none or it is broken."""
    return _ifd(image, _EXIF_IFD)


def has_camera(image: Image.Image) -> bool:
    """Whether a camera signed the picture; a screenshot has no maker and no model."""
    try:
        exif = image.getexif()
        return bool(exif.get(_MAKE) or exif.get(_MODEL))
    except Exception:  # noqa: BLE001 - a hostile EXIF block can make the parser raise nearly anything
        return False


def kinds_of(image: Image.Image) -> tuple[str, ...]:
    """The kinds of metadata that an opened picture carries, in words, in a fixed order."""
    found = {kind for key, kind in _KINDS.items() if image.info.get(key)}
    if image.info.get("exif"):
        found.add("EXIF")
    if exif_tags(image).get(_MAKER_NOTE):
        found.add("maker notes")
    if _ifd(image, _GPS_IFD):
        found.add("GPS")
    if getattr(image, "text", None):
        found.add("text")
    return tuple(sorted(found))


def _ifd(image: Image.Image, tag: int) -> dict[int, Any]:
    with contextlib.suppress(Exception):  # a hostile EXIF block can make the parser raise nearly anything
        return dict(image.getexif().get_ifd(tag))
    return {}


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    return str(value).strip("\0 ")


def _zone(offset: str) -> timezone | None:
    """`+02:00` as a zone."""
    try:
        shift = datetime.strptime(offset, "%z").utcoffset()
    except ValueError:
        return None
    return timezone(shift) if shift is not None else None
