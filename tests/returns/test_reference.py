"""RETURN as people type it, and as folders are named."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from returnctl.errors import Usage
from returnctl.returns.reference import Reference, from_folder, looks_like_return, parse_reference

digits = st.text("0123456789", min_size=1, max_size=12)
references = st.builds(Reference, digits, st.none() | digits, st.none() | st.integers(1, 999))

HOSTILE = [
    "",
    ".",
    "..",
    "/",
    "../1",
    "1/..",
    "1/../2",
    "1/2/3",
    "1//2",
    "1/",
    "/1",
    "1\\2",
    "1\x00",
    "1\n2",
    "1-2",
    "1~",
    "1~0",
    "1~02",
    "1~-2",
    "1~1000",
    "1~2/3",
    "~2",
    "##1",
    "#",
    "%2e%2e",
    "1%2F2",
    "1∕2",
    "1⁄2",
    "1／2",
    "१२३",
    "１２３",
    "²",
    "1e3",
    "+1",
    "-1",
    "1 2",
    "1.0",
    "0x10",
    "1_000",
    "CON",
    "~root",
    "$HOME",
    "1;rm",
    "1\u202e2",
    "1234567890123",
]


class TestForms:
    @pytest.mark.parametrize(
        ("text", "reference", "folder"),
        [
            ("10000001", Reference("10000001"), "10000001"),
            ("#10000001", Reference("10000001"), "10000001"),
            ("  # 10000001 ", Reference("10000001"), "10000001"),
            ("1", Reference("1"), "1"),
            ("123456789012", Reference("123456789012"), "123456789012"),
            ("007", Reference("007"), "007"),
            ("10000009/2", Reference("10000009", "2"), "10000009-2"),
            ("10000001~1", Reference("10000001", None, 1), "10000001"),
            ("10000001~2", Reference("10000001", None, 2), "10000001~2"),
            ("10000009/2~3", Reference("10000009", "2", 3), "10000009-2~3"),
            ("#10000009/2~999", Reference("10000009", "2", 999), "10000009-2~999"),
        ],
    )
    def test_each_form_is_read_and_named(self, text: str, reference: Reference, folder: str) -> None:
        assert looks_like_return(text)
        assert parse_reference(text) == reference
        assert reference.folder == folder
        assert reference.in_full == text.replace("#", "").replace(" ", "")
        assert from_folder(folder) == replace(reference, number=reference.number or 1)

    @pytest.mark.parametrize("text", HOSTILE)
    def test_anything_else_is_usage_with_a_way_out(self, text: str) -> None:
        assert not looks_like_return(text)
        with pytest.raises(Usage) as caught:
            parse_reference(text)
        assert caught.value.hint

    @pytest.mark.parametrize("text", ["US-24527-ABCDE", " FR-1-A "])
    def test_a_trade_in_id_gets_its_own_sentence(self, text: str) -> None:
        assert looks_like_return(text)  # or it would be taken for the name of a file
        with pytest.raises(Usage, match="trade-in"):
            parse_reference(text)

    def test_a_long_word_is_quoted_in_part_only(self) -> None:
        with pytest.raises(Usage) as caught:
            parse_reference("x" * 10_000)
        assert len(caught.value.message) < 200


class TestProperties:
    @given(references)
    def test_written_and_read_it_is_the_same(self, reference: Reference) -> None:
        assert parse_reference(reference.in_full) == reference
        assert parse_reference(f" #{reference.in_full} ") == reference
        assert looks_like_return(reference.in_full)

    @given(references)
    def test_the_first_return_needs_no_number(self, reference: Reference) -> None:
        found = parse_reference(str(reference))
        assert found == reference or (reference.number, found.number) == (1, None)

    @given(references)
    def test_its_folder_leads_back_to_it(self, reference: Reference) -> None:
        assert from_folder(reference.folder) == replace(reference, number=reference.number or 1)

    @given(references, references)
    def test_two_returns_never_share_a_folder(self, one: Reference, other: Reference) -> None:
        same = replace(one, number=one.number or 1) == replace(other, number=other.number or 1)
        assert same == (one.folder == other.folder)

    @given(st.text() | st.text("0123456789/~#-. \n"))
    @example("1/../..")
    @example("../../etc/passwd")
    def test_no_text_leads_out_of_the_workspace(self, text: str) -> None:
        workspace = Path("/home/anna/returns")
        try:
            reference = parse_reference(text)
        except Usage:
            return
        folder = workspace / reference.folder
        assert folder.parent == workspace
        assert Path(reference.folder).name == reference.folder
        assert not reference.folder.startswith(".")

    @given(st.text("0123456789~-", max_size=8) | st.text())
    @example("1~1")
    def test_a_folder_is_taken_only_under_the_name_that_we_give_it(self, name: str) -> None:
        found = from_folder(name)
        assert found is None or found.folder == name
