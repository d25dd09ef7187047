"""Keyrings as people have them: one that works, and those that do not."""

from __future__ import annotations

import threading

from keyring.backend import KeyringBackend


class Memory(KeyringBackend):
    """Works, and is gone with the test."""

    priority = 1  # type: ignore[assignment]  # keyring's own is a property of the class
    name = "Memory"

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class Forgetting(Memory):
    """Switched off: takes everything, keeps nothing."""

    name = "Forgetting"

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class PlaintextKeyring(Memory):
    """Would write it to a file for all to read."""


class Hanging(Memory):
    """Waits for a desktop that is not there, until the test is over."""

    def __init__(self) -> None:
        super().__init__()
        self.over = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.over.wait(30)
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        self.over.wait(30)
