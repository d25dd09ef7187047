"""Steps 7 and 8: the parcel's two photos, the way to the carrier, and the word to the seller."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from msgspec import Struct

from returnctl import conversation, doubts, handover, pickups, standing
from returnctl.app import App
from returnctl.carriers import NAMES, tracking_number
from returnctl.conversation import Saying, Told
from returnctl.digest import hex_of
from returnctl.errors import Refused, Usage
from returnctl.marketplaces.base import Can, RemoteTracking
from returnctl.output import Table
from returnctl.result import Result
from returnctl.returns.events import BatteryAnswered, Covers, HandedIn, ParcelPhotoKept, PickupBooked
from returnctl.returns.held import Return
from returnctl.returns.reference import Reference

STEP = "ship"
BATTERY_KINDS = ("smartphone", "tablet", "computer", "smartwatch", "audio")


class Options(Struct, frozen=True, kw_only=True):
    inside: Path | None = None
    outside: Path | None = None
    receipt: Path | None = None
    battery: str | None = None
    drop_off: bool = False
    pickup: date | None = None
    ready: str = "09:00"
    close: str = "17:00"
    address: Path | None = None
    confirmation: str | None = None
    cancel_pickup: bool = False
    sent: bool = False
    sent_on: date | None = None
    originals: bool = True


class Pickup(Struct, frozen=True, kw_only=True):
    date: str
    ready: str | None = None
    close: str | None = None
    confirmation: str | None = None


class ShipResult(Result, kw_only=True):
    method: str | None = None
    carrier: str | None = None
    tracking_number: str | None = None
    pickup: Pickup | None = None
    label_read: str | None = None
    told_seller: bool = False

    def for_people(self) -> Iterable[str | Table]:
        yield from self.plan()
        if self.label_read:
            words = {
                "match": "the label in the photo is the right one",
                "other-number": "the label in the photo has ANOTHER number",
                "unreadable": "the label in the photo can't be read: take it closer, straight, without shine",
            }
            yield f"Outside of the parcel: {words[self.label_read]}."
        if self.pickup:
            yield (
                f"Pickup on {self.pickup.date}, {self.pickup.ready} to {self.pickup.close}, "
                f"confirmation {self.pickup.confirmation or 'not known'}."
            )
        elif self.method and self.tracking_number:
            yield f"By {self.method}, {(self.carrier or '').upper()} {self.tracking_number}."
        if self.method == "drop-off" and self.carrier in tracking_number.DROP_OFF_PAGES:
            yield f"Drop-off points: {tracking_number.DROP_OFF_PAGES[self.carrier]}"
        if self.told_seller:
            yield "The seller has the tracking number."


def run(app: App, reference: Reference, options: Options) -> ShipResult:
    with standing.working(app, reference, lambda held: _result(app, held, Told())) as held:
        standing.check_open(app, held)
        _check_role(held, options)
        doubts.settle(app, held, "open", "pickup", STEP)
        _check_battery(app, held, options)
        _check_label_alive(held)
        _remind(app, held)
        for what, path in (
            ("inside", options.inside),
            ("outside", options.outside),
            ("receipt", options.receipt),
        ):
            if path:
                _keep_photo(app, held, what, path, options)
        told = _collect(app, held, options)
        _note_method(app, held, options)
        if options.sent:
            told = _tell(app, held, options)
        elif app.options.done:
            handover.confirm(held, STEP)
        result = _result(app, held, told)
        standing.finish(app, held, STEP, result)
        return result


def _check_role(held: Return, options: Options) -> None:
    if held.state.role == "seller" and not (options.pickup or options.cancel_pickup):
        raise Refused(
            "The buyer sends the parcel; the seller's desk can only have it collected.",
            hint=f"`returnctl ship {held.name} --pickup DATE`",
        )


def _check_battery(app: App, held: Return, options: Options) -> None:
    """Only a person's answer is recorded; where nobody can be asked, `ok` is taken with a warning."""
    answer = options.battery or held.state.battery
    if answer is None and held.state.device.kind in BATTERY_KINDS:
        if app.may_ask:
            answer = app.ask(
                "Is the battery fine (not swollen, not cracked)?", "--battery", choices=("ok", "damaged")
            )
        else:
            app.warn("--battery was not given: taken as ok. A damaged lithium battery may not be posted.")
    if answer and answer != held.state.battery and not app.options.dry_run:
        held.note(BatteryAnswered(answer=answer))
    if answer == "damaged":
        raise Refused(
            "A parcel with a damaged or swollen lithium battery may not be posted.",
            hint="keep it cool, away from things that burn; ask the seller (`returnctl message`) for a special "
            "transport, or bring it to a place that takes batteries",
        )


def _check_label_alive(held: Return) -> None:
    label = held.state.label
    told = held.state.sent.get(STEP, {}).get("tracking_number")
    if label is None or label.tracking_number == told:
        return
    over = label.valid_until is not None and held.now().date() > date.fromisoformat(label.valid_until)
    if over or label.state == "expired":
        until = f" on {label.valid_until}" if label.valid_until else ""
        raise Refused(
            f"The label {label.tracking_number} expired{until}.",
            hint=f"ask for a new one: `returnctl label {held.name} --again`",
        )


def _remind(app: App, held: Return) -> None:
    if held.state.backed_up is None and held.state.device.kind != "other":
        app.warn("Nothing is noted about a back-up; `returnctl disconnect-proof --backed-up yes` notes it.")
    elif held.state.backed_up == "no":
        app.warn("You noted that the data is not backed up; the seller erases the device.")


