from __future__ import annotations

from typing import TYPE_CHECKING

import click

from returnctl.commands.common import FILE, TELLING, cli_command, duration, words_argument
from returnctl.errors import Usage

if TYPE_CHECKING:
    from pathlib import Path

    from returnctl.app import App


@cli_command(*TELLING)
@words_argument("[RETURN]")
@click.option(
    "--for", "wanted", metavar="WHAT", help="photos, imei, proof, parcel; by commas.  [default: all open]"
)
@click.option("--bind", metavar="ADDRESS", help="This machine's address in the phone's network.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port.  [default: a free one]")
@click.option("--timeout", metavar="DURATION", default="15m", show_default=True, help="End it after so long.")
@click.option("--png", type=FILE, help="Write the QR code as a picture, too.")
def command(
    app: App,
    words: tuple[str, ...],
    wanted: str | None,
    bind: str | None,
    port: int,
    timeout: str,
    png: Path | None,
) -> None:
    """Take the pictures with a phone, over the network.

    Shows a QR code; its page asks for each picture and says at once what is wrong with it. What passes is kept, also
    when the session is broken off; whole sets go through photos, imei, disconnect-proof and ship.

    \b
    Examples:
      returnctl capture 10000001
      returnctl capture 10000001 --for parcel --bind 192.168.1.20
    """
    from returnctl import output
    from returnctl.steps import capture as step

    reference, rest = app.named(words)
    if rest:
        raise Usage(f"“{rest[0][:40]}” is one word too many.", hint="the pictures come from the phone")

    def ready(url: str) -> None:
        if not app.options.json:
            output.data(f"ready {url}")

    options = step.Options(
        wanted=step.purposes(wanted) if wanted else (),
        bind=bind,
        port=port,
        timeout=duration(timeout),
        png=png,
        ready=ready,
    )
    app.show(step.run(app, reference, options))
