"""The same picture given for two views: told by a small fingerprint that a return can keep.

The hash is imagehash's difference hash of 256 bits. Saved again, brightened or sent through a chat, a picture
moves by at most 32 bits, mostly below 16; other pictures of one series are 40 and more apart.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from returnctl.evidence.problems import Problem

if TYPE_CHECKING:
    from PIL import Image

Likeness = Literal["same", "alike", "turned", "different"]

HASH_SIDE: Final = 16
SAME_BITS: Final = 16
ALIKE_BITS: Final = 36
# Standardised thumbnails of one picture differ by less, however it was saved or brightened; two shots from
# one place by more.
SAME_THUMBNAIL_DIFFERENCE: Final = 0.25
_THUMBNAIL_SIDE: Final = 32
_SMALL_SIDE: Final = 125  # pixels; four times what hash and thumbnail are made of


class Fingerprint(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of an accepted picture, so that later ones are compared with it without opening it.

    `turned` holds the 256-bit hashes (hex) of the picture in its eight orientations, upright first;
    `thumbnail` 32 x 32 grey levels, row by row. `colour_levels` is how colourful the middle is, for the
    views of a screen.
    """

    sha256: str
    turned: tuple[str, ...]
    thumbnail: bytes
    captured_at: datetime | None = None
    colour_levels: int | None = None


def fingerprint(
    grey: Image.Image, *, sha256: str, captured_at: datetime | None, colour_levels: int | None
) -> Fingerprint:
    """The fingerprint of an upright grey picture (mode L)."""
    small = grey.reduce(max(1, max(grey.size) // _SMALL_SIDE))  # five times as fast, and a bit or two apart
    return Fingerprint(
        sha256=sha256,
        turned=_turned_hashes(small),
        thumbnail=_thumbnail(small),
        captured_at=captured_at,
        colour_levels=colour_levels,
    )


def compare(one: Fingerprint, other: Fingerprint) -> tuple[Likeness, int]:
    """How alike two pictures are, and the distance of their hashes in bits (of 256).

    `turned` is the same picture mirrored or turned. Two shots at different times, or with another light
    fall, are never `same`.
    """
    if one.sha256 == other.sha256:
        return "same", 0
    upright = int(other.turned[0], 16)
    distances = [(int(hashed, 16) ^ upright).bit_count() for hashed in one.turned]
    if distances[0] <= SAME_BITS and _one_shot(one, other):
        return "same", distances[0]
    if distances[0] <= ALIKE_BITS:
        return "alike", distances[0]
    if min(distances) <= SAME_BITS:
        return "turned", min(distances)
    return "different", distances[0]


def duplicate_problem(mine: Fingerprint, view: str, others: Mapping[str, Fingerprint]) -> Problem | None:
    """`duplicate` or `alike`, naming the other view; None where the picture is new. Duplicates win."""
    found = {name: compare(mine, other) for name, other in others.items()}
    for name, (likeness, bits) in found.items():
        if likeness == "same":
            message = f"This is the same picture as {name}: take one of {view} as well."
            return Problem(
                code="duplicate", severity="reject", message=message, measured=bits, limit=SAME_BITS
            )
    for name, (likeness, bits) in found.items():
        if likeness == "different":
            continue
        turned = likeness == "turned"
        what = f"{name}, mirrored or turned" if turned else name
        return Problem(
            code="alike",
            severity="warn",
            message=f"This looks much like {what}: is it really {view}?",
            measured=bits,
            limit=SAME_BITS if turned else ALIKE_BITS,
        )
    return None


def _one_shot(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether nothing speaks against one exposure: neither the times nor the thumbnails."""
    if one.captured_at and other.captured_at and _local(one.captured_at) != _local(other.captured_at):
        return False
    return thumbnail_difference(one.thumbnail, other.thumbnail) < SAME_THUMBNAIL_DIFFERENCE


def _local(taken: datetime) -> datetime:
    """The camera's own clock: a copy may have lost the offset."""
    return taken.replace(tzinfo=None)


def thumbnail_difference(one: bytes, other: bytes) -> float:
    """The root mean square difference of two thumbnails, each first set to mean 0 and deviation 1."""
    pairs = zip(_standardised(one), _standardised(other), strict=True)
    return math.sqrt(sum((a - b) ** 2 for a, b in pairs) / len(one))


def _standardised(levels: bytes) -> list[float]:
    mean = sum(levels) / len(levels)
    deviation = math.sqrt(sum((level - mean) ** 2 for level in levels) / len(levels)) or 1.0
    return [(level - mean) / deviation for level in levels]


def _turned_hashes(grey: Image.Image) -> tuple[str, ...]:
    """The hashes of the eight orientations, as imagehash would give for each turned picture.

    The picture is shrunk twice, not eight times: turning the small one is the same as shrinking the turned.
    """
    import imagehash
    import numpy as np
    from PIL.Image import Resampling

    tall = np.asarray(grey.resize((HASH_SIDE, HASH_SIDE + 1), Resampling.LANCZOS))
    wide = np.asarray(grey.resize((HASH_SIDE + 1, HASH_SIDE), Resampling.LANCZOS))
    turned = [
        levels[::up, ::left] for levels in (wide, tall.transpose()) for up in (1, -1) for left in (1, -1)
    ]
    return tuple(str(imagehash.ImageHash(levels[:, 1:] > levels[:, :-1])) for levels in turned)


def _thumbnail(grey: Image.Image) -> bytes:
    from PIL.Image import Resampling

    return grey.resize((_THUMBNAIL_SIDE, _THUMBNAIL_SIDE), Resampling.BOX).tobytes()
