"""A dossier: what is changed in it is found, and what is not stands."""

from __future__ import annotations

import getpass
import io
import random
from pathlib import Path

import msgspec
import pytest
from pypdf import PdfReader, PdfWriter

from returnctl.documents.dossier_seal import MANIFEST, Manifest
from returnctl.returns import events as e
from tests.documents.dossiers import Attached, attached, forged, held, listed_anew, made, rebuilt, verdict
from tests.documents.rendering import flat_text
from tests.returns import making

VIEWS = ("screen-on", "screen-off", "back", "left", "right", "top", "bottom")


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return made(held(tmp_path_factory.mktemp("case"), *VIEWS))


def problems(pdf: bytes, anchor: str | None = None) -> set[str]:
    found = verdict(pdf, anchor)
    checks = (*found.record, *found.pages, *found.files, found.seal, found.witness)
    names = {check.name for check in checks if check.state == "problem"}
    assert found.intact is not bool(names)
    return names


class TestAsMade:
    def test_is_intact(self, dossier: bytes) -> None:
        assert problems(dossier) == set()

    def test_is_the_same_again(self, tmp_path: Path) -> None:
        found = held(tmp_path, "back")
        assert made(found) == made(found)

    def test_has_the_record_and_the_originals_byte_for_byte(self, tmp_path: Path) -> None:
        found = held(tmp_path, "back", "left")
        inside = attached(made(found))
        for path in (tmp_path / "return.json", *(tmp_path / "originals").iterdir()):
            assert inside[path.relative_to(tmp_path).as_posix()] == path.read_bytes()

    def test_the_chains_last_hash_is_on_every_page(self, tmp_path: Path) -> None:
        found = held(tmp_path, *VIEWS)
        pages = [page.extract_text() for page in PdfReader(io.BytesIO(made(found))).pages]
        assert len(pages) > 2
        assert all(found.record.head in page for page in pages)

    def test_its_metadata_names_no_user_and_no_path(self, tmp_path: Path) -> None:
        pdf = made(held(tmp_path, "back"))
        told = " ".join(map(str, (PdfReader(io.BytesIO(pdf)).metadata or {}).values()))
        assert "Case file of return 10000001" in told
        assert not {getpass.getuser(), "Jane", "Doe"} & set(told.split())
        assert str(tmp_path) not in told
        assert str(tmp_path).encode() not in pdf
        assert PdfReader(io.BytesIO(pdf)).xmp_metadata is None

    def test_a_slip_with_the_unlock_code_is_left_out(self, tmp_path: Path) -> None:
        found = held(tmp_path, "back")
        found.keep("documents/slip.pdf", b"%PDF- 104781")
        found.note(e.SlipMade(file="documents/slip.pdf", sha256="", pages=1, paper="a4", facts_sha256="f"))
        pdf = made(found)
        assert b"104781" not in pdf
        assert "documents/slip.pdf" not in attached(pdf)
        assert problems(pdf) == set()
        assert "it may hold the unlock code" in flat_text(pdf)

    def test_what_is_gone_from_the_folder_is_said(self, tmp_path: Path) -> None:
        found = held(tmp_path, "back")
        (tmp_path / "photos" / "back.jpg").unlink()
        assert problems(made(found)) == set()
        (tmp_path / "photos" / "back.jpg").write_bytes(b"another picture")
        assert problems(made(found)) == {"photos/back.jpg"}

    def test_after_a_purge(self, tmp_path: Path) -> None:
        found = held(tmp_path, "back")
        names = (
            "photos/back.jpg",
            *(f"originals/{path.name}" for path in (tmp_path / "originals").iterdir()),
        )
        found.note(e.Purged(files=names))
        for name in names:
            (tmp_path / name).unlink()
        pdf = made(found)
        assert problems(pdf) == set()
        assert "The pictures were deleted on 2026-11-23" in flat_text(pdf)

    def test_without_any_photo(self, tmp_path: Path) -> None:
        pdf = made(held(tmp_path))
        assert problems(pdf) == set()
        assert "No photo of the device was kept." in flat_text(pdf)


