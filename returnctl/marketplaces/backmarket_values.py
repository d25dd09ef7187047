"""What Back Market tells, as values. Words in capitals are the marketplace's own; ids are text."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class RemoteFile(Struct, frozen=True, kw_only=True):
    """An attachment. `url` is as the marketplace wrote it; `name` is its last part."""

    id: str
    url: str
    name: str
    at: str | None = None


class CareLabel(Struct, frozen=True, kw_only=True):
    """A return label of a folder; `state`, `kind` and `initiator` in the marketplace's words."""

    url: str
    state: str
    kind: str
    initiator: str = ""
    at: str | None = None


class CareMessage(Struct, frozen=True, kw_only=True):
    """`author` is `buyer`, `seller`, `marketplace` or the marketplace's own word; `kind` is its word alone."""

    id: str
    at: str | None
    author: str
    kind: str
    text: str
    informative: bool = False
    files: tuple[RemoteFile, ...] = ()


class Listed(Struct, frozen=True, kw_only=True):
    """A Care folder in the list: what can be said without opening it."""

    case: str
    line: str
    open: bool
    last_message_at: str | None = None


class Folder(Struct, frozen=True, kw_only=True):
    """A Care folder: the return as the seller has it. `issues` are the marketplace's words, as are the next two."""

    case: str
    order: str
    line: str
    open: bool
    market: str = ""
    backcare: bool = False
    buyer: str = ""
    category: str = ""
    opened_at: str | None = None
    last_message_at: str | None = None
    issues: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    resolution: str = ""
    warranty: str = ""
    labels: tuple[CareLabel, ...] = ()
    messages: tuple[CareMessage, ...] = ()


class Shipment(Struct, frozen=True, kw_only=True):
    """A BackShip parcel: a return, or (`lines` several) a delivery to the buyer."""

    shipment: str
    order: str
    lines: tuple[str, ...]
    carrier_name: str = ""
    tracking_number: str = ""
    tracking_url: str = ""
    label: str = ""
    scanned: bool = False
    created_at: str | None = None
    picked_up_at: str | None = None
    delivered_at: str | None = None


class Page(Struct, frozen=True, kw_only=True):
    """One page of a list. `more` only says whether there is another; its address is not kept."""

    results: tuple[Any, ...]
    more: bool
