"""Whatever a stranger's PDF tries: refused in a clear line or made harmless, in little time and memory."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterable

import msgspec
import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from returnctl.documents.invoice import accept_invoice
from returnctl.documents.label import LabelFile, accept_label, label_numbers
from returnctl.errors import Refused
from tests.documents import hostile
from tests.documents.try_hostile import Outcome

pytestmark = pytest.mark.timeout(600)  # all kinds are tried in one go, also where the machine has other work

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
    "owner's lock",
}
ACTIVE = (b"/JS", b"/JavaScript", b"/Launch", b"/OpenAction", b"/AA", b"/EmbeddedFile", b"/EF", b"/AcroForm",
          b"/XFA", b"/Annots", b"/URI", b"/Ref", b"/Names", b"evil", b"passwd", b"PK\x03\x04", b"MZ\x90")  # fmt: skip


#: They ask for the most time and memory.
HEAVY = {
    "object stream bomb",
    "8,000 objects",
    "forms that draw forms",
    "flate bomb",
    "flate bomb in a flate bomb",
    "10,000 pages",
    "huge picture",
    "noise",
}


def try_all(measured: Iterable[str]) -> dict[str, Outcome]:
    """Every kind, tried in a small process whose children's time and memory the kernel counts."""
    command = [sys.executable, "-m", "tests.documents.try_hostile", *measured]
    answer = subprocess.run(command, capture_output=True, check=True).stdout
    return msgspec.msgpack.decode(answer, type=dict[str, Outcome])


@pytest.fixture(scope="module")
def tried() -> dict[str, Outcome]:
    return try_all(HEAVY)


@pytest.mark.parametrize("kind", [kind for kind in hostile.KINDS if kind not in HARMLESS])
def test_refused_in_one_clear_line(tried: dict[str, Outcome], kind: str) -> None:
    message = tried[kind].refused
    assert message
    assert message.startswith(("This label can't be used: ", "This is "))
    assert message.endswith(".")
    assert "\n" not in message
    assert "Error" not in message


@pytest.mark.parametrize("kind", sorted(HARMLESS))
def test_made_harmless(tried: dict[str, Outcome], kind: str) -> None:
    assert not tried[kind].refused
    assert not [word for word in ACTIVE if word in everything(tried[kind].data)]


@pytest.mark.parametrize("kind", ["broken cross-references"])
def test_what_is_harmless_still_says_the_same(tried: dict[str, Outcome], kind: str) -> None:
    label = LabelFile(kind="pdf", data=tried[kind].data, pages=1, extension="pdf")
    assert label_numbers(label) == ("1Z999AA10123456784",)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in other units elsewhere")
@pytest.mark.parametrize("kind", sorted(HEAVY))
def test_within_2_seconds_and_300_mebibytes(tried: dict[str, Outcome], kind: str) -> None:
    assert is_cheap(tried[kind])


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in other units elsewhere")
@pytest.mark.nightly
def test_every_kind_is_within_them() -> None:
    assert [kind for kind, outcome in try_all(hostile.KINDS).items() if not is_cheap(outcome)] == []


def is_cheap(outcome: Outcome) -> bool:
    assert outcome.seconds is not None
    assert outcome.mebibytes is not None
    return outcome.seconds < 2 and outcome.mebibytes < 300


@pytest.mark.parametrize("kind", ["encrypted", "10,000 pages"])
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
