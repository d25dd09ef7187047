"""What can happen to a return. Each event is one line of its record and is never rewritten.

Fields are only ever added, with a default: an older record stays readable. Dates are `YYYY-MM-DD`, times
RFC 3339 with an offset, hashes SHA-256 in hex, files relative to the return's folder.
"""

from typing import Any

from msgspec import Struct


class Device(Struct, frozen=True, kw_only=True, omit_defaults=True):
    kind: str
    brand: str | None = None
    model: str | None = None


class Coverage(Struct, frozen=True, kw_only=True):
    """Who takes the device back until when. `shipping_paid_by` is `seller`, `buyer` or `unknown`.

    `rules` are the market and the version of its rules by which this was worked out.
    """

    verdict: str = "unknown"
    window_ends: str | None = None
    warranty_ends: str | None = None
    report_by: str | None = None
    shipping_paid_by: str = "unknown"
    notes: tuple[str, ...] = ()
    rules: str | None = None


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind"):
    """Base of all events; the record adds number, time and chain."""


class Opened(Event, frozen=True, kw_only=True, tag="opened"):
    order: str
    line: str | None = None
    number: int = 1
    profile: str
    role: str = "buyer"
    host: str | None = None
    market: str = "en-us"
    device: Device
    name: str | None = None
    reason: str | None = None
    wants: str | None = None
    description: str | None = None
    damage: tuple[str, ...] = ()
    ordered_on: str | None = None
    received_on: str | None = None
    asked_on: str | None = None
    coverage: Coverage
    accepted: tuple[str, ...] = ()
    needed: dict[str, bool]
    views: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    imeis: tuple[str, ...] = ()
    serial: str | None = None
    reply_due: str | None = None


class Amended(Event, frozen=True, kw_only=True, tag="amended"):
    """A person's facts were corrected; None leaves a field as it is."""

    device: Device | None = None
    reason: str | None = None
    wants: str | None = None
    damage: tuple[str, ...] | None = None
    needed: dict[str, bool] | None = None
    views: tuple[str, ...] | None = None
    accounts: tuple[str, ...] | None = None
    name: str | None = None
    description: str | None = None
    ordered_on: str | None = None
    received_on: str | None = None
    asked_on: str | None = None
    coverage: Coverage | None = None


class CaseSeen(Event, frozen=True, kw_only=True, tag="case-seen"):
    """The marketplace's side of the return, as it was last read."""

    case: str
    adopted: bool = False
    attachments_open: bool = True
    reply_due: str | None = None
    label_due: str | None = None


class Found(Event, frozen=True, kw_only=True, tag="found"):
    """Something of a step was found at the marketplace: sent before this record existed."""

    step: str
    items: dict[str, str]


class Received(Event, frozen=True, kw_only=True, tag="received"):
    """A file of the conversation that was fetched; `name` is the one that its sender gave it."""

    message: str
    attachment: str
    name: str
    file: str
    sha256: str


class PhotoProblem(Struct, frozen=True, kw_only=True):
    code: str
    severity: str
    message: str
    measured: float | None = None
    limit: float | None = None


class PhotoKept(Event, frozen=True, kw_only=True, tag="photo-kept"):
    view: str
    file: str
    sha256: str
    original: str | None = None
    original_sha256: str
    verdict: str
    problems: tuple[PhotoProblem, ...] = ()
    fingerprint: dict[str, Any] | None = None
    accepted: tuple[str, ...] = ()


class ViewLeftOut(Event, frozen=True, kw_only=True, tag="view-left-out"):
    view: str


class Identified(Event, frozen=True, kw_only=True, tag="identified"):
    """The device's IMEI or serial. `source` is `typed`, `barcode` or `ocr`."""

    imei: str | None = None
    serial: str | None = None
    source: str = "typed"
    matches_order: bool | None = None
    accepted: tuple[str, ...] = ()


class ProofKept(Event, frozen=True, kw_only=True, tag="proof-kept"):
    account: str
    file: str
    sha256: str
    original_sha256: str


class ProofNotPossible(Event, frozen=True, kw_only=True, tag="proof-not-possible"):
    reason: str


class BackedUp(Event, frozen=True, kw_only=True, tag="backed-up"):
    """`answer` is `yes`, `not-possible` or `no`."""

    answer: str


class SlipMade(Event, frozen=True, kw_only=True, tag="slip-made"):
    file: str
    sha256: str
    pages: int
    paper: str
    facts_sha256: str


