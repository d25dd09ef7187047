"""return.json: what is added stays, byte for byte, and the state always follows from it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from returnctl.digest import hex_of
from returnctl.errors import DiskTrouble, NotFound
from returnctl.returns import events as e
from returnctl.returns import files
from returnctl.returns.record import NAME, SCHEMA, Record, read_state
from returnctl.returns.state import State
from tests.returns.making import AT, files_below, folded, intended, opened, photo
from tests.returns.strategies import histories

LATER = "2026-11-24T08:00:00+00:00"


def lines_of(folder: Path) -> list[bytes]:
    """The events' lines as they stand in the file."""
    content = (folder / NAME).read_bytes()
    body = content.partition(b'"events":[\n')[2].partition(b'\n],\n"state":')[0]
    return body.split(b",\n")


def sealed(body: bytes) -> bytes:
    """A file with this body and the checksum that belongs to it."""
    return body + b',\n"checksum":"%s"}\n' % hex_of(body).encode()


class TestRoundTrip:
    def test_a_new_record_is_written_by_its_first_event(self, tmp_path: Path) -> None:
        record = Record.new(tmp_path)
        assert not (tmp_path / NAME).exists()
        assert record.state == State()
        assert record.head == ""
        record.append(AT, opened())
        assert Record.load(tmp_path).state == record.state == folded(opened())

    def test_what_is_begun_reaches_the_file_with_what_comes_next(self, tmp_path: Path) -> None:
        record = Record.new(tmp_path)
        record.begin(AT, opened())
        assert record.state == folded(opened())
        assert not (tmp_path / NAME).exists()
        record.append(LATER, photo("back"))
        assert [(entry.n, entry.at) for entry in Record.load(tmp_path).entries()] == [(1, AT), (2, LATER)]
        assert Record.load(tmp_path).refold() == record.state

    def test_events_keep_their_number_time_and_order(self, tmp_path: Path) -> None:
        record = Record.new(tmp_path)
        record.append(AT, opened(), photo("back"))
        record.append(LATER, e.Closed(outcome="refunded"))
        found = Record.load(tmp_path).entries()
        assert [(entry.n, entry.at) for entry in found] == [(1, AT), (2, AT), (3, LATER)]
        assert [type(entry.what) for entry in found] == [e.Opened, e.PhotoKept, e.Closed]

    def test_the_file_is_json_for_any_reader_and_says_its_schema_first(self, tmp_path: Path) -> None:
        Record.new(tmp_path).append(AT, opened(name="Zoë “Z” \u202e\x1b"))
        content = json.loads((tmp_path / NAME).read_bytes())
        assert list(content) == ["schema", "events", "state", "checksum"]
        assert content["schema"] == SCHEMA
        assert content["events"][0]["what"]["kind"] == "opened"
        assert content["state"]["name"] == "Zoë “Z” \u202e\x1b"

    def test_each_event_is_one_line(self, tmp_path: Path) -> None:
        Record.new(tmp_path).append(AT, opened(name="two\nlines"), photo("back"))
        assert [json.loads(line)["n"] for line in lines_of(tmp_path)] == [1, 2]

    def test_the_state_alone_is_read_without_a_lock_or_a_write(self, tmp_path: Path) -> None:
        Record.new(tmp_path).append(AT, opened())
        before = (tmp_path / NAME).read_bytes()
        assert read_state(tmp_path) == folded(opened())
        assert (tmp_path / NAME).read_bytes() == before
        assert files_below(tmp_path) == {NAME}

    def test_nothing_there_is_not_found(self, tmp_path: Path) -> None:
        with pytest.raises(NotFound):
            Record.load(tmp_path)
        with pytest.raises(NotFound):
            read_state(tmp_path / "nowhere")

    def test_no_events_still_write_a_sound_file(self, tmp_path: Path) -> None:
        record = Record.new(tmp_path)
        record.append(AT, opened())
        before = (tmp_path / NAME).read_bytes()
        record.append(AT)
        assert (tmp_path / NAME).read_bytes() == before


