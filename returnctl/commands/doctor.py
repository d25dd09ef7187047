from __future__ import annotations

from typing import TYPE_CHECKING

import click

from returnctl.commands.common import cli_command

if TYPE_CHECKING:
    from returnctl.app import App


@cli_command(4, 75)
@click.option("--offline", is_flag=True, help="Ask no service.")
def command(app: App, offline: bool) -> None:
    """Check this machine, the configuration and the services.

    A line for each: ✓ is well, – is worth knowing, ✗ is to be mended. Services are asked whether they can be reached
    and take the credentials; nothing is sent or changed there.

    \b
    Examples:
      returnctl doctor
      returnctl doctor --offline --json
    """
    from returnctl.steps import doctor

    app.show(doctor.run(app, offline=offline))
