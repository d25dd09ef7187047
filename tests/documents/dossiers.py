"""Dossiers to tamper with, and ways to do it."""

from __future__ import annotations

import io
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import msgspec
from PIL import Image
from pypdf import PdfReader, PdfWriter

from returnctl import casefile
from returnctl.digest import hex_of
from returnctl.documents.dossier import draw_dossier
from returnctl.documents.dossier_seal import (
    MANIFEST,
    Contents,
    Listed,
    Manifest,
    contents,
    page_hash,
    seal_of,
)
from returnctl.returns import events as e
from returnctl.returns.held import Return
from returnctl.returns.record import Entry, _render
from returnctl.returns.state import State, fold
from returnctl.steps.dossier_verify import DossierCheck, examine
from tests.returns import making

Attached = dict[str, bytes]


def jpeg(colour: str = "navy", size: tuple[int, int] = (64, 48)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


def held(folder: Path, *views: str, name: str = "Jane Doe") -> Return:
    """A return with a photo of each view, and their originals."""
    found = making.held(folder, making.opened(name=name, reason="faulty", wants="refund"))
    for number, view in enumerate(views):
        given, sent = jpeg(f"#{number * 30:02x}2040", (80, 60)), jpeg(f"#{number * 30:02x}2040")
        original = found.keep_original(Path(f"IMG_{number}.jpg"), given)
        found.note(
            making.photo(
                view,
                hex_of(sent),
                file=found.keep(f"photos/{view}.jpg", sent),
                original=original,
                original_sha256=hex_of(given),
            )
        )
    return found


def made(found: Return, paper: str = "a4") -> bytes:
    """Its dossier."""
    case = casefile.gather(found)
    facts = casefile.facts(found, case, (), "", made_at=making.AT)
    return draw_dossier(facts, record=case.record, files=case.files, paper=paper).data  # type: ignore[arg-type]  # one of two papers


def verdict(pdf: bytes, anchor: str | None = None) -> DossierCheck:
    """What `dossier verify` finds, without its guarded child, which costs half a second each time."""
    return examine(contents(pdf), _manifest(contents(pdf)), Path("dossier.pdf"), seal_of(pdf), anchor)


def _manifest(found: Contents) -> Manifest:
    return msgspec.json.decode(found.manifest or b"", type=Manifest)


def attached(pdf: bytes) -> Attached:
    return {str(one.name): one.content for one in PdfReader(io.BytesIO(pdf)).attachment_list}


def rebuilt(
    pdf: bytes,
    *,
    files: Callable[[Attached], None] = lambda _: None,
    pages: Callable[[PdfWriter], None] = lambda _: None,
) -> bytes:
    """The same PDF by another program, changed on the way, and sealed anew as by somebody who knows how."""
    found = attached(pdf)
    files(found)
    writer = PdfWriter()
    for page in PdfReader(io.BytesIO(pdf)).pages:
        writer.add_page(page)
    pages(writer)
    for name, content in found.items():
        writer.add_attachment(name, content)
    out = io.BytesIO()
    writer.write(out)
    content = out.getvalue()
    return content + b"%%returnctl-seal %s\n" % sha256(content).hexdigest().encode()


def listed_anew(found: Attached) -> None:
    """Makes the list of the attached files fit them, and the head the record."""
    old = msgspec.json.decode(found[MANIFEST], type=Manifest)
    files = tuple(
        Listed(name=name, sha256=sha256(content).hexdigest(), bytes=len(content))
        for name, content in found.items()
        if name != MANIFEST
    )
    head = hex_of([line for line in found["return.json"].split(b"\n") if line.startswith(b'{"n":')][-1])
    new = msgspec.structs.replace(old, files=files, head=head)
    found[MANIFEST] = msgspec.json.encode(new)


def forged(found: Return, change: Callable[[e.Event], e.Event]) -> bytes:
    """A dossier of a record that was written anew from its first event on, every hash and checksum made to fit."""
    state, lines = State(), list[bytes]()
    for entry in found.record.entries():
        event = change(entry.what)
        previous = hex_of(lines[-1]) if lines else ""
        again = Entry(n=entry.n, at=entry.at, previous=previous, what=event)  # type: ignore[arg-type]  # events alone
        lines.append(msgspec.json.encode(again))
        state = fold(state, event, entry.at)
    (found.folder / "return.json").write_bytes(_render(lines, state))
    return made(making.again(found))


__all__ = ["attached", "forged", "held", "jpeg", "listed_anew", "made", "page_hash", "rebuilt", "verdict"]
