"""A folder's conversation: told as HTML, written to as the merchant."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import msgspec

from returnctl.sandbox import clock, conversation
from returnctl.sandbox.backmarket import ids, media, times
from returnctl.sandbox.backmarket.errors import stop
from returnctl.sandbox.web import Answer, Context, Request, json_answer

if TYPE_CHECKING:
    import sqlite3

_CHARACTERS = 10_000
_SENDERS = {"buyer": ("Customer", "CUSTOMER_TO_ALL"), "seller": ("Merchant", "MERCHANT_TO_ALL")}


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """A multipart body: fields by name, and the files under `attachment`."""

    fields: dict[str, str]
    files: tuple[conversation.File, ...]


def read_form(request: Request, *, fields: set[str]) -> Form:
    """What came in a multipart body. Raises Unreadable, also for a part that has no business there."""
    told, files = conversation.read_form(request)
    strangers = [name for name in (*told, *files) if name not in {*fields, "attachment"}]
    if strangers or "attachment" in told or any(name in files for name in fields):
        raise conversation.Unreadable(400, "A part has a name that is not known, or is not of its kind")
    return Form(fields=dict(told.items()), files=conversation.read_files(files.getlist("attachment")))


def write(context: Context, request: Request) -> Answer:
    """POST /ws/sav/{careFolderId}/msg. A closed folder is open again afterwards."""
    case = ids.find_folder(context.db, request)
    try:
        form = read_form(request, fields={"message"})
    except conversation.Unreadable as unreadable:
        raise stop(400, unreadable.message) from unreadable
    text = form.fields.get("message", "")
    if not text.strip() or len(text) > _CHARACTERS:
        raise stop(400, f"message is 1 to {_CHARACTERS} characters")
    now = clock.now()
    number = conversation.post(context.db, case["id"], text, author="seller", at=now)
    kept = [(conversation.attach(context.db, case["id"], number, file), file.name) for file in form.files]
    context.db.execute("update cases set closed_at = null, answered = 1 where id = ?", (case["id"],))
    ids.touch(context.db, case["order_number"])
    sent = {"group": case["folder"], "sender": ids.SELLER}
    attachments = [
        {"msg": number, **sent, "attachment": media.path(f"attachments/{place}/{name}")}
        for place, name in kept
    ]
    first = {"attachment": attachments[0]} if attachments else {}
    message = {"id": number, "message": text, "date_creation": times.told(now.isoformat())}
    return json_answer({**message, **sent, **first, "attachments": attachments}, 201)


def told(context: Context, request: Request, case: sqlite3.Row) -> list[dict[str, Any]]:
    """The folder's messages, oldest first."""
    rows = context.db.execute("select * from messages where case_id = ? order by number", (case["id"],))
    return [_as_document(context, request, case, row) for row in rows.fetchall()]


def _as_document(context: Context, request: Request, case: sqlite3.Row, row: sqlite3.Row) -> dict[str, Any]:
    initiator, kind = _SENDERS[row["author"]]
    files = context.db.execute(
        "select number, name from attachments where message = ? order by number", (row["number"],)
    )
    return {
        "id": row["number"],
        "message": _as_html(row["text"]),
        "date_creation": times.told(row["at"]),
        "initiator": initiator,
        "kind": kind,
        "is_informative": False,
        "attachments": [
            {
                "id": file["number"],
                "attachment": media.of_folder(
                    context, request, case, f"attachments/{file['number']}/{file['name']}"
                ),
                "date_creation": times.told(row["at"]),
            }
            for file in files.fetchall()
        ],
    }


def _as_html(text: str) -> str:
    paragraphs = re.split(r"\n\s*\n", html.escape(text.replace("\r\n", "\n").strip()))
    return "".join(f"<p>{paragraph.replace(chr(10), '<br />')}</p>" for paragraph in paragraphs)
