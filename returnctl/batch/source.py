"""A file of rows, whatever its form: CSV, JSON Lines, a list of `inbox --json`, bare order numbers.

A fault of the file is Usage, with the line that it was found in; nothing has been sent by then.
"""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any

import msgspec

from returnctl.errors import Usage
from returnctl.returns.reference import looks_like_return

MOST_COLUMNS = 200
_SUCH_AS = 'such as {"return": "10000001"}'
_LINE_BYTES = 1_000_000
_DOCUMENT_CHARACTERS = 200_000_000
_NAMES = ("return", "order")


class Raw(msgspec.Struct, frozen=True):
    """One row as it came. `cells` are by column, without the empty ones; `fault` is why it can't be used."""

    line: int
    name: str
    cells: dict[str, Any]
    columns: tuple[str, ...]
    due: str | None = None
    fault: str | None = None


def read(stream: IO[bytes], name: str) -> Iterator[Raw]:
    """The rows of a file; `name` is how people know it. Raises Usage for a fault of the file."""
    lines = _lines(stream, name)
    first = next((line for line in lines if line.strip()), None)
    if first is None:
        raise Usage(f"{name} is empty.", hint="a CSV file has a line of names, then a line for each return")
    start = first.lstrip()
    if start.startswith("[") or (start.startswith("{") and not _is_row(first)):
        return _from_document(first, lines, name)
    if start.startswith("{"):
        return _from_json_lines(itertools.chain([first], lines), name)
    if looks_like_return(first.strip().strip('"')):
        return _bare(itertools.chain([first], lines))
    return _from_csv(first, lines, name)


