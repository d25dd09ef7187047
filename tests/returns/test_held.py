"""A return in the hands of one process: its files, their names, and that nothing leads out of its folder."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from returnctl.digest import hex_of
from returnctl.errors import Failed
from returnctl.returns import events as e
from returnctl.returns.held import Return, safe_name
from returnctl.returns.record import Record
from tests.returns.making import again, files_below, held, photo

OUTSIDE = ["../a", "a/../../b", "..", ".", "photos/../../a", "./a"]


@pytest.fixture
def one(tmp_path: Path) -> Return:
    return held(tmp_path / "10000001")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "1.body").write_bytes(b"precious")
    return tmp_path / "outside"


class TestNoting:
    def test_an_event_is_on_disk_with_the_time_and_its_offset(self, one: Return) -> None:
        one.note(e.BackedUp(answer="yes"))
        assert one.state.backed_up == "yes"
        assert again(one).state == one.state
        assert Record.load(one.folder).entries()[-1].at == "2026-11-23T12:00:00+00:00"

    def test_several_events_are_one_write(self, one: Return, monkeypatch: pytest.MonkeyPatch) -> None:
        writes: list[Any] = []
        real = os.replace

        def replacing(*given: Any) -> None:
            writes.append(given)
            real(*given)

        monkeypatch.setattr(os, "replace", replacing)
        one.note(photo("back"), photo("left"))
        assert len(writes) == 1
        assert len(again(one).record.entries()) == 3


class TestFiles:
    def test_kept_read_and_dropped(self, one: Return) -> None:
        assert one.keep("photos/back.jpg", b"jpeg") == "photos/back.jpg"
        assert one.read("photos/back.jpg") == b"jpeg"
        one.drop("photos/back.jpg")
        one.drop("photos/back.jpg")
        with pytest.raises(FileNotFoundError):
            one.read("photos/back.jpg")

    def test_an_original_is_kept_once_under_its_hash_and_name(self, one: Return) -> None:
        name = one.keep_original(Path("/home/anna/My Pictures/IMG 1.HEIC"), b"heic")
        assert name == f"originals/{hex_of(b'heic')[:12]}-IMG-1.HEIC"
        written = (one.folder / name).stat().st_mtime_ns
        assert one.keep_original(Path("IMG 1.HEIC"), b"heic") == name
        assert (one.folder / name).stat().st_mtime_ns == written
        assert one.keep_original(Path("IMG 1.HEIC"), b"another") != name

    @pytest.mark.parametrize(
        "name", ["日" * 80 + ".jpg", "é" * 120 + ".jpeg", "x" * 250 + ".jpg", "." * 200 + "x"]
    )
    def test_the_longest_names_that_a_disk_has_are_taken(self, one: Return, name: str) -> None:
        kept = one.keep_original(Path(name), b"x")
        assert one.read(kept) == b"x"

    @pytest.mark.parametrize("name", OUTSIDE)
    def test_no_name_leads_out_of_the_folder(self, one: Return, tmp_path: Path, name: str) -> None:
        before = files_below(tmp_path)
        for use in (one.read, one.drop, lambda name: one.keep(name, b"x")):
            with pytest.raises((Failed, FileNotFoundError)):
                use(name)
        assert files_below(tmp_path) == before

    def test_a_name_from_the_root_stays_in_the_folder_too(self, one: Return, tmp_path: Path) -> None:
        one.keep(f"{tmp_path}/a", b"x")
        assert not (tmp_path / "a").exists()

    @pytest.mark.parametrize("name", ["intents/1.body", "handover/1/message.txt", "handover/1/2/3"])
    @pytest.mark.parametrize("whole", [True, False], ids=["linked-return", "linked-folder"])
    def test_no_link_leads_out_of_the_folder(
        self, one: Return, outside: Path, tmp_path: Path, name: str, whole: bool
    ) -> None:
        if whole:
            one.folder = tmp_path / "link"
            one.folder.symlink_to(outside)
        else:
            (one.folder / name.partition("/")[0]).symlink_to(outside)
        for use in (one.read, one.drop, lambda name: one.keep(name, b"x")):
            with pytest.raises(Failed, match="symbolic link"):
                use(name)
        assert files_below(outside) == {"1.body"}
        assert (outside / "1.body").read_bytes() == b"precious"


class TestSafeName:
    @pytest.mark.parametrize(
        ("name", "safe"),
        [
            ("IMG_1.jpg", "IMG_1.jpg"),
            ("my photo (2).JPG", "my-photo-2-.JPG"),
            ("Grüße.pdf", "Grüße.pdf"),
            (".bashrc", "bashrc"),
            ("...", "file"),
            ("", "file"),
            ("-rf", "rf"),
            ("a/b\\c", "a-b-c"),
            ("a\x00\x1b[31m\n.png", "a-31m-.png"),
            ("no-suffix-but-long-enough-to-be-cut", "no-suffix-but-long-enough-to-be-cut"),
        ],
    )
    def test_examples(self, name: str, safe: str) -> None:
        assert safe_name(name) == safe

    @given(
        st.text()
        | st.text("./\\-~ \x00\nab", max_size=40)
        | st.text(st.characters(codec="utf-8"), min_size=80)
    )
    @example("a." + "b" * 100)
    @example("." + "日" * 200)
    @example("x" * 99 + "." + "." * 30)
    @example("\udcff.jpg")
    def test_whatever_it_was_called(self, name: str) -> None:
        safe = safe_name(name)
        assert 0 < len(safe.encode()) <= 120
        assert not safe.startswith((".", "-"))
        assert not {"/", "\\", "\x00"} & set(safe)
        assert not [
            char for char in safe if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Zs")
        ]
        assert Path(safe).name == safe

    @given(st.text(max_size=60), st.sampled_from(["jpg", "HEIC", "pdf"]))
    def test_the_kind_of_file_can_still_be_told(self, stem: str, suffix: str) -> None:
        assert safe_name(f"a{stem}.{suffix}").endswith(suffix)
