"""The only room that prints. Results go to standard output, words for people to standard error.

No control character reaches the screen, wherever a text came from.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

if TYPE_CHECKING:
    from returnctl.errors import ReturnctlError
    from returnctl.result import Result


class Toned(NamedTuple):
    """A piece of text with a tone: `good`, `next`, `soon` or `bad`. The words beside it say the same."""

    text: str
    tone: str


class Line(NamedTuple):
    """A line, or a cell, of which some parts have a tone."""

    parts: Sequence[str | Toned]


class Table(NamedTuple):
    """Rows for people; the headers are lower-case words."""

    headers: Sequence[str]
    rows: Sequence[Sequence[object]]


_TONES: dict[str, dict[str, Any]] = {
    "good": {"fg": "green"},
    "next": {"bold": True},
    "soon": {"fg": "magenta"},  # yellow can't be read on a light screen
    "bad": {"fg": "red"},
}
#: A day no further away than this is soon.
_SOON_DAYS = 3
#: For a screen that knows few letters.
_PLAIN = str.maketrans(dict(zip("✓✗·→…–“”’™®", [*"+x.>", "...", *'-""\'', "(TM)", "(R)"], strict=True)))
_color: bool | None = None
_field: str | None = None


def configure(*, color: bool | None, field: str | None) -> None:
    """Colour on or off, None is on a terminal alone; the one value of a JSON document that is wanted, None is all."""
    global _color, _field
    _color, _field = color, field


def safe(text: str) -> str:
    """`text` without control, direction and zero-width characters; line breaks and tabs stay."""
    if text.isprintable() or text.replace("\n", " ").replace("\t", " ").isprintable():
        return text
    from returnctl.untrusted import clean_text

    return clean_text(text)


@functools.lru_cache(maxsize=1_000)  # a list of very many returns has few different ones
def days_left(days: int, ending: str = "") -> Toned | str:
    """How long it is until a day, in words: `3 days`, `today`, `1 day over`; toned where that is soon, or past."""
    if days < 0:
        return Toned(f"{-days} day{'s' if days < -1 else ''} over", "bad")
    words = "today" if days == 0 else f"{days} day{'s' if days > 1 else ''}{ending}"
    return Toned(words, "soon") if days <= _SOON_DAYS else words


def data(content: str | Line | Table) -> None:
    """A line of the result, or a table, to standard output."""
    text = (
        table(content, columns()) if isinstance(content, Table) else _on_screen(_toned(content), sys.stdout)
    )
    click.echo(_encodable(text, sys.stdout), color=_color)


def words(content: str | Table) -> None:
    """A line for the person, or a table, to standard error."""
    text = table(content, _columns(sys.stderr)) if isinstance(content, Table) else question(content)
    click.echo(_encodable(text, sys.stderr), err=True)


def question(text: str) -> str:
    """A question for the person as the screen behind standard error holds it."""
    return _on_screen(safe(text), sys.stderr)


def code(text: str) -> None:
    """A QR code for the person, to standard error: dark on light where colours say so, else light on dark."""
    from returnctl.capture import qr

    blocks = (getattr(sys.stderr, "encoding", None) or "").lower().replace("-", "") == "utf8"
    if not blocks:
        lines = qr.in_letters(text)
    elif _in_colour(sys.stderr):
        lines = [click.style(line, fg="black", bg="bright_white") for line in qr.in_blocks(text)]
    else:
        lines = qr.in_blocks(text, dark=False)
    for line in lines:
        click.echo(line, err=True, color=_color)


def _in_colour(stream: Any) -> bool:
    return stream.isatty() if _color is None else _color


def on_terminal() -> bool:
    """Whether standard error is a terminal that can rewrite its last line."""
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def status_line(text: str) -> None:
    """A line on standard error that the next one replaces; an empty one takes it away."""
    import shutil

    width = shutil.get_terminal_size().columns - 1
    shown = _encodable(safe(text).replace("\n", " "), sys.stderr)[:width]
    click.echo(f"\r{shown}\x1b[K", err=True, nl=False, color=True)


def words_over(text: str) -> None:
    """A line for the person that stays, where a status line was."""
    click.echo("\r\x1b[K", err=True, nl=False, color=True)
    words(text)


def document(content: Any) -> None:
    """One JSON document, or the one value that --field names, to standard output."""
    import msgspec

    if _field is not None:
        from returnctl import fields

        content = fields.pick(msgspec.to_builtins(content), _field)
        if not isinstance(content, (dict, list, tuple)):
            click.echo(_encodable(safe(fields.raw(content)), sys.stdout))
            return
    encoded = msgspec.json.format(msgspec.json.encode(content), indent=2)
    click.echo(_json(encoded.decode(), sys.stdout))


def raw(content: bytes) -> None:
    """Bytes as they are, to standard output."""
    click.echo(content, nl=False)


#: No screen is so narrow that a line of so few letters has to be broken.
_ALWAYS_FITS = 10
#: Words in a narrower one can't be read with ease.
_NARROWEST_COLUMN = 24
#: From so many rows on, tabulate's care for each cell takes longer than all the rest.
_LARGE = 500


def table(content: Table, within: int | None = None) -> str:
    """The table as text, in lines of at most `within`."""
    cells = _cells(content)
    if within is not None and _table_width(content.headers, cells) > within:
        return _squeezed(content.headers, cells, within)
    # Tabulate counts wide letters by a library whose tables take longer to load than a whole `status`.
    if len(cells) > _LARGE or not all(map(_is_narrow, (cell for row in cells for cell in row))):
        return _plain_table(list(content.headers), cells)
    from tabulate import tabulate

    return tabulate(
        cells,
        headers=list(content.headers),
        tablefmt="simple",
        disable_numparse=True,
    )


def fits(content: Table) -> bool:
    """Whether the screen is wide enough for the table; anything is that is no terminal."""
    within = columns()
    return within is None or _table_width(content.headers, _cells(content)) <= within


def _cells(content: Table) -> list[list[str]]:
    """The cells as text. What many rows share, as one object, is looked at once."""
    known: dict[int, str] = {}

    def text(cell: object) -> str:
        if isinstance(cell, str) and cell.isprintable():
            return cell
        if id(cell) not in known:
            known[id(cell)] = _cell(cell)
        return known[id(cell)]

    return [[text(cell) for cell in row] for row in content.rows]


def _table_width(headers: Sequence[str], cells: Sequence[Sequence[str]]) -> int:
    return sum(_column_widths(headers, cells, padding=2)) + 2 * (len(headers) - 1)


def _widest(text: str) -> int:
    return max(map(_seen_width, text.split("\n")))


def _squeezed(headers: Sequence[str], cells: list[list[str]], within: int) -> str:
    """Without the room beside the headers; else with the last column broken; else each row as a list of its own."""
    widths = _column_widths(headers, cells, padding=0)
    room = within - sum(widths[:-1]) - 2 * (len(widths) - 1)
    if room < widths[-1] and room < _NARROWEST_COLUMN:
        return _as_lists(headers, cells, within)
    rows: list[list[str]] = []
    for *others, last in cells:
        first, *more = _folded(last, room).split("\n")
        rows += [[*others, first], *([*[""] * len(others), line] for line in more)]
    return _plain_table(list(headers), rows, padding=0)


def _as_lists(headers: Sequence[str], cells: Sequence[Sequence[str]], within: int) -> str:
    """The first cell of each row as its title, beneath it what the others hold."""
    beside = max(map(len, headers[1:]), default=0)
    lines: list[str] = []
    for title, *others in cells:
        lines.append(title)
        lines += (
            f"  {name:{beside}}  {text}" for name, text in zip(headers[1:], others, strict=True) if text
        )
    return _folded("\n".join(lines), within)


def _is_narrow(cell: str) -> bool:
    return _seen_width(cell) == len(click.unstyle(cell))


def _column_widths(headers: Sequence[str], cells: Sequence[Sequence[str]], padding: int) -> list[int]:
    columns = zip(*cells, strict=True) if cells else ((),) * len(headers)
    return [
        max(len(header) + padding, *_seen_widths(column), 0)
        for header, column in zip(headers, columns, strict=True)
    ]


def _plain_table(headers: list[str], cells: list[list[str]], padding: int = 2) -> str:
    """A table as tabulate's `simple` draws it; `padding` is what a header has beside it at least."""
    widths = _column_widths(headers, cells, padding)
    columns = zip(headers, ["-" * width for width in widths], *cells, strict=True)
    padded = [
        [cell + " " * (width - seen) for cell, seen in zip(column, _seen_widths(column), strict=True)]
        for column, width in zip(columns, widths, strict=True)
    ]
    return "\n".join("  ".join(line).rstrip() for line in zip(*padded, strict=True))


