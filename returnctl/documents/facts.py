"""What a slip says, as plain values."""

from __future__ import annotations

from datetime import date

import msgspec

_REASONS = {
    "changed-mind": "Changed my mind",
    "faulty-on-arrival": "Faulty on arrival",
    "faulty": "Faulty",
    "damaged-in-transit": "Damaged in transit",
    "wrong-item": "Wrong item received",
    "not-as-described": "Not as described",
    "other": "Other, see below",
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class SlipFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The facts on the slip for the parcel.

    `order` is 1 to 12 digits, `line` tells one device of an order from another. `kind`, `reason` and `wants`
    are the words of the command line (`smartphone`, `faulty`, `refund`) or any others. `packing` is what goes
    into the parcel, one tick box each. `notes` are further sentences for the seller. `lock_screen` says how
    the screen is locked or that it no longer is; with it and without `unlock_code` the slip has a line to
    write the code on by hand. `unlock_code` appears on the drawn slip and nowhere else: not in `repr`, not
    in the text.
    """

    marketplace: str
    name: str
    order: str
    line: str | None = None
    order_date: date | None = None
    return_number: str | None = None
    seller: str | None = None
    kind: str
    brand: str = ""
    model: str = ""
    imei: str | None = None
    serial: str | None = None
    reason: str
    wants: str
    description: str = ""
    notes: tuple[str, ...] = ()
    packing: tuple[str, ...] = ()
    lock_screen: str | None = None
    unlock_code: str | None = None

    def __repr__(self) -> str:
        shown = (
            f"{name}={'***' if name == 'unlock_code' and value else repr(value)}"
            for name, value in ((field, getattr(self, field)) for field in self.__struct_fields__)
        )
        return f"SlipFacts({', '.join(shown)})"

    def __rich_repr__(self) -> list[tuple[str, str]]:
        return [("order", self.order)]

    @property
    def order_and_line(self) -> str:
        """The order as people write it: `10000009` or `10000009, line 2`."""
        return f"{self.order}, line {self.line}" if self.line else self.order

    @property
    def device(self) -> str:
        """Brand, model and kind in words: `Apple iPhone 12 (smartphone)`."""
        name = " ".join(part for part in (self.brand, self.model) if part)
        return f"{name} ({self.kind})" if name else self.kind.capitalize()

    @property
    def reason_in_words(self) -> str:
        """The reason as a person would say it."""
        return _REASONS.get(self.reason, self.reason)

    @property
    def wish_in_words(self) -> str:
        """What the buyer wants, as a person would say it."""
        return self.wants[:1].upper() + self.wants[1:]

    def rows(self) -> list[tuple[str, str]]:
        """Caption and value of every plain fact that is known, in the order of the page."""
        rows = (
            ("Name", self.name),
            ("Device", self.device),
            ("Ordered on", in_words(self.order_date) if self.order_date else ""),
            ("Return number", self.return_number or ""),
            ("IMEI", self.imei or ""),
            ("Serial number", self.serial or ""),
            ("Seller", self.seller or ""),
            ("Order line", self.line or ""),
        )
        return [(caption, value) for caption, value in rows if value]


def in_words(day: date) -> str:
    """A date that reads the same in every market: `21 Nov 2026`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
