"""Where a sweep works: a sandbox in a process of its own, a door before it, a workspace, orders of its own."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from click.testing import CliRunner

from returnctl.cli import cli
from returnctl.returns import examination
from returnctl.returns.record import NAME, Record
from returnctl.sandbox import client
from returnctl.sandbox.control import COUNTS
from tests.commands.world import IMEI, NOW, NUMBER
from tests.faults.rig.door import Door
from tests.faults.rig.forks import Forks
from tests.faults.rig.scenes import BY_HAND

ORDERS = 400
_FIRST = 20_000_001
_PATIENCE_S = 60
_ADDRESS = """
company = "Desk"
street = ["1 Warehouse Rd"]
city = "Newark"
state = "NJ"
postcode = "07102"
phone = "5185550123"
"""


class Bench:
    """Used with `with`; changes this process's environment for as long."""

    def __init__(self, *, orders: int = ORDERS, forks: Forks | None = None) -> None:
        self.forks = forks or Forks()
        self.root = Path(tempfile.mkdtemp(prefix="returnctl-faults-"))
        self.workspace = self.root / "returns"
        self.names: dict[str, Any] = {"address": self.root / "desk.toml"}
        self._orders = orders
        self._used = 0
        self._before: dict[str, str] = {}

    def __enter__(self) -> Bench:
        self.names["address"].write_text(_ADDRESS)
        self._before = dict(os.environ)
        for name in list(os.environ):
            if name.startswith(("RETURNCTL_", "XDG_")) or name.lower().endswith("_proxy"):
                del os.environ[name]
        os.environ |= {
            "HOME": str(self.root / "home"),
            "RETURNCTL_CONFIG_DIR": str(self.root / "config"),
            "RETURNCTL_WORKSPACE": str(self.workspace),
            "RETURNCTL_NOW": NOW,
            "RETURNCTL_PROFILE": "sandbox",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }
        self._draw()
        self._warm()
        self._serve()
        self.door = Door(self.url).__enter__()
        self.plain()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.door.__exit__(kind, error, trace)
        self._database.close()
        self._sandbox.send_signal(signal.SIGTERM)
        self._sandbox.wait(_PATIENCE_S)
        self.forks.close()
        os.environ.clear()
        os.environ |= self._before
        shutil.rmtree(self.root, ignore_errors=True)

    def _draw(self) -> None:
        from returnctl.sandbox.pictures import draw_photos

        folder = self.root / "pictures"
        draw_photos(folder, "smartphone", label=NUMBER, imei=IMEI)
        files = {
            "back": "back.jpg",
            "inside": "inside.jpg",
            "outside": "outside.jpg",
            "proof": "disconnect-proof.png",
        }
        self.names |= {name: folder / file for name, file in files.items()}

    def _warm(self) -> None:
        """What a first run loads is loaded here, once for all children: fonts, holidays, decoders. No network."""
        scratch = ["--profile", "manual", "--workspace", str(self.root / "warm")]
        for line in (BY_HAND, "slip {order}", "label {order} --file {back} --number " + NUMBER,
                     "ship {order} --battery ok --inside {inside}", "photos --check --device smartphone {back}",
                     "status {order}"):  # fmt: skip
            words = [*self.words(line, "10000001"), "--no-input"]
            CliRunner().invoke(cli, words if "--check" in words else [*words, *scratch])
        gc.collect()
        gc.freeze()

    def _serve(self) -> None:
        ready, data = self.root / "ready", self.root / "data"
        words = ["sandbox", "serve", "--port", "0", "--data", str(data), "--orders", str(self._orders)]
        self._sandbox = subprocess.Popen(
            [sys.executable, "-m", "returnctl", *words, "--ready-file", str(ready)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C ends the sweep first
        )
        for _ in range(_PATIENCE_S * 50):
            if ready.exists():
                break
            assert self._sandbox.poll() is None, "the sandbox did not start"
            time.sleep(0.02)
        self.url = ready.read_text().strip()
        # Their clock is a real one, and a sweep is quicker than any seller.
        client.faults(self.url, "care-limits:0")
        self._database = sqlite3.connect(data / "sandbox.sqlite3", isolation_level=None)

    # -- which way to the sandbox --------------------------------------------------------------------------------

    def straight(self) -> None:
        """Past the door, for several at once."""
        os.environ["RETURNCTL_SANDBOX_URL"] = self.url

    def plain(self) -> None:
        """Through the door, which lets everything pass."""
        self.through("none")

    def through(self, kind: str, *, nth: int = 1, times: int = 1, writes: bool = True) -> None:
        """Through the door, which meets a request with `kind`."""
        self.door.set(kind, nth=nth, times=times, writes=writes)
        os.environ["RETURNCTL_SANDBOX_URL"] = self.door.url

    # -- orders ---------------------------------------------------------------------------------------------------

    def order(self) -> str:
        """One that is as it was seeded, and has no folder."""
        if self._used == self._orders:
            self.anew()
        self._used += 1
        return str(_FIRST + self._used - 1)

    def anew(self) -> None:
        """No return at all, here or at the sandbox."""
        client.reset(self.url)
        shutil.rmtree(self.workspace, ignore_errors=True)
        self._used = 0

    def fresh(self, order: str) -> str:
        """A seeded order, put back."""
        client.reset(self.url, order)
        for folder in self.workspace.glob(f"{order}*"):
            shutil.rmtree(folder)
        return order

    def ledger(self, order: str) -> dict[str, int]:
        """What the services hold: the ledger's counts, and what of it was taken back."""
        counts = {name: dict(self._database.execute(query)).get(order, 0) for name, query in COUNTS.items()}
        for table in ("parcels", "pickups"):
            query = f"select count(*) from {table} where cancelled and order_number = ?"
            counts[f"{table}_cancelled"] = self._database.execute(query, (order,)).fetchone()[0]
        declared = "select count(*) from problems join cases on cases.id = case_id where order_number = ?"
        counts["problems"] = self._database.execute(declared, (order,)).fetchone()[0]
        return counts

    def bought(self, order: str) -> list[str]:
        """The tracking numbers of bought labels, as their owner sees them on the carrier's website."""
        query = "select tracking_number from parcels where bought and order_number = ? order by number"
        return [row[0] for row in self._database.execute(query, (order,))]

    # -- returns ----------------------------------------------------------------------------------------------------

    def words(self, line: str, order: str) -> list[str]:
        """A scene's line with its places filled in."""
        return [word.format(order=order, **self.names) for word in line.split(" ")]

    def folder(self, order: str) -> Path:
        return self.workspace / order

    def unreadable(self, order: str) -> str | None:
        """What is wrong with the record of a return; None where it is whole, or not there yet."""
        folder = self.folder(order)
        if not (folder / NAME).exists():
            return None
        try:
            record = Record.load(folder)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what the sweep looks for
            return f"{type(error).__name__}: {error}"
        if record.refold() != record.state:
            return "the state does not follow from the events"
        return None

    def unsound(self, order: str) -> list[str]:
        """What `verify` would complain about."""
        found = examination.examine(self.folder(order))
        return [
            f"{check.name}: {check.message}"
            for check in [*found.record, *found.files]
            if check.state == "problem"
        ]

    def doubts(self, order: str) -> int:
        return len(Record.load(self.folder(order)).state.doubts)

    def run_all(self, lines: Sequence[str], order: str) -> None:
        """Lines that have to end well."""
        for line in lines:
            ran = self.forks.call(self.words(line, order))
            assert ran.exit in (0, 8), str(ran)
