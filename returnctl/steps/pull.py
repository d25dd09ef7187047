"""Mirroring the buyer's side into the return's folder: conversation, files, label, parcel; each file once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from returnctl import desk, labels, proposals, received, standing
from returnctl.app import App
from returnctl.desk import Found
from returnctl.errors import NotFound, ReturnctlError, SomeFailed
from returnctl.evidence.imei import shorten
from returnctl.marketplaces.backmarket import BackMarket
from returnctl.marketplaces.backmarket_cases import chosen_label, of_line
from returnctl.output import Table
from returnctl.proposals import Proposal
from returnctl.received import Failure
from returnctl.result import Result
from returnctl.returns import policy
from returnctl.returns.events import Found as SeenThere
from returnctl.returns.held import Return
from returnctl.returns.reference import Reference
from returnctl.settings import Profile

STEP = "pull"
T = TypeVar("T")


class Label(Struct, frozen=True, kw_only=True):
    """The buyer's return label. `valid_until` is worked out; an expired one is said to be so in `state`."""

    state: str
    carrier: str
    tracking_number: str | None
    path: str | None
    valid_until: str | None


class Pulled(Struct, frozen=True, kw_only=True, rename={"return_": "return"}):
    """One return: `new` are the files that were fetched this time, `failed` those that could not be."""

    return_: str
    case: str
    directory: str
    adopted: bool = False
    open: bool = True
    messages: int = 0
    new_messages: int = 0
    new: tuple[str, ...] = ()
    label: Label | None = None
    proposals: tuple[Proposal, ...] = ()
    failed: tuple[Failure, ...] = ()


class PullResult(Result, kw_only=True):
    """`failed` says what could not be pulled at all, by return or case."""

    returns: tuple[Pulled, ...] = ()
    failed: dict[str, str] = field(default_factory=dict)

    def for_people(self) -> Iterable[str | Table]:
        for one in self.returns:
            yield from _lines(one)
        yield from (f"{name}: {message}" for name, message in self.failed.items())
        if not (self.returns or self.failed):
            yield "There are no open returns."


def of_return(app: App, wanted: Reference) -> PullResult:
    """One return; its folder is made where there is none. Raises, with the result, where a file is missing."""
    try:
        reference = app.workspace.find(wanted)
    except NotFound:
        profile = app.chosen_profile()
        marketplace = desk.sellers(app.marketplace(profile), profile.name)
        return _adopt(app, profile, marketplace, desk.find(marketplace, wanted, closed=True))
    return _again(app, reference)


def of_many(app: App, wanted: Sequence[Reference]) -> PullResult:
    """Several returns; each is tried. Raises SomeFailed, with the result, where one failed."""
    return _many(wanted, str, lambda one: of_return(app, one))


def of_all(app: App) -> PullResult:
    """Every open case of the seller's."""
    profile = app.chosen_profile()
    marketplace = desk.sellers(app.marketplace(profile), profile.name)

    def pull(case: str) -> PullResult:
        found = desk.look(marketplace, case)
        reference = desk.known(app, found.order.order, case)
        return _again(app, reference) if reference else _adopt(app, profile, marketplace, found)

    cases = [one.case for one in marketplace.folders(state=0)]
    return _many(cases, lambda case: f"case {case}", pull)


def _many(wanted: Iterable[T], name: Callable[[T], str], pull: Callable[[T], PullResult]) -> PullResult:
    returns: list[Pulled] = []
    failed: dict[str, str] = {}
    for one in wanted:
        try:
            returns += pull(one).returns
        except ReturnctlError as error:
            failed[name(one)] = error.message
            if isinstance(error.result, PullResult):
                returns += error.result.returns
    result = PullResult(role="seller", returns=tuple(returns), failed=failed)
    if failed:
        raise SomeFailed(
            f"{len(failed)} of them could not be pulled whole.",
            hint="run the same command again: it fetches what is missing",
            result=result,
        )
    return result


def _again(app: App, reference: Reference) -> PullResult:
    with app.holding(reference) as held:
        marketplace = desk.sellers(app.marketplace_of(held), held.state.profile)
        if held.state.case is None:
            raise NotFound(
                f"Return {reference} has no case at the marketplace.",
                hint="`returnctl inbox` lists those that have",
            )
        return _pull(app, held, marketplace, desk.look(marketplace, held.state.case), adopted=False)


