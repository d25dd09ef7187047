"""The sweeps by their names; what each of them promises stands in docs/safety.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import cycle

from tests.faults.rig import answers, damage, disks, inputs, kills, pictures, power, processes, walks
from tests.faults.rig.bench import Bench
from tests.faults.rig.table import Check, Sweep


def all_of(bench: Bench, seed: int, *, short: bool = False) -> list[Sweep]:
    """Every sweep. In the short form kills are tried at fewer scenes, for each has to be counted out first."""
    hands = 2 if short else None
    return [
        Sweep(
            name="R1",
            title="killed at every operation",
            cases=lambda: _doubting(kills.every_kill(bench, seed, hands)),
            most=5_400,
            few=5,
        ),
        Sweep(
            name="R1-lag",
            title="the same, and nothing is found",
            cases=lambda: _doubting(kills.lagging_kills(bench, seed, 2 if short else None)),
            most=400,
            few=3,
        ),
        Sweep(
            name="R2",
            title="real processes killed at any time",
            cases=lambda: processes.random_kills(bench, seed),
            most=500,
            few=1,
        ),
        Sweep(name="R3", title="answer lost after the purchase", cases=lambda: _lost(bench), most=900, few=9),
        Sweep(
            name="R3-lag",
            title="the same, and nothing is found",
            cases=lambda: _lost(bench, lagging=True),
            most=200,
            few=2,
        ),
        Sweep(
            name="R4",
            title="answers that make no sense",
            cases=lambda: answers.odd_answers(bench, seed),
            most=1_500,
            few=3,
        ),
        Sweep(
            name="R4-tries",
            title="how often a service is asked",
            cases=lambda: answers.attempts(bench),
            most=100,
            few=4,
        ),
        Sweep(
            name="R5", title="8 processes, one label", cases=lambda: processes.races(bench), most=200, few=1
        ),
        Sweep(
            name="R6",
            title="disks that fail",
            cases=lambda: disks.failing_disks(bench, seed),
            most=1_000,
            few=3,
        ),
        Sweep(
            name="R8",
            title="records cut, bits flipped",
            cases=lambda: damage.harmed_records(bench, seed),
            most=25_000,
            few=150,
        ),
        Sweep(
            name="R10",
            title=f"odd inputs, {inputs.BATCH} in each case",
            cases=lambda: inputs.odd_inputs(bench, seed),
            most=200,
            few=1,
        ),
        Sweep(
            name="R11",
            title="any order of commands, some killed",
            cases=lambda: walks.walks(bench, seed),
            most=500,
            few=1,
        ),
        Sweep(
            name="R12",
            title="hostile pictures",
            cases=lambda: pictures.hostile_pictures(bench.root / "hostile", seed),
            most=400,
            few=1,
        ),
        Sweep(name="R16", title="the power fails", cases=lambda: power.power_cuts(bench), most=100, few=1),
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
