"""Files that a person attaches: pictures without their metadata, PDF files as they are, all within the limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from returnctl.app import App
from returnctl.errors import Refused, Usage
from returnctl.marketplaces.base import Upload
from returnctl.returns.held import safe_name

if TYPE_CHECKING:
    from returnctl.evidence.copies import CleanCopy

_PDF_BYTES = 3_000_000


def upload(app: App, path: Path) -> Upload:
    """The file as it is attached. Raises Usage where there is none, Refused for what is no picture and no PDF."""
    if not path.is_file():
        raise Usage(f"{path}: there is no such file.", hint="give a picture or a PDF")
    if path.suffix.lower() == ".pdf":
        content = path.read_bytes()
        if not content.startswith(b"%PDF-") or len(content) > _PDF_BYTES:
            raise Refused(
                f"{path.name}: not a PDF of at most 3 MB.", hint="print it to a smaller PDF and give that"
            )
        return Upload(name=safe_name(path.name), media_type="application/pdf", content=content)
    from returnctl.evidence.copies import clean_copy

    copy = clean_copy(path, keep_png=True)
    say_encoded(app, {path.name: copy})
    return _picture(Upload(name=safe_name(path.name), media_type="", content=b""), copy)


def fit(app: App, files: Iterable[Upload], most: int) -> tuple[Upload, ...]:
    """The files, none larger than `most` bytes: what a marketplace takes less than usual of is made smaller.

    Raises Refused for a PDF, or a picture that no copy of fits.
    """
    fitted = []
    smaller: dict[str, CleanCopy] = {}
    for file in files:
        if len(file.content) <= most:
            fitted.append(file)
            continue
        if not file.media_type.startswith("image/"):
            raise Refused(
                f"{file.name} has {len(file.content):,} bytes; {most:,} are taken.", hint="save it smaller"
            )
        from returnctl.evidence.copies import clean_copy

        try:
            copy = clean_copy(file.content, max_bytes=most)
        except Refused as error:
            raise Refused(f"{file.name}: no copy fits into {most:,} bytes.", hint=error.hint) from error
        smaller[file.name] = copy
        fitted.append(_picture(file, copy))
    if smaller:
        app.say(f"Made smaller, since {most:,} bytes a file are taken: {', '.join(smaller)}")
    return tuple(fitted)


def say_encoded(app: App, copies: Mapping[str, CleanCopy]) -> None:
    """Say which pictures were compressed anew; that happens only to those which can't be sent as they are."""
    anew = [name for name, copy in copies.items() if copy.encoded and copy.extension == ".jpg"]
    if anew:
        app.say(f"Saved anew, to be upright and small enough: {', '.join(anew)}")


def _picture(file: Upload, copy: CleanCopy) -> Upload:
    media_type = "image/png" if copy.extension == ".png" else "image/jpeg"
    name = file.name.rpartition(".")[0] or file.name
    return replace(file, name=name + copy.extension, media_type=media_type, content=copy.data)
