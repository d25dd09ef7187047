"""R8: a record cut at every byte, and with bits flipped: always noticed, never taken for "nothing was bought"."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from returnctl.errors import Damaged
from returnctl.returns.record import NAME, Record, read_state
from tests.faults.rig.bench import Bench
from tests.faults.rig.case import Case, Failure
from tests.faults.rig.scenes import named

#: Each so-many-th harm is also shown to the command line that would buy.
_SHOWN = 100


def harmed_records(bench: Bench, seed: int) -> Iterator[partial[str]]:
    """A return with a bought label whose answer was lost: first cut at every length, then one bit flipped at a time."""
    scene = named("label --buy ups")
    case = Case(bench, scene, faces="lost-answer")
    case.prepare()
    case.strike()
    path = bench.folder(case.order) / NAME
    whole = path.read_bytes()
    dice = random.Random(seed)
    number = 0
    for length in range(len(whole)):
        number += 1
        yield partial(_noticed, bench, case, path, whole, whole[:length], number)
    while True:
        number += 1
        spoiled = bytearray(whole)
        spoiled[dice.randrange(len(whole))] ^= 1 << dice.randrange(8)
        yield partial(_noticed, bench, case, path, whole, bytes(spoiled), number)


def _noticed(bench: Bench, case: Case, path: Path, whole: bytes, harmed: bytes, number: int) -> str:
    path.write_bytes(harmed)
    try:
        for read in (read_state, Record.load):
            try:
                read(path.parent)
            except Damaged:
                continue
            raise Failure(f"{read} took {harmed!r}")
        if number % _SHOWN == 0:
            ran = bench.forks.call(
                bench.words("label {order} --buy --carrier ups --to {address} --yes", case.order)
            )
            if ran.exit != 9 or len(bench.bought(case.order)) > 1:
                raise Failure(f"a damaged record, and {ran}")
        if path.read_bytes() != harmed:
            raise Failure("the damaged file was touched")
    finally:
        path.write_bytes(whole)
    return "cut" if len(harmed) < len(whole) else "flipped"
