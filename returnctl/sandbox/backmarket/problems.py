"""Problems that the seller declares on a folder."""

from __future__ import annotations

from returnctl.sandbox import clock
from returnctl.sandbox.backmarket import ids
from returnctl.sandbox.backmarket.errors import stop
from returnctl.sandbox.backmarket.messages import read_form
from returnctl.sandbox.conversation import Unreadable
from returnctl.sandbox.web import Answer, Context, Request

_WITH_FILES = {"DAMAGED_PACKAGE", "ITEM_NOT_RECEIVED", "OOW_ITEM"}
_KINDS = _WITH_FILES | {
    *("ACCOUNT_LOCKED", "CODE_LOCKED", "MISSING_PART", "PROBLEM_NOT_IDENTIFIED", "WRONG_ITEM", "OTHER"),
}


def declare(context: Context, request: Request) -> Answer:
    """POST /ws/sav/{careFolderId}/problem."""
    case = ids.find_folder(context.db, request)
    try:
        form = read_form(request, fields={"problem_type", "message"})
    except Unreadable as unreadable:
        status = 413 if unreadable.status == 413 else 422
        raise stop(status, unreadable.message) from unreadable
    kind, text = form.fields.get("problem_type", "OTHER"), form.fields.get("message", "")
    if case["closed_at"]:
        raise stop(422, "Cannot declare problem on this Care Folder")
    if kind not in _KINDS:
        raise stop(422, "problem_type is not known")
    if case["folder"] < ids.NEW_GENERATION and (kind != "OTHER" or text or form.files):
        raise stop(422, "Only OTHER problem type is allowed for IDs lower than 100,000,000")
    if kind in _WITH_FILES and not form.files:
        raise stop(422, "Attachments are mandatory for this problem type")
    context.db.execute(
        "insert into problems (case_id, at, kind, text, files) values (?, ?, ?, ?, ?)",
        (case["id"], clock.now().isoformat(), kind, text, len(form.files)),
    )
    ids.touch(context.db, case["order_number"])
    return Answer(status=201)
