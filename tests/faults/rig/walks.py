"""R11: any order of commands, each perhaps killed or answered badly, against what they would have to leave behind."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from functools import partial

from tests.commands.world import IMEI
from tests.faults.rig.bench import Bench
from tests.faults.rig.case import Failure
from tests.faults.rig.forks import DOCUMENTED, Ran
from tests.faults.rig.kills import FAULTS
from tests.faults.rig.layer import Blow
from tests.faults.rig.scenes import OPEN

STEPS = 14
#: A line, and what it has to leave at the services once, however often it was run.
_LINES: dict[str, dict[str, int]] = {
    "message {order} One.": {"messages": 1},
    "message {order} Two. --file {inside}": {"messages": 1, "attachments": 1},
    f"imei {{order}} {IMEI} --accept mismatch": {"messages": 1},
    "disconnect-proof {order} --none never": {"messages": 1},
    "label {order} --buy --carrier ups --to {address} --yes": {"labels": 1},
    "ship {order} --battery ok --sent": {"tracking_numbers": 1},
    "ship {order} --battery ok --drop-off": {},
    "resolve {order}": {},
    "status {order}": {},
}
_MOST_OPERATIONS = 60


def walks(bench: Bench, seed: int) -> Iterator[partial[str]]:
    dice = random.Random(seed)
    while True:
        yield partial(_walk, bench, dice.randrange(1 << 30))


def _walk(bench: Bench, seed: int) -> str:
    dice = random.Random(seed)
    os.environ["RETURNCTL_PROFILE"] = "sandbox"
    order = bench.order()
    wanted: set[str] = set()
    said: list[Ran] = []
    for line in [OPEN, *dice.choices(list(_LINES), k=STEPS)]:
        said.append(_step(bench, order, line, dice))
        wanted.add(line)
        _check(bench, order, wanted, said, whole=False)
    bench.plain()
    _finish(bench, order, wanted, said)
    _check(bench, order, wanted, said, whole=True)
    return ""


def _step(bench: Bench, order: str, line: str, dice: random.Random) -> Ran:
    fault = dice.choice(FAULTS) if dice.random() < 0.5 else "none"
    bench.through(fault)
    blow = Blow(at=dice.randrange(1, _MOST_OPERATIONS)) if dice.random() < 0.4 else None
    words = bench.words(f"{line} --no-input", order)
    if blow is None and fault != "slow":
        return bench.forks.call(words)
    return bench.forks.run(words, blow, short=True)


def _finish(bench: Bench, order: str, wanted: set[str], said: list[Ran]) -> None:
    """Everything once more, until nothing is in doubt and all is done."""
    if "ship {order} --battery ok --sent" in wanted and not any("--buy" in line for line in wanted):
        wanted.discard("ship {order} --battery ok --sent")  # there is no number to tell
    lines = [OPEN, *(line for line in _LINES if line in wanted)]
    for _ in range(2 * len(lines) + 4):
        codes = []
        for line in lines:
            said.append(bench.forks.call(bench.words(f"{line} --no-input", order)))
            codes.append(said[-1].exit)
            if codes[-1] == 9:
                bought = bench.bought(order)
                word = ["--happened", *bought] if bought else ["--did-not-happen"]
                said.append(bench.forks.call(["resolve", order, *word]))
        if not any(codes):
            return
    raise Failure(_told("it never ends", said))


def _check(bench: Bench, order: str, wanted: set[str], said: list[Ran], *, whole: bool) -> None:
    if said[-1].exit not in DOCUMENTED or "Traceback" in said[-1].stderr:
        raise Failure(_told("no documented end", said))
    if wrong := bench.unreadable(order):
        raise Failure(_told(wrong, said))
    most = {"returns": 1, "labels": 1}
    for line in wanted:
        for name, count in _LINES.get(line, {}).items():
            most[name] = most.get(name, 0) + count
    found = {name: count for name, count in bench.ledger(order).items() if count}
    over = {name: count for name, count in found.items() if count > most.get(name, 0)}
    if over or (whole and found != most):
        raise Failure(_told(f"{found}, and {most} was wanted", said))
    if whole and (bench.doubts(order) or bench.unsound(order)):
        raise Failure(_told("not sound in the end", said))


def _told(words: str, said: list[Ran]) -> str:
    return words + "\n" + "\n".join(f"[{ran.exit}] {ran.line}" for ran in said) + f"\n{said[-1]}"
