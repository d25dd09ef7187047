"""R10: ten thousand inputs that nobody would write: words, ids, dates, numbers, file names, and services' answers."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from returnctl import http
from returnctl.cli import COMMANDS
from returnctl.wire import Raw
from tests.commands.world import IMEI
from tests.faults.rig.bench import Bench
from tests.faults.rig.case import Failure
from tests.faults.rig.forks import DOCUMENTED, Ran
from tests.faults.rig.scenes import BY_HAND, OPEN

_ASIDE = ("sandbox", "capture", "batch")  # servers, and what has its own sweep
_COMMANDS = tuple(name for name in COMMANDS if name not in _ASIDE)

_nasty = st.sampled_from(
    ["", " ", "\x00", "\n", "--", "-", "@", "../../etc/passwd", "..", "/dev/zero", "%2e%2e%2f", "…", "１２３", "\u202e",
     "\ud800", "NaN", "1e999", "-1", "0", "9" * 400, "'; rm -rf /", "$(id)", "{order}", "=1+1", "CON", "a" * 5000, "💥"]
)  # fmt: skip
_orders = st.one_of(
    st.sampled_from(["10000001", "#10000001", "10000001/1", "10000001~2", "10000001~0", "US-24527-ABCDE"]),
    st.from_regex(r"[0-9]{1,14}([/~][0-9]{0,3})?", fullmatch=True),
    st.text(max_size=12),
    _nasty,
)
_dates = st.one_of(
    st.dates().map(str),
    st.from_regex(r"[0-9]{1,5}-[0-9]{1,3}-[0-9]{1,3}", fullmatch=True),
    st.sampled_from(
        ["2024-02-30", "2023-02-29", "0000-00-00", "tomorrow", "2026-06-10T12:00:00Z", "10/06/2026"]
    ),
    _nasty,
)
_imeis = st.one_of(
    st.from_regex(r"[0-9]{14,17}", fullmatch=True),
    st.text("0123456789 -/", max_size=30),
    st.sampled_from([IMEI, "0" * 15, "٣" * 15]),
    _nasty,
)
_names = st.one_of(
    st.text(
        st.characters(blacklist_characters="/\x00", blacklist_categories=("Cs",)), min_size=1, max_size=60
    ),
    st.sampled_from(
        ["back.jpg", "-rf", "--json", "a b.jpg", "…jpg", "\u202egpj.exe", "x" * 250, "\n.jpg", "back"]
    ),
)
_OPTIONS = {
    "open": {"--received": _dates, "--ordered": _dates, "--asked": _dates, "--name": _nasty, "--line": _nasty,
             "--description": st.text(max_size=40), "--market": _nasty, "--damage": _nasty},
    "imei": {"--serial": st.text(max_size=30), "--accept": _nasty},
    "label": {"--number": st.text(max_size=40), "--carrier": _nasty, "--weight": _nasty, "--size": _nasty,
              "--max-price": _nasty, "--carrier-name": st.text(max_size=20)},
    "ship": {"--sent-on": _dates, "--pickup": _dates, "--ready": _nasty, "--close": _nasty, "--confirmation": _nasty},
    "track": {"--delivered": _dates, "--until": _nasty, "--timeout": _nasty, "--number": st.text(max_size=30)},
    "status": {"--due": _nasty, "--step": _nasty},
    "close": {"--amount": st.one_of(_nasty, st.decimals().map(str)), "--note": st.text(max_size=30),
              "--outcome": _nasty},
    "purge": {"--older-than": _nasty},
    "points": {"--near": st.text(max_size=20)},
    "inbox": {"--since": st.one_of(_dates, _nasty), "--state": _nasty},
    "photos": {"--view": st.one_of(_nasty, st.text(max_size=20)), "--without": _nasty, "--accept": _nasty},
}  # fmt: skip


@st.composite
def _lines(draw: st.DrawFn, junk: Path) -> list[str]:
    """A command line: a command's name, mostly, with words and options that mostly make no sense."""
    name = draw(st.one_of(st.sampled_from(_COMMANDS), st.sampled_from(list(_OPTIONS)), _nasty))
    words = [name]
    if draw(st.booleans()):
        words.append(draw(_orders))
    for option, values in _OPTIONS.get(name, {}).items():
        if draw(st.integers(0, 2)) == 0:
            words += [option, draw(values)]
    if name == "imei" or draw(st.integers(0, 4)) == 0:
        words.append(draw(_imeis))
    if draw(st.integers(0, 2)) == 0:
        file = junk / draw(_names)
        if len(os.fsencode(file.name)) < 250 and file.name not in {".", ".."}:
            file.write_bytes(
                draw(
                    st.sampled_from(
                        [b"", b"\xff\xd8\xff\xe0", b"%PDF-1.4", b"name = ", b"\x89PNG", b"x" * 99]
                    )
                )
            )
            words.append(str(file))
    for common in ("--json", "--dry-run", "--again", "--done", "--yes", "-v"):
        if draw(st.integers(0, 3)) == 0:
            words.insert(draw(st.integers(0, len(words))), common)
    return [*words, "--no-input"]


_scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), _dates)
_json = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)


class _Hostile:
    """Stands in place of the network: each answer is what a stranger would send."""

    def __init__(self, draw: Any) -> None:
        self._draw = draw

    def __call__(self, method: str, url: str, headers: Any, body: bytes, *, service: str, limits: Any) -> Raw:
        import json

        status = self._draw(
            st.sampled_from([200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 409, 422, 429, 500, 700])
        )
        if url.endswith("/v1/about") and self._draw(st.booleans()):
            known = {
                "environment": "sandbox",
                "instance": "i",
                "attachments": {"max_files": 7, "max_bytes": 9_000_000},
            }
            return Raw(
                status=200, headers={"Content-Type": "application/json"}, body=json.dumps(known).encode()
            )
        value = self._draw(st.one_of(_json, st.fixed_dictionaries({
            "return": st.one_of(st.text(max_size=10), _orders), "order": _orders, "lines": st.lists(_json, max_size=2),
            "messages": _json, "label": _json, "open": st.booleans(), "environment": st.text(max_size=9),
        })))  # fmt: skip
        content = self._draw(st.one_of(st.just(json.dumps(value).encode()), st.binary(max_size=60)))
        kind = self._draw(
            st.sampled_from(["application/json", "text/html", "", "application/pdf", "\x1b[31m"])
        )
        return Raw(status=status, headers={"Content-Type": kind, "Retry-After": "x"}, body=content)


def odd_inputs(bench: Bench, number: int) -> Iterator[partial[str]]:
    """Cases in batches: hypothesis draws each batch from a seed of its own."""
    junk = bench.root / "junk"
    junk.mkdir(exist_ok=True)
    for batch in range(10_000):
        yield partial(_lines_of, bench, junk, number * 10_000 + batch)
        yield partial(_answers_of, bench, number * 10_000 + batch)


#: Inputs in one case of the sweep.
BATCH = 50


def _lines_of(bench: Bench, junk: Path, number: int) -> str:
    places = _Places(bench)

    @_hypothesis(number)
    @given(st.data())
    def try_lines(data: st.DataObject) -> None:
        words = data.draw(_lines(junk))
        os.environ["RETURNCTL_PROFILE"] = "manual"
        places.check(bench.forks.call(words))

    try:
        try_lines()
    finally:
        places.close()
    return f"× {BATCH} command lines"


def _answers_of(bench: Bench, number: int) -> str:
    places = _Places(bench)
    os.environ["RETURNCTL_PROFILE"] = "sandbox"
    order = bench.order()
    bench.run_all([OPEN], order)
    new = bench.order()
    real = http.exchange
    lines = ("open {new} --reason faulty --wants refund", "label {order}", "messages {order}", "message {order} Hi",
             "resolve {order}", "track {order} --number 1Z999AA10123456784", "points --near 12207",
             f"imei {{order}} {IMEI}", "label {order} --buy --carrier usps --yes", "ship {order} --sent")  # fmt: skip

    @_hypothesis(number)
    @given(st.data())
    def try_answers(data: st.DataObject) -> None:
        line = data.draw(st.sampled_from(lines)).format(order=order, new=new)
        http.exchange = _Hostile(data.draw)
        places.check(bench.forks.call(line))

    try:
        try_answers()
    finally:
        http.exchange = real
        places.close()
    return f"× {BATCH} hostile answers"


class _Places:
    """What may be written to; everything else of the bench has to stay as it is."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._before = os.getcwd()  # noqa: PTH109 - to go back to
        self._here = bench.root / "here"
        self._here.mkdir(exist_ok=True)
        os.chdir(self._here)
        bench.forks.call([*BY_HAND.format(order="10000001").split(" "), "--profile", "manual", "--no-input"])

    def check(self, ran: Ran) -> None:
        if ran.exit not in DOCUMENTED or "Traceback" in ran.stderr:
            raise Failure(str(ran))
        if re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", ran.stdout + ran.stderr):
            raise Failure(f"control characters: {ran!r}")
        allowed = {
            "returns",
            "here",
            "junk",
            "home",
            "config",
            "data",
            "pictures",
            "warm",
            "desk.toml",
            "ready",
        }
        strange = {path.name for path in self._bench.root.iterdir()} - allowed
        written = list(self._here.iterdir())
        if strange or written:
            raise Failure(f"written outside: {strange} {written} by {ran}")

    def close(self) -> None:
        os.chdir(self._before)


def _hypothesis(number: int) -> Any:
    config = settings(
        max_examples=BATCH,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    return lambda test: seed(number)(config(test))
