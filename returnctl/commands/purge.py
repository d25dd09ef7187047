from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from returnctl.commands.common import cli_command, words_argument
from returnctl.errors import Usage

if TYPE_CHECKING:
    from returnctl.app import App

_DAYS = {"d": 1, "w": 7}


@cli_command(1, 3, 5, 6, 7, 9)
@words_argument("[RETURN]")
@click.option("--older-than", metavar="AGE", help="All that were closed so long ago: 90d, 12w.")
@click.option("--all", "everything", is_flag=True, help="The whole folder, with the record.")
def command(app: App, words: tuple[str, ...], older_than: str | None, everything: bool) -> None:
    """Delete the pictures of returns that are over.

    With them go the papers, what the seller sent, and the copies of what went out. The record stays, with a note.
    Says what goes, and asks (--yes off a terminal). A return that is still open has to be named, with --yes.

    \b
    Examples:
      returnctl purge 10000001 --dry-run
      returnctl purge --older-than 90d --yes
    """
    from returnctl.steps import purge as step

    options = step.Options(everything=everything, older_than=_age(older_than) if older_than else None)
    if older_than:
        if words or app.options.order:
            raise Usage("Either a return or --older-than.", hint="--older-than finds the returns by itself")
        app.show(step.of_closed(app, options))
        return
    reference, rest = app.named(words)
    if rest:
        raise Usage(f"“{rest[0]}” is one word too many.", hint="see `returnctl purge --help`")
    app.show(step.of_return(app, reference, options))


def _age(text: str) -> int:
    match = re.fullmatch(r"([0-9]{1,5})([dw])", text.strip().lower())
    if not match:
        raise Usage(f"--older-than {text[:20]}: not an age.", hint="such as 90d or 12w")
    return int(match[1]) * _DAYS[match[2]]
