"""Long lines for a screen: broken between words, and each part beneath the text that it belongs to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

#: What is to be copied stays whole: a command, a path up to its line's end, text to paste (indented by four).
_WHOLE = re.compile(r"Next: |ready |returnctl |\s{4}")
_UNIT = re.compile(r"(?<=: )(?:[/~]|[A-Za-z]:\\).*$|(?:`[^`]*`|[^ `]|`)+")
_MARK = re.compile(r" *(?:(?:[-–·]|\d+\.|\[ \]) )?")
_WORD = re.compile(r"\S+")
_COLUMN = re.compile(r"\S+(?: \S+)*  +")
_NARROWEST = 20
_ROOM = 16


def fold(text: str, columns: int, width: Callable[[str], int], *, whole: bool = True) -> str:
    """`text` in lines of at most `columns`, as `width` measures.

    A word that no line can hold is longer; so is a command with `whole`, for it may be copied.
    """
    return "\n".join(part for line in text.split("\n") for part in _folded(line, columns, width, whole))


def _folded(line: str, columns: int, width: Callable[[str], int], whole: bool) -> Iterator[str]:
    if columns < _NARROWEST or width(line) <= columns or _WHOLE.match(line):
        yield line
        return
    begun, beneath = _edge(line, columns, width)
    shown, at = line[:begun], begun
    for start, end in _units(line, begun, lambda unit: whole or beneath + width(unit) <= columns):
        unit = line[start:end]
        longer = shown + line[at:start] + unit
        if len(shown) > begun and width(longer) > columns:
            yield shown
            room = columns - width(unit)
            longer = " " * (beneath if beneath <= room else min(begun + 2, max(room, 0))) + unit
        shown, at = longer, end
    yield shown


def _units(line: str, begun: int, stays: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """Where each word, command or path begins and ends."""
    for unit in _UNIT.finditer(line, begun):
        if stays(unit[0]):
            yield unit.span()
        else:
            yield from (word.span() for word in _WORD.finditer(line, *unit.span()))


def _edge(line: str, columns: int, width: Callable[[str], int]) -> tuple[int, int]:
    """Where the line's words begin, and how far in those beneath them do."""
    mark = _MARK.match(line)
    begun = mark.end() if mark else 0
    column = _COLUMN.match(line, begun)
    if not column:
        return begun, begun
    # Beneath the second column, or where that is too far to the right, a little further in than the next line.
    second = width(line[: column.end()])
    return begun, second if columns - second >= _ROOM else begun + 2
