"""Questions on a terminal. They are asked on standard error: standard output is for results."""

from __future__ import annotations

import click


def ask(what: str, *, choices: tuple[str, ...] = (), default: str | None = None) -> str:
    kind = click.Choice(choices) if choices else str
    return str(click.prompt(what, type=kind, default=default, err=True)).strip()


def confirm(question: str) -> bool:
    return bool(click.confirm(question, default=False, err=True))


def secret(what: str) -> str:
    """A text that is not shown while it is typed."""
    return str(click.prompt(what, hide_input=True, err=True))


def optional(what: str) -> str:
    """A text that may be left empty."""
    return str(click.prompt(what, default="", show_default=False, err=True)).strip()
