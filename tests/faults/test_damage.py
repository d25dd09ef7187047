"""A return.json that fails its check is said to be damaged, left byte for byte, and never taken for nothing."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pytest

from tests.commands.pictures import Pictures
from tests.commands.running import Runner
from tests.commands.world import IMEI, NUMBER, Sandbox


@pytest.fixture(autouse=True)
def opened(run_line: Runner, sandbox: Sandbox) -> None:
    run_line("open 10000001 --reason faulty --wants refund")
    run_line(f"imei 10000001 {IMEI}")


@pytest.fixture
def record(workspace: Path) -> Path:
    return workspace / "10000001" / "return.json"


def check_refused(run_line: Runner, record: Path, content: bytes, line: str = "slip 10000001") -> None:
    record.write_bytes(content)
    ran = run_line(f"{line} --json", 9)
    assert ran.error["code"] == "damaged"
    assert str(record) in ran.error["message"]
    assert ran.error["hint"]
    assert record.read_bytes() == content


def test_cut_off_anywhere(run_line: Runner, record: Path) -> None:
    whole = record.read_bytes()
    dice = random.Random(7)
    ends = [0, 1, 10, len(whole) // 2, len(whole) - 1, len(whole) - 2, len(whole) - 67]
    for end in [*ends, *(dice.randrange(len(whole)) for _ in range(60))]:
        check_refused(run_line, record, whole[:end])
    record.write_bytes(whole)
    run_line("slip 10000001")


def test_any_bit_flipped(run_line: Runner, record: Path) -> None:
    whole = record.read_bytes()
    dice = random.Random(7)
    for _ in range(150):
        spoiled = bytearray(whole)
        spoiled[dice.randrange(len(whole))] ^= 1 << dice.randrange(8)
        check_refused(run_line, record, bytes(spoiled))


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"null", b"[]", b"\x00" * 5000, b"{" * 100_000, b"not json", b'{"schema":1}', b"\xff\xfe"],
)
def test_something_else_altogether(run_line: Runner, record: Path, content: bytes) -> None:
    check_refused(run_line, record, content)


def test_something_behind_it(run_line: Runner, record: Path) -> None:
    whole = record.read_bytes()
    check_refused(run_line, record, whole + b"\n")
    check_refused(run_line, record, whole + whole)


@pytest.mark.parametrize(
    "line",
    [
        "open 10000001",
        "open 10000001 --reason faulty --wants refund",
        "photos 10000001 {phone}",
        f"imei 10000001 {IMEI}",
        "disconnect-proof 10000001 --none never",
        "slip 10000001",
        "label 10000001",
        f"label 10000001 --number {NUMBER} --again",
        "ship 10000001 --battery ok --sent",
        "track 10000001",
        "message 10000001 Hello.",
        "messages 10000001",
        "handover 10000001",
        "resolve 10000001",
        "resolve 10000001 --did-not-happen",
        "close 10000001 --outcome refunded",
        "status 10000001",
        "status",
    ],
)
def test_every_command(
    run_line: Runner, sandbox: Sandbox, record: Path, pictures: Pictures, line: str
) -> None:
    content = record.read_bytes()[:-30]
    record.write_bytes(content)
    received = sandbox.ledger()
    ran = run_line(f"{line} --json", 9, phone=pictures.phone)
    assert ran.error["code"] == "damaged"
    assert record.read_bytes() == content
    assert sandbox.ledger() == received


def test_moved_away_it_is_adopted_again(
    run_line: Runner, sandbox: Sandbox, record: Path, workspace: Path, tmp_path: Path
) -> None:
    record.write_bytes(record.read_bytes()[:-30])
    run_line("open 10000001", 9)
    shutil.move(workspace / "10000001", tmp_path / "damaged")
    assert run_line("open 10000001 --json").json["adopted"] is True
    assert run_line(f"imei 10000001 {IMEI} --json").json["sent"] is False
    assert sandbox.ledger()["returns"] == 1


def test_an_event_left_out(run_line: Runner, record: Path) -> None:
    """Even with a checksum that fits: each event holds the hash of the one before."""
    import hashlib

    lines = record.read_bytes().split(b"\n")
    events = [index for index, line in enumerate(lines) if line.startswith(b'{"n":')]
    assert len(events) > 2
    del lines[events[1]]
    body = b"\n".join(lines[:-2]).removesuffix(b",")
    forged = body + b',\n"checksum":"%s"}\n' % hashlib.sha256(body).hexdigest().encode()
    check_refused(run_line, record, forged)


def test_of_a_newer_version(run_line: Runner, record: Path) -> None:
    import hashlib

    body = record.read_bytes().rpartition(b',\n"checksum"')[0].replace(b'{"schema":1,', b'{"schema":99,', 1)
    content = body + b',\n"checksum":"%s"}\n' % hashlib.sha256(body).hexdigest().encode()
    record.write_bytes(content)
    ran = run_line("slip 10000001 --json", 1)
    assert "newer" in ran.error["message"]
    assert record.read_bytes() == content


class TestOtherFiles:
    def test_a_body_that_is_not_what_was_sent(
        self, run_line: Runner, sandbox: Sandbox, workspace: Path
    ) -> None:
        sandbox.faults("lost-answer@POST/v1/returns/*/messages:1x1")
        run_line("message 10000001 Hello.", 75)
        body = max((workspace / "10000001" / "intents").iterdir(), key=lambda path: int(path.stem))
        body.write_bytes(body.read_bytes().replace(b"Hello.", b"Hullo."))
        ran = run_line("message 10000001 Hello. --json", 9)
        assert ran.error["code"] == "damaged"
        assert sandbox.ledger()["messages"] == 2
        run_line("resolve 10000001 --happened")
        run_line("message 10000001 Hello.")
        assert sandbox.ledger()["messages"] == 2

    @pytest.mark.parametrize("what", ["return.json", "documents", "intents"])
    def test_links_are_not_followed(
        self, run_line: Runner, workspace: Path, tmp_path: Path, what: str
    ) -> None:
        inside, outside = workspace / "10000001" / what, tmp_path / "outside"
        shutil.move(inside, outside)
        inside.symlink_to(outside)
        before = outside.read_bytes() if outside.is_file() else sorted(outside.iterdir())
        line = "message 10000001 Hello." if what == "intents" else "slip 10000001"
        error = run_line(f"{line} --json", 1).error
        assert "link" in error["message"]
        assert (outside.read_bytes() if outside.is_file() else sorted(outside.iterdir())) == before

    def test_a_record_that_is_gone(self, run_line: Runner, record: Path) -> None:
        record.unlink()
        run_line("slip 10000001", 5)
        assert run_line("open 10000001 --json").json["adopted"] is True

    def test_no_json_is_left_open_to_others(self, record: Path) -> None:
        json.loads(record.read_bytes())
        assert record.stat().st_mode & 0o777 == 0o600
