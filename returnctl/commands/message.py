from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from returnctl.commands.common import FILE, TELLING, cli_command, words_argument
from returnctl.errors import Usage
from returnctl.vocabulary import TEMPLATES

if TYPE_CHECKING:
    from pathlib import Path

    from returnctl.app import App


@cli_command(*TELLING, step=True)
@words_argument("[RETURN] [TEXT]")
@click.option("--body-file", metavar="FILE|-", help="The text, from a file or standard input.")
@click.option("--file", "files", type=FILE, multiple=True, help="Attach a picture or a PDF (many).")
@click.option("--template", type=click.Choice(TEMPLATES), help="A ready text.")
def command(
    app: App, words: tuple[str, ...], body_file: str | None, files: tuple[Path, ...], template: str | None
) -> None:
    """Say something to the seller.

    \b
    Examples:
      returnctl message 10000001 "The battery is fine."
      returnctl message 10000001 --template label-expired
    """
    from returnctl.steps import message as step
    from returnctl.untrusted import typed

    reference, rest = app.named(words)
    given = [typed("The text", " ".join(rest)) or None, _body(body_file) if body_file else None, template]
    if sum(one is not None for one in given) > 1:
        raise Usage(
            "Give the text once: as words, with --body-file or with --template.", hint="leave the others out"
        )
    text = given[0] or given[1]
    app.show(step.say(app, reference, step.Options(text=text, files=files, template=template)))


def _body(name: str) -> str:
    from pathlib import Path

    if name == "-":
        return sys.stdin.read(20_000) if sys.stdin else ""
    try:
        return Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        words = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise Usage(
            f"{name}: {(words or 'unreadable').lower()}.", hint="--body-file takes a text file, or -"
        ) from None