class TestChanged:
    def test_a_page_removed(self, dossier: bytes) -> None:
        for number in range(len(PdfReader(io.BytesIO(dossier)).pages)):
            less = rebuilt(dossier, pages=lambda writer, at=number: writer.remove_page(at))  # type: ignore[misc]  # mypy can't infer a lambda with a default
            assert f"page {number + 1}" in problems(less)

    def test_a_page_put_in(self, dossier: bytes) -> None:
        more = rebuilt(dossier, pages=lambda writer: writer.insert_blank_page(100, 100, 1))
        assert "place 2" in problems(more)

    def test_saved_anew_by_another_program(self, dossier: bytes) -> None:
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(dossier)))
        out = io.BytesIO()
        writer.write(out)
        assert problems(out.getvalue()) == {"seal"}

    def test_an_original_with_its_line_in_the_list(self, dossier: bytes) -> None:
        name = next(name for name in attached(dossier) if name.startswith("originals/"))

        def change(found: Attached) -> None:
            found[name] += b"x"
            listed_anew(found)

        assert problems(rebuilt(dossier, files=change)) == {name}

    def test_an_original_left_out(self, dossier: bytes) -> None:
        name = next(name for name in attached(dossier) if name.startswith("originals/"))

        def drop(found: Attached) -> None:
            del found[name]
            listed_anew(found)

        assert problems(rebuilt(dossier, files=drop)) == {name}

    def test_the_pages_of_another_record(self, tmp_path: Path) -> None:
        one, other = held(tmp_path / "1", "back"), held(tmp_path / "2", "back", name="John Doe")

        def swap(found: Attached) -> None:
            found["return.json"] = (other.folder / "return.json").read_bytes()
            listed_anew(found)

        assert "page 1" in problems(rebuilt(made(one), files=swap))

    def test_a_record_written_anew_is_found_by_the_anchor_alone(self, tmp_path: Path) -> None:
        found = held(tmp_path, "back")
        anchor = found.record.anchor
        assert problems(made(found), anchor) == set()

        def earlier(event: e.Event) -> e.Event:
            return msgspec.structs.replace(event, name="John Doe") if isinstance(event, e.Opened) else event

        pdf = forged(found, earlier)
        assert problems(pdf) == set()
        assert problems(pdf, anchor) == {"anchor"}

    def test_an_anchor_vouches_for_what_came_before_it(self, tmp_path: Path) -> None:
        found = held(tmp_path, "back")
        anchor = found.record.anchor
        found.note(e.Closed(outcome="refunded"))
        result = verdict(made(found), anchor)
        assert (result.intact, result.anchored, result.events) == (True, 2, 3)


def _random_change(dossier: bytes, dice: random.Random) -> bytes:
    """One byte of an original or of the record, in the file as it is or by a program that seals it anew; or a page."""
    kind = dice.randrange(5)
    files = {name: content for name, content in attached(dossier).items() if name != MANIFEST}
    name = "return.json" if kind % 2 else dice.choice([one for one in files if one.startswith("originals/")])
    content = files[name]
    at, flip = dice.randrange(len(content)), dice.randrange(1, 256)
    changed = content[:at] + bytes([content[at] ^ flip]) + content[at + 1 :]
    if kind == 4:
        count = len(PdfReader(io.BytesIO(dossier)).pages)
        return rebuilt(dossier, pages=lambda writer: writer.remove_page(dice.randrange(count)))
    if kind < 2:
        assert dossier.count(content) == 1
        return dossier.replace(content, changed)
    return rebuilt(dossier, files=lambda found: found.update({name: changed}))


def _missed(dossier: bytes, count: int, seed: int) -> int:
    dice = random.Random(seed)
    return sum(not problems(_random_change(dossier, dice)) for _ in range(count))


def test_random_changes_are_found(dossier: bytes) -> None:
    assert _missed(dossier, 25, 1) == 0


@pytest.mark.nightly
@pytest.mark.timeout(600)
def test_500_random_changes_are_found(dossier: bytes) -> None:
    assert _missed(dossier, 500, 2) == 0


def test_the_list_names_every_page_and_file(dossier: bytes) -> None:
    inside = attached(dossier)
    manifest = msgspec.json.decode(inside.pop(MANIFEST), type=Manifest)
    assert {one.name for one in manifest.files} == set(inside)
    assert len(manifest.pages) == len(PdfReader(io.BytesIO(dossier)).pages)
    assert manifest.return_ == "10000001"
    assert manifest.made_at == making.AT
