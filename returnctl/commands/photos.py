from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from returnctl.commands.common import FILE, TELLING, cli_command, offer, words_argument
from returnctl.errors import Usage
from returnctl.vocabulary import KINDS

if TYPE_CHECKING:
    from pathlib import Path

    from returnctl.app import App
    from returnctl.steps.photos import Options


def _parsed(words: tuple[str, ...], views: tuple[str, ...], **options: Any) -> Options:
    from pathlib import Path

    from returnctl.steps import photos as step

    explicit = dict(map(_view, views))
    if len(explicit) < len(views):
        raise Usage("--view names one view twice.", hint="one picture for each view")
    return step.Options(files=tuple(map(Path, words)), explicit=explicit, **options)


@cli_command(*TELLING, step=True, parse=_parsed)
@words_argument("[RETURN] [FILE|DIR]...")
@click.option(
    "--view",
    "views",
    multiple=True,
    metavar="VIEW=FILE",
    shell_complete=offer("views_and_files"),
    help="Put a picture to a view (many).",
)
@click.option("--in-order", is_flag=True, help="By the time they were taken, one for each view.")
@click.option("--check", is_flag=True, help="Judge only: no return, no network, nothing kept.")
@click.option("--device", type=click.Choice(KINDS), metavar="KIND", help="The kind of device, with --check.")
@click.option(
    "--without",
    multiple=True,
    metavar="VIEW",
    shell_complete=offer("views"),
    help="A view that can't be taken (many).",
)
@click.option(
    "--accept",
    multiple=True,
    metavar="CODE|VIEW",
    shell_complete=offer("views"),
    help="Take it as it is (many).",
)
@click.option("--ignore-others", is_flag=True, help="Leave out files that are named for no view.")
@click.option("--keep-time", is_flag=True, help="Leave the capture time in the copies.")
@click.option(
    "--no-originals", "originals", is_flag=True, flag_value=False, default=True, help="Keep only the copies."
)
@click.option("--ask", is_flag=True, help="Ask the buyer for what is missing (seller).")
@click.option("--sheet", type=FILE, help="Write a contact sheet as PDF.")
def command(app: App, words: tuple[str, ...], check: bool, device: str | None, **options: Any) -> None:
    """Judge the photos of the device and send the set.

    Files are put to views by their names. Nothing is sent before the set is whole and every picture passes; what
    passes is kept, so that the next call needs only the rest.

    \b
    Examples:
      returnctl photos 10000001 ~/Pictures/phone
      returnctl photos 10000001 --view back=IMG_4.jpg --without screen-on
      returnctl photos --check --device smartphone ~/Pictures/phone
    """
    from returnctl.steps import photos as step

    if check:
        reference, rest = app.perhaps_named(words)
        held = app.reading(reference) if reference else None
        kind = device or (held.state.device.kind if held else None)
        if kind is None:
            raise Usage("Which kind of device?", hint=f"--device {'|'.join(KINDS)}")
        app.show(step.check(app, kind, _parsed(rest, **options), held))
        return
    reference, rest = app.named(words)
    app.show(step.run(app, reference, _parsed(rest, **options)))


def _view(text: str) -> tuple[str, Path]:
    from pathlib import Path

    view, equals, file = text.partition("=")
    if not equals or not file or not view.replace("-", "").isalnum() or not view.isascii():
        raise Usage(f"--view {text}: not VIEW=FILE.", hint="such as --view back=IMG_4.jpg")
    return view.lower(), Path(file)
