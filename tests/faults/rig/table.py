"""Sweeps, run one after the other within their time, and the table of what they found."""

from __future__ import annotations

import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from returnctl.output import Table, table
from tests.faults.rig.case import Failure

#: A case of a sweep: raises Failure, or says in a word how it went ("" for nothing to say).
Check = Callable[[], str]


class Sweep(msgspec.Struct, kw_only=True):
    """`cases` is made when the sweep begins; at most `most` of them are run, `few` in the short form."""

    name: str
    title: str
    cases: Callable[[], Iterable[Check]]
    most: int
    few: int


class Row(msgspec.Struct):
    """What became of a sweep. `words` counts what its cases said; of its failures the first few are kept."""

    name: str
    title: str
    cases: int = 0
    failures: int = 0
    seconds: float = 0.0
    words: Counter[str] = msgspec.field(default_factory=Counter)
    kept: list[str] = []

    def line(self) -> tuple[Any, ...]:
        told = ", ".join(f"{count} {word}" for word, count in sorted(self.words.items()))
        return (self.name, self.title, self.cases, self.failures, f"{self.seconds:.0f} s", told)


_KEPT = 5


def run(
    sweep: Sweep,
    row: Row,
    *,
    short: bool = False,
    seconds: float | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> None:
    """Run a sweep to its end, or until its time is over; `row` has what it found, also when it is interrupted."""
    started = time.monotonic()
    for check in _at_most(sweep.cases(), sweep.few if short else sweep.most):
        row.cases += 1
        try:
            if word := check():
                row.words[word] += 1
        except Exception as error:  # noqa: BLE001 - the sweep goes on, whatever one case has found
            row.failures += 1
            words = str(error) if isinstance(error, Failure) else traceback.format_exc()
            if len(row.kept) < _KEPT:
                row.kept.append(words)
            say(f"{sweep.name}: {words}")
        row.seconds = time.monotonic() - started
        if row.cases % 200 == 0:
            say(f"{sweep.name}: {row.cases} cases, {row.failures} failures, {row.seconds:.0f} s")
        if seconds is not None and row.seconds > seconds:
            break


def _at_most(checks: Iterable[Check], most: int) -> Iterator[Check]:
    for _, check in zip(range(most), checks, strict=False):
        yield check


def shown(rows: list[Row]) -> str:
    total = (
        "all",
        "",
        sum(row.cases for row in rows),
        sum(row.failures for row in rows),
        f"{sum(row.seconds for row in rows):.0f} s",
        "",
    )
    headers = ("sweep", "what", "cases", "failures", "time", "of these")
    return table(Table(headers, [*(row.line() for row in rows), total]))