class TestChain:
    def test_each_event_names_the_line_before_it(self, tmp_path: Path) -> None:
        record = Record.new(tmp_path)
        for number in range(4):
            record.append(AT, e.ViewLeftOut(view=str(number)))
        lines = lines_of(tmp_path)
        previous = [json.loads(line)["previous"] for line in lines]
        assert previous == ["", *(hex_of(line) for line in lines[:-1])]
        assert record.head == Record.load(tmp_path).head == hex_of(lines[-1])

    def test_old_lines_are_never_written_anew(self, tmp_path: Path) -> None:
        """As another version may have written them: other spaces, other order, a field that we do not know."""
        first = (
            b'{ "n":1, "previous":"", "at":"x",  "what":{"profile":"sandbox","kind":"opened","order":"1"'
            b',"device":{"kind":"audio"},"coverage":{},"needed":{},"mood":"\\u0041","later":[1.50]}}'
        )
        second = b'{"n":2,"at":"x","previous":"%s","what":{"kind":"reopened"} }' % hex_of(first).encode()
        body = (
            b'{"schema":1,\n"events":[\n'
            + first
            + b",\n"
            + second
            + b'\n],\n"state":{"order":"1","colour":1}'
        )
        (tmp_path / NAME).write_bytes(sealed(body))
        record = Record.load(tmp_path)
        record.append(AT, e.Closed(outcome="refunded"))
        assert lines_of(tmp_path)[:2] == [first, second]
        assert Record.load(tmp_path).entries()[2].previous == hex_of(second)

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(histories)
    def test_whatever_happens_the_state_follows_from_the_events(self, happened: list[e.Event]) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            record = Record.new(folder)
            before: list[bytes] = []
            for number, event in enumerate(happened):
                record.append(f"2026-11-23T12:00:{number:02d}Z", event)
                lines = lines_of(folder)
                assert lines[:-1] == before
                before = lines
            loaded = Record.load(folder)
            assert loaded.state == record.state == loaded.refold() == read_state(folder)
            assert [entry.what for entry in loaded.entries()] == happened
            assert loaded.head == record.head


class TestFailures:
    def test_a_disk_that_fails_leaves_file_and_memory_as_they_were(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        record = Record.new(tmp_path)
        record.append(AT, opened())
        before, state, head = (tmp_path / NAME).read_bytes(), record.state, record.head

        def full(path: Path, content: bytes) -> None:
            raise DiskTrouble("full")

        with monkeypatch.context() as patch:
            patch.setattr(files, "write_atomic", full)
            with pytest.raises(DiskTrouble):
                record.append(AT, photo("back"), photo("left"))
        assert (record.state, record.head) == (state, head)
        assert (tmp_path / NAME).read_bytes() == before
        record.append(AT, photo("back"))
        assert [entry.n for entry in Record.load(tmp_path).entries()] == [1, 2]

    def test_text_that_no_json_can_hold_changes_nothing(self, tmp_path: Path) -> None:
        """A name with a lone surrogate, as Python makes it of bytes on the command line that are not UTF-8."""
        record = Record.new(tmp_path)
        record.append(AT, opened())
        before = (tmp_path / NAME).read_bytes()
        with pytest.raises((UnicodeEncodeError, msgspec.MsgspecError)):
            record.append(AT, e.Amended(name="\udcff"))
        assert (tmp_path / NAME).read_bytes() == before
        assert record.state == folded(opened())

    def test_a_measure_that_is_no_number_does_not_spoil_the_file(self, tmp_path: Path) -> None:
        problem = e.PhotoProblem(code="dark", severity="warn", message="", measured=float("nan"))
        Record.new(tmp_path).append(AT, opened(), photo("back", problems=(problem,)))
        assert "NaN" not in (tmp_path / NAME).read_text()
        assert Record.load(tmp_path).state.photos["back"].problems[0].measured is None

    def test_hundreds_of_events_are_no_matter(self, tmp_path: Path) -> None:
        record = Record.new(tmp_path)
        record.append(AT, opened(), *(intended(str(n)) for n in range(500)))
        assert len(Record.load(tmp_path).entries()) == 501
