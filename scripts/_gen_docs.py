"""Writes what follows from the command tree: shell completion, manual pages, the reference.

Usage: _gen_docs.py [--check], which writes nothing and exits 1 when a file is not current.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
from click.shell_completion import ShellComplete, get_completion_class

from returnctl import __version__
from returnctl.cli import COMMANDS, STEP_COMMANDS, cli
from returnctl.commands.common import COMMON, EXIT_CODES, exit_codes
from returnctl.settings import VARIABLES

ROOT = Path(__file__).resolve().parent.parent
SHELLS = {"bash": "returnctl.bash", "zsh": "_returnctl", "fish": "returnctl.fish"}
_COMMON = {param.name for param in COMMON}


class Page(NamedTuple):
    """A command as both formats need it. Each block is a paragraph, or lines that stay as they are."""

    name: str
    summary: str
    usage: str
    text: list[str]
    examples: list[str]
    blocks: list[list[str]]
    options: list[tuple[str, str]]
    common: bool
    members: list[tuple[str, str]]
    codes: list[int]


def main() -> int:
    wanted = dict(files())
    if "--check" not in sys.argv[1:]:
        for path, text in wanted.items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        for path in stale(wanted):
            path.unlink()
        return 0
    wrong = [
        path
        for path, text in wanted.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    for path in (*wrong, *stale(wanted)):
        print(f"{path.relative_to(ROOT)} is not current: run scripts/gen-docs", file=sys.stderr)
    return 1 if wrong or stale(wanted) else 0


def files() -> Iterator[tuple[Path, str]]:
    """Every generated file with its text."""
    for shell, name in SHELLS.items():
        yield ROOT / "completions" / name, completion(shell)
    every = list(pages())
    yield ROOT / "man" / "returnctl.1", man_root(every)
    for page in every:
        yield ROOT / "man" / f"{page.name.replace(' ', '-')}.1", man(page)
    yield ROOT / "docs" / "reference.md", reference(every)


def stale(wanted: dict[Path, str]) -> list[Path]:
    """What an earlier tree has left behind."""
    found = [*(ROOT / "man").glob("*"), *(ROOT / "completions").glob("*")]
    return sorted(path for path in found if path not in wanted)


def completion(shell: str) -> str:
    form = get_completion_class(shell)
    assert form is not None
    # The base class's: that of bash starts a bash, to look at its version.
    return ShellComplete.source(form(cli, {}, "returnctl", "_RETURNCTL_COMPLETE")).strip() + "\n"


# -- the command tree ------------------------------------------------------------------------------------------------


def pages() -> Iterator[Page]:
    """Every command but the root, in the order of the work; a group before its members."""
    root = _root()
    for name in COMMANDS:
        command = cli.get_command(root, name)
        assert command is not None
        yield from _pages(command, click.Context(command, info_name=name, parent=root))


def _root() -> click.Context:
    return click.Context(cli, info_name="returnctl", **cli.context_settings)


def _pages(command: click.Command, context: click.Context) -> Iterator[Page]:
    members = {}
    if isinstance(command, click.Group):
        members = {name: command.get_command(context, name) for name in command.list_commands(context)}
    paragraphs = _paragraphs(command.help or "")
    blocks = [block for block in paragraphs[1:] if block[0] == "\b"]
    if not exit_codes(command):
        blocks += [block for block in _paragraphs(command.epilog or "") if block[0] == "\b"]
    examples = next((block[2:] for block in blocks if block[1:2] == ["Examples:"]), [])
    yield Page(
        name=context.command_path,
        summary=" ".join(paragraphs[0]),
        usage=" ".join([context.command_path, *command.collect_usage_pieces(context)]),
        text=[" ".join(block) for block in paragraphs[1:] if block[0] != "\b"],
        examples=[line.strip() for line in examples],
        blocks=[block[1:] for block in blocks if block[1:2] not in (["Examples:"], ["Exit status:"])],
        options=[_option(param, context) for param in command.get_params(context) if _is_own(param)],
        common=any(param.name == "profile" for param in command.params),
        members=[(name, _summary(member)) for name, member in members.items() if member],
        codes=exit_codes(command) or _codes(blocks),
    )
    for name, member in members.items():
        assert member is not None
        yield from _pages(member, click.Context(member, info_name=name, parent=context))


def _paragraphs(text: str) -> list[list[str]]:
    """Its blocks; one that begins with a backspace is to stay as it is."""
    apart = inspect.cleandoc(text).replace("\n\b\n", "\n\n\b\n")
    return [block.splitlines() for block in re.split(r"\n{2,}", apart) if block.strip()]


def _summary(command: click.Command) -> str:
    return " ".join(_paragraphs(command.help or "")[0])


def _codes(blocks: list[list[str]]) -> list[int]:
    lines = next((block[2:] for block in blocks if block[1:2] == ["Exit status:"]), [])
    return [int(line.split()[0]) for line in lines if line.split()[0].isdigit()]


def _is_own(param: click.Parameter) -> bool:
    if not isinstance(param, click.Option) or param.hidden or "--help" in param.opts:
        return False
    return param.name not in _COMMON


def _option(param: click.Parameter, context: click.Context) -> tuple[str, str]:
    assert isinstance(param, click.Option)
    names = ", ".join([*param.opts, *param.secondary_opts])
    metavar = "" if param.is_flag or param.count else f" {param.make_metavar(context)}"
    return f"{names}{metavar}", param.help or ""


def _common_options() -> list[tuple[str, str]]:
    return [_option(param, _root()) for param in COMMON if "--version" not in param.opts]


# -- manual pages ----------------------------------------------------------------------------------------------------


def man_root(every: list[Page]) -> str:
    top = [page for page in every if page.name.count(" ") == 1]
    steps = [page for page in top if page.name.split()[1] in STEP_COMMANDS]
    text = [" ".join(block) for block in _paragraphs(cli.help or "")]
    return "\n".join(
        [
            _title("returnctl"),
            *_heading("NAME"),
            rf"returnctl \- {_roff(text[0]).rstrip('.')}",
            *_heading("SYNOPSIS"),
            r"\fBreturnctl\fR \fICOMMAND\fR [\fIRETURN\fR] [\fIOPTIONS\fR]",
            *_heading("DESCRIPTION"),
            *_text(text[1:]),
            *_heading("THE STEPS OF A RETURN"),
            *_list([(page.name.split()[1], page.summary) for page in steps]),
            *_heading("BESIDE THE STEPS"),
            *_list([(page.name.split()[1], page.summary) for page in top if page not in steps]),
            *_heading("OPTIONS"),
            ".PP\nEvery command takes these, before its name and after it.",
            *_list(_common_options()),
            *_heading("EXIT STATUS"),
            *_list([(str(code), words) for code, words in EXIT_CODES.items()]),
            *_heading("ENVIRONMENT"),
            *_list(list(VARIABLES.items())),
            *_heading("SEE ALSO"),
            ", ".join(rf"\fB{_roff(page.name.replace(' ', '-'))}\fR(1)" for page in top),
            "",
        ]
    )


def man(page: Page) -> str:
    lines = [
        _title(page.name.replace(" ", "-")),
        *_heading("NAME"),
        rf"{_roff(page.name.replace(' ', '-'))} \- {_roff(page.summary).rstrip('.')}",
        *_heading("SYNOPSIS"),
        rf"\fB{_roff(page.usage)}\fR",
    ]
    if page.text or page.blocks:
        lines += [*_heading("DESCRIPTION"), *_text(page.text), *_verbatim(page.blocks)]
    if page.members:
        lines += [*_heading("COMMANDS"), *_list(page.members)]
    if page.options:
        lines += [*_heading("OPTIONS"), *_list(page.options)]
    if page.common:
        lines += [*_heading("COMMON OPTIONS"), r".PP", r"See \fBreturnctl\fR(1)."]
    if page.examples:
        lines += [*_heading("EXAMPLES"), *_verbatim([page.examples])]
    if page.codes:
        lines += [*_heading("EXIT STATUS"), *_list([(str(code), EXIT_CODES[code]) for code in page.codes])]
    return "\n".join([*lines, *_heading("SEE ALSO"), r"\fBreturnctl\fR(1)", ""])


def _title(name: str) -> str:
    return f'.TH "{_roff(name.upper())}" "1" "" "returnctl {__version__}" "returnctl"'


def _heading(name: str) -> list[str]:
    return [f'.SH "{name}"']


def _text(paragraphs: list[str]) -> Iterator[str]:
    for paragraph in paragraphs:
        yield ".PP"
        yield _roff(paragraph)


def _verbatim(blocks: list[list[str]]) -> Iterator[str]:
    for block in blocks:
        yield ".PP\n.nf"
        yield from (_roff(line) for line in block)
        yield ".fi"


def _list(entries: list[tuple[str, str]]) -> Iterator[str]:
    for term, words in entries:
        yield rf".TP{chr(10)}\fB{_roff(term)}\fR"
        yield _roff(words)


def _roff(text: str) -> str:
    """The text in plain ASCII: not every troff reads UTF-8."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace("`", r"\(ga").replace("'", r"\(aq")
    escaped = "".join(c if c.isascii() else rf"\[u{ord(c):04X}]" for c in escaped)
    return rf"\&{escaped}" if escaped.startswith(".") else escaped


# -- the reference ---------------------------------------------------------------------------------------------------


def reference(every: list[Page]) -> str:
    parts = [
        "# Commands",
        "Made from the command tree by `scripts/gen-docs`. `returnctl COMMAND --help` says the same in your version, "
        "and `man returnctl` once the manual pages are installed.",
        _contents(every),
        "## Common options",
        "Every command takes these, before its name and after it. `--again`, `--done` and `--reopen` belong to the "
        "steps.",
        _table(("option", "what it does"), [(f"`{name}`", words) for name, words in _common_options()]),
        *(part for page in every for part in _section(page)),
        "## Exit codes",
        _table(("code", "meaning"), [(str(code), words) for code, words in EXIT_CODES.items()]),
        "## Environment",
        _table(("variable", "what it sets"), [(f"`{name}`", words) for name, words in VARIABLES.items()]),
        "## Completion",
        "One line for your shell; the generated files are in `completions/`.",
        "```sh\n"
        "_RETURNCTL_COMPLETE=bash_source returnctl > ~/.local/share/bash-completion/completions/returnctl\n"
        '_RETURNCTL_COMPLETE=zsh_source returnctl > "${fpath[1]}/_returnctl"\n'
        "_RETURNCTL_COMPLETE=fish_source returnctl > ~/.config/fish/completions/returnctl.fish\n"
        "```",
    ]
    return "\n\n".join(parts) + "\n"


def _contents(every: list[Page]) -> str:
    top = [page for page in every if page.name.count(" ") == 1]
    return "\n".join(
        f"- [{page.name.split()[1]}](#{page.name.replace(' ', '-')}): {page.summary}" for page in top
    )


def _section(page: Page) -> Iterator[str]:
    yield f"{'##' if page.name.count(' ') == 1 else '###'} {page.name}"
    yield page.summary
    yield f"```\n{page.usage}\n```"
    yield from page.text
    for block in page.blocks:
        yield "```\n" + "\n".join(block) + "\n```"
    if page.members:
        yield _table(("command", "what it does"), [(f"`{name}`", words) for name, words in page.members])
    if page.options:
        yield _table(("option", "what it does"), [(f"`{name}`", words) for name, words in page.options])
    if page.examples:
        yield "```sh\n" + "\n".join(page.examples) + "\n```"
    if page.codes:
        yield f"Exit codes: {', '.join(map(str, page.codes))}."


def _table(head: tuple[str, str], rows: list[tuple[str, str]]) -> str:
    lines = [head, ("---", "---"), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
