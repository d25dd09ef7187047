"""Any order of sending, crashing and settling: never two effects, and never one that the record denies."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from returnctl.errors import ReturnctlError
from returnctl.returns import files, intents
from returnctl.returns.held import Return
from returnctl.returns.intents import Outcome
from returnctl.returns.state import Doubt
from tests.returns.making import again, held
from tests.returns.service import MODES, Crash, Service, covers, may_have_happened, prepared

modes = st.sampled_from(MODES)
#: At which write of a step the process dies, and whether the file was replaced by then; 0 is never.
crashes = st.tuples(st.sampled_from([0, 0, 0, 1, 2, 3, 4]), st.booleans())


class OneReturn(RuleBasedStateMachine):
    """What steps do: settle their doubts first, then send what the seller does not have; each time a new process."""

    keys = True

    @initialize()
    def start(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._patch = pytest.MonkeyPatch()
        self._patch.setattr(os, "fsync", lambda _: None)
        self.one = held(Path(self._folder.name) / "10000001")
        self.service = Service(keys=self.keys)
        self.attempts = 0
        self.wanted: set[str] = set()

    def teardown(self) -> None:
        self._patch.undo()
        self._folder.cleanup()

    @rule(item=st.sampled_from("abc"), mode=modes, crash=crashes)
    def tell(self, item: str, mode: str, crash: tuple[int, bool]) -> None:
        self.wanted.add(item)
        with self.running(mode, crash) as one:
            for doubt in one.state.doubts:
                intents.settle(one, doubt, self.service.send, self.look_up)
            if item not in one.state.sent.get("photos", {}):
                self.attempts += 1
                key = f"key-{self.attempts}" if self.keys else None
                body = prepared(item.encode(), key)
                intents.carry_out(one, body, covers(item), self.service.send, may_have_happened)

    @rule(mode=modes, crash=crashes)
    def resolve(self, mode: str, crash: tuple[int, bool]) -> None:
        with self.running(mode, crash) as one:
            for doubt in one.state.doubts:
                intents.settle(one, doubt, self.service.send, self.look_up)

    @rule()
    def what_is_on_its_way_arrives(self) -> None:
        self.service.arrive()

    @precondition(lambda self: not self.service.pending)
    @rule(crash=crashes)
    def a_person_looks_and_says(self, crash: tuple[int, bool]) -> None:
        with self.running("answered", crash) as one:
            for doubt in one.state.doubts:
                intents.settle_by_person(one, doubt, one.read(doubt.body) in self.service.effects, {})

    @contextlib.contextmanager
    def running(self, mode: str, crash: tuple[int, bool]) -> Iterator[Return]:
        """A process of its own, that may end in one of our errors or die at a write."""
        self.service.mode = mode
        self.one = again(self.one)
        with pytest.MonkeyPatch.context() as patch, contextlib.suppress(ReturnctlError, Crash):
            patch.setattr(files, "write_atomic", dying(*crash))
            yield self.one

    def look_up(self, doubt: Doubt) -> Outcome | None:
        """The service shows what it has done late or not at all, but never what it has not."""
        seen = self.one.read(doubt.body) in self.service.effects
        return Outcome() if seen and self.service.mode == "answered" else None

    @invariant()
    def nothing_was_done_twice(self) -> None:
        assert len(self.service.effects) == len(set(self.service.effects)), self.service.effects

    @invariant()
    def nothing_was_sent_unrecorded_and_nothing_recorded_unsent(self) -> None:
        one = again(self.one)
        sent = {item.encode() for item in one.state.sent.get("photos", {})}
        doubted = {one.read(doubt.body) for doubt in one.state.doubts}
        done = set(self.service.effects)
        assert sent <= done <= sent | doubted
        assert one.record.refold() == one.state

    def finish(self) -> None:
        """Once all works again, running the same commands brings everything to its end, once."""
        self.service.arrive()
        for item in sorted(self.wanted):
            self.tell(item, "answered", (0, False))
        assert sorted(self.service.effects) == sorted(item.encode() for item in self.wanted)
        assert again(self.one).state.doubts == ()


class WithKeys(OneReturn):
    def teardown(self) -> None:
        self.finish()
        super().teardown()


class WithoutKeys(OneReturn):
    """A carrier without keys: what is unknown stays so until it is seen, or a person says."""

    keys = False

    def teardown(self) -> None:
        self.service.arrive()
        self.a_person_looks_and_says((0, False))
        self.finish()
        super().teardown()


def dying(at: int, after: bool) -> Any:
    writes = 0
    real = files.write_atomic

    def write(path: Path, content: bytes) -> None:
        nonlocal writes
        writes += 1
        if writes == at and not after:
            raise Crash
        real(path, content)
        if writes == at:
            raise Crash

    return write


def check(machine: type[OneReturn], examples: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )


@pytest.mark.parametrize("machine", [WithKeys, WithoutKeys])
def test_never_twice(machine: type[OneReturn]) -> None:
    check(machine, 60)


@pytest.mark.nightly
@pytest.mark.timeout(600)
@pytest.mark.parametrize("machine", [WithKeys, WithoutKeys])
def test_never_twice_at_length(machine: type[OneReturn]) -> None:
    check(machine, 2_000)
