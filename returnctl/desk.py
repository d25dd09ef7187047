"""The seller's desk: which client it works with, and a folder for a case of the buyer's that has none yet."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from returnctl import adoption, opening
from returnctl.app import App
from returnctl.errors import Busy, NotFound, Refused, Usage
from returnctl.marketplaces.backmarket import BackMarket
from returnctl.marketplaces.backmarket_cases import line_of
from returnctl.marketplaces.backmarket_values import Folder
from returnctl.marketplaces.base import Case, Line, Marketplace, Order
from returnctl.opening import Place, Wish
from returnctl.returns import policy
from returnctl.returns.events import Opened
from returnctl.returns.held import Return
from returnctl.returns.policy import Policy
from returnctl.returns.record import Record
from returnctl.returns.reference import Reference
from returnctl.settings import Profile


def sellers(marketplace: Marketplace, profile: str) -> BackMarket:
    """The client, if it is a seller's. Raises Refused for a buyer's profile."""
    if isinstance(marketplace, BackMarket):
        return marketplace
    raise Refused(
        f"Profile {profile} is a buyer's; this is for the seller's staff.",
        hint='use a profile with marketplace = "backmarket", or `--profile sandbox-seller` to try it',
    )


class Found(Struct, frozen=True, kw_only=True):
    """A case of the buyer's, read whole, and the order that it is about."""

    folder: Folder
    case: Case
    order: Order

    @property
    def line(self) -> Line:
        return line_of(self.folder, self.order)


def find(marketplace: BackMarket, wanted: Reference, *, closed: bool = False) -> Found:
    """The buyer's case of an order: its newest open one; with `closed` the newest at all, where none is open.

    Raises NotFound where there is none, Usage with the lines where it could be several.
    """
    order = marketplace.order(wanted.order)
    listed = [
        one
        for line in order.lines
        if wanted.line in (None, line.line)
        for one in marketplace.folders(line=line.line)
    ]
    living = [one for one in listed if one.open] or (listed if closed else [])
    if not living:
        raise NotFound(
            f"The buyer has no {'' if closed or not listed else 'open '}return of order {wanted.order}.",
            hint="the buyer opens it in their account, under “Get help”; the seller's API can't",
        )
    lines = {one.line for one in living}
    if len(lines) > 1:
        names = ", ".join(f"{order.order}/{line}" for line in sorted(lines))
        raise Usage(f"Order {order.order} has several returns: {names}.", hint="name one of them")
    newest = max(living, key=lambda one: int(one.case))
    return look(marketplace, newest.case, order)


def look(marketplace: BackMarket, case: str, order: Order | None = None) -> Found:
    """A case by its number."""
    folder = marketplace.folder(case)
    return Found(
        folder=folder,
        case=marketplace.with_parcel(folder),
        order=order or marketplace.order(folder.order),
    )


def known(app: App, order: str, case: str) -> Reference | None:
    """The return that has this case already; takes no lock."""
    for reference in app.workspace.references(order):
        if app.workspace.exists(reference) and app.workspace.state(reference).case == case:
            return reference
    return None


def name_for(app: App, found: Found) -> Reference:
    """What a new return of this case is called: with its line where the order has several."""
    line = found.folder.line if len(found.order.lines) > 1 else None
    taken = [
        ref
        for ref in app.workspace.references(found.order.order)
        if ref.line == line and app.workspace.exists(ref)
    ]
    number = max((ref.number or 1 for ref in taken), default=0) + 1
    return Reference(found.order.order, line, number)


def opened(
    app: App,
    profile: Profile,
    host: str | None,
    reference: Reference,
    found: Found,
    wish: Wish | None = None,
) -> Opened:
    """The first event of the seller's return: what the buyer asked for, and the order's facts.

    `wish` corrects facts of our own: the device, a day, the market.
    """
    order = found.order
    market = market_of(order, profile)
    place = Place(reference=reference, profile=profile, host=host, now=app.now(profile))
    said = wish or Wish()
    said = opening.as_adopted(replace(said, market=said.market or market), found.case, market)
    return opening.opened(place, said, order, found.line)


@contextlib.contextmanager
def adopted(
    app: App, profile: Profile, marketplace: BackMarket, found: Found, wish: Wish | None = None
) -> Iterator[Return]:
    """A new folder for the case, held."""
    reference = name_for(app, found)
    event = opened(app, profile, marketplace.identity(), reference, found, wish)
    folder = app.workspace.folder(reference)
    with app.workspace.hold(reference):
        if app.workspace.exists(reference):  # since we looked
            raise Busy(f"Return {reference} was opened by another process just now.", hint="run this again")
        held = Return(reference, folder, Record.new(folder), lambda: app.now(profile))
        held.note(event)
        adoption.adopt(app, held, marketplace, found.case)
        yield held


def rules(order: Order, profile: Profile) -> Policy:
    """The rules of the order's market."""
    return policy.policy(market_of(order, profile))


def market_of(order: Order, profile: Profile) -> str:
    """The order's market; the profile's, where we have no rules for it."""
    return order.market if order.market in policy.markets() else profile.market
