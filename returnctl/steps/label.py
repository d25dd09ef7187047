"""Step 7, first half: the label. The seller's prepaid one, a file, just a number, or one that is bought."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from returnctl import conversation, doubts, labels, purchase, standing
from returnctl.app import App
from returnctl.carriers.client import CarrierClient
from returnctl.conversation import Saying, Told
from returnctl.errors import Declined, Pending, Refused, ReturnctlError
from returnctl.marketplaces.base import Can, Case, Marketplace, Upload
from returnctl.output import Table
from returnctl.purchase import Offer, Terms
from returnctl.result import Result, Would
from returnctl.returns import policy
from returnctl.returns.events import Covers, LabelAwaited, LabelKept
from returnctl.returns.held import Return
from returnctl.returns.reference import Reference
from returnctl.times import when

STEP = "label"
#: The forms that a buyer can open; others are laid out as PDF.
_POSTED = {".pdf": "application/pdf", ".png": "image/png", ".jpg": "image/jpeg"}


class Options(Struct, frozen=True, kw_only=True):
    """`terms` is what --buy goes by; None without it."""

    file: Path | None = None
    number: str | None = None
    carrier: str | None = None
    carrier_name: str | None = None
    terms: Terms | None = None
    paper: Literal["a4", "letter", "4x6"] | None = None
    spare: bool = False
    print: bool = False
    originals: bool = True


class LabelResult(Result, kw_only=True):
    path: str | None = None
    carrier: str | None = None
    tracking_number: str | None = None
    source: str | None = None
    price: dict[str, str] | None = None
    price_basis: str | None = None
    state: str | None = None
    valid_until: str | None = None
    label_due: str | None = None
    told_buyer: bool = False

    def for_people(self) -> Iterable[str | Table]:
        yield from self.plan()
        if self.tracking_number:
            until = f", valid until {self.valid_until}" if self.valid_until else ""
            yield f"Label: {(self.carrier or 'carrier unknown').upper()} {self.tracking_number}, {self.state}{until}"
        if self.source == "purchased":
            paid = (
                f"{self.price['amount']} {self.price['currency']}"
                if self.price
                else "charged when it is scanned"
            )
            yield f"Price: {paid}"
        if self.path:
            yield f"File: {self.path}"
        if self.told_buyer:
            yield "The buyer has it."


def run(app: App, reference: Reference, options: Options) -> LabelResult:
    """Take the label; nothing is bought without `options.terms`."""
    with standing.working(app, reference, lambda held: _result(app, held)) as held:
        standing.check_open(app, held)
        doubts.settle(app, held, "open", STEP)
        told = _take(app, held, options)
        if held.state.role == "seller":
            told = _post(app, held, told)
        result = _result(app, held, told)
        if not app.options.dry_run:
            _lay_out(held, options, result)
        return result


def _take(app: App, held: Return, options: Options) -> Told:
    if options.terms:
        return _buy(app, held, options.terms)
    if options.file is None and options.number is None:
        return _from_marketplace(app, held)
    labels.take(
        app,
        held,
        file=options.file,
        number=options.number,
        carrier=options.carrier,
        carrier_name=options.carrier_name,
        original=options.originals,
    )
    return Told()


def _post(app: App, held: Return, told: Told) -> Told:
    """A label that the seller adds or buys goes to the buyer, once, after a word of the person's."""
    label = held.state.label
    if label is None or label.source == "marketplace" or label.file is None:
        return told
    known = {"posted": label.sha256 or label.file}
    if not conversation.changes(held.state, STEP, known, again=app.options.again):
        return told
    if not app.options.dry_run and not app.confirm("Post this label to the buyer's case?"):
        app.say("It is kept, and was not posted.")
        return told
    name = label.file
    if Path(name).suffix not in _POSTED:
        name = labels.lay_out(held, policy.policy(held.state.market).paper, spare=False)
    suffix = Path(name).suffix
    upload = Upload(name=f"label{suffix}", media_type=_POSTED[suffix], content=held.read(name))
    number = f" ({label.carrier.upper()} {label.tracking_number})" if label.tracking_number else ""
    text = (
        f"Here is the return label of order {held.state.order}{number}. Print it, put it on the outside of the "
        "parcel, and cover or remove older labels."
    )
    saying = Saying(step=STEP, text=text, items=known, files=(upload,), file_items=("posted",))
    return conversation.tell(app, held, saying)


