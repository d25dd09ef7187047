"""Returns as rows: opened, found, and told as the contract has them. (`return` is a word of Python's.)"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from returnctl.sandbox import clock, parcels
from returnctl.sandbox.conversation import post
from returnctl.sandbox.faults import Faults
from returnctl.sandbox.market import labels
from returnctl.sandbox.market.problems import stop
from returnctl.sandbox.seller import SELLER
from returnctl.sandbox.web import Request

if TYPE_CHECKING:
    import sqlite3

_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_WARRANTY_DAYS = 365
_FOLDERS_FROM = 100_001_000  # Back Market's ids of the present generation are above a hundred million
_GREETING = "Hello, we have your request. Please attach the photos of the device to this conversation."


class NewCase(msgspec.Struct, frozen=True, kw_only=True):
    """What opening a return says."""

    order: str
    line: str
    reason: str
    wants: str
    damage: list[str]
    description: str | None = None


def find(db: sqlite3.Connection, request: Request) -> sqlite3.Row:
    """The return that the path names. Raises Stop (400, 404)."""
    name = request.args["return_id"]
    if not _ID.fullmatch(name):
        raise stop(400, "bad-request", "A return's id is 1 to 64 letters, digits and hyphens.")
    row: sqlite3.Row | None = db.execute("select * from cases where id = ?", (name,)).fetchone()
    if row is None:
        raise stop(404, "not-found", f"There is no return {name}.")
    return row


def open_one(
    db: sqlite3.Connection, new: NewCase, order: dict[str, Any], at: datetime, faults: Faults
) -> str:
    """Opens a return and, where the seller pays and no fault withholds it, issues its label; gives its id."""
    (nth,) = db.execute(
        "select count(*) + 1 from cases where order_number = ? and line = ?", (new.order, new.line)
    ).fetchone()
    name = f"R{new.order}-{new.line}" + (f"-{nth}" if nth > 1 else "")
    answered = not faults.on("no-attachments", new.order)
    db.execute(
        "insert into cases (id, order_number, line, nth, reason, wants, damage, description, prepaid,"
        " answered, opened_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(name, new.order, new.line, nth, new.reason, new.wants, " ".join(new.damage), new.description),
            *(_is_prepaid(order, new.line, at.date()), False, at.isoformat()),
        ),
    )
    db.execute("update cases set folder = ? + number where id = ?", (_FOLDERS_FROM, name))
    case = db.execute("select * from cases where id = ?", (name,)).fetchone()
    if answered:
        _answer(db, case, at)
    if case["prepaid"] and not faults.on("no-label", new.order):
        labels.issue(db, case, at)
    return name


def settle(db: sqlite3.Connection, faults: Faults) -> None:
    """After the faults changed: the seller answers, and issues labels, where nothing holds that back now."""
    for case in db.execute("select * from cases where closed_at is null").fetchall():
        if not case["answered"] and not faults.on("no-attachments", case["order_number"]):
            _answer(db, case, clock.now())
        if not case["prepaid"] or faults.on("no-label", case["order_number"]):
            continue
        if labels.newest(db, case["id"]) is None:
            labels.issue(db, case, clock.now())


def as_document(db: sqlite3.Connection, case: sqlite3.Row, faults: Faults) -> dict[str, Any]:
    """The return as the contract has it."""
    opened = datetime.fromisoformat(case["opened_at"])
    due = clock.business_day_after(opened).isoformat()
    takes_files = bool(case["answered"]) and not faults.on("no-attachments", case["order_number"])
    label = labels.newest(db, case["id"])
    if faults.on("no-label", case["order_number"]):
        label = None
    told = db.execute(
        "select * from told where case_id = ? order by number desc limit 1", (case["id"],)
    ).fetchone()
    return {
        "return": case["id"],
        "order": case["order_number"],
        "line": case["line"],
        "state": "closed" if case["closed_at"] else "open",
        "reason": case["reason"],
        "wants": case["wants"],
        "damage": case["damage"].split(),
        **({"description": case["description"]} if case["description"] is not None else {}),
        "opened_at": case["opened_at"],
        "closed_at": case["closed_at"],
        "attachments_open": takes_files,
        "reply_due": None if takes_files else due,
        "prepaid": bool(case["prepaid"]),
        "label": labels.as_document(db, label) if label else None,
        "label_due": due if case["prepaid"] and label is None else None,
        "tracking": _tracking(told) if told else None,
        "send_to": SELLER,
    }


def tracked_parcel(db: sqlite3.Connection, case: sqlite3.Row) -> str | None:
    """The number of the parcel that this return travels in: the one the seller was told, else the label's."""
    told = db.execute(
        "select * from told where case_id = ? order by number desc limit 1", (case["id"],)
    ).fetchone()
    if told:
        return _known_parcel(db, case, told)
    label = labels.newest(db, case["id"])
    return str(label["tracking_number"]) if label else None


def _known_parcel(db: sqlite3.Connection, case: sqlite3.Row, told: sqlite3.Row) -> str:
    number = re.sub(r"[ -]", "", told["tracking_number"]).upper()
    if parcels.find(db, number) is None:
        order = db.execute("select document from orders where number = ?", (case["order_number"],)).fetchone()
        parcels.create(
            db,
            carrier=told["carrier"].lower(),
            sender=msgspec.json.decode(order["document"])["buyer"]["address"],
            receiver=SELLER,
            order=case["order_number"],
            tracking_number=number,
        )
    return number


def _answer(db: sqlite3.Connection, case: sqlite3.Row, at: datetime) -> None:
    db.execute("update cases set answered = 1 where id = ?", (case["id"],))
    post(db, case["id"], _GREETING, author="seller", at=at, automatic=True)


def _is_prepaid(order: dict[str, Any], line: str, at: date) -> bool:
    delivered = next(entry["delivered_on"] for entry in order["lines"] if entry["line"] == line)
    return (at - date.fromisoformat(delivered)).days <= _WARRANTY_DAYS


def _tracking(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "carrier": row["carrier"],
        "tracking_number": row["tracking_number"],
        "sent_on": row["sent_on"],
    }
