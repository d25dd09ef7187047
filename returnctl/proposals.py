"""Numbers that somebody wrote into a conversation, offered to whoever reads it: IMEIs and tracking numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from returnctl.carriers import CODES, tracking_number
from returnctl.evidence.imei import is_imei
from returnctl.received import Mirror, Said

# Numbers in one piece, and as people group them.
_DIGITS = re.compile(r"(?<![0-9])[0-9](?:[ .-]?[0-9]){13,14}(?![0-9])")
_NUMBERS = (
    re.compile(r"\b[A-Z0-9]{10,34}\b", re.IGNORECASE),
    re.compile(r"\b(?:1Z|[0-9]{2,5})(?:[ -][A-Z0-9]{2,5}){2,9}\b", re.IGNORECASE),
)


class Proposal(Struct, frozen=True, kw_only=True):
    """A number that somebody wrote: `kind` is `imei` or `tracking-number`."""

    kind: str
    value: str
    message: str
    author: str
    carrier: str | None = None
    matches_order: bool | None = None


def imeis(text: str) -> list[str]:
    """The IMEIs in a text, as their 15 digits."""
    found = (re.sub(r"[ .-]", "", match) for match in _DIGITS.findall(text))
    return list(dict.fromkeys(digits for digits in found if is_imei(digits)))


def found_in(mirror: Mirror, known: Iterable[str]) -> tuple[Proposal, ...]:
    """The numbers in the conversation that are worth a look; `known` are the order's IMEIs."""
    expected = set(known)
    found: dict[str, Proposal] = {}
    for said in mirror.messages:
        if said.author == "seller":
            continue
        numbers = imeis(said.text)
        for imei in numbers:
            matches = imei in expected if expected else None
            proposal = _proposal(said, "imei", imei, matches_order=matches)
            found.setdefault(imei, proposal)
        for number, carrier in _tracking_numbers(said.text):
            if number not in numbers:
                found.setdefault(number, _proposal(said, "tracking-number", number, carrier=carrier))
    return tuple(found.values())


def _tracking_numbers(text: str) -> Iterator[tuple[str, str]]:
    """Numbers of a carrier that we know, whose check digit is right."""
    for words in (match.split() for form in _NUMBERS for match in form.findall(text)):
        # A group of digits may be followed by a word as short as one of them.
        for end in range(len(words), 0, -1):
            found = tracking_number.recognition("".join(words[:end]))
            if found.carrier in CODES and found.check == "right":
                yield found.number, found.carrier
                break


def _proposal(
    said: Said,
    kind: str,
    value: str,
    *,
    carrier: str | None = None,
    matches_order: bool | None = None,
) -> Proposal:
    return Proposal(
        kind=kind,
        value=value,
        message=said.message,
        author=said.author,
        carrier=carrier,
        matches_order=matches_order,
    )
