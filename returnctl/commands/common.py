"""What all commands share: the common options, the RETURN positional, and the way from options to an App.

A command is a function of an App, its RETURN words and its own options. The common options are taken before the
command's name and after it; after it wins.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from returnctl.errors import Usage
from returnctl.help_page import HARD_SPACE, Formatter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from click.shell_completion import CompletionItem

    from returnctl.app import Options

EXIT_CODES = {
    0: "done, or already done",
    1: "failed, none of the below; or “no” at a question",
    2: "usage: a wrong or missing argument, a broken configuration",
    3: "several returns were given and some failed",
    4: "credentials missing, expired or refused",
    5: "not found: the order or return is unknown",
    6: "refused: what was given does not pass, or a service said no",
    7: "busy: another process holds the return",
    8: "pending: nothing wrong, but not final yet",
    9: "in doubt or damaged: `status`, then `resolve`",
    70: "a defect in returnctl",
    75: "a service could not be reached; nothing is lost, try again later",
    130: "interrupted (141 broken pipe, 143 terminated)",
}
#: The same in a word or two, for each command's help.
SHORT_CODES = {
    0: "done",
    1: "failed",
    2: "usage",
    3: "some failed",
    4: "credentials",
    5: "not found",
    6: "refused",
    7: "busy",
    8: "pending",
    9: "in doubt or damaged",
    70: "a defect",
    75: "unavailable",
    130: "interrupted",
}

#: What a step that tells the seller may end with, beside the codes of every command.
TELLING = (1, 4, 5, 6, 7, 8, 9, 75)


class Refusal(Usage):
    """What Click found wrong with the command line."""


class Day(click.ParamType["date"]):
    """A date, `YYYY-MM-DD`."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        from datetime import date

        if isinstance(value, date):
            return value
        try:
            day = date.fromisoformat(value)
        except ValueError:
            self.fail(f"“{value}” is not a date like 2026-11-23.", param, ctx)
        if not 2000 <= day.year <= 2100:
            self.fail(f"“{value}” is not a date of our days.", param, ctx)
        return day


DAY = Day()


class File(click.ParamType["Path"]):
    """A path, which need not exist; `kind` is what the shell offers. `click.Path` would have help import pathlib."""

    name = "path"

    def __init__(self, kind: str = "file") -> None:
        self._kind = kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        from pathlib import Path

        return Path(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type=self._kind)]


FILE = File()
FOLDER = File("dir")


def offer(finder: str) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """What the shell offers for a parameter: a function of `returnctl.completion`, imported at TAB alone."""

    def complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from returnctl import completion

        return completion.items(getattr(completion, finder), ctx, incomplete)

    return complete


def duration(text: str) -> float:
    """The seconds that a --timeout says. Raises Usage."""
    match = re.fullmatch(r"([0-9]{1,6})([smhd]?)", text.strip().lower())
    if not match:
        raise Usage(f"--timeout {text[:20]}: not a duration.", hint="such as 30s, 10m, 2h or 5d")
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86_400}[match[2] or "s"]


def _options() -> list[click.Parameter]:
    return [
        click.Option(
            ["--order"],
            metavar="RETURN",
            shell_complete=offer("returns"),
            help="The return; wins over a positional one.",
        ),
        click.Option(["--json"], is_flag=True, default=None, help="One JSON document; asks nothing."),
        click.Option(["--field"], metavar="KEYS", help="One value of the document alone: next.due."),
        click.Option(["-q", "--quiet"], is_flag=True, default=None, help="Only errors."),
        click.Option(["-v", "--verbose"], count=True, help="Say more; -vv shows each request."),
        click.Option(["--no-input"], is_flag=True, default=None, help="Never ask."),
        click.Option(["--dry-run"], is_flag=True, default=None, help="Say what would be sent; send nothing."),
        click.Option(["--yes"], is_flag=True, default=None, help="Answer yes to questions."),
        click.Option(
            ["--profile"], metavar="NAME", shell_complete=offer("profiles"), help="Marketplace and accounts."
        ),
        click.Option(["--workspace"], type=FOLDER, metavar="DIR", help="The folder of the returns."),
        click.Option(["--color/--no-color"], default=None, help="Colour on or off."),
    ]


def _step_options() -> list[click.Parameter]:
    return [
        click.Option(["--again"], is_flag=True, default=None, help="Send a correction."),
        click.Option(["--done"], is_flag=True, default=None, help="You have pasted it (manual profile)."),
        click.Option(["--reopen"], is_flag=True, default=None, help="Go on with a closed return."),
    ]


_OPTIONS = _options()
_STEP_OPTIONS = _step_options()
#: The common options, for the root and for every command; those of steps are the last.
COMMON = [*_OPTIONS, *_STEP_OPTIONS]
_NAMES = tuple(str(option.name) for option in COMMON)


def cli_command(
    *codes: int, step: bool = False, parse: Callable[..., Any] | None = None
) -> Callable[[Callable[..., None]], click.Command]:
    """Make a Click command of a function that takes an App first.

    `codes` are the exit codes to list in its help beside 0, 2 and 130; `step` adds --again, --done and --reopen.
    `parse` makes the step's Options of the words behind RETURN and the options' values: `batch` gives it its rows'.
    """

    def decorate(function: Callable[..., None]) -> click.Command:
        @functools.wraps(function)
        def run(**given: Any) -> None:
            from returnctl.app import App

            app = App(_merged(given))
            _refuse_empty(given)
            _as_text(given)
            function(app, **given)

        made = click.command(cls=_Command)(run)
        made.params += [*_OPTIONS, *(_STEP_OPTIONS if step else ())]
        made.epilog = _exit_status(codes)
        made.parse = parse
        return made

    return decorate


