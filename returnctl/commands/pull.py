from __future__ import annotations

from typing import TYPE_CHECKING

import click

from returnctl.commands.common import cli_command, words_argument
from returnctl.errors import Usage

if TYPE_CHECKING:
    from returnctl.app import App


@cli_command(3, 4, 5, 6, 7, 75)
@words_argument("[RETURN]...")
@click.option("--all", "every", is_flag=True, help="Every open return of the seller's.")
def command(app: App, words: tuple[str, ...], every: bool) -> None:
    """Fetch what the buyer sent (seller).

    Conversation, files (each once) and label come into the return's folder, which is made where there is none.
    Then `photos`, `imei` and `disconnect-proof` judge what came. `-` reads the returns from standard input.

    \b
    Examples:
      returnctl pull 10000006 --profile desk
      returnctl pull --all
    """
    from returnctl.returns.reference import parse_reference
    from returnctl.steps import pull as step

    if every:
        if words:
            raise Usage(
                "--all stands for every return: name none beside it.", hint="leave out --all, or the returns"
            )
        app.show(step.of_all(app))
        return
    reference, rest = app.named(app.listed(words))
    if rest:
        app.show(step.of_many(app, [reference, *map(parse_reference, rest)]))
        return
    app.show(step.of_return(app, reference))