def _lines(stream: IO[bytes], name: str) -> Iterator[str]:
    for number, line in enumerate(iter(lambda: stream.readline(_LINE_BYTES + 1), b""), 1):
        if len(line) > _LINE_BYTES:
            raise Usage(
                f"{name}: line {number} is longer than any row can be.",
                hint="a row is a line: CSV, or JSON Lines",
            )
        if number == 1 and line[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise Usage(f"{name} is UTF-16.", hint="save it as “CSV UTF-8”")
        try:
            yield line.removeprefix(b"\xef\xbb\xbf" if number == 1 else b"").decode()
        except UnicodeDecodeError:
            raise Usage(
                f"{name}: line {number} is not UTF-8 text; it looks like Latin-1.",
                hint="save it as “CSV UTF-8”, or: iconv -f latin1 -t utf-8",
            ) from None


# -- CSV -------------------------------------------------------------------------------------------------------------


def _from_csv(first: str, lines: Iterator[str], name: str) -> Iterator[Raw]:
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(itertools.chain([first], lines), delimiter=delimiter, strict=True)
    try:
        columns = _columns(next(reader), name)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _csv_row(reader.line_num, cells, columns)
    except csv.Error as error:
        raise Usage(
            f"{name}: line {reader.line_num} can't be read as CSV ({error}).",
            hint='a " within quotes is written twice',
        ) from None


def _columns(header: list[str], name: str) -> tuple[str, ...]:
    columns = tuple(cell.strip().lower().replace("_", "-") if cell[:1] != "_" else cell for cell in header)
    if len(columns) > MOST_COLUMNS:
        raise Usage(
            f"{name} has {len(columns)} columns, and {MOST_COLUMNS} are the most.",
            hint="leave out those that no step takes",
        )
    twice = next((column for column in columns if column and columns.count(column) > 1), None)
    if twice:
        raise Usage(
            f"{name} has two columns “{twice[:40]}”.", hint="keep one, or begin the other's name with _"
        )
    if not any(column in columns for column in _NAMES):
        raise Usage(
            f"{name} has no column “return”: its first line names {', '.join(columns)[:80]}.",
            hint="the first line names the columns; `return` (or `order`) holds the order number",
        )
    return columns


def _csv_row(line: int, cells: list[str], columns: tuple[str, ...]) -> Raw:
    beyond = any(cell.strip() for cell in cells[len(columns) :])
    found = {column: cell for column, cell in zip(columns, cells, strict=False) if column and cell.strip()}
    return _row(line, found, columns, "It has more cells than the file has columns." if beyond else None)


# -- JSON ------------------------------------------------------------------------------------------------------------


def _is_row(line: str) -> bool:
    try:
        found = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return False
    return isinstance(found, dict) and any(name in found for name in _NAMES)


def _from_json_lines(lines: Iterator[str], name: str) -> Iterator[Raw]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found = msgspec.json.decode(line)
        except (msgspec.DecodeError, RecursionError) as error:
            raise Usage(f"{name}: line {number} is not JSON ({error}).", hint=_SUCH_AS) from None
        yield _json_row(number, found, name)


def _json_row(number: int, found: Any, name: str) -> Raw:
    if not isinstance(found, dict):
        raise Usage(f"{name}: row {number} is no object.", hint=_SUCH_AS)
    cells = {str(key).strip().lower().replace("_", "-"): value for key, value in found.items()}
    if len(cells) > MOST_COLUMNS:
        raise Usage(
            f"{name}: row {number} has {len(cells)} keys, and {MOST_COLUMNS} are the most.",
            hint="leave out those that no step takes",
        )
    if not any(column in cells for column in _NAMES):
        raise Usage(f"{name}: row {number} has no “return”.", hint=_SUCH_AS)
    given = {key: value for key, value in cells.items() if value not in (None, "", [])}
    return _row(number, given, tuple(cells))


def _from_document(first: str, lines: Iterator[str], name: str) -> Iterator[Raw]:
    """A list of rows, or what `inbox --json` and `status --json` print: of that the names and the days alone."""
    text = first
    for line in lines:
        text += line
        if len(text) > _DOCUMENT_CHARACTERS:
            raise Usage(f"{name} is too large for one document.", hint="give JSON Lines: one row a line")
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Usage(
            f"{name} is not JSON ({error}).", hint="give a list of rows, or JSON Lines: one row a line"
        ) from None
    if isinstance(found, list):
        rows = (_json_row(number, one, name) for number, one in enumerate(found, 1))
    elif isinstance(found, dict) and isinstance(found.get("returns"), list):
        rows = (_listed(number, one, name) for number, one in enumerate(found["returns"], 1))
    else:
        raise Usage(f"{name} holds no rows.", hint="give a list, or what `returnctl inbox --json` prints")
    first_row = next(rows, None)
    if first_row is None:
        raise Usage(f"{name} holds no rows.", hint="each return is an entry of the list")
    yield first_row
    yield from rows


def _listed(number: int, one: Any, name: str) -> Raw:
    if not isinstance(one, dict) or not isinstance(one.get("return"), str):
        raise Usage(f"{name}: entry {number} has no “return”.", hint=_SUCH_AS)
    due = one.get("due") or one.get("deadline")
    return Raw(number, one["return"], {}, ("return",), due if isinstance(due, str) else None)


# -- bare numbers ----------------------------------------------------------------------------------------------------


def _bare(lines: Iterator[str]) -> Iterator[Raw]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield Raw(number, line.strip().strip('"'), {}, ("return",))


def _row(line: int, cells: Mapping[str, Any], columns: tuple[str, ...], fault: str | None = None) -> Raw:
    """The row's name and its other cells; an order and its line are one name."""
    rest = dict(cells)
    name = str(rest.pop("return", "") or rest.pop("order", "")).strip()
    rest.pop("order", None)
    if name and re.fullmatch(r"[#0-9 ]+", name) and "line" in rest:
        name = f"{name}/{str(rest.pop('line')).strip()}"
    return Raw(
        line,
        name,
        {column: value for column, value in rest.items() if column[:1] != "_"},
        tuple(column for column in columns if column and column[:1] != "_"),
        fault=fault or (None if name else "It names no return."),
    )
