"""The conversation of a return: read, written, with its attachments."""

from __future__ import annotations

import hashlib
import io
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from returnctl.sandbox import clock
from returnctl.sandbox.market import cases
from returnctl.sandbox.market.problems import invalid, stop
from returnctl.sandbox.seller import post
from returnctl.sandbox.web import Answer, Context, Request, json_answer

if TYPE_CHECKING:
    import sqlite3

FILES_PER_MESSAGE = 10
BYTES_PER_FILE = 3_000_000
TEXT_CHARACTERS = 4000
MEDIA_TYPES = ("image/jpeg", "image/png", "application/pdf")

_SIGNS = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n", "application/pdf": b"%PDF-"}
_ANY_TYPE = {"", "application/octet-stream"}
_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


class File(msgspec.Struct, frozen=True, kw_only=True):
    """One attachment as it came: its name without any folder, its media type by its content."""

    name: str
    media_type: str
    body: bytes


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a message."""

    text: str
    files: tuple[File, ...]


def listing(context: Context, request: Request) -> Answer:
    """GET /v1/returns/{return}/messages."""
    case = cases.find(context.db, request)
    _draw_photos_due(context.db, case)
    rows = context.db.execute("select * from messages where case_id = ? order by number", (case["id"],))
    return json_answer({"messages": [_as_document(context.db, row) for row in rows.fetchall()]})


def write(context: Context, request: Request) -> Answer:
    """POST /v1/returns/{return}/messages."""
    case = cases.find(context.db, request)
    form = _read_form(request)
    if case["closed_at"]:
        raise stop(409, "closed", "This return is closed.")
    if form.files and not cases.as_document(context.db, case, context.faults)["attachments_open"]:
        raise stop(409, "attachments-not-open", "Attachments are taken once the seller has answered.")
    number = post(context.db, case["id"], form.text, author="buyer", at=clock.now())
    for file in form.files:
        attach(context.db, case["id"], number, file)
    row = context.db.execute("select * from messages where number = ?", (number,)).fetchone()
    return json_answer(_as_document(context.db, row), 201)


def attachment(context: Context, request: Request) -> Answer:
    """GET /v1/returns/{return}/attachments/{attachment}."""
    case = cases.find(context.db, request)
    name = request.args["attachment"]
    if not _ID.fullmatch(name):
        raise stop(400, "bad-request", "An attachment's id is 1 to 64 letters, digits and hyphens.")
    row = context.db.execute(
        "select file from attachments where 'A' || number = ? and case_id = ?", (name, case["id"])
    ).fetchone()
    if row is None:
        raise stop(404, "not-found", f"This return has no attachment {name}.")
    return Answer(body=row["file"], media_type="application/octet-stream")


def attach(db: sqlite3.Connection, case_id: str, message: int, file: File) -> None:
    """Keeps one file with its message."""
    db.execute(
        "insert into attachments (message, case_id, name, media_type, sha256, size, file)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        (
            *(message, case_id, file.name, file.media_type),
            *(hashlib.sha256(file.body).hexdigest(), len(file.body), file.body),
        ),
    )


def _as_document(db: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    files = db.execute(
        "select number, name, media_type, size, sha256 from attachments where message = ? order by number",
        (row["number"],),
    )
    return {
        "message": f"M{row['number']}",
        "at": row["at"],
        "author": row["author"],
        "text": row["text"],
        "attachments": [
            {
                "attachment": f"A{file['number']}",
                "name": file["name"],
                "media_type": file["media_type"],
                "bytes": file["size"],
                "sha256": file["sha256"],
            }
            for file in files.fetchall()
        ],
    }


def _read_form(request: Request) -> Form:
    from werkzeug.exceptions import RequestEntityTooLarge
    from werkzeug.formparser import FormDataParser
    from werkzeug.http import parse_options_header

    media_type, options = parse_options_header(request.headers.get("content-type"))
    if media_type != "multipart/form-data":
        raise stop(415, "unsupported-media-type", "A message is multipart/form-data.")
    if not options.get("boundary"):
        raise stop(400, "bad-request", "The multipart body names no boundary.")
    try:
        _, fields, files = FormDataParser(silent=False).parse(
            io.BytesIO(request.body), media_type, len(request.body), options
        )
    except RequestEntityTooLarge as error:
        raise stop(413, "too-large", "The message has too many or too large parts.") from error
    except ValueError as error:
        raise stop(400, "bad-request", "The multipart body can't be read.") from error
    text = fields.get("text")
    if not text:
        raise invalid("text", "is missing")
    if len(text) > TEXT_CHARACTERS:
        raise invalid("text", f"has more than {TEXT_CHARACTERS} characters")
    if "attachment" in fields:
        raise invalid("attachment", "needs a file name")
    parts = files.getlist("attachment")
    if len(parts) > FILES_PER_MESSAGE:
        raise stop(413, "too-large", f"A message takes {FILES_PER_MESSAGE} attachments.")
    return Form(
        text=text, files=tuple(_read_file(part.filename, part.mimetype, part.read()) for part in parts)
    )


def _read_file(name: str | None, declared: str, body: bytes) -> File:
    if len(body) > BYTES_PER_FILE:
        raise stop(413, "too-large", f"An attachment has {BYTES_PER_FILE} bytes at most.")
    found = next((kind for kind, sign in _SIGNS.items() if body.startswith(sign)), None)
    if found is None or (declared != found and declared not in _ANY_TYPE):
        raise stop(415, "unsupported-media-type", f"Attachments are {', '.join(MEDIA_TYPES)}.")
    plain = re.sub(r"[\x00-\x1f\x7f]", "", (name or "").replace("\\", "/").rpartition("/")[2])
    return File(name=plain[:200] or "file", media_type=found, body=body)


def _draw_photos_due(db: sqlite3.Connection, case: sqlite3.Row) -> None:
    """The buyer's pictures are drawn when somebody first looks: it takes a second that few starts need."""
    if not case["photos_due"]:
        return
    from returnctl.sandbox.pictures import draw_photos

    (message,) = db.execute(
        "select min(number) from messages where case_id = ? and author = 'buyer'", (case["id"],)
    ).fetchone()
    order = db.execute("select document from orders where number = ?", (case["order_number"],)).fetchone()
    lines = {line["line"]: line for line in msgspec.json.decode(order["document"])["lines"]}
    with tempfile.TemporaryDirectory() as folder:
        for path in draw_photos(Path(folder), lines[case["line"]]["kind"], seed=6):
            attach(db, case["id"], message, _read_file(path.name, "", path.read_bytes()))
    db.execute("update cases set photos_due = 0 where id = ?", (case["id"],))
