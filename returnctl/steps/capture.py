"""The phone as camera: serve the page, tell what comes, hand over what is whole."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct

from returnctl import likeness, standing
from returnctl.app import App
from returnctl.errors import Pending, Refused, ReturnctlError, Usage
from returnctl.output import Table
from returnctl.result import Result
from returnctl.returns import progress
from returnctl.returns.events import PhotoProblem
from returnctl.returns.files import write_atomic
from returnctl.returns.held import Return
from returnctl.returns.reference import Reference

#: How long a whole set waits for a second thought, in seconds: where a picture could be better, and where none could.
_SECOND_THOUGHT = 30.0
_ALL_GOOD = 10.0
#: How long the page stays after the end, so that the phone can show it.
_FAREWELL = 1.5


class Options(Struct, frozen=True, kw_only=True):
    """`wanted` is --for, empty for all that is open. `bind` is the address to listen at, None for this machine's."""

    wanted: tuple[str, ...] = ()
    bind: str | None = None
    port: int = 0
    timeout: float = 900.0
    png: Path | None = None
    ready: Callable[[str], None] = lambda url: None


class Captured(Struct, frozen=True, kw_only=True, rename={"for_": "for"}):
    """A picture that came, with its newest verdict. `state` is `kept`, `rejected`, `left-out` or `missing`."""

    for_: str
    view: str
    state: str
    verdict: str | None = None
    problems: tuple[PhotoProblem, ...] = ()


class CaptureResult(Result, kw_only=True):
    """`ended` is `finished`, `time-out`, `guessed`, `nothing-to-take`, or None in a dry run."""

    captured: tuple[Captured, ...] = ()
    missing: tuple[str, ...] = ()
    ended: str | None = None
    handed: tuple[Any, ...] = ()

    def document(self) -> dict[str, Any]:
        handed, self.handed = self.handed, ()
        content = super().document()
        del content["handed"]
        content["steps"] = [one.document() for one in handed]
        self.handed = handed
        return content

    def for_people(self) -> Iterable[str | Table]:
        if self.dry_run:
            yield f"Would take: {', '.join(self.missing)}." if self.missing else "There is nothing to take."
        elif self.ended == "nothing-to-take":
            yield "There is nothing to take: every picture is there."
        for one in self.handed:
            if one.result:
                yield from one.result.for_people()


def run(app: App, reference: Reference, options: Options) -> CaptureResult:
    """Take pictures until they are all there, or the time is over. Holds the return only while a step runs.

    Raises Pending at the time-out, Refused where somebody guessed at the address, and what the steps raise.
    """
    from returnctl.capture import slots
    from returnctl.capture.judging import Judge
    from returnctl.capture.session import Session

    held = app.reading(reference)
    _check(app, held)
    wanted = slots.slots(held.state, options.wanted)
    if app.options.dry_run:
        return _result(app, held, missing=tuple(slot.name for slot in wanted if not slot.there))
    if all(slot.there for slot in wanted):
        return _result(app, held, ended="nothing-to-take")
    with app.workspace.hold(held.reference, apart="capture"):
        session = Session(held.folder, wanted, Judge(held.state, likeness.known(held)))
        try:
            return _with_session(app, held, session, options)
        finally:
            session.close()


def _check(app: App, held: Return) -> None:
    if held.state.role == "seller":
        raise Refused(
            "The buyer takes the pictures; the seller's desk gets them with `returnctl pull`.",
            hint=f"`returnctl photos {held.name} --ask` asks for what is missing",
        )
    if held.state.closed and not app.options.reopen:
        standing.check_open(app, held)


def _with_session(app: App, held: Return, session: Any, options: Options) -> CaptureResult:
    from returnctl.capture.handing import gravest, hand_over

    handed: list[Any] = []
    if session.whole:  # the session before this one was broken off when nothing was missing any more
        session.finish()
        ended = "finished"
        handed = hand_over(app, held.reference, session, session.ready())
    else:
        with _page(app, held, session, options):
            ended = _wait(app, session, options.timeout)
            if ended == "finished":
                handed = hand_over(app, held.reference, session, session.ready())
                time.sleep(_FAREWELL)
    after = app.reading(held.reference)
    result = _result(app, after, session, ended=ended, handed=tuple(handed))
    _end(held, session, result, gravest(handed))
    return result


