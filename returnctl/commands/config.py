from __future__ import annotations

from typing import TYPE_CHECKING

from returnctl.commands.common import cli_command, cli_group

if TYPE_CHECKING:
    from returnctl.app import App


@cli_group
def command() -> None:
    """Show the configuration, and where it comes from.

    An option goes before a variable, a variable before the file, the file before the default.

    \b
    Examples:
      returnctl config show
      returnctl config init
      $EDITOR "$(returnctl config path)"
    """


@cli_command(1, 6)
def init(app: App) -> None:
    """Write a first configuration file, all of it commented.

    A file that is there already is never overwritten.

    \b
    Examples:
      returnctl config init
    """
    from returnctl.steps import config

    app.show(config.init(app))


@cli_command()
def show(app: App) -> None:
    """Show each value in force, and where it comes from.

    \b
    Examples:
      returnctl config show
      returnctl config show --profile shop --json
    """
    from returnctl.steps import config

    app.show(config.show(app))


@cli_command()
def path(app: App) -> None:
    """Show where the configuration file is.

    \b
    Examples:
      returnctl config path
    """
    from returnctl.steps import config

    app.show(config.path(app))


command.add_command(init)
command.add_command(show)
command.add_command(path)
