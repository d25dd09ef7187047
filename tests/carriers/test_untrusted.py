"""Texts of servers: nothing in them moves a terminal or misleads a reader."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnctl.http import (
    Answer,
    Http,
    clean_text,
)
from tests.carriers.wire import WireServer, get, reply


class TestText:
    @pytest.mark.parametrize(
        ("raw", "clean"),
        [
            ("plain \u00fc \u4e2d \U0001f600", "plain \u00fc \u4e2d \U0001f600"),
            ("two\nlines\tand a tab", "two\nlines\tand a tab"),
            ("dos\r\nline", "dos\nline"),
            ("\x1b[31mred\x1b[0m", "red"),
            ("\x1b]0;title\x07x", "x"),
            ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
            ("\x9b2Jx", "x"),
            ("\x1bP1$tq\x1b\\x", "x"),
            ("over\rwritten", "overwritten"),
            ("a\x00b\x07c\x7fd\x85e", "abcde"),
            ("pay \u202e08.4$", "pay 08.4$"),
            ("a\u200bb\u2066c\ufeffd", "abcd"),
            ("\x1b", ""),
        ],
    )
    def test_clean(self, raw: str, clean: str) -> None:
        assert clean_text(raw) == clean

    @given(st.text())
    def test_nothing_unsafe_is_left(self, text: str) -> None:
        cleaned = clean_text(text)
        assert not [c for c in cleaned if (ord(c) < 32 and c not in "\n\t") or 127 <= ord(c) < 160]
        assert clean_text(cleaned) == cleaned

    @pytest.mark.parametrize(
        "body",
        [b'{"k\\u001b[1m":["\\u001b[31mx",{"y":"\\u0007"}]}', b'{"k":["\xc2\x9b31mx",{"y":"\xe2\x80\xae"}]}'],
    )
    def test_json_is_clean_everywhere(self, body: bytes) -> None:
        answer = Answer(status=200, headers={}, body=body, service="Post")
        assert answer.json() == {"k": ["x", {"y": ""}]}

    def test_headers_are_clean(self, http: Http) -> None:
        with WireServer(reply(cf_ray="8a\x1b[31m1f\x9b")) as server:
            assert http.send(get(server.url)).request_id() == "cf-ray 8a1f"
