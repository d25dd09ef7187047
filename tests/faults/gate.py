"""A door in front of the sandbox, at which one request can be stopped: on its way there, or on its way back."""

from __future__ import annotations

import http.client
import threading
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import urlsplit

_PATIENCE_S = 30


class Stop:
    """One request that is stopped. `reached` is set when it is there; it stays until `let_go` or `let_on`."""

    def __init__(self, method: str, path: str, *, handled: bool, nth: int, wait: bool) -> None:
        self.method, self.path, self.handled, self.wait = method, path, handled, wait
        self.reached = threading.Event()
        self._go = threading.Event()
        self._breaks = True
        self._left = nth
        self._lock = threading.Lock()

    def meets(self, method: str, path: str) -> bool:
        if self.method != method or not fnmatchcase(path, self.path):
            return False
        with self._lock:
            self._left -= 1
            return self._left == 0

    def arrived(self) -> bool:
        """Waits for it; False where nothing came."""
        return self.reached.wait(_PATIENCE_S)

    def stay(self) -> bool:
        """Whether its connection breaks then."""
        self.reached.set()
        if self.wait:
            self._go.wait(_PATIENCE_S)
        return self._breaks

    def let_go(self) -> None:
        """The connection breaks now, without an answer."""
        self._go.set()

    def let_on(self) -> None:
        """It goes on its way now, as if nothing had been."""
        self._breaks = False
        self._go.set()


class Gate:
    """Passes everything on to the sandbox at `behind`, but for what it is told to stop.

    With `environment` the marketplace behind it says that it is of that one.
    """

    def __init__(self, behind: str, *, environment: str = "sandbox") -> None:
        self._environment = environment
        self._behind = urlsplit(behind).netloc
        self._stops: list[Stop] = []
        gate = self

        class Handler(BaseHTTPRequestHandler):
            def _pass(self) -> None:
                gate.carry(self)

            do_GET = do_POST = do_PUT = do_DELETE = _pass  # noqa: N815 - http.server's names

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def hold(self, method: str, path: str, *, handled: bool, nth: int = 1) -> Stop:
        """Keep the nth such request: after the sandbox has handled it, or before it sees it."""
        return self._stop(Stop(method, path, handled=handled, nth=nth, wait=True))

    def cut(self, method: str, path: str, *, handled: bool, nth: int = 1) -> Stop:
        """Break the connection of the nth such request at once."""
        return self._stop(Stop(method, path, handled=handled, nth=nth, wait=False))

    def _stop(self, stop: Stop) -> Stop:
        self._stops.append(stop)
        return stop

    def carry(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        stop = next((stop for stop in self._stops if stop.meets(request.command, request.path)), None)
        if stop and not stop.handled and stop.stay():
            return
        behind = http.client.HTTPConnection(self._behind, timeout=_PATIENCE_S)
        try:
            behind.request(request.command, request.path, body, dict(request.headers.items()))
            answer = behind.getresponse()
            content = answer.read()
        finally:
            behind.close()
        if stop and stop.handled and stop.stay():
            return
        if request.path == "/v1/about":
            content = content.replace(b'"sandbox"', f'"{self._environment}"'.encode())
        request.send_response_only(answer.status)
        for name in ("Content-Type", "Retry-After"):
            if answer.getheader(name):
                request.send_header(name, str(answer.getheader(name)))
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    def __enter__(self) -> Gate:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stop in self._stops:
            stop.let_go()
        self._server.shutdown()
        self._server.server_close()
