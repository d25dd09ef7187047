"""R1 and R3: killed at every operation, under every fault; answers lost after the purchase; a look-up that lags."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import partial
from itertools import zip_longest

from tests.faults.rig.bench import Bench
from tests.faults.rig.case import Case
from tests.faults.rig.layer import HALVES, Blow
from tests.faults.rig.scenes import SCENES, Scene, named

#: What the first request that writes meets.
FAULTS = ("none", "429", "500", "500-after", "drop", "lost-answer", "truncated", "garbage", "slow")
LOST = ("lost-answer", "slow", "500-after", "truncated", "garbage", "html")
PURCHASES = tuple(scene for scene in SCENES if scene.name.startswith("label --buy"))
#: Those that no key settles: only looking tells.
BLIND = tuple(named(name) for name in ("label --buy ups", "label --buy fedex"))


def points(bench: Bench, scene: Scene, fault: str) -> list[Blow]:
    """Every point at which this can be killed: before each operation, and in the middle of what is written or sent."""
    case = Case(bench, scene, faces=fault)
    case.prepare()
    ran = case.strike(count=True)
    case.recover()
    found = []
    for number, name in enumerate(ran.operations, 1):
        found.append(Blow(at=number))
        if name in HALVES:
            found.append(Blow(at=number, how="half"))
    return found


def killed(bench: Bench, scene: Scene, fault: str, blow: Blow, *, lagging: bool = False) -> bool:
    """One kill and its recovery; whether it was in doubt meanwhile. Raises Failure."""
    case = Case(bench, scene, faces=fault, lagging=lagging)
    case.prepare()
    case.strike(blow)
    case.recover()
    return case.doubted


def every_kill(bench: Bench, seed: int, most: int | None = None) -> Iterator[Callable[[], bool]]:
    """All points of all (or `most`) scenes under all faults, dealt out so that each beginning is a fair sample."""
    dice = random.Random(seed)
    hands = [(scene, fault) for scene in SCENES for fault in (FAULTS if scene.sends else ("none",))]
    dice.shuffle(hands)
    dealt = [_hand(bench, scene, fault, random.Random(dice.random())) for scene, fault in hands[:most]]
    while dealt:
        for hand in list(dealt):
            check = next(hand, None)
            if check is None:
                dealt.remove(hand)
            else:
                yield check


def _hand(
    bench: Bench, scene: Scene, fault: str, dice: random.Random, *, lagging: bool = False
) -> Iterator[Callable[[], bool]]:
    try:
        blows = points(bench, scene, fault)
    except Exception as error:  # noqa: BLE001 - found while nobody was killed at all
        yield partial(_raise, error)
        return
    dice.shuffle(blows)
    for blow in blows:
        yield partial(killed, bench, scene, fault, blow, lagging=lagging)


def lagging_kills(bench: Bench, seed: int, most: int | None = None) -> Iterator[Callable[[], bool]]:
    """The same for what is bought without a key, while nothing that was bought can be found."""
    hands = [
        _hand(bench, scene, fault, random.Random(seed), lagging=True) for scene in BLIND for fault in FAULTS
    ]
    random.Random(seed).shuffle(hands)
    for checks in zip_longest(*hands[:most]):
        yield from filter(None, checks)


def _raise(error: Exception) -> bool:
    raise error


def lost(bench: Bench, scene: Scene, fault: str, *, lagging: bool = False) -> bool:
    """A purchase whose answer never comes; whether it was in doubt. Raises Failure."""
    case = Case(bench, scene, faces=fault, lagging=lagging)
    case.prepare()
    ran = case.strike()
    case.recover()
    return case.doubted or ran.exit == 9
