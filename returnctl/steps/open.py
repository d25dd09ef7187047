"""Step 1: read the order, work out who covers the return, and open it, or adopt the one that exists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from msgspec.structs import replace

from returnctl import adoption, conversation, desk, doubts, handover, opening, standing
from returnctl.app import App
from returnctl.conversation import Saying, Told
from returnctl.errors import Busy, NotFound, Refused, ReturnctlError, Unavailable, Usage
from returnctl.marketplaces.base import Can, Case, Line, Marketplace, Order
from returnctl.opening import Place, Wish
from returnctl.output import Table
from returnctl.result import Result, Would
from returnctl.returns import devices, policy
from returnctl.returns.events import Amended, Coverage, Covers, Device, Opened
from returnctl.returns.held import Return
from returnctl.returns.record import Record
from returnctl.returns.reference import Reference
from returnctl.returns.state import State
from returnctl.settings import Profile
from returnctl.times import when
from returnctl.vocabulary import KINDS, REASONS, WISHES

STEP = opening.STEP


class OpenResult(Result, kw_only=True):
    case: str | None = None
    directory: str = ""
    adopted: bool = False
    device: Device
    coverage: Coverage
    reply_due: str | None = None
    before_erasing: tuple[str, ...] = ()

    def for_people(self) -> Iterable[str | Table]:
        yield from self.plan()
        device = " ".join(part for part in (self.device.brand, self.device.model) if part) or self.device.kind
        how = "adopted" if self.adopted else "open" if self.before_erasing else "not opened"
        yield f"Return {self.return_}: {device}, {how}{f' as {self.case}' if self.case else ''}."
        ends = {"warranty": self.coverage.warranty_ends, "excluded": None, "out-of-warranty": None}
        until = ends.get(self.coverage.verdict, self.coverage.window_ends)
        yield f"Coverage: {self.coverage.verdict}{f', until {until}' if until else ''}"
        yield from (f"  {note}" for note in self.coverage.notes)
        yield f"The way back is paid by: {self.coverage.shipping_paid_by}"
        if self.reply_due:
            yield f"The seller answers by {when(self.reply_due)}."
        if self.before_erasing:
            yield f"Folder: {self.directory}"
            yield "Before you erase the device:"
            yield from (f"  - {line}" for line in self.before_erasing)


def run(app: App, wanted: Reference, wish: Wish) -> OpenResult:
    """Open the return that `wanted` names. Running it again changes nothing but amended local facts."""
    existing = _existing(app, wanted, wish)
    if existing is not None:
        with standing.working(app, existing, lambda held: _result(app, held, Told())) as held:
            return _again(app, held, wish)
    profile = app.chosen_profile()
    if profile.marketplace == "manual":
        return _open_by_hand(app, wanted, wish, profile)
    if profile.role == "seller":
        return _adopt_for_seller(app, wanted, wish, profile)
    return _open_at_marketplace(app, wanted, wish, profile)


def _existing(app: App, wanted: Reference, wish: Wish) -> Reference | None:
    if wish.new:
        return None
    try:
        return app.workspace.find(Reference(wanted.order, wish.line or wanted.line, wanted.number))
    except NotFound:
        return None


# -- a return that has its folder already ------------------------------------------------------------------------


def _again(app: App, held: Return, wish: Wish) -> OpenResult:
    standing.check_open(app, held)
    doubts.settle(app, held, STEP)
    told = Told()
    by_hand = app.profile_of(held.state).marketplace == "manual"
    if held.state.role == "seller":
        _check_sellers_wish(wish)
    changed = _changed_wish(app, held, wish)
    _amend(app, held, wish)
    if held.state.case is None and not by_hand:
        told = _open_or_adopt(app, held, app.marketplace_of(held))
    elif changed and STEP not in held.state.sent:
        told = _say_anew(app, held, changed)
    elif changed:
        words = ", ".join(f"{name}: {value}" for name, value in changed.items())
        correction = Saying(step=STEP, text=f"A correction to this return: {words}.", items=changed)
        told = conversation.tell(app, held, correction)
    elif app.options.done:
        handover.confirm(held, STEP)
    elif not told.sent:
        app.say("It is open already; nothing was sent.")
    return _result(app, held, told)


def _changed_wish(app: App, held: Return, wish: Wish) -> dict[str, str]:
    """What was said at the opening and is said otherwise now.

    Raises Refused, naming both, where the seller knows the first and --again was not given.
    """
    said = {"reason": wish.reason, "wants": wish.wants, "description": wish.description}
    if wish.damage:
        said["damage"] = ", ".join(wish.damage)
    known = {name: getattr(held.state, name) for name in ("reason", "wants", "description")}
    known["damage"] = ", ".join(held.state.damage)
    changed = {name: value for name, value in said.items() if value and value != known[name]}
    for name, value in changed.items():
        if known[name] and not app.options.again and (STEP in held.state.sent or held.state.case):
            raise Refused(
                f"The return was opened with {name} “{known[name]}”, and “{value}” is another.",
                hint="use --again to send it as a correction",
            )
    return changed


def _say_anew(app: App, held: Return, changed: dict[str, Any]) -> Told:
    """What still waits to be pasted is worded again."""
    if app.options.dry_run:
        return Told()
    if "damage" in changed:
        changed["damage"] = tuple(changed["damage"].split(", "))
    held.note(Amended(**changed))
    return conversation.tell(app, held, opening.opening_words(held.state))


def _amend(app: App, held: Return, wish: Wish) -> None:
    """Correct facts of our own, and the coverage with them; the seller is told nothing."""
    state = held.state
    device = Device(
        kind=wish.device or state.device.kind,
        brand=wish.brand or state.device.brand,
        model=wish.model or state.device.model,
    )
    said: dict[str, Any] = {
        "received_on": wish.received and wish.received.isoformat(),
        "ordered_on": wish.ordered and wish.ordered.isoformat(),
        "asked_on": wish.asked and wish.asked.isoformat(),
        "name": wish.name,
        "device": device,
    }
    changed = {name: value for name, value in said.items() if value and getattr(state, name) != value}
    if not changed or app.options.dry_run:
        return
    facts = policy.Facts(
        asked=date.fromisoformat(changed.get("asked_on") or state.asked_on or held.now().date().isoformat()),
        ordered=opening.day(changed.get("ordered_on") or state.ordered_on),
        received=opening.day(changed.get("received_on") or state.received_on),
        damage=state.damage,
    )
    rules = policy.policy(state.market)
    if "device" in changed:
        changed |= opening.asked_for(device, rules, state.role)
    held.note(Amended(**changed, coverage=policy.coverage(facts, rules)))


# -- a new return, without an API --------------------------------------------------------------------------------


def _open_by_hand(app: App, wanted: Reference, wish: Wish, profile: Profile) -> OpenResult:
    kind = wish.device or app.ask("The kind of device", "--device", choices=KINDS)
    received = wish.received or _ask_day(app, "The day you received it", "--received")
    ordered = wish.ordered or _ask_day(app, "The day you ordered it", "--ordered")
    line = Line(line=wish.line or wanted.line or "", title=kind, kind=kind, delivered_on=received.isoformat())
    order = Order(
        order=wanted.order,
        ordered_on=ordered.isoformat(),
        market=profile.market,
        name=wish.name or app.ask("The name on the order", "--name"),
        lines=(line,),
    )
    place = _place(app, profile, None, order, line.line or None, wish)
    event = _covered(app, place, _asked(app, wish), order, line)
    if app.options.dry_run:
        return _planned(app, place, event)
    with app.workspace.hold(place.reference):
        held = _new(app, place)
        held.note(event)
        return _result(app, held, conversation.tell(app, held, opening.opening_words(event)))


def _ask_day(app: App, what: str, option: str) -> date:
    while True:
        text = app.ask(f"{what} (YYYY-MM-DD)", option)
        if found := opening.day(text):
            return found
        app.say(f"“{text}” is not a date like 2026-11-23.")


# -- the buyer's return, at the seller's desk ---------------------------------------------------------------------


def _adopt_for_seller(app: App, wanted: Reference, wish: Wish, profile: Profile) -> OpenResult:
    """Raises NotFound where the buyer has not opened one: the seller can't."""
    _check_sellers_wish(wish)
    marketplace = desk.sellers(app.marketplace(profile), profile.name)
    found = desk.find(marketplace, Reference(wanted.order, wish.line or wanted.line))
    existing = desk.known(app, found.order.order, found.folder.case)
    if existing is not None:
        with standing.working(app, existing, lambda held: _result(app, held, Told())) as held:
            return _again(app, held, wish)
    if app.options.dry_run:
        reference = desk.name_for(app, found)
        event = desk.opened(app, profile, None, reference, found, wish)
        return _planned(
            app, Place(reference=reference, profile=profile, host=None, now=app.now(profile)), event
        )
    with desk.adopted(app, profile, marketplace, found, wish) as held:
        app.say(f"`returnctl pull {held.name}` fetches what the buyer sent.")
        return _result(app, held, Told())


