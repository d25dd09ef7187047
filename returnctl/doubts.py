"""Finding out about what was sent without a known outcome, at the service that it was sent to."""

from __future__ import annotations

from datetime import timedelta

from returnctl.app import App
from returnctl.carriers import CODES
from returnctl.http import was_refused
from returnctl.marketplaces.base import Marketplace
from returnctl.returns import intents
from returnctl.returns.held import Return
from returnctl.returns.intents import Outcome
from returnctl.returns.state import Doubt


def settle(app: App, held: Return, *steps: str) -> None:
    """Settle the doubts of these steps before anything else of them is sent.

    Raises InDoubt, or the service's error, while one stays unknown. A dry run leaves them.
    """
    if app.options.dry_run:
        return
    for doubt in held.state.doubts:
        if doubt.covers.step in steps:
            app.say(f"Finding out about what was sent before: {doubt.summary} …")
            settle_one(app, held, doubt)


def settle_one(app: App, held: Return, doubt: Doubt) -> Outcome | None:
    """Settle one doubt. None where it is known to have come to nothing; raises as `settle`."""
    code = doubt.covers.items.get("carrier", "")
    if code in CODES and doubt.covers.step in ("label", "pickup"):
        from returnctl import pickups, purchase

        client = app.carrier(code, app.profile_of(held.state))
        if "bought" in doubt.covers.items:
            since = held.now().date() - timedelta(days=14)
            return intents.settle(
                held,
                doubt,
                purchase.sender(held, client),
                lambda doubt: purchase.find(client, doubt, since, held.now().date()),
            )
        if "voided" in doubt.covers.items:
            return intents.settle(held, doubt, purchase.voider(client))
        return intents.settle(held, doubt, pickups.sender(client, doubt.covers))
    marketplace = app.marketplace_of(held)
    return intents.settle(held, doubt, marketplace.send, lambda doubt: _look_up(held, marketplace, doubt))


def may_have_happened(error: Exception) -> bool:
    """Whether a request that ended in `error` may have been carried out: anything but a plain refusal."""
    return not was_refused(error)


def _look_up(held: Return, marketplace: Marketplace, doubt: Doubt) -> Outcome | None:
    """A message by its marker; there is nothing else without a key that could be looked for."""
    if not (doubt.marker and held.state.case):
        return None
    for message in marketplace.messages(held.state.case):
        if doubt.marker in message.text:
            return Outcome(facts={"message": message.message})
    return None
