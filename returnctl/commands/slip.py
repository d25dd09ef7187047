from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from returnctl.commands.common import FILE, cli_command, words_argument
from returnctl.errors import Usage

if TYPE_CHECKING:
    from returnctl.app import App
    from returnctl.credentials import Secret
    from returnctl.steps.slip import Options


def _parsed(words: tuple[str, ...], code: Secret | None = None, **options: Any) -> Options:
    from returnctl.steps import slip as step

    if words:
        raise Usage(
            "One word too many; the unlock code is never given as an argument.", hint="use --unlock-code"
        )
    return step.Options(unlock_code=code, **options)


#: So many have room on the page, in type that can be read.
_LONGEST_CODE = 160


@cli_command(1, 5, 6, 7, 9, step=True, parse=_parsed)
@words_argument("[RETURN]")
@click.option("--paper", type=click.Choice(["a4", "letter"]), help="The paper; by market if not given.")
@click.option("--text", is_flag=True, help="What to write by hand, without a printer.")
@click.option("--unlock-code", is_flag=True, help="Ask for the code, unseen; print it there alone.")
@click.option("--unlock-code-stdin", is_flag=True, help="Read the code from standard input.")
@click.option("--invoice", type=FILE, help="A PDF to append.")
def command(
    app: App, words: tuple[str, ...], unlock_code: bool, unlock_code_stdin: bool, **options: Any
) -> None:
    """Make the page that goes into the parcel.

    \b
    Examples:
      returnctl slip 10000001 --paper letter
      returnctl slip 10000001 --unlock-code
      returnctl slip 10000001 --text
    """
    from returnctl.steps import slip as step

    reference, rest = app.named(words)
    _parsed(rest)
    code = _code(app, ask=unlock_code, read=unlock_code_stdin)
    app.show(step.run(app, reference, _parsed((), code, **options)))


def _code(app: App, *, ask: bool, read: bool) -> Secret | None:
    from returnctl.credentials import Secret

    if read:
        line = sys.stdin.readline().strip() if sys.stdin else ""
        if not line:
            raise Usage(
                "--unlock-code-stdin: standard input held no code.", hint="its first line is the code"
            )
        return Secret(_whole(line), "standard input")
    if not ask:
        return None
    if not app.may_ask:
        raise Usage(
            "--unlock-code asks for the code, and there is no terminal.", hint="use --unlock-code-stdin"
        )
    from returnctl import prompts

    return Secret(_whole(prompts.secret("The device's unlock code")), "prompt")


def _whole(code: str) -> str:
    """A code that is cut opens nothing."""
    if len(code) > _LONGEST_CODE:
        raise Usage(
            f"An unlock code of more than {_LONGEST_CODE} characters has no room on the page.",
            hint="leave it out, and give it to the seller once they ask",
        )
    return code
