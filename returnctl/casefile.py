"""What a dossier is made of: the facts of a return as a reader needs them, and the files that prove them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from returnctl import anchors, chronicle
from returnctl.carriers import NAMES
from returnctl.chronicle import utc
from returnctl.digest import hex_of
from returnctl.documents.dossier_facts import DossierFacts, Moment, Saying, Shot, Witness
from returnctl.documents.label_file import Kind, LabelFile
from returnctl.errors import Failed, ReturnctlError
from returnctl.returns import deadlines, files, policy
from returnctl.returns import events as e
from returnctl.returns.examination import RecordRead, read_record
from returnctl.returns.held import Return
from returnctl.returns.record import NAME
from returnctl.returns.state import State

#: The conversation as it was read for the dossier, attached beside the files of the folder.
CONVERSATION = "conversation.json"

_FOLDERS = ("originals", "photos", "proof", "parcel", "received")
_CODE = "it may hold the unlock code"
_GONE = "it is not in the folder any more"
_UNREADABLE = "it is a link, or too large"
_KINDS: dict[str, Kind] = {"pdf": "pdf", "png": "png", "gif": "gif", "jpg": "jpeg", "zpl": "zpl"}


class Casefile(msgspec.Struct, kw_only=True):
    """The record's bytes, what it says, and the files of the return by their names."""

    record: bytes
    read: RecordRead
    files: dict[str, bytes]
    left_out: dict[str, str]


def gather(held: Return) -> Casefile:
    """Everything of a return that proves something: all but the slip with a code, and the bodies of requests."""
    record = held.read(NAME)
    read = read_record(Path(NAME), record)
    found: dict[str, bytes] = {}
    left_out: dict[str, str] = {}
    names = [name for top in _FOLDERS for name, _ in files.below(held.folder, top)]
    for name in dict.fromkeys([*sorted(names), *sorted(read.named)]):
        if read.state.slip and name == read.state.slip.file and not read.state.slip.sha256:
            left_out[name] = _CODE
            continue
        try:
            found[name] = held.read(name)
        except FileNotFoundError:
            left_out[name] = _GONE
        except Failed:
            left_out[name] = _UNREADABLE
    return Casefile(record=record, read=read, files=found, left_out=left_out)


def facts(
    held: Return, case: Casefile, messages: tuple[Saying, ...], note: str, *, made_at: str
) -> DossierFacts:
    """What the pages say. `note` is about the conversation, where it is not whole."""
    state = case.read.state
    kept = _times(case.read)
    return DossierFacts(
        return_=held.name,
        made_at=made_at,
        made_on=utc(made_at),
        device=chronicle.device(state.device),
        head=held.record.head,
        events=len(case.read.entries),
        summary=tuple(_summary(state, held.reference.line)),
        description=state.description or "",
        deadlines=tuple(_deadlines(state)),
        scans=tuple(_scans(case.read)),
        timeline=tuple(Moment(at=at, words=words) for at, words in chronicle.words(case.read.entries)),
        photos=tuple(_photo(photo, case.files, kept) for photo in state.photos.values()),
        photos_left_out=state.left_out,
        deleted_on=state.purged_at[:10] if state.purged_at else None,
        identity=tuple(_identity(state)),
        proofs=tuple(_proof(proof, case.files, kept) for proof in state.proofs),
        proof_note=f"No account to disconnect: {state.proof_not_possible}."
        if state.proof_not_possible
        else "",
        label_rows=tuple(_label_rows(state)),
        label=_label(state, case.files),
        parcel=tuple(_parcel(photo, case.files, kept) for photo in state.parcel.values()),
        messages=messages,
        messages_note=note,
        witnesses=tuple(witnesses(held, case.read)),
        left_out=case.left_out,
    )


