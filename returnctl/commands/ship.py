from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from returnctl.commands.common import DAY, FILE, TELLING, cli_command, words_argument
from returnctl.errors import Usage

if TYPE_CHECKING:
    from returnctl.app import App
    from returnctl.steps.ship import Options


def _parsed(words: tuple[str, ...], ready: str, close: str, **options: Any) -> Options:
    from returnctl.steps import ship as step

    if options["confirmation"] and options["pickup"] is None:
        raise Usage("--confirmation belongs to --pickup DATE.", hint="give the day with --pickup")
    if words:
        raise Usage(
            f"“{words[0]}” is one word too many.", hint="pictures are given with --inside and --outside"
        )
    return step.Options(ready=_time(ready), close=_time(close), **options)


@cli_command(*TELLING, step=True, parse=_parsed)
@words_argument("[RETURN]")
@click.option("--inside", type=FILE, help="A photo of the packed, open parcel.")
@click.option("--outside", type=FILE, help="A photo of the closed parcel with its label.")
@click.option("--receipt", type=FILE, help="A photo of the carrier's receipt.")
@click.option("--battery", type=click.Choice(["ok", "damaged", "none"]), help="How the battery is.")
@click.option("--drop-off", is_flag=True, help="You bring it to the carrier.")
@click.option("--pickup", type=DAY, help="Have it collected on this day (USPS, FedEx).")
@click.option(
    "--ready", metavar="HH:MM", default="09:00", show_default=True, help="It can be collected from."
)
@click.option(
    "--close", metavar="HH:MM", default="17:00", show_default=True, help="It can be collected until."
)
@click.option("--address", type=FILE, help="Where it is collected, a TOML file.")
@click.option("--confirmation", metavar="CODE", help="You booked the pickup yourself.")
@click.option("--cancel-pickup", is_flag=True, help="Cancel the booked pickup.")
@click.option("--sent", is_flag=True, help="It is on its way: tell the seller so.")
@click.option("--sent-on", type=DAY, help="The day it was sent, if not today.")
@click.option(
    "--no-originals", "originals", is_flag=True, flag_value=False, default=True, help="Keep only the copies."
)
def command(app: App, words: tuple[str, ...], **options: Any) -> None:
    """Keep the parcel's photos; tell the tracking number.

    Only --sent tells the seller anything.

    \b
    Examples:
      returnctl ship 10000001 --inside in.jpg --outside out.jpg --battery ok
      returnctl ship 10000001 --drop-off --sent
    """
    from returnctl.steps import ship as step

    reference, rest = app.named(words)
    app.show(step.run(app, reference, _parsed(rest, **options)))


def _time(text: str) -> str:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise Usage(f"{text[:10]}: not a time of day.", hint="such as 09:00 or 17:30")
    return text
