"""R4: every request of every command, answered as no service should; what HTTP libraries never send is among it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial

from tests.faults.rig.bench import Bench
from tests.faults.rig.case import Case, Failure
from tests.faults.rig.door import KINDS
from tests.faults.rig.kills import FAULTS
from tests.faults.rig.scenes import OPEN, SCENES, Scene

#: What only reads: beside the scenes, so that each endpoint is asked.
READS = (
    Scene(name="messages", line="messages {order}"),
    Scene(name="points", line="points --near 12207"),
    Scene(name="track ups", line="track {order} --number 1Z999AA10123456784 --carrier ups"),
    Scene(name="track usps", line="track {order} --number 9405511899223197428490 --carrier usps"),
    Scene(name="track fedex", line="track {order} --number 123456789012 --carrier fedex"),
    Scene(name="inbox", line="inbox", profile="sandbox-seller", before=(), alone=True),
)
_ANSWERS = tuple(kind for kind in KINDS if kind not in ("none", "blind"))
#: The most that a command may wait in all, for each of its requests: the cap of the client.
_PATIENCE_S = 30.0
ATTEMPTS = 4
#: The list of the staff asks for each return; the first ones stand for all.
_FURTHEST = 15


def odd_answers(bench: Bench, seed: int) -> Iterator[partial[str]]:
    """The nth request of each line, for each n, meets each of the answers once, and then on and on."""
    dice = random.Random(seed)
    scenes = [scene for scene in SCENES if scene.sends or scene.name in ("label", "pull")]
    hands = [_hand(bench, scene, dice) for scene in dice.sample([*scenes, *READS], len(scenes) + len(READS))]
    while hands:
        for hand in list(hands):
            check = next(hand, None)
            if check:
                yield check
            else:
                hands.remove(hand)


def _hand(bench: Bench, scene: Scene, dice: random.Random) -> Iterator[partial[str]]:
    case = Case(bench, scene)
    case.prepare()
    bench.through("none", writes=False)
    case.strike(count=True)
    cases = [
        partial(_answered, bench, scene, kind, nth, times)
        for kind in _ANSWERS
        for nth in range(1, min(case.requests, _FURTHEST) + 1)
        for times in (1, 99)
    ]
    yield from dice.sample(cases, len(cases))


def _answered(bench: Bench, scene: Scene, kind: str, nth: int, times: int) -> str:
    case = Case(bench, scene)
    case.prepare()
    bench.through(kind, nth=nth, times=times, writes=False)
    ran = case.strike(count=True, patient=kind != "slow")
    if ran.slept > _PATIENCE_S * max(1, nth + 3):
        raise Failure(f"{scene.name}: waited {ran.slept:.0f} s at request {nth} ({kind})")
    case.recover()
    return "as if nothing was" if ran.exit in scene.ends else "said"


def attempts(bench: Bench) -> Iterator[partial[str]]:
    """A service that never works is asked four times for what only reads, and once for what writes."""
    lines = ((OPEN, False, ATTEMPTS), ("message {order} Hello.", True, 1))
    for kind in FAULTS[1:]:
        for line, writes, most in lines:
            yield partial(_attempts, bench, kind, line, writes, most)


def _attempts(bench: Bench, kind: str, line: str, writes: bool, most: int) -> str:
    case = Case(bench, Scene(name="attempts", line=line, before=(OPEN,) if writes else ()))
    case.prepare()
    bench.through(kind, nth=1 if writes else 0, times=99, writes=writes)
    ran = bench.forks.run(bench.words(f"{line} --no-input", case.order), count=True, short=kind == "slow")
    every, writing = bench.door.counts
    bench.plain()
    if (writing if writes else every) > most:
        raise Failure(f"{kind}: {every} requests, {writing} of them writing: {ran}")
    return ""
