"""What one session has taken in: a slot for each picture, its verdict, and the file that waits for its step.

A picture that passes lies in the return's folder `capture` from then on, so that neither Ctrl-C nor a flat battery
loses it: the next session finds it there. The step that takes it moves it on.
"""

from __future__ import annotations

import hashlib
import queue
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from msgspec import Struct

from returnctl.capture.judging import Judge, Verdict
from returnctl.capture.slots import Slot
from returnctl.errors import ReturnctlError
from returnctl.evidence.copies import clean_copy
from returnctl.evidence.cut import cut
from returnctl.evidence.duplicates import Fingerprint
from returnctl.evidence.problems import BadPicture, Problem
from returnctl.returns import files

FOLDER = "capture"
#: Pictures judged in one session, retakes among them; a set is seven.
MOST_PICTURES = 200
_THUMBNAIL_SIDE = 320
_SUFFIXES = (".jpg", ".png")
_FRESH = ".new"
_MAX_FILE_BYTES = 100_000_000
_PNG = b"\x89PNG"


class Entry:
    """A slot as it stands. Changed under the session's lock alone.

    `verdict` is on the newest picture; `file` the newest one that passed. `refused` holds a picture that did not,
    while a person may still keep it. `taken` counts the pictures.
    """

    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        self.verdict: Verdict | None = None
        self.digest: str | None = None
        self.file: Path | None = None
        self.fingerprint: Fingerprint | None = None
        self.refused: bytes | None = None
        self.as_it_is = False
        self.left_out = False
        self.taken = 0
        self.thumbnail: bytes | None = None

    @property
    def settled(self) -> bool:
        return self.file is not None or self.left_out or self.slot.there

    @property
    def fresh(self) -> bool:
        """Whether this session has something for the step."""
        return self.file is not None or self.left_out


class Happened(Struct, frozen=True, kw_only=True):
    """Something that the terminal tells: `taken`, `kept`, `left-out`, `finished` or `guessed`."""

    what: str
    slot: Slot | None = None
    verdict: Verdict | None = None


