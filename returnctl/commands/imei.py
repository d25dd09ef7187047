from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from returnctl.commands.common import FILE, TELLING, cli_command, words_argument
from returnctl.errors import Usage

if TYPE_CHECKING:
    from returnctl.app import App
    from returnctl.steps.imei import Options


def _parsed(words: tuple[str, ...], **options: Any) -> Options:
    from returnctl.steps import imei as step

    return step.Options(imei=_number(words), **options)


@cli_command(*TELLING, step=True, parse=_parsed)
@words_argument("[RETURN] [IMEI]")
@click.option("--image", "images", type=FILE, multiple=True, help="Read it from a picture (many).")
@click.option("--serial", metavar="S", help="The serial number, for a device without an IMEI.")
@click.option(
    "--accept", type=click.Choice(["mismatch"]), multiple=True, help="Send it though it is not the order's."
)
@click.option("--ask", is_flag=True, help="Ask the buyer for what is missing (seller).")
@click.option("--show", is_flag=True, help="Show the whole number.")
@click.option("--no-originals", "originals", is_flag=True, flag_value=False, default=True, hidden=True)
def command(app: App, words: tuple[str, ...], **options: Any) -> None:
    """Check the IMEI, compare it with the order, send it.

    \b
    Examples:
      returnctl imei 10000001 356789100000072
      returnctl imei 10000001 --image box.jpg
    """
    from returnctl.steps import imei as step

    reference, rest = app.named(words)
    app.show(step.run(app, reference, _parsed(rest, **options)))


def _number(words: tuple[str, ...]) -> str | None:
    """An IMEI is often typed in groups: `35 678910 453217 8`."""
    number = " ".join(words)
    if len(number) > 60:
        raise Usage("That is no IMEI: it is far too long.", hint="an IMEI has 15 digits")
    return number or None
