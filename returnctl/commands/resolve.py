from __future__ import annotations

from typing import TYPE_CHECKING

import click

from returnctl.commands.common import cli_command, words_argument
from returnctl.errors import Usage

if TYPE_CHECKING:
    from returnctl.app import App


@cli_command(1, 4, 5, 6, 7, 9, 75)
@words_argument("[RETURN]")
@click.option(
    "--happened", is_flag=True, help="You have seen that it arrived; with its number, if it has one."
)
@click.option("--did-not-happen", is_flag=True, help="You have seen that it did not.")
def command(app: App, words: tuple[str, ...], happened: bool, did_not_happen: bool) -> None:
    """End a doubt about something that was sent.

    Looks it up again; where that proves nothing, your word ends it.

    \b
    Examples:
      returnctl resolve 10000001
      returnctl resolve 10000001 --happened
    """
    from returnctl.steps import resolve as step

    reference, rest = app.named(words)
    if len(rest) > 1 or (rest and not happened):
        raise Usage(f"“{rest[-1]}” is one word too many.", hint="a number goes with --happened")
    number = rest[0] if rest else None
    app.show(
        step.run(
            app, reference, step.Options(happened=happened, did_not_happen=did_not_happen, number=number)
        )
    )
