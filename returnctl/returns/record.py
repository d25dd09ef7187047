"""return.json: every event in order, today's state, and a checksum over all of it.

    {"schema":1,
    "events":[
    {"n":1,"at":"…","previous":"","what":{"kind":"opened",…}},
    {"n":2,"at":"…","previous":"<sha256 of the line above>","what":{…}}
    ],
    "state":{…},
    "checksum":"<sha256 of every byte before this line's comma>"}

The bytes of an event are kept as they were first written: the chain stands however the code changes. A file
that fails its checks is Damaged: it is left as it is, and never taken for "nothing has happened yet".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from returnctl.digest import hex_of
from returnctl.errors import Damaged, Failed, NotFound
from returnctl.forms import ready
from returnctl.returns import files
from returnctl.returns.events import AnyEvent, Event
from returnctl.returns.state import State, fold

NAME = files.RECORD
SCHEMA = 1
#: A record has tens of events; nothing we write comes near this.
MAX_BYTES = 20_000_000
#: In hex digits: nobody finds other events with the same 64 bits.
ANCHOR_LENGTH = 16

_T = TypeVar("_T")
_TAIL = re.compile(rb',\n"checksum":"([0-9a-f]{64})"\}\n\Z')
_TAIL_BYTES = len(b',\n"checksum":""}\n') + 64


class Entry(Struct, kw_only=True):
    """One line of the record. `previous` is the SHA-256 of the line before it, empty for the first."""

    n: int
    at: str
    previous: str
    what: AnyEvent


class _File(Struct):
    schema: int
    events: list[msgspec.Raw]
    state: State


class _Schema(Struct):
    schema: int


class Record:
    """The events of one return and their fold. Only `append` and `begin` change them, and `append` the file."""

    def __init__(self, path: Path, lines: list[bytes], state: State) -> None:
        self.path = path
        self.state = state
        self._lines = lines

    @classmethod
    def new(cls, folder: Path) -> Record:
        """A record without events; the first `append` writes it."""
        return cls(folder / NAME, [], State())

    @classmethod
    def load(cls, folder: Path) -> Record:
        """Read and check the record in `folder`: checksum and chain.

        Raises NotFound where there is none, Damaged where it fails a check, Failed for a newer schema.
        """
        path = folder / NAME
        return cls.parse(path, _bytes(path))

    @classmethod
    def parse(cls, path: Path, content: bytes) -> Record:
        """The record that `content` is, checked as `load` does; `path` is for the words of an error."""
        found = _parsed(path, content)
        lines = [bytes(raw) for raw in found.events]
        _check_chain(path, lines)
        return cls(path, lines, found.state)

    def append(self, at: str, *happened: Event) -> None:
        """Add events that happened at the time `at`, and replace the file in one step."""
        lines, state = self._with(at, happened)
        files.write_atomic(self.path, _render(lines, state))
        self._lines, self.state = lines, state

    def begin(self, at: str, *happened: Event) -> None:
        """Add events that reach the file with those that are appended next."""
        self._lines, self.state = self._with(at, happened)

    def _with(self, at: str, happened: tuple[Event, ...]) -> tuple[list[bytes], State]:
        lines, state = list(self._lines), self.state
        for event in happened:
            previous = hex_of(lines[-1]) if lines else ""
            entry = Entry(n=len(lines) + 1, at=at, previous=previous, what=event)  # type: ignore[arg-type]  # the union's members are the only Events
            lines.append(msgspec.json.encode(entry))
            state = fold(state, event, at)
        return lines, state

    def entries(self) -> list[Entry]:
        """Every event with its number and time, oldest first."""
        return [msgspec.json.decode(line, type=ready(Entry)) for line in self._lines]

    def refold(self) -> State:
        """The state folded anew from the events; equals `state` in a sound record."""
        state = State()
        for entry in self.entries():
            state = fold(state, entry.what, entry.at)
        return state

    @property
    def head(self) -> str:
        """SHA-256 of the last event's line: it stands for the whole chain."""
        return hex_of(self._lines[-1]) if self._lines else ""

    @property
    def anchor(self) -> str:
        """The beginning of `head`, short enough for a message, where it is a witness that we can't rewrite."""
        return self.head[:ANCHOR_LENGTH]


def read_state(folder: Path) -> State:
    """Today's state alone, checked against the file's checksum; takes no lock. Errors as `Record.load`."""
    path = folder / NAME
    return _parsed(path, _bytes(path)).state


def _render(lines: list[bytes], state: State) -> bytes:
    body = b"".join(
        (
            b'{"schema":%d,\n"events":[\n' % SCHEMA,
            b",\n".join(lines),
            b'\n],\n"state":',
            msgspec.json.encode(state),
        )
    )
    return body + b',\n"checksum":"%s"}\n' % hex_of(body).encode()


def _bytes(path: Path) -> bytes:
    try:
        return files.read_bytes(path, max_bytes=MAX_BYTES)
    except FileNotFoundError:
        raise NotFound(f"There is no return in {path.parent}.") from None


def _parsed(path: Path, content: bytes) -> _File:
    check_sum(path, content)
    check_schema(path, content)
    return _decode(path, lambda: msgspec.json.decode(content, type=ready(_File)))


def check_sum(path: Path, content: bytes) -> None:
    """Raises Damaged where the checksum at the end is not that of what stands before it."""
    tail = _TAIL.search(content, max(0, len(content) - _TAIL_BYTES))
    if not tail or hex_of(content[: tail.start()]).encode() != tail[1]:
        raise damaged(path, "its checksum does not fit its contents")


def check_schema(path: Path, content: bytes) -> None:
    """Raises Failed for the schema of a newer returnctl, Damaged for one that never was."""
    schema = _decode(path, lambda: msgspec.json.decode(content, type=ready(_Schema))).schema
    if schema < 1:
        raise damaged(path, f"there never was a schema {schema}")
    if schema > SCHEMA:
        raise Failed(
            f"{path} was written by a newer returnctl (schema {schema}).",
            hint="update returnctl on this machine, then run the command again",
        )


def _check_chain(path: Path, lines: list[bytes]) -> None:
    previous = ""
    for number, line in enumerate(lines, 1):
        entry = _decode(path, lambda line=line: msgspec.json.decode(line, type=ready(Entry)))  # type: ignore[misc]  # mypy can't infer a lambda with a default
        if entry.n != number or entry.previous != previous:
            raise damaged(path, f"the chain of its events breaks at event {number}")
        previous = hex_of(line)


def _decode(path: Path, decode: Callable[[], _T]) -> _T:
    try:
        return decode()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise damaged(path, f"it can't be read ({error})") from None


def damaged(path: Path, why: str) -> Damaged:
    """The error for a record that fails a check."""
    return Damaged(
        f"{path} is damaged: {why}. It was left as it is.",
        hint="restore it from a back-up, or move its folder away and run `returnctl open` to adopt the return again",
    )
