"""Runs the sweeps of tests/faults whole: kills, faults, races, damage, hostile input. Prints what each has found.

    scripts/torture [--minutes N] [--seed S] [--only SWEEP …] [--short]

Without --minutes every sweep runs to its full number of cases; with it they share the time. --short is what the test
suite runs: a few cases of each. Ends with 1 where
anything failed, and with the seed, which repeats it.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import time

from tests.faults.rig.bench import Bench
from tests.faults.rig.sweeps import all_of
from tests.faults.rig.table import Row, run, shown


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/torture", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, help="share so many minutes among the sweeps")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--only", nargs="+", metavar="SWEEP", help="such as R1 R5")
    parser.add_argument("--short", action="store_true", help="a few cases of each")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the sandbox ends too
    print(f"seed {options.seed}", flush=True)
    rows: list[Row] = []
    bench = Bench()
    sweeps = [
        sweep
        for sweep in all_of(bench, options.seed, short=options.short)
        if not options.only or sweep.name in options.only
    ]
    if not sweeps:
        parser.error("there is no such sweep")
    with bench:
        ends = time.monotonic() + (options.minutes or 0) * 60
        try:
            for left, sweep in zip(range(len(sweeps), 0, -1), sweeps, strict=True):
                share = (ends - time.monotonic()) / left if options.minutes else None
                rows.append(Row(sweep.name, sweep.title))
                run(sweep, rows[-1], short=options.short, seconds=share, say=_say)
                print("  ".join(str(part) for part in rows[-1].line()), flush=True)
        except KeyboardInterrupt:
            print("Interrupted.", file=sys.stderr)
            sweeps = []
    print(f"\n{shown(rows)}\nseed {options.seed}")
    return int(any(row.failures for row in rows) or not sweeps)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
