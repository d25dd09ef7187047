from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from returnctl.commands.common import DAY, FILE, cli_command, words_argument
from returnctl.errors import Usage

if TYPE_CHECKING:
    from datetime import date

    from returnctl.app import App


@cli_command(6, 7, 8, 9, 75, step=True)
@words_argument("[RETURN]")
@click.option("--inside", type=FILE, help="A photo of the packed, open parcel.")
@click.option("--outside", type=FILE, help="A photo of the closed parcel with its label.")
@click.option("--receipt", type=FILE, help="A photo of the carrier's receipt.")
@click.option("--battery", type=click.Choice(["ok", "damaged", "none"]), help="How the battery is.")
@click.option("--drop-off", is_flag=True, help="You bring it to the carrier.")
@click.option("--sent", is_flag=True, help="It is on its way: tell the seller number and date.")
@click.option("--sent-on", type=DAY, help="The day it was sent, if not today.")
@click.option(
    "--no-originals", "originals", is_flag=True, flag_value=False, default=True, help="Keep only the copies."
)
def command(app: App, words: tuple[str, ...], sent_on: date | None, **options: Any) -> None:
    """Keep the parcel's photos; tell the tracking number.

    Only --sent tells the seller anything.

    \b
    Examples:
      returnctl ship 10000001 --inside in.jpg --outside out.jpg --battery ok
      returnctl ship 10000001 --drop-off --sent
    """
    from returnctl.steps import ship as step

    reference, rest = app.named(words)
    if rest:
        raise Usage(
            f"“{rest[0]}” is one word too many.", hint="pictures are given with --inside and --outside"
        )
    app.show(step.run(app, reference, step.Options(sent_on=sent_on, **options)))
