"""How a help page is set: for the screen that there is, and so that what it names can be copied."""

from __future__ import annotations

import re
from collections.abc import Iterable

import click

HARD_SPACE, _HARD_HYPHEN = "\N{NO-BREAK SPACE}", "\N{NON-BREAKING HYPHEN}"

#: Click makes no page narrower than the first, however narrow the screen is.
_CLICKS_LEAST, _LEAST = 50, 30
_SHORT_NAME = 16


class Formatter(click.HelpFormatter):
    """Breaks no line at a hyphen or within a command: `in-transit` and `--no-input` are words to copy."""

    def __init__(
        self, indent_increment: int = 2, width: int | None = None, max_width: int | None = None
    ) -> None:
        super().__init__(indent_increment, width, max_width)
        if width is None and self.width == _CLICKS_LEAST:
            from shutil import get_terminal_size

            self.width = max(get_terminal_size().columns - 2, _LEAST)

    def write_heading(self, heading: str) -> None:
        whole = f"{'':{self.current_indent}}{heading}:"
        if len(whole) > self.width:
            from returnctl.folding import fold

            whole = fold(whole, self.width, len)
        self.write(f"{whole}\n")

    def write_text(self, text: str) -> None:
        whole = re.sub("`[^`]+`", lambda command: command[0].replace(" ", HARD_SPACE), text)
        super().write_text(whole.replace("-", _HARD_HYPHEN))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        rows = list(rows)
        if self.width < _CLICKS_LEAST:  # a long name gets a line of its own, and its words get the room
            col_max = _SHORT_NAME if max(len(name) for name, _ in rows) <= _SHORT_NAME else _SHORT_NAME // 2
        unbroken = [(name, words.replace("-", _HARD_HYPHEN)) for name, words in rows]
        super().write_dl(unbroken, col_max, col_spacing)

    def getvalue(self) -> str:
        return super().getvalue().replace(_HARD_HYPHEN, "-").replace(HARD_SPACE, " ")
