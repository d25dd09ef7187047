"""A record that was harmed is Damaged: never read half, never taken for "nothing was sent", never touched."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from returnctl.digest import hex_of
from returnctl.errors import Damaged, Failed
from returnctl.returns import events as e
from returnctl.returns.record import MAX_BYTES, NAME, Record, read_state
from tests.returns.making import AT, files_below, intended, opened, photo
from tests.returns.test_record import lines_of, sealed

Read = Callable[[Path], Any]
READERS: tuple[Read, ...] = (Record.load, read_state)


@pytest.fixture
def whole(tmp_path: Path) -> bytes:
    """A sound record in `tmp_path`, of some 3 KB, with a purchase in doubt."""
    record = Record.new(tmp_path)
    record.append(AT, opened(name="Zoë"), photo("back"), photo("screen-on"), intended())
    record.append(AT, e.Settled(intent="1", outcome="unknown"))
    return (tmp_path / NAME).read_bytes()


def rejected(folder: Path, content: bytes, readers: tuple[Read, ...] = READERS) -> None:
    """`content` in place of the record is Damaged, and lies there afterwards as before."""
    (folder / NAME).write_bytes(content)
    for read in readers:
        with pytest.raises(Damaged) as caught:
            read(folder)
        assert caught.value.exit == 9
        assert str(folder / NAME) in caught.value.message
        assert caught.value.hint
    assert (folder / NAME).read_bytes() == content


def detected(folder: Path, whole: bytes, bits: Iterable[int], read: Read) -> int:
    """How many of these bits are noticed when they are flipped, one at a time, and left as they are."""
    count = 0
    with (folder / NAME).open("r+b", buffering=0) as file:
        for bit in bits:
            at, flipped = bit // 8, whole[bit // 8] ^ 1 << bit % 8
            os.pwrite(file.fileno(), bytes([flipped]), at)
            with pytest.raises(Damaged):
                read(folder)
            count += os.pread(file.fileno(), 1, at) == bytes([flipped])
            os.pwrite(file.fileno(), whole[at : at + 1], at)
    assert (folder / NAME).read_bytes() == whole
    return count


def rendered(lines: list[bytes], state: bytes = b"{}", schema: bytes = b"1") -> bytes:
    """A file of these lines whose checksum is right."""
    return sealed(b'{"schema":%s,\n"events":[\n%s\n],\n"state":%s' % (schema, b",\n".join(lines), state))


class TestHarm:
    def test_cut_at_every_byte(self, tmp_path: Path, whole: bytes) -> None:
        path = tmp_path / NAME
        for length in reversed(range(len(whole))):
            os.truncate(path, length)
            with pytest.raises(Damaged):
                read_state(tmp_path)
        rejected(tmp_path, b"")
        rejected(tmp_path, whole[: len(whole) // 2])
        assert files_below(tmp_path) == {NAME}

    def test_two_thousand_flipped_bits(self, tmp_path: Path, whole: bytes) -> None:
        bits = random.Random(1).sample(range(len(whole) * 8), 2_000)
        assert detected(tmp_path, whole, bits, read_state) == len(bits)

    @pytest.mark.nightly
    def test_every_flipped_bit(self, tmp_path: Path, whole: bytes) -> None:
        for read in READERS:
            assert detected(tmp_path, whole, range(len(whole) * 8), read) == len(whole) * 8

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda whole: whole + b"\n",
            lambda whole: whole + whole,
            lambda whole: b"\xef\xbb\xbf" + whole,
            lambda whole: whole.replace(b"\n", b"\r\n"),
            lambda whole: whole.rstrip(b"\n"),
            lambda whole: json.dumps(json.loads(whole), indent=2).encode(),
            lambda whole: whole.replace(b'"schema":1', b'"schema":1,"schema":1'),
            lambda whole: whole.replace(b'"schema":1', b'"schema":NaN'),
            lambda whole: whole.replace(b'"n":2', b'"n":2.0'),
            lambda whole: whole[:-67] + whole[-67:].upper(),
            lambda whole: bytes(len(whole)),
            lambda whole: b"null",
            lambda whole: b"<html>",
        ],
        ids=[
            "newline-added",
            "twice",
            "byte-order-mark",
            "windows-lines",
            "last-newline-gone",
            "laid-out-anew",
            "doubled-key",
            "nan",
            "float",
            "checksum-letters",
            "zeros",
            "null",
            "html",
        ],
    )
    def test_an_editor_or_a_copy_that_changes_anything(
        self, tmp_path: Path, whole: bytes, spoil: Callable[[bytes], bytes]
    ) -> None:
        rejected(tmp_path, spoil(whole))


class TestRightChecksumWrongContents:
    """What another program could have written, with a checksum that fits."""

    @pytest.mark.parametrize("schema", [b"0", b"-1", b'"1"', b"1.5", b"null", b"NaN", b"[]"])
    def test_a_schema_that_never_was(self, tmp_path: Path, whole: bytes, schema: bytes) -> None:
        rejected(tmp_path, rendered(lines_of(tmp_path), schema=schema))

    def test_a_newer_schema_is_refused_and_says_to_update(self, tmp_path: Path, whole: bytes) -> None:
        content = rendered([b'{"new":"form"}'], state=b'{"unknown":[]}', schema=b"2")
        (tmp_path / NAME).write_bytes(content)
        for read in READERS:
            with pytest.raises(Failed, match="newer") as caught:
                read(tmp_path)
            assert "update" in (caught.value.hint or "")
        assert (tmp_path / NAME).read_bytes() == content

    @pytest.mark.parametrize(
        "line",
        [
            b'{"n":1,"at":"","previous":"","what":{"kind":"teleported"}}',
            b'{"n":1,"at":"","previous":"","what":{}}',
            b'{"n":1,"at":"","previous":"","what":{"kind":"closed","outcome":NaN}}',
            b'{"n":2,"at":"","previous":"","what":{"kind":"reopened"}}',
            b'{"n":1,"at":"","previous":"00","what":{"kind":"reopened"}}',
            b'{"n":1,"what":{"kind":"reopened"}}',
            b"{}",
            b"7",
            b'"',
            b"[" * 100_000,
        ],
        ids=["kind", "empty", "nan", "number", "previous", "fields", "object", "seven", "quote", "deep"],
    )
    def test_an_event_that_is_none(self, tmp_path: Path, line: bytes) -> None:
        rejected(tmp_path, rendered([line]), readers=(Record.load,))

    @pytest.mark.parametrize("state", [b"null", b"[]", b'{"order":7}', b'{"sent":{"a":1}}', b"{", b"\xff"])
    def test_a_state_that_is_none(self, tmp_path: Path, state: bytes) -> None:
        rejected(tmp_path, rendered([], state=state))

    def test_an_event_taken_out_put_in_or_moved_breaks_the_chain(self, tmp_path: Path, whole: bytes) -> None:
        lines = lines_of(tmp_path)
        state = whole.partition(b'"state":')[2].rpartition(b',\n"checksum"')[0]
        extra = b'{"n":2,"at":"","previous":"%s","what":{"kind":"reopened"}}' % hex_of(lines[0]).encode()
        for harmed in (
            lines[1:],
            [lines[0], *lines[2:]],
            [lines[1], lines[0], *lines[2:]],
            [lines[0], extra, *lines[1:]],
            [lines[0], lines[1].replace(b'"accepted"', b'"rejected"'), *lines[2:]],
            [*lines, lines[-1]],
        ):
            rejected(tmp_path, rendered(harmed, state=state), readers=(Record.load,))
        (tmp_path / NAME).write_bytes(rendered(lines, state=state))
        assert len(Record.load(tmp_path).entries()) == len(lines)


class TestSize:
    def test_a_hundred_megabytes_are_refused_at_once(self, tmp_path: Path) -> None:
        with (tmp_path / NAME).open("wb") as file:
            file.truncate(100_000_000)
        started = time.process_time()
        for read in READERS:
            with pytest.raises((Damaged, Failed)):
                read(tmp_path)
        assert time.process_time() - started < 5
        assert (tmp_path / NAME).stat().st_size == 100_000_000

    def test_not_more_than_the_limit_is_read_into_memory(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import tracemalloc

        with (tmp_path / NAME).open("wb") as file:
            file.truncate(MAX_BYTES * 10)
        tracemalloc.start()
        with pytest.raises((Damaged, Failed)):
            read_state(tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < MAX_BYTES * 2.5