# -- the seller's label ------------------------------------------------------------------------------------------


def _from_marketplace(app: App, held: Return) -> Told:
    label = held.state.label
    if app.profile_of(held.state).marketplace == "manual":
        if label:
            return Told()
        raise _awaited(app, held, held.state.label_due or held.state.reply_due)
    if label and label.source != "marketplace":
        return Told()
    marketplace = app.marketplace_of(held)
    case = marketplace.case(standing.case(held))
    told = Told()
    if app.options.again and (case.label is None or case.label.state != "alive"):
        told = _ask_for_another(app, held, marketplace, case)
        case = marketplace.case(case.case)
    if case.label is None:
        if case.prepaid:
            raise _awaited(app, held, case.label_due)
        raise Refused(
            "The seller does not pay the way back, so there is no prepaid label.",
            hint="buy one with --buy, or take your own with --file FILE or --number N",
        )
    _keep_remote(app, held, marketplace, case)
    if case.label.state == "expired" and not app.options.dry_run:
        raise Refused(
            f"The label {case.label.tracking_number} has expired.",
            hint="add another with --again --file FILE, or --again --buy"
            if held.state.role == "seller"
            else f"ask for a new one: `returnctl label {held.name} --again`",
        )
    return told


def _ask_for_another(app: App, held: Return, marketplace: Marketplace, case: Case) -> Told:
    if Can.REQUEST_LABEL not in marketplace.can:
        raise Refused(
            "This marketplace takes no requests for a label.", hint="ask for it with `returnctl message`"
        )
    prepared = marketplace.prepare_label_request(case.case, "expired" if case.label else "missing")
    if app.options.dry_run:
        return Told(would=(conversation.would_send(prepared),))
    after = case.label.tracking_number if case.label else "none"
    conversation.send(held, marketplace, prepared, Covers(step=STEP, items={"asked-after": after}))
    return Told(sent=True)


def _keep_remote(app: App, held: Return, marketplace: Marketplace, case: Case) -> None:
    remote, before = case.label, held.state.label
    assert remote is not None
    unchanged = (
        before is not None
        and before.file is not None
        and before.state == remote.state
        and remote.tracking_number in ("", before.tracking_number)
        and (held.folder / before.file).is_file()
    )
    if unchanged or app.options.dry_run:
        return
    labels.keep_remote(held, marketplace.label(case.case), remote)


def _awaited(app: App, held: Return, due: str | None) -> Pending:
    if due is None:
        rules = policy.policy(held.state.market)
        day = policy.add_business_days(held.now().date(), rules.label_business_days, rules.country)
        due = day.isoformat()
    if held.state.label_due != due and not app.options.dry_run:
        held.note(LabelAwaited(due=due))
    return Pending(
        f"There is no label yet; the seller sends it by {when(due)}.",
        hint="look again later; one that came by mail goes in with `returnctl label {held.name} --file FILE`",
    )


# -- a label that is bought --------------------------------------------------------------------------------------


