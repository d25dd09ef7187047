"""What became of each row, in a file that spreadsheets and scripts can read: CSV or JSON Lines, by its name.

It is written beside its place and moved there at the end; what a later run does follows from the returns' own
records, never from it.
"""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path
from typing import IO

import msgspec

from returnctl.batch.outcome import Outcome
from returnctl.errors import Usage
from returnctl.output import safe
from returnctl.returns.files import trouble

COLUMNS = ("return", "step", "exit", "code", "message", "tracking_number", "price", "next")
#: A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_CSV, _LINES = (".csv",), (".jsonl", ".ndjson")


class Report:
    """The report at `path`; None writes nothing. Raises Usage, DiskTrouble."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: IO[str] | None = None
        if path is None:
            return
        if path.suffix.lower() not in _CSV + _LINES:
            raise Usage(f"--report {path.name}: is it CSV or JSON Lines?", hint="call it .csv or .jsonl")
        self._beside = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            self._file = self._beside.open("w", encoding="utf-8", newline="")
        except OSError as error:
            raise trouble(error, path) from error
        if path.suffix.lower() in _CSV:
            self._write(_csv_line(COLUMNS))

    def add(self, done: Outcome) -> None:
        if self._file is None or self._path is None:
            return
        if self._path.suffix.lower() in _CSV:
            price = f"{done.price['amount']} {done.price['currency']}" if done.price else ""
            cells = (
                done.name,
                done.step,
                str(done.exit),
                done.code,
                done.message,
                done.tracking_number,
                price,
                done.next,
            )
            self._write(_csv_line(tuple(defused(safe(cell or "")) for cell in cells)))
            return
        self._write(msgspec.json.encode(as_row(done)).decode() + "\n")

    def close(self) -> None:
        """Move it to its place."""
        if self._file is None or self._path is None:
            return
        try:
            self._file.close()
            self._beside.replace(self._path)
        except OSError as error:
            raise trouble(error, self._path) from error
        finally:
            self._beside.unlink(missing_ok=True)

    def _write(self, text: str) -> None:
        assert self._file is not None
        assert self._path is not None
        try:
            self._file.write(text)
        except OSError as error:
            raise trouble(error, self._path) from error


def as_row(done: Outcome) -> dict[str, object]:
    """The row under the names of COLUMNS."""
    return {
        "return": done.name,
        "step": done.step,
        "exit": done.exit,
        "code": done.code,
        "message": done.message,
        "tracking_number": done.tracking_number,
        "price": done.price,
        "next": done.next,
    }


def defused(text: str) -> str:
    """`text` as a spreadsheet shows it, and never computes it."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _csv_line(cells: tuple[str, ...]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()