class LabelKept(Event, frozen=True, kw_only=True, tag="label-kept"):
    """`source` is `marketplace`, `file`, `own` or `purchased`; `state` is `alive`, `used` or `expired`.

    `original_sha256` is of the file as it was given, where it was made harmless before it was kept.
    """

    source: str
    state: str = "alive"
    file: str | None = None
    sha256: str | None = None
    original_sha256: str | None = None
    carrier: str
    carrier_name: str | None = None
    tracking_number: str | None = None
    valid_until: str | None = None
    price: dict[str, str] | None = None
    price_basis: str | None = None
    service: str | None = None
    shipment: str | None = None


class LabelAwaited(Event, frozen=True, kw_only=True, tag="label-awaited"):
    due: str | None = None


class ParcelPhotoKept(Event, frozen=True, kw_only=True, tag="parcel-photo-kept"):
    """`what` is `inside`, `outside` or `receipt`."""

    what: str
    file: str
    sha256: str
    original_sha256: str
    label_read: str | None = None


class BatteryAnswered(Event, frozen=True, kw_only=True, tag="battery-answered"):
    answer: str


class HandedIn(Event, frozen=True, kw_only=True, tag="handed-in"):
    """How the parcel goes to the carrier: `drop-off` or `pickup`."""

    method: str
    carrier: str
    tracking_number: str | None = None
    on: str | None = None


class PickupBooked(Struct, frozen=True, kw_only=True):
    """A collection that the carrier, or a person, has booked, with all that cancelling it needs."""

    carrier: str
    date: str
    ready: str
    close: str
    confirmation: str
    location: str = ""
    etag: str = ""


class PickupNoted(Event, frozen=True, kw_only=True, tag="pickup-noted"):
    """A pickup that a person booked themselves; None where they cancelled it."""

    pickup: PickupBooked | None


class Covers(Struct, frozen=True, kw_only=True):
    """What becomes true once something has been sent: the step and its items (a view and its hash, say)."""

    step: str
    items: dict[str, str]


class Intended(Event, frozen=True, kw_only=True, tag="intended"):
    """Something is about to be sent. On disk, with its body, before the first byte leaves."""

    intent: str
    service: str
    method: str
    url: str
    headers: dict[str, str]
    body: str
    body_sha256: str
    summary: str
    covers: Covers
    key: str | None = None
    marker: str | None = None


class Settled(Event, frozen=True, kw_only=True, tag="settled"):
    """How it ended: `outcome` is `done`, `refused` or `unknown`; `by` is `answer`, `key`, `look-up` or `person`."""

    intent: str
    outcome: str
    by: str = "answer"
    answer: dict[str, str] = {}
    message: str | None = None


class Queued(Event, frozen=True, kw_only=True, tag="queued"):
    """Something waits in a hand-over for a person to paste it."""

    handover: int
    text: str
    files: tuple[str, ...] = ()
    covers: Covers


class HandedOver(Event, frozen=True, kw_only=True, tag="handed-over"):
    """A person says that they pasted it: a whole hand-over, or the parts of some steps."""

    handover: int
    steps: tuple[str, ...] = ()


class Tracked(Event, frozen=True, kw_only=True, tag="tracked"):
    carrier: str
    tracking_number: str
    status: str
    delivered_at: str | None = None
    last_event_at: str | None = None
    by: str = "carrier"


class Closed(Event, frozen=True, kw_only=True, tag="closed"):
    outcome: str
    amount: str | None = None
    note: str | None = None


class Reopened(Event, frozen=True, kw_only=True, tag="reopened"):
    pass


class Purged(Event, frozen=True, kw_only=True, tag="purged"):
    """Pictures, papers and what was sent are deleted; `files` are their names. The record stays."""

    files: tuple[str, ...]


AnyEvent = (
    Opened
    | Amended
    | CaseSeen
    | Found
    | Received
    | PhotoKept
    | ViewLeftOut
    | Identified
    | ProofKept
    | ProofNotPossible
    | BackedUp
    | SlipMade
    | LabelKept
    | LabelAwaited
    | ParcelPhotoKept
    | BatteryAnswered
    | HandedIn
    | PickupNoted
    | Intended
    | Settled
    | Queued
    | HandedOver
    | Tracked
    | Closed
    | Reopened
    | Purged
)
