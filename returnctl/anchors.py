"""The anchor: the beginning of the hash that stands for the record's whole chain, told to the seller in each message.

It then lies where we can't change it. A record that is written anew from its first event on, every hash made to fit,
has none of the hashes that the seller was told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from returnctl.errors import Usage
from returnctl.returns.held import Return
from returnctl.returns.record import ANCHOR_LENGTH

_WORDS = "Evidence anchor: "
_ANCHOR = re.compile(rf"{_WORDS}([0-9a-f]{{{ANCHOR_LENGTH}}})(?![0-9a-f])")
_LINE = re.compile(rf"\n*^{_WORDS}[0-9a-f]{{{ANCHOR_LENGTH}}}$", re.MULTILINE)
_GIVEN = re.compile(rf"[0-9a-f]{{{ANCHOR_LENGTH},64}}")


def line(held: Return) -> str:
    """The line for a message: it vouches for everything that was recorded up to now."""
    return f"{_WORDS}{held.record.anchor}"


def without(text: str) -> str:
    """A message as it was meant, without the line of its anchor."""
    return _LINE.sub("", text)


def newest_only(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """Texts that become one message, without their anchors; and the line of the last one, which vouches for all."""
    found = [match for text in texts for match in _ANCHOR.findall(text)]
    return [without(text) for text in texts], [f"{_WORDS}{anchor}" for anchor in found[-1:]]


def told_in(content: bytes) -> str | None:
    """The anchor in the bytes of a message; None where it has none."""
    found = re.search(_ANCHOR.pattern.encode(), content)
    return found[1].decode() if found else None


def parse(given: str) -> str:
    """An anchor as a person types it. Raises Usage for anything else; the whole hash is taken too."""
    text = re.sub(r"[\s-]", "", given).lower()
    if not _GIVEN.fullmatch(text):
        raise Usage(
            f"“{given[:70]}” is not an anchor.",
            hint=f"{ANCHOR_LENGTH} digits and letters a to f, from a message to the seller",
        )
    return text
