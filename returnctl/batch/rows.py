"""All rows, checked before the first request, then given out by deadline.

A file may hold a million rows, so that they are checked one by one and kept on disk, not in memory; of each only three
figures stay here: its place, its deadline, and its name's hash, which finds the second of two.
"""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from returnctl.batch.source import Raw
from returnctl.errors import ReturnctlError, Usage
from returnctl.forms import ready
from returnctl.returns import policy, progress
from returnctl.returns.reference import Reference, parse_reference
from returnctl.returns.state import State
from returnctl.returns.workspace import Workspace
from returnctl.settings import Profile
from returnctl.vocabulary import STEPS

#: After every day there is.
_NEVER = date.max.toordinal()
#: The part of a figure that is a name's hash; the rest, for 268 million rows, is the row's number.
_HASH = ((1 << 36) - 1) << 28
_NEEDED = {"manual": ("reason", "wants", "device", "received", "ordered", "name"), "": ("reason", "wants")}


class Columns(Protocol):
    """What a row may say; `commands.columns` reads it off the commands."""

    def find(self, header: str) -> tuple[str, str]: ...

    def options(self, step: str, cells: Mapping[str, Any]) -> Any: ...


class Row(Struct, frozen=True, kw_only=True):
    """One return and what is to be done with it: each step's Options, in the order of the steps. No secret is in it."""

    line: int
    name: str
    wishes: dict[str, Any]
    due: str | None = None

    @property
    def reference(self) -> Reference:
        return parse_reference(self.name)


class Bad(Struct, frozen=True, kw_only=True):
    """A row that can't be used, and why."""

    line: int
    name: str
    message: str
    hint: str | None = None