def _check_sellers_wish(wish: Wish) -> None:
    if wish.reason or wish.wants or wish.description or wish.damage:
        raise Usage(
            "Reason, wish, description and damage are the buyer's to say.",
            hint="leave --reason, --wants, --description and --damage out; `returnctl message` asks the buyer",
        )


# -- a new return, at a marketplace ------------------------------------------------------------------------------


def _open_at_marketplace(app: App, wanted: Reference, wish: Wish, profile: Profile) -> OpenResult:
    marketplace = app.marketplace(profile)
    host = marketplace.identity()
    order = marketplace.order(wanted.order)
    line = opening.choose_line(order, wish.line or wanted.line)
    living = None if wish.new else _living_case(marketplace, order.order, line.line)
    place = _place(app, profile, host, order, line.line if len(order.lines) > 1 else None, wish)
    if living:
        event = opening.opened(place, opening.as_adopted(wish, living, order.market), order, line)
    else:
        event = _covered(app, place, _asked(app, wish), order, line)
    if app.options.dry_run:
        would = () if living else (_would_open(marketplace, event, again=wish.new),)
        return _planned(app, place, event, Told(would=would))
    with app.workspace.hold(place.reference):
        held = _new(app, place)
        invoice = ("documents",) if Can.INVOICE in marketplace.can else ()
        held.begin(event, folders=() if living else ("intents", *invoice))
        if living:
            adoption.adopt(app, held, marketplace, living)
            told = Told()
        else:
            told = _open(held, marketplace, again=wish.new)
        _keep_invoice(app, held, marketplace)
        return _result(app, held, told)


