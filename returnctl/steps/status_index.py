"""Where many returns stand, out of the index of their records."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import force_setattr

from returnctl import __version__
from returnctl.app import App
from returnctl.digest import hex_of
from returnctl.errors import DiskTrouble, Failed
from returnctl.forms import ready
from returnctl.returns.deadlines import Deadline
from returnctl.returns.index import Index, Summary
from returnctl.returns.reference import Reference, from_folder
from returnctl.returns.state import State
from returnctl.steps.status_facts import Brief, Form, Found, Standing, as_form, brief, facts, in_time, read

if TYPE_CHECKING:
    from returnctl.steps.status import Options


def by_index(app: App, options: Options, form: type[Form]) -> Found[Form] | None:
    """What `read` would find in all records, for many returns; None where there can be no index."""
    import sqlite3

    fields = (Standing.__struct_fields__, Deadline.__struct_fields__, Brief.__struct_fields__)
    kind = hex_of(repr((__version__, fields)).encode())[:8]
    narrow = options.due is not None or options.step is not None
    try:
        with contextlib.closing(
            Index(app.settings.cache_folder / "index", app.workspace.root, _summary, kind)
        ) as index:
            index.update(thorough=not narrow)
            with _all_of_it_stays():
                return _from_index(app, options, index, form)
    except (sqlite3.Error, OSError, DiskTrouble, Failed):
        return None


@contextlib.contextmanager
def _all_of_it_stays() -> Iterator[None]:
    """Among a million small things that are all wanted, looking for rubbish takes longer than making them."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _until(app: App, options: Options) -> str | None:
    """The last day that may be meant: each return has its own clock, which decides afterwards."""
    if options.due is None:
        return None
    days = [date.today()]
    with contextlib.suppress(ValueError):
        days.append(date.fromisoformat(app.settings.environ.get("RETURNCTL_NOW", "")[:10]))
    return (max(days) + timedelta(days=min(options.due, 100_000))).isoformat()


def _from_index(app: App, options: Options, index: Index, form: type[Form]) -> Found[Form]:
    returns: list[Form] = []
    damaged: list[str] = []
    root = str(app.workspace.root.absolute())
    days: dict[str, str] = {}
    in_full = form is Standing
    decode = msgspec.msgpack.Decoder(ready(form)).decode
    until = _until(app, options)
    entries = list(index.entries(closed=options.all, until=until, step=options.step, in_full=in_full))
    several = {folder.partition("~")[0] for folder, _ in entries if "~" in folder}
    for folder, content in entries:
        if content is None or folder in several:
            again, bad = read(app, options, [ref] if (ref := from_folder(folder)) else [])
            returns += as_form(again, form)
            damaged += bad
            continue
        one = decode(content)
        if one.profile not in days:
            days[one.profile] = app.today(State(profile=one.profile)).isoformat()
        force_setattr(one, "today", days[one.profile])
        if in_full:
            force_setattr(one, "directory", f"{root}/{folder}")
        if in_time(one, options):
            returns.append(one)
    return returns, damaged


def _summary(reference: Reference, state: State) -> Summary:
    one = facts(state, str(reference), str(reference))
    return Summary(
        deadline=one.deadline,
        step=one.next.step if one.next else None,
        closed=one.closed is not None,
        brief=msgspec.msgpack.encode(brief(one)),
        content=msgspec.msgpack.encode(one),
    )
