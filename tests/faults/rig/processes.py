"""R2 and R5: real processes killed at any time, and eight at once that all want the same label."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial

from tests.faults.rig.bench import Bench
from tests.faults.rig.case import Case, Failure
from tests.faults.rig.kills import PURCHASES
from tests.faults.rig.scenes import SCENES, Scene

AT_ONCE = 8


def random_kills(bench: Bench, seed: int) -> Iterator[partial[str]]:
    """`python -m returnctl`, killed at a moment between its start and somewhat after its usual end."""
    dice = random.Random(seed)
    usual: dict[str, float] = {}
    while True:
        scene = dice.choice(SCENES)
        yield partial(_killed, bench, scene, dice.uniform(0.1, 1.05), usual)


def _killed(bench: Bench, scene: Scene, share: float, usual: dict[str, float]) -> str:
    if scene.name not in usual:
        usual[scene.name] = _seconds(bench, scene, None)[0]
    _, was_killed = _seconds(bench, scene, usual[scene.name] * share)
    return "killed" if was_killed else "ended before"


def _seconds(bench: Bench, scene: Scene, after: float | None) -> tuple[float, bool]:
    case = Case(bench, scene)
    case.prepare()
    words = bench.words(f"{scene.line} --yes --no-input", case.order)
    started = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "returnctl", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        code = process.wait()
    took = time.monotonic() - started
    if code not in (-signal.SIGKILL, *scene.ends):
        raise Failure(f"{scene.name}: a process of its own ended with {code}")
    case.check_at_most_once()
    case.recover()
    return took, code < 0


def races(bench: Bench) -> Iterator[partial[str]]:
    """One label, wanted by eight processes that start at the same moment."""
    while True:
        for scene in PURCHASES:
            yield partial(_race, bench, scene)


def _race(bench: Bench, scene: Scene) -> str:
    case = Case(bench, scene)
    case.prepare()
    bench.straight()
    words = bench.words(f"{scene.line} --yes --no-input", case.order)
    ready, start = os.pipe()
    children = []
    for _ in range(AT_ONCE):
        child = bench.forks.start(words, ready, start)
        children.append(child)
    os.close(ready)
    os.close(start)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    if 0 not in codes or not set(codes) <= {0, 7}:
        raise Failure(f"{scene.name}: eight at once ended with {codes}")
    bought = bench.bought(case.order)
    if len(bought) != 1:
        raise Failure(f"{scene.name}: eight at once bought {bought}")
    bench.plain()
    case.recover()
    return "1 label"
