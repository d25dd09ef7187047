"""The only room that prints. Results go to standard output, words for people to standard error.

No control character reaches the screen, wherever a text came from.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

if TYPE_CHECKING:
    from returnctl.errors import ReturnctlError
    from returnctl.result import Result


class Table(NamedTuple):
    """Rows for people; the headers are lower-case words."""

    headers: Sequence[str]
    rows: Sequence[Sequence[object]]


def safe(text: str) -> str:
    """`text` without control, direction and zero-width characters; line breaks and tabs stay."""
    if text.replace("\n", " ").replace("\t", " ").isprintable():
        return text
    from returnctl.untrusted import clean_text

    return clean_text(text)


def when(moment: str) -> str:
    """A time of the record for people: `2026-11-24 21:42`; a date stays as it is."""
    day, _, clock = moment.partition("T")
    return f"{day} {clock[:5]}" if clock else day


def data(text: str) -> None:
    """A line of the result, to standard output."""
    click.echo(_encodable(safe(text), sys.stdout))


def words(text: str) -> None:
    """A line for the person, to standard error."""
    click.echo(_encodable(safe(text), sys.stderr), err=True)


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
        click.echo(line, err=True)


def _in_colour(stream: Any) -> bool:
    context = click.get_current_context(silent=True)
    chosen = context.color if context else None
    return stream.isatty() if chosen is None else chosen


def document(content: Any) -> None:
    """One JSON document, to standard output."""
    import msgspec

    encoded = msgspec.json.format(msgspec.json.encode(content), indent=2)
    click.echo(_json(encoded.decode(), sys.stdout))


def raw(content: bytes) -> None:
    """Bytes as they are, to standard output."""
    click.echo(content, nl=False)


def table(content: Table) -> str:
    from tabulate import tabulate

    return tabulate(
        [[_cell(cell) for cell in row] for row in content.rows],
        headers=list(content.headers),
        tablefmt="simple",
        disable_numparse=True,
    )


def result(found: Result, *, as_json: bool, quiet: bool) -> None:
    """Show a command's result: one JSON document, or lines for a person."""
    if as_json:
        document(found.document())
        return
    if not quiet:
        lines(found.for_people())


def lines(content: Iterable[str | Table]) -> None:
    for part in content:
        data(table(part) if isinstance(part, Table) else part)


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


def _cell(value: object) -> str:
    return "" if value is None else safe(str(value)).replace("\n", " ")


def _encodable(text: str, stream: Any) -> str:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return text.encode("ascii", "backslashreplace").decode()
    return text
