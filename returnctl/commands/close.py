from __future__ import annotations

from typing import TYPE_CHECKING

import click

from returnctl.commands.common import cli_command, words_argument
from returnctl.errors import Usage
from returnctl.vocabulary import OUTCOMES

if TYPE_CHECKING:
    from returnctl.app import App


@cli_command(1, 5, 6, 7, 9, step=True)
@words_argument("[RETURN]")
@click.option("--outcome", type=click.Choice(OUTCOMES), help="How it ended.")
@click.option("--amount", help="What was paid back.")
@click.option("--note", help="Anything to remember.")
def command(
    app: App, words: tuple[str, ...], outcome: str | None, amount: str | None, note: str | None
) -> None:
    """Note how the return ended.

    \b
    Examples:
      returnctl close 10000001 --outcome refunded --amount 389.00
    """
    from returnctl.steps import close as step

    reference, rest = app.named(words)
    if rest:
        raise Usage(f"“{rest[0]}” is one word too many.", hint="see `returnctl close --help`")
    app.show(step.run(app, reference, step.Options(outcome=outcome, amount=amount, note=note)))
