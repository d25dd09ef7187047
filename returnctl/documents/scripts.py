"""Text as a page shows it: joined Arabic letters, right-to-left runs in their visual order.

ReportLab places glyphs from left to right and one for each character. Arabic letters therefore take their
presentation forms (Unicode chapter 9.2), and each line is put into visual order (the implicit rules of
UAX #9; explicit embeddings and overrides are removed, as they have no place in a name).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_LAM = "\u0644"
_UNPRINTABLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def clean(text: str) -> str:
    """`text` on one line: composed (NFC), without control, format and unassigned characters."""
    spaced = re.sub(r"\s", " ", text)
    kept = "".join(c for c in spaced if unicodedata.category(c) not in _UNPRINTABLE)
    return unicodedata.normalize("NFC", re.sub(" +", " ", kept)).strip()


def shape(text: str) -> str:
    """Arabic letters as the presentation forms that their neighbours ask for; other text as it is.

    Vowel points of Arabic and Hebrew are left out, as nobody needs them to read a name and as they would
    have to be placed by the font's own rules.
    """
    if not any("\u0590" <= c <= "\u06ff" for c in text):
        return text
    bare = "".join(c for c in text if not ("\u0590" <= c <= "\u06ff" and unicodedata.category(c) == "Mn"))
    letters = _ligate(bare)
    return "".join(_form(letters, i) for i in range(len(letters)))


def visual(line: str) -> str:
    """One line in the order in which its glyphs stand on paper, from left to right."""
    kinds = [unicodedata.bidirectional(c) for c in line]
    if not any(kind in ("R", "AL", "AN") for kind in kinds):
        return line
    base = int(is_right_to_left(line))
    levels = _levels(_directions(kinds, base), base)
    mirrored = [_mirror(c) if level % 2 else c for c, level in zip(line, levels, strict=True)]
    return "".join(mirrored[i] for i in _order(levels))


def is_right_to_left(text: str) -> bool:
    """Whether the first letter that has a direction is of a script that runs to the left (rules P2, P3)."""
    strong = (kind for kind in map(unicodedata.bidirectional, text) if kind in ("L", "R", "AL"))
    return next(strong, "L") != "L"


@cache
def _forms() -> dict[str, dict[str, str]]:
    """Letter (or lam with alef) to its presentation forms by position, as Unicode's own data has them."""
    forms: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFC00), *range(0xFE80, 0xFEFD)):
        position, *letters = unicodedata.decomposition(chr(code)).split() or [""]
        if position in ("<isolated>", "<final>", "<initial>", "<medial>"):
            letter = "".join(chr(int(c, 16)) for c in letters)
            forms.setdefault(letter, {})[position.strip("<>")] = chr(code)
    return forms


def _ligate(text: str) -> list[str]:
    """The characters of `text`, lam and a following alef taken as one."""
    letters: list[str] = []
    for c in text:
        if letters and letters[-1] == _LAM and _LAM + c in _forms():
            letters[-1] += c
        else:
            letters.append(c)
    return letters


def _form(letters: list[str], i: int) -> str:
    forms = _forms().get(letters[i])
    if not forms:
        return letters[i]
    joins_before = "final" in forms and i > 0 and _reaches_on(letters[i - 1])
    joins_after = _reaches_on(letters[i]) and i + 1 < len(letters) and _reaches_back(letters[i + 1])
    position = ("isolated", "initial", "final", "medial")[joins_before * 2 + joins_after]
    return forms.get(position, letters[i])


def _reaches_on(letter: str) -> bool:
    return letter == "\u0640" or "initial" in _forms().get(letter, {})


def _reaches_back(letter: str) -> bool:
    return letter == "\u0640" or "final" in _forms().get(letter, {})


def _directions(kinds: list[str], base: int) -> list[str]:
    """Each character's resolved direction: L, R, EN, AN, or N for a neutral (rules W1 to W7)."""
    resolved: list[str] = []
    strong = "R" if base else "L"
    for i, kind in enumerate(kinds):
        if kind == "NSM":
            kind = resolved[-1] if resolved else "N"
        elif kind in ("L", "R", "AL"):
            strong = kind
            kind = "R" if kind == "AL" else kind
        elif kind == "EN":
            kind = {"AL": "AN", "L": "L"}.get(strong, "EN")
        elif kind in ("ES", "CS", "ET") and 0 < i < len(kinds) - 1 and kinds[i - 1] == kinds[i + 1] == "EN":
            kind = resolved[-1]
        elif kind != "AN":
            kind = "N"
        resolved.append(kind)
    return resolved


def _levels(directions: list[str], base: int) -> list[int]:
    """Embedding levels (rules N1, N2, I1, I2)."""
    sides = ["L" if d == "L" else "N" if d == "N" else "R" for d in directions]
    around = "R" if base else "L"
    levels: list[int] = []
    for i, direction in enumerate(directions):
        side = sides[i]
        if side == "N":
            before = next((s for s in reversed(sides[:i]) if s != "N"), around)
            after = next((s for s in sides[i:] if s != "N"), around)
            side = before if before == after else around
        if direction in ("EN", "AN"):
            levels.append(2)
        elif side == "R":
            levels.append(1)
        else:
            levels.append(base * 2)
    return levels


def _order(levels: list[int]) -> list[int]:
    """Positions in visual order: from the highest level down, every run at or above it is turned (L2)."""
    order = list(range(len(levels)))
    for level in range(max(levels), 0, -1):
        start = 0
        while start < len(order):
            if levels[order[start]] < level:
                start += 1
                continue
            end = start
            while end < len(order) and levels[order[end]] >= level:
                end += 1
            order[start:end] = reversed(order[start:end])
            start = end
    return order


def _mirror(c: str) -> str:
    pairs = "()[]{}<>«»"
    at = pairs.find(c)
    return pairs[at ^ 1] if at >= 0 else c
