"""The front door: the command table, signals, and errors turned into exit codes."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

import click

from returnctl import __version__
from returnctl.commands.common import COMMON, Context, Refusal, write_common_options
from returnctl.errors import DiskTrouble, Failed, ReturnctlError, Unavailable, Usage

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

#: name: one-line help. The only source for --help, completion and suggestions: no command is imported for them.
STEP_COMMANDS = {
    "open": "Open the return, or adopt the one that exists.",
    "photos": "Judge the photos of the device and send the set.",
    "imei": "Check the IMEI, compare it with the order, send it.",
    "disconnect-proof": "Show how to leave the accounts; send the proof.",
    "slip": "Make the page that goes into the parcel.",
    "label": "Fetch the prepaid label, or take or buy your own.",
    "ship": "Keep the parcel's photos; tell the tracking number.",
    "track": "See where the parcels are.",
}
OTHER_COMMANDS = {
    "status": "Show where returns stand and what comes next.",
    "capture": "Take the pictures with a phone, over the network.",
    "guide": "Explain IMEI, back-up, accounts and packing, offline.",
    "handover": "Show what to paste where there is no API.",
    "message": "Say something to the seller.",
    "messages": "Read the conversation.",
    "inbox": "List the buyers' returns (seller).",
    "pull": "Fetch what the buyer sent (seller).",
    "report-problem": "Declare a problem to the marketplace (seller).",
    "points": "Find drop-off points near a place.",
    "resolve": "End a doubt about something that was sent.",
    "batch": "Work on many returns from a file.",
    "cancel": "Undo pickup and label, and tell the seller.",
    "close": "Note how the return ended.",
    "dossier": "Put the whole case into one PDF; check such a file.",
    "verify": "Check a return's record and files.",
    "purge": "Delete the pictures of returns that are over.",
    "auth": "Keep, remove and show credentials.",
    "config": "Show the configuration, and where it comes from.",
    "doctor": "Check this machine, the configuration and the services.",
    "sandbox": "Practise against an embedded marketplace.",
    "help": "Explain common options, exit codes and environment.",
}
COMMANDS = STEP_COMMANDS | OTHER_COMMANDS


class Terminated(BaseException):
    """SIGTERM or SIGHUP: `finally` blocks run, then the process ends with 128 plus the signal's number."""

    def __init__(self, number: int) -> None:
        self.exit = 128 + number


