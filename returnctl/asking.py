"""Asking the buyer, from the seller's desk, for what is missing or was not good enough: in one message, once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from returnctl import conversation
from returnctl.adoption import CODE_LENGTH
from returnctl.app import App
from returnctl.conversation import Saying, Told
from returnctl.digest import hex_of
from returnctl.errors import Pending, Refused, Usage
from returnctl.result import Result
from returnctl.returns.held import Return

if TYPE_CHECKING:
    from returnctl.evidence.judge import Judgement

#: Under which the message is recorded: it is one like those of `message`.
STEP = "message"


@contextlib.contextmanager
def instead(
    app: App,
    held: Return,
    wanted: bool,
    words: Callable[[], Sequence[str]],
    make: Callable[[], Result] | None = None,
) -> Iterator[None]:
    """With `wanted` (--ask), what this block finds fault with is said to the buyer; then it is Pending.

    `words` are the lines of the message, empty where the fault is not the buyer's to mend; `make` gives the step's
    result where the fault has none. Raises Usage for a buyer's return.
    """
    if wanted and held.state.role != "seller":
        raise Usage("--ask is for the seller's staff.", hint="`returnctl message` asks the seller")
    try:
        yield
    except (Refused, Pending) as error:
        lines = words() if wanted else ()
        if not lines:
            raise
        told = say(app, held, "\n".join(lines))
        result: Result | None = error.result or (make() if make else None)
        if result is not None:
            result.sent, result.would = told.sent, told.would
        said = "would be asked for it" if told.would else "was asked for it"
        raise Pending(
            f"The buyer {said}{'' if told.sent or told.would else ' before'}.",
            hint=f"`returnctl pull {held.name}` fetches the answer; --again asks once more",
            result=result,
        ) from None


def say(app: App, held: Return, text: str) -> Told:
    """Post the text, unless the same was posted before."""
    code = hex_of(text.encode())[:CODE_LENGTH]
    if code in held.state.sent.get(STEP, {}) and not app.options.again:
        return Told()
    return conversation.tell(app, held, Saying(step=STEP, text=text, items={code: "posted"}, code=code))


def retake_words(
    order: str, judged: Iterable[Judgement], accepted: Collection[str], missing: Iterable[str]
) -> list[str]:
    """Which pictures to take again, and why, and which to take at all; empty where there are none."""
    wishes = [
        f"- {one.view}: please take it again. {_fault(one)}" for one in judged if not one.passes(accepted)
    ]
    wishes += (f"- {view}: this view is missing." for view in missing)
    if not wishes:
        return []
    return [
        f"About the photos of order {order}:",
        *wishes,
        "Take each picture close, straight and in daylight, and attach it to this conversation.",
    ]


def _fault(judgement: Judgement) -> str:
    return next(problem.message for problem in judgement.problems if problem.severity == "reject")
