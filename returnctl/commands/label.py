from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from returnctl.commands.common import FILE, cli_command, words_argument
from returnctl.errors import Usage
from returnctl.vocabulary import CARRIERS

if TYPE_CHECKING:
    from returnctl.app import App


@cli_command(4, 5, 6, 7, 8, 9, 75, step=True)
@words_argument("[RETURN]")
@click.option("--file", type=FILE, help="A label that you have: PDF, PNG, GIF, JPEG or ZPL.")
@click.option("--number", metavar="N", help="Its tracking number.")
@click.option("--carrier", type=click.Choice([*CARRIERS, "other"]), help="Its carrier.")
@click.option("--carrier-name", metavar="NAME", help="The carrier's name, with --carrier other.")
@click.option("--paper", type=click.Choice(["a4", "letter", "4x6"]), help="Lay it out for this paper.")
@click.option("--spare", is_flag=True, help="With a copy for the inside of the parcel.")
@click.option("--print", is_flag=True, help="Hand it to the printer (lp).")
def command(app: App, words: tuple[str, ...], **options: Any) -> None:
    """Fetch the prepaid label, or take your own.

    An expired one is replaced with --again.

    \b
    Examples:
      returnctl label 10000001
      returnctl label 10000001 --file label.pdf --number 1Z999AA10123456784
    """
    from returnctl.steps import label as step

    reference, rest = app.named(words)
    if rest:
        raise Usage(f"“{rest[0]}” is one word too many.", hint="a file is given with --file")
    app.show(step.run(app, reference, step.Options(**options)))
