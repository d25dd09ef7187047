"""Tokens between commands: private files, the clock, and a cache that may be broken."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from returnctl.carriers.base import Token
from returnctl.carriers.tokens import Tokens, forget

KEY = ("ups", "test", "https://x", "client")
TOKEN = Token(value="canary", lives=3600)


class Clock:
    def __init__(self) -> None:
        self.time = 1_800_000_000.0

    def __call__(self) -> float:
        return self.time


def test_it_outlives_the_process_and_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "tokens"
    Tokens(folder).put(TOKEN, *KEY)
    (path,) = folder.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert "client" not in path.name
    assert Tokens(folder).get(*KEY) == "canary"


def test_it_ends_a_minute_early(tmp_path: Path) -> None:
    clock = Clock()
    tokens = Tokens(tmp_path, now=clock)
    tokens.put(TOKEN, *KEY)
    clock.time += 3539
    assert tokens.get(*KEY) == "canary"
    clock.time += 1
    assert tokens.get(*KEY) is None
    assert Tokens(tmp_path, now=clock).get(*KEY) is None


@pytest.mark.parametrize("position", range(4))
def test_every_part_of_the_key_counts(tmp_path: Path, position: int) -> None:
    Tokens(tmp_path).put(TOKEN, *KEY)
    other = [part + "-" if index == position else part for index, part in enumerate(KEY)]
    assert Tokens(tmp_path).get(*other) is None


def test_drop_and_forget(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path)
    tokens.put(TOKEN, *KEY)
    tokens.put(TOKEN, "usps", "test")
    tokens.drop(*KEY)
    assert tokens.get(*KEY) is None
    assert forget(tmp_path, "usps") == 1
    assert Tokens(tmp_path).get("usps", "test") is None
    assert forget(tmp_path / "nowhere", "ups") == 0
    tokens.drop("never", "put")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"value":7,"until":1}', b"\xff" * 10])
def test_a_broken_file_is_no_token(tmp_path: Path, content: bytes) -> None:
    Tokens(tmp_path).put(TOKEN, *KEY)
    (path,) = tmp_path.iterdir()
    path.write_bytes(content)
    assert Tokens(tmp_path).get(*KEY) is None


def test_a_file_that_others_may_read_or_a_link_is_no_token(tmp_path: Path) -> None:
    Tokens(tmp_path / "a").put(TOKEN, *KEY)
    (path,) = (tmp_path / "a").iterdir()
    path.chmod(0o644)
    assert Tokens(tmp_path / "a").get(*KEY) is None
    path.chmod(0o600)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / path.name).symlink_to(path)
    assert Tokens(tmp_path / "b").get(*KEY) is None


def test_a_folder_that_can_not_be_written_only_costs_time(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    tokens = Tokens(blocked / "tokens")
    tokens.put(TOKEN, *KEY)
    assert tokens.get(*KEY) == "canary"


def test_without_a_folder_it_is_kept_in_memory() -> None:
    tokens = Tokens(None)
    tokens.put(TOKEN, *KEY)
    assert tokens.get(*KEY) == "canary"
    assert Tokens(None).get(*KEY) is None
    tokens.drop(*KEY)
    assert tokens.get(*KEY) is None
