"""Spending and posting exactly once: what is on disk when, and what ends a doubt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from returnctl.digest import hex_of
from returnctl.errors import Damaged, DiskTrouble, InDoubt, Refused, ReturnctlError, Unavailable
from returnctl.returns import events as e
from returnctl.returns import files, intents
from returnctl.returns.held import Return
from returnctl.returns.intents import Outcome
from returnctl.returns.state import Doubt
from tests.returns.making import again, files_below, held
from tests.returns.service import (
    REFUSALS,
    WITH_EFFECT,
    WITHOUT_EFFECT,
    Crash,
    Service,
    covers,
    may_have_happened,
    on_disk,
    prepared,
)

CERTAIN = ("unreachable", "not-trusted", "unauthorised", "too-many", "firewall", *REFUSALS)
UNKNOWN = tuple(
    mode for mode in (*WITHOUT_EFFECT, *WITH_EFFECT) if mode not in CERTAIN and not mode.startswith("dies")
)


@pytest.fixture
def one(tmp_path: Path) -> Return:
    return held(tmp_path / "10000001")


@pytest.fixture
def service(one: Return) -> Iterator[Service]:
    """At each request it sees to it that the intent and its bytes are on disk already."""
    service = Service()
    service.before = on_disk(one)
    yield service
    assert service.requests


def carry_out(one: Return, service: Service, key: str | None = "key-1", body: bytes = b"hello") -> Outcome:
    return intents.carry_out(one, prepared(body, key), covers(), service.send, may_have_happened)


def in_doubt(one: Return, service: Service, mode: str = "lost", key: str | None = "key-1") -> Doubt:
    """A doubt, as the next process finds it."""
    service.mode = mode
    with pytest.raises((ReturnctlError, Crash)):
        carry_out(one, service, key)
    service.mode = "answered"
    return again(one).state.doubts[0]


def events_of(one: Return) -> Sequence[e.Event]:
    return [entry.what for entry in again(one).record.entries()][1:]


class TestFirstAttempt:
    def test_answered_it_is_sent(self, one: Return, service: Service) -> None:
        outcome = carry_out(one, service, body=b"\x00\xff exact")
        assert outcome.facts == {"message": "m1"}
        assert service.effects == [b"\x00\xff exact"]
        state = again(one).state
        assert (state.doubts, state.sent) == ((), {"photos": {"back": "yes"}})
        intended, settled = events_of(one)
        assert isinstance(intended, e.Intended)
        assert intended.body_sha256 == hex_of(b"\x00\xff exact")
        assert settled == e.Settled(intent="1", outcome="done", answer={"message": "m1"})

    @pytest.mark.parametrize("mode", CERTAIN)
    def test_a_plain_no_ends_it_and_is_passed_on(self, one: Return, service: Service, mode: str) -> None:
        service.mode = mode
        error = (WITHOUT_EFFECT | REFUSALS)[mode]()
        with pytest.raises(type(error)):
            carry_out(one, service)
        state = again(one).state
        assert (state.doubts, state.sent) == ((), {})
        assert events_of(one)[-1] == e.Settled(intent="1", outcome="refused", message=error.args[0])

    @pytest.mark.parametrize("mode", UNKNOWN)
    def test_an_unknown_end_with_a_key_is_the_services_error(
        self, one: Return, service: Service, mode: str
    ) -> None:
        service.mode = mode
        with pytest.raises(Unavailable) as caught:
            carry_out(one, service)
        assert caught.value.exit == 75
        assert len(again(one).state.doubts) == 1

    @pytest.mark.parametrize("mode", UNKNOWN)
    def test_without_a_key_it_is_in_doubt(self, one: Return, service: Service, mode: str) -> None:
        service.mode = mode
        with pytest.raises(InDoubt) as caught:
            carry_out(one, service, key=None)
        assert caught.value.exit == 9
        assert "post a message" in caught.value.message
        assert "resolve 10000001" in (caught.value.hint or "")
        assert len(again(one).state.doubts) == 1

    @pytest.mark.parametrize("mode", ["dies-before", "dies-after"])
    def test_a_process_that_dies_leaves_a_doubt(self, one: Return, service: Service, mode: str) -> None:
        doubt = in_doubt(one, service, mode)
        assert (doubt.summary, doubt.key) == ("post a message", "key-1")
        assert [type(event) for event in events_of(one)] == [e.Intended]

    def test_an_error_that_is_none_of_ours_leaves_a_doubt_too(self, one: Return) -> None:
        def broken(_: intents.Prepared) -> Outcome:
            raise ValueError

        with pytest.raises(ValueError):  # noqa: PT011 - which one does not matter
            intents.carry_out(one, prepared(), covers(), broken, may_have_happened)
        assert len(again(one).state.doubts) == 1

    def test_each_intent_has_its_own_number_and_body(self, one: Return, service: Service) -> None:
        carry_out(one, service, "a", b"first")
        service.mode = "refused"
        with pytest.raises(Refused):
            carry_out(one, service, "b", b"second")
        service.mode = "answered"
        carry_out(again(one), service, "c", b"third")
        assert {path for path in files_below(one.folder) if path.startswith("intents")} == {
            "intents/1.body",
            "intents/2.body",
            "intents/3.body",
        }
        assert [one.read(f"intents/{number}.body") for number in "123"] == [b"first", b"second", b"third"]

    def test_an_empty_body_can_be_sent_and_sent_again(self, one: Return, service: Service) -> None:
        service.mode = "lost"
        with pytest.raises(Unavailable):
            carry_out(one, service, body=b"")
        service.mode = "answered"
        assert intents.settle(one, one.state.doubts[0], service.send)
        assert service.effects == [b""]


class TestNothingIsSentUnrecorded:
    @pytest.mark.parametrize("failing_write", [1, 2])
    def test_when_the_disk_fails_before(
        self, one: Return, monkeypatch: pytest.MonkeyPatch, failing_write: int
    ) -> None:
        writes = []
        real = files.write_atomic

        def write(path: Path, content: bytes) -> None:
            writes.append(path.name)
            if len(writes) == failing_write:
                raise DiskTrouble("full")
            real(path, content)

        service = Service()
        with monkeypatch.context() as patch:
            patch.setattr(files, "write_atomic", write)
            with pytest.raises(DiskTrouble):
                carry_out(one, service)
        assert writes == ["1.body", "return.json"][:failing_write]
        assert service.requests == []
        assert again(one).state.doubts == ()

    def test_when_the_disk_fails_after_the_answer_it_is_a_doubt_and_not_sent_anew(
        self, one: Return, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = files.write_atomic

        def write(path: Path, content: bytes) -> None:
            if service.effects:
                raise DiskTrouble("full")
            real(path, content)

        with monkeypatch.context() as patch:
            patch.setattr(files, "write_atomic", write)
            with pytest.raises(DiskTrouble):
                carry_out(one, service)
        found = again(one)
        assert intents.settle(found, found.state.doubts[0], service.send) == Outcome(facts={"message": "m1"})
        assert service.effects == [b"hello"]


class TestSettlingByKey:
    @pytest.mark.parametrize(
        "mode", ["lost", "dropped", "garbage", "dies-before", "dies-after", "out-of-order"]
    )
    def test_the_same_bytes_under_the_same_key(self, one: Return, service: Service, mode: str) -> None:
        doubt = in_doubt(one, service, mode)
        found = again(one)
        assert intents.settle(found, doubt, service.send) == Outcome(facts={"message": "m1"})
        first, second = service.requests
        assert first == second
        assert service.effects == [b"hello"]
        assert again(one).state.doubts == ()
        assert again(one).state.sent == {"photos": {"back": "yes"}}

    @pytest.mark.parametrize("mode", REFUSALS)
    def test_a_no_to_the_request_itself_ends_it(self, one: Return, service: Service, mode: str) -> None:
        doubt = in_doubt(one, service, "dropped")
        service.mode = mode
        assert intents.settle(one, doubt, service.send) is None
        assert again(one).state.doubts == ()
        assert again(one).state.sent == {}

    @pytest.mark.parametrize("mode", [mode for mode in WITHOUT_EFFECT if mode != "dies-before"])
    def test_nothing_else_ends_it(self, one: Return, service: Service, mode: str) -> None:
        """A refused connection, a token that ran out, a firewall: they say nothing of the first attempt."""
        doubt = in_doubt(one, service, "lost")
        for _ in range(3):
            service.mode = mode
            with pytest.raises(ReturnctlError):
                intents.settle(one, doubt, service.send)
            assert [doubt.key for doubt in again(one).state.doubts] == ["key-1"]
        service.mode = "answered"
        found = again(one)
        assert intents.settle(found, found.state.doubts[0], service.send)
        assert service.effects == [b"hello"]

    def test_dying_in_the_second_attempt_changes_nothing(self, one: Return, service: Service) -> None:
        doubt = in_doubt(one, service, "lost")
        service.mode = "dies-after"
        with pytest.raises(Crash):
            intents.settle(one, doubt, service.send)
        assert len(again(one).state.doubts) == 1

    @pytest.mark.parametrize("body", [b"", b"another", None])
    def test_bytes_that_are_not_the_same_any_more_are_not_sent(
        self, one: Return, service: Service, body: bytes | None
    ) -> None:
        doubt = in_doubt(one, service, "lost")
        if body is None:
            one.drop(doubt.body)
        else:
            one.keep(doubt.body, body)
        with pytest.raises(Damaged) as caught:
            intents.settle(one, doubt, service.send)
        assert "resolve" in (caught.value.hint or "")
        assert len(service.requests) == 1
        assert len(again(one).state.doubts) == 1

    def test_a_settled_doubt_is_told_apart_by_who_settled_it(self, one: Return, service: Service) -> None:
        intents.settle(one, in_doubt(one, service), service.send)
        settled = [event for event in events_of(one) if isinstance(event, e.Settled)]
        assert [(event.outcome, event.by) for event in settled] == [("unknown", "answer"), ("done", "key")]


class TestSettlingWithoutAKey:
    def test_it_is_never_sent_again(self, one: Return, service: Service) -> None:
        doubt = in_doubt(one, service, key=None)
        for _ in range(3):
            with pytest.raises(InDoubt):
                intents.settle(one, doubt, service.send)
        assert len(service.requests) == 1

    def test_not_finding_it_proves_nothing(self, one: Return, service: Service) -> None:
        doubt = in_doubt(one, service, key=None)
        with pytest.raises(InDoubt):
            intents.settle(one, doubt, service.send, lambda _: None)
        assert len(again(one).state.doubts) == 1

    def test_a_look_up_that_fails_changes_nothing(self, one: Return, service: Service) -> None:
        def look_up(_: Doubt) -> Outcome | None:
            raise Unavailable("out of order")

        doubt = in_doubt(one, service, key=None)
        with pytest.raises(Unavailable):
            intents.settle(one, doubt, service.send, look_up)
        assert len(again(one).state.doubts) == 1

    def test_found_it_is_done(self, one: Return, service: Service) -> None:
        doubt = in_doubt(one, service, key=None)
        outcome = Outcome(facts={"tracking_number": "9400"})
        assert intents.settle(one, doubt, service.send, lambda _: outcome) == outcome
        assert again(one).state.doubts == ()
        assert events_of(one)[-1] == e.Settled(intent="1", outcome="done", by="look-up", answer=outcome.facts)


class TestAPersonsWord:
    @pytest.mark.parametrize("key", ["key-1", None])
    @pytest.mark.parametrize("happened", [True, False])
    def test_it_ends_any_doubt(self, one: Return, service: Service, key: str | None, happened: bool) -> None:
        doubt = in_doubt(one, service, key=key)
        intents.settle_by_person(one, doubt, happened, {"tracking_number": "1Z"} if happened else {})
        state = again(one).state
        assert state.doubts == ()
        assert bool(state.sent) == happened
        last = events_of(one)[-1]
        assert isinstance(last, e.Settled)
        assert (last.outcome, last.by) == ("done" if happened else "refused", "person")
