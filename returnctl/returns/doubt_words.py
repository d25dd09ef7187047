"""What a doubt means, and what to do about it, in words for somebody who is tired and fears to pay twice."""

from __future__ import annotations

from collections.abc import Iterator

from returnctl.returns.state import Doubt

#: Where a person sees whether it happened: by step, else where messages are.
_PLACES = {
    "label": "the list of your shipments on the carrier's website",
    "pickup": "the list of your pickups on the carrier's website",
    "open": "the list of your returns on the marketplace's website",
}
_CONVERSATION = "the conversation on the marketplace's website"


def explained(doubt: Doubt, name: str) -> Iterator[str]:
    """What was sent, what is known, what comes next, line by line; `name` is the return's."""
    yield f"It was sent to {doubt.service}, and no answer says how it ended: done, or not."
    yield "Until that is known, nothing more of this kind is bought or sent."
    yield f"1. `returnctl resolve {name}` {_looking(doubt)}."
    yield f"2. If that does not help, look at {_place(doubt)}."
    yield f"   It is there: `returnctl resolve {name} --happened{_number(doubt)}`"
    yield f"   It is not, some hours later: `returnctl resolve {name} --did-not-happen`"


def told(doubt: Doubt, name: str) -> str:
    """How a person finds out and says so, in one line."""
    return (
        f"look at {_place(doubt)}: `returnctl resolve {name} --happened{_number(doubt)}` if it is there, "
        "`--did-not-happen` if it is not some hours later"
    )


def _place(doubt: Doubt) -> str:
    return _PLACES.get(doubt.covers.step, _CONVERSATION)


def _number(doubt: Doubt) -> str:
    """What a person finds there that is worth giving."""
    items = doubt.covers.items
    return " NUMBER" if "bought" in items else " CODE" if "pickup" in items else ""


def _looking(doubt: Doubt) -> str:
    if doubt.key:
        return "sends the same once more under its key: if it is done, that changes nothing"
    return f"asks {doubt.service} whether it is there"
