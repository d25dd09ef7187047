"""What a dossier says, as plain values."""

from __future__ import annotations

import msgspec

from returnctl.documents.label_file import LabelFile


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened: `at` as people read it."""

    at: str
    words: str


class Shot(msgspec.Struct, frozen=True, kw_only=True):
    """A picture: its title, a verdict in one word (or ""), lines under it, hashes by their names, its bytes."""

    title: str
    verdict: str = ""
    notes: tuple[str, ...] = ()
    hashes: tuple[tuple[str, str], ...] = ()
    data: bytes


class Saying(msgspec.Struct, frozen=True, kw_only=True):
    """A message of the conversation; `files` are the names of what was attached to it."""

    at: str
    author: str
    text: str
    files: tuple[str, ...] = ()


class Witness(msgspec.Struct, frozen=True, kw_only=True):
    """An anchor that left this machine: when, with what, and which event it stands for."""

    at: str
    anchor: str
    event: int
    how: str


class DossierFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the pages say. Pairs are a caption and a value; `head` is the chain's last hash.

    `made_at` is RFC 3339, `made_on` the same for people; `deleted_on` is when the pictures were purged.

    `scans` are the parcel's places in their order, the words of `vocabulary.STATUSES`. `label` has an extra line
    for each of `label_rows`. `left_out` tells why a file is not attached.
    """

    return_: str
    made_at: str
    made_on: str
    device: str
    head: str
    events: int
    summary: tuple[tuple[str, str], ...] = ()
    description: str = ""
    deadlines: tuple[tuple[str, str], ...] = ()
    scans: tuple[tuple[str, str], ...] = ()
    timeline: tuple[Moment, ...] = ()
    photos: tuple[Shot, ...] = ()
    photos_left_out: tuple[str, ...] = ()
    deleted_on: str | None = None
    identity: tuple[tuple[str, str], ...] = ()
    proofs: tuple[Shot, ...] = ()
    proof_note: str = ""
    label_rows: tuple[tuple[str, str], ...] = ()
    label: LabelFile | None = None
    parcel: tuple[Shot, ...] = ()
    messages: tuple[Saying, ...] = ()
    messages_note: str = ""
    witnesses: tuple[Witness, ...] = ()
    left_out: dict[str, str] = {}
