"""What `pull` brought: the conversation as the marketplace has it, and its files, each once.

received/messages.json          all messages, oldest first, with the name of each file
received/<message>-<n>.<ext>    a file; the same content under a second name is not kept again
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from returnctl.digest import hex_of
from returnctl.errors import Failed, Refused, ReturnctlError
from returnctl.forms import ready
from returnctl.marketplaces.backmarket_values import CareLabel, CareMessage, Folder, RemoteFile, Shipment
from returnctl.marketplaces.base import Attachment
from returnctl.returns.events import Received
from returnctl.returns.held import Return

NAME = "received/messages.json"
SCHEMA = 1
if TYPE_CHECKING:
    from returnctl.marketplaces.backmarket import BackMarket

#: What evidence can be judged by; anything else is only kept.
PICTURES = (".jpg", ".png", ".webp", ".heic")

_SIGNS = (
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"%PDF-", "pdf"),
    (b"RIFF", "webp"),
)


class File(Struct, frozen=True, kw_only=True):
    """A file of a message: `name` is its sender's, `file` ours, relative to the return's folder."""

    attachment: str
    name: str
    file: str
    sha256: str
    bytes: int


class Said(Struct, frozen=True, kw_only=True):
    """A message. `author` is `buyer`, `seller`, `marketplace` or the marketplace's own word."""

    message: str
    at: str | None
    author: str
    kind: str
    text: str
    files: tuple[File, ...] = ()


class Mirror(Struct, frozen=True, kw_only=True):
    """The marketplace's side of a return, as it was last pulled."""

    schema: int = SCHEMA
    case: str
    open: bool
    issues: tuple[str, ...] = ()
    resolution: str = ""
    warranty: str = ""
    messages: tuple[Said, ...] = ()
    labels: tuple[CareLabel, ...] = ()
    parcel: Shipment | None = None

    @property
    def by_buyer(self) -> Iterator[Said]:
        return (said for said in self.messages if said.author == "buyer")


class Failure(Struct, frozen=True, kw_only=True):
    """A file that could not be fetched."""

    attachment: str
    name: str
    message: str


class Brought(Struct, frozen=True, kw_only=True):
    """What a pull did: the mirror as it is now, what is new in it, and what could not be fetched."""

    mirror: Mirror
    new_messages: int
    new_files: tuple[str, ...]
    failed: tuple[tuple[Failure, ReturnctlError], ...] = ()


def load(held: Return) -> Mirror | None:
    """What was pulled last; None where nothing was. Raises Failed where the file can't be read any more."""
    try:
        return msgspec.json.decode(held.read(NAME), type=ready(Mirror))
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Failed(
            f"{held.folder / NAME} can't be read any more.",
            hint=f"remove it; `returnctl pull {held.name}` writes it anew",
        ) from None


def bring(held: Return, marketplace: BackMarket, folder: Folder, parcel: Shipment | None) -> Brought:
    """Mirror the folder: fetch the files that are not here yet, write the conversation down.

    A file that can't be fetched does not keep the others away; it is tried again the next time.
    """
    before = load(held)
    store = _Store(held, before)
    said: list[Said] = []
    failed: list[tuple[Failure, ReturnctlError]] = []
    for message in folder.messages:
        files: list[File] = []
        for number, remote in enumerate(message.files, 1):
            try:
                files.append(store.file(marketplace, folder.case, message, number, remote))
            except ReturnctlError as error:
                failure = Failure(attachment=remote.id, name=remote.name, message=error.message)
                failed.append((failure, error))
        said.append(_said(message, tuple(files)))
    mirror = Mirror(
        case=folder.case,
        open=folder.open,
        issues=folder.issues,
        resolution=folder.resolution,
        warranty=folder.warranty,
        messages=tuple(said),
        labels=folder.labels,
        parcel=parcel,
    )
    if store.events:
        held.note(*store.events)
    if mirror != before:
        held.keep(NAME, msgspec.json.format(msgspec.json.encode(mirror), indent=2) + b"\n")
    known = {one.message for one in before.messages} if before else set[str]()
    return Brought(
        mirror=mirror,
        new_messages=sum(one.message not in known for one in said),
        new_files=tuple(event.file for event in store.events),
        failed=tuple(failed),
    )


