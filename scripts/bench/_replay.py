"""A marketplace that costs next to nothing: what the sandbox answered for one order, told for each other.

Whoever measures a client beside a server on two cores measures both. Here an answer is asked of the sandbox once;
from then on every order gets it from memory, with its own number in it, after the latency that is wanted.

    _replay.py SANDBOX-URL READY-FILE LATENCY-MS
"""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from collections import Counter
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

_ORDER = re.compile(rb"2[0-9]{7}")
_BLANK = b"\0" * 8


class Replay:
    """The answers so far, and how often each was given."""

    def __init__(self, sandbox: str, latency_s: float) -> None:
        self._host, self._port = urlsplit(sandbox).hostname, urlsplit(sandbox).port
        self.latency_s = latency_s
        self.answers: dict[bytes, bytes] = {}
        self.given: Counter[bytes] = Counter()

    async def ask(self, request: bytes) -> bytes:
        """The sandbox's own answer. It closes the connection afterwards, and our client is not told so."""
        reader, writer = await asyncio.open_connection(self._host, self._port)
        writer.write(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        answer = await reader.read()
        writer.close()
        return answer.replace(b"Connection: close\r\n", b"", 1)


class Talk(asyncio.Protocol):
    """One client's connection: requests come one after the other."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        head, whole, body = self._waiting.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: *([0-9]+)", head)
        if not whole or len(body) < int(length[1] if length else 0):
            return
        request, self._waiting = self._waiting, b""
        line = request.partition(b"\r\n")[0]
        order = _ORDER.search(line) or _ORDER.search(body)
        number = order[0] if order else _BLANK
        kind = line.replace(number, _BLANK)
        self._replay.given[kind] += 1
        loop = asyncio.get_running_loop()
        if kind in self._replay.answers:
            answer = self._replay.answers[kind].replace(_BLANK, number)
            loop.call_later(self._replay.latency_s, self._answer, answer)
        else:
            asked = loop.create_task(self._replay.ask(request))
            asked.add_done_callback(partial(self._keep, kind, number))

    def _keep(self, kind: bytes, number: bytes, asked: asyncio.Task[bytes]) -> None:
        answer = asked.result()
        self._replay.answers[kind] = answer.replace(number, _BLANK)
        self._answer(answer)

    def _answer(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)  # type: ignore[attr-defined]


async def serve(sandbox: str, ready: Path, latency_s: float) -> None:
    """Until SIGTERM; then the tally is printed, a line for each kind of request."""
    replay = Replay(sandbox, latency_s)
    server = await asyncio.get_running_loop().create_server(partial(Talk, replay), "127.0.0.1", 0)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    ready.write_text(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    await ended.wait()
    for kind, times in replay.given.items():
        print(times, kind.replace(_BLANK, b"ORDER").decode())


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]) / 1000))
