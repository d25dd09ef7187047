"""Lines on a narrow screen: words whole, commands whole, each part beneath what it belongs to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnctl import output
from returnctl.folding import fold
from returnctl.output import Table, Toned


def folded(text: str, columns: int = 40) -> list[str]:
    return fold(text, columns, output.width).split("\n")


def test_a_line_that_fits_stays() -> None:
    assert folded("The way back is paid by: seller") == ["The way back is paid by: seller"]


@pytest.mark.parametrize(
    ("line", "beneath"),
    [
        ("Coverage: return-window, until 2026-12-23, and more words", 0),
        ("  - Back up what you want to keep, and check that it opens", 4),
        ("  1. Go back to your name, scroll down and tap Sign Out", 5),
        ("✓ state     Today's state follows from the events that there are", 12),
        ("  2026-11-28T00:31:23-05:00  Shipper created a label, not received", 4),
    ],
)
def test_goes_on_beneath_the_words(line: str, beneath: int) -> None:
    first, *more = folded(line)
    assert more
    assert all(len(part) - len(part.lstrip()) == beneath for part in more)
    assert " ".join([first, *(part.strip() for part in more)]) == line
    assert all(len(part) <= 40 for part in (first, *more))


@pytest.mark.parametrize(
    "line",
    [
        "Next: returnctl disconnect-proof 10000001 --backed-up yes",
        "returnctl disconnect-proof 10000001 --backed-up not-possible",
        "    I would like to return the phone of order 20000001.",
        "ready http://127.0.0.1:39441/kobeeK4SNUNbB_JicQq-vQ/",
    ],
)
def test_what_is_copied_stays_whole(line: str) -> None:
    assert folded(line) == [line]


def test_a_command_or_path_in_a_line_stays_whole() -> None:
    assert folded("Begin anew: `returnctl open 10000001 --new` does it.")[1].startswith("`returnctl open 1")
    assert folded("Folder: /home/me/My Documents/returns/10000001")[1:] == [
        "/home/me/My Documents/returns/10000001"
    ]


@given(st.text("aé山\u0301 `:-/.\n1", max_size=120), st.integers(1, 60))
def test_nothing_is_lost(text: str, columns: int) -> None:
    found = fold(text, columns, output.width)
    assert found.replace(" ", "").replace("\n", "") == text.replace(" ", "").replace("\n", "")


class TestTable:
    """On a screen it is squeezed, then broken in its last column, then turned into lists."""

    photos = Table(("view", "what to do"), [("back", "The photo is too dark: go to a window."), ("left", "")])
    parcels = Table(
        ("order", "device", "labels"), [("1", "Apple iPhone 13 (smartphone)", Toned("2", "good"))]
    )

    def test_the_last_column_is_broken(self) -> None:
        assert output.table(self.photos, 32).split("\n") == [
            "view  what to do",
            "----  -------------------------",
            "back  The photo is too dark: go",
            "      to a window.",
            "left",
        ]

    def test_lists(self) -> None:
        assert output.table(self.parcels, 36).split("\n") == [
            "1",
            "  device  Apple iPhone 13",
            "          (smartphone)",
            "  labels  \x1b[32m2\x1b[0m",
        ]

    def test_off_a_terminal_it_is_as_wide_as_it_is(self) -> None:
        assert len(output.table(self.photos).split("\n")[0]) == len("view    what to do")
        assert max(map(len, output.table(self.photos).split("\n"))) > 40


def test_a_combining_mark_takes_no_column() -> None:
    assert output.width("Ame\u0301lie") == 6
    assert output.width("山田") == 4