def _keep_photo(app: App, held: Return, what: str, path: Path, options: Options) -> None:
    if not path.is_file():
        raise Usage(f"{path}: there is no such picture.", hint="give a picture of the parcel")
    judgement = app.eyes.judge_parcel({what: path})[what]
    for problem in judgement.problems:
        if problem.severity == "reject":
            raise Refused(f"{path.name}: {problem.message}", hint="take it again; nothing was sent")
        if problem.severity == "warn":
            app.warn(f"{path.name}: {problem.message}")
    before = held.state.parcel.get(what)
    number = _number(held)
    label_read = app.eyes.verify_label(path, number).outcome if what == "outside" and number else None
    known = before and (before.original_sha256, before.label_read) == (judgement.sha256, label_read)
    if known or app.options.dry_run:
        return
    copy = app.eyes.clean_copy(path)
    if options.originals:
        held.keep_original(path, path.read_bytes())
    held.note(
        ParcelPhotoKept(
            what=what,
            file=held.keep(f"parcel/{what}{copy.extension}", copy.data),
            sha256=hex_of(copy.data),
            original_sha256=copy.source_sha256,
            label_read=label_read,
        )
    )


def _collect(app: App, held: Return, options: Options) -> Told:
    """Book, note or cancel a pickup, where one was asked for."""
    if options.cancel_pickup:
        return pickups.cancel(app, held)
    if options.pickup is None:
        return Told()
    wish = pickups.Wish(
        day=options.pickup,
        ready=options.ready,
        close=options.close,
        address=options.address,
        confirmation=options.confirmation,
    )
    return pickups.arrange(app, held, wish)


def _note_method(app: App, held: Return, options: Options) -> None:
    if not (options.drop_off or options.sent or options.pickup):
        return
    label = held.state.label
    handed_in = HandedIn(
        method="drop-off" if options.drop_off or held.state.pickup is None else "pickup",
        carrier=label.carrier if label else "other",
        tracking_number=label.tracking_number if label else None,
        on=options.sent_on.isoformat() if options.sent_on else None,
    )
    before = held.state.handed_in
    same = before and (before.carrier, before.tracking_number) == (
        handed_in.carrier,
        handed_in.tracking_number,
    )
    if not (same and handed_in.on in (None, before and before.on)) and not app.options.dry_run:
        held.note(handed_in)


def _tell(app: App, held: Return, options: Options) -> Told:
    number = _number(held)
    if number is None:
        raise Refused(
            "There is no tracking number to give the seller.",
            hint=f"`returnctl label {held.name} --number NUMBER --carrier CARRIER` records it",
        )
    carrier = _carrier(held)
    sent = held.state.sent.get(STEP, {})
    day = (
        options.sent_on.isoformat()
        if options.sent_on
        else sent.get("sent_on") or held.now().date().isoformat()
    )
    items = {"carrier": carrier, "tracking_number": number, "sent_on": day}
    to_send = conversation.changes(held.state, STEP, items, again=app.options.again)
    waiting = [item for item in held.state.waiting if item.covers.step == STEP]
    if waiting and app.options.done:
        handover.confirm(held, STEP)
        return Told()
    if not to_send or any(item.covers.items == items for item in waiting):
        return Told()
    return _give_number(app, held, items)


def _give_number(app: App, held: Return, items: dict[str, str]) -> Told:
    words = (
        f"The parcel of order {held.state.order} was sent on {items['sent_on']}"
        f" with {NAMES.get(items['carrier'], items['carrier'])}, tracking number {items['tracking_number']}."
    )
    if app.profile_of(held.state).marketplace == "manual":
        return conversation.tell(app, held, Saying(step=STEP, text=words, items=items))
    marketplace = app.marketplace_of(held)
    if Can.GIVE_TRACKING not in marketplace.can or held.state.case is None:
        return conversation.tell(app, held, Saying(step=STEP, text=words, items=items))
    remote = RemoteTracking(
        carrier=items["carrier"], tracking_number=items["tracking_number"], sent_on=items["sent_on"]
    )
    prepared = marketplace.prepare_tracking(held.state.case, remote)
    if app.options.dry_run:
        return Told(would=(conversation.would_send(prepared),))
    conversation.send(held, marketplace, prepared, Covers(step=STEP, items=items))
    return Told(sent=True, messages=1)


def _number(held: Return) -> str | None:
    if held.state.label:
        return held.state.label.tracking_number
    return held.state.sent.get(STEP, {}).get("tracking_number")


def _carrier(held: Return) -> str:
    label = held.state.label
    if label:
        return label.carrier_name or label.carrier if label.carrier == "other" else label.carrier
    return held.state.sent.get(STEP, {}).get("carrier", "other")


def _pickup(booked: PickupBooked | None) -> Pickup | None:
    if booked is None:
        return None
    return Pickup(
        date=booked.date, ready=booked.ready, close=booked.close, confirmation=booked.confirmation or None
    )


def _result(app: App, held: Return, told: Told) -> ShipResult:
    state = held.state
    outside = state.parcel.get("outside")
    sent = state.sent.get(STEP, {})
    return standing.result(
        ShipResult,
        app,
        held,
        STEP,
        told,
        method="pickup" if state.pickup else state.handed_in.method if state.handed_in else None,
        pickup=_pickup(state.pickup),
        carrier=sent.get("carrier") or (state.label.carrier if state.label else None),
        tracking_number=sent.get("tracking_number") or _number(held),
        label_read=outside.label_read if outside else None,
        told_seller="tracking_number" in sent,
    )
