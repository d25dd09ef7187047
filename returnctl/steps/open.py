"""Step 1: read the order, work out who covers the return, and open it, or adopt the one that exists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NoReturn

from msgspec import Struct

from returnctl import adoption, conversation, standing
from returnctl.app import App
from returnctl.conversation import Saying, Told
from returnctl.errors import NotFound, Refused, ReturnctlError, Unavailable, Usage
from returnctl.marketplaces.base import Can, Case, Line, Marketplace, NewCase, Order
from returnctl.output import Table
from returnctl.result import StepResult
from returnctl.returns import devices, policy
from returnctl.returns.events import Amended, Coverage, Covers, Device, Opened
from returnctl.returns.held import Return
from returnctl.returns.record import Record
from returnctl.returns.reference import Reference
from returnctl.settings import Profile

STEP = "open"


class Options(Struct, frozen=True, kw_only=True):
    """What a person says when opening; None is “not said”. Dates are `datetime.date`."""

    device: str | None = None
    brand: str | None = None
    model: str | None = None
    reason: str | None = None
    description: str | None = None
    wants: str | None = None
    damage: tuple[str, ...] = ()
    received: date | None = None
    ordered: date | None = None
    asked: date | None = None
    name: str | None = None
    market: str | None = None
    line: str | None = None
    new: bool = False
    accept: tuple[str, ...] = ()


class OpenResult(StepResult, kw_only=True):
    case: str | None = None
    directory: str = ""
    adopted: bool = False
    device: Device
    coverage: Coverage
    reply_due: str | None = None
    already: bool = False
    before_erasing: tuple[str, ...] = ()

    def for_people(self) -> Iterable[str | Table]:
        yield from self.plan()
        device = " ".join(part for part in (self.device.brand, self.device.model) if part) or self.device.kind
        done = "adopted" if self.adopted else "already open" if self.already else "opened"
        yield f"Return {self.return_}: {device}, {done}{f' as {self.case}' if self.case else ''}."
        yield f"Covered by: {self.coverage.verdict}" + (
            f" (window until {self.coverage.window_ends})" if self.coverage.window_ends else ""
        )
        yield from self.coverage.notes
        yield f"Sending it back is paid by: {self.coverage.shipping_paid_by}"
        if self.reply_due:
            yield f"The seller answers by {self.reply_due}."
        yield f"Folder: {self.directory}"
        if self.before_erasing:
            yield "Before you erase the device:"
            yield from (f"  - {line}" for line in self.before_erasing)


def run(app: App, wanted: Reference, options: Options) -> OpenResult:
    """Open the return that `wanted` names. Running it again changes nothing but amended local facts."""
    existing = _existing(app, wanted, options)
    if existing is not None:
        with app.holding(existing) as held:
            return _again(app, held, options)
    profile = app.chosen_profile()
    if profile.marketplace == "manual":
        return _open_by_hand(app, wanted, options, profile)
    return _open_at_marketplace(app, wanted, options, profile)


def _existing(app: App, wanted: Reference, options: Options) -> Reference | None:
    if options.new:
        return None
    line = options.line or wanted.line
    try:
        return app.workspace.find(Reference(wanted.order, line, wanted.number))
    except NotFound:
        return None


# -- a return that has its folder already ------------------------------------------------------------------------


def _again(app: App, held: Return, options: Options) -> OpenResult:
    standing.check_open(app, held)
    conversation.settle(app, held, STEP)
    told = Told()
    items = _wish_items(options)
    changed = {k: v for k, v in items.items() if getattr(held.state, k) not in (None, v)}
    if changed and not app.options.again:
        item, value = next(iter(changed.items()))
        raise Refused(
            f"The return was opened with {item} “{getattr(held.state, item)}”, and “{value}” is another.",
            hint="use --again to send it as a correction",
        )
    _amend(app, held, options)
    profile = app.profile_of(held.state)
    if held.state.case is None and profile.marketplace != "manual":
        told = _open_or_adopt(app, held, app.marketplace_of(held), again=False)
    elif changed:
        told = _correct(app, held, changed)
    elif app.options.done:
        _confirm_by_hand(held)
    return _result(app, held, told, already=True)


def _wish_items(options: Options) -> dict[str, str]:
    return {name: value for name in ("reason", "wants") if (value := getattr(options, name))}


def _correct(app: App, held: Return, changed: dict[str, str]) -> Told:
    words = ", ".join(f"{name}: {value}" for name, value in changed.items())
    saying = Saying(step=STEP, text=f"A correction to this return. {words}.", items=changed)
    return conversation.tell(app, held, saying)


def _confirm_by_hand(held: Return) -> None:
    from returnctl import handover

    handover.confirm(held, STEP)


def _amend(app: App, held: Return, options: Options) -> None:
    state = held.state
    said: dict[str, object] = {
        "received_on": options.received and options.received.isoformat(),
        "ordered_on": options.ordered and options.ordered.isoformat(),
        "asked_on": options.asked and options.asked.isoformat(),
        "name": options.name,
        "description": options.description,
    }
    changed = {name: value for name, value in said.items() if value and getattr(state, name) != value}
    device = Device(
        kind=options.device or state.device.kind,
        brand=options.brand or state.device.brand,
        model=options.model or state.device.model,
    )
    if device != state.device:
        changed["device"] = device
    if not changed or app.options.dry_run:
        return
    merged = {**{name: getattr(state, name) for name in ("received_on", "ordered_on", "asked_on")}, **changed}
    facts = policy.Facts(
        asked=date.fromisoformat(str(merged["asked_on"])),
        ordered=_date(merged["ordered_on"]),
        received=_date(merged["received_on"]),
        damage=state.damage,
    )
    covered = policy.coverage(facts, policy.policy(state.market))
    held.note(Amended(**changed, coverage=covered))  # type: ignore[arg-type]  # names and types are Amended's own


# -- a new return, without an API --------------------------------------------------------------------------------


def _open_by_hand(app: App, wanted: Reference, options: Options, profile: Profile) -> OpenResult:
    kind = options.device or app.ask("The kind of device", "--device", choices=devices.KINDS)
    received, ordered = options.received, options.ordered
    if received is None:
        received = date.fromisoformat(_ask_date(app, "The day you received it", "--received"))
    if ordered is None:
        ordered = date.fromisoformat(_ask_date(app, "The day you ordered it", "--ordered"))
    name = options.name or app.ask("The name on the order", "--name")
    market = options.market or profile.market
    line = options.line or wanted.line
    order = Order(
        order=wanted.order,
        ordered_on=ordered.isoformat(),
        market=market,
        name=name,
        lines=(
            Line(
                line=line or "1",
                title=options.model or kind,
                kind=kind,
                brand=options.brand,
                model=options.model,
                delivered_on=received.isoformat(),
            ),
        ),
    )
    reference = _new_reference(app, wanted.order, line, options.new)
    opened = _opened(app, reference, options, profile, order, order.lines[0], host=None)
    _check_covered(app, opened, options)
    if app.options.dry_run:
        return _planned(app, opened, Told(would=()))
    with app.workspace.hold(reference):
        held = _create(app, reference, opened, profile)
        told = conversation.tell(app, held, _opening_words(opened))
        return _result(app, held, told)


def _ask_date(app: App, what: str, option: str) -> str:
    while True:
        text = app.ask(f"{what} (YYYY-MM-DD)", option)
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            app.say(f"“{text}” is not a date like 2026-11-23.")


def _opening_words(opened: Opened) -> Saying:
    device = " ".join(part for part in (opened.device.brand, opened.device.model) if part) or opened.device.kind
    lines = [
        "Hello,",
        f"I would like to return the {device} of order {opened.order}"
        + (f", received on {opened.received_on}." if opened.received_on else "."),
        f"Reason: {(opened.reason or '').replace('-', ' ')}. I would like: {opened.wants}.",
    ]
    if opened.description:
        lines.append(opened.description)
    lines.append(f"Please tell me how to go on.\n{opened.name or ''}".rstrip())
    return Saying(step=STEP, text="\n".join(lines), items={"open": "yes"})


# -- a new return, at a marketplace ------------------------------------------------------------------------------


def _open_at_marketplace(app: App, wanted: Reference, options: Options, profile: Profile) -> OpenResult:
    marketplace = app.marketplace(profile)
    host = marketplace.identity()
    order = marketplace.order(wanted.order)
    line = _line(order, options.line or wanted.line)
    cases = marketplace.cases(order.order)
    living = next((case for case in cases if case.open and case.line == line.line), None)
    several = len(order.lines) > 1
    reference = _new_reference(app, order.order, line.line if several else None, options.new)
    if living and not options.new:
        opened = _adopted(app, reference, options, profile, order, line, host, living)
    else:
        opened = _opened(app, reference, options, profile, order, line, host)
        _check_covered(app, opened, options)
    if app.options.dry_run:
        would = () if living and not options.new else (conversation.would_send(_prepare(marketplace, opened, options.new)),)
        return _planned(app, opened, Told(would=would))
    with app.workspace.hold(reference):
        if app.workspace.exists(reference):  # another process was quicker
            return run(app, reference, options)
        held = _create(app, reference, opened, profile)
        told = _open_or_adopt(app, held, marketplace, again=options.new)
        _keep_invoice(app, held, marketplace)
        return _result(app, held, told)


def _open_or_adopt(app: App, held: Return, marketplace: Marketplace, *, again: bool) -> Told:
    """Open the return at the marketplace; where it has one of this line already, adopt that."""
    state = held.state
    if not again:
        for case in marketplace.cases(state.order):
            if case.open and case.line == (state.line or case.line):
                adoption.adopt(app, held, marketplace, case)
                return Told()
    prepared = _prepare(marketplace, state, again)
    outcome = conversation.send(held, marketplace, prepared, Covers(step=STEP, items={"open": "yes"}))
    case_id = outcome.facts.get("case")
    if not case_id:
        raise Unavailable("The marketplace opened the return but did not name it.", hint="run `open` again: it will be found")
    found = marketplace.case(case_id)
    held.note(adoption.seen_case(found, adopted=False))
    return Told(sent=True, messages=1)


def _prepare(marketplace: Marketplace, opened: object, again: bool) -> conversation.Prepared:
    return marketplace.prepare_open(
        NewCase(
            order=opened.order,  # type: ignore[attr-defined]  # an Opened, or the State that came of it
            line=opened.line or "1",  # type: ignore[attr-defined]
            reason=opened.reason or "other",  # type: ignore[attr-defined]
            wants=opened.wants or "refund",  # type: ignore[attr-defined]
            damage=opened.damage or ("none",),  # type: ignore[attr-defined]
            description=opened.description or "",  # type: ignore[attr-defined]
            again=again,
        )
    )


def _line(order: Order, wanted: str | None) -> Line:
    lines = "; ".join(f"{order.order}/{line.line} {line.title}" for line in order.lines)
    if wanted is None:
        if len(order.lines) == 1:
            return order.lines[0]
        raise Usage(f"Order {order.order} has several devices: {lines}.", hint=f"name one, such as {order.order}/{order.lines[0].line}")
    for line in order.lines:
        if line.line == wanted:
            return line
    raise NotFound(f"Order {order.order} has no line {wanted}.", hint=f"it has: {lines}")


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


def _new_reference(app: App, order: str, line: str | None, new: bool) -> Reference:
    taken = {ref.number for ref in app.workspace.references(order) if ref.line == line and app.workspace.exists(ref)}
    return Reference(order, line, max(taken, default=0) + 1 if new else 1)


def _opened(
    app: App, reference: Reference, options: Options, profile: Profile, order: Order, line: Line, host: str | None
) -> Opened:
    reason = options.reason or app.ask("Why it goes back", "--reason", choices=policy.REASONS)
    wants = options.wants or app.ask("What you would like", "--wants", choices=policy.WISHES)
    damage = options.damage or ("none",)
    if reason == "damaged-in-transit" and "in-transit" not in damage:
        damage = (*(kind for kind in damage if kind != "none"), "in-transit")
    return _event(app, reference, options, profile, order, line, host, reason=reason, wants=wants, damage=damage)


def _adopted(
    app: App,
    reference: Reference,
    options: Options,
    profile: Profile,
    order: Order,
    line: Line,
    host: str | None,
    case: Case,
) -> Opened:
    return _event(
        app,
        reference,
        options,
        profile,
        order,
        line,
        host,
        reason=case.reason or options.reason,
        wants=case.wants or options.wants,
        damage=case.damage,
        asked=_date((case.opened_at or "")[:10]),
    )


def _event(
    app: App,
    reference: Reference,
    options: Options,
    profile: Profile,
    order: Order,
    line: Line,
    host: str | None,
    *,
    reason: str | None,
    wants: str | None,
    damage: tuple[str, ...],
    asked: date | None = None,
) -> Opened:
    market = options.market or order.market
    rules = policy.policy(market)
    now = app.now(profile)
    device = Device(
        kind=options.device or line.kind, brand=options.brand or line.brand, model=options.model or line.model
    )
    facts = policy.Facts(
        asked=options.asked or asked or now.date(),
        ordered=options.ordered or _date(order.ordered_on),
        received=options.received or _date(line.delivered_on),
        damage=damage,
    )
    accounts = devices.accounts(device.kind, device.brand) if rules.asks_proof else ()
    return Opened(
        order=order.order,
        line=line.line if reference.line or len(order.lines) > 1 or profile.marketplace != "manual" else None,
        number=reference.number,
        profile=profile.name,
        host=host,
        market=market,
        device=device,
        name=options.name or order.name,
        reason=reason,
        wants=wants,
        description=options.description,
        damage=damage,
        ordered_on=facts.ordered and facts.ordered.isoformat(),
        received_on=facts.received and facts.received.isoformat(),
        asked_on=facts.asked.isoformat(),
        coverage=policy.coverage(facts, rules),
        accepted=options.accept,
        needed={
            "imei": rules.asks_imei and devices.has_imei(device.kind),
            "disconnect-proof": bool(accounts),
        },
        accounts=accounts,
        imeis=line.imeis,
        serial=line.serial,
        reply_due=policy.reply_due(now, rules).isoformat(),
    )


def _check_covered(app: App, opened: Opened, options: Options) -> None:
    covered = opened.coverage
    late_refund = opened.wants == "refund" and covered.verdict in ("warranty", "out-of-warranty")
    if "coverage" in options.accept or not (late_refund or covered.verdict == "excluded"):
        return
    result = _planned(app, opened, Told())
    if covered.verdict == "excluded":
        _not_covered("This damage is not covered, so the seller may refuse the return.", result)
    _not_covered(
        f"The window for a refund ended on {covered.window_ends}; repair or exchange may still be possible.", result
    )


def _not_covered(message: str, result: OpenResult) -> NoReturn:
    raise Refused(message, hint="--accept coverage opens it all the same, and records that you chose so", result=result)


def _create(app: App, reference: Reference, opened: Opened, profile: Profile) -> Return:
    folder = app.workspace.folder(reference)
    held = Return(reference, folder, Record.new(folder), lambda: app.now(profile))
    held.note(opened)
    return held


def _planned(app: App, opened: Opened, told: Told) -> OpenResult:
    reference = Reference(opened.order, None, opened.number)
    return OpenResult(
        return_=str(reference),
        order=opened.order,
        line=opened.line,
        dry_run=app.options.dry_run,
        would=told.would,
        directory=str(app.workspace.folder(reference)),
        device=opened.device,
        coverage=opened.coverage,
        reply_due=opened.reply_due,
    )


def _result(app: App, held: Return, told: Told, *, already: bool = False) -> OpenResult:
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
        already=already,
        before_erasing=devices.before_erasing(state.device.kind),
    )


def _date(text: object) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None
