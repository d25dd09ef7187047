"""Where things lie: the hours between a state and UTC, and the cities that a parcel passes."""

from __future__ import annotations

import msgspec

_HOURS = {"NY": -5, "GA": -5, "MA": -5, "KY": -5, "IL": -6, "TX": -6, "CO": -7, "CA": -8, "OR": -8, "WA": -8}


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A city with its standard time, in minutes east of UTC."""

    city: str
    state: str
    postcode: str
    utc_offset: int


HUB = Place(city="Louisville", state="KY", postcode="40213", utc_offset=-300)


def offset_of(state: str) -> int:
    """Minutes between UTC and a state's standard time; Central where the sandbox does not know the state."""
    return _HOURS.get(state.upper(), -6) * 60
