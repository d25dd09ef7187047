from __future__ import annotations

from typing import TYPE_CHECKING

from returnctl.commands.common import TELLING, cli_command, words_argument
from returnctl.errors import Usage

if TYPE_CHECKING:
    from returnctl.app import App


@cli_command(*TELLING, step=True)
@words_argument("[RETURN]")
def command(app: App, words: tuple[str, ...]) -> None:
    """Undo pickup and label, and tell the seller.

    In this order, each once; run again it goes on where it stopped. It asks first (--yes off a terminal).

    \b
    Examples:
      returnctl cancel 10000001 --dry-run
      returnctl cancel 10000001
    """
    from returnctl.steps import cancel as step

    reference, rest = app.named(words)
    if rest:
        raise Usage(f"“{rest[0]}” is one word too many.", hint="see `returnctl cancel --help`")
    app.show(step.run(app, reference))