def _buy(app: App, held: Return, terms: Terms) -> Told:
    state = held.state
    other = state.label is not None and terms.carrier not in (None, state.label.carrier)
    if state.label and state.label.source == "purchased" and not other and not app.options.again:
        if state.label.tracking_number is None:
            raise Refused(
                "A label was bought for this return, as you said, but its number is not noted.",
                hint=f"the carrier's website lists it: `returnctl label {held.name} --number NUMBER`",
            )
        if state.label.file is None and not app.options.dry_run:
            _fetch_file(app, held, app.carrier(state.label.carrier, app.profile_of(state)), terms)
        return Told()
    if state.label and not app.options.again:
        raise Refused(
            f"This return has the label {state.label.tracking_number} already.",
            hint="use --again to buy another one all the same",
        )
    if state.coverage.verdict == "excluded" and "coverage" not in state.accepted:
        raise Refused(
            "This return is not covered, so no label is bought for it.",
            hint=f"`returnctl open {held.name} --accept coverage` goes on",
        )
    wanted = purchase.order(app, held, terms)
    offers = purchase.offers(app, held, wanted, terms.carrier)
    _say_prices(app, offers)
    offer = offers[0]
    purchase.check_price(offer, terms.max_price)
    if app.options.dry_run:
        return Told(would=(_would_buy(offer, wanted),))
    if not app.confirm(f"Buy {_in_words(offer)}?"):
        raise Declined("Nothing was bought.")
    app.spend(offer.quote.price if offer.quote else None)
    purchase.buy(held, offer, wanted, doubts.may_have_happened)
    _fetch_file(app, held, offer.client, terms)
    labels.compare(app, held)
    return Told(sent=True)


def _say_prices(app: App, offers: list[Offer]) -> None:
    rows = [
        (
            offer.client.carrier.name,
            offer.quote.name if offer.quote else "",
            f"{offer.quote.price.amount} {offer.quote.price.currency}" if offer.quote else "told afterwards",
            offer.quote.delivery_days if offer.quote else None,
        )
        for offer in offers
    ]
    app.say_table(Table(("carrier", "service", "price", "days"), rows))


def _in_words(offer: Offer) -> str:
    name = offer.client.carrier.name
    if offer.quote is None:
        return f"a return label of {name}, which tells its price only when the parcel is scanned"
    return f"a return label, {offer.quote.name} of {name}, for {offer.quote.price.amount} {offer.quote.price.currency}"


def _would_buy(offer: Offer, wanted: Any) -> Would:
    request = offer.client.prepare_label(wanted)
    price = offer.quote.price if offer.quote else None
    return Would(
        service=offer.client.carrier.name,
        method=request.method,
        target=request.url,
        summary=f"buy {_in_words(offer)}",
        cost={"amount": price.amount, "currency": price.currency} if price else None,
    )


def _fetch_file(app: App, held: Return, client: CarrierClient, terms: Terms) -> None:
    """Some carriers give the wanted form apart; the label is bought by then, so that a failure is only said."""
    try:
        found = purchase.fetch_file(held, client, terms.format)
    except ReturnctlError as error:
        app.warn(f"The label is bought, but its {terms.format.upper()} could not be fetched: {error.message}")
        return
    if found:
        label = held.state.label
        assert label is not None
        held.note(LabelKept(**{name: getattr(label, name) for name in label.__struct_fields__} | found))


# -- shared ------------------------------------------------------------------------------------------------------


def _lay_out(held: Return, options: Options, result: LabelResult) -> None:
    label = held.state.label
    if not (label and label.file):
        return
    name = label.file
    if options.paper or options.spare:
        paper = options.paper or policy.policy(held.state.market).paper
        name = labels.lay_out(held, paper, spare=options.spare)
        result.path = str((held.folder / name).absolute())
    if options.print:
        labels.print_file(held.folder / name)


def _result(app: App, held: Return, told: Told | None = None) -> LabelResult:
    label = held.state.label
    over = bool(label and label.valid_until and held.now().date() > date.fromisoformat(label.valid_until))
    return standing.result(
        LabelResult,
        app,
        held,
        STEP,
        told,
        path=str((held.folder / label.file).absolute()) if label and label.file else None,
        carrier=label.carrier if label else None,
        tracking_number=label.tracking_number if label else None,
        source=label.source if label else None,
        price=label.price if label else None,
        price_basis=label.price_basis if label else None,
        state=("expired" if over else label.state) if label else None,
        valid_until=label.valid_until if label else None,
        label_due=held.state.label_due if label is None else None,
        told_buyer=_is_posted(held),
    )


def _is_posted(held: Return) -> bool:
    """Whether the label, as it is now, is with the buyer by our own hand."""
    label, posted = held.state.label, held.state.sent.get(STEP, {}).get("posted")
    return posted is not None and label is not None and posted == (label.sha256 or label.file)
