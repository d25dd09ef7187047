"""Work on several machines: a dask scheduler that runs already, or a small cluster on this machine.

Dask may run a task twice, and loses those of a worker that dies: so nothing is tried again by it (`retries=0`), no
result is taken from an earlier one (`pure=False`), and a second run of a row is a no-op by the return's record. Tasks
and results are pickles: let a scheduler listen on loopback or a private network alone, or use tls://.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from returnctl.batch.engine import Engine, leave_ctrl_c, size
from returnctl.batch.outcome import Outcome
from returnctl.batch.rows import Row
from returnctl.errors import Failed, Unavailable

if TYPE_CHECKING:
    from returnctl.batch.run import Options

_PATIENCE_S = 15
_CHUNK = 100
_IN_FLIGHT = 64


@contextlib.contextmanager
def engine(work: Callable[[list[Row]], list[Outcome]], options: Options, rows: int) -> Iterator[Engine]:
    """The cluster as an engine. Raises Failed without the library, Unavailable without a scheduler or workers."""
    try:
        import dask
        import distributed
    except ImportError:
        raise Failed(
            "--engine dask needs the library `distributed`, which is not installed.",
            hint="install it: pip install 'returnctl[dask]'",
        ) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # a lost worker is said by each of its rows
    settings = {
        "distributed.scheduler.allowed-failures": 0,
        "distributed.admin.tick.limit": "1h",
        "distributed.admin.low-level-log-length": 10,  # of each connection's last thousand messages all rows are kept
    }
    with dask.config.set(settings), contextlib.ExitStack() as stack:
        client = stack.enter_context(_client(distributed, options, rows))
        slots = sum(client.nthreads().values())
        if not slots:
            raise Unavailable(
                "The scheduler has no workers.", hint=f"start some: dask worker {options.scheduler}"
            )
        executor = client.get_executor(pure=False, retries=0)
        yield Engine(
            executor=executor,
            work=work,
            window=min(_IN_FLIGHT, 2 * slots),
            chunk=size(rows, slots, _CHUNK),
            recalls=False,
        )


@contextlib.contextmanager
def _client(distributed: Any, options: Options, rows: int) -> Iterator[Any]:
    if options.scheduler is None:
        with _cluster(distributed, options.jobs) as cluster, distributed.Client(cluster) as client:
            client.run(leave_ctrl_c)
            yield client
        return
    try:
        client = distributed.Client(options.scheduler, timeout=_PATIENCE_S)
    except (OSError, ValueError, TypeError) as error:
        raise Unavailable(
            f"No scheduler answers at {options.scheduler} ({str(error).partition(chr(10))[0][:120]}).",
            hint="start it with `dask scheduler`; tls:// takes its certificates from dask's configuration",
        ) from None
    with client:
        yield client


def _cluster(distributed: Any, jobs: int) -> Any:
    """Processes on this machine, on loopback alone, without the dashboard's port."""
    import os

    workers = max(1, min(os.cpu_count() or 1, jobs))
    return distributed.LocalCluster(
        n_workers=workers,
        threads_per_worker=max(1, jobs // workers),
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        silence_logs=logging.CRITICAL,
    )
