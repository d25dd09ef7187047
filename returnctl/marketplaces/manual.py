"""No API at all: a private buyer speaks to the marketplace on its website, and returnctl prepares what to paste."""

from __future__ import annotations

from collections.abc import Sequence

from returnctl.errors import Refused
from returnctl.marketplaces.base import Can, Case, Limits, Message, NewCase, Order, RemoteTracking, Upload
from returnctl.returns.intents import Outcome, Prepared


class Manual:
    """Declares that it can do nothing, so that each step goes into the hand-over. Limits are the website's."""

    name = "manual"
    can: frozenset[Can] = frozenset()

    def identity(self) -> None:
        return None

    def limits(self) -> Limits:
        return Limits()

    def order(self, order: str) -> Order:
        raise _no_api()

    def invoice(self, order: str) -> bytes:
        raise _no_api()

    def cases(self, order: str) -> tuple[Case, ...]:
        return ()

    def case(self, case: str) -> Case:
        raise _no_api()

    def messages(self, case: str) -> tuple[Message, ...]:
        raise _no_api()

    def label(self, case: str) -> bytes:
        raise _no_api()

    def prepare_open(self, new: NewCase) -> Prepared:
        raise _no_api()

    def prepare_message(self, case: str, text: str, files: Sequence[Upload], marker: str) -> Prepared:
        raise _no_api()

    def prepare_label_request(self, case: str, why: str) -> Prepared:
        raise _no_api()

    def prepare_tracking(self, case: str, tracking: RemoteTracking) -> Prepared:
        raise _no_api()

    def send(self, prepared: Prepared) -> Outcome:
        raise _no_api()


def _no_api() -> Refused:
    return Refused(
        "The manual profile has no marketplace to ask.",
        hint="look on the marketplace's website; `returnctl handover` has the text and files to paste there",
    )
