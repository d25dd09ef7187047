"""Whatever a stranger's PDF tries: refused in a clear line or made harmless, in little time and memory."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from returnctl.documents.invoice import accept_invoice
from returnctl.documents.label import accept_label, label_numbers
from returnctl.errors import Refused
from tests.documents import hostile

HARMLESS = {
    "javascript",
    "launch",
    "embedded file",
    "form with script",
    "active resources",
    "broken cross-references",
    "cross-references in a circle",
    "pdf and zip",
    "form that draws itself",
    "long content",
}
ACTIVE = (b"/JS", b"/JavaScript", b"/Launch", b"/OpenAction", b"/AA", b"/EmbeddedFile", b"/EF", b"/AcroForm",
          b"/XFA", b"/Annots", b"/URI", b"/Ref", b"/Names", b"evil", b"passwd", b"PK\x03\x04", b"MZ\x90")  # fmt: skip


@pytest.mark.parametrize("kind", [kind for kind in hostile.KINDS if kind not in HARMLESS])
def test_refused_in_one_clear_line(kind: str) -> None:
    with pytest.raises(Refused) as caught:
        accept_label(hostile.KINDS[kind]())
    told = caught.value
    assert told.message.startswith(("This label can't be used: ", "This is "))
    assert "\n" not in told.message
    assert "Error" not in told.message
    assert told.message.endswith(".")


@pytest.mark.parametrize("kind", sorted(HARMLESS))
def test_made_harmless(kind: str) -> None:
    label = accept_label(hostile.KINDS[kind]())
    assert label.kind == "pdf"
    assert not [word for word in ACTIVE if word in everything(label.data)]


@pytest.mark.parametrize("kind", ["javascript", "broken cross-references", "pdf and zip"])
def test_what_is_harmless_still_says_the_same(kind: str) -> None:
    label = accept_label(hostile.KINDS[kind]())
    assert label_numbers(label) == ("1Z999AA10123456784",)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in other units elsewhere")
def test_time_and_memory_stay_within_limits() -> None:
    """Processor time and peak memory of the readers, as the kernel counts them in a process of their own."""
    measured = subprocess.run(
        [sys.executable, "-m", "tests.documents.measure_hostile"], capture_output=True, check=True, text=True
    )
    figures = json.loads(measured.stdout)
    assert set(figures) == set(hostile.KINDS)
    assert {
        kind: used for kind, used in figures.items() if used["seconds"] >= 2 or used["mebibytes"] >= 300
    } == {}


@pytest.mark.parametrize("kind", ["encrypted", "10,000 pages", "flate bomb", "cut off", "noise"])
def test_an_invoice_is_told_about_as_an_invoice(kind: str) -> None:
    with pytest.raises(Refused, match=r"^This invoice can't be used: "):
        accept_invoice(hostile.KINDS[kind]())


def test_a_rebuilt_label_is_rebuilt_to_itself() -> None:
    once = accept_label(hostile.plain())
    assert accept_label(once.data) == once


def everything(pdf: bytes) -> bytes:
    """The file as it is, and every stream in it unpacked."""
    reader = PdfReader(io.BytesIO(pdf))
    found = bytearray(pdf)
    for number in range(1, int(str(reader.trailer["/Size"]))):
        target = IndirectObject(number, 0, reader).get_object()
        if isinstance(target, DictionaryObject) and hasattr(target, "get_data"):
            found += target.get_data()
    return bytes(found)
