"""A long batch that is killed again and again: 10,000 orders, 2 % of all requests go wrong, 20 kills.

    scripts/_soak.py [--orders 10000] [--kills 20] [--faults 2]

Each run is `returnctl batch` in a process of its own, killed with SIGKILL at some moment of the first half of the
orders; the last runs to their end. Prints what the sandbox's ledger says: no order may have a second return, label or
message, none may be left out. Exits 1 where one is wrong, or where the memory of the run that takes the second half
is ever 10 % above what it was after a tenth of these.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RETURNCTL = str(Path(__file__).resolve().parents[1] / ".venv" / "bin" / "returnctl")
FIRST = 20000001


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--faults", type=float, default=2.0, help="percent of the requests")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="returnctl-soak-") as folder:
        return soak(Path(folder), given)


def soak(folder: Path, given: argparse.Namespace) -> int:
    draw = random.Random(given.seed)
    ready = folder / "ready"
    share = given.faults / 100 / 4
    spec = f"429:{share:.4f},500:{share:.4f},drop:{share:.4f},lost-answer:{share:.4f},retry-after:0,seed:{given.seed}"
    serve = [RETURNCTL, "sandbox", "serve", "--port", "0", "--data", str(folder / "sandbox")]
    serve += ["--orders", str(given.orders), "--faults", spec, "--ready-file", str(ready)]
    sandbox = subprocess.Popen(serve, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not ready.exists():
            time.sleep(0.1)
        (folder / "home").mkdir()
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("RETURNCTL_")
        } | {
            "HOME": str(folder / "home"),
            "RETURNCTL_WORKSPACE": str(folder / "returns"),
            "PYTHONFAULTHANDLER": "1",
            "RETURNCTL_PROFILE": "sandbox",
            "RETURNCTL_SANDBOX_URL": ready.read_text().strip(),
        }
        path = folder / "rows.csv"
        lines = (f"{number},faulty,refund,ok,yes" for number in range(FIRST, FIRST + given.orders))
        path.write_text("return,reason,wants,battery,sent\n" + "\n".join(lines) + "\n")
        words = [RETURNCTL, "batch", str(path), "--steps", "open,label,ship", "--yes"]
        for number in range(given.kills):
            _run_and_kill(words, environment, folder / "returns", given.orders / 2 / given.kills, draw)
            _say(f"killed {number + 1} times, {_folders(folder / 'returns')} folders")
        growth = _to_the_end(words, environment, folder, given.orders)
        return _judge(environment, given.orders, growth)
    finally:
        sandbox.terminate()
        sandbox.wait()


def _run_and_kill(
    words: list[str], environment: dict[str, str], root: Path, more: float, draw: random.Random
) -> None:
    """Kill it some time after it has opened so many returns, or right in its beginning."""
    wanted = _folders(root) + more * draw.random() * 2
    process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and _folders(root) < wanted:
        time.sleep(0.05)
    time.sleep(draw.random() * 0.2)
    process.send_signal(signal.SIGKILL)
    process.wait()


def _to_the_end(words: list[str], environment: dict[str, str], folder: Path, orders: int) -> float:
    """Run until nothing fails; the growth of the memory of the first of these runs, as a share."""
    growth = None
    errors, begun = folder / "errors", _folders(folder / "returns")
    enough = begun + (orders - begun) / 10
    for number in range(20):
        with errors.open("wb") as said:
            process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=said)
        sizes = []
        while process.poll() is None:
            if _folders(folder / "returns") >= enough and (size := _memory(process.pid)):
                sizes.append(size)
            time.sleep(0.5)
        if growth is None and sizes:
            growth = max(sizes) / sizes[0] - 1
            _say(f"memory after a tenth {sizes[0] / 256:.0f} MB, at most {max(sizes) / 256:.0f} MB")
        _say(f"run {number + 1} to its end: exit {process.returncode}")
        if process.returncode not in (0, 3):
            _say(errors.read_text(errors="replace")[-3_000:])
        if process.returncode == 0:
            return growth or 0.0
    return growth or 0.0


def _judge(environment: dict[str, str], orders: int, growth: float) -> int:
    ran = subprocess.run(
        [RETURNCTL, "sandbox", "ledger", "--json"], env=environment, capture_output=True, check=True
    )
    ledger = json.loads(ran.stdout)["orders"]
    doubles = lost = 0
    for number in range(FIRST, FIRST + orders):
        found = ledger[str(number)]
        counts = [found[name] for name in ("returns", "labels", "tracking_numbers")]
        doubles += any(count > 1 for count in counts)
        lost += any(count < 1 for count in counts)
    print(f"{orders} orders: {doubles} doubles, {lost} lost, memory {growth:+.1%} over a run")
    return 0 if not (doubles or lost) and growth <= 0.10 else 1


def _folders(root: Path) -> int:
    try:
        return sum(name.isdigit() for name in os.listdir(root))  # noqa: PTH208 - ten thousand names, often
    except FileNotFoundError:
        return 0


def _memory(process: int) -> int:
    """Resident pages; 0 where the process has just ended."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
