from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from returnctl.commands.common import DAY, cli_command, duration, words_argument
from returnctl.vocabulary import CARRIERS, STATUSES

if TYPE_CHECKING:
    from returnctl.app import App
    from returnctl.steps.track import Options


def _parsed(_: tuple[str, ...], timeout: str | None = None, **options: Any) -> Options:
    from returnctl.steps import track as step

    return step.Options(timeout=duration(timeout) if timeout is not None else None, **options)


@cli_command(1, 3, 4, 5, 6, 7, 8, 9, 75, step=True, parse=_parsed)
@words_argument("[RETURN]...")
@click.option("--all", "every", is_flag=True, help="Every open return that is on its way.")
@click.option(
    "--until", type=click.Choice(STATUSES), metavar="STATUS", help=f"Wait for it: {', '.join(STATUSES)}."
)
@click.option("--timeout", metavar="DURATION", help="Wait no longer: 30s, 10m, 2h, 5d.")
@click.option("--number", metavar="N", help="A tracking number, with or without a return.")
@click.option(
    "--carrier",
    type=click.Choice([*CARRIERS, "other"]),
    metavar="NAME",
    help="Its carrier: ups, usps, fedex or other.",
)
@click.option("--delivered", type=DAY, help="You know that it arrived on this day.")
def command(app: App, words: tuple[str, ...], every: bool, **given: Any) -> None:
    """See where the parcels are.

    `-` reads the returns from standard input, one a line.

    \b
    Examples:
      returnctl track 10000001
      returnctl track 10000001 --until delivered --timeout 5d
      returnctl track --number 1Z999AA10123456784
    """
    from returnctl.returns.reference import parse_reference
    from returnctl.steps import track as step

    options = _parsed((), **given)
    if every:
        app.show(step.of_many(app, step.on_their_way(app), options))
        return
    if options.number and not words and not app.options.order and not app.inside:
        app.show(step.of_number(app, options))
        return
    reference, rest = app.named(app.listed(words))
    if rest:
        app.show(step.of_many(app, [reference, *map(parse_reference, rest)], options))
        return
    app.show(step.of_return(app, reference, options))
