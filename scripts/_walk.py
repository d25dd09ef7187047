"""The demo itself, inside `returnctl sandbox run`: order 10000001 through all eight steps, each command shown.

Usage: _walk.py OUTPUT [PHOTOS]
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

ORDER = "10000001"
RETURNCTL = str(Path(sys.executable).with_name("returnctl"))
STEPS = ("open", "photos", "imei", "disconnect-proof", "slip", "label", "ship", "track")
PENDING = 8


class Stopped(Exception):
    """A command did not end as it should, or did not do what it said; the message is for the user."""


class Walk:
    """Runs commands in the output folder, so that what is shown stays short."""

    def __init__(self, output: Path, photos: Path | None) -> None:
        self.output = output
        self.photos = photos
        self.environ = {**os.environ, "RETURNCTL_WORKSPACE": str(output / "returns")}
        self.bold = sys.stdout.isatty() and not os.environ.get("NO_COLOR")

    def go(self) -> None:
        self.say("A marketplace and its carriers run on this machine. First, pictures to send:")
        self.run("sandbox", "photos", "pictures", "--device", "smartphone", "--imei-box")
        self.say("1. Open the return. The order is read from the marketplace.")
        self.run("open", ORDER, "--reason", "faulty", "--wants", "refund")
        self.say("2. Photos: put to their views, judged, sent when the set is whole.")
        self.send_photos()
        self.say("3. The IMEI, read from a picture of the box and compared with the order's.")
        self.run("imei", ORDER, "--image", "pictures/imei-box.jpg")
        self.say("4. Leave the accounts: first what to do, then the proof that it was done.")
        self.run("disconnect-proof", ORDER, expect=PENDING)
        self.run("disconnect-proof", ORDER, "pictures/disconnect-proof.png", "--backed-up", "yes")
        self.say("5. The page that goes into the parcel.")
        self.run("slip", ORDER)
        self.say("6. The seller's prepaid label.")
        self.run("label", ORDER)
        self.say("7. The packed parcel. Its label is drawn into the picture now that there is one.")
        self.run("sandbox", "photos", "pictures", "--device", "smartphone", "--label", self.tracking_number())
        parcel = ["--inside", "pictures/inside.jpg", "--outside", "pictures/outside.jpg"]
        self.run("ship", ORDER, *parcel, "--battery", "ok", "--drop-off")
        self.run("ship", ORDER, "--sent")
        self.say("8. Follow the parcel. The sandbox moves it on; the carrier's own scans say so.")
        self.run("track", ORDER)
        self.run("sandbox", "advance", ORDER, "--to", "delivered")
        self.run("track", ORDER, "--until", "delivered", "--timeout", "30s")
        self.say("What stands now, what was said, and what the services really received:")
        self.run("status", ORDER)
        self.run("messages", ORDER)
        self.run("sandbox", "ledger", ORDER)
        self.check()

    def send_photos(self) -> None:
        if self.photos is None:
            self.run("photos", ORDER, "pictures")
            return
        if self.run("photos", ORDER, str(self.photos), expect=None) == 2:
            self.say("The names say no views: in the order in which they were taken, then.")
            self.run("photos", ORDER, str(self.photos), "--in-order")

    def run(self, *words: str, expect: int | None = 0) -> int:
        """Show a command and what it prints. Raises Stopped for another exit code than `expect`, if one is."""
        line = shlex.join(["returnctl", *words])
        self.print(f"\n\033[1m$ {line}\033[0m" if self.bold else f"\n$ {line}")
        ended = subprocess.run(
            [RETURNCTL, *words],
            cwd=self.output,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            check=False,
        )
        code = ended.returncode
        if code == PENDING == expect:
            self.print("(exit code 8: nothing is wrong, but it is not final yet)")
        if expect not in (None, code):
            raise Stopped(f"`{line}` ended with exit code {code}.")
        if expect is None and code not in (0, 2):
            raise Stopped(f"`{line}` ended with exit code {code}.")
        return code

    def read(self, *words: str) -> Any:
        """What a command says as JSON, unshown."""
        ended = subprocess.run(
            [RETURNCTL, *words, "--json"],
            cwd=self.output,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            check=False,
        )
        if ended.returncode:
            raise Stopped(f"`returnctl {shlex.join(words)}` ended with exit code {ended.returncode}.")
        return json.loads(ended.stdout)

    def tracking_number(self) -> str:
        return str(self.read("label", ORDER)["tracking_number"])

    def check(self) -> None:
        """Trust no words: look at what was recorded. Raises Stopped."""
        steps = self.read("status", ORDER)["returns"][0]["steps"]
        undone = [step for step in STEPS if steps[step]["state"] != "done"]
        if undone:
            raise Stopped(f"Not done: {', '.join(undone)}.")
        if self.read("ship", ORDER)["label_read"] != "match":
            raise Stopped("The label in the parcel's picture was not read.")
        missing = [path for path in self.papers() if not path.read_bytes().startswith(b"%PDF-")]
        if missing:
            raise Stopped(f"Not a PDF: {missing[0]}.")

    def papers(self) -> list[Path]:
        documents = self.output / "returns" / ORDER / "documents"
        return [documents / "slip.pdf", documents / "label.pdf"]

    def say(self, words: str) -> None:
        self.print(f"\n{words}")

    def print(self, words: str) -> None:
        print(words, flush=True)  # before the next command prints

    def tidy(self) -> None:
        shutil.rmtree(self.output / "cache", ignore_errors=True)

    def farewell(self) -> None:
        self.say("The return went through all eight steps. The papers to print:")
        for path in self.papers():
            self.print(f"  {path}")
        self.print(f"The whole return lies in {self.output}; delete that folder when you have seen enough.")


def main() -> int:
    for number in (signal.SIGTERM, signal.SIGHUP):  # as Ctrl-C does: the running command is ended too
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    walk = Walk(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
    try:
        walk.go()
    except (Stopped, OSError) as error:
        print(f"\nThe demo stopped: {error} What there is lies in {walk.output}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nInterrupted. What there is lies in {walk.output}", file=sys.stderr)
        return 130
    finally:
        walk.tidy()
    walk.farewell()
    return 0


if __name__ == "__main__":
    sys.exit(main())
