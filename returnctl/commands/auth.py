from __future__ import annotations

from typing import TYPE_CHECKING

import click

from returnctl.commands.common import FILE, cli_command, cli_group
from returnctl.vocabulary import SERVICES

if TYPE_CHECKING:
    from pathlib import Path

    from returnctl.app import App


@cli_group
def command() -> None:
    """Keep, remove and show credentials.

    A secret is looked for in the environment, then with the profile's token_command, then in the keyring. It is never
    given as an argument, and never written to a file of ours.

    \b
    Examples:
      returnctl auth login
      returnctl auth login ups --token-file ups.toml
      returnctl auth status
    """


_SERVICE = click.argument("service", type=click.Choice(SERVICES), default="marketplace", metavar="[SERVICE]")


@cli_command(4)
@_SERVICE
@click.option(
    "--token-file",
    type=FILE,
    metavar="FILE|-",
    help="Read the secret from a file, or from standard input.",
)
def login(app: App, service: str, token_file: Path | None) -> None:
    """Keep a secret in the keyring.

    SERVICE is marketplace (unless given), ups, usps or fedex. For a carrier the file has lines such as
    client_id = "…", client_secret = "…" and account = "…". Without a file it is asked for, unseen.

    \b
    Examples:
      returnctl auth login
      returnctl auth login ups --token-file ups.toml
      pass show bm | returnctl auth login --token-file -
    """
    from returnctl.steps import auth

    app.show(auth.log_in(app, service, token_file))


@cli_command(4)
@_SERVICE
def logout(app: App, service: str) -> None:
    """Remove a secret from the keyring.

    With it go the tokens that a carrier gave for it.

    \b
    Examples:
      returnctl auth logout
      returnctl auth logout fedex
    """
    from returnctl.steps import auth

    app.show(auth.log_out(app, service))


@cli_command(4)
@click.argument("service", type=click.Choice(SERVICES), required=False, metavar="[SERVICE]")
def status(app: App, service: str | None) -> None:
    """Show where each secret comes from, never the secret.

    \b
    Examples:
      returnctl auth status
      returnctl auth status --profile desk --json
    """
    from returnctl.steps import auth

    app.show(auth.status(app, service))


command.add_command(login)
command.add_command(logout)
command.add_command(status)
