"""Faults on demand: what a real service does on a bad day, drawn from a seeded source.

The grammar, items separated by commas:

    KIND[@[METHOD]/PATH][:CHANCE[xTIMES]]  429, 500, 503 or another status; drop; lost-answer;
                                            at Back Market cloudflare, cloudflare-429, bot-challenge
    slow[@[METHOD]/PATH]:MILLISECONDS[xTIMES]
    quirks                                  the services' recorded deviations from their own specs
    no-attachments[@ORDER]  no-label[@ORDER]
    camel  cdn  envelope-NAME[@/PATH]       how Back Market writes addresses, where its files lie, and how
                                            it says what is wrong (`ENVELOPES`)
    seed:N  retry-after:SECONDS  edge-limit:REQUESTS  care-limits:PERCENT

CHANCE is 0 to 1 (1 where it is left out); `*` in PATH or ORDER stands for anything, `/` too.
"""

from __future__ import annotations

import random
import re
import threading
from fnmatch import fnmatchcase

import msgspec

from returnctl.errors import Usage

ENVELOPES = ("v1", "v2", "v3", "problem", "e009", "html", "empty")
FLAGS = (
    *("quirks", "no-attachments", "no-label", "camel", "cdn"),
    *(f"envelope-{name}" for name in ENVELOPES),
)
_SETTINGS = ("seed", "retry-after", "edge-limit", "care-limits")
_AT_THE_EDGE = ("cloudflare", "cloudflare-429", "bot-challenge")
_DRAWN = ("drop", "lost-answer", *_AT_THE_EDGE)
_EDGE = "/backmarket/*"
_NEEDS_VALUE = ("slow", *_SETTINGS)
_EVERYWHERE = ("quirks", "camel", "cdn", *_SETTINGS)
_ITEM = re.compile(
    r"(?P<kind>[a-z0-9-]+)(?:@(?P<method>[A-Z]*)(?P<where>[^:]+))?"
    r"(?::(?P<value>[0-9]+(?:\.[0-9]+)?))?(?:x(?P<times>[0-9]+))?"
)


class Rule(msgspec.Struct, kw_only=True):
    """One item of a specification. `left` is how often it may still happen; None is without end."""

    kind: str
    method: str
    where: str
    value: float
    left: int | None

    def meets(self, method: str, path: str) -> bool:
        """Whether it is about this request and not used up."""
        return self.left != 0 and self.method in {"", method} and fnmatchcase(path, self.where)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What befalls one request: a delay, and at most one of the kinds."""

    delay_s: float = 0.0
    kind: str | None = None


class Faults:
    """The faults in force. Safe to ask and to change from many threads."""

    def __init__(self, spec: str = "") -> None:
        """Raises Usage for a specification that can't be read."""
        self._lock = threading.Lock()
        self.change(spec)

    def change(self, spec: str) -> None:
        """Puts other faults in force; `none` or nothing ends them. Raises Usage."""
        rules = [] if spec.strip() in {"", "none"} else [_parse(item) for item in spec.split(",")]
        settings = {rule.kind: int(rule.value) for rule in rules if rule.kind in _SETTINGS}
        with self._lock:
            self.spec = spec.strip() or "none"
            self._random = random.Random(settings.get("seed", 1))
            self._settings = settings
            self._flags = [rule for rule in rules if rule.kind in FLAGS]
            self._rules = [rule for rule in rules if rule.kind not in {*FLAGS, *settings}]

    def on(self, flag: str, subject: str = "") -> bool:
        """Whether one of `FLAGS` is up, for an order where it was limited to one."""
        return any(rule.kind == flag and fnmatchcase(subject, rule.where) for rule in self._flags)

    def setting(self, name: str) -> int | None:
        """The number that was given with a setting, or None."""
        return self._settings.get(name)

    def draw(self, method: str, path: str) -> Outcome:
        """What befalls this request."""
        if not self._rules:
            return Outcome()
        delay, kind = 0.0, None
        with self._lock:
            for rule in self._rules:
                if not rule.meets(method, path):
                    continue
                if rule.kind == "slow":
                    delay += rule.value / 1000
                elif kind is None and self._random.random() < rule.value:
                    kind = rule.kind
                else:
                    continue
                if rule.left is not None:
                    rule.left -= 1
            return Outcome(delay_s=delay, kind=kind)


def _parse(item: str) -> Rule:
    match = _ITEM.fullmatch(item.strip())
    if not match:
        raise _unreadable(item)
    kind, value = match["kind"], match["value"]
    is_status = re.fullmatch("[45][0-9][0-9]", kind) is not None
    is_drawn = is_status or kind in _DRAWN
    known = is_drawn or kind in {*FLAGS, *_NEEDS_VALUE}
    if not known or (kind in _NEEDS_VALUE and value is None) or (kind in _EVERYWHERE and match["where"]):
        raise _unreadable(item)
    if is_drawn and float(value or 1) > 1:
        raise _unreadable(item)
    return Rule(
        kind=kind,
        method=match["method"] or "",
        where=match["where"] or (_EDGE if kind in _AT_THE_EDGE else "*"),
        value=float(value or 1),
        left=int(match["times"]) if match["times"] else None,
    )


def _unreadable(item: str) -> Usage:
    return Usage(
        f"“{item.strip()[:60]}” is no fault.",
        hint="such as 429:0.1,drop:0.02,lost-answer@POST/v1/returns:1x1; see `returnctl sandbox serve -h`",
    )
