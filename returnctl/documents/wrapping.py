"""Lines of a given width, in whatever a line is measured."""

from __future__ import annotations

from collections.abc import Callable

Measure = Callable[[str], float]
"""How wide one character is."""

_ELLIPSIS = "…"
_HANGING = "、。，．）」』！？"


def break_lines(
    text: str, width: float, measure: Measure, *, lines: int | None = None, hang: bool = False
) -> list[str]:
    """`text` in lines of at most `width`; with `lines`, what does not fit into them ends in an ellipsis.

    Words are kept whole where a line can hold them; one that is no command may break at its hyphen. Chinese and
    Japanese break between any two characters; with `hang`, their full stop may stand beyond the end of a line,
    rather than at the start of the next.
    """
    beyond = _HANGING if hang else ""
    broken: list[str] = []
    rest = text.strip()
    while rest:
        if lines is not None and len(broken) == lines - 1:
            broken.append(_shorten(rest, width, measure))
            break
        cut = _fitting(rest, width, measure, beyond)
        broken.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return broken


def _fitting(text: str, width: float, measure: Measure, beyond: str) -> int:
    """How many characters of `text` go on a line: up to the last place where it may break."""
    used = 0.0
    breakable = 0
    in_code = in_option = False
    for i, c in enumerate(text):
        in_code ^= c == "`"
        if c == "-" and (i == 0 or text[i - 1] in " `"):
            in_option = True
        in_option &= c not in " `"
        if c == " " or _is_ideograph(c):
            breakable = i
        before, used = used, used + measure(c)
        hangs = c == " " or (c in beyond and before <= width)
        if used > width and not hangs:
            return breakable or max(i, 1)
        if (c == "-" and not (in_code or in_option)) or _is_ideograph(c):
            breakable = i + 1
    return len(text)


def _is_ideograph(c: str) -> bool:
    return "\u3040" <= c <= "\u30ff" or "\u3400" <= c <= "\u9fff"


def _shorten(text: str, width: float, measure: Measure) -> str:
    used = 0.0
    kept = 0
    for i, c in enumerate(text):
        used += measure(c)
        if used > width:
            return text[:kept].rstrip() + _ELLIPSIS
        if used <= width - measure(_ELLIPSIS):
            kept = i + 1
    return text
