from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from returnctl.commands.common import TELLING, cli_command, words_argument
from returnctl.vocabulary import ACCOUNTS

if TYPE_CHECKING:
    from returnctl.app import App
    from returnctl.steps.disconnect_proof import Options


def _parsed(words: tuple[str, ...], **options: Any) -> Options:
    from pathlib import Path

    from returnctl.steps import disconnect_proof as step

    return step.Options(files=tuple(map(Path, words)), **options)


@cli_command(*TELLING, step=True, parse=_parsed)
@words_argument("[RETURN] [FILE]...")
@click.option(
    "--account", type=click.Choice(ACCOUNTS), metavar="NAME", help=f"What it is for: {', '.join(ACCOUNTS)}."
)
@click.option("--ask", is_flag=True, help="Ask the buyer for what is missing (seller).")
@click.option("--none", metavar="REASON", help="Why there is none: never signed in, dead.")
@click.option(
    "--backed-up",
    type=click.Choice(["yes", "not-possible", "no"]),
    metavar="WORD",
    help="Is the data backed up: yes, not-possible, no.",
)
@click.option(
    "--no-originals", "originals", is_flag=True, flag_value=False, default=True, help="Keep only the copies."
)
def command(app: App, words: tuple[str, ...], **options: Any) -> None:
    """Show how to leave the accounts; send the proof.

    Without a file: what to do on this device, step by step. With one: the screenshot or photo is checked and sent.

    \b
    Examples:
      returnctl disconnect-proof 10000001
      returnctl disconnect-proof 10000001 icloud.png --backed-up yes
    """
    from returnctl.steps import disconnect_proof as step

    reference, rest = app.named(words)
    app.show(step.run(app, reference, _parsed(rest, **options)))