def _adopt(app: App, profile: Profile, marketplace: BackMarket, found: Found) -> PullResult:
    if app.options.dry_run:
        reference = desk.name_for(app, found)
        planned = Pulled(
            return_=str(reference),
            case=found.folder.case,
            directory=str(app.workspace.folder(reference).absolute()),
            adopted=True,
            open=found.folder.open,
            messages=len(found.folder.messages),
            new_messages=len(found.folder.messages),
        )
        return PullResult(role="seller", dry_run=True, returns=(planned,))
    with desk.adopted(app, profile, marketplace, found) as held:
        return _pull(app, held, marketplace, found, adopted=True)


def _pull(app: App, held: Return, marketplace: BackMarket, found: Found, *, adopted: bool) -> PullResult:
    pulled = Pulled(
        return_=str(held.reference),
        case=found.folder.case,
        directory=str(held.folder.absolute()),
        adopted=adopted,
        open=found.folder.open,
        messages=len(found.folder.messages),
    )
    if app.options.dry_run:
        return standing.result(PullResult, app, held, STEP, returns=(pulled,))
    parcel = of_line(marketplace.shipments(found.folder.order), found.folder.line)
    brought = received.bring(held, marketplace, found.folder, parcel)
    failed = list(brought.failed)
    try:
        _keep_label(held, marketplace, found)
    except ReturnctlError as error:
        failed.append((Failure(attachment="", name="label", message=error.message), error))
    _note_parcel(held, found)
    pulled = replace(
        pulled,
        new_messages=brought.new_messages,
        new=brought.new_files,
        label=_label(held),
        proposals=proposals.found_in(brought.mirror, held.state.imeis),
        failed=tuple(failure for failure, _ in failed),
    )
    result = standing.result(PullResult, app, held, STEP, returns=(pulled,))
    if failed:
        problem = failed[0][1]
        problem.message = f"Not everything could be fetched ({len(failed)}): {problem.message}"
        problem.hint = "the rest is kept; run the same command again"
        problem.result = result
        raise problem
    return result


def _keep_label(held: Return, marketplace: BackMarket, found: Found) -> None:
    """The label with which the device comes back, unless the seller has put another in its place."""
    remote, before = found.case.label, held.state.label
    if remote is None or (before and before.source != "marketplace"):
        return
    content = marketplace.label(found.folder.case)
    labels.keep_remote(held, content, remote, _valid_until(held, found))


def _valid_until(held: Return, found: Found) -> str | None:
    """Labels are good for so many days; the day is ours to work out, the marketplace names none."""
    label = chosen_label(found.folder)
    if label is None or label.at is None:
        return None
    return policy.label_ends(label.at, policy.policy(held.state.market))


def _note_parcel(held: Return, found: Found) -> None:
    """The number of a parcel that is on its way: the marketplace's own shipping tells it."""
    tracking = found.case.tracking
    if tracking is None:
        return
    items = {"carrier": tracking.carrier, "tracking_number": tracking.tracking_number}
    if tracking.sent_on:
        items["sent_on"] = tracking.sent_on
    if not items.items() <= held.state.sent.get("ship", {}).items():
        held.note(SeenThere(step="ship", items=items))


def _label(held: Return) -> Label | None:
    label = held.state.label
    if label is None:
        return None
    return Label(
        state=label.state,
        carrier=label.carrier,
        tracking_number=label.tracking_number,
        path=str((held.folder / label.file).absolute()) if label.file else None,
        valid_until=label.valid_until,
    )


def _lines(one: Pulled) -> Iterable[str]:
    how = " (its folder was made)" if one.adopted else ""
    state = "" if one.open else ", closed"
    yield f"Return {one.return_}{how}: {one.messages} messages, {one.new_messages} new{state}."
    if one.new:
        yield f"  New files: {', '.join(one.new)}"
    if one.label:
        until = f", until {one.label.valid_until}" if one.label.valid_until else ""
        yield f"  Label: {one.label.state}{until} {one.label.tracking_number or ''}".rstrip()
    for proposal in one.proposals:
        yield f"  {_proposed(one.return_, proposal)}"
    yield from (f"  Not fetched: {failure.name}: {failure.message}" for failure in one.failed)


def _proposed(name: str, proposal: Proposal) -> str:
    if proposal.kind == "imei":
        match = {True: "the order's", False: "NOT the order's", None: "not compared"}
        said = f"IMEI {shorten(proposal.value)} in message {proposal.message}"
        return f"{said}, {match[proposal.matches_order]}: `returnctl imei {name}`"
    return (
        f"{(proposal.carrier or '').upper()} number {proposal.value} in message {proposal.message}: "
        f"`returnctl track {name} --number {proposal.value}`"
    )
