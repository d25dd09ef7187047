"""Keeping to the limits, by a clock of our own."""

from __future__ import annotations

from returnctl.marketplaces.backmarket_pace import A_MINUTE, EDGE, Limit, Pace, in_words, paces


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_lets_through_what_the_limit_allows() -> None:
    pace = Pace(Limit(3, 10), Clock())
    assert [pace.wait() for _ in range(3)] == [0, 0, 0]


def test_then_each_waits_for_the_one_that_many_before_it() -> None:
    clock = Clock()
    pace = Pace(Limit(2, 10), clock)
    pace.wait()
    clock.now += 4
    pace.wait()
    assert [pace.wait(), pace.wait(), pace.wait()] == [6, 10, 16]


def test_time_that_passed_counts() -> None:
    clock = Clock()
    pace = Pace(Limit(1, 10), clock)
    pace.wait()
    clock.now += 11
    assert pace.wait() == 0


def test_never_more_than_the_limit_in_any_window() -> None:
    clock = Clock()
    limit = Limit(5, 10)
    pace = Pace(limit, clock)
    at = []
    for step in range(200):
        clock.now += (step % 7) / 5
        clock.now += pace.wait()
        at.append(clock.now)
    for start in at:
        assert sum(start <= moment < start + limit.seconds for moment in at) <= limit.calls


def test_stays_below_the_edge() -> None:
    assert EDGE.calls / EDGE.seconds < 200 / 10


def test_is_shared_within_a_process_and_apart_for_each_host() -> None:
    assert paces("https://a.example", "list") is paces("https://a.example", "list")
    edge, minute = paces("https://a.example", "detail")
    assert paces("https://a.example", "") == (edge,)
    assert paces("https://a.example", "list")[0] is edge
    assert paces("https://b.example", "detail")[0] is not edge
    assert minute is not edge


def test_says_them() -> None:
    assert in_words("problem") == "at most 750 such calls a minute and 1,000 a day"
    assert in_words("") == "at most 200 calls in 10 seconds"
    assert set(A_MINUTE) == {"list", "detail", "message", "problem"}