class Context(click.Context):
    """Click's, with our help pages."""

    formatter_class = Formatter


class _Command(click.Command):
    """Says its own options at length; those of every command, and the exit status, in so few lines that it all fits."""

    context_class = Context

    parse: Callable[..., Any] | None = None

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        own = [
            record
            for param in self.get_params(ctx)
            if isinstance(param, click.Option) and param.name not in _NAMES and "--help" not in param.opts
            if (record := param.get_help_record(ctx))
        ]
        if own:
            with formatter.section("Options"):
                formatter.write_dl(own)
        write_common_options(self, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _write_exit_status(self, formatter)


#: Longer than any summary.
_LONGEST = 200


class _Plain(click.Command):
    """One without the common options."""

    context_class = Context


class InOrder(click.Group):
    """Commands of a command, in the order in which they are defined."""

    context_class = Context
    command_class = _Plain

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, one.get_short_help_str(limit=_LONGEST)) for name, one in self.commands.items()]
            )


class _Group(InOrder):
    """Commands that say their exit status in common."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.format_commands(ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _write_exit_status(self, formatter)


def write_common_options(command: click.Command, formatter: click.HelpFormatter) -> None:
    """The common options that a command takes, by name."""
    names = [
        " ".join(filter(None, ("/".join([param.opts[0], *param.secondary_opts]), param.metavar)))
        for param in command.params
        if isinstance(param, click.Option) and param.name in (*_NAMES, "version")
    ]
    with formatter.section("Common options, explained by `returnctl help options`"):
        _write_flow([*names, "-h"], formatter)


def _write_exit_status(command: click.Command, formatter: click.HelpFormatter) -> None:
    with formatter.section("Exit status, explained by `returnctl help exit-codes`"):
        _write_flow([f"{code} {SHORT_CODES[code]}" for code in exit_codes(command)], formatter)


def _write_flow(items: list[str], formatter: click.HelpFormatter) -> None:
    """One after the other; no item is broken in two."""
    formatter.write_text(", ".join(item.replace(" ", HARD_SPACE) for item in items))


def exit_codes(command: click.Command) -> list[int]:
    """The exit codes that a command's help lists; those of a group are its commands'."""
    if isinstance(command, _Group):
        return sorted({code for member in command.commands.values() for code in exit_codes(member)})
    return [int(code) for code in (command.epilog or "").split()] if isinstance(command, _Command) else []


def cli_group(function: Callable[..., None]) -> click.Group:
    """Make a Click group of a function that does nothing; its commands are added to it."""
    return click.group(cls=_Group)(function)


def _refuse_empty(given: dict[str, Any]) -> None:
    """An empty value is a script's empty variable, never “not given”."""
    for name, value in given.items():
        if value == "" or (isinstance(value, tuple) and "" in value):
            what = "An argument" if name == "words" else f"--{name.replace('_', '-')}"
            raise Usage(f"{what} is empty.", hint="leave it out, or give it a value")


def _as_text(given: dict[str, Any]) -> None:
    """What was typed is text, whatever the locale takes its bytes for; a file's name stays as it is."""
    for name, value in given.items():
        if isinstance(value, str) and not value.isascii() and not name.endswith("file"):
            from returnctl.untrusted import typed

            given[name] = typed(f"--{name.replace('_', '-')}", value)


def _exit_status(codes: tuple[int, ...]) -> str:
    return " ".join(map(str, sorted({0, 2, *codes, 130})))


def _merged(given: dict[str, Any]) -> Options:
    """Take the common options out of `given`: after the command's name, before it, then the environment."""
    from returnctl import output
    from returnctl.app import Options
    from returnctl.settings import Settings

    context = click.get_current_context()
    before = context.find_root().obj or {}
    settings = Settings()
    values = {}
    for name in _NAMES:
        after = given.pop(name, None)
        values[name] = before.get(name) if after in (None, 0) and after is not False else after
    if values["color"] is None:
        values["color"] = _color(settings.environ)
    output.configure(color=values["color"], field=values["field"])
    as_json = bool(values["json"]) or values["field"] is not None or settings.flag("RETURNCTL_JSON")
    return Options(
        json=as_json,
        quiet=bool(values["quiet"]),
        verbose=values["verbose"] or 0,
        no_input=bool(values["no_input"]) or as_json or settings.flag("RETURNCTL_NO_INPUT"),
        dry_run=bool(values["dry_run"]),
        yes=bool(values["yes"]),
        again=bool(values["again"]),
        done=bool(values["done"]),
        reopen=bool(values["reopen"]),
        profile=values["profile"],
        workspace=values["workspace"],
        order=values["order"],
        color=values["color"],
    )


def _color(environ: Mapping[str, str]) -> bool | None:
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return False if environ.get("TERM") == "dumb" else None


def words_argument(metavar: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The positionals: RETURN, where the first looks like one, then whatever `metavar` says."""

    def complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from returnctl import completion

        return completion.words(metavar, ctx, incomplete)

    return click.argument("words", nargs=-1, metavar=metavar, shell_complete=complete)
