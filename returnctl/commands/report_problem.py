from __future__ import annotations

from typing import TYPE_CHECKING

import click

from returnctl.commands.common import FILE, cli_command, words_argument
from returnctl.errors import Usage
from returnctl.vocabulary import PROBLEMS

if TYPE_CHECKING:
    from pathlib import Path

    from returnctl.app import App


@cli_command(4, 5, 6, 7, 9, 75, step=True)
@words_argument("[RETURN] [TEXT]")
@click.option(
    "--type",
    "kind",
    type=click.Choice(PROBLEMS, case_sensitive=False),
    metavar="TYPE",
    required=True,
    help=f"One of {', '.join(PROBLEMS)}.",
)
@click.option("--file", "files", type=FILE, multiple=True, help="Attach a picture or a PDF (many).")
def command(app: App, words: tuple[str, ...], kind: str, files: tuple[Path, ...]) -> None:
    """Declare a problem to the marketplace (seller).

    DAMAGED_PACKAGE, ITEM_NOT_RECEIVED and OOW_ITEM want at least one file.

    \b
    Examples:
      returnctl report-problem 10000006 --type ACCOUNT_LOCKED "It is locked."
      returnctl report-problem 10000006 --type DAMAGED_PACKAGE --file parcel.jpg
    """
    from returnctl.steps import report_problem as step

    reference, rest = app.named(words)
    if any(not word.strip() for word in rest):
        raise Usage("The text is empty.", hint="leave it out, or give it a value")
    app.show(step.run(app, reference, step.Options(kind=kind, text=" ".join(rest) or None, files=files)))
