"""The shared pace: whatever asks, in however many processes, the limit holds; a 429 slows all."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from returnctl.errors import Unavailable
from returnctl.http import Http, Request
from returnctl.pace import Limiter
from returnctl.quotas import Limit, Quota, days
from returnctl.returns import shared
from tests.commands.running import Runner
from tests.commands.world import Sandbox

NOON = 20_000 * 86_400 + 43_200.0


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_workers_share_one_pace(tmp_path: Path, clock: Clock) -> None:
    quotas = (Quota(name="edge", limits=(Limit(6, 60),)),)
    workers = [Limiter(tmp_path, clock=clock) for _ in range(3)]
    waits = [worker.take("api", "me", quotas) for worker in workers * 2]
    assert waits[:2] == [0, 0]
    assert sorted(waits) == waits
    assert waits[-1] > 30
    assert Limiter(tmp_path, clock=clock).take("api", "somebody else", quotas) == 0


@settings(max_examples=10, deadline=None)
@given(steps=st.lists(st.floats(0, 6), min_size=10, max_size=30), calls=st.integers(1, 9))
def test_never_more_than_the_limit_in_any_window(
    tmp_path_factory: pytest.TempPathFactory, steps: list[float], calls: int
) -> None:
    clock = Clock()
    limiter = Limiter(tmp_path_factory.mktemp("pace"), clock=clock)
    limit = Limit(calls, 10)
    at = []
    for step in steps:
        clock.now += step
        clock.now += limiter.take("api", "me", (Quota(name="a", limits=(limit,)),))
        at.append(clock.now)
    for start in at:
        assert sum(start <= moment < start + limit.seconds - 0.001 for moment in at) <= max(calls, 2)


def test_a_429_slows_all(tmp_path: Path, clock: Clock) -> None:
    Limiter(tmp_path, clock=clock).slow("api", "me", 7)
    other = Limiter(tmp_path, clock=clock)
    assert other.take("api", "me", ()) == 7
    clock.now += 8
    assert other.take("api", "me", ()) == 0


def test_who_would_wait_long_is_told_so(tmp_path: Path, clock: Clock) -> None:
    limiter = Limiter(tmp_path, clock=clock)
    limiter.slow("api", "me", 1_800)
    with pytest.raises(Unavailable, match="30 minutes"):
        limiter.take("api", "me", ())


def test_a_day_has_an_end(tmp_path: Path, clock: Clock) -> None:
    quotas = (Quota(name="problem", a_day=2),)
    limiter = Limiter(tmp_path, clock=clock)
    limiter.take("api", "me", quotas)
    limiter.take("api", "me", quotas)
    with pytest.raises(Unavailable, match="used up"):
        limiter.take("api", "me", quotas)
    clock.now += 43_200
    assert limiter.take("api", "me", quotas) == 0


def test_a_spoiled_file_counts_as_empty(tmp_path: Path, clock: Clock) -> None:
    limiter = Limiter(tmp_path, clock=clock)
    limiter.slow("api", "me", 60)
    for path in (tmp_path / shared.FOLDER).glob("*.json"):
        path.write_bytes(b"\x00[")
    assert limiter.take("api", "me", ()) == 0


def test_nothing_of_an_account_is_written(tmp_path: Path, clock: Clock) -> None:
    Limiter(tmp_path, clock=clock).take("api", "Basic s3cret", (Quota(name="a", a_day=9),))
    for path in (tmp_path / shared.FOLDER).iterdir():
        assert "s3cret" not in path.name + path.read_text()


def test_how_long_many_calls_take() -> None:
    assert days(100_000, Quota(name="message", limits=(Limit(560, 60),), a_day=40_000)) == 2.5


def test_another_process_of_the_workspace_waits(sandbox: Sandbox, tmp_path: Path) -> None:
    """The sandbox says 429 with a Retry-After; the next one who asks waits, though it has seen nothing."""
    sandbox.faults("429:1x1,retry-after:5")
    waited: list[float] = []
    request = Request(method="GET", url=f"{sandbox.url}/v1/about", service="the marketplace")
    for _ in range(2):
        http = Http(user_agent="test", sleep=waited.append, limiter=Limiter(tmp_path, clock=lambda: NOON))
        http.send(request)
    assert waited[1:] == [5, 5]
    assert waited[0] == 5


class TestForecast:
    def test_asks_nobody(self, run_line: Runner, sandbox: Sandbox, workspace: Path) -> None:
        rows = "return,reason,wants,received\n10000001,faulty,refund,2026-06-05\n"
        result = run_line("batch - --forecast --json", input=rows).json
        assert (result["returns"], result["left"]) == (1, 1)
        assert not workspace.exists()

    def test_what_must_go_first(self, run_line: Runner, sandbox: Sandbox) -> None:
        rows = "return,received\n" + "".join(
            f"{30000000 + n},{'2026-05-12' if n == 4_000 else '2026-06-09'}\n" for n in range(4_001)
        )
        line = "batch - --steps open --forecast --profile sandbox-seller --json"
        result = run_line(line, input=rows).json
        assert {one["kind"]: one["calls"] for one in result["calls"]}["list"] == 4_001
        assert 1 <= result["days"] <= 2, "4,000 lists a day"
        assert [one["return"] for one in result["first"]] == ["30004000"]
