"""Drop-off points near a place: invented, the same ones every time."""

from __future__ import annotations

import zlib

import msgspec

Hours = tuple[str, str]

# Day (0 is Monday) and its hours as HHMM, None where closed.
HOURS: tuple[tuple[int, Hours | None], ...] = (
    *((day, ("0800", "1800")) for day in range(5)),
    (5, ("1000", "1500")),
    (6, None),
)
_KINDS = ("store", "access-point", "store", "center", "access-point", "store", "access-point", "store")
_STREETS = ("Main Street", "Market Street", "Oak Avenue", "Second Street", "River Road", "Park Avenue")


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A place that takes parcels. `rank` counts from 0, the nearest."""

    rank: int
    kind: str
    street: str
    city: str
    state: str
    postcode: str
    phone: str
    miles: float


def near(postcode: str, city: str, state: str) -> list[Point]:
    """Eight points around a place in the United States, the nearest first; the postcode's noise sets them."""
    noise = zlib.crc32(postcode[:5].encode())
    return [
        Point(
            rank=rank,
            kind=kind,
            street=f"{100 + (noise >> rank) % 800} {_STREETS[(noise + rank) % len(_STREETS)]}",
            city=city or "Albany",
            state=state or "NY",
            postcode=postcode[:5] or "12207",
            phone=f"518555{(noise >> rank) % 10000:04d}",
            miles=round(0.4 + 1.7 * rank + noise % 7 / 10, 1),
        )
        for rank, kind in enumerate(_KINDS)
    ]