class Root(click.Group):
    """A group that knows its commands by name and imports only the one that runs."""

    context_class = Context

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        import importlib

        module = importlib.import_module(f"returnctl.commands.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]  # Click empties the list where the name looks like an option
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError:
            raise click.UsageError(f"No such command '{name}'.{_meant(name, COMMANDS)}", ctx) from None

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.format_commands(ctx, formatter)
        write_common_options(self, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("The steps of a return, in their order"):
            formatter.write_dl(list(STEP_COMMANDS.items()))
        with formatter.section("Beside the steps"):
            formatter.write_dl(list(OTHER_COMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        names = [
            CompletionItem(name, help=words)
            for name, words in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            value = super().invoke(ctx)
            if sys.stdout is not None:  # closed by `>&-`
                sys.stdout.flush()
        except BrokenPipeError:
            # Click would end with 1; `| head` has to look like any other filter.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise click.exceptions.Exit(141) from None
        return value

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = "returnctl",
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        code = self._run(list(sys.argv[1:] if args is None else args), prog_name, complete_var, extra)
        _let_go_of_output()
        sys.exit(code)

    def _run(
        self, args: list[str], prog_name: str | None, complete_var: str | None, extra: Mapping[str, Any]
    ) -> int:
        as_json = _wants_json(args)
        try:
            with _signals():
                value = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
            return value if isinstance(value, int) else 0
        except click.Abort as error:
            if isinstance(error.__cause__, KeyboardInterrupt):
                return _interrupted(as_json)
            return _report(Failed("Nothing was done."), as_json)
        except KeyboardInterrupt:
            return _interrupted(as_json)
        except SystemExit as error:
            # Help goes out while Click parses, and it ends with 1 where nobody reads any more.
            gone = type(sys.stdout).__name__.endswith("PacifyFlushWrapper")
            return 141 if gone else error.code if isinstance(error.code, int) else 1
        except Terminated as error:
            return _say("Terminated.", error.exit, as_json)
        except click.exceptions.NoArgsIsHelpError as error:
            return _say(error.format_message(), error.exit_code, as_json)
        except click.ClickException as error:
            return _report(_from_click(error), as_json)
        except ReturnctlError as error:
            return _report(error, as_json)
        except OSError as error:
            return _report(_from_system(error), as_json)
        except Exception as error:  # noqa: BLE001 - the last net: a defect is said in one line, with exit 70
            return _defect(error, as_json)


@contextlib.contextmanager
def _signals() -> Any:
    """SIGTERM and SIGHUP unwind the stack like Ctrl-C does, so that locks are released.

    What was ignored before stays so: `nohup returnctl batch …` goes on when its terminal closes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, _: FrameType | None) -> NoReturn:
        raise Terminated(number)

    wanted = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    heeded = [number for number in wanted if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, end) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wants_json(args: Sequence[str]) -> bool:
    """Known before parsing, for errors of parsing itself."""
    words = args[: args.index("--")] if "--" in args else args
    flag = os.environ.get("RETURNCTL_JSON", "").lower() not in ("", "0", "false", "no", "off")
    return flag or any(word in ("--json", "--field") or word.startswith("--field=") for word in words)


def _interrupted(as_json: bool) -> int:
    return _say("Interrupted. Nothing is lost: run the same command again to go on.", 130, as_json)


def _say(words: str, code: int, as_json: bool) -> int:
    from returnctl import output

    if not as_json:
        output.words(words)
    return code


def _report(error: ReturnctlError, as_json: bool) -> int:
    from returnctl import output

    with contextlib.suppress(BrokenPipeError):
        if error.result is not None and error.exit in (3, 6, 7, 8, 9):
            with contextlib.suppress(Usage):  # --field names what is not there: the error itself says more
                output.result(error.result, as_json=as_json, quiet=False)
        output.error(error, as_json=as_json)
    return error.exit


def _from_click(error: click.ClickException) -> ReturnctlError:
    message, hint = error.format_message(), None
    if isinstance(error, click.NoSuchOption):
        message = (
            f"No such option '{error.option_name}'.{_meant(error.option_name, error.possibilities or ())}"
        )
    elif isinstance(error, click.BadParameter) and not isinstance(error, click.MissingParameter):
        # Click begins with “Invalid value”; what is wrong with it comes after.
        message = re.sub(r"^Invalid value for '?(.+?)'?: ", r"\1: ", message)
    if isinstance(error, click.UsageError):
        path = error.ctx.command_path if error.ctx else "returnctl"
        hint = f"see `{path} --help`"
    return Refusal(message, hint=hint)


def _let_go_of_output() -> None:
    """What can't be written was said; tried once more as the interpreter ends, it would make the code 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _meant(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), 1)
    return f" Did you mean '{near[0]}'?" if near else ""


def _from_system(error: OSError) -> ReturnctlError:
    _trace()
    if error.errno is None:  # an HTTP library's error that slipped through
        return Unavailable(
            f"A service could not be reached: {error}.", hint="try again later; nothing is lost"
        )
    where = f"{error.filename}: " if error.filename else ""
    return DiskTrouble(f"{where}{(error.strerror or type(error).__name__).lower()}.")


def _trace() -> None:
    if os.environ.get("RETURNCTL_DEBUG"):
        import traceback

        traceback.print_exc()


def _defect(error: Exception, as_json: bool) -> int:
    _trace()
    problem = Failed(
        f"A defect in returnctl: {type(error).__name__}: {error}",
        hint="RETURNCTL_DEBUG=1 shows the trace; please report it",
    )
    problem.exit, problem.code = 70, "defect"
    return _report(problem, as_json)


@click.group(
    cls=Root,
    params=[*COMMON],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="returnctl %(version)s")
@click.pass_context
def cli(ctx: click.Context, /, **common: Any) -> None:
    """Send a bought device back to its seller, from opening the return to the delivered parcel.

    Start with `returnctl open ORDER`; each command says what comes next, and
    `returnctl COMMAND --help` shows examples. `returnctl sandbox run -- sh` is for
    trying it without any account.
    """
    ctx.obj = common