class Session:
    """Thread-safe. `ended` is None while pictures are taken in, then `finished` or `guessed`."""

    def __init__(self, folder: Path, slots: Iterable[Slot], judge: Judge) -> None:
        self._folder = folder
        self._judge = judge
        self._lock = threading.RLock()
        self._judging = threading.Lock()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="capture-writer")
        self.entries = {slot.name: Entry(slot) for slot in slots}
        self.events: queue.SimpleQueue[Happened] = queue.SimpleQueue()
        self.ended: str | None = None
        self.changed_at = time.monotonic()
        self._pictures = 0
        for entry in self.entries.values():
            self._find(entry)

    def close(self) -> None:
        self._writer.shutdown()

    # -- what it stands at ---------------------------------------------------------------------------------------

    @property
    def whole(self) -> bool:
        return all(entry.settled for entry in self.entries.values())

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(name for name, entry in self.entries.items() if not entry.settled)

    def of(self, purpose: str) -> list[Entry]:
        return [entry for entry in self.entries.values() if entry.slot.purpose == purpose]

    def ready(self) -> tuple[str, ...]:
        """The purposes whose sets are whole, with something new in them."""
        purposes = dict.fromkeys(entry.slot.purpose for entry in self.entries.values())
        return tuple(
            purpose
            for purpose in purposes
            if all(entry.settled for entry in self.of(purpose))
            and any(entry.fresh for entry in self.of(purpose))
        )

    def unsure(self) -> bool:
        """Whether there is a picture that a person may want to take again."""
        verdicts = [entry.verdict for entry in self.entries.values() if entry.verdict]
        return any(verdict.verdict != "accepted" for verdict in verdicts)

    # -- what comes in -------------------------------------------------------------------------------------------

    def take(self, name: str, data: bytes, digest: str | None = None) -> Entry:
        """Judge a picture, and keep it if it passes. The same picture again changes nothing. Never raises.

        `digest` is the SHA-256 (hex) of `data`, where it is known already.
        """
        entry = self.entries[name]
        digest = digest or hashlib.sha256(data).hexdigest()
        with self._judging:
            if self.ended or entry.digest == digest:
                return entry
            self._pictures += 1
            if self._pictures > MOST_PICTURES:
                self._note(entry, digest, _rejected("too-many", _TOO_MANY), None, None)
                return entry
            # On a second core: the disk takes a tenth of the judge's time.
            writing = self._writer.submit(self._spool, name, data)
            verdict = self._judge.judge(entry.slot, data, self._others(entry))
            verdict, content = _with_copy(verdict, writing)
            file = None
            try:
                if verdict.passes and content:
                    file = self._settle(name, content)
                else:
                    files.remove(self._folder, f"{FOLDER}/{name}{_FRESH}")
            except (ReturnctlError, OSError) as error:
                verdict = _rejected("disk", str(error))
            self._note(entry, digest, verdict, file, content)
        return entry

    def keep(self, name: str) -> Entry:
        """Take a rejected picture as it is, on a person's word."""
        entry = self.entries[name]
        with self._judging:
            content, verdict = entry.refused, entry.verdict
            if self.ended or content is None or verdict is None:
                return entry
            try:
                files.write_atomic(self._fresh(name), content)
                file = self._settle(name, content)
            except ReturnctlError as error:
                self._note(entry, entry.digest, _rejected("disk", error.message), None, None)
                return entry
            with self._lock:
                entry.file, entry.fingerprint = file, verdict.fingerprint
                entry.refused, entry.as_it_is, entry.left_out = None, True, False
                self._happened("kept", entry)
        return entry

    def leave_out(self, name: str, *, really: bool = True) -> Entry:
        """Note that a view can't be taken, or take that back."""
        entry = self.entries[name]
        with self._lock:
            if entry.slot.may_be_left_out and entry.file is None and not self.ended:
                entry.left_out = really and not entry.slot.there
                if entry.left_out:
                    self._happened("left-out", entry)
                self.changed_at = time.monotonic()
        return entry

    def finish(self) -> bool:
        """End it, if there is a whole set. Says whether it has ended."""
        with self._lock:
            if self.ready() and not self.ended:
                self._end("finished")
            return self.ended is not None

    def guessed(self) -> None:
        """End it: somebody in the network looks for its address."""
        with self._lock:
            if not self.ended:
                self._end("guessed")

    def picture(self, name: str) -> bytes | None:
        """A small, clean copy of the newest picture, made when it is first asked for; None where there is none."""
        with self._lock:
            entry = self.entries[name]
            if entry.thumbnail is None:
                content = entry.refused or (entry.file and entry.file.read_bytes())
                if not content:
                    return None
                try:
                    entry.thumbnail = clean_copy(content, long_side=_THUMBNAIL_SIDE, max_bytes=100_000).data
                except ReturnctlError:
                    return None
            return entry.thumbnail

    def release(self, entry: Entry) -> None:
        """The step has it now."""
        if entry.file:
            files.remove(self._folder, f"{FOLDER}/{entry.file.name}")

    # -- within --------------------------------------------------------------------------------------------------

    def _find(self, entry: Entry) -> None:
        """What an earlier session left behind is judged again, as if it came in now."""
        for suffix in (*_SUFFIXES, _FRESH):
            try:
                data = files.read_bytes(self._place(entry.slot.name, suffix), max_bytes=_MAX_FILE_BYTES)
            except (OSError, ReturnctlError):
                continue
            self.take(entry.slot.name, data)

    def _others(self, entry: Entry) -> dict[str, Fingerprint]:
        with self._lock:
            return {
                other.slot.what: other.fingerprint
                for other in self.entries.values()
                if other is not entry and other.slot.purpose == "photos" and other.fingerprint
            }

    def _spool(self, name: str, data: bytes) -> bytes:
        content = cut(data)
        files.write_atomic(self._fresh(name), content)
        return content

    def _settle(self, name: str, content: bytes) -> Path:
        suffix = ".png" if content.startswith(_PNG) else ".jpg"
        target = self._place(name, suffix)
        files.move(self._fresh(name), target)
        for other in _SUFFIXES:
            if other != suffix:
                self._place(name, other).unlink(missing_ok=True)
        return target

    def _place(self, name: str, suffix: str) -> Path:
        return files.inside(self._folder, f"{FOLDER}/{name}{suffix}")

    def _fresh(self, name: str) -> Path:
        return self._place(name, _FRESH)

    def _note(
        self, entry: Entry, digest: str | None, verdict: Verdict, file: Path | None, content: bytes | None
    ) -> None:
        with self._lock:
            entry.digest, entry.verdict, entry.thumbnail = digest, verdict, None
            entry.taken += 1
            entry.refused = content if not verdict.passes and verdict.may_be_kept else None
            if file:
                entry.file, entry.fingerprint = file, verdict.fingerprint
                entry.as_it_is = entry.left_out = False
            self._happened("taken", entry)

    def _happened(self, what: str, entry: Entry) -> None:
        self.changed_at = time.monotonic()
        self.events.put(Happened(what=what, slot=entry.slot, verdict=entry.verdict))

    def _end(self, how: str) -> None:
        self.ended = how
        self.events.put(Happened(what=how))


_TOO_MANY = "These are more pictures than one session takes: start `returnctl capture` again."


def _with_copy(verdict: Verdict, writing: Future[bytes]) -> tuple[Verdict, bytes | None]:
    """The verdict, and what was written; a picture that passes and can't be kept does not pass."""
    try:
        return verdict, writing.result()
    except BadPicture as error:
        return (_rejected(error.problem.code, error.problem.message) if verdict.passes else verdict), None
    except ReturnctlError as error:
        return (_rejected(error.code, error.message) if verdict.passes else verdict), None


def _rejected(code: str, message: str) -> Verdict:
    problem = Problem(code=code, severity="reject", message=message)
    return Verdict(verdict="rejected", problems=(problem,))
