"""Labels: whatever a carrier or a seller hands over, checked, read, and put on the paper that is there."""

from __future__ import annotations

import io
import re

from returnctl.documents import guard
from returnctl.documents.codes import read_codes, tracking_numbers, zpl_fields
from returnctl.documents.label_file import Kind, LabelFile
from returnctl.documents.label_layout import lay_out
from returnctl.documents.page import Paper
from returnctl.errors import Refused

__all__ = ["LabelFile", "accept_label", "fit_label", "label_numbers"]

_MAX_PAGES = 20
_MAX_PIXELS = 40_000_000
_EXTENSIONS: dict[Kind, str] = {"pdf": "pdf", "png": "png", "gif": "gif", "jpeg": "jpg", "zpl": "zpl"}
_PICTURES: tuple[tuple[bytes, Kind], ...] = (
    (b"\x89PNG\r\n", "png"),
    (b"GIF8", "gif"),
    (b"\xff\xd8\xff", "jpeg"),
)
_KNOWN_OTHERS = (
    (b"PK\x03\x04", "a ZIP archive", "Unpack it and give the label that is in it."),
    (b"II*\x00", "a TIFF picture", "Save it as PNG or PDF and give that."),
    (b"MM\x00*", "a TIFF picture", "Save it as PNG or PDF and give that."),
    (b"<", "a web page or an SVG drawing", "Open it in a browser, print it to PDF and give that."),
    (b"\nN\n", "an EPL printer file", "Ask for the label as PDF, PNG, GIF or ZPL."),
)
_PRINTER_SETTINGS = re.compile(rb"[\^~](?:KP|N[BCDINPRSTW]|W[AEIPRSX]|JU)", re.IGNORECASE)


def accept_label(data: bytes, *, read: bool = False) -> LabelFile:
    """Checks a label of at most 10 MB. Raises `Refused` with a clear line where it can't be used.

    With `read` a PDF is read in the same go, for `label_numbers`.
    """
    if len(data) > guard.MAX_BYTES:
        raise Refused(
            "This label is larger than 10 MB.", hint="Ask for it as PDF, PNG or GIF of ordinary size."
        )
    kind = _kind(data)
    if kind == "pdf":
        reply = guard.run("label" if read else "rebuild", data, noun="label", max_pages=_MAX_PAGES)
        texts = reply.texts if read else None
        return LabelFile(kind=kind, data=reply.data, pages=reply.pages, extension="pdf", texts=texts)
    pages = _check_zpl(data) if kind == "zpl" else _check_picture(data, kind)
    return LabelFile(kind=kind, data=data, pages=pages, extension=_EXTENSIONS[kind])


def label_numbers(label: LabelFile) -> tuple[str, ...]:
    """What on the label looks like a tracking number, without spaces: from barcodes first, then from text.

    A long barcode of a carrier is given as it is and as the tracking number that it holds. Empty where
    nothing can be read; that proves nothing. Barcodes that a PDF draws as lines are read where `pdftoppm` is
    installed.
    """
    if label.kind == "zpl":
        return tracking_numbers(zpl_fields(label.data))
    if label.kind == "pdf":
        return tracking_numbers(_texts(label.data) if label.texts is None else label.texts)
    from PIL import Image

    with Image.open(io.BytesIO(label.data)) as picture:
        return tracking_numbers(read_codes(picture))


def fit_label(label: LabelFile, *, paper: Paper, spare: bool = False) -> bytes:
    """The label as PDF on that paper, at full size: cropped to its ink and turned where it must, not scaled.

    On A4 and letter a label of up to half a page goes above a fold line; `spare` adds the copy for the inside
    of the parcel, below the line or on a page of its own. Raises `Refused` for ZPL and where the label is too
    large for the paper.
    """
    if label.kind == "zpl":
        raise Refused(
            "A ZPL label goes to a label printer as it is, it can't be put on other paper.",
            hint="Send the file to the printer without --paper, or ask for the label as PDF.",
        )
    return lay_out(label, paper=paper, spare=spare)


def _texts(data: bytes) -> tuple[str, ...]:
    """The barcodes and the text of a PDF; nothing where reading it takes too long."""
    try:
        return guard.run("read", data, noun="label", max_pages=_MAX_PAGES).texts
    except Refused:
        return ()


def _kind(data: bytes) -> Kind:
    head = data[:1024].lstrip(b"\xef\xbb\xbf\x00\t\r\n ")
    if head.startswith(b"%PDF-"):
        return "pdf"
    for magic, kind in _PICTURES:
        if head.startswith(magic):
            return kind
    if b"^XA" in data[:4096].upper():
        return "zpl"
    for magic, what, hint in _KNOWN_OTHERS:
        if data.startswith(magic) or head.startswith(magic):
            raise Refused(f"This is {what}, not a label.", hint=hint)
    if not data:
        raise Refused("This label is empty.", hint="Download it again.")
    raise Refused("This is not a label that can be printed.", hint="Give it as PDF, PNG, GIF, JPEG or ZPL.")


def _check_zpl(data: bytes) -> int:
    """How many labels the file prints."""
    if _PRINTER_SETTINGS.search(data):
        raise Refused(
            "This ZPL changes the printer's settings beside printing a label.",
            hint="Ask for the label as PDF, PNG or GIF.",
        )
    pages = data.upper().count(b"^XZ")
    if not pages:
        raise Refused("This ZPL label is cut off: its end (^XZ) is missing.", hint="Download it again.")
    return pages


def _check_picture(data: bytes, kind: Kind) -> int:
    """1, once the whole picture could be decoded."""
    from PIL import Image

    broken = Refused("This label's picture is damaged and can't be read.", hint="Download it again.")
    try:
        with Image.open(io.BytesIO(data), formats=(kind.upper(),)) as picture:
            if picture.width * picture.height > _MAX_PIXELS:
                raise Refused(
                    f"This label has {picture.width:,} x {picture.height:,} pixels, far more than it needs.",
                    hint="Ask for it as PDF, or at 300 dpi.",
                )
            picture.load()
    except (Image.DecompressionBombError, OSError, SyntaxError, ValueError, MemoryError):
        raise broken from None
    return 1
