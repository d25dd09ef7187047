from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from returnctl.commands.common import FILE, cli_command, words_argument
from returnctl.errors import Usage
from returnctl.vocabulary import KINDS, TOPICS

if TYPE_CHECKING:
    from returnctl.app import App


@cli_command(5, 9)
@words_argument("[RETURN]")
@click.option(
    "--device", type=click.Choice(KINDS), metavar="KIND", help=f"Without a return: {', '.join(KINDS)}."
)
@click.option("--brand", metavar="B", help="Its maker, such as Apple.")
@click.option(
    "--for",
    "topics",
    type=click.Choice(TOPICS),
    metavar="TOPIC",
    multiple=True,
    help=f"This alone (many): {', '.join(TOPICS)}.",
)
@click.option("--page", type=FILE, help="Write it as PDF.")
@click.option("--paper", type=click.Choice(["a4", "letter"]), help="The paper; by market if not given.")
def command(app: App, words: tuple[str, ...], **options: Any) -> None:
    """Explain IMEI, back-up, accounts and packing, offline.

    For the device of a return, or for any kind and brand.

    \b
    Examples:
      returnctl guide 10000001
      returnctl guide --device smartphone --brand Apple --for disconnect
      returnctl guide --device console --brand Sony --page guide.pdf
    """
    from returnctl.steps import guide as step

    reference, rest = app.perhaps_named(words)
    if rest:
        raise Usage(f"“{rest[0]}” is not an order number.", hint="an order number is 1 to 12 digits")
    app.show(step.run(app, reference, step.Options(**options)))
