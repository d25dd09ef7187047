from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from returnctl.commands.common import FILE, TELLING, cli_command, words_argument
from returnctl.errors import Usage
from returnctl.vocabulary import CARRIERS

if TYPE_CHECKING:
    from returnctl.app import App
    from returnctl.steps.label import Options


def _parsed(words: tuple[str, ...], buy: bool, carrier: str | None, **options: Any) -> Options:
    from returnctl.purchase import parse_terms
    from returnctl.steps import label as step

    bought = {
        name: options.pop(name) for name in ("max_price", "weight", "size", "sender", "receiver", "form")
    }
    if not buy and any(bought.values()):
        raise Usage(
            "These options go with --buy: --max-price, --weight, --size, --from, --to, --format.",
            hint="add --buy, or leave them out",
        )
    terms = parse_terms(carrier=carrier, **bought) if buy else None
    if words:
        raise Usage(f"“{words[0]}” is one word too many.", hint="a file is given with --file")
    return step.Options(terms=terms, carrier=carrier, **options)


@cli_command(*TELLING, step=True, parse=_parsed)
@words_argument("[RETURN]")
@click.option("--file", type=FILE, help="One that you have: PDF, PNG, GIF, JPEG or ZPL.")
@click.option("--number", metavar="N", help="Its tracking number.")
@click.option(
    "--carrier",
    type=click.Choice([*CARRIERS, "other"]),
    metavar="NAME",
    help="Its carrier: ups, usps, fedex or other.",
)
@click.option("--carrier-name", metavar="NAME", help="The carrier's name, where that is other.")
@click.option("--buy", is_flag=True, help="Buy one, after the price was said.")
@click.option("--max-price", metavar="AMOUNT", help="Buy nothing dearer; without a price nothing.")
@click.option("--weight", metavar="W", help="The parcel's weight: 1.5 (pounds), 700g, 24oz.")
@click.option("--size", metavar="LxWxH", help="Its size: 8x6x3 (inches), 20x15x8cm.")
@click.option("--from", "sender", type=FILE, help="Your address, a TOML file.")
@click.option("--to", "receiver", type=FILE, help="The seller's address, a TOML file.")
@click.option(
    "--format", "form", type=click.Choice(["pdf", "png", "zpl", "qr"]), help="The form of a bought label."
)
@click.option("--paper", type=click.Choice(["a4", "letter", "4x6"]), help="Lay it out for this paper.")
@click.option("--spare", is_flag=True, help="With a copy for the inside of the parcel.")
@click.option("--print", is_flag=True, help="Hand it to the printer (lp).")
@click.option(
    "--no-originals", "originals", is_flag=True, flag_value=False, default=True, help="Keep no file as given."
)
def command(app: App, words: tuple[str, ...], **options: Any) -> None:
    """Fetch the prepaid label, or take or buy your own.

    An expired one is replaced with --again. Nothing is bought without --buy and your word (--yes off a terminal).

    \b
    Examples:
      returnctl label 10000001
      returnctl label 10000001 --file label.pdf --number 1Z999AA10123456784
      returnctl label 10000001 --buy --max-price 12.00
    """
    from returnctl.steps import label as step

    reference, rest = app.named(words)
    app.show(step.run(app, reference, _parsed(rest, **options)))
