"""Whether a dossier is what it was: offline, years later, without the return's folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from returnctl import anchors, checks
from returnctl.app import App
from returnctl.casefile import CONVERSATION
from returnctl.checks import Check, problems
from returnctl.chronicle import utc
from returnctl.documents import guard
from returnctl.documents.dossier_seal import SCHEMA, Contents, Listed, Manifest, seal_of
from returnctl.errors import Damaged, Failed, Refused, Usage
from returnctl.forms import ready
from returnctl.output import Table
from returnctl.result import Result
from returnctl.returns.examination import RecordRead, read_record
from returnctl.returns.record import ANCHOR_LENGTH, NAME

#: Originals and copies of a whole set of photos, and then some.
MAX_BYTES = 1_000_000_000

_ORIGINALS = "originals/"
_BEGINNING = 12
"""So many digits of its hash does an original's name begin with."""


class DossierCheck(Result, kw_only=True):
    """`anchored` is the last event that the given anchor vouches for; `anchor` that of the last event."""

    file: str
    intact: bool
    made_at: str
    seal: Check
    record: tuple[Check, ...]
    pages: tuple[Check, ...]
    files: tuple[Check, ...]
    witness: Check
    events: int
    anchor: str
    anchored: int | None = None
    #: Whether a person sees every page and file, or the damaged ones and a count.
    every: bool = False

    def document(self) -> dict[str, object]:
        content = super().document()
        del content["every"]
        return content

    def for_people(self) -> Iterable[str | Table]:
        events = f"{self.events} event{'s' if self.events != 1 else ''}"
        yield f"Case file of return {self.return_}, made on {utc(self.made_at)} UTC: {events}."
        shown = [*self.record, *self._some(self.pages, "page"), *self._some(self.files, "file")]
        yield from checks.lines([*shown, self.seal, self.witness])

    def _some(self, found: tuple[Check, ...], noun: str) -> Iterator[Check]:
        if self.every:
            yield from found
            return
        yield from (check for check in found if check.state != "ok")
        good = sum(check.state == "ok" for check in found)
        if good:
            verb = f"{good} {noun}s are" if good > 1 else f"{good} {noun} is"
            yield Check(name=f"{noun}s", state="ok", message=f"{verb} unchanged.")


def run(app: App, path: Path, anchor: str | None) -> DossierCheck:
    """Raises Damaged, with the result, where anything is not what it was; Refused for what is no dossier."""
    wanted = anchors.parse(anchor) if anchor is not None else None
    data = _read(path)
    sealed = seal_of(data)
    found = _contents(data, path, sealed)
    result = examine(found, _manifest(found, path, sealed), path, sealed, wanted)
    result.every = app.options.verbose > 0
    if not result.intact:
        names = [check.name for check in _all_problems(result)]
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        raise Damaged(
            f"{path.name} is not as it was made: {', '.join(names[:3])}{more}.",
            hint="what is marked ✓ still stands; ask for the file as it was made, or make it anew",
            result=result,
        )
    return result


def examine(
    found: Contents, manifest: Manifest, path: Path, sealed: bool | None, wanted: str | None
) -> DossierCheck:
    """Every check of what was read from a dossier. `wanted` is an anchor, `sealed` what the seal says."""
    read = read_record(Path(NAME), found.record or b"")
    witness, anchored = _witness(read, wanted)
    result = DossierCheck(
        return_=manifest.return_,
        order=read.state.order or None,
        line=read.state.line,
        role=read.state.role if read.entries else None,
        file=str(path),
        intact=True,
        made_at=manifest.made_at,
        seal=_seal(sealed),
        record=tuple(_record(read, found, manifest)),
        pages=tuple(_pages(found, manifest)),
        files=tuple(_files(found, manifest, read)),
        witness=witness,
        events=len(read.entries),
        anchor=read.hashes[-1][:ANCHOR_LENGTH] if read.hashes else "",
        anchored=anchored,
    )
    result.intact = not _all_problems(result)
    return result


def _all_problems(result: DossierCheck) -> list[Check]:
    return problems([*result.record, *result.pages, *result.files, result.seal, result.witness])


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Refused(
                f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB, and no dossier is.",
                hint="give the dossier's PDF",
            )
        return path.read_bytes()
    except OSError as error:
        raise Usage(
            f"{path}: {(error.strerror or 'unreadable').lower()}.", hint="give the dossier's PDF"
        ) from None


def _contents(data: bytes, path: Path, sealed: bool | None) -> Contents:
    if not data.startswith(b"%PDF-"):
        raise Refused(f"{path.name} is no PDF.", hint="`returnctl dossier RETURN` makes one")
    try:
        reply = guard.run("dossier", data, noun="dossier", max_pages=0)
    except Refused as error:
        if sealed is None:
            raise Refused(
                f"{path.name} can't be read, and it bears no seal of a dossier.",
                hint="`returnctl dossier RETURN` makes one",
            ) from None
        raise Damaged(f"{path.name} is so damaged that nothing in it can be read.", hint=error.hint) from None
    return msgspec.msgpack.decode(reply.data, type=ready(Contents))


