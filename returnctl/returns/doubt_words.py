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
_NUMBERS = {"label": " NUMBER", "pickup": " CODE"}


def explained(doubt: Doubt, name: str) -> Iterator[str]:
    """What was sent, what is known, what comes next; `name` is the return's."""
    yield f"It was sent to {doubt.service}, and no answer came that says how it ended: done, or not."
    yield "Nothing more of this kind is bought or sent until that is known."
    yield f"What to do: `returnctl resolve {name}` {_looking(doubt)}."
    yield f"Does that not help, then {told(doubt, name)}."


def told(doubt: Doubt, name: str) -> str:
    """How a person finds out and says so."""
    step = doubt.covers.step
    number = (
        _NUMBERS.get(step, "") if "bought" in doubt.covers.items or "pickup" in doubt.covers.items else ""
    )
    return (
        f"look at {_PLACES.get(step, _CONVERSATION)}: `returnctl resolve {name} --happened{number}` if you see it "
        "there, `--did-not-happen` if it is not there some hours later"
    )


def _looking(doubt: Doubt) -> str:
    if doubt.key:
        return "sends the very same once more under its key, which changes nothing if it is done"
    return f"asks {doubt.service} whether it is there"
