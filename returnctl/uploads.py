"""Files that a person attaches: pictures without their metadata, PDF files as they are."""

from __future__ import annotations

from pathlib import Path

from returnctl.errors import Refused, Usage
from returnctl.marketplaces.base import Upload
from returnctl.returns.held import safe_name

_PDF_BYTES = 3_000_000


def upload(path: Path) -> Upload:
    """The file as it is attached. Raises Usage where there is none, Refused for what is no picture and no PDF."""
    if not path.is_file():
        raise Usage(f"{path}: there is no such file.")
    if path.suffix.lower() == ".pdf":
        content = path.read_bytes()
        if not content.startswith(b"%PDF-") or len(content) > _PDF_BYTES:
            raise Refused(f"{path.name}: not a PDF of at most 3 MB.")
        return Upload(name=safe_name(path.name), media_type="application/pdf", content=content)
    from returnctl.evidence.copies import clean_copy

    copy = clean_copy(path, keep_png=True)
    media_type = "image/png" if copy.extension == ".png" else "image/jpeg"
    return Upload(name=safe_name(path.stem + copy.extension), media_type=media_type, content=copy.data)
