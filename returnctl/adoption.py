"""Taking up a return that exists at the marketplace: what was sent before is found, so that it is not sent again.

Messages are known by their marker, attachments by hash or name, the tracking number by the case itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from returnctl.app import App
from returnctl.marketplaces.base import Attachment, Case, Marketplace, Message
from returnctl.returns import devices
from returnctl.returns.events import CaseSeen, Event, Found
from returnctl.returns.held import Return
from returnctl.vocabulary import ACCOUNTS

#: The line by which every message of ours is recognised.
MARKER = re.compile(r"\[rc (?P<step>[a-z-]+) (?P<part>[0-9]+)/(?P<of>[0-9]+) (?P<code>[0-9a-f]{8})\]")
CODE_LENGTH = 8
#: How steps word what is looked for here.
IMEI_LINE = re.compile(r"^IMEI: ([0-9]{15})$", re.MULTILINE)
SERIAL_LINE = re.compile(r"^Serial number: (\S{1,40})$", re.MULTILINE)
NO_ACCOUNT_LINE = re.compile(r"^No account to disconnect: (.{1,300})$", re.MULTILINE)

_OUR_NAME = re.compile(r"[0-9]{2}-([a-z0-9][a-z0-9-]{0,40})")
_PROOF = re.compile(rf"(?:[0-9]+-)?(({'|'.join(ACCOUNTS)})-[0-9]+)")


def adopt(app: App, held: Return, marketplace: Marketplace, case: Case) -> None:
    """Record the case and everything of ours that it already has."""
    found: dict[str, dict[str, str]] = {"open": {"open": "yes"}}
    for message in marketplace.messages(case.case):
        for step, items in _items(held, message):
            found.setdefault(step, {}).update(items)
    if case.tracking:
        found["ship"] = {"carrier": case.tracking.carrier, "tracking_number": case.tracking.tracking_number}
        if case.tracking.sent_on:
            found["ship"]["sent_on"] = case.tracking.sent_on
    seen = seen_case(case, adopted=True)
    events: list[Event] = [Found(step=step, items=items) for step, items in found.items()]
    held.note(seen, *events)
    app.say(
        f"The marketplace has this return already ({case.case}); it was adopted with what was sent before."
    )


def _items(held: Return, message: Message) -> Iterator[tuple[str, dict[str, str]]]:
    marker = MARKER.search(message.text)
    if held.state.role == "seller":
        if message.author == "seller" and marker and marker["step"] in ("message", "report-problem"):
            yield marker["step"], {marker["code"]: "posted"}
        return
    if message.author != "buyer":
        return
    ours = marker is not None and marker["step"] == "photos"
    if views := _views(held.state.device.kind, message.attachments, any_name=ours):
        yield "photos", views
    if identity := _identity(message.text, held.state.imeis):
        yield "imei", identity
    if marker and marker["step"] == "disconnect-proof":
        yield "disconnect-proof", _proofs(message)
    if marker and marker["step"] == "message" and marker["part"] == marker["of"]:
        yield "message", {marker["code"]: "posted"}


def _views(kind: str, attachments: tuple[Attachment, ...], *, any_name: bool) -> dict[str, str]:
    """Hashes by view. In a message of ours (`any_name`) further views such as `defect-1` are known too."""
    views = sorted(devices.views(kind), key=len, reverse=True)
    found = {}
    for attachment in attachments:
        name = attachment.name.lower().replace("_", "-").replace(" ", "-")
        stem = name.rpartition(".")[0] or name
        view = next((view for view in views if stem == view or stem.endswith(f"-{view}")), None)
        if view is None and any_name and (ours := _OUR_NAME.fullmatch(stem)):
            view = ours[1]
        if view:
            found[view] = attachment.sha256
    return found


def _identity(text: str, imeis: tuple[str, ...]) -> dict[str, str]:
    if match := IMEI_LINE.search(text):
        return {"imei": match[1]}
    if match := SERIAL_LINE.search(text):
        return {"serial": match[1]}
    digits = re.sub(r"(?<=[0-9])[ -](?=[0-9])", "", text)
    known = next((imei for imei in imeis if imei in digits), None)
    return {"imei": known} if known else {}


def _proofs(message: Message) -> dict[str, str]:
    if match := NO_ACCOUNT_LINE.search(message.text):
        return {"none": match[1]}
    return {
        match[1]: attachment.sha256
        for attachment in message.attachments
        if (match := _PROOF.match(attachment.name))
    }


def refresh(held: Return, marketplace: Marketplace) -> None:
    """Read the marketplace's side of a return that is ours, and record what is new."""
    assert held.state.case is not None
    found = marketplace.case(held.state.case)
    seen = seen_case(found, adopted=False)
    state = held.state
    before = (state.attachments_open, state.reply_due, state.label_due)
    if before != (seen.attachments_open, seen.reply_due, seen.label_due):
        held.note(seen)


def seen_case(case: Case, *, adopted: bool) -> CaseSeen:
    return CaseSeen(
        case=case.case,
        adopted=adopted,
        attachments_open=case.attachments_open,
        reply_due=case.reply_due,
        label_due=case.label_due if case.label is None else None,
    )
