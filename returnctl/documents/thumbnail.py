"""A picture made small for a page."""

from __future__ import annotations

import io

_DPI = 150
_QUALITY = 82


def thumbnail(data: bytes, width: float, height: float) -> tuple[bytes, float, float] | None:
    """A small upright JPEG, and its size in points within the frame; None where the picture can't be read."""
    from PIL import Image, ImageOps

    most = (round(width / 72 * _DPI), round(height / 72 * _DPI))
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as picture:
            picture.draft("RGB", (most[0] * 2, most[1] * 2))
            small = ImageOps.exif_transpose(picture).convert("RGB")
    except (Image.DecompressionBombError, OSError, SyntaxError, ValueError, MemoryError):
        return None
    small.thumbnail(most)
    jpeg = io.BytesIO()
    Image.frombytes("RGB", small.size, small.tobytes()).save(jpeg, "JPEG", quality=_QUALITY)
    scale = min(width / small.width, height / small.height)
    return jpeg.getvalue(), small.width * scale, small.height * scale
