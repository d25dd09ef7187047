"""One call of every command that goes well, and one that does not; a new command has to bring its own."""

from __future__ import annotations

import click
from msgspec import Struct

from returnctl.cli import COMMANDS, cli
from tests.commands.world import IMEI


class Example(Struct, frozen=True, kw_only=True):
    """`well` and `badly` are what follows the command's name. `exit` is how `badly` ends.

    `plain` commands list something, or belong to no return: they have no common keys.
    """

    well: str
    badly: str
    exit: int = 5
    plain: bool = False


EXAMPLES = {
    "open": Example(
        well="10000001 --reason faulty --wants refund", badly="19999999 --reason faulty --wants refund"
    ),
    "photos": Example(well="10000001 {phone}", badly="10000099 {phone}"),
    "imei": Example(well=f"10000001 {IMEI}", badly="10000001 356789100000073", exit=6),
    "disconnect-proof": Example(well="10000001 {proof}", badly="10000001 {missing}", exit=2),
    "slip": Example(well="10000001", badly="10000099"),
    "label": Example(well="10000001", badly="10000001 --file {missing}", exit=2),
    "ship": Example(
        well="10000001 --battery ok --drop-off --sent", badly="10000001 --battery damaged", exit=6
    ),
    "track": Example(well="10000001", badly="10000099"),
    "status": Example(well="10000001", badly="10000099"),
    "handover": Example(well="10000001", badly="10000099"),
    "message": Example(well="10000001 Hello.", badly="10000001", exit=2),
    "messages": Example(well="10000001", badly="10000099"),
    "points": Example(well="--near 12207", badly="--near 12207 --carrier dhl", exit=2),
    "resolve": Example(well="10000001", badly="10000001 --happened --did-not-happen", exit=2),
    "batch": Example(well="{rows}", badly="{missing}", exit=2),
    "cancel": Example(well="10000001 --yes", badly="10000099"),
    "close": Example(well="10000001 --outcome refunded", badly="10000001 --outcome lost", exit=2),
    "inbox": Example(well="--profile sandbox-seller", badly="--since 2x", exit=2),
    "pull": Example(well="10000006", badly="10000099 --profile sandbox-seller"),
    "report-problem": Example(well="10000006 --type OTHER", badly="10000006 --type DAMAGED_PACKAGE", exit=2),
    "dossier": Example(well="10000001", badly="10000099"),
    "verify": Example(well="10000001", badly="10000099"),
    "purge": Example(well="10000001 --yes", badly="10000099 --yes"),
    "capture": Example(well="10000001 --dry-run", badly="10000099"),
    "guide": Example(well="10000001", badly="10000099"),
    "doctor": Example(well="--offline", badly="everything", exit=2),
    "auth": Example(well="status", badly="login nowhere", exit=2, plain=True),
    "config": Example(well="path", badly="login", exit=2, plain=True),
    "sandbox": Example(well="orders", badly="ledger 999", plain=True),
    "help": Example(well="exit-codes", badly="exit-code", exit=2, plain=True),
}
#: What changes something, here or at a service.
CHANGING = (
    "open", "photos", "imei", "disconnect-proof", "slip", "label", "ship", "track", "handover", "message", "resolve",
    "batch", "cancel", "close", "pull", "report-problem",
)  # fmt: skip


def command_of(name: str) -> click.Command:
    """The command of a name, such as `open` or `sandbox orders`."""
    found: click.Command = cli
    for word in name.split():
        assert isinstance(found, click.Group)
        inner = found.get_command(click.Context(found), word)
        assert inner, name
        found = inner
    return found


def _leaves() -> list[str]:
    names = []
    for name in COMMANDS:
        command = command_of(name)
        if isinstance(command, click.Group):
            names += [f"{name} {inner}" for inner in command.list_commands(click.Context(command))]
        else:
            names.append(name)
    return names


#: Every command that does something: `open`, …, `sandbox orders`.
LEAVES = _leaves()
GROUPS = [name for name in COMMANDS if isinstance(command_of(name), click.Group)]
