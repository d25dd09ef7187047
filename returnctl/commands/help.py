from __future__ import annotations

from typing import TYPE_CHECKING

import click

from returnctl.commands.common import COMMON, EXIT_CODES, cli_command

if TYPE_CHECKING:
    from returnctl.app import App


@cli_command()
@click.argument("topic", type=click.Choice(["options", "exit-codes", "environment"]))
def command(app: App, topic: str) -> None:
    """Explain common options, exit codes and environment.

    \b
    Examples:
      returnctl help options
      returnctl help exit-codes
      returnctl help environment
    """
    from returnctl import output

    table = _table(topic)
    if app.options.json:
        output.document({"schema": 1, topic: table})
        return
    width = max(map(len, table))
    for name, words in table.items():
        output.data(f"{name:{width}}  {words}")


def _table(topic: str) -> dict[str, str]:
    if topic == "options":
        return dict(
            record for option in COMMON if (record := option.get_help_record(click.get_current_context()))
        )
    if topic == "exit-codes":
        return {str(code): words for code, words in EXIT_CODES.items()}
    from returnctl.settings import VARIABLES

    return VARIABLES
