"""A marketplace in memory, and as much of an App as speaking to it takes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, cast

from returnctl.app import App, Options
from returnctl.marketplaces.base import Attachment, Case, Limits, Marketplace, Message, RemoteTracking, Upload
from returnctl.returns.held import Return
from returnctl.returns.intents import Outcome, Prepared
from returnctl.returns.state import State
from returnctl.settings import Profile
from tests.returns.service import Service, prepared

SHA = "a" * 64


def case(**values: Any) -> Case:
    common: dict[str, Any] = {"case": "R-1", "order": "10000001", "line": "1", "open": True}
    return Case(**common | values)


def message(text: str, *names: str, author: str = "buyer", sha256: str = SHA) -> Message:
    attachments = tuple(
        Attachment(attachment=f"A-{number}", name=name, sha256=sha256, bytes=1)
        for number, name in enumerate(names)
    )
    return Message(
        message="M-1", at="2026-11-23T12:00:00Z", author=author, text=text, attachments=attachments
    )


class Shop:
    """Answers as its `service` does; takes three files a message."""

    name = "fake"
    bytes_per_file = 3_000_000

    def __init__(self, *messages: Message, **values: Any) -> None:
        self.service = Service()
        self.found = case(**values)
        self.said = messages

    def limits(self) -> Limits:
        return Limits(files=3, bytes_per_file=self.bytes_per_file)

    def case(self, case: str) -> Case:
        assert case == self.found.case
        return self.found

    def messages(self, case: str) -> tuple[Message, ...]:
        assert case == self.found.case
        return self.said

    def prepare_message(self, case: str, text: str, files: Sequence[Upload], marker: str) -> Prepared:
        assert case == self.found.case
        names = "".join(f"\n<{file.name}>" for file in files)
        return prepared((text + names).encode(), str(uuid.uuid4()), marker)

    def prepare_tracking(self, case: str, tracking: RemoteTracking) -> Prepared:
        raise AssertionError("nobody asked for it")

    def send(self, prepared: Prepared) -> Outcome:
        return self.service.send(prepared)

    @property
    def received(self) -> list[str]:
        return [body.decode() for body in self.service.effects]

    def as_marketplace(self) -> Marketplace:
        return cast(Marketplace, self)


class _App:
    def __init__(self, shop: Shop, options: Options, kind: str) -> None:
        self.options = options
        self.words: list[str] = []
        self._shop = shop
        self._profile = Profile(name="test", marketplace=kind)

    def say(self, text: str) -> None:
        self.words.append(text)

    warn = say

    def profile_of(self, _: State) -> Profile:
        return self._profile

    def marketplace(self, _: Profile) -> Shop:
        return self._shop

    def marketplace_of(self, _: Return) -> Shop:
        return self._shop


def app(shop: Shop, kind: str = "returns-api", **options: Any) -> App:
    """What steps hand to the rooms below them; with `kind="manual"` there is no API."""
    return cast(App, _App(shop, Options(**options), kind))
