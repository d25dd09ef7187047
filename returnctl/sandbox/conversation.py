"""The conversation of a return, whichever dialect it is held in: words, and the files that come with them."""

from __future__ import annotations

import functools
import hashlib
import io
import re
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import sqlite3

    from werkzeug.datastructures import FileStorage, MultiDict

    from returnctl.sandbox.web import Request

FILES_PER_MESSAGE = 10
BYTES_PER_FILE = 3_000_000
MEDIA_TYPES = ("image/jpeg", "image/png", "application/pdf")

_SIGNS = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n", "application/pdf": b"%PDF-"}
_ANY_TYPE = {"", "application/octet-stream"}


class Unreadable(Exception):
    """A form or a file that is not taken: the status that HTTP has for it, and a sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


class File(msgspec.Struct, frozen=True, kw_only=True):
    """One attachment as it came: its name without any folder, its media type by its content."""

    name: str
    media_type: str
    body: bytes


def read_form(request: Request) -> tuple[MultiDict[str, str], MultiDict[str, FileStorage]]:
    """The fields and the files of a multipart body. Raises Unreadable (400, 413, 415)."""
    from werkzeug.exceptions import RequestEntityTooLarge
    from werkzeug.formparser import FormDataParser
    from werkzeug.http import parse_options_header

    media_type, options = parse_options_header(request.headers.get("content-type"))
    if media_type != "multipart/form-data":
        raise Unreadable(415, "A message is multipart/form-data.")
    if not options.get("boundary"):
        raise Unreadable(400, "The multipart body names no boundary.")
    try:
        _, fields, files = FormDataParser(silent=False).parse(
            io.BytesIO(request.body), media_type, len(request.body), options
        )
    except RequestEntityTooLarge as error:
        raise Unreadable(413, "The message has too many or too large parts.") from error
    except ValueError as error:
        raise Unreadable(400, "The multipart body can't be read.") from error
    return fields, files


def read_files(parts: list[FileStorage]) -> tuple[File, ...]:
    """Attachments, judged. Raises Unreadable: 413 for too many or too large ones, 415 for another type."""
    if len(parts) > FILES_PER_MESSAGE:
        raise Unreadable(413, f"A message takes {FILES_PER_MESSAGE} attachments.")
    return tuple(_read_file(part.filename, part.mimetype, part.read()) for part in parts)


def post(
    db: sqlite3.Connection, case_id: str, text: str, *, author: str, at: datetime, automatic: bool = False
) -> int:
    """Adds a message to a return's conversation; gives its number. No service received an automatic one."""
    row = db.execute(
        "insert into messages (case_id, at, author, text, automatic) values (?, ?, ?, ?, ?)",
        (case_id, at.isoformat(), author, text, automatic),
    )
    return row.lastrowid or 0


def attach(db: sqlite3.Connection, case_id: str, message: int, file: File) -> int:
    """Keeps one file with its message; gives its number."""
    row = db.execute(
        "insert into attachments (message, case_id, name, media_type, sha256, size, file)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        (
            *(message, case_id, file.name, file.media_type),
            *(hashlib.sha256(file.body).hexdigest(), len(file.body), file.body),
        ),
    )
    return row.lastrowid or 0


def draw_photos_due(db: sqlite3.Connection, case: sqlite3.Row) -> None:
    """The buyer's pictures are drawn when somebody first looks: it takes a second that few starts need."""
    if not case["photos_due"]:
        return
    (message,) = db.execute(
        "select min(number) from messages where case_id = ? and author = 'buyer'", (case["id"],)
    ).fetchone()
    order = db.execute("select document from orders where number = ?", (case["order_number"],)).fetchone()
    lines = {line["line"]: line for line in msgspec.json.decode(order["document"])["lines"]}
    for file in _photos(lines[case["line"]]["kind"]):
        attach(db, case["id"], message, file)
    db.execute("update cases set photos_due = 0 where id = ?", (case["id"],))


@functools.cache
def _photos(kind: str) -> tuple[File, ...]:
    """The same pictures each time, so that a sandbox which is reset often draws them once."""
    from returnctl.sandbox.pictures import draw_photos

    with tempfile.TemporaryDirectory() as folder:
        paths = draw_photos(Path(folder), kind, seed=6)
        return tuple(_read_file(path.name, "", path.read_bytes()) for path in paths)


def _read_file(name: str | None, declared: str, body: bytes) -> File:
    if len(body) > BYTES_PER_FILE:
        raise Unreadable(413, f"An attachment has {BYTES_PER_FILE} bytes at most.")
    found = next((kind for kind, sign in _SIGNS.items() if body.startswith(sign)), None)
    if found is None or (declared != found and declared not in _ANY_TYPE):
        raise Unreadable(415, f"Attachments are {', '.join(MEDIA_TYPES)}.")
    plain = re.sub(r"[\x00-\x1f\x7f]", "", (name or "").replace("\\", "/").rpartition("/")[2])
    return File(name=plain[:200] or "file", media_type=found, body=body)
