"""The invoice behind the slip."""

from __future__ import annotations

import io

import pytest
from pypdf import PageObject, PdfReader

from returnctl.documents.invoice import accept_invoice, append_invoice
from returnctl.documents.page import Pen
from returnctl.errors import Refused
from tests.documents.hostile import plain, stream
from tests.documents.labels import pdf_label


def slip() -> bytes:
    pen = Pen("letter", "slip")
    pen.text(50, 50, "The slip", size=10)
    return pen.finish()


def test_an_invoice_and_its_pages() -> None:
    assert accept_invoice(b"\r\n" + pdf_label("1", "2", "3")).pages == 3


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "This invoice is no PDF"),
        (b"\x89PNG\r\n\x1a\n", "This invoice is no PDF"),
        (b"%PDF-" + b"\0" * (10 * 1024 * 1024), "larger than 10 MB"),
        (pdf_label(*"123456789012345678901234567890X"), "has 31 pages, at most 30"),
        (plain(content=stream(b"")), "nothing is drawn on it"),
    ],
)
def test_what_is_none_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words) as caught:
        accept_invoice(data)
    assert caught.value.hint


def test_a_larger_page_is_made_to_fit() -> None:
    invoice = plain(media=b"[0 0 1224 1584]", content=stream(b"BT /F1 20 Tf 900 1200 Td (TOTAL 99) Tj ET"))
    joined, pages = append_invoice(slip(), invoice, paper="letter")
    read = PdfReader(io.BytesIO(joined)).pages
    assert pages == len(read) == 2
    assert [(round(page.mediabox.width), round(page.mediabox.height)) for page in read] == [(612, 792)] * 2
    assert b"0.50000" in operators(read[1])
    assert "TOTAL 99" in read[1].extract_text()
    assert "The slip" in read[0].extract_text()


def test_a_smaller_page_keeps_its_size() -> None:
    joined, _ = append_invoice(slip(), pdf_label(), paper="letter")
    assert b"1.00000 0.00000 0.00000 1.00000" in operators(PdfReader(io.BytesIO(joined)).pages[1])


def operators(page: PageObject) -> bytes:
    contents = page.get_contents()
    return contents.get_data() if contents is not None else b""