def _manifest(found: Contents, path: Path, sealed: bool | None) -> Manifest:
    try:
        manifest = msgspec.json.decode(found.manifest or b"", type=ready(Manifest))
    except (msgspec.DecodeError, UnicodeDecodeError):
        if sealed is None and found.manifest is None:
            raise Refused(
                f"{path.name} is no dossier of returnctl.", hint="`returnctl dossier RETURN` makes one"
            ) from None
        raise Damaged(f"{path.name} is damaged: the list of what is in it can't be read.") from None
    if manifest.schema > SCHEMA:
        raise Failed(
            f"{path.name} was made by a newer returnctl (schema {manifest.schema}).", hint="update returnctl"
        )
    return manifest


def _seal(sealed: bool | None) -> Check:
    if sealed:
        return Check(name="seal", state="ok", message="The file is byte for byte what was made.")
    message = "Something in the file was changed." if sealed is False else "The file was saved anew."
    return Check(name="seal", state="problem", message=f"{message} The lines above say what is still whole.")


def _record(read: RecordRead, found: Contents, manifest: Manifest) -> Iterator[Check]:
    if found.record is None:
        yield Check(name="record", state="problem", message="return.json is not in the file.")
        return
    yield from read.checks
    head = read.hashes[-1] if read.hashes else ""
    if head != manifest.head:
        yield Check(
            name="head", state="problem", message="It ends with another event than this file was made of."
        )


def _pages(found: Contents, manifest: Manifest) -> Iterator[Check]:
    """Each page by its hash: at its place, at another one, changed or gone."""
    for number, digest in enumerate(manifest.pages, 1):
        here = found.pages[number - 1 : number]
        if here == (digest,):
            yield _page(number, found.marked[number - 1])
        elif digest in found.pages:
            at = found.pages.index(digest) + 1
            yield Check(name=f"page {number}", state="problem", message=f"It stands at place {at}.")
        else:
            yield Check(name=f"page {number}", state="problem", message="It is missing or was changed.")
    for number, digest in enumerate(found.pages, 1):
        if digest not in manifest.pages:
            message = "What stands there is none of the pages that were made."
            yield Check(name=f"place {number}", state="problem", message=message)


def _page(number: int, marked: bool) -> Check:
    if marked:
        return Check(name=f"page {number}", state="ok", message="It is what was made.")
    return Check(name=f"page {number}", state="problem", message="It belongs to another record.")


def _files(found: Contents, manifest: Manifest, read: RecordRead) -> Iterator[Check]:
    """Each attached file against the list, and against the record where that names it."""
    listed = {one.name: one for one in manifest.files}
    here = {one.name: one for one in found.files}
    recorded = _recorded(here, read)
    for name in sorted(listed.keys() | here.keys()):
        yield _file(name, listed.get(name), here.get(name), recorded.get(name))
    if len(here) != len(found.files):
        yield Check(name="files", state="problem", message="Two attached files have the same name.")
    for name in sorted(read.named.keys() - here.keys() - listed.keys()):
        why = manifest.left_out.get(name)
        if why:
            yield Check(name=name, state="note", message=f"It was not attached: {why}.")
        else:
            yield Check(name=name, state="problem", message="The record names it, and it is missing.")


def _file(name: str, listed: Listed | None, here: Listed | None, recorded: str | None) -> Check:
    if here is None:
        return Check(name=name, state="problem", message="It is missing.")
    if listed is None:
        return Check(name=name, state="problem", message="It was put in later.")
    if here != listed:
        return Check(name=name, state="problem", message="It was changed.")
    if recorded and not here.sha256.startswith(recorded):
        return Check(name=name, state="problem", message="It is not what the record says that was kept.")
    known = recorded or name in (NAME, CONVERSATION)
    return Check(
        name=name, state="ok", message="It is what was kept." if known else "It is what was attached."
    )


def _recorded(names: Iterable[str], read: RecordRead) -> dict[str, str]:
    """The files' hashes as the record has them; of an original that it does not name, the beginning in its name."""
    originals = [getattr(entry.what, "original_sha256", None) for entry in read.entries]
    whole = {digest[:_BEGINNING]: digest for digest in originals if digest}
    found = {name: digest for name, digest in read.named.items() if digest}
    for name in names:
        if name.startswith(_ORIGINALS) and name not in found:
            beginning = name[len(_ORIGINALS) :][:_BEGINNING]
            found[name] = whole.get(beginning, beginning)
    return found


def _witness(read: RecordRead, wanted: str | None) -> tuple[Check, int | None]:
    if wanted is None:
        message = (
            "None was given: a record that was written anew from its first event on would look the same."
        )
        hint = "compare it with a message to the seller: --anchor and the 16 digits after “Evidence anchor”"
        return Check(name="anchor", state="note", message=message, hint=hint), None
    for number, digest in enumerate(read.hashes, 1):
        if digest.startswith(wanted):
            until, later = utc(read.entries[number - 1].at), len(read.hashes) - number
            message = f"It vouches for events 1 to {number}, up to {until} UTC"
            message += f"; {later} came after it." if later else ", which is all of them."
            return Check(name="anchor", state="ok", message=message), number
    message = "No event has this hash: the record was written anew, or the anchor is of another return."
    return Check(name="anchor", state="problem", message=message), None