def witnesses(held: Return, read: RecordRead) -> Iterator[Witness]:
    """The anchors that were told in messages, as far as those are still here."""
    numbers = {digest[: len(held.record.anchor)]: number for number, digest in enumerate(read.hashes, 1)}
    confirmed = {entry.what.handover for entry in read.entries if isinstance(entry.what, e.HandedOver)}
    for entry in read.entries:
        event = entry.what
        if isinstance(event, e.Intended):
            anchor, how = _in_body(held, event), f"{event.covers.step} ({event.summary})"
        elif isinstance(event, e.Queued) and event.handover in confirmed:
            anchor, how = anchors.told_in(event.text.encode()), f"hand-over {event.handover}"
        else:
            continue
        if anchor in numbers:
            yield Witness(at=utc(entry.at), anchor=anchor, event=numbers[anchor], how=how)


def written_by_hand(read: RecordRead) -> Iterator[Saying]:
    """What was written for pasting, where there is no API."""
    confirmed = {entry.what.handover for entry in read.entries if isinstance(entry.what, e.HandedOver)}
    for entry in read.entries:
        event = entry.what
        if isinstance(event, e.Queued):
            pasted = "" if event.handover in confirmed else " (not pasted yet)"
            names = tuple(name.rpartition("/")[2] for name in event.files)
            yield Saying(at=utc(entry.at), author=f"buyer{pasted}", text=event.text, files=names)


def _in_body(held: Return, event: e.Intended) -> str | None:
    with contextlib.suppress(FileNotFoundError, ReturnctlError):
        return anchors.told_in(held.read(event.body))
    return None


def _times(read: RecordRead) -> dict[str, str]:
    """When each file was kept last."""
    return {
        entry.what.file: utc(entry.at)
        for entry in read.entries
        if isinstance(entry.what, e.PhotoKept | e.ProofKept | e.ParcelPhotoKept)
    }


def _summary(state: State, line: str | None) -> Iterator[tuple[str, str]]:
    cover = state.coverage
    rows = (
        ("Order", f"{state.order}, line {line}" if line else state.order),
        ("Buyer", state.name),
        ("Case at the marketplace", state.case),
        ("Marketplace", state.host or "none, by hand"),
        ("Ordered on", state.ordered_on),
        ("Received on", state.received_on),
        ("Asked on", state.asked_on or (state.opened_at or "")[:10]),
        ("Reason and wish", ", ".join(part for part in (state.reason, state.wants) if part)),
        ("Damage, as declared", ", ".join(state.damage)),
        ("Coverage", f"{cover.verdict}, the way back paid by {cover.shipping_paid_by}"),
        ("Back-up", state.backed_up),
        ("Battery", state.battery),
        ("Parcel", _number(state)),
        ("Status", state.tracked.status if state.tracked else None),
        ("Ended", state.closed.outcome if state.closed else None),
        ("Accepted by a person", ", ".join(state.accepted)),
    )
    yield from ((caption, value) for caption, value in rows if value)


def _number(state: State) -> str:
    sent = state.sent.get("ship", {})
    carrier = sent.get("carrier") or (state.label.carrier if state.label else "")
    number = sent.get("tracking_number") or (state.label.tracking_number if state.label else None)
    return f"{NAMES.get(carrier, carrier)} {number}" if number else ""


def _deadlines(state: State) -> Iterator[tuple[str, str]]:
    cover, rules = state.coverage, policy.policy(state.market)
    sent = state.sent.get("ship", {})
    carrier = sent.get("carrier") or (state.label.carrier if state.label else "")
    rows = (
        ("The return window ends", cover.window_ends),
        ("The warranty ends", cover.warranty_ends),
        ("Damage in transit to be reported by", cover.report_by),
        ("The label is valid until", state.label.valid_until if state.label else None),
    )
    yield from ((caption, value) for caption, value in rows if value)
    if carrier in rules.claim_days:
        days, by = rules.claim_days[carrier], deadlines.claim_by(state, carrier)
        until = f"{by}, {days} days from sending" if by else f"within {days} days from sending"
        yield f"A claim for loss or damage, at {NAMES[carrier]}", until


