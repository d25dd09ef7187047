"""What a marketplace can be asked, in one model for all dialects.

Reading is done here; what changes something there is only prepared, and sent through `returns/intents.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from typing import Protocol

from msgspec import Struct

from returnctl.carriers.base import Address
from returnctl.returns.intents import Outcome, Prepared


class Can(Enum):
    """What a marketplace may offer; a command asks before each step, and falls back to a hand-over."""

    READ_ORDER = auto()
    OPEN = auto()
    POST = auto()
    FETCH_LABEL = auto()
    REQUEST_LABEL = auto()
    GIVE_TRACKING = auto()
    INVOICE = auto()


class Limits(Struct, frozen=True, kw_only=True):
    """What one message may carry."""

    files: int = 10
    bytes_per_file: int = 3_000_000
    characters: int = 4_000


class Line(Struct, frozen=True, kw_only=True):
    """One device of an order. `delivered_on` is a date, or a time of which the market's own day counts."""

    line: str
    title: str
    kind: str
    brand: str | None = None
    model: str | None = None
    imeis: tuple[str, ...] = ()
    serial: str | None = None
    delivered_on: str | None = None


class Order(Struct, frozen=True, kw_only=True):
    """`ordered_on` is a date, or a time of which the market's own day counts."""

    order: str
    ordered_on: str
    market: str
    name: str
    address: Address | None = None
    lines: tuple[Line, ...]


class RemoteLabel(Struct, frozen=True, kw_only=True):
    """The seller's prepaid label; `state` is `alive`, `used`, `expired` or a word of the marketplace's."""

    state: str
    carrier: str
    tracking_number: str
    valid_until: str | None = None


class RemoteTracking(Struct, frozen=True, kw_only=True):
    carrier: str
    tracking_number: str
    sent_on: str | None = None


class CaseFacts(Struct, frozen=True, kw_only=True):
    """What all dialects say of a return. Dates and times are RFC 3339."""

    order: str
    line: str
    reason: str | None = None
    wants: str | None = None
    damage: tuple[str, ...] = ()
    description: str | None = None
    opened_at: str | None = None
    attachments_open: bool = True
    reply_due: str | None = None
    prepaid: bool = True
    label: RemoteLabel | None = None
    label_due: str | None = None
    tracking: RemoteTracking | None = None


class Case(CaseFacts, frozen=True, kw_only=True):
    """A return as the marketplace has it; `case` is its id there."""

    case: str
    open: bool
    send_to: Address | None = None


class Attachment(Struct, frozen=True, kw_only=True):
    attachment: str
    name: str
    sha256: str
    bytes: int


class Message(Struct, frozen=True, kw_only=True):
    message: str
    at: str
    author: str
    text: str
    attachments: tuple[Attachment, ...] = ()


class NewCase(Struct, frozen=True, kw_only=True):
    order: str
    line: str
    reason: str
    wants: str
    damage: tuple[str, ...]
    description: str
    again: bool = False


class Upload(Struct, frozen=True, kw_only=True):
    """A file to attach, under the name that the seller sees."""

    name: str
    media_type: str
    content: bytes


class Marketplace(Protocol):
    """One marketplace, as one role of one account. Errors are those of `returnctl.errors`."""

    name: str
    can: frozenset[Can]

    def identity(self) -> str | None:
        """The host, or the instance of a sandbox: a return remembers it. None without an API."""

    def limits(self) -> Limits: ...

    def order(self, order: str) -> Order: ...

    def invoice(self, order: str) -> bytes: ...

    def cases(self, order: str) -> tuple[Case, ...]:
        """Every return of an order, newest first."""

    def case(self, case: str) -> Case: ...

    def messages(self, case: str) -> tuple[Message, ...]: ...

    def label(self, case: str) -> bytes: ...

    def prepare_open(self, new: NewCase) -> Prepared: ...

    def prepare_message(self, case: str, text: str, files: Sequence[Upload], marker: str) -> Prepared: ...

    def prepare_label_request(self, case: str, why: str) -> Prepared: ...

    def prepare_tracking(self, case: str, tracking: RemoteTracking) -> Prepared: ...

    def send(self, prepared: Prepared) -> Outcome: ...
