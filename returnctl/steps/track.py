"""Step 8: where each parcel is, in one vocabulary, and until when a lost one can be claimed."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import date, datetime

from msgspec import Struct, field, to_builtins

from returnctl import standing
from returnctl.app import App
from returnctl.carriers import CODES, tracking_number
from returnctl.carriers.base import Parcel
from returnctl.carriers.client import unasked
from returnctl.carriers.reading import moment
from returnctl.errors import AuthFailed, Busy, Pending, Refused, ReturnctlError, SomeFailed
from returnctl.output import Table
from returnctl.result import Result
from returnctl.returns import deadlines, policy
from returnctl.returns.events import Tracked
from returnctl.returns.reference import Reference
from returnctl.returns.state import State
from returnctl.settings import Profile
from returnctl.times import when_there

STEP = "track"
ENDED = ("delivered", "returned", "cancelled")
#: The way of a parcel that arrives; the other statuses lie beside it.
ROAD = ("label-created", "picked-up", "in-transit", "out-for-delivery", "delivered")
#: Between two questions to a carrier: parcels move by the hour, and quotas are per hour.
POLL_S = 300.0
SANDBOX_POLL_S = 1.0


class Options(Struct, frozen=True, kw_only=True):
    """`timeout` is in seconds."""

    all: bool = False
    until: str | None = None
    timeout: float | None = None
    number: str | None = None
    carrier: str | None = None
    delivered: date | None = None


class ParcelEvent(Struct, frozen=True, kw_only=True):
    time: str | None
    status: str
    code: str
    description: str
    place: str


class TrackedParcel(Struct, frozen=True, kw_only=True, rename={"return_": "return"}):
    """A parcel of a return, or of a number alone (`return` is null)."""

    return_: str | None
    carrier: str
    tracking_number: str
    status: str
    found: bool | None
    delayed: bool = False
    stalled: bool = False
    delivered_at: str | None = None
    estimated_delivery: str | None = None
    last_event_at: str | None = None
    claim_by: str | None = None
    link: str | None = None
    events: tuple[ParcelEvent, ...] = ()


class TrackResult(Result, kw_only=True):
    parcels: tuple[TrackedParcel, ...] = ()

    def for_people(self) -> Iterable[str | Table]:
        yield from parcel_lines(self.parcels)


class ManyResult(Result, kw_only=True):
    """Several returns, or a number without one. `failed` says what could not be asked, by return."""

    parcels: tuple[TrackedParcel, ...] = ()
    failed: dict[str, str] = field(default_factory=dict)

    def for_people(self) -> Iterable[str | Table]:
        yield from parcel_lines(self.parcels)
        yield from (f"{name}: {message}" for name, message in self.failed.items())


def parcel_lines(parcels: Iterable[TrackedParcel]) -> Iterable[str | Table]:
    for parcel in parcels:
        of = f"{parcel.return_}: " if parcel.return_ else ""
        yield f"{of}{parcel.carrier.upper()} {parcel.tracking_number}: {parcel.status}" + (
            ", delayed" if parcel.delayed else ""
        )
        if parcel.status == "returned":
            yield "  Look into this: it is on its way back to you. Ask the seller, and the carrier, why."
        if parcel.stalled:
            yield "  Nothing has happened for days: ask the carrier."
        if parcel.found is False:
            yield "  The carrier does not know this number yet."
        if parcel.delivered_at:
            yield f"  Delivered: {when_there(parcel.delivered_at)}"
        elif parcel.estimated_delivery:
            yield f"  Expected: {when_there(parcel.estimated_delivery)}"
        if parcel.claim_by and parcel.status != "delivered":
            yield f"  A lost or damaged parcel can be claimed until {parcel.claim_by}."
        yield from (
            f"  {when_there(event.time or ''):16}  {event.description}{f' ({event.place})' if event.place else ''}"
            for event in parcel.events[:8]
        )
        if parcel.found is None and parcel.link:
            yield f"  Follow it here: {parcel.link}"


def of_number(app: App, options: Options) -> ManyResult:
    """A number without any return."""
    assert options.number is not None
    profile = app.chosen_profile()
    number = tracking_number.checked(options.number)
    carrier = options.carrier or tracking_number.recognition(number).carrier or "other"
    parcel = _follow(app, profile, carrier, number, options)
    result = ManyResult(parcels=(_view(parcel, None, None, app.now(profile)),))
    _check_until(options, parcel, result)
    return result


def of_many(app: App, references: Iterable[Reference], options: Options) -> ManyResult:
    """Several returns; each is tried.

    Raises SomeFailed, with the result, where one could not be asked, and Pending where one is not there yet.
    """
    parcels: list[TrackedParcel] = []
    failed: dict[str, str] = {}
    pending = False
    for reference in references:
        try:
            parcels += of_return(app, reference, options).parcels
        except ReturnctlError as error:
            if isinstance(error.result, TrackResult):
                parcels += error.result.parcels
            if isinstance(error, Pending):
                pending = True
            else:
                failed[str(reference)] = error.message
    result = ManyResult(parcels=tuple(parcels), failed=failed)
    if failed:
        raise SomeFailed(
            f"{len(failed)} of them could not be tracked, or won't arrive.",
            hint="those marked above: `returnctl track RETURN` shows one in full",
            result=result,
        )
    if pending:
        raise Pending("Not all parcels are there yet.", hint="ask again later", result=result)
    return result


def of_return(app: App, reference: Reference, options: Options) -> TrackResult:
    """One return. No lock is held while the carrier is asked."""
    found = app.workspace.find(reference)
    state = app.workspace.state(found)
    if options.delivered:
        return _by_word(app, found, options.delivered)
    carrier, number = _which(state, found, options)
    profile = app.profile_of(state)
    parcel = _follow(app, profile, carrier, number, options)
    _record(app, found, parcel)
    held = app.reading(found)
    result = standing.result(
        TrackResult, app, held, STEP, parcels=(_view(parcel, str(found), state, held.now()),)
    )
    _check_until(options, parcel, result)
    return result


def _which(state: State, reference: Reference, options: Options) -> tuple[str, str]:
    sent = state.sent.get("ship", {})
    label = state.label
    number = options.number or sent.get("tracking_number") or (label.tracking_number if label else None)
    if not number:
        raise Refused(
            f"Return {reference} has no tracking number yet.",
            hint=f"`returnctl label {reference}` fetches the label; `--number` gives a number",
        )
    number = tracking_number.checked(number)
    known = sent.get("carrier") or (label.carrier if label else None)
    carrier = options.carrier or (known if not options.number else None)
    return carrier or tracking_number.recognition(number).carrier or "other", number


def _follow(app: App, profile: Profile, carrier: str, number: str, options: Options) -> Parcel:
    parcel = _ask(app, profile, carrier, number)
    if not options.until:
        return parcel
    if parcel.found is None:
        raise AuthFailed(
            f"Without credentials for {carrier.upper()} nobody can be asked where the parcel is.",
            hint=f"follow it here: {parcel.link}" if parcel.link else "look at the carrier's website",
        )
    ends = time.monotonic() + options.timeout if options.timeout is not None else None
    wait = SANDBOX_POLL_S if profile.sandbox else POLL_S
    while not _reached(parcel, options.until) and parcel.status not in ENDED:
        left = ends - time.monotonic() if ends is not None else wait
        if left <= 0:
            break
        app.say(
            f"{parcel.carrier.upper()} {number}: {parcel.status}; looking again in {min(wait, left):.0f} s …"
        )
        time.sleep(min(wait, left))
        parcel = _ask(app, profile, carrier, number)
    return parcel


def _reached(parcel: Parcel, until: str) -> bool:
    """Whether the parcel is there, or was: between two questions it may have moved on."""
    if parcel.status == until or any(event.status == until for event in parcel.events):
        return True
    return until in ROAD and parcel.status in ROAD and ROAD.index(parcel.status) > ROAD.index(until)


def _ask(app: App, profile: Profile, carrier: str, number: str) -> Parcel:
    if carrier not in CODES:
        return unasked(carrier, number)
    parcel: Parcel = app.carrier(carrier, profile).track(number)
    return parcel


def _record(app: App, reference: Reference, parcel: Parcel) -> None:
    """Note a new status; a return that another process holds is left alone, the status is only asked again."""
    if app.options.dry_run or parcel.found is not True:
        return
    tracked = Tracked(
        carrier=parcel.carrier,
        tracking_number=parcel.tracking_number,
        status=str(parcel.status),
        delivered_at=parcel.delivered_at,
        last_event_at=parcel.last_event_at,
    )
    if app.workspace.state(reference).tracked == tracked:
        return
    try:
        with app.holding(reference) as held:
            held.note(tracked)
    except Busy:
        app.say("The return is in use, so the new status was not written down.")


def _by_word(app: App, reference: Reference, day: date) -> TrackResult:
    with standing.working(app, reference, lambda held: standing.result(TrackResult, app, held, STEP)) as held:
        standing.check_open(app, held)
        state = held.state
        label = state.label
        sent = state.sent.get("ship", {})
        tracked = Tracked(
            carrier=sent.get("carrier") or (label.carrier if label else "other"),
            tracking_number=sent.get("tracking_number") or (label.tracking_number if label else None) or "",
            status="delivered",
            delivered_at=day.isoformat(),
            by="person",
        )
        if tracked != state.tracked and not app.options.dry_run:
            held.note(tracked)
        view = TrackedParcel(
            return_=str(held.reference),
            carrier=tracked.carrier,
            tracking_number=tracked.tracking_number,
            status="delivered",
            found=None,
            delivered_at=tracked.delivered_at,
        )
        return standing.result(TrackResult, app, held, STEP, parcels=(view,))


def _check_until(options: Options, parcel: Parcel, result: Result) -> None:
    if not options.until or _reached(parcel, options.until):
        return
    if parcel.status in ENDED:
        raise Refused(f"The parcel is {parcel.status}, not {options.until}.", result=result)
    raise Pending(
        f"The parcel is {parcel.status}, not {options.until} yet.", hint="ask again later", result=result
    )


def _view(parcel: Parcel, name: str | None, state: State | None, now: datetime) -> TrackedParcel:
    return TrackedParcel(
        return_=name,
        carrier=parcel.carrier,
        tracking_number=parcel.tracking_number,
        status=str(parcel.status),
        found=parcel.found,
        delayed=parcel.delayed,
        stalled=_stalled(parcel, state, now),
        delivered_at=parcel.delivered_at,
        estimated_delivery=parcel.estimated_delivery,
        last_event_at=parcel.last_event_at,
        claim_by=deadlines.claim_by(state, parcel.carrier) if state else None,
        link=parcel.link,
        events=tuple(ParcelEvent(**to_builtins(event)) for event in parcel.events),
    )


def _stalled(parcel: Parcel, state: State | None, now: datetime) -> bool:
    if not parcel.last_event_at or parcel.status in (*ENDED, "label-created"):
        return False
    rules = policy.policy(state.market if state else "en-us")
    last = moment(parcel.last_event_at).date()
    return policy.add_business_days(last, rules.stalled_business_days, rules.country) < now.date()


def on_their_way(app: App) -> list[Reference]:
    """The open returns that have a number and are not delivered yet; damaged ones too, to be said when asked for."""
    return [ref for ref in app.workspace.references() if app.workspace.exists(ref) and _moves(app, ref)]


def _moves(app: App, reference: Reference) -> bool:
    try:
        state = app.workspace.state(reference)
    except ReturnctlError:
        return True
    arrived = state.tracked is not None and state.tracked.status in ENDED
    return bool(state.label or state.sent.get("ship")) and not arrived and state.closed is None
