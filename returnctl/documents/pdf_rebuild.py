"""A PDF of others, built anew from what its pages draw, and nothing else.

Only what a page needs to be printed is copied: its boxes, its contents, its resources and the visibility of
its layers. Scripts, actions, attachments, annotations, forms, outlines and metadata are never reached, so
there is nothing to search for and remove. Runs in the guarded child only.
"""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING, Any

from returnctl.errors import Refused

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

_PAGE_KEYS = ("/MediaBox", "/CropBox", "/Rotate", "/Group", "/Resources", "/Contents", "/UserUnit")
_ACTIVE_KEYS = {
    "/JS", "/JavaScript", "/OpenAction", "/AA", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/EF", "/AF",
    "/RichMediaContent", "/Metadata", "/PieceInfo", "/Ref", "/OPI", "/Thumb", "/StructParents", "/Parent",
}  # fmt: skip
_MAX_OBJECTS = 5_000
_MAX_STEPS = 1_000
_MAX_DEPTH = 60
_MAX_UNPACKED = 64 * 1024 * 1024
_MAX_PIXELS = 80_000_000
_LEAST_SIDE, _MOST_SIDE = 20.0, 14_400.0
_PRINT_ANEW = "Open it in a viewer, print it to a new PDF and give that."


def rebuild(data: bytes, *, max_pages: int) -> tuple[bytes, int]:
    """The harmless PDF, and its pages. Raises `Refused`, or whatever pypdf raises on a broken file."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted and not _opens(reader):
        raise Refused("it is protected by a password", hint="Ask for it without, or print it to a new PDF.")
    pages = _pages(reader, max_pages)
    copier = _Copier()
    for page in pages:
        copier.add(page)
    copier.keep_layers(reader)
    inked = [_is_inked(page) for page in copier.writer.pages]
    if not any(inked):
        raise Refused("nothing is drawn on it, or only in form fields and notes", hint=_PRINT_ANEW)
    out = io.BytesIO()
    copier.writer.write(out)
    return out.getvalue(), len(pages)


def _opens(reader: PdfReader) -> bool:
    """Whether the file opens without a password, as one does that is only locked against changes."""
    from pypdf.errors import DependencyError

    try:
        return bool(reader.decrypt(""))
    except (DependencyError, NotImplementedError):
        return False


def _is_inked(page: PageObject) -> bool:
    """Whether something is drawn on the page; where its ink lies is noted on it."""
    from returnctl.documents.ink import Blank, mark_extents

    try:
        mark_extents(page)
    except Blank:
        return False
    except Refused:
        raise
    except Exception:  # noqa: BLE001 - what can't be followed is passed on whole, a printer may know better
        return True
    return True


def _pages(reader: PdfReader, max_pages: int) -> list[PageObject]:
    """The pages, none of them looked at where the file itself says that it has too many."""
    root: Any = reader.trailer["/Root"]
    declared = int(root["/Pages"].get("/Count", 0))
    if declared > max_pages:
        raise _too_many(f"{declared:,}", max_pages)
    if _leaves(root["/Pages"], max_pages) > max_pages:
        raise _too_many("far more", max_pages)
    pages = list(reader.pages)
    if not pages:
        raise Refused("the PDF has no page", hint="Ask for the file again.")
    for page in pages:
        sides = (float(page.cropbox.width), float(page.cropbox.height))
        if min(sides) < _LEAST_SIDE or max(sides) > _MOST_SIDE:
            raise Refused("a page of the PDF has no usable size", hint=_PRINT_ANEW)
    return pages


def _leaves(tree: Any, enough: int) -> int:
    """The pages in the tree, counted until there are more than enough."""
    found = steps = 0
    waiting = [tree]
    while waiting and found <= enough:
        steps += 1
        if steps > _MAX_STEPS:
            raise Refused("its list of pages leads in a circle", hint=_PRINT_ANEW)
        kids = waiting.pop().get_object().get("/Kids")
        if kids is None:
            found += 1
        else:
            waiting.extend(kids)
    return found


def _too_many(count: str, max_pages: int) -> Refused:
    return Refused(
        f"the PDF has {count} pages, at most {max_pages} are taken",
        hint="Give a PDF with only the pages that belong to this return.",
    )


class _Copier:
    """Copies objects from one PDF into a new one, each once, within limits."""

    def __init__(self) -> None:
        from pypdf import PdfWriter

        self.writer = PdfWriter()
        self._copies: dict[int, Any] = {}
        self._open: set[int] = set()
        self._unpacked = 0

    def add(self, page: PageObject) -> None:
        """Adds a page: what it inherits is on it already, as pypdf hands it out."""
        from pypdf.generic import NameObject, NullObject

        new = self.writer.add_blank_page(page.mediabox.width, page.mediabox.height)
        for key in _PAGE_KEYS:
            value = page.get(key)
            if value is not None and not isinstance(value, NullObject):
                new[NameObject(key)] = self._copy(page.raw_get(key), 0)

    def keep_layers(self, reader: PdfReader) -> None:
        """Layers that are switched off stay off."""
        from pypdf.generic import NameObject

        root: Any = reader.trailer["/Root"]
        if "/OCProperties" in root:
            self.writer.root_object[NameObject("/OCProperties")] = self._copy(
                root.raw_get("/OCProperties"), 0
            )

    def _copy(self, value: Any, depth: int) -> Any:
        from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

        if depth > _MAX_DEPTH:
            raise Refused("the PDF's parts are nested too deeply", hint=_PRINT_ANEW)
        if isinstance(value, IndirectObject):
            return self._copy_indirect(value, depth)
        if isinstance(value, StreamObject):
            return self._copy_stream(value, depth)
        if isinstance(value, DictionaryObject):
            return self._fill(DictionaryObject(), value, depth)
        if isinstance(value, ArrayObject):
            return ArrayObject(self._copy(item, depth + 1) for item in value)
        return value

    def _copy_indirect(self, reference: Any, depth: int) -> Any:
        """The copy of what is referred to, made at the first call; a stream within itself becomes nothing."""
        from pypdf.generic import ArrayObject, DictionaryObject, NullObject, StreamObject

        if reference.idnum in self._open:
            return NullObject()
        if reference.idnum in self._copies:
            return self._copies[reference.idnum]
        if len(self._copies) >= _MAX_OBJECTS:
            raise Refused(f"the PDF has more than {_MAX_OBJECTS:,} parts", hint=_PRINT_ANEW)
        target = reference.get_object()
        if isinstance(target, DictionaryObject) and target.get("/Type") in ("/Page", "/Pages"):
            target = NullObject()
        if isinstance(target, DictionaryObject) and not isinstance(target, StreamObject):
            # Known before it is filled, because it may lead back to itself.
            copy: Any = DictionaryObject()
            self._copies[reference.idnum] = self.writer._add_object(copy)
            self._fill(copy, target, depth)
        elif isinstance(target, ArrayObject):
            copy = ArrayObject()
            self._copies[reference.idnum] = self.writer._add_object(copy)
            copy.extend(self._copy(item, depth + 1) for item in target)
        else:
            place = self._copies[reference.idnum] = self.writer._add_object(NullObject())
            self._open.add(reference.idnum)
            self.writer._replace_object(place.idnum, self._copy(target, depth + 1))
            self._open.remove(reference.idnum)
        return self._copies[reference.idnum]

    def _fill(self, copy: Any, source: Any, depth: int) -> Any:
        for key in source:
            if key not in _ACTIVE_KEYS:
                copy[key] = self._copy(source.raw_get(key), depth + 1)
        return copy

    def _copy_stream(self, stream: Any, depth: int) -> Any:
        from pypdf.generic import EncodedStreamObject, NullObject, StreamObject

        if "/F" in stream or stream.get("/Subtype") == "/PS":
            return NullObject()
        self._measure(stream)
        copy = EncodedStreamObject() if "/Filter" in stream else StreamObject()
        self._fill(copy, stream, depth)
        copy._data = stream._data
        return copy

    def _measure(self, stream: Any) -> None:
        """Refuses what unpacks to far more than its size, and pictures that no printer can hold."""
        if stream.get("/Subtype") == "/Image":
            pixels = int(stream.get("/Width", 0)) * int(stream.get("/Height", 0))
            if not 0 < pixels <= _MAX_PIXELS:
                raise Refused("a picture in the PDF is too large to print", hint=_PRINT_ANEW)
        filters = stream.get("/Filter", [])
        names = filters if isinstance(filters, list) else [filters]
        data = stream._data
        for name in names:
            if name not in ("/FlateDecode", "/Fl"):
                break
            data = self._inflate(data, keep=len(names) > 1)

    def _inflate(self, data: bytes, *, keep: bool) -> bytes:
        unpacker = zlib.decompressobj()
        kept = bytearray()
        while data:
            try:
                piece = unpacker.decompress(data, 1 << 20)
            except zlib.error:
                break
            self._unpacked += len(piece)
            if self._unpacked > _MAX_UNPACKED:
                raise Refused("the PDF unpacks to far more than its size", hint=_PRINT_ANEW)
            if keep:
                kept += piece
            data = unpacker.unconsumed_tail
        return bytes(kept)
