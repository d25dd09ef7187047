"""The conversation of a return: read, written, with its attachments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from returnctl.sandbox import clock, conversation
from returnctl.sandbox.market import cases
from returnctl.sandbox.market.problems import error, invalid, stop
from returnctl.sandbox.web import Answer, Context, Request, Stop, json_answer

if TYPE_CHECKING:
    import sqlite3

TEXT_CHARACTERS = 4000

_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a message."""

    text: str
    files: tuple[conversation.File, ...]


def listing(context: Context, request: Request) -> Answer:
    """GET /v1/returns/{return}/messages."""
    case = cases.find(context.db, request)
    conversation.draw_photos_due(context.db, case)
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
    number = conversation.post(context.db, case["id"], form.text, author="buyer", at=clock.now())
    for file in form.files:
        conversation.attach(context.db, case["id"], number, file)
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
    try:
        fields, files = conversation.read_form(request)
        text = fields.get("text")
        if not text:
            raise invalid("text", "is missing")
        if len(text) > TEXT_CHARACTERS:
            raise invalid("text", f"has more than {TEXT_CHARACTERS} characters")
        if "attachment" in fields:
            raise invalid("attachment", "needs a file name")
        return Form(text=text, files=conversation.read_files(files.getlist("attachment")))
    except conversation.Unreadable as unreadable:
        raise Stop(error(unreadable.status, unreadable.message)) from unreadable
