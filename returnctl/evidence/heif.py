"""HEIC and HEIF, the iPhone's default: whether a file is one, whether it is whole, and its decoder.

The decoder returns grey tiles for a file that was cut anywhere and reports no error, so that completeness
is read from the container: ISO/IEC 14496-12, section 4.2 (boxes: size, type, payload).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Final

BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"hevc", b"hevx"})


_PICTURE_BOXES: Final = frozenset({b"meta", b"mdat"})


def brand_of(data: bytes) -> bytes | None:
    """The major brand of an ISO base media file (`heic`, `mp42`, `avif` …); None when it is none."""
    return data[8:12] if data[4:8] == b"ftyp" else None


def is_complete(data: bytes) -> bool:
    """Whether the boxes that make a picture are there, and end inside the file.

    What a phone appends behind them, a short film or a trailer that is no box, may be cut: it is not read.
    """
    seen: set[bytes] = set()
    for kind, end in _top_level_boxes(data):
        if end <= len(data):
            seen.add(kind)
        elif kind in _PICTURE_BOXES:
            return False
    return seen >= _PICTURE_BOXES


def _top_level_boxes(data: bytes) -> Iterator[tuple[bytes, int]]:
    """(type, offset of the first byte after it) of each box. A header that is cut counts as running over."""
    start = 0
    while start < len(data):
        size = int.from_bytes(data[start : start + 4], "big")
        kind = data[start + 4 : start + 8]
        if size == 1:
            size = int.from_bytes(data[start + 8 : start + 16], "big")
        if size == 0:
            size = len(data) - start
        end = start + max(size, 8)
        yield kind, end
        start = end


@functools.cache
def register_decoder() -> None:
    """Teaches Pillow HEIF, without the embedded thumbnails: those need not show what the picture does."""
    import pi_heif

    pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