def _seen_widths(column: Sequence[str]) -> Iterable[int]:
    text = "".join(column)
    return map(len if text.isascii() and text.isprintable() else _seen_width, column)


def _seen_width(cell: str) -> int:
    """The columns of a cell, without its colours."""
    return len(cell) if cell.isascii() and cell.isprintable() else _width_of_seen(cell)


@functools.lru_cache(maxsize=10_000)
def _width_of_seen(cell: str) -> int:
    """The same few words stand in most rows."""
    return width(click.unstyle(cell) if "\x1b" in cell else cell)


def result(found: Result, *, as_json: bool, quiet: bool) -> None:
    """Show a command's result: one JSON document, or lines for a person."""
    if as_json:
        document(found.document())
        return
    if not quiet:
        lines(found.for_people())


def lines(content: Iterable[str | Line | Table]) -> None:
    for part in content:
        data(part)


def width(text: str) -> int:
    """How many columns a text takes."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(
        0 if category(character) in ("Mn", "Me") else 2 if east_asian_width(character) in "WF" else 1
        for character in text
    )


def columns() -> int | None:
    """How wide the screen is that results go to; None where that is no terminal."""
    return _columns(sys.stdout)


def _columns(stream: Any) -> int | None:
    if stream is None or not stream.isatty():
        return None
    from shutil import get_terminal_size

    return get_terminal_size().columns


def _on_screen(text: str, stream: Any) -> str:
    """On a terminal no word is cut in two by its edge; a file or a pipe gets the lines as they are."""
    across = _columns(stream) if len(text) > _ALWAYS_FITS else None
    return text if across is None else _folded(text, across)


def _folded(text: str, across: int) -> str:
    if _widest(text) <= across:
        return text
    from returnctl.folding import fold

    return fold(text, across, _seen_width)


def error(problem: ReturnctlError, *, as_json: bool) -> None:
    """Say what went wrong: a line and its hint, or one JSON object; on standard error."""
    if as_json:
        import msgspec

        fault = {
            "code": problem.code,
            "exit": problem.exit,
            "message": safe(problem.message),
            "hint": safe(_sentence(problem.hint)) if problem.hint else None,
        }
        click.echo(_json(msgspec.json.encode({"error": fault}).decode(), sys.stderr), err=True)
        return
    words(f"returnctl: {problem.message}")
    if problem.hint:
        words(f"Hint: {_sentence(problem.hint)}")


def _json(text: str, stream: Any) -> str:
    """JSON without a character that a terminal obeys, and in ASCII where the stream is not UTF-8, by \\u escapes."""
    if text.isascii() and "\x7f" not in text:
        return text
    everywhere = (getattr(stream, "encoding", None) or "utf-8").lower().replace("_", "-") in ("utf-8", "utf8")
    return "".join(
        c if c == "\n" or (c.isprintable() and (everywhere or c.isascii())) else _escaped(c) for c in text
    )


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text[-1:] in ".!?:`)”" else ".")


def _toned(content: str | Toned | Line) -> str:
    if isinstance(content, Line):
        return "".join(map(_toned, content.parts))
    if isinstance(content, Toned):
        return click.style(safe(content.text), **_TONES[content.tone])
    return safe(content)


def _cell(value: object) -> str:
    """One line of text without tabs, which no column could be drawn around."""
    text = _toned(value) if isinstance(value, (Line, Toned)) else "" if value is None else safe(str(value))
    return text.replace("\n", " ").replace("\t", " ")


def _encodable(text: str, stream: Any) -> str:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        text = text.translate(_PLAIN)
        return text.encode("ascii", "backslashreplace").decode()
    return text
