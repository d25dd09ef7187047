from __future__ import annotations

from typing import TYPE_CHECKING

from returnctl.commands.common import cli_command, words_argument
from returnctl.errors import Usage

if TYPE_CHECKING:
    from returnctl.app import App


@cli_command(4, 5, 6, 9, 75)
@words_argument("[RETURN]")
def command(app: App, words: tuple[str, ...]) -> None:
    """Read the conversation.

    \b
    Examples:
      returnctl messages 10000001
    """
    from returnctl.steps import message as step

    reference, rest = app.named(words)
    if rest:
        raise Usage(f"“{rest[0]}” is one word too many.", hint="`returnctl message` says something")
    app.show(step.listing(app, reference))
