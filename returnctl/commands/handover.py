from __future__ import annotations

from typing import TYPE_CHECKING

from returnctl.commands.common import TELLING, cli_command, words_argument
from returnctl.errors import Usage

if TYPE_CHECKING:
    from returnctl.app import App


@cli_command(*TELLING, step=True)
@words_argument("[RETURN]")
def command(app: App, words: tuple[str, ...]) -> None:
    """Show what to paste where there is no API.

    For the manual profile: the text and the files, in their order. --done notes that you have sent it.

    \b
    Examples:
      returnctl handover 10000001
      returnctl handover 10000001 --done
    """
    from returnctl.steps import handover as step

    reference, rest = app.named(words)
    if rest:
        raise Usage(f"“{rest[0]}” is one word too many.", hint="see `returnctl handover --help`")
    app.show(step.run(app, reference))