def _scans(read: RecordRead) -> Iterator[tuple[str, str]]:
    for entry in read.entries:
        event = entry.what
        if isinstance(event, e.Tracked):
            at = event.delivered_at if event.status == "delivered" else None
            yield event.status, utc(at or event.last_event_at or entry.at)


def _photo(photo: e.PhotoKept, found: Mapping[str, bytes], kept: Mapping[str, str]) -> Shot:
    notes = [f"Kept {kept.get(photo.file, '')}"]
    notes += [problem.message for problem in photo.problems if problem.severity != "hint"]
    if photo.accepted:
        notes.append(f"Accepted by a person: {', '.join(photo.accepted)}")
    return Shot(
        title=photo.view,
        verdict=photo.verdict,
        notes=tuple(notes),
        hashes=(("Original", photo.original_sha256), ("As sent", photo.sha256)),
        data=found.get(photo.file, b""),
    )


def _proof(proof: e.ProofKept, found: Mapping[str, bytes], kept: Mapping[str, str]) -> Shot:
    return Shot(
        title=proof.account,
        notes=(f"Kept {kept.get(proof.file, '')}",),
        hashes=(("Original", proof.original_sha256), ("As sent", proof.sha256)),
        data=found.get(proof.file, b""),
    )


def _parcel(photo: e.ParcelPhotoKept, found: Mapping[str, bytes], kept: Mapping[str, str]) -> Shot:
    notes = [f"Kept {kept.get(photo.file, '')}"]
    if photo.label_read:
        words = {
            "match": "is the right one",
            "other-number": "has ANOTHER number",
            "unreadable": "can't be read",
        }
        notes.append(f"The label in the photo {words.get(photo.label_read, photo.label_read)}")
    return Shot(
        title={"inside": "Inside", "outside": "Outside", "receipt": "Receipt"}.get(photo.what, photo.what),
        notes=tuple(notes),
        hashes=(("Original", photo.original_sha256), ("As kept", photo.sha256)),
        data=found.get(photo.file, b""),
    )


def _identity(state: State) -> Iterator[tuple[str, str]]:
    found, sent = state.identified, state.sent.get("imei", {})
    rows = (
        ("IMEI", (found.imei if found else None) or sent.get("imei")),
        ("Serial number", (found.serial if found else None) or sent.get("serial")),
        ("Where it was read", found.source if found else None),
        ("The order's numbers", ", ".join(state.imeis) or state.order_serial),
        (
            "Compared with the order",
            {True: "it is the same", False: "it is ANOTHER", None: None}[found.matches_order],
        )
        if found
        else ("", None),
        ("Told to the seller", utc(state.sent_at["imei"]) if "imei" in state.sent_at else None),
    )
    yield from ((caption, value) for caption, value in rows if value)


def _label_rows(state: State) -> Iterator[tuple[str, str]]:
    label = state.label
    if label is None:
        return
    price = (
        f"{label.price['amount']} {label.price['currency']} ({label.price_basis})" if label.price else None
    )
    rows = (
        ("Carrier", label.carrier_name or NAMES.get(label.carrier, label.carrier)),
        ("Tracking number", label.tracking_number),
        ("Where it is from", label.source),
        ("Valid until", label.valid_until),
        ("Price", price),
        ("SHA-256", label.sha256),
    )
    yield from ((caption, value) for caption, value in rows if value)


def _label(state: State, found: Mapping[str, bytes]) -> LabelFile | None:
    """The label, where it is still the file that was made harmless before it was kept."""
    label = state.label
    if not (label and label.file and hex_of(found.get(label.file, b"")) == label.sha256):
        return None
    if label.original_sha256 is None:  # a carrier's own file, which nobody has looked into yet
        from returnctl.documents.label import accept_label

        with contextlib.suppress(ReturnctlError):
            return accept_label(found[label.file])
        return None
    extension = label.file.rpartition(".")[2]
    kind = _KINDS.get(extension)
    return LabelFile(kind=kind, data=found[label.file], pages=1, extension=extension) if kind else None
