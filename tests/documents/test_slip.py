"""The slip: what is on it, in any script, on any paper, and what is nowhere but on it."""

from __future__ import annotations

import io
import random
import unicodedata
from datetime import date
from typing import Any

import numpy as np
import pytest
from pypdf import PdfReader

from returnctl.documents.slip import Slip, SlipFacts, draw_slip, slip_text
from returnctl.errors import Refused
from tests.documents.hostile import encrypted
from tests.documents.labels import order_number, pdf_label
from tests.documents.rendering import codes, flat_text, ink, needs_poppler, render, text

CODE = "0O1lI-7741"
DESCRIPTION = ("The screen goes black after ten minutes. " * 10)[:399] + "."
NAMES = {
    "Latin": "Jane Doe",
    "60 letters": "Wolfeschlegelsteinhausenbergerdorff Wellesley-Featherstonehau",
    "60 letters without a gap": "W" * 60,
    "Vietnamese": "Nguyễn Thị Phương Thảo",
    "Greek": "Αλέξανδρος Παπαδόπουλος",
    "Cyrillic": "Владимир Кузнецов-Ященко",
    "Arabic": "محمد بن عبد الله الأحمد",
    "Hebrew": "יהודית לוי",
    "Japanese": "山田 太郎（ヤマダ タロウ）",
    "Chinese": "欧阳娜娜",
    "Korean": "김민수",
    "Thai": "สมชาย ใจดี",
    "Devanagari": "आनंद शर्मा",
}


def facts(**changes: Any) -> SlipFacts:
    values: dict[str, Any] = {
        "marketplace": "Back Market",
        "name": "Jane Doe",
        "order": "10000001",
        "order_date": date(2026, 11, 3),
        "return_number": "RMA-4711",
        "kind": "smartphone",
        "brand": "Apple",
        "model": "iPhone 12 64GB",
        "imei": "490154203237518",
        "reason": "faulty",
        "wants": "refund",
        "description": "The screen goes black after ten minutes.",
        "notes": ("Signed out of iCloud on 12 Nov 2026.",),
        "packing": ("Apple iPhone 12", "USB-C cable", "This slip"),
    }
    return SlipFacts(**(values | changes))


def drawn(paper: Any = "a4", **changes: Any) -> Slip:
    return draw_slip(facts(**changes), paper=paper)


def test_every_fact_is_on_the_page() -> None:
    page = flat_text(drawn(serial="F2LZK1", seller="Refurb GmbH", line="2").data)
    for words in (
        "Back Market",
        "10000001",
        "Jane Doe",
        "3 Nov 2026",
        "RMA-4711",
        "Apple iPhone 12 64GB (smartphone)",
        "490154203237518",
        "F2LZK1",
        "Refurb GmbH",
        "Faulty",
        "Refund",
        "The screen goes black after ten minutes.",
        "Signed out of iCloud on 12 Nov 2026.",
        "USB-C cable",
        "10000001, line 2",
    ):
        assert words in page


@pytest.mark.parametrize(("paper", "size"), [("a4", (595, 842)), ("letter", (612, 792))])
def test_one_page_of_the_paper(paper: str, size: tuple[int, int]) -> None:
    [page] = PdfReader(io.BytesIO(drawn(paper).data)).pages
    assert (round(page.mediabox.width), round(page.mediabox.height)) == size


def test_equal_facts_give_equal_bytes() -> None:
    assert drawn(name=NAMES["Japanese"]) == drawn(name=NAMES["Japanese"])


def test_no_metadata_but_the_title() -> None:
    metadata = PdfReader(io.BytesIO(drawn().data)).metadata
    assert metadata is not None
    assert metadata.title == "Return slip 10000001"
    assert not metadata.author
    assert metadata.creator == "returnctl"


def test_the_code_is_on_the_page_and_nowhere_else() -> None:
    told = facts(unlock_code=CODE)
    assert CODE in text(draw_slip(told, paper="a4").data)
    assert CODE not in repr(told)
    assert CODE not in str(told)
    assert CODE not in f"{told.__rich_repr__()}"
    assert CODE not in slip_text(told)


def test_no_word_of_a_code_when_there_is_none() -> None:
    assert "Unlock code" not in text(drawn().data)


def test_a_lock_without_code_has_a_line_to_write_on() -> None:
    page = text(drawn(lock_screen="A six-digit PIN").data)
    assert "A six-digit PIN" in page
    assert "Please write it here by hand." in page


def test_a_long_code_is_never_cut() -> None:
    code = "correct-horse-battery-staple-" * 6
    page = text(drawn(unlock_code=code, lock_screen="A passphrase").data)
    assert code in "".join(page.split())


@needs_poppler
@pytest.mark.parametrize("length", [5, 30, 47, 64, 100, 160])
@pytest.mark.parametrize("lock_screen", [None, "A passphrase"])
def test_a_code_stays_in_its_box(length: int, lock_screen: str | None) -> None:
    [page] = render(drawn(unlock_code=("gy$j" * 40)[:length], lock_screen=lock_screen).data, dpi=144)
    dark = (np.asarray(page.convert("L")) < 128).sum(axis=1)
    rules = np.flatnonzero(dark > page.width / 2)
    edge = rules[-1]
    top = rules[rules < edge - 20][-1]
    sides = dark[top + 8 : edge - 8].min()
    assert dark[edge - 6] == sides, "the code touches the lower edge of its box"


