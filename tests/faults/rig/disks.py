"""R6: a disk that fails at any of a command's operations, once or from there on."""

from __future__ import annotations

import errno
import random
from collections.abc import Iterator
from functools import partial

from tests.faults.rig.bench import Bench
from tests.faults.rig.case import Case, Failure
from tests.faults.rig.layer import ON_DISK, Blow
from tests.faults.rig.scenes import SCENES, Scene

NUMBERS = (errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EFBIG)


def failing_disks(bench: Bench, seed: int) -> Iterator[partial[str]]:
    """Every operation on the disk of every scene, in an order that each beginning of it is a fair sample."""
    dice = random.Random(seed)
    hands = [_hand(bench, scene, dice) for scene in dice.sample(SCENES, len(SCENES))]
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
    operations = [name for name in case.strike(count=True).operations if name in ON_DISK]
    blows = [
        Blow(at=at, how=how, number=number, among=ON_DISK)
        for at in range(1, len(operations) + 1)
        for how in ("fail", "full")
        for number in NUMBERS
    ]
    for blow in dice.sample(blows, len(blows)):
        yield partial(_failed, bench, scene, blow)


def _failed(bench: Bench, scene: Scene, blow: Blow) -> str:
    case = Case(bench, scene)
    case.prepare()
    ran = case.strike(blow)
    in_doubt = ran.exit == 9 and bench.doubts(case.order) and "could not be kept: " in ran.stderr
    if not in_doubt and ran.exit not in (1, *scene.ends):
        raise Failure(
            f"{scene.name}: a failing disk ({errno.errorcode[blow.number]}, {blow.how}) ended with {ran}"
        )
    if ran.exit == 1 and ": " not in ran.stderr:
        raise Failure(f"{scene.name}: nothing was said: {ran}")
    left = [path for path in bench.folder(case.order).rglob(".*") if path.is_file()]
    if left and blow.how == "fail":  # a disk that takes no more may also refuse to delete
        raise Failure(f"{scene.name}: a half-written file was left: {left}")
    case.recover()
    return "said" if ran.exit == 1 else "in doubt until told" if in_doubt else "done all the same"
