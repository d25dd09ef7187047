from __future__ import annotations

from typing import TYPE_CHECKING

import click

from returnctl.commands.common import FILE, cli_command, words_argument
from returnctl.errors import Usage
from returnctl.vocabulary import STEPS

if TYPE_CHECKING:
    from pathlib import Path

    from returnctl.app import App


@cli_command(1, 5, 9)
@words_argument("[RETURN]")
@click.option("--all", "every", is_flag=True, help="Closed returns too.")
@click.option("--due", type=click.IntRange(min=0), metavar="DAYS", help="Only what is due in so many days.")
@click.option(
    "--step", type=click.Choice(STEPS), metavar="STEP", help="Only returns whose next step this is."
)
@click.option("--next", "only_next", is_flag=True, help="The next command alone.")
@click.option("--ics", type=FILE, help="Write the deadlines as a calendar file.")
def command(
    app: App,
    words: tuple[str, ...],
    every: bool,
    due: int | None,
    step: str | None,
    only_next: bool,
    ics: Path | None,
) -> None:
    """Show where returns stand and what comes next.

    Asks nobody and changes nothing.

    \b
    Examples:
      returnctl status
      returnctl status 10000001
      $(returnctl status 10000001 --next)
    """
    from returnctl.steps import status

    reference, rest = app.perhaps_named(words)
    if rest:
        raise Usage(f"“{rest[0]}” is not an order number.", hint="an order number is 1 to 12 digits")
    app.show(
        status.run(app, reference, status.Options(all=every, due=due, step=step, next=only_next, ics=ics))
    )
