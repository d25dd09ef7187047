"""A web server in threads of this process, which ends in good order: for the sandbox and for the phone's page."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from returnctl.errors import Failed


@contextmanager
def serving(
    application: Any, host: str, port: int, *, name: str, threads: int, channel: Any = None, **settings: Any
) -> Iterator[int]:
    """Serves a WSGI application with waitress at one address; yields the port, and ends with the block.

    Port 0 takes a free one. `name` is the thread's, `channel` a subclass of waitress's HTTPChannel, `settings` are
    waitress's own. Raises Failed for an address that can't be listened at.
    """
    from waitress import wasyncore
    from waitress.server import create_server

    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a waiting request is nothing to report
    try:
        server = create_server(
            application,
            host=host,
            port=port,
            threads=threads,
            log_socket_errors=False,  # who goes away is nothing to report either
            clear_untrusted_proxy_headers=True,
            ident=None,
            **settings,
        )
    except OSError as error:
        where = f"The port {port}" if host == "127.0.0.1" else f"{host}, port {port},"
        raise Failed(
            f"{where} can't be used: {error.strerror}.", hint="take a free one with --port 0"
        ) from error
    if channel:
        server.channel_class = channel
    ending = threading.Event()

    def loop() -> None:
        while not ending.is_set():
            wasyncore.loop(timeout=server.adj.asyncore_loop_timeout, map=server._map, count=1)

    thread = threading.Thread(target=loop, name=name, daemon=True)
    thread.start()
    try:
        yield server.effective_port
    finally:
        # Nothing is closed before the loop and its workers have ended: a worker may pull the trigger at any time,
        # and a pull on a closed one fails, or writes into whatever file has got its number since.
        ending.set()
        server.pull_trigger()
        thread.join(10)
        server.task_dispatcher.shutdown(timeout=5)
        wasyncore.close_all(server._map, ignore_all=True)
