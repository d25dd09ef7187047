"""Saying something in the conversation, and reading it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from returnctl import anchors, conversation, doubts, handover, standing
from returnctl.adoption import CODE_LENGTH, MARKER
from returnctl.app import App
from returnctl.conversation import Saying, Told
from returnctl.digest import hex_of
from returnctl.errors import Refused, Usage
from returnctl.marketplaces.base import Upload
from returnctl.output import Table
from returnctl.result import Result
from returnctl.returns.held import Return
from returnctl.returns.reference import Reference
from returnctl.times import when
from returnctl.uploads import upload

STEP = "message"

_RETAKE = "Please take the photos again that were not clear: close, straight, in daylight."
_BUYERS = {
    "retake": _RETAKE,
    "label-expired": "The return label has expired. Please send me a new one.",
    "lost-parcel": "The parcel has not moved for some days. Please open an inquiry with the carrier; "
    "I have the receipt and the photos of the parcel.",
    "damaged-in-transit": "The parcel arrived damaged. I attach photos of the parcel, its label and the device.",
}
_SELLERS = {
    "retake": _RETAKE,
    "label-expired": "Your return label has expired: please do not use it. We send you a new one.",
    "lost-parcel": "Your parcel has not moved for some days. We are asking the carrier; please keep the receipt "
    "and the photos of the parcel.",
    "damaged-in-transit": "Your parcel arrived damaged. We have taken photos of the parcel, its label and the "
    "device, and are asking the carrier.",
}
TEMPLATES = {"buyer": _BUYERS, "seller": _SELLERS}


class Options(Struct, frozen=True, kw_only=True):
    text: str | None = None
    files: tuple[Path, ...] = ()
    template: str | None = None


class MessageResult(Result, kw_only=True):
    text: str = ""
    files: tuple[str, ...] = ()

    def for_people(self) -> Iterable[str | Table]:
        yield from self.plan()
        if self.sent:
            yield "Posted as the merchant." if self.role == "seller" else "Sent to the seller."


class Said(Struct, frozen=True, kw_only=True):
    at: str
    author: str
    text: str
    attachments: tuple[str, ...] = ()


class MessagesResult(Result, kw_only=True):
    messages: tuple[Said, ...] = ()

    def for_people(self) -> Iterable[str | Table]:
        for said in self.messages:
            yield f"{when(said.at)}  {said.author}:"
            yield from (f"  {line}" for line in said.text.splitlines())
            if said.attachments:
                yield f"  [{', '.join(said.attachments)}]"
        if not self.messages:
            yield "No messages yet."


def say(app: App, reference: Reference, options: Options) -> MessageResult:
    """Say something once: the same words and files again are known, and not sent."""
    text = options.text or ""
    with standing.working(app, reference, lambda held: _result(app, held, text, ())) as held:
        text = text or (TEMPLATES[held.state.role][options.template] if options.template else "")
        standing.check_open(app, held)
        doubts.settle(app, held, "open", STEP)
        if not text and not options.files and app.options.done:
            handover.confirm(held, STEP)
            return _result(app, held, text, ())
        if not text.strip():
            raise Usage("What should be said?", hint="give the text, --body-file FILE or --template NAME")
        if len(text) > 3_900:
            raise Refused(f"The message has {len(text)} characters; 3900 fit.", hint="say it in two messages")
        uploads = tuple(upload(app, path) for path in options.files)
        code = hex_of(text.encode() + b"".join(upload.content for upload in uploads))[:CODE_LENGTH]
        told = Told()
        repeat = code in held.state.sent.get(STEP, {})
        if repeat and not app.options.again:
            app.say("This was said before; --again says it once more.")
        elif not any(code in item.covers.items for item in held.state.waiting):
            told = conversation.tell(app, held, _saying(text, code, uploads))
        result = _result(app, held, text, tuple(upload.name for upload in uploads), told)
        standing.finish(app, held, STEP, result)
        return result


def listing(app: App, reference: Reference) -> MessagesResult:
    """The conversation, oldest first, without our markers."""
    held = app.reading(reference)
    if held.state.case is None:
        raise Refused(
            f"Return {held.name} has no conversation that can be read from here.",
            hint="look on the marketplace's website",
        )
    messages = app.marketplace_of(held).messages(held.state.case)
    said = tuple(
        Said(
            at=message.at,
            author=message.author,
            text=anchors.without(MARKER.sub("", message.text)).strip(),
            attachments=tuple(attachment.name for attachment in message.attachments),
        )
        for message in messages
    )
    return standing.result(MessagesResult, app, held, STEP, messages=said)


def _saying(text: str, code: str, uploads: tuple[Upload, ...]) -> Saying:
    items = {code: "posted"} | {f"{code}-{number}": "posted" for number in range(1, len(uploads) + 1)}
    file_items = tuple(f"{code}-{number}" for number in range(1, len(uploads) + 1))
    return Saying(step=STEP, text=text, items=items, files=uploads, file_items=file_items, code=code)


def _result(
    app: App, held: Return, text: str, files: tuple[str, ...], told: Told | None = None
) -> MessageResult:
    return standing.result(MessageResult, app, held, STEP, told, text=text, files=files)
