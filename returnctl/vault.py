"""The system's keyring, by profile and service, and beside it a list of what lies there: names, never a secret.

The list spares most commands the import of `keyring`, and a keyring that asks a desktop which is not there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from returnctl.errors import AuthFailed, ReturnctlError
from returnctl.returns import files

#: A keyring that asks a desktop which is not there may hang for minutes.
PATIENCE_S = 3.0
LIST = "keyring.json"
_MAX_BYTES = 100_000

T = TypeVar("T")


class KeyringFailed(AuthFailed):
    """There is no keyring, it does not answer, or it will not do what it was asked.

    `may_open`: perhaps it only waits for a person to unlock it.
    """

    def __init__(self, message: str, *, may_open: bool = False) -> None:
        super().__init__(message)
        self.may_open = may_open
        self.say_way("keep the secret elsewhere: `returnctl help environment`")

    def say_way(self, instead: str) -> None:
        """Set the hint: `instead` is the way without a keyring."""
        self.hint = f"unlock it and run this again, or {instead}" if self.may_open else instead


def read(profile: str, service: str) -> str | None:
    """The secret, None where there is none. Raises KeyringFailed."""
    found: str | None = _patiently(lambda keyring: keyring.get_password(_name(profile), service))
    return found


def store(folder: Path, profile: str, service: str, secret: str) -> None:
    """Keep a secret, and note its name in `folder`. Raises KeyringFailed, also for one that keeps it in plain text."""

    def keep(keyring: Any) -> bool:
        _refuse_plaintext(keyring.get_keyring())
        keyring.set_password(_name(profile), service, secret)
        # One that is switched off takes everything and keeps nothing.
        return bool(keyring.get_password(_name(profile), service) == secret)

    if not _patiently(keep):
        raise KeyringFailed("The keyring took the secret and did not keep it.")
    _write(folder, profile, [*services(folder, profile), service])


def remove(folder: Path, profile: str, service: str) -> bool:
    """Forget a secret; whether there was one. Raises KeyringFailed where one that is listed can't be removed."""

    def drop(keyring: Any) -> bool:
        if keyring.get_password(_name(profile), service) is None:
            return False
        keyring.delete_password(_name(profile), service)
        return True

    listed = service in services(folder, profile)
    try:
        dropped = _patiently(drop)
    except KeyringFailed:
        if listed:
            raise
        return False
    if listed:
        _write(folder, profile, [name for name in services(folder, profile) if name != service])
    return dropped


def describe(profile: str) -> str:
    """What the keyring is called, once it has answered. Raises KeyringFailed."""

    def ask(keyring: Any) -> str:
        keyring.get_password(_name(profile), "marketplace")
        return str(keyring.get_keyring().name)

    return _patiently(ask)


def may_hold(folder: Path, profile: str, service: str) -> bool:
    """Whether the secret is listed, or the list can't be read."""
    listed = _read(folder)
    return listed is None or service in listed.get(profile, ())


def services(folder: Path, profile: str) -> list[str]:
    """What is listed for a profile."""
    return (_read(folder) or {}).get(profile, [])


def _read(folder: Path) -> dict[str, list[str]] | None:
    """The list; empty where nothing was ever stored, None where it is there and can't be read."""
    try:
        content = files.read_bytes(folder.resolve() / LIST, max_bytes=_MAX_BYTES)
        return msgspec.json.decode(content, type=dict[str, list[str]])
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (ReturnctlError, OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def _write(folder: Path, profile: str, services: list[str]) -> None:
    listed = (_read(folder) or {}) | {profile: sorted(set(services))}
    kept = {name: found for name, found in sorted(listed.items()) if found}
    # People keep their configuration elsewhere and put a link here.
    files.write_atomic(folder.resolve() / LIST, msgspec.json.encode(kept) + b"\n")


def _name(profile: str) -> str:
    return f"returnctl/{profile}"


def _refuse_plaintext(backend: Any) -> None:
    first = next(iter(getattr(backend, "backends", ())), backend)
    if "plaintext" in type(first).__name__.lower():
        raise KeyringFailed("The keyring of this machine would write the secret to a file in plain text.")


def _patiently(ask: Callable[[Any], T]) -> T:
    """What `ask` gets from the keyring. A thread that hangs for ever ends with the process."""
    answers: list[T] = []
    failures: list[Exception] = []

    def run() -> None:
        try:
            import keyring

            answers.append(ask(keyring))
        except Exception as error:  # noqa: BLE001 - each backend has exceptions of its own, and of its libraries
            failures.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(PATIENCE_S)
    if failures:
        raise _trouble(failures[0]) from None
    if not answers:
        raise KeyringFailed(f"The keyring did not answer within {PATIENCE_S:g} s.", may_open=True)
    return answers[0]


def _trouble(error: Exception) -> KeyringFailed:
    if isinstance(error, KeyringFailed):
        return error
    # What a backend says may quote what it was given: only the kind of its error is passed on.
    kind = type(error).__name__
    if kind == "NoKeyringError":
        return KeyringFailed("There is no keyring on this machine.")
    if kind == "KeyringLocked":
        return KeyringFailed("The keyring is locked.", may_open=True)
    return KeyringFailed(f"The keyring failed ({kind}).")
