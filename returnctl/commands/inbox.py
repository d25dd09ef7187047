from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from returnctl.commands.common import DAY, cli_command
from returnctl.errors import Usage

if TYPE_CHECKING:
    from datetime import datetime

    from returnctl.app import App


@cli_command(4, 6, 75)
@click.option(
    "--state",
    type=click.Choice(("open", "closed", "all")),
    default="open",
    show_default=True,
    help="Of which returns.",
)
@click.option("--since", metavar="2d|DATE", help="Only those with a message in so many days, or since a day.")
def command(app: App, state: str, since: str | None) -> None:
    """List the buyers' returns (seller).

    \b
    Examples:
      returnctl inbox --profile desk
      returnctl inbox --since 2d --json
    """
    from returnctl.steps import inbox as step

    app.show(step.run(app, step.Options(state=state, since=_moment(app, since) if since else None)))


def _moment(app: App, text: str) -> datetime:
    """So many days before now, or the start of a day."""
    from datetime import datetime, time, timedelta

    now = app.now(app.chosen_profile())
    days = re.fullmatch(r"([0-9]{1,4})d", text.strip().lower())
    if days:
        return now - timedelta(days=int(days[1]))
    try:
        day = DAY.convert(text, None, None)
    except click.UsageError as error:
        raise Usage(
            f"--since {text[:20]}: {error.format_message()}", hint="such as 2d or 2026-11-23"
        ) from None
    return datetime.combine(day, time.min, now.tzinfo)
