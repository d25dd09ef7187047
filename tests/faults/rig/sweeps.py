"""The sweeps by their names (facts and figures: docs/safety.md), whole and in short."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import cycle

from tests.faults.rig import answers, damage, disks, inputs, kills, power, processes
from tests.faults.rig.bench import Bench
from tests.faults.rig.table import Check, Sweep


def all_of(bench: Bench, seed: int) -> list[Sweep]:
    return [
        Sweep(
            name="R1",
            title="killed at every operation",
            cases=lambda: _doubting(kills.every_kill(bench, seed)),
            most=5_400,
        ),
        Sweep(
            name="R1 lag",
            title="killed, and the look-up lags",
            cases=lambda: _doubting(kills.lagging_kills(bench, seed)),
            most=400,
        ),
        Sweep(name="R3", title="answer lost after the purchase", cases=lambda: _lost(bench), most=900),
        Sweep(
            name="R3 lag",
            title="the same, and the look-up lags",
            cases=lambda: _lost(bench, lagging=True),
            most=200,
        ),
        Sweep(
            name="R2",
            title="real processes killed at any time",
            cases=lambda: processes.random_kills(bench, seed),
            most=500,
        ),
        Sweep(name="R5", title="8 processes, one label", cases=lambda: processes.races(bench), most=200),
        Sweep(
            name="R6", title="disks that fail", cases=lambda: disks.failing_disks(bench, seed), most=1_000
        ),
        Sweep(
            name="R4",
            title="answers that make no sense",
            cases=lambda: answers.odd_answers(bench, seed),
            most=1_500,
        ),
        Sweep(name="R4 tries", title="how often is asked", cases=lambda: answers.attempts(bench), most=100),
        Sweep(name="R16", title="the power fails", cases=lambda: power.power_cuts(bench), most=100),
        Sweep(
            name="R10",
            title=f"odd inputs, {inputs.BATCH} in each case",
            cases=lambda: inputs.odd_inputs(bench, seed),
            most=200,
        ),
        Sweep(
            name="R8",
            title="records cut, bits flipped",
            cases=lambda: damage.harmed_records(bench, seed),
            most=25_000,
        ),
    ]


def _doubting(checks: Iterable[Callable[[], bool]]) -> Iterator[Check]:
    for check in checks:
        yield lambda check=check: "in doubt until told" if check() else ""  # type: ignore[misc]


def _lost(bench: Bench, *, lagging: bool = False) -> Iterator[Check]:
    scenes = kills.BLIND if lagging else kills.PURCHASES
    cases = [
        partial(kills.lost, bench, scene, fault, lagging=lagging) for scene in scenes for fault in kills.LOST
    ]
    return _doubting(cycle(cases))
