"""The sandbox's server: waitress on this machine alone."""

from __future__ import annotations

import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from returnctl.errors import DiskTrouble
from returnctl.sandbox import seed
from returnctl.sandbox.faults import Faults
from returnctl.sandbox.store import Store
from returnctl.serving import serving

HOST = "127.0.0.1"
PORT = 8377
_THREADS = 32


@contextmanager
def running(
    data: Path | None = None,
    *,
    port: int = 0,
    orders: int = 0,
    latency_ms: int = 0,
    faults: str = "",
    token: str | None = None,
) -> Iterator[str]:
    """A sandbox in threads of this process, as `http://127.0.0.1:PORT`; it ends with the block.

    Without `data` it keeps its file in a folder of its own that goes away too. `orders` is how many smartphones to
    add from 20000001 on; `token` is the only one that the marketplace takes, where it is given. Raises Failed for
    a port in use, Usage for `faults`, DiskTrouble.
    """
    from returnctl.sandbox.app import create_app

    misfortune = Faults(faults)
    folder = data or Path(tempfile.mkdtemp(prefix="returnctl-sandbox-"))
    try:
        store = Store(folder)
        try:
            with store.transaction() as db:
                seed.add_many(db, orders)
            app = create_app(store, latency_ms=latency_ms, faults=misfortune, token=token)
            with serving(
                app, HOST, port, name="sandbox", threads=_THREADS, connection_limit=1000
            ) as listening:
                yield f"http://{HOST}:{listening}"
        finally:
            store.close()
    finally:
        if data is None:
            shutil.rmtree(folder, ignore_errors=True)


def serve(
    data: Path,
    *,
    ready: Callable[[str], None],
    port: int = PORT,
    orders: int = 0,
    latency_ms: int = 0,
    faults: str = "",
) -> None:
    """Serves until Ctrl-C or SIGTERM, which end it in good order. `ready` is told the URL once it listens."""
    stop = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        with running(data, port=port, orders=orders, latency_ms=latency_ms, faults=faults) as url:
            ready(url)
            stop.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def announce(path: Path, url: str) -> None:
    """Writes the URL into a file that others wait for; whoever sees it sees all of it. Raises DiskTrouble."""
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.write_text(f"{url}\n", encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        raise DiskTrouble(f"The ready file {path} can't be written: {error.strerror}.") from error