def _living_case(marketplace: Marketplace, order: str, line: str | None) -> Case | None:
    return next(
        (case for case in marketplace.cases(order) if case.open and case.line == (line or case.line)), None
    )


def _open_or_adopt(app: App, held: Return, marketplace: Marketplace) -> Told:
    """For a record whose opening came to nothing: it may have been opened elsewhere since."""
    again = held.state.number > 1
    living = None if again else _living_case(marketplace, held.state.order, held.state.line)
    if app.options.dry_run:
        return Told(would=() if living else (_would_open(marketplace, held.state, again=again),))
    if living is None:
        return _open(held, marketplace, again=again)
    adoption.adopt(app, held, marketplace, living)
    return Told()


def _open(held: Return, marketplace: Marketplace, *, again: bool) -> Told:
    prepared = marketplace.prepare_open(opening.new_case(held.state, again=again))
    outcome = conversation.send(held, marketplace, prepared, Covers(step=STEP, items={"open": "yes"}))
    if "case" not in outcome.facts:
        raise Unavailable(
            "The marketplace opened the return but did not name it.", hint="run the same command again"
        )
    adoption.refresh(held, marketplace)
    return Told(sent=True, messages=1)


def _would_open(marketplace: Marketplace, facts: Opened | State, *, again: bool) -> Would:
    return conversation.would_send(marketplace.prepare_open(opening.new_case(facts, again=again)))


def _keep_invoice(app: App, held: Return, marketplace: Marketplace) -> None:
    """The invoice goes into the parcel; a return does not fail for want of it."""
    if Can.INVOICE not in marketplace.can:
        return
    try:
        held.keep("documents/invoice.pdf", marketplace.invoice(held.state.order))
    except NotFound:
        app.say("The marketplace has no invoice for this order.")
    except ReturnctlError as error:
        app.warn(f"The invoice could not be fetched: {error.message}")


# -- shared ------------------------------------------------------------------------------------------------------


def _place(app: App, profile: Profile, host: str | None, order: Order, line: str | None, wish: Wish) -> Place:
    taken = [
        ref for ref in app.workspace.references(order.order) if ref.line == line and app.workspace.exists(ref)
    ]
    number = max((ref.number or 1 for ref in taken), default=0) + 1 if wish.new else 1
    return Place(
        reference=Reference(order.order, line, number), profile=profile, host=host, now=app.now(profile)
    )


def _asked(app: App, wish: Wish) -> Wish:
    return replace(
        wish,
        reason=wish.reason or app.ask("Why it goes back", "--reason", choices=REASONS),
        wants=wish.wants or app.ask("What you would like", "--wants", choices=WISHES),
    )


def _covered(app: App, place: Place, wish: Wish, order: Order, line: Line) -> Opened:
    event = opening.opened(place, wish, order, line)
    if why := opening.not_covered(event):
        raise Refused(
            why,
            hint="--accept coverage opens it all the same, and records that you chose so",
            result=_planned(app, place, event),
        )
    return event


def _new(app: App, place: Place) -> Return:
    if app.workspace.exists(
        place.reference
    ):  # since we looked: what another process wrote is not written over
        raise Busy(f"Return {place.reference} was opened by another process just now.", hint="run this again")
    folder = app.workspace.folder(place.reference)
    return Return(place.reference, folder, Record.new(folder), lambda: app.now(place.profile))


def _planned(app: App, place: Place, event: Opened, told: Told | None = None) -> OpenResult:
    return OpenResult(
        return_=str(place.reference),
        order=event.order,
        line=event.line,
        dry_run=app.options.dry_run,
        would=told.would if told else (),
        directory=str(app.workspace.folder(place.reference).absolute()),
        device=event.device,
        coverage=event.coverage,
        reply_due=event.reply_due,
    )


def _result(app: App, held: Return, told: Told) -> OpenResult:
    state = held.state
    return standing.result(
        OpenResult,
        app,
        held,
        STEP,
        told,
        case=state.case,
        directory=str(held.folder.absolute()),
        adopted=state.adopted,
        device=state.device,
        coverage=state.coverage,
        reply_due=state.reply_due,
        before_erasing=devices.before_erasing(state.device.kind) if state.role == "buyer" else (),
    )
