"""The values that carriers are asked with and answer with."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Literal

import msgspec

from returnctl.carriers.status import Status
from returnctl.errors import Usage

Environment = Literal["production", "test", "sandbox"]
LabelFormat = Literal["pdf", "png", "zpl", "qr"]


class Can(StrEnum):
    """The verbs that a carrier may have."""

    TRACK = "track"
    POINTS = "drop-off-points"
    PICKUP = "schedule-pickup"
    QUOTE = "quote"
    LABEL = "return-label"
    VOID = "void-label"


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """An amount as decimal text, `8.40`, and its currency, `USD`."""

    amount: str
    currency: str


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One scan of a parcel. `code` and `description` are the carrier's own.

    `time` is ISO 8601 in the place's local time; with its offset where the carrier told it, else without one.
    """

    time: str | None
    status: Status
    code: str
    description: str
    place: str


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """Where a parcel is. `events` has the newest first; the times are like `Event.time`, or a date alone.

    `found` is None where nobody could be asked, False where the carrier does not know the number (yet).
    """

    carrier: str
    tracking_number: str
    found: bool | None
    status: Status = Status.UNKNOWN
    code: str = ""
    description: str = ""
    delayed: bool = False
    delivered_at: str | None = None
    estimated_delivery: str | None = None
    last_event_at: str | None = None
    link: str | None = None
    events: tuple[Event, ...] = ()


class Near(msgspec.Struct, frozen=True, kw_only=True):
    """Where to look for drop-off points: a postcode, or a city and its state."""

    postal_code: str = ""
    city: str = ""
    state: str = ""
    country: str = "US"

    @classmethod
    def parse(cls, text: str) -> Near:
        """From `94107`, `94107-1234` or `San Francisco, CA`. Raises Usage for anything else."""
        text = " ".join(text.split())
        if re.fullmatch(r"\d{5}(-?\d{4})?", text, re.ASCII):
            return cls(postal_code=text[:5])
        match = re.fullmatch(r"([^,\d]{2,50}?) ?, ?([A-Za-z]{2})", text)
        if match:
            return cls(city=match[1], state=match[2].upper())
        raise Usage(
            f"{text[:60]!r} is no place.", hint='Give a postcode, or "city, state" such as "Austin, TX".'
        )


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A drop-off point.

    `hours` goes from `monday` to `sunday`, each `09:00-17:00`, several spans with commas, `closed` or `24 h`;
    a day that the carrier does not mention is missing. `open_today` is None when today is not among them.
    """

    carrier: str
    name: str
    address: str
    distance_km: float | None
    open_today: bool | None = None
    hours: dict[str, str] = {}


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """A postal address. `state` has two letters; of person (`name`) and firm one may be missing."""

    name: str = ""
    company: str = ""
    lines: tuple[str, ...]
    city: str
    state: str
    postal_code: str
    country: str = "US"
    phone: str = ""
    email: str = ""
    residential: bool = True


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """Pounds and inches: the carriers' units where they collect."""

    weight_lb: float
    length_in: float
    width_in: float
    height_in: float
    description: str = "Electronic device"


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """The account that pays. USPS has three numbers beside its payment account, which is `number`."""

    number: str = ""
    crid: str = ""
    mid: str = ""
    manifest_mid: str = ""


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """A registered application at a carrier. FedEx may have a second pair for tracking."""

    client_id: str
    client_secret: str
    account: Account = Account()
    tracking_id: str = ""
    tracking_secret: str = ""

    def __repr__(self) -> str:
        return f"Credentials(client_id={self.client_id[:4]!r}…)"

    def for_tracking(self) -> Credentials:
        """The pair that tracking asks for."""
        if not self.tracking_id:
            return self
        return msgspec.structs.replace(self, client_id=self.tracking_id, client_secret=self.tracking_secret)


class LabelOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A return label to be quoted or bought: from the customer to the seller.

    `reference` is our own and finds the label again (up to 14 letters and digits), `order` the order number
    that the seller reads, `key` a UUID for carriers that know idempotency. `service` empty: the carrier's
    surface service for returns.
    """

    customer: Address
    seller: Address
    package: Package
    reference: str
    order: str
    key: str
    mail_date: date
    service: str = ""
    format: LabelFormat = "pdf"


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """What a service would cost. `basis` is `account` for negotiated prices, else `list`."""

    carrier: str
    service: str
    name: str
    price: Money
    basis: str
    surface: bool
    delivery_days: int | None = None


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """A bought label. `image` is None where the carrier gave none; `shipment` is what undoing it needs.

    `media` is what `image` is: `pdf`, `png`, `gif`, `zpl`.
    """

    carrier: str
    tracking_number: str
    media: str = ""
    image: bytes | None = None
    price: Money | None = None
    service: str = ""
    shipment: str = ""


class Voided(msgspec.Struct, frozen=True, kw_only=True):
    """A label undone. `refund` is `done`, or `asked` with the carrier's number for it in `reference`."""

    refund: Literal["done", "asked"]
    reference: str = ""


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """When a driver may come. Times are `HH:MM`, local to the address."""

    date: date
    ready: str = "09:00"
    close: str = "17:00"


class PickupOrder(Slot, frozen=True, kw_only=True):
    """A collection to be booked."""

    address: Address
    package: Package
    tracking_number: str
    where: Literal["front-door", "back-door", "side-door", "reception", "mailbox"] = "front-door"
    note: str = ""


class PickupOffer(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the carrier comes on that day. `price` is None where it tells none, `cutoff` is `HH:MM`."""

    available: bool
    reason: str = ""
    price: Money | None = None
    cutoff: str | None = None


class Pickup(Slot, frozen=True, kw_only=True):
    """A booked collection, with all that cancelling it needs."""

    carrier: str
    confirmation: str
    location: str = ""
    etag: str = ""
    price: Money | None = None


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """What an OAuth endpoint gave: the token and its life in seconds."""

    value: str
    lives: int

    def __repr__(self) -> str:
        return f"Token(lives={self.lives})"
