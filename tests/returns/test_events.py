"""Events as they lie in the record: every type comes back as it was, and nothing else is taken for one."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from returnctl.returns import events as e
from returnctl.returns.record import Entry
from tests.returns.making import AT, opened
from tests.returns.strategies import TYPES, event, struct

KINDS = {
    "opened",
    "amended",
    "case-seen",
    "found",
    "photo-kept",
    "view-left-out",
    "identified",
    "proof-kept",
    "proof-not-possible",
    "backed-up",
    "slip-made",
    "label-kept",
    "label-awaited",
    "parcel-photo-kept",
    "battery-answered",
    "handed-in",
    "intended",
    "settled",
    "queued",
    "handed-over",
    "tracked",
    "closed",
    "reopened",
}


def line(what: e.Event) -> bytes:
    return msgspec.json.encode(Entry(n=1, at=AT, previous="", what=what))  # type: ignore[arg-type]


def read(content: bytes) -> Entry:
    return msgspec.json.decode(content, type=Entry)


class TestEveryType:
    def test_the_names_in_old_records_still_mean_something(self) -> None:
        known = {form.__struct_config__.tag for form in TYPES}
        assert known >= KINDS

    def test_the_union_names_every_event_once(self) -> None:
        assert set(TYPES) == set(e.Event.__subclasses__())
        assert len({form.__struct_config__.tag for form in TYPES}) == len(TYPES)

    @pytest.mark.parametrize("form", TYPES, ids=lambda form: form.__name__)
    def test_it_comes_back_as_it_was(self, form: type[e.Event]) -> None:
        @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(struct(form))
        def check(what: e.Event) -> None:
            entry = read(line(what))
            assert type(entry.what) is form
            assert entry.what == what

        check()

    @given(event)
    @settings(max_examples=50, deadline=None)
    def test_what_is_not_said_takes_no_room(self, what: e.Event) -> None:
        stored = msgspec.json.decode(line(what))["what"]
        optional = {field.name for field in msgspec.structs.fields(type(what)) if field.default is None}
        assert not [name for name in optional & stored.keys() if stored[name] is None]

    def test_events_can_not_be_changed(self) -> None:
        with pytest.raises(AttributeError):
            opened().order = "2"  # type: ignore[misc]


class TestOtherVersions:
    def test_an_older_line_without_the_newer_fields_is_read(self) -> None:
        found = read(b'{"n":1,"at":"","previous":"","what":{"kind":"closed","outcome":"refunded"}}')
        assert found.what == e.Closed(outcome="refunded")

    def test_a_newer_line_with_fields_that_we_do_not_know_is_read(self) -> None:
        content = b'{"n":1,"at":"","previous":"","tone":1,"what":{"kind":"reopened","why":["a"]}}'
        assert read(content).what == e.Reopened()

    @pytest.mark.parametrize(
        "content",
        [
            b'{"n":1,"at":"","previous":"","what":{"kind":"teleported"}}',
            b'{"n":1,"at":"","previous":"","what":{"outcome":"refunded"}}',
            b'{"n":1,"at":"","previous":"","what":{"kind":"closed"}}',
            b'{"n":1,"at":"","previous":"","what":{"kind":"closed","outcome":7}}',
            b'{"n":"1","at":"","previous":"","what":{"kind":"reopened"}}',
            b'{"n":1,"at":"","previous":"","what":null}',
            b'{"n":1,"at":"","previous":""}',
        ],
    )
    def test_what_is_no_event_is_an_error(self, content: bytes) -> None:
        with pytest.raises(msgspec.DecodeError):
            read(content)

    def test_no_event_has_a_place_for_a_token(self) -> None:
        names = {field.name for form in TYPES for field in msgspec.structs.fields(form)}
        assert not names & {"token", "authorization", "secret", "password", "unlock_code"}
