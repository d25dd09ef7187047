"""Takes out of a picture what a phone writes beside it, and leaves every pixel as it was.

Place, maker, serial numbers, thumbnails, comments: all of it goes, but for which way is up and when the picture was
taken. The first is needed to see it, the second to tell two shots of one scene from one shot sent twice.
"""

from __future__ import annotations

from typing import Final

from returnctl.evidence import metadata
from returnctl.evidence.copies import clean_copy
from returnctl.evidence.prepare import open_picture, orientation_of
from returnctl.evidence.segments import NO_END, STRAY, Part, jpeg_parts, png_parts

_LARGEST: Final = 40_000_000  # bytes of a copy where there is no way but to make one
_ORIENTATION: Final = 0x0112
_EXIF_IFD: Final = 0x8769
_TIMES: Final = (0x9003, 0x9011, 0x9291)  # taken at, its offset, its fraction of a second
# Tells the decoder how the colours are stored: without it a CMYK or RGB JPEG comes out wrong.
_ADOBE: Final = "marker EE"


def cut(data: bytes) -> bytes:
    """A JPEG or PNG without its metadata; a picture of another kind becomes a JPEG.

    Raises:
        BadPicture: it is no picture, or one that can't be used.
        Refused: no copy of it is small enough.
    """
    picture = open_picture(data)
    parts: list[Part] = []
    if picture.format == "JPEG":
        parts = list(jpeg_parts(data))
    elif picture.format == "PNG" and orientation_of(picture.image) == 1:
        parts = list(png_parts(data))
    if not parts or parts[-1].name in (STRAY, NO_END):
        return clean_copy(data, max_bytes=_LARGEST, keep_time=True, keep_png=True).data
    if picture.format == "JPEG":
        return _jpeg(data, parts, _exif(picture.image))
    return data[:8] + b"".join(data[part.start : part.end] for part in parts if not part.name)


def _jpeg(data: bytes, parts: list[Part], exif: bytes) -> bytes:
    parts = [part for part in parts if not part.name or part.name == _ADOBE]
    # JFIF asks to be first, so the Exif block goes behind it.
    jfif = 1 if parts and data[parts[0].start + 1] == 0xE0 else 0
    whole = memoryview(data)
    kept = [whole[part.start : part.end] for part in parts]
    return b"".join([data[:2], *kept[:jfif], _segment(exif), *kept[jfif:]])


def _segment(exif: bytes) -> bytes:
    return b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif if exif else b""


def _exif(image: object) -> bytes:
    """An Exif block with orientation and time alone; empty where there is neither."""
    from PIL.Image import Exif, Image

    assert isinstance(image, Image)
    tags = metadata.exif_tags(image)
    exif = Exif()
    if (orientation := orientation_of(image)) != 1:
        exif[_ORIENTATION] = orientation
    if metadata.captured_at(image):
        times = {tag: value for tag in _TIMES if isinstance(value := tags.get(tag), str) and len(value) < 40}
        exif.get_ifd(_EXIF_IFD).update(times)
    elif orientation == 1:
        return b""
    return exif.tobytes()
