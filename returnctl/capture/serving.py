"""Serves one session at one address, until somebody has it end."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from returnctl.capture import address
from returnctl.capture.app import create_app
from returnctl.capture.gate import Gate, channel, fresh_token
from returnctl.capture.session import Session
from returnctl.capture.uploads import MOST_BYTES
from returnctl.serving import serving

_THREADS = 6
_CONNECTIONS = 120
_MEMORY = MOST_BYTES + 2_000_000
_HEAD_BYTES = 16_000


@contextmanager
def served(
    session: Session, *, host: str, port: int, kind: str, gate: Gate | None = None, token: str | None = None
) -> Iterator[str]:
    """The page's address, `http://ADDRESS:PORT/TOKEN/`, for as long as the block lasts. Raises Failed."""
    token = token or fresh_token()
    gate = gate or Gate(token, session.guessed)
    logging.getLogger("waitress").setLevel(logging.CRITICAL)  # its lines would hold the address
    with serving(
        create_app(session, gate, kind=kind),
        host,
        port,
        name="capture",
        threads=_THREADS,
        channel=channel(gate),
        connection_limit=_CONNECTIONS,
        channel_timeout=60,
        cleanup_interval=10,
        recv_bytes=262_144,
        max_request_header_size=_HEAD_BYTES,
        max_request_body_size=_MEMORY,
        # A body stays in memory: on the disk it would lie with the phone's names and places in it.
        inbuf_overflow=_MEMORY,
    ) as listening:
        gate.authority = address.authority(host, listening)
        yield f"http://{gate.authority}/{token}/"
