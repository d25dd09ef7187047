"""Long lines for a screen: broken between words, and each part beneath the text that it belongs to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

#: What is to be copied stays whole: a command, a path up to its line's end, text to paste (indented by four).
_WHOLE = re.compile(r"Next: |returnctl |\s{4}")
_UNIT = re.compile(r"(?<=: )(?:[/~]|[A-Za-z]:\\).*$|(?:`[^`]*`|[^ `]|`)+")
_MARK = re.compile(r" *(?:(?:[-–·]|\d+\.|\[ \]) )?")
_NARROWEST = 20


def fold(text: str, columns: int, width: Callable[[str], int]) -> str:
    """`text` in lines of at most `columns`, as `width` measures; longer only where it may not be broken."""
    return "\n".join(part for line in text.split("\n") for part in _folded(line, columns, width))


def _folded(line: str, columns: int, width: Callable[[str], int]) -> Iterator[str]:
    if columns < _NARROWEST or width(line) <= columns or _WHOLE.match(line):
        yield line
        return
    mark = _MARK.match(line)
    begun = mark[0] if mark else ""
    # A line of columns goes on a little further in than the next one begins.
    beneath = " " * (len(begun) + (2 if "  " in line[len(begun) :] else 0))
    shown, at = begun, len(begun)
    for unit in _UNIT.finditer(line, len(begun)):
        longer = shown + line[at : unit.start()] + unit[0]
        if shown.strip() and shown != begun and width(longer) > columns:
            yield shown
            longer = beneath + unit[0]
        shown, at = longer, unit.end()
    yield shown
