from __future__ import annotations

from typing import TYPE_CHECKING

from returnctl.commands.common import cli_command, words_argument
from returnctl.errors import Usage

if TYPE_CHECKING:
    from returnctl.app import App


@cli_command(5, 7, 9)
@words_argument("[RETURN]")
def command(app: App, words: tuple[str, ...]) -> None:
    """Check a return's record and files.

    Its checksum, the chain of its events, the state that follows from them, and each file by its hash. Nothing is
    changed; -v names every file.

    \b
    Examples:
      returnctl verify 10000001
      returnctl verify 10000001 --json
    """
    from returnctl.steps import verify as step

    reference, rest = app.named(words)
    if rest:
        raise Usage(f"“{rest[0]}” is one word too many.", hint="see `returnctl verify --help`")
    app.show(step.run(app, reference))
