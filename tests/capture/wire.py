"""Requests as bytes, for what no honest client would send."""

from __future__ import annotations

import contextlib
import socket
from urllib.parse import urlsplit

_PATIENCE_S = 60


def speak(url: str, sent: bytes, *, most: int = 200_000) -> bytes:
    """What the server at `url` says to these bytes, up to its closing the connection; empty where it says nothing.

    What it does not want to read it may refuse with a reset.
    """
    place = urlsplit(url)
    heard = b""
    with socket.create_connection((place.hostname, place.port), timeout=_PATIENCE_S) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionError):
            while len(heard) < most and (part := connection.recv(65_536)):
                heard += part
    return heard


def request(
    url: str,
    path: str,
    *,
    method: str = "GET",
    body: bytes = b"",
    headers: tuple[str, ...] = (),
    host: str = "",
) -> bytes:
    place = urlsplit(url)
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host or place.netloc}", "Connection: close", *headers]
    if body and not any(line.lower().startswith(("content-length", "transfer")) for line in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + body


def status(answer: bytes) -> int:
    """The status of an answer; 0 where there is none."""
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.") else 0
