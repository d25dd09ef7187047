"""Questions on a terminal. They are asked on standard error: standard output is for results."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import click


@contextlib.contextmanager
def _asking() -> Iterator[None]:
    """Click makes one error of Ctrl-C and of the end of input; only the second is “nothing was said”."""
    try:
        yield
    except click.Abort as error:
        if isinstance(error.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        raise


def ask(what: str, *, choices: tuple[str, ...] = (), default: str | None = None) -> str:
    kind = click.Choice(choices) if choices else str
    with _asking():
        return str(click.prompt(what, type=kind, default=default, err=True)).strip()


def confirm(question: str) -> bool:
    with _asking():
        return bool(click.confirm(question, default=False, err=True))


def secret(what: str) -> str:
    """A text that is not shown while it is typed."""
    with _asking():
        return str(click.prompt(what, hide_input=True, err=True))


def optional(what: str) -> str:
    """A text that may be left empty."""
    with _asking():
        return str(click.prompt(what, default="", show_default=False, err=True)).strip()