def test_a_code_that_no_font_shows_is_written_by_hand() -> None:
    assert "Please write it here by hand." in text(drawn(unlock_code="🦄🦄").data)


def test_markup_is_only_text() -> None:
    page = flat_text(drawn(name="<b>Jane</b> & (Doe) \\n ET", description="<para>&lt;</para> %s {0}").data)
    assert "<b>Jane</b> & (Doe) \\n ET" in page
    assert "<para>&lt;</para> %s {0}" in page


def test_control_characters_are_left_out() -> None:
    page = text(drawn(name="Jane\x1b[31m\u202e Doe\n\tthe 2nd\x00").data)
    assert "Jane[31m Doe the 2nd" in page


def test_a_name_without_a_font_gets_a_line() -> None:
    assert "Please write the name here by hand." in text(drawn(name=NAMES["Devanagari"]).data)


def test_other_words_without_a_font_are_told_apart() -> None:
    page = flat_text(drawn(description="It says स्क्रीन 😢 always").data)
    assert "It says […] always" in page
    assert "[…] stands for letters that can't be printed." in page


@pytest.mark.parametrize("name", [name for script, name in NAMES.items() if script != "Devanagari"])
def test_other_names_need_none(name: str) -> None:
    assert "by hand" not in text(drawn(name=name).data)


def test_the_packing_list_says_how_many_more() -> None:
    page = text(drawn("letter", packing=tuple(f"Thing {n}" for n in range(1, 61)), unlock_code=CODE).data)
    shown = [n for n in range(1, 61) if f"Thing {n}\n" in page + "\n"]
    assert f"and {60 - len(shown)} more" in page


def test_a_long_description_is_whole() -> None:
    long = {
        "description": DESCRIPTION,
        "name": NAMES["60 letters"],
        "unlock_code": CODE,
        "lock_screen": "PIN",
    }
    assert DESCRIPTION in flat_text(drawn("letter", **long).data)


@needs_poppler
@pytest.mark.parametrize(("script", "paper"), list(zip(NAMES, ["a4", "letter"] * 7, strict=False)))
def test_nothing_leaves_the_margins(paper: str, script: str) -> None:
    slip = drawn(
        paper,
        name=NAMES[script],
        description=(NAMES[script] + " ") * 12,
        notes=(NAMES[script] * 4,) * 3,
        packing=(NAMES[script],) * 30,
        seller=NAMES[script] * 2,
        return_number="R" * 60,
        unlock_code=CODE,
        lock_screen=NAMES[script] * 3,
    )
    [page] = render(slip.data, dpi=36)
    box = ink(page)
    assert box is not None
    margin = 20
    assert margin <= box[0] < box[2] <= page.width - margin
    assert margin <= box[1] < box[3] <= page.height - 10


@needs_poppler
@pytest.mark.parametrize("script", ["Greek", "Cyrillic", "Arabic", "Hebrew", "Japanese", "Korean", "Thai"])
def test_a_script_is_drawn_with_its_own_letters(script: str) -> None:
    """Two names of as many letters look different: no row of boxes."""
    name = NAMES[script]
    [one] = render(drawn(name=name).data, dpi=60)
    [other] = render(drawn(name=name[0] * len(name)).data, dpi=60)
    assert one.tobytes() != other.tobytes()


@needs_poppler
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_both_codes_decode_from_a_label_printers_resolution(paper: str) -> None:
    for order in ("1", "999999999999", order_number(random.Random(paper))):
        [page] = render(drawn(paper, order=order).data)
        assert codes(page) == [order, order]


def test_the_invoice_follows() -> None:
    invoice = pdf_label("INVOICE1234", size=(612, 792), at=(100, 200))
    slip = draw_slip(facts(), paper="a4", invoice=invoice)
    pages = PdfReader(io.BytesIO(slip.data)).pages
    assert (slip.pages, len(pages)) == (2, 2)
    assert "Jane Doe" in pages[0].extract_text()
    assert "RETURN SERVICE" in pages[1].extract_text()
    assert [round(page.mediabox.width) for page in pages] == [595, 595]


def test_an_invoice_that_can_not_be_used_is_refused() -> None:
    with pytest.raises(Refused, match="protected by a password"):
        draw_slip(facts(), paper="a4", invoice=encrypted(user="secret"))


def test_text_for_people_without_a_printer() -> None:
    assert slip_text(facts(imei=None, notes=("Erased.",))) == (
        "Return to Back Market\n"
        "Order: 10000001\n"
        "Name: Jane Doe\n"
        "Device: Apple iPhone 12 64GB (smartphone)\n"
        "Ordered on: 3 Nov 2026\n"
        "Return number: RMA-4711\n"
        "Reason: Faulty\n"
        "Wanted: Refund\n"
        "\n"
        "The screen goes black after ten minutes.\n"
        "- Erased.\n"
        "\n"
        "In this parcel:\n"
        "[ ] Apple iPhone 12\n"
        "[ ] USB-C cable\n"
        "[ ] This slip\n"
        "\n"
        "Unlock code: ____________\n"
    )


@pytest.mark.parametrize("name", NAMES.values())
def test_text_has_at_most_60_columns(name: str) -> None:
    told = slip_text(facts(name=name, description=name * 8, packing=(name * 3,), notes=(name * 3,)))
    assert max(map(columns, told.splitlines())) <= 60


def columns(line: str) -> int:
    """What the line takes on a terminal."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in line)
    return len(line) + wide - sum(unicodedata.category(c) == "Mn" for c in line)