@contextmanager
def _page(app: App, held: Return, session: Any, options: Options) -> Iterator[None]:
    from returnctl.capture import address
    from returnctl.capture.serving import served

    host = address.checked(options.bind) if options.bind else address.own_address()
    with served(session, host=host, port=options.port, kind=held.state.device.kind) as url:
        if options.png:
            from returnctl.capture.qr import as_png

            write_atomic(options.png.absolute(), as_png(url))
        app.say_code(url)
        app.say(f"Open this page on the phone, in the same network as this computer. {address.warning(host)}")
        options.ready(url)
        yield


def _wait(app: App, session: Any, timeout: float) -> str:
    """Until it ends; tells what comes meanwhile. `finished`, `guessed` or `time-out`."""
    from returnctl.capture.page import names

    titles = names(entry.slot for entry in session.entries.values())
    deadline = time.monotonic() + timeout
    while session.ended is None:
        until = deadline
        if session.whole and session.ready():
            until = min(deadline, session.changed_at + (_SECOND_THOUGHT if session.unsure() else _ALL_GOOD))
        left = until - time.monotonic()
        if left <= 0:
            if until < deadline or session.whole:
                session.finish()
                break
            return "time-out"
        try:
            event = session.events.get(timeout=left)
        except queue.Empty:
            continue
        _tell(app, event, titles, session)
    while not session.events.empty():
        _tell(app, session.events.get(), titles, session)
    return str(session.ended)


def _tell(app: App, event: Any, titles: dict[str, str], session: Any) -> None:
    if event.slot is None:
        return
    title = titles[event.slot.name]
    if event.what == "left-out":
        app.say(f"{title}: can't be taken.")
    elif event.what == "kept":
        app.say(f"{title}: kept as it is.")
    else:
        words = " ".join(problem.message for problem in event.verdict.told)
        app.say(f"{title}: {event.verdict.verdict}. {words}".rstrip())
    missing = len(session.missing)
    if not missing:
        app.say("Everything is here; it is handed over in a moment, or with Finish on the phone.")


def _end(held: Return, session: Any, result: CaptureResult, error: ReturnctlError | None) -> None:
    """Raises what the whole ends with, where that is no success."""
    again = f"`returnctl capture {held.name}` goes on where it was"
    kept = sum(entry.file is not None and entry.file.exists() for entry in session.entries.values())
    if error:
        error.result = result
        raise error
    if result.ended == "guessed":
        raise Refused(
            f"Somebody in this network tried many wrong addresses, so the session ended; {_pictures(kept)} kept.",
            hint=f"use a network that you trust; {again}, at a new address",
            result=result,
        )
    if result.ended == "time-out":
        raise Pending(
            f"The time is over; {_pictures(kept)} kept, and nothing was handed over.",
            hint=again,
            result=result,
        )
    if result.missing:
        raise Pending(f"Still to take: {', '.join(result.missing)}.", hint=again, result=result)


def _pictures(number: int) -> str:
    return f"{number} picture{' is' if number == 1 else 's are'}"


def _result(app: App, held: Return, session: Any = None, **values: Any) -> CaptureResult:
    state = held.state
    captured = tuple(_captured(entry) for entry in session.entries.values()) if session else ()
    if session:
        values["missing"] = session.missing
    return CaptureResult(
        return_=str(held.reference),
        order=state.order,
        line=state.line,
        role=state.role,
        sent=any(one.result.sent for one in values.get("handed", ()) if one.result),
        next=progress.next_step(state, held.name),
        dry_run=app.options.dry_run,
        captured=captured,
        **values,
    )


def _captured(entry: Any) -> Captured:
    verdict = entry.verdict
    problems = tuple(
        PhotoProblem(
            code=problem.code,
            severity=problem.severity,
            message=problem.message,
            measured=problem.measured,
            limit=problem.limit,
        )
        for problem in (verdict.problems if verdict else ())
    )
    if entry.left_out:
        state = "left-out"
    elif entry.settled:
        state = "kept"
    else:
        state = "rejected" if verdict else "missing"
    return Captured(
        for_=entry.slot.purpose,
        view=entry.slot.what,
        state=state,
        verdict=verdict.verdict if verdict else None,
        problems=problems,
    )


def purposes(text: str) -> tuple[str, ...]:
    """What --for names, by commas. Raises Usage."""
    from returnctl.capture.slots import PURPOSES

    words = tuple(word.strip() for word in text.split(","))
    for word in words:
        if word not in PURPOSES:
            raise Usage(f"--for {word[:20]}: not a set of pictures.", hint=f"one of {', '.join(PURPOSES)}")
    return words
