"""What every carrier can be asked: for each verb a pure build and a pure parse."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar, Protocol

import msgspec

from returnctl.carriers.base import (
    Account,
    Can,
    Credentials,
    Label,
    LabelFormat,
    LabelOrder,
    Near,
    Parcel,
    Pickup,
    PickupOffer,
    PickupOrder,
    Place,
    Quote,
    Slot,
    Token,
    Voided,
)
from returnctl.carriers.messages import content, token_of
from returnctl.http import Answer, Request


class Carrier(Protocol):
    """One carrier's dialect.

    `base` is the address that the paths stand behind. Every `parse_…` raises what the answer means where it
    is no success (`http.raise_for_status`), and Unavailable where it can't be understood. A `build_…` raises
    Usage for what the carrier can't take, and gives None where the carrier has no such call. No request holds
    a secret but the one of `build_token`.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    can: ClassVar[frozenset[Can]]
    hosts: ClassVar[Mapping[str, str]]
    payment_header: ClassVar[str] = ""

    def headers(self, method: str, url: str, body: bytes) -> dict[str, str]:
        """What all of the carrier's APIs want beside a token; the same for the same request."""
        return {}

    def request(
        self,
        method: str,
        url: str,
        summary: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        reads: bool = False,
    ) -> Request:
        """A request, its body as JSON; the same arguments give the same bytes."""
        content = b"" if body is None else msgspec.json.encode(body)
        kind = {"Content-Type": "application/json"} if content else {}
        return Request(
            method=method,
            url=url,
            service=self.name,
            headers={**kind, **self.headers(method, url, content), **(headers or {})},
            body=content,
            summary=summary,
            reads=reads,
        )

    def build_token(self, base: str, credentials: Credentials) -> tuple[Request, str | None]:
        """The request for an OAuth token and its Authorization header, where it has one."""
        ...

    def parse_token(self, answer: Answer) -> Token:
        return token_of(answer, content(answer, self.parse_error))

    def parse_error(self, answer: Answer) -> tuple[str, str] | None:
        """The carrier's own code and words, None where the answer has none."""
        ...

    def build_payment(self, base: str, request: Request, account: Account) -> Request | None:
        """Asks for the further token that `request` needs in `payment_header`, because it costs money."""
        return None

    def parse_payment(self, answer: Answer) -> Token:
        raise AssertionError("only asked where build_payment gave a request")

    def build_track(self, base: str, number: str) -> Request: ...

    def parse_track(self, answer: Answer, number: str) -> Parcel: ...

    def build_points(self, base: str, near: Near, *, radius_km: float = 25, limit: int = 10) -> Request: ...

    def parse_points(self, answer: Answer, today: datetime) -> tuple[Place, ...]: ...

    def build_quote(self, base: str, order: LabelOrder, account: Account) -> Request: ...

    def parse_quote(self, answer: Answer) -> tuple[Quote, ...]: ...

    def build_label(self, base: str, order: LabelOrder, account: Account) -> Request: ...

    def parse_label(self, answer: Answer) -> Label: ...

    def build_label_file(self, base: str, label: Label, form: LabelFormat) -> Request | None:
        """Asks for a bought label in a form that buying it does not give."""
        return None

    def parse_label_file(self, answer: Answer) -> tuple[str, bytes]:
        """Its media (`pdf`) and its bytes."""
        raise AssertionError("only asked where build_label_file gave a request")

    def build_find_label(
        self, base: str, reference: str, account: Account, since: date, until: date
    ) -> Request | None:
        """Looks for labels with our reference, shipped between the two days."""
        return None

    def parse_find_label(self, answer: Answer) -> tuple[str, ...]:
        """The tracking numbers found. None found does not prove that none was bought."""
        raise AssertionError("only asked where build_find_label gave a request")

    def build_void(self, base: str, label: Label, account: Account) -> Request: ...

    def parse_void(self, answer: Answer) -> Voided: ...

    def build_pickup_offer(self, base: str, order: PickupOrder, account: Account) -> Request | None:
        """Asks whether the carrier comes on that day, before anything is booked."""
        return None

    def parse_pickup_offer(self, answer: Answer, day: date) -> PickupOffer:
        raise AssertionError("only asked where build_pickup_offer gave a request")

    def build_pickup(self, base: str, order: PickupOrder, account: Account) -> Request: ...

    def parse_pickup(self, answer: Answer, asked: Slot) -> Pickup: ...

    def build_pickup_state(self, base: str, pickup: Pickup) -> Request | None:
        """Reads a booked pickup again, where cancelling needs its newest state."""
        return None

    def parse_pickup_state(self, answer: Answer, pickup: Pickup) -> Pickup:
        raise AssertionError("only asked where build_pickup_state gave a request")

    def build_cancel_pickup(self, base: str, pickup: Pickup, account: Account) -> Request: ...

    def parse_cancel_pickup(self, answer: Answer) -> None: ...
