from __future__ import annotations

from typing import TYPE_CHECKING

import click

from returnctl.commands.common import EXIT_CODES, cli_command

if TYPE_CHECKING:
    from returnctl.app import App


@cli_command()
@click.argument("topic", type=click.Choice(["exit-codes", "environment"]))
def command(app: App, topic: str) -> None:
    """Explain the exit codes and the environment.

    \b
    Examples:
      returnctl help exit-codes
      returnctl help environment
    """
    from returnctl import output
    from returnctl.settings import VARIABLES

    table = {str(code): words for code, words in EXIT_CODES.items()} if topic == "exit-codes" else VARIABLES
    if app.options.json:
        output.document({"schema": 1, topic: table})
        return
    width = max(map(len, table))
    for name, words in table.items():
        output.data(f"{name:{width}}  {words}")
