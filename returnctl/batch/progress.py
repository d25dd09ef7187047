"""How far a batch is, on standard error: a line that changes and a line for each failure on a terminal, else a line
every ten seconds."""

from __future__ import annotations

import time
from collections.abc import Callable

from returnctl import output
from returnctl.batch.outcome import Outcome

_EVERY_S = 10.0
_ON_TERMINAL_S = 0.2
#: The rate is that of the last minute or so.
_MEMORY_S = 60.0


class Progress:
    """Counts outcomes and shows them; `total` rows are to be worked on. `shown` is False with --quiet and --json."""

    def __init__(self, total: int, *, shown: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self.done = 0
        self.failed = 0
        self.pending = 0
        self._total = total
        self._shown = shown
        self._terminal = output.on_terminal()
        self._clock = clock
        self._began = self._last = clock()
        self._marks: list[tuple[float, int]] = [(self._began, 0)]

    @property
    def finished(self) -> int:
        return self.done + self.failed + self.pending

    def add(self, one: Outcome) -> None:
        self.failed += one.failed
        self.pending += one.pending
        self.done += not (one.failed or one.pending)
        if one.failed and self._shown and self._terminal:
            output.words_over(f"{one.name}: {one.step or 'row'}: {one.message}")
        self.tick()

    def tick(self) -> None:
        """Show where things are, where it is time to."""
        now = self._clock()
        if not self._shown or now - self._last < (_ON_TERMINAL_S if self._terminal else _EVERY_S):
            return
        self._last = now
        if self._terminal:
            output.status_line(self._line(now))
        else:
            output.words(self._line(now))

    def end(self) -> None:
        """Take the changing line away."""
        if self._shown and self._terminal:
            output.status_line("")

    def _line(self, now: float) -> str:
        self._marks = [mark for mark in self._marks if now - mark[0] < _MEMORY_S] or self._marks[-1:]
        since, before = self._marks[0]
        if now - self._marks[-1][0] >= 1:
            self._marks.append((now, self.finished))
        rate = (self.finished - before) / (now - since) if now > since else 0.0
        parts = [f"{self.done} done", f"{self.failed} failed"]
        if self.pending:
            parts.append(f"{self.pending} waiting")
        if rate:
            parts += [f"{rate:.1f}/s", f"{_duration((self._total - self.finished) / rate)} left"]
        return f"{self.finished} of {self._total}: {', '.join(parts)}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
