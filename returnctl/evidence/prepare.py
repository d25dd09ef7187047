"""Opens pictures that strangers made, safely: once, whole, and only after our own limits have passed.

Everything here takes a path or the bytes of a file, and raises `BadPicture` for whatever can't be used.
Limits are checked on the file's header, before the first pixel is decoded.
"""

from __future__ import annotations

import functools
import hashlib
import io
import os
import stat
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from returnctl.evidence import heif
from returnctl.evidence.formats import DAMAGED, is_heavy_png, kind_of, webp_pixels
from returnctl.evidence.problems import BadPicture, Problem, too_large, unreadable

if TYPE_CHECKING:
    from PIL import Image

MEGA: Final = 1_000_000
# A 200-megapixel phone photo is up to about 90 MB, and JPEG decodes at an eighth of its size. The others
# have no scaled decode: all their pixels lie in memory at once.
MAX_FILE_BYTES: Final = 100 * MEGA
# WEBP's decoder holds each pixel four times over, 16 bytes in all: 60 megapixels took 1 GB and 5 s.
MAX_PIXELS: Final = {"JPEG": 220 * MEGA, "HEIF": 50 * MEGA, "PNG": 60 * MEGA, "WEBP": 13 * MEGA}
# A PNG with transparency, a palette or 16 bits takes twice the time and memory of a plain one.
MAX_HEAVY_PNG_PIXELS: Final = 30 * MEGA
# A progressive JPEG is held whole (6 bytes a pixel) and is gone through once a scan.
MAX_PROGRESSIVE_PIXELS: Final = 36 * MEGA
MAX_PROGRESSIVE_SCANS: Final = 60
_BAND_PIXELS: Final = 2 * MEGA
_PHONE_SETTING: Final = "set the phone's camera to JPEG at 12 megapixels and take it again"


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was read once: its bytes, and what its header says.

    `format` is JPEG (also for MPO, which iPhones write), HEIF, PNG or WEBP. Width and height are in pixels
    as stored, before any turning.
    """

    name: str
    data: bytes
    format: str
    width: int
    height: int
    image: Any  # PIL's Image, opened and not yet decoded; msgspec can't know the type at run time

    @property
    def long_side(self) -> int:
        """The longer side in pixels."""
        return max(self.width, self.height)

    @property
    def sha256(self) -> str:
        """The SHA-256 (hex) of the bytes, worked out each time it is asked for."""
        return hashlib.sha256(self.data).hexdigest()


def read_file(path: Path) -> bytes:
    """The bytes of a regular file, at most `MAX_FILE_BYTES`. Links, folders and devices are not followed.

    Raises:
        BadPicture: there is no such file, it may not be read, it is too large, or it is no file.
    """
    try:
        # O_NONBLOCK: opening a pipe must not wait for someone to write into it.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise BadPicture(unreadable(_why_not_opened(path, error)), name=path.name) from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise BadPicture(unreadable("This is a folder or a device, not a picture."), name=path.name)
        if status.st_size > MAX_FILE_BYTES:
            raise BadPicture(_file_too_large(status.st_size), name=path.name)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(status.st_size)
    except OSError as error:
        message = f"The file can't be read ({error.strerror})."
        raise BadPicture(unreadable(message), name=path.name) from None
    finally:
        os.close(descriptor)


def open_picture(source: Path | bytes, *, name: str | None = None) -> Picture:
    """Reads a picture and checks its header against the limits; decodes nothing.

    Raises:
        BadPicture: with the codes `unreadable`, `too-large` or `animated`.
    """
    data = source if isinstance(source, bytes) else read_file(source)
    shown = name or (source.name if isinstance(source, Path) else "picture")
    if len(data) > MAX_FILE_BYTES:
        raise BadPicture(_file_too_large(len(data)), name=shown)
    kind = kind_of(data)
    if isinstance(kind, Problem):
        raise BadPicture(kind, name=shown)
    image = _pillow_open(data, kind, shown)
    picture = Picture(
        name=shown,
        data=data,
        format=kind,
        width=image.width,
        height=image.height,
        image=image,
    )
    problem = _header_problem(picture)
    if problem:
        raise BadPicture(problem, name=shown)
    return picture


def decode_scaled(picture: Picture, *, long_side: int, mode: str) -> Image.Image:
    """Decodes the picture to `mode` (L or RGB), upright, at most 10 % longer than `long_side` pixels.

    Uses up `picture.image`. A JPEG is decoded at a half, a quarter or an eighth where that suffices.

    Raises:
        BadPicture: the file is cut or damaged.
    """
    stored = decode(picture, long_side=long_side, mode=mode)
    small = scaled(_reduced(stored, long_side, mode), long_side)
    return upright(small, orientation_of(stored))


def _reduced(image: Image.Image, long_side: int, mode: str) -> Image.Image:
    """The picture in `mode`, shrunk by a whole factor before anything else makes copies of all its pixels."""
    factor = max(image.size) // long_side
    if factor <= 1:
        return to_mode(image, mode)
    if image.mode in {"L", "RGB"}:
        return to_mode(image.reduce(factor), mode)
    # What is transparent, has a palette or 16 bits is copied more than once on its way: band by band it costs little.
    from PIL import Image

    small = Image.new(mode, (-(-image.width // factor), -(-image.height // factor)))
    rows = factor * max(1, _BAND_PIXELS // (image.width * factor))
    for top in range(0, image.height, rows):
        band = image.crop((0, top, image.width, min(image.height, top + rows)))
        small.paste(to_mode(band, mode).reduce(factor), (0, top // factor))
    return small


def scaled(image: Image.Image, long_side: int) -> Image.Image:
    """The picture shrunk to `long_side` pixels, where it is more than 10 % longer."""
    from PIL.Image import Resampling

    longer = max(image.size)
    if longer <= long_side * 1.1:
        return image
    width, height = (max(1, round(side * long_side / longer)) for side in image.size)
    return image.resize((width, height), Resampling.BOX)  # other filters move the sharpness measured


def decode(picture: Picture, *, long_side: int, mode: str) -> Image.Image:
    """Decodes the picture as it is stored, not turned, no smaller than `long_side` where it has that.

    `mode` (L or RGB) is what will be made of it: a JPEG can leave its colours undecoded. CMYK, palette and
    16-bit pictures come in their own mode. Uses up `picture.image`.

    Raises:
        BadPicture: the file is cut or damaged.
    """
    image: Image.Image = picture.image
    if picture.format == "JPEG":
        scale = max(1, max(image.size) // long_side)
        image.draft(mode, (image.width // scale, image.height // scale))
        # In one piece: each further piece would wait for the interpreter's lock while others work.
        image.decodermaxblock = len(picture.data)  # type: ignore[attr-defined]
    try:
        image.load()
    except Exception:  # noqa: BLE001 - a damaged file can make a decoder raise nearly anything
        raise BadPicture(unreadable(DAMAGED), name=picture.name) from None
    return image


def to_mode(image: Image.Image, mode: str) -> Image.Image:
    """The same pixels in `mode` (L or RGB); what is transparent becomes white, 16 bits become 8."""
    from PIL import Image

    if image.mode == mode:
        return image
    if image.mode.startswith("I"):
        image = image.point(lambda level: level / 256).convert("L")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image.getchannel("A"))
        image = paper
    return image.convert(mode)


def orientation_of(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 where there is none or it makes no sense."""
    try:
        value = image.getexif().get(0x0112, 1)
    except Exception:  # noqa: BLE001 - a hostile EXIF block can make the parser raise nearly anything
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """The picture as it is meant to be seen, for an EXIF orientation of 1 to 8."""
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    return image.transpose(turns[orientation]) if orientation in turns else image


