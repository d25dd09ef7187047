"""Questions on a terminal. They are asked on standard error: standard output is for results."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import click

from returnctl import output


@contextlib.contextmanager
def _asking() -> Iterator[None]:
    """Click makes one error of Ctrl-C and of the end of input; only the second is “nothing was said”."""
    try:
        yield
    except click.Abort as error:
        if isinstance(error.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        raise


def _text(given: str) -> str:
    from returnctl.untrusted import typed

    return given if given.isascii() else typed("What was typed", given)


def ask(what: str, *, choices: tuple[str, ...] = (), default: str | None = None) -> str:
    def chosen(given: str) -> str:
        given = _text(given)
        try:
            return str(click.Choice(choices).convert(given, None, None)) if choices else given
        except click.BadParameter as error:  # click says it after “Error:”
            raise click.UsageError(
                output.question(f"Error: {error.message}").removeprefix("Error: ")
            ) from None

    one_of = f" ({', '.join(choices)})" if choices else ""
    with _asking():
        said = click.prompt(output.question(f"{what}{one_of}"), default=default, value_proc=chosen, err=True)
    return str(said).strip()


def confirm(question: str) -> bool:
    with _asking():
        return bool(click.confirm(output.question(question), default=False, err=True))


def secret(what: str) -> str:
    """A text that is not shown while it is typed."""
    with _asking():
        return str(click.prompt(output.question(what), hide_input=True, err=True))


def optional(what: str) -> str:
    """A text that may be left empty."""
    with _asking():
        return _text(click.prompt(output.question(what), default="", show_default=False, err=True)).strip()
