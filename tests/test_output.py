"""The room that prints: nothing on the screen but text, and JSON that any program can read."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from returnctl import output
from returnctl.errors import AuthFailed, Refused, ReturnctlError
from returnctl.output import Line, Table, Toned
from returnctl.result import Next, Result, Would

#: Controls; what turns the direction of writing; what has no width; line breaks that no one sees; tags.
HARMFUL = [
    *map(chr, [*range(0x20), *range(0x7F, 0xA0)]),
    *"\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    *"\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\u206a\u206f\ufeff\u180e",
    *"\u2028\u2029\ufff9\ufffa\ufffb\U000e0001\U000e0041\U000e007f",
    "\ud800",
    "\udcff",
    "\udfff",
]
ALLOWED = {"\n", "\t"}
FOUL = "".join(HARMFUL)


class Streams:
    """Standard output and error of one encoding."""

    def __init__(self, patch: pytest.MonkeyPatch, encoding: str) -> None:
        self._out, self._err = io.BytesIO(), io.BytesIO()
        patch.setattr(sys, "stdout", io.TextIOWrapper(self._out, encoding=encoding, write_through=True))
        patch.setattr(sys, "stderr", io.TextIOWrapper(self._err, encoding=encoding, write_through=True))

    @property
    def out(self) -> bytes:
        return self._out.getvalue()

    @property
    def err(self) -> bytes:
        return self._err.getvalue()


class Made(Result, kw_only=True):
    photos: tuple[str, ...] = ()
    case: str | None = None

    def for_people(self) -> Iterable[str | Table]:
        yield from self.plan()
        yield f"Case {self.case}"
        yield Table(("view", "file"), [("back", "a.jpg"), ("left", None)])


def shown(found: Result) -> dict[str, Any]:
    """A result as a program reads it."""
    content: dict[str, Any] = json.loads(msgspec.json.encode(found.document()))
    return content


class TestSafe:
    @pytest.mark.parametrize("char", HARMFUL, ids=lambda char: f"{ord(char):05x}")
    def test_no_harmful_character_is_left(self, char: str) -> None:
        found = output.safe(f"a{char}b")
        assert (char in found) == (char in ALLOWED)
        assert found[0] == "a"

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "plain",
            "two\nlines\tand a tab",
            "Grüße “quoted” — 日本語 العربية 🙂",
            "a\u00a0b",
            "naïve e\u0301",
        ],
    )
    def test_text_of_any_script_stays_as_it_is(self, text: str) -> None:
        assert output.safe(text) == text

    @pytest.mark.parametrize(
        "text",
        [
            "\x1b[31mred\x1b[0m",
            "\x1b]0;title\x07red",
            "\x1b]8;;https://evil.example\x1b\\red\x1b]8;;\x1b\\",
            "\x9b31mred",
            "\x1bP1$r\x1b\\red",
            "\x1b(0red",
            "\x1b[2J\x1b[Hred",
        ],
    )
    def test_escape_sequences_go_as_a_whole(self, text: str) -> None:
        assert output.safe(text) == "red"

    @given(st.text(st.characters() | st.sampled_from(HARMFUL)))
    @example(FOUL)
    def test_any_text(self, text: str) -> None:
        found = output.safe(text)
        assert not (set(HARMFUL) - ALLOWED) & set(found)
        assert output.safe(found) == found
        found.encode()


class TestLines:
    def test_results_and_words_go_apart(self, capfd: pytest.CaptureFixture[str]) -> None:
        output.data("a result")
        output.words("a word")
        assert capfd.readouterr() == ("a result\n", "a word\n")

    def test_nothing_harmful_reaches_the_screen(self, capfd: pytest.CaptureFixture[str]) -> None:
        output.data(FOUL)
        output.words(FOUL)
        output.lines([FOUL, Table(("view",), [(FOUL,)])])
        output.error(Refused(FOUL, hint=FOUL), as_json=False)
        for text in capfd.readouterr():
            assert not (set(HARMFUL) - ALLOWED) & set(text)

    @pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
    def test_a_stream_that_can_not_show_it_gets_it_spelled_out(
        self, monkeypatch: pytest.MonkeyPatch, encoding: str
    ) -> None:
        streams = Streams(monkeypatch, encoding)
        output.data("“é” 日本")
        output.words("“é” 日本")
        output.error(AuthFailed("“é” 日本", hint="日本"), as_json=False)
        assert streams.out == streams.err.splitlines(keepends=True)[0]
        if encoding == "utf-8":
            assert streams.out.decode() == "“é” 日本\n"
        else:
            assert streams.out == b'"\\xe9" \\u65e5\\u672c\n'

    def test_marks_have_a_plain_form(self, monkeypatch: pytest.MonkeyPatch) -> None:
        streams = Streams(monkeypatch, "ascii")
        output.data("✓ ✗ · → … – ’")
        assert streams.out == b"+ x . > ... - '\n"

    def test_bytes_go_out_as_they_are(self, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
        output.raw(b"\x00\xff\r\n\x1b")
        assert capfdbinary.readouterr().out == b"\x00\xff\r\n\x1b"


class TestTones:
    LINE = Line(["the label ", Toned("expired", "bad"), Toned(" \x1b[2Jtoday", "soon")])

    @pytest.fixture(autouse=True)
    def as_before(self) -> Iterator[None]:
        yield
        output.configure(color=None, field=None)

    def test_off_a_terminal_there_are_none(self, capfd: pytest.CaptureFixture[str]) -> None:
        output.lines([self.LINE, Table(("label",), [(self.LINE,)])])
        assert "\x1b" not in capfd.readouterr().out

    def test_the_words_are_cleaned_all_the_same(self, capfd: pytest.CaptureFixture[str]) -> None:
        output.configure(color=True, field=None)
        output.data(self.LINE)
        assert capfd.readouterr().out == "the label \x1b[31mexpired\x1b[0m\x1b[35m today\x1b[0m\n"

    def test_columns_are_as_wide_as_what_one_sees(self, capfd: pytest.CaptureFixture[str]) -> None:
        output.configure(color=True, field=None)
        output.data(Table(("device", "until"), [("ソニー", "a"), (Toned("Apple", "bad"), "b")]))
        rows = re.sub(r"\x1b\[[0-9]+m", "", capfd.readouterr().out).splitlines()
        assert [row.rstrip() for row in rows] == [
            "device    until",
            "--------  -------",
            "ソニー    a",
            "Apple     b",
        ]


class TestTables:
    def test_rows_under_their_headers(self) -> None:
        head, _, *rows = output.table(
            Table(("view", "file"), [("back", "a.jpg"), ("left", None)])
        ).splitlines()
        assert head.split() == ["view", "file"]
        assert [row.split() for row in rows] == [["back", "a.jpg"], ["left"]]
        assert head.index("file") == rows[0].index("a.jpg")

    @pytest.mark.parametrize("number", ["9400110200881234567890", "0012", "1e5", "1.10", "inf", "-0"])
    def test_numbers_are_texts(self, number: str) -> None:
        assert number in output.table(Table(("number",), [(number,)]))

    def test_a_cell_stays_on_its_line(self) -> None:
        assert len(output.table(Table(("a",), [("one\ntwo\r\nthree",)])).splitlines()) == 3

    def test_no_rows(self) -> None:
        assert "view" in output.table(Table(("view",), []))


class TestDocuments:
    def test_one_document_with_its_keys_in_order(self, capfd: pytest.CaptureFixture[str]) -> None:
        found = Made(return_="10000001", order="10000001", case="R-1", photos=("a",))
        output.result(found, as_json=True, quiet=True)
        out, err = capfd.readouterr()
        assert err == ""
        content = json.loads(out)
        assert list(content)[:8] == ["schema", "return", "order", "line", "role", "sent", "needed", "next"]
        assert list(content)[8:] == ["photos", "case"]
        assert content["schema"] == 1
        assert (content["photos"], content["next"]) == (["a"], None)

    def test_what_comes_next_is_a_command_ready_to_run(self) -> None:
        following = Next(step="photos", command=("returnctl", "photos", "1"), due="2026-12-18")
        assert shown(Made(next=following))["next"] == {
            "step": "photos",
            "command": ["returnctl", "photos", "1"],
            "due": "2026-12-18",
        }

    def test_a_dry_run_says_so_and_what_it_would_do(self) -> None:
        would = Would(service="s", method="POST", target="https://a", summary="post", files=("a.jpg",))
        content = shown(Made(dry_run=True, would=(would,)))
        assert content["dry_run"] is True
        assert content["would"] == [
            {
                "service": "s",
                "method": "POST",
                "target": "https://a",
                "summary": "post",
                "files": ["a.jpg"],
                "cost": None,
            }
        ]
        assert not {"dry_run", "would"} & shown(Made()).keys()

    @pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
    def test_any_program_can_read_it_whatever_the_stream(
        self, monkeypatch: pytest.MonkeyPatch, encoding: str
    ) -> None:
        words = "“é” 日本 🙂"
        content = {"b": words, "a": ["\u2028", "\x7f"]}
        streams = Streams(monkeypatch, encoding)
        output.document(content)
        output.error(Refused(words, hint="日本"), as_json=True)
        assert json.loads(streams.out) == content
        assert json.loads(streams.err)["error"]["message"] == words

    def test_no_control_character_is_in_it(self, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
        """JSON escapes the ones below 32 alone; a terminal obeys the ones from 127 to 159 as well."""
        text = "".join(char for char in FOUL if not "\ud800" <= char <= "\udfff")
        output.document({"file": text})
        output.error(Refused(text), as_json=True)
        out, err = (part.decode() for part in capfdbinary.readouterr())
        for shown in (out, err):
            assert not {char for char in shown if char < " " or "\x7f" <= char < "\xa0"} - {"\n"}
        assert json.loads(out) == {"file": text}

    @given(
        st.recursive(
            st.none() | st.booleans() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        )
    )
    def test_what_goes_in_comes_out(self, content: Any) -> None:
        with pytest.MonkeyPatch.context() as patch:
            streams = Streams(patch, "utf-8")
            output.document(content)
            assert json.loads(streams.out) == content


class TestResults:
    def test_for_people(self, capfd: pytest.CaptureFixture[str]) -> None:
        output.result(Made(case="R-1"), as_json=False, quiet=False)
        assert capfd.readouterr().out.splitlines()[0] == "Case R-1"

    def test_quiet(self, capfd: pytest.CaptureFixture[str]) -> None:
        output.result(Made(case="R-1"), as_json=False, quiet=True)
        assert capfd.readouterr() == ("", "")

    def test_the_plan_of_a_dry_run(self) -> None:
        would = Would(
            service="s", method="POST", target="https://a", summary="post a message", files=("a.jpg", "b.jpg")
        )
        assert Made().plan() == []
        assert Made(dry_run=True).plan() == ["Nothing would be sent."]
        (line,) = Made(dry_run=True, would=(would,)).plan()
        for part in ("post a message", "POST https://a", "a.jpg, b.jpg"):
            assert part in line


class TestErrors:
    def test_a_line_and_its_hint_on_standard_error(self, capfd: pytest.CaptureFixture[str]) -> None:
        output.error(Refused("The photo is dark.", hint="take it again"), as_json=False)
        out, err = capfd.readouterr()
        assert out == ""
        first, second = err.splitlines()
        assert first == "returnctl: The photo is dark."
        assert "ake it again" in second

    def test_without_a_hint_there_is_one_line(self, capfd: pytest.CaptureFixture[str]) -> None:
        output.error(Refused("The photo is dark."), as_json=False)
        assert len(capfd.readouterr().err.splitlines()) == 1

    @pytest.mark.parametrize("form", ReturnctlError.__subclasses__(), ids=lambda form: form.__name__)
    def test_as_json_it_is_one_object_on_one_line(
        self, capfd: pytest.CaptureFixture[str], form: type[ReturnctlError]
    ) -> None:
        output.error(form("What\x1b[2J happened.", hint="try"), as_json=True)
        out, err = capfd.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        content = msgspec.json.decode(err)
        assert list(content) == ["error"]
        assert list(content["error"]) == ["code", "exit", "message", "hint"]
        assert content["error"]["exit"] == form.exit
        assert content["error"]["code"] == form.code
        assert content["error"]["message"] == "What happened."

    def test_the_codes_are_those_that_scripts_know(self) -> None:
        known = (
            "usage config auth not-found refused busy in-doubt damaged pending unavailable blocked disk tls"
        )

        def below(form: type[ReturnctlError]) -> set[type[ReturnctlError]]:
            return {form}.union(*map(below, form.__subclasses__()))

        own = {form for form in below(ReturnctlError) if form.__module__.startswith("returnctl")}
        assert {form.code for form in own} <= {*known.split(), "failed", "defect"}
        assert {form.exit for form in own} == {1, 2, 3, 4, 5, 6, 7, 8, 9, 75}


def test_a_large_table_looks_like_a_small_one() -> None:
    rows = [("10000001", "Apple iPhone 13", "✓·", None), ("1", "a\tb", "", "until today, at noon")]
    small = output.table(output.Table(("return", "device", "steps", "until"), rows))
    cells = [[output._cell(cell) for cell in row] for row in rows]
    assert output._plain_table(["return", "device", "steps", "until"], cells) == small
