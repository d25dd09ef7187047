"""A return as it stands today: the fold of its events."""

from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from returnctl.returns import events as e


class Doubt(Struct, kw_only=True, omit_defaults=True):
    """An intent without a known outcome: sent, perhaps received."""

    intent: str
    service: str
    method: str
    url: str
    headers: dict[str, str]
    body: str
    body_sha256: str
    summary: str
    covers: e.Covers
    key: str | None = None
    marker: str | None = None
    since: str = ""


class Waiting(Struct, kw_only=True, omit_defaults=True):
    """Something in a hand-over that a person has yet to paste."""

    handover: int
    text: str
    files: tuple[str, ...] = ()
    covers: e.Covers


class State(Struct, kw_only=True, omit_defaults=True):
    """Today's state. Every field follows from the events; see there for units and forms."""

    order: str = ""
    line: str | None = None
    number: int = 1
    profile: str = "manual"
    role: str = "buyer"
    host: str | None = None
    market: str = "en-us"
    opened_at: str | None = None
    case: str | None = None
    adopted: bool = False
    attachments_open: bool = True
    reply_due: str | None = None
    device: e.Device = field(default_factory=lambda: e.Device(kind="other"))
    name: str | None = None
    reason: str | None = None
    wants: str | None = None
    description: str | None = None
    damage: tuple[str, ...] = ()
    ordered_on: str | None = None
    received_on: str | None = None
    asked_on: str | None = None
    coverage: e.Coverage = field(default_factory=e.Coverage)
    accepted: tuple[str, ...] = ()
    needed: dict[str, bool] = {}
    views: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    imeis: tuple[str, ...] = ()
    order_serial: str | None = None
    photos: dict[str, e.PhotoKept] = {}
    left_out: tuple[str, ...] = ()
    identified: e.Identified | None = None
    proofs: tuple[e.ProofKept, ...] = ()
    proof_not_possible: str | None = None
    backed_up: str | None = None
    slip: e.SlipMade | None = None
    label: e.LabelKept | None = None
    label_due: str | None = None
    parcel: dict[str, e.ParcelPhotoKept] = {}
    battery: str | None = None
    handed_in: e.HandedIn | None = None
    pickup: e.PickupBooked | None = None
    tracked: e.Tracked | None = None
    sent: dict[str, dict[str, str]] = {}
    sent_at: dict[str, str] = {}
    found: tuple[str, ...] = ()
    received: dict[str, str] = {}
    doubts: tuple[Doubt, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    handovers: int = 0
    intents: int = 0
    closed: e.Closed | None = None
    closed_at: str | None = None
    purged_at: str | None = None


def fold(state: State, event: e.Event, at: str) -> State:
    """The state after one more event. `at` is the event's time."""
    folded: State = _FOLDS[type(event)](state, event, at)
    return folded


def _opened(_: State, event: e.Opened, at: str) -> State:
    return State(
        order=event.order,
        line=event.line,
        number=event.number,
        profile=event.profile,
        role=event.role,
        host=event.host,
        market=event.market,
        opened_at=at,
        device=event.device,
        name=event.name,
        reason=event.reason,
        wants=event.wants,
        description=event.description,
        damage=event.damage,
        ordered_on=event.ordered_on,
        received_on=event.received_on,
        asked_on=event.asked_on,
        coverage=event.coverage,
        accepted=event.accepted,
        needed=event.needed,
        views=event.views,
        accounts=event.accounts,
        imeis=event.imeis,
        order_serial=event.serial,
        reply_due=event.reply_due,
    )


def _amended(state: State, event: e.Amended, _: str) -> State:
    changes = {
        name: getattr(event, name) for name in event.__struct_fields__ if getattr(event, name) is not None
    }
    return replace(state, **changes)


def _case_seen(state: State, event: e.CaseSeen, _: str) -> State:
    return replace(
        state,
        case=event.case,
        adopted=state.adopted or event.adopted,
        attachments_open=event.attachments_open,
        reply_due=event.reply_due,
        label_due=event.label_due,
    )


def _found(state: State, event: e.Found, at: str) -> State:
    return replace(_mark_sent(state, event.step, event.items, at), found=(*state.found, event.step))


def _received(state: State, event: e.Received, _: str) -> State:
    return replace(state, received=state.received | {event.file: event.sha256})


def _photo_kept(state: State, event: e.PhotoKept, _: str) -> State:
    left_out = tuple(view for view in state.left_out if view != event.view)
    kept = replace(event, fingerprint=None)  # large, and of use only when other pictures are judged
    return replace(state, photos=state.photos | {event.view: kept}, left_out=left_out)


def _view_left_out(state: State, event: e.ViewLeftOut, _: str) -> State:
    return replace(state, left_out=(*state.left_out, event.view))


def _identified(state: State, event: e.Identified, _: str) -> State:
    return replace(state, identified=event)


def _proof_kept(state: State, event: e.ProofKept, _: str) -> State:
    others = tuple(proof for proof in state.proofs if proof.file != event.file)
    return replace(state, proofs=(*others, event))


def _proof_not_possible(state: State, event: e.ProofNotPossible, _: str) -> State:
    return replace(state, proof_not_possible=event.reason)


def _backed_up(state: State, event: e.BackedUp, _: str) -> State:
    return replace(state, backed_up=event.answer)


def _slip_made(state: State, event: e.SlipMade, at: str) -> State:
    return replace(state, slip=event, sent_at=state.sent_at | {"slip": at})


def _label_kept(state: State, event: e.LabelKept, at: str) -> State:
    return replace(state, label=event, sent_at=state.sent_at | {"label": at})


def _label_awaited(state: State, event: e.LabelAwaited, _: str) -> State:
    return replace(state, label_due=event.due)


def _parcel_photo_kept(state: State, event: e.ParcelPhotoKept, _: str) -> State:
    return replace(state, parcel=state.parcel | {event.what: event})


def _battery_answered(state: State, event: e.BatteryAnswered, _: str) -> State:
    return replace(state, battery=event.answer)


def _handed_in(state: State, event: e.HandedIn, _: str) -> State:
    return replace(state, handed_in=event)


def _pickup_noted(state: State, event: e.PickupNoted, _: str) -> State:
    return replace(state, pickup=event.pickup)


def _intended(state: State, event: e.Intended, at: str) -> State:
    doubt = Doubt(**{name: getattr(event, name) for name in event.__struct_fields__}, since=at)
    return replace(state, doubts=(*state.doubts, doubt), intents=state.intents + 1)


def _settled(state: State, event: e.Settled, at: str) -> State:
    if event.outcome == "unknown":
        return state
    doubt = next((doubt for doubt in state.doubts if doubt.intent == event.intent), None)
    if doubt is None:
        return state
    state = replace(state, doubts=tuple(other for other in state.doubts if other is not doubt))
    if event.outcome != "done":
        return state
    state = _with_answer(state, doubt.covers, event.answer)
    return _mark_sent(state, doubt.covers.step, doubt.covers.items, at)


def _with_answer(state: State, covers: e.Covers, answer: dict[str, str]) -> State:
    """What a service's answer makes true: the case, the bought or voided label, the booked or cancelled pickup."""
    if covers.step == "open" and "case" in answer:
        return replace(state, case=answer["case"])
    if "bought" in covers.items:
        return replace(state, label=_bought(covers, answer), label_due=None)
    if "voided" in covers.items:
        return replace(state, label=None)
    if "pickup" in covers.items:
        return replace(state, pickup=_booked(covers.items, answer))
    if "pickup-cancelled" in covers.items:
        return replace(state, pickup=None)
    return state


def _booked(items: dict[str, str], answer: dict[str, str]) -> e.PickupBooked:
    """What was asked for, where a person alone says that it was booked."""
    asked = {"date": items["pickup"], "ready": items.get("ready", ""), "close": items.get("close", "")}
    told = {name: answer[name] for name in e.PickupBooked.__struct_fields__ if name in answer}
    return e.PickupBooked(**{"confirmation": ""} | asked | told | {"carrier": items["carrier"]})


def _bought(covers: e.Covers, answer: dict[str, str]) -> e.LabelKept:
    quoted = covers.items.get("quoted")
    amount = answer.get("amount") or quoted
    basis = "quoted" if quoted else "after-purchase" if amount else "when-scanned"
    return e.LabelKept(
        source="purchased",
        file=answer.get("file"),
        sha256=answer.get("sha256"),
        carrier=covers.items["carrier"],
        tracking_number=answer.get("tracking_number"),  # a person may not know it
        price={"amount": amount, "currency": answer.get("currency") or covers.items.get("currency", "USD")}
        if amount
        else None,
        price_basis=basis,
        service=answer.get("service"),
        shipment=answer.get("shipment"),
    )


def _queued(state: State, event: e.Queued, _: str) -> State:
    waiting = Waiting(handover=event.handover, text=event.text, files=event.files, covers=event.covers)
    others = tuple(item for item in state.waiting if not _replaces(event.covers, item.covers))
    return replace(state, waiting=(*others, waiting), handovers=max(state.handovers, event.handover))


def _replaces(covers: e.Covers, earlier: e.Covers) -> bool:
    return covers.step == earlier.step and bool(covers.items.keys() & earlier.items.keys())


def _handed_over(state: State, event: e.HandedOver, at: str) -> State:
    left = []
    for item in state.waiting:
        if item.handover == event.handover and (not event.steps or item.covers.step in event.steps):
            state = _mark_sent(state, item.covers.step, item.covers.items, at)
        else:
            left.append(item)
    return replace(state, waiting=tuple(left))


def _tracked(state: State, event: e.Tracked, at: str) -> State:
    return replace(state, tracked=event, sent_at=state.sent_at | {"track": at})


def _closed(state: State, event: e.Closed, at: str) -> State:
    return replace(state, closed=event, closed_at=at)


def _reopened(state: State, _: e.Reopened, __: str) -> State:
    return replace(state, closed=None, closed_at=None)


def _purged(state: State, event: e.Purged, at: str) -> State:
    """What was kept is no longer there; what was sent stays sent, and the label's number its number."""
    gone = set(event.files)
    label, slip = state.label, state.slip
    return replace(
        state,
        photos={view: photo for view, photo in state.photos.items() if photo.file not in gone},
        proofs=tuple(proof for proof in state.proofs if proof.file not in gone),
        slip=None if slip and slip.file in gone else slip,
        label=replace(label, file=None, sha256=None) if label and label.file in gone else label,
        parcel={what: photo for what, photo in state.parcel.items() if photo.file not in gone},
        waiting=tuple(
            replace(item, files=tuple(name for name in item.files if name not in gone))
            for item in state.waiting
        ),
        purged_at=at,
    )


def _corrected(state: State, items: dict[str, str]) -> State:
    """The opening's own values, once the seller was told other ones."""
    said: dict[str, Any] = {name: items[name] for name in ("reason", "wants", "description") if name in items}
    if "damage" in items:
        said["damage"] = tuple(items["damage"].split(", "))
    return replace(state, **said)


def _mark_sent(state: State, step: str, items: dict[str, str], at: str) -> State:
    if step == "open":
        state = _corrected(state, items)
    step_items = state.sent.get(step, {}) | items
    return replace(state, sent=state.sent | {step: step_items}, sent_at=state.sent_at | {step: at})


_FOLDS: dict[type, Any] = {
    e.Opened: _opened,
    e.Amended: _amended,
    e.CaseSeen: _case_seen,
    e.Found: _found,
    e.Received: _received,
    e.PhotoKept: _photo_kept,
    e.ViewLeftOut: _view_left_out,
    e.Identified: _identified,
    e.ProofKept: _proof_kept,
    e.ProofNotPossible: _proof_not_possible,
    e.BackedUp: _backed_up,
    e.SlipMade: _slip_made,
    e.LabelKept: _label_kept,
    e.LabelAwaited: _label_awaited,
    e.ParcelPhotoKept: _parcel_photo_kept,
    e.BatteryAnswered: _battery_answered,
    e.HandedIn: _handed_in,
    e.PickupNoted: _pickup_noted,
    e.Intended: _intended,
    e.Settled: _settled,
    e.Queued: _queued,
    e.HandedOver: _handed_over,
    e.Tracked: _tracked,
    e.Closed: _closed,
    e.Reopened: _reopened,
    e.Purged: _purged,
}
