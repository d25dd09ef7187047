from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from returnctl.commands.common import DAY, TELLING, cli_command, words_argument
from returnctl.errors import Usage
from returnctl.vocabulary import DAMAGES, KINDS, REASONS, WISHES

if TYPE_CHECKING:
    from returnctl.app import App
    from returnctl.opening import Wish


def _parsed(words: tuple[str, ...], **options: Any) -> Wish:
    from returnctl import opening

    if words:
        raise Usage(f"“{words[0]}” is one word too many.", hint="see `returnctl open --help`")
    return opening.Wish(**options)


@cli_command(*TELLING, step=True, parse=_parsed)
@words_argument("[RETURN]")
@click.option("--device", type=click.Choice(KINDS), metavar="KIND", help=f"What it is: {', '.join(KINDS)}.")
@click.option("--brand", help="Its maker, such as Apple.")
@click.option("--model", help="Its model.")
@click.option(
    "--reason", type=click.Choice(REASONS), metavar="REASON", help=f"Why it goes back: {', '.join(REASONS)}."
)
@click.option("--description", help="What is wrong, in your words.")
@click.option(
    "--wants",
    type=click.Choice(WISHES),
    metavar="WISH",
    help="What you would like: refund, exchange, repair.",
)
@click.option(
    "--damage",
    type=click.Choice(DAMAGES),
    multiple=True,
    metavar="KIND",
    help=f"Damage (many): {', '.join(DAMAGES)}.",
)
@click.option("--received", type=DAY, help="The day you received it.")
@click.option("--ordered", type=DAY, help="The day you ordered it.")
@click.option("--asked", type=DAY, help="The day you asked for help, if not today.")
@click.option("--name", help="The name on the order.")
@click.option("--market", metavar="LOCALE", help="The shop, such as en-us.")
@click.option("--line", metavar="N", help="The device, where an order has several.")
@click.option("--new", is_flag=True, help="A second return of the same thing.")
@click.option(
    "--accept", type=click.Choice(["coverage"]), multiple=True, help="Open it though it is not covered."
)
def command(app: App, words: tuple[str, ...], **options: Any) -> None:
    """Open the return, or adopt the one that exists.

    Reads the order, works out who covers it until when, and makes the return's folder. Run again it changes nothing.

    \b
    Examples:
      returnctl open 10000001 --reason faulty --wants refund
      returnctl open 10000009/2 --reason changed-mind --wants refund
    """
    from returnctl.steps import open as step

    reference, rest = app.named(words)
    app.show(step.run(app, reference, _parsed(rest, **options)))
