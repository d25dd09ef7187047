"""The seal of a dossier: what lies in the PDF beside its pages, and by what it is known to be unchanged.

The return's record and files are attached, and `dossier.json`, the list of what the dossier is made of: the head of
the record's chain, a hash of each page and of each file. The last line of the PDF is a comment, which readers skip:
`%returnctl-seal <SHA-256 of every byte before it>`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from hashlib import sha256  # several times as fast as `digest`, and here it is about tens of megabytes
from typing import TYPE_CHECKING, Any

import msgspec

from returnctl.forms import ready

if TYPE_CHECKING:
    from pypdf import PageObject, PdfWriter

MANIFEST = "dossier.json"
SCHEMA = 1

_SEAL = re.compile(rb"%returnctl-seal ([0-9a-f]{64})\n\Z")
_SEAL_BYTES = len(b"%returnctl-seal \n") + 64
_MAX_DEPTH = 60
_SKIPPED = {"/Parent", "/Length"}


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """An attached file, under its name in the return's folder."""

    name: str
    sha256: str
    bytes: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a dossier is made of. `pages` are their hashes, `left_out` the files that are not in it, and why."""

    schema: int = SCHEMA
    return_: str = msgspec.field(name="return")
    made_at: str
    head: str
    pages: tuple[str, ...] = ()
    files: tuple[Listed, ...] = ()
    left_out: dict[str, str] = {}


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in a PDF. `marked` tells for each page whether the manifest's head is printed on it."""

    manifest: bytes | None
    record: bytes | None
    pages: tuple[str, ...]
    marked: tuple[bool, ...]
    files: tuple[Listed, ...]


def hashes_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """The SHA-256 of each, in hex."""
    return {name: sha256(content).hexdigest() for name, content in files.items()}


def seal(writer: PdfWriter, files: Mapping[str, bytes], digests: Mapping[str, str], about: Manifest) -> bytes:
    """The dossier: the drawn pages with the record and the other files attached, listed and sealed.

    `digests` are those of `hashes_of`. `about` comes without pages and files; they are found here. Equal contents
    give equal bytes.
    """
    hashes: dict[int, bytes] = {}
    manifest = msgspec.structs.replace(
        about,
        pages=tuple(page_hash(page, hashes) for page in writer.pages),
        files=tuple(
            Listed(name=name, sha256=digests[name], bytes=len(content)) for name, content in files.items()
        ),
    )
    writer.add_attachment(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")
    for name, content in files.items():
        writer.add_attachment(name, content)
    out = io.BytesIO()
    writer.write(out)
    out.write(b"%%returnctl-seal %s\n" % sha256(out.getbuffer()).hexdigest().encode())
    return out.getvalue()


def seal_of(data: bytes) -> bool | None:
    """Whether the file is byte for byte what was sealed; None where it bears no seal."""
    found = _SEAL.search(data, max(0, len(data) - _SEAL_BYTES))
    if found is None:
        return None
    return sha256(memoryview(data)[: found.start()]).hexdigest().encode() == found[1]


def contents(data: bytes) -> Contents:
    """What is in a dossier, or in what says that it is one. Raises what pypdf raises on a broken file.

    Runs in the guarded child only.
    """
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    found: list[tuple[str, bytes]] = []
    for attachment in reader.attachment_list:
        found.append((str(attachment.name), attachment.content))
    manifest = next((content for name, content in found if name == MANIFEST), None)
    head = _head(manifest)
    hashes: dict[int, bytes] = {}
    pages = list(reader.pages) if manifest is not None else []
    return Contents(
        manifest=manifest,
        record=next((content for name, content in found if name == "return.json"), None),
        pages=tuple(page_hash(page, hashes) for page in pages),
        marked=tuple(bool(head) and head in _operators(page) for page in pages),
        files=tuple(_listed(name, content) for name, content in found if name != MANIFEST),
    )


def page_hash(page: PageObject, hashes: dict[int, bytes]) -> str:
    """SHA-256, in hex, of all that a page shows: its boxes, its contents, its fonts and pictures.

    `hashes` keeps those of the parts that pages share.
    """
    return _hash(page, hashes, 0).hex()


def _hash(value: Any, hashes: dict[int, bytes], depth: int) -> bytes:
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

    if depth > _MAX_DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(value, IndirectObject):
        if value.idnum not in hashes:
            hashes[value.idnum] = b"itself"
            hashes[value.idnum] = _hash(value.get_object(), hashes, depth + 1)
        return hashes[value.idnum]
    told = sha256()
    if isinstance(value, DictionaryObject):
        for key in sorted(set(value) - _SKIPPED):
            told.update(b"/" + str(key).encode() + _hash(value.raw_get(key), hashes, depth + 1))
        if isinstance(value, StreamObject):
            told.update(b"stream" + sha256(value._data).digest())
    elif isinstance(value, ArrayObject):
        for item in value:
            told.update(b"," + _hash(item, hashes, depth + 1))
    else:
        told.update(_plain(value))
    return told.digest()


def _plain(value: Any) -> bytes:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{float(value):.5f}".encode()
    return b"=" + bytes(getattr(value, "original_bytes", str(value).encode()))


def _operators(page: PageObject) -> bytes:
    contents = page.get_contents()
    return bytes(contents.get_data()) if contents is not None else b""


def _head(manifest: bytes | None) -> bytes:
    try:
        return msgspec.json.decode(manifest or b"", type=ready(Manifest)).head.encode()
    except msgspec.DecodeError:
        return b""


def _listed(name: str, content: bytes) -> Listed:
    return Listed(name=name, sha256=sha256(content).hexdigest(), bytes=len(content))