def pictures(held: Return) -> list[tuple[Path, str]]:
    """The buyer's pictures, in their order, each with the name that the buyer gave it."""
    mirror = load(held)
    found: dict[str, str] = {}
    for said in mirror.by_buyer if mirror else ():
        for file in said.files:
            if Path(file.file).suffix in PICTURES:
                found.setdefault(file.file, file.name)
    return [(held.folder / file, name) for file, name in found.items()]


def by_view(
    held: Return, views: Sequence[str], without: Container[str]
) -> tuple[dict[str, Path], list[Path]]:
    """The buyer's pictures by the views that their names say, the latest of each; and the ones left over.

    Those of the views `without` are in neither. Raises Refused before anything was pulled.
    """
    from returnctl.evidence.assign import view_of

    check_pulled(held)
    found: dict[str, Path] = {}
    others: list[Path] = []
    for path, name in pictures(held):
        view = view_of(Path(name), views)
        if view is None:
            others.append(path)
        elif view not in without:
            found[view] = path
    return found, others


def name_of(held: Return, path: Path) -> str:
    """The name that a file's sender gave it; of any other file its own."""
    names = {str(kept.resolve()): name for kept, name in pictures(held)} if held.state.received else {}
    return names.get(str(path.resolve()), path.name)


def check_pulled(held: Return) -> None:
    """Raises Refused before the buyer's side was fetched."""
    if load(held) is None:
        raise Refused(f"Nothing of return {held.name} was fetched yet.", hint=f"`returnctl pull {held.name}`")


def texts(held: Return) -> list[str]:
    """What the buyer wrote, oldest first."""
    mirror = load(held)
    return [said.text for said in mirror.by_buyer] if mirror else []


class _Store:
    """Files by attachment and by content, and the events of those that are new."""

    def __init__(self, held: Return, before: Mirror | None) -> None:
        self._held = held
        self.events: list[Received] = []
        files = [file for said in before.messages for file in said.files] if before else []
        self._known = {file.attachment: file for file in files if self._is_here(file)}
        self._by_content = {file.sha256: file for file in self._known.values()}

    def file(
        self, marketplace: BackMarket, case: str, message: CareMessage, number: int, remote: RemoteFile
    ) -> File:
        if remote.id in self._known:
            return self._known[remote.id]
        attachment = Attachment(attachment=remote.id, name=remote.name, sha256="", bytes=0)
        content = marketplace.attachment(case, attachment)
        digest = hex_of(content)
        same = self._by_content.get(digest)
        name = same.file if same else f"received/{message.id}-{number}.{_suffix(content)}"
        if same is None:
            self._held.keep(name, content)
            self.events.append(
                Received(message=message.id, attachment=remote.id, name=remote.name, file=name, sha256=digest)
            )
        kept = File(attachment=remote.id, name=remote.name, file=name, sha256=digest, bytes=len(content))
        self._known[remote.id] = self._by_content[digest] = kept
        return kept

    def _is_here(self, file: File) -> bool:
        """Whether the file is still what was fetched, by the record's word and by its size."""
        path = self._held.folder / file.file
        return (
            self._held.state.received.get(file.file) == file.sha256
            and path.is_file()
            and path.stat().st_size == file.bytes
        )


def _said(message: CareMessage, files: tuple[File, ...]) -> Said:
    return Said(
        message=message.id,
        at=message.at,
        author=message.author,
        kind=message.kind,
        text=message.text,
        files=files,
    )


def _suffix(content: bytes) -> str:
    if content[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypheim", b"ftypheis", b"ftypmsf1"):
        return "heic"
    return next((suffix for sign, suffix in _SIGNS if content.startswith(sign)), "bin")