class Rows:
    """The rows of one file. Close it: it keeps them in a file of its own."""

    def __init__(
        self, columns: Columns, workspace: Workspace, profile: Profile, steps: tuple[str, ...] | None
    ) -> None:
        self._columns = columns
        self._workspace = workspace
        self._profile = profile
        self._steps = steps
        self._found: dict[str, tuple[str, str]] = {}
        self._kept = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the with-block of this object
        #: Deadline and number of each good row, in one figure; and where each begins in the file, with its end.
        self._order = array("Q")
        self._places = array("Q")
        self.bad: list[Bad] = []
        self.steps: set[str] = set()
        #: What the labels of these returns have cost so far, by currency; purchases in doubt with what was quoted.
        self.spent: dict[str, Decimal] = {}

    def __enter__(self) -> Rows:
        return self

    def __exit__(self, *_: object) -> None:
        self._kept.close()

    def __len__(self) -> int:
        return len(self._order)

    def check(self, rows: Iterable[Raw]) -> None:
        """Read and check every row. Raises Usage for a fault of the file, such as the same return twice."""
        names = array("Q")
        at = 0
        any_row = False
        for raw in rows:
            any_row = True
            try:
                row = self._row(raw)
            except _OfTheFile as error:
                raise error.fault from None
            except Usage as error:
                self.bad.append(
                    Bad(line=raw.line, name=raw.name[:40], message=error.message, hint=error.hint)
                )
                continue
            number = len(self._places)
            names.append(hash(row.name) & _HASH | number)
            self.steps |= row.wishes.keys()
            self._order.append(self._due(row) << 40 | number)
            self._places.append(at)
            at += self._kept.write(msgspec.msgpack.encode(raw))
        if not any_row:
            raise Usage("There is no row in it: a line of names alone.", hint="add a line for each return")
        self._places.append(at)
        self._refuse_a_second(names)
        self._order = array("Q", sorted(self._order))

    def by_deadline(self) -> Iterator[Row]:
        """Every good row, the most urgent first; those without a deadline in the file's order."""
        for key in self._order:
            yield self._row(self._raw(key & ((1 << 40) - 1)), again=True)

    def deadlines(self) -> list[date | None]:
        """Of every good row, in the order in which they are given out."""
        days = (key >> 40 for key in self._order)
        return [None if day == _NEVER else date.fromordinal(day) for day in days]

    def _raw(self, number: int) -> Raw:
        start, end = self._places[number : number + 2]
        self._kept.seek(start)
        return msgspec.msgpack.decode(self._kept.read(end - start), type=ready(Raw))

    def _refuse_a_second(self, names: array[int]) -> None:
        """Rows of one hash are neighbours once they are sorted; two names may share it, so that both are read again."""
        seconds: list[tuple[int, int, str]] = []
        for _, alike in groupby(sorted(names), lambda key: key & _HASH):
            numbers = [key & ~_HASH for key in alike]
            if len(numbers) == 1:
                continue
            lines: dict[str, int] = {}
            for raw in map(self._raw, numbers):
                name = str(parse_reference(raw.name))
                before = lines.setdefault(name, raw.line)
                if before != raw.line:
                    seconds.append((raw.line, before, name))
        if seconds:
            line, before, name = min(seconds)
            raise Usage(f"Return {name} is in lines {before} and {line}.", hint="give each return one row")

    def _row(self, raw: Raw, *, again: bool = False) -> Row:
        cells = self._cells(raw)
        if raw.fault:
            raise Usage(raw.fault)
        reference = parse_reference(raw.name)
        chosen = self._steps or self._said(raw, cells)
        if not chosen:
            raise _OfTheFile(
                Usage(
                    f"Which steps? Line {raw.line} names a return alone.",
                    hint=f"--steps {','.join(STEPS[:2])} (of {', '.join(STEPS)})",
                )
            )
        wishes = {step: self._columns.options(step, cells.get(step, {})) for step in chosen}
        if "open" in chosen and not again:
            self._check_opening(raw, reference, cells.get("open", {}))
        return Row(line=raw.line, name=str(reference), wishes=wishes, due=raw.due)

    def _cells(self, raw: Raw) -> dict[str, dict[str, Any]]:
        """The row's values by step and option."""
        found: dict[str, dict[str, Any]] = {}
        for column in raw.columns:
            self._place(column)
        for column, value in raw.cells.items():
            step, option = self._place(column)
            found.setdefault(step, {})[option] = value
        return found

    def _said(self, raw: Raw, cells: Mapping[str, Any]) -> tuple[str, ...]:
        """Without --steps: those for which the row says something; `open` wherever the file has a column of it."""
        opens = any(self._place(column)[0] == "open" for column in raw.columns)
        return tuple(step for step in STEPS if step in cells or (step == "open" and opens))

    def _place(self, column: str) -> tuple[str, str]:
        if column in ("return", "order"):
            return "", column
        if column not in self._found:
            try:
                self._found[column] = self._columns.find(column)
            except Usage as error:
                raise _OfTheFile(error) from None
        return self._found[column]

    def _check_opening(self, raw: Raw, reference: Reference, said: Mapping[str, Any]) -> None:
        """A return that is not open yet can't be opened without its reason: nobody is asked in a batch."""
        if self._profile.role == "seller" or any(map(self._workspace.exists, self._meant(reference))):
            return
        for option in _NEEDED.get(self._profile.marketplace, _NEEDED[""]):
            if option in said:
                continue
            if option not in raw.columns and f"open.{option}" not in raw.columns:
                hint = f"`open` needs it for returns that are not open yet, such as {reference}"
                raise _OfTheFile(Usage(f"The column “{option}” is missing.", hint=hint))
            raise Usage(f"{option} is missing.", hint=f"fill in the column `{option}`")

    def _meant(self, reference: Reference) -> list[Reference]:
        return [ref for ref in self._workspace.references(reference.order) if _means(reference, ref)]

    def _due(self, row: Row) -> int:
        """The day's number. A return's record says it; else the row; else the window after its delivery."""
        for reference in self._meant(row.reference):
            try:
                state = self._workspace.state(reference)
            except ReturnctlError:
                continue  # the step says it, when the row's turn comes
            self._count_spent(state)
            if known := progress.deadline(state):
                return date.fromisoformat(known[:10]).toordinal()
        if row.due and len(row.due) >= 10:
            try:
                return date.fromisoformat(row.due[:10]).toordinal()
            except ValueError:
                return _NEVER
        received = getattr(row.wishes.get("open"), "received", None)
        if received is None:
            return _NEVER
        market = self._profile.market
        return int(received.toordinal()) + policy.policy(market).window_days

    def _count_spent(self, state: State) -> None:
        costs = [doubt.covers.items for doubt in state.doubts if "bought" in doubt.covers.items]
        found = [(items.get("quoted"), items.get("currency", "USD")) for items in costs]
        if state.label and state.label.source == "purchased" and state.label.price:
            found.append((state.label.price["amount"], state.label.price["currency"]))
        for amount, currency in found:
            try:
                self.spent[currency] = self.spent.get(currency, Decimal(0)) + Decimal(amount or 0)
            except InvalidOperation:
                continue


class _OfTheFile(Exception):
    """A fault that is not one row's."""

    def __init__(self, fault: Usage) -> None:
        self.fault = fault


def _means(wanted: Reference, there: Reference) -> bool:
    return wanted.line in (None, there.line) and wanted.number in (None, there.number)
