from __future__ import annotations

from typing import TYPE_CHECKING

import click

from returnctl.commands.common import cli_command, words_argument
from returnctl.errors import Usage
from returnctl.vocabulary import CARRIERS

if TYPE_CHECKING:
    from returnctl.app import App


@cli_command(1, 4, 5, 9, 75)
@words_argument("[RETURN]")
@click.option("--near", metavar="PLACE", help="A postcode, or city and state: “Austin, TX”.")
@click.option("--carrier", type=click.Choice(CARRIERS), help="Of this carrier alone.")
def command(app: App, words: tuple[str, ...], near: str | None, carrier: str | None) -> None:
    """Find drop-off points near a place.

    Without a carrier's credentials: its page. Without --carrier: the label's carrier, else all.

    \b
    Examples:
      returnctl points --near 12207
      returnctl points 10000001 --near "Albany, NY"
    """
    from returnctl.steps import points as step

    # A postcode given as the only word would look like an order number: it belongs to --near.
    reference, rest = app.perhaps_named(words)
    if rest:
        raise Usage(f"“{rest[0]}” is one word too many.", hint="the place is given with --near")
    app.show(step.run(app, reference, near, carrier))
