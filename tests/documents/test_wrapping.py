"""Lines are never wider than they may be, and lose no word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from returnctl.documents.wrapping import break_lines


def one(_: str) -> float:
    return 1


def test_words_stay_whole() -> None:
    assert break_lines("one two three", 7, one) == ["one two", "three"]


def test_a_word_without_end_is_broken() -> None:
    assert break_lines("abcdefgh", 3, one) == ["abc", "def", "gh"]


def test_a_hyphen_may_end_a_line() -> None:
    assert break_lines("Wolfe-Smith", 8, one) == ["Wolfe-", "Smith"]


def test_a_command_is_broken_at_its_spaces_alone() -> None:
    assert break_lines("run `slip --unlock-code` now", 16, one) == ["run `slip", "--unlock-code`", "now"]
    assert break_lines("then `disconnect-proof`", 18, one) == ["then", "`disconnect-proof`"]


def test_japanese_breaks_anywhere_but_before_a_full_stop() -> None:
    assert break_lines("画面が暗い。", 5, one, hang=True) == ["画面が暗い。"]
    assert break_lines("画面が暗い。", 5, one) == ["画面が暗い", "。"]
    assert break_lines("画面が暗い", 3, one) == ["画面が", "暗い"]


def test_what_does_not_fit_ends_in_an_ellipsis() -> None:
    assert break_lines("one two three four", 8, one, lines=2) == ["one two", "three f…"]
    assert break_lines("one two", 7, one, lines=1) == ["one two"]


@given(st.text(alphabet="ab -画。", max_size=80), st.integers(1, 30))
def test_nothing_is_lost_and_nothing_sticks_out(text: str, width: int) -> None:
    lines = break_lines(text, width, one)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(len(line) <= width for line in lines)


@given(st.text(alphabet="ab -画。", max_size=80), st.integers(2, 30), st.integers(1, 4))
def test_never_more_lines_than_asked(text: str, width: int, count: int) -> None:
    lines = break_lines(text, width, one, lines=count, hang=True)
    assert len(lines) <= count
    assert all(len(line.removesuffix("。")) <= width for line in lines)
