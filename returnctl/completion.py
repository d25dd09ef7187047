"""What the shell offers at TAB: returns of the workspace, views, profiles. Names of folders and files, no network.

Whatever goes wrong, nothing is offered and nothing is said: somebody is typing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

import click
from click.shell_completion import CompletionItem

from returnctl.errors import ReturnctlError

#: As `returns.reference` has it; importing that would cost each TAB a fifth of its time.
_FOLDER = re.compile(r"[0-9]{1,12}(-[0-9]{1,12})?(~[1-9][0-9]{0,2})?")

Find = Callable[[click.Context, str], Iterable[str]]


def items(find: Find, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """What `find` names and begins with what is typed."""
    try:
        return [CompletionItem(name) for name in find(ctx, incomplete) if name.startswith(incomplete)]
    except (OSError, ReturnctlError, ValueError, KeyError):
        return []


def words(metavar: str, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """A command's positionals: a return first (or several, where it takes them), then files, where it takes them."""
    given: tuple[str, ...] = ctx.params.get("words") or ()
    # First: bash drops what came before it, and offers files where nothing comes after it.
    found = [CompletionItem(incomplete, type="file")] if "FILE" in metavar else []
    if not given or metavar == "[RETURN]...":
        found += items(returns, ctx, incomplete)
    return found


def returns(ctx: click.Context, incomplete: str) -> Iterator[str]:
    """The returns of the workspace, as they are typed: `10000009/2`."""
    root = _workspace(ctx)
    with os.scandir(root) as entries:
        names = sorted(entry.name for entry in entries if _FOLDER.fullmatch(entry.name))
    for name in names:
        typed = name.replace("-", "/")
        if typed.startswith(incomplete) and _has_record(f"{root}/{name}"):
            yield typed


def profiles(_: click.Context, __: str) -> Iterator[str]:
    """The built-in profiles, and those of the configuration file."""
    from returnctl.settings import BUILT_IN, Settings

    yield from BUILT_IN
    with suppress(ReturnctlError):
        yield from Settings().file.get("profile", {})


def views(ctx: click.Context, _: str) -> Iterator[str]:
    """The views of the return that is named, or of the kind of device, or of every kind."""
    from returnctl.returns import devices
    from returnctl.vocabulary import KINDS

    kinds = [ctx.params["device"]] if ctx.params.get("device") else KINDS
    every = (view for kind in kinds for view in devices.views(kind))
    yield from dict.fromkeys(_views_of_return(ctx) or every)


def views_and_files(ctx: click.Context, incomplete: str) -> Iterator[str]:
    """`VIEW=`, then the files that begin with what follows it."""
    view, equals, start = incomplete.partition("=")
    if not equals:
        yield from (f"{name}=" for name in views(ctx, incomplete))
        return
    from pathlib import Path

    folder, slash, begun = start.rpartition("/")
    for path in sorted(Path(f"{folder}{slash}").expanduser().iterdir()):
        if path.name.startswith(begun):
            yield f"{view}={folder}{slash}{path.name}{'/' if path.is_dir() else ''}"


def _views_of_return(ctx: click.Context) -> tuple[str, ...]:
    # The option at the end lacks its value yet, so Click has left the words before it where it found them.
    words = ctx.params.get("words") or ctx.args
    name = str(ctx.params.get("order") or next(iter(words), "")).strip().lstrip("#").replace("/", "-")
    if not _FOLDER.fullmatch(name):
        return ()
    from pathlib import Path

    from returnctl.returns.record import read_state

    with suppress(ReturnctlError):
        return read_state(Path(_workspace(ctx)) / name).views
    return ()


def _workspace(ctx: click.Context) -> str:
    """Where the returns are, as `App.workspace` has it."""
    named = ctx.params.get("workspace") or ctx.find_root().params.get("workspace")
    if named:
        return str(named)
    here = os.getcwd()  # noqa: PTH109 - pathlib would cost each TAB a fifth of its time
    while here:
        above, _, name = here.rpartition("/")
        if _FOLDER.fullmatch(name) and _has_record(here):
            return above
        here = above
    if workspace := os.environ.get("RETURNCTL_WORKSPACE"):
        return workspace
    from returnctl.places import documents

    return f"{documents()}/returns"


def _has_record(folder: str) -> bool:
    return os.access(f"{folder}/return.json", os.R_OK)
