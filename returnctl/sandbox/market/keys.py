"""`Idempotency-Key`: a write is carried out a single time for each key.

What changed something is kept under its key, in the same transaction. What was refused changed nothing and
uses up no key.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from returnctl.sandbox.market.problems import stop
from returnctl.sandbox.web import Answer, Context, Handler, Request

_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")


class Keys:
    """The keys of a marketplace's writes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: set[tuple[str, str]] = set()

    @contextmanager
    def claim(self, instance: str, request: Request) -> Iterator[None]:
        """Holds the key meanwhile. Raises Stop: 409 `key-in-progress` when another request holds it."""
        mark = (instance, request.headers.get("idempotency-key", ""))
        with self._lock:
            if mark[1] and mark in self._held:
                raise stop(409, "key-in-progress", "The first request with this key is being carried out.")
            self._held.add(mark)
        try:
            yield
        finally:
            with self._lock:
                self._held.discard(mark)

    def run(self, context: Context, request: Request, handler: Handler) -> Answer:
        """The first answer for this key again, or the handler's, which is kept. Raises Stop."""
        key = request.headers.get("idempotency-key", "")
        if not _KEY.fullmatch(key):
            raise stop(
                400, "bad-request", "A write carries an Idempotency-Key of 8 to 64 letters, digits, hyphens."
            )
        row = context.db.execute("select * from keys where key = ?", (key,)).fetchone()
        if row is None:
            answer = handler(context, request)
            self._keep(context, key, request, answer)
            return answer
        if row["fingerprint"] != _fingerprint(request):
            raise stop(422, "key-reused", "This key was used for another request.")
        return Answer(status=row["status"], body=row["body"], media_type=row["media_type"])

    @staticmethod
    def _keep(context: Context, key: str, request: Request, answer: Answer) -> None:
        context.db.execute(
            "insert into keys (key, order_number, fingerprint, status, media_type, body)"
            " values (?, ?, ?, ?, ?, ?)",
            (
                *(key, _order_of(context, request, answer), _fingerprint(request)),
                *(answer.status, answer.media_type, answer.body),
            ),
        )


def _order_of(context: Context, request: Request, answer: Answer) -> str:
    name = request.args.get("return_id") or msgspec.json.decode(answer.body)["return"]
    return str(context.db.execute("select order_number from cases where id = ?", (name,)).fetchone()[0])


def _fingerprint(request: Request) -> str:
    start = f"{request.method} {request.path}\n{request.media_type}\n".encode()
    return hashlib.sha256(start + request.body).hexdigest()
