"""Whatever comes over the network: nothing changes outside the session, and the session ends by its own rule alone.

That rule is the twentieth wrong token. So the test counts with it: an end before is unfair, no end after is a hole.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from returnctl.capture.gate import MOST_GUESSES
from returnctl.capture.uploads import MOST_BYTES
from tests.capture.conftest import PHOTOS, Served, Serving
from tests.capture.wire import request, speak, status
from tests.commands.world import tree

pytestmark = pytest.mark.timeout(180)  # a busy machine is no failure

#: How a request may end: an answer of the page's, a refusal, a word to go on, or no word (0).
_ENDS = {0, 100, 200, 202, 303, 400, 404, 405, 408, 409, 410, 411, 413, 414, 421, 429, 431, 501, 503}
_TRICKS = (
    "../", "..%2f", "%2e%2e/", "....//", "..\\", "%00", "%c0%ae%c0%ae/", "/etc/passwd", "file:///etc/passwd", "C:\\",
    "//", "?on=this", "?on=../..", "#", ";", "|id", "$(id)", "{{7*7}}", "<script>", "\u202e", "~", "%", "%zz",
    "picture/", "take/", "keep/", "leave-out/", "finish", "page.css/../", "static/", "return.json", ".new",
)  # fmt: skip
_TYPES = (
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "text/html",
    "application/json",
    "",
    "\x7f",
)
_METHODS = ("GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "FOO")

_paths = st.lists(st.sampled_from([*_TRICKS, *PHOTOS, "a" * 32, "x"]), max_size=4).map("".join)
_headers = st.lists(
    st.one_of(
        st.sampled_from(_TYPES).map(lambda value: f"Content-Type: {value}"),
        st.sampled_from(["0", "-1", "5", "9" * 30, str(MOST_BYTES + 1), "1, 2", "x", "+3"]).map(
            lambda value: f"Content-Length: {value}"
        ),
        st.sampled_from(["chunked", "gzip, chunked", "identity", "chunked, chunked"]).map(
            lambda value: f"Transfer-Encoding: {value}"
        ),
        st.sampled_from(["0", "1", "-5", "9" * 12, "NaN"]).map(lambda value: f"Upload-Offset: {value}"),
        st.sampled_from(["0", "7", str(MOST_BYTES * 9), "", "1e3"]).map(
            lambda value: f"Upload-Length: {value}"
        ),
        st.sampled_from(
            [
                "Expect: 100-continue",
                "Host: evil.example",
                "X-Forwarded-Host: evil.example",
                "Range: bytes=0-",
                "X" * 20_000 + ": 1",
                "Cookie: a=b",
                "Accept-Language: " + "x," * 300,
                "Upgrade: h2c",
            ]
        ),
    ),
    max_size=3,
).map(tuple)
_bodies = st.one_of(
    st.binary(max_size=80),
    st.sampled_from(
        [
            b'--x\r\nContent-Disposition: form-data; name="picture"; filename="../../evil.php"\r\n\r\nGIF89a\r\n'
            b"--x--\r\n",
            b"--x\r\n" * 40,
            b"\xff\xd8\xff" + b"\0" * 40,
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff",
            b"5\r\nhello\r\n0\r\n\r\n",
        ]
    ),
)
_asked = st.tuples(
    st.sampled_from(["right", "right", "right", "wrong", "old", "none"]),
    _paths,
    st.sampled_from(_METHODS),
    _headers,
    _bodies,
)
_raw = st.binary(max_size=120)


class Attack:
    """Sends to a session, and starts the next where the rule has ended one."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving
        self._place: Served | None = None
        self._wrong = 0

    def send(self, token: str, path: str, method: str, headers: tuple[str, ...], body: bytes) -> None:
        place = self.fresh()
        own = urlsplit(place.url).path[1:-1]
        first = {"right": own, "wrong": "A" * 22, "old": own[::-1], "none": ""}[token]
        line = f"/{first}/{path}".replace(" ", "").replace("\n", "")
        self._hear(place, request(place.url, line, method=method, headers=headers, body=body))

    def send_raw(self, sent: bytes) -> None:
        self._hear(self.fresh(), sent)

    def _hear(self, place: Served, sent: bytes) -> None:
        before = place.gate._wrong
        answer = speak(place.url, sent)
        assert status(answer) in _ENDS, answer[:300]
        assert b"Traceback" not in answer
        counted = place.gate._wrong - before
        assert counted in (0, 1)
        self._wrong += counted
        if place.session.ended == "finished":
            raise AssertionError("nothing was whole")
        assert (place.session.ended == "guessed") == (self._wrong >= MOST_GUESSES)

    def fresh(self) -> Served:
        if self._place is None or self._place.session.ended:
            self._serving.close()
            self._place, self._wrong = self._serving("photos"), 0
        return self._place


def check(serving: Serving, folder: Path, number: int) -> None:
    """Send so many requests; afterwards the page still answers, and nothing lies outside the session's folder."""
    outside = tree(folder)
    attack = Attack(serving)

    @settings(max_examples=number, database=None, suppress_health_check=list(HealthCheck))
    @given(st.one_of(_asked, _asked, _asked, _raw))
    def run(sent: tuple[str, str, str, tuple[str, ...], bytes] | bytes) -> None:
        if isinstance(sent, bytes):
            attack.send_raw(sent)
        else:
            attack.send(*sent)

    run()
    assert requests.get(attack.fresh().url, timeout=60).status_code == 200
    left = {name for name in tree(folder) if name not in outside}
    assert {name for name in left if not re.fullmatch(r"10000001(/capture)?", name)} == set()


def test_some_hostile_requests(serving: Serving, tmp_path: Path) -> None:
    check(serving, tmp_path, 120)


@pytest.mark.nightly
@pytest.mark.timeout(900)
def test_ten_thousand_hostile_requests(serving: Serving, tmp_path: Path) -> None:
    check(serving, tmp_path, 10_000)