def _why_not_opened(path: Path, error: OSError) -> str:
    if path.is_symlink():
        return "This is a link: give the picture itself."
    if isinstance(error, FileNotFoundError):
        return "There is no such file."
    return f"The file can't be opened ({error.strerror})."


def _file_too_large(size: int) -> Problem:
    limit = MAX_FILE_BYTES / MEGA
    message = f"The file is larger than {limit:.0f} MB: {_PHONE_SETTING}."
    return too_large(message, measured=size / MEGA, limit=limit)


def _pillow_open(data: bytes, kind: str, name: str) -> Image.Image:
    from PIL import Image

    if kind == "WEBP" and (pixels := webp_pixels(data)) > MAX_PIXELS["WEBP"]:
        raise BadPicture(_too_many_pixels(pixels, MAX_PIXELS["WEBP"]), name=name)
    if kind == "HEIF":
        heif.register_decoder()
    _set_up_pillow()
    try:
        return Image.open(io.BytesIO(data), formats=(kind,))
    except Exception:  # noqa: BLE001 - a hostile header can make a plugin raise nearly anything
        raise BadPicture(unreadable(DAMAGED), name=name) from None


@functools.cache
def _set_up_pillow() -> None:
    from PIL import Image

    # Its own limit refuses a phone's 200 megapixels; ours are checked before anything is decoded.
    Image.MAX_IMAGE_PIXELS = None
    # Broken EXIF is common, no matter here, and nothing to tell a person about.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")


def _header_problem(picture: Picture) -> Problem | None:
    pixels, limit = picture.width * picture.height, MAX_PIXELS[picture.format]
    if picture.format == "PNG" and is_heavy_png(picture.data):
        limit = MAX_HEAVY_PNG_PIXELS
    if pixels > limit:
        return _too_many_pixels(pixels, limit)
    if picture.format in {"PNG", "WEBP"} and getattr(picture.image, "is_animated", False):
        message = "This picture moves: take a photo, or a screenshot that stands still."
        return Problem(code="animated", severity="reject", message=message)
    if picture.format == "JPEG" and picture.image.info.get("progressive"):
        # 0xFFDA starts a scan; inside the compressed data every 0xFF is followed by 0x00 or a restart.
        scans = picture.data.count(b"\xff\xda")
        if pixels > MAX_PROGRESSIVE_PIXELS:
            return _too_many_pixels(pixels, MAX_PROGRESSIVE_PIXELS)
        if scans > MAX_PROGRESSIVE_SCANS:
            return unreadable("This JPEG is built in a way no camera does: save it again as a plain JPEG.")
    return None


def _too_many_pixels(pixels: int, limit: int) -> Problem:
    message = (
        f"The picture has {pixels / MEGA:.0f} megapixels, more than the {limit // MEGA} that can be "
        f"opened here in this format: {_PHONE_SETTING}."
    )
    return too_large(message, measured=pixels / MEGA, limit=limit // MEGA)
