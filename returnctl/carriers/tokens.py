"""OAuth tokens, kept between commands: carriers answer 429 to those who ask for a new one each time."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from returnctl.carriers.base import Token
from returnctl.forms import ready

EARLY_S = 60


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    value: str
    until: float


class Tokens:
    """Tokens by key (carrier, environment, client). With a folder they outlive the process, mode 0600.

    A cache that can't be read or written is no error: the token is asked for again.
    """

    def __init__(self, folder: Path | None, *, now: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._now = now
        self._held: dict[str, _Kept] = {}

    def get(self, *key: str) -> str | None:
        """The token, unless it ends within a minute."""
        name = _name(key)
        kept = self._held.get(name) or self._load(name)
        if kept is None or kept.until - EARLY_S <= self._now():
            return None
        self._held[name] = kept
        return kept.value

    def put(self, token: Token, *key: str) -> None:
        name = _name(key)
        kept = self._held[name] = _Kept(value=token.value, until=self._now() + token.lives)
        if self._folder is not None:
            with suppress(OSError):
                _write_private(self._folder, name, msgspec.json.encode(kept))

    def drop(self, *key: str) -> None:
        """Forget one token."""
        name = _name(key)
        self._held.pop(name, None)
        if self._folder is not None:
            with suppress(OSError):
                (self._folder / name).unlink()

    def _load(self, name: str) -> _Kept | None:
        if self._folder is None:
            return None
        with suppress(OSError, msgspec.DecodeError):
            descriptor = os.open(self._folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb") as file:
                about = os.fstat(file.fileno())
                if about.st_uid == os.getuid() and not stat.S_IMODE(about.st_mode) & 0o077:
                    return msgspec.json.decode(file.read(100_000), type=ready(_Kept))
        return None


def forget(folder: Path, carrier: str) -> int:
    """Remove a carrier's tokens from the folder; how many there were."""
    removed = 0
    for path in folder.glob(f"token-{carrier}-*"):
        with suppress(OSError):
            path.unlink()
            removed += 1
    return removed


def _name(key: tuple[str, ...]) -> str:
    digest = hashlib.sha256("\0".join(key).encode()).hexdigest()[:24]
    return f"token-{key[0]}-{digest}.json"


def _write_private(folder: Path, name: str, content: bytes) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".token-")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(temporary).replace(folder / name)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
