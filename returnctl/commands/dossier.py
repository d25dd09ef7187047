from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from returnctl.commands.common import cli_command, words_argument
from returnctl.errors import Usage

if TYPE_CHECKING:
    from returnctl.app import App


@cli_command(5, 6, 7, 9)
@words_argument("[RETURN] | verify FILE")
@click.option("--paper", type=click.Choice(["a4", "letter"]), help="By default what the market uses.")
@click.option("--anchor", metavar="HEX", help="With verify: 16 digits from a message to the seller.")
def command(
    app: App, words: tuple[str, ...], paper: Literal["a4", "letter"] | None, anchor: str | None
) -> None:
    """Put the whole case into one PDF; check such a file.

    The PDF has a summary, the timeline, every photo with its verdict and hash, the proofs, the label, the messages
    and the parcel's way; the record and the originals are attached within it. `verify` needs neither network nor the
    return's folder, and says what is intact and what is not.

    \b
    Examples:
      returnctl dossier 10000001
      returnctl dossier verify dossier.pdf --anchor 3f9a12bc45d6e7f8
    """
    if words[:1] == ("verify",):
        _verify(app, words[1:], paper, anchor)
        return
    from returnctl.steps import dossier as step

    if anchor:
        raise Usage("--anchor goes with `dossier verify FILE`.", hint="leave it out to make a dossier")
    reference, rest = app.named(words)
    if rest:
        raise Usage(f"“{rest[0]}” is one word too many.", hint="a file is checked with `dossier verify FILE`")
    app.show(step.run(app, reference, step.Options(paper=paper)))


def _verify(app: App, words: tuple[str, ...], paper: str | None, anchor: str | None) -> None:
    from pathlib import Path

    from returnctl.steps import dossier_verify as step

    if paper:
        raise Usage("--paper goes with `dossier RETURN`.", hint="leave it out to check a file")
    if len(words) != 1:
        raise Usage(
            "Which file? `dossier verify` takes one dossier.",
            hint="such as `returnctl dossier verify dossier.pdf`",
        )
    app.show(step.run(app, Path(words[0]), anchor))
