"""Looking a return over: what of its record and its files is as it was written.

A record that fails its checks is read as far as it goes, line by line: each event stands on a line of its own, and
vouches for the one before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from returnctl.checks import Check, problems
from returnctl.digest import hex_of
from returnctl.errors import Damaged, NotFound, ReturnctlError
from returnctl.forms import ready
from returnctl.returns import files
from returnctl.returns.events import Intended, Purged
from returnctl.returns.held import MAX_FILE_BYTES
from returnctl.returns.record import MAX_BYTES, NAME, Entry, Record, check_schema, check_sum
from returnctl.returns.state import State, fold

_ORIGINAL = re.compile(r"[0-9a-f]{12}-")


class Examined(Struct, kw_only=True):
    """`events` is how many stand unbroken from the first one on, `until` the time of the last of them.

    `state` is what follows from them; the checks of `files` bear the files' names.
    """

    record: list[Check]
    files: list[Check]
    events: int
    until: str | None
    state: State


class RecordRead(Struct, kw_only=True):
    """A record as far as its chain stands: `hashes` are those of its events' lines, each the head of its time."""

    checks: list[Check]
    entries: list[Entry]
    hashes: tuple[str, ...]
    state: State

    @property
    def named(self) -> dict[str, str | None]:
        """The files of today's state with their hashes; None for one that has none, as a slip with a code."""
        return dict(_named(self.state))


def examine(folder: Path) -> Examined:
    """Check the record of a return, and every file that it names.

    Raises NotFound where there is no record, Failed for one of a newer returnctl. What is damaged is no error here.
    """
    path = folder / NAME
    try:
        content = files.read_bytes(path, max_bytes=MAX_BYTES)
    except FileNotFoundError:
        raise NotFound(f"There is no return in {folder}.") from None
    read = read_record(path, content)
    named = dict(_originals(folder)) | read.named | dict(_bodies(read.entries))
    return Examined(
        record=read.checks,
        files=[_file(folder, name, digest) for name, digest in sorted(named.items())],
        events=len(read.entries),
        until=read.entries[-1].at if read.entries else None,
        state=read.state,
    )


def read_record(path: Path, content: bytes) -> RecordRead:
    """Check a record that was read; `path` is for the words of an error. Raises Failed for a newer returnctl's."""
    lines = content.split(b"\n")
    entries = list(_unbroken(lines))
    state = _folded(entries)
    checks = [_checksum(path, content), _chain(lines, len(entries)), _today(lines, state)]
    if not problems(checks):
        checks += _as_loaded(path, content)
    hashes = tuple(hex_of(line) for line in _event_lines(lines)[: len(entries)])
    return RecordRead(checks=checks, entries=entries, hashes=hashes, state=state)


def _checksum(path: Path, content: bytes) -> Check:
    try:
        check_sum(path, content)
        check_schema(path, content)
    except Damaged:
        return Check(name="checksum", state="problem", message=f"{NAME} is not what was written.")
    return Check(name="checksum", state="ok", message=f"{NAME} is what was written.")


def _unbroken(lines: list[bytes]) -> Iterator[Entry]:
    """The events from the first one on, up to where the chain breaks."""
    previous = ""
    for number, line in enumerate(_event_lines(lines), 1):
        try:
            entry = msgspec.json.decode(line, type=ready(Entry))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return
        if entry.n != number or entry.previous != previous:
            return
        previous = hex_of(line)
        yield entry


def _event_lines(lines: list[bytes]) -> list[bytes]:
    return [line.removesuffix(b",") for line in lines[2:] if line.startswith(b'{"n":')]


def _chain(lines: list[bytes], unbroken: int) -> Check:
    whole = b"]," in lines and len(_event_lines(lines)) == unbroken
    if whole and unbroken:
        return Check(
            name="chain", state="ok", message=f"{unbroken} events, each vouching for the one before."
        )
    message = f"It breaks after event {unbroken}." if unbroken else "Not one event can be read."
    return Check(name="chain", state="problem", message=message)


def _folded(entries: list[Entry]) -> State:
    state = State()
    for entry in entries:
        state = fold(state, entry.what, entry.at)
    return state


def _today(lines: list[bytes], folded: State) -> Check:
    line = next((line for line in lines if line.startswith(b'"state":')), b"")
    try:
        written = msgspec.json.decode(line.removeprefix(b'"state":').removesuffix(b","), type=ready(State))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Check(name="state", state="problem", message="Today's state can't be read.")
    if written != folded:
        return Check(name="state", state="problem", message="Today's state does not follow from the events.")
    return Check(name="state", state="ok", message="Today's state follows from the events.")


def _as_loaded(path: Path, content: bytes) -> Iterator[Check]:
    """The commands' own way of reading has the last word."""
    try:
        Record.parse(path, content)
    except Damaged as error:
        yield Check(name="record", state="problem", message=error.message)


def _named(state: State) -> Iterator[tuple[str, str | None]]:
    """The files of today's state with their hashes; a slip with an unlock code, and what waits, have none."""
    yield from state.received.items()
    yield from ((photo.file, photo.sha256) for photo in state.photos.values())
    yield from ((proof.file, proof.sha256) for proof in state.proofs)
    yield from ((photo.file, photo.sha256) for photo in state.parcel.values())
    if state.slip:
        yield state.slip.file, state.slip.sha256
    if state.label and state.label.file:
        yield state.label.file, state.label.sha256
    for photo in state.photos.values():
        if photo.original:
            yield photo.original, photo.original_sha256
    yield from ((name, None) for item in state.waiting for name in item.files)


def _bodies(entries: list[Entry]) -> Iterator[tuple[str, str]]:
    """What was sent, but for what a purge has deleted."""
    purges = [entry.what for entry in entries if isinstance(entry.what, Purged)]
    gone = {name for purge in purges for name in purge.files}
    for entry in entries:
        if isinstance(entry.what, Intended) and entry.what.body not in gone:
            yield entry.what.body, entry.what.body_sha256


def _originals(folder: Path) -> Iterator[tuple[str, str]]:
    """Each bears the beginning of its hash in its name."""
    try:
        names = [path.name for path in files.inside(folder, "originals").iterdir()]
    except (OSError, ReturnctlError):
        return
    yield from ((f"originals/{name}", name[:12]) for name in names if _ORIGINAL.match(name))


def _file(folder: Path, name: str, digest: str | None) -> Check:
    try:
        content = files.read_bytes(files.inside(folder, name), max_bytes=MAX_FILE_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return Check(name=name, state="problem", message="It is missing.")
    except ReturnctlError as error:
        return Check(name=name, state="problem", message=error.message)
    if digest and not hex_of(content).startswith(digest):
        return Check(name=name, state="problem", message="It is not what was kept.")
    return Check(name=name, state="ok", message="It is what was kept.")
