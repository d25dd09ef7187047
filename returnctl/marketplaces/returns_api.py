"""The dialect of docs/marketplace-api.yaml: the sandbox, a staging marketplace, any other that implements it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from returnctl import http
from returnctl.errors import NotFound, ReturnctlError, Unavailable
from returnctl.marketplaces.base import (
    Attachment,
    Can,
    Case,
    Limits,
    Line,
    Message,
    NewCase,
    Order,
    RemoteLabel,
    RemoteTracking,
    Upload,
)
from returnctl.returns.intents import Outcome, Prepared
from returnctl.vocabulary import KINDS

T = TypeVar("T")
SERVICE = "the marketplace"
_PAGES = 20
_DOCUMENT_BYTES = 10_000_000


class _Limits(Struct):
    files_per_message: int
    bytes_per_file: int
    text_characters: int = 4_000


class _About(Struct):
    instance: str
    limits: _Limits


class _Buyer(Struct):
    name: str


class _Line(Struct):
    line: str
    title: str
    kind: str
    brand: str | None = None
    model: str | None = None
    imeis: tuple[str, ...] = ()
    serial: str | None = None
    delivered_on: str | None = None


class _Order(Struct):
    order: str
    ordered_on: str
    market: str
    buyer: _Buyer
    lines: tuple[_Line, ...]


class _Return(Struct, rename={"id": "return"}):
    id: str
    order: str
    line: str
    state: str
    reason: str | None = None
    wants: str | None = None
    damage: tuple[str, ...] = ()
    description: str | None = None
    opened_at: str | None = None
    attachments_open: bool = True
    reply_due: str | None = None
    prepaid: bool = True
    label: RemoteLabel | None = None
    label_due: str | None = None
    tracking: RemoteTracking | None = None


class _Page(Struct):
    returns: tuple[_Return, ...]


class _Conversation(Struct):
    messages: tuple[Message, ...]


class ReturnsApi:
    """A marketplace behind `url`, with a bearer token that goes to that host alone."""

    name = "returns-api"
    can = frozenset(Can)

    def __init__(self, url: str, token: str, client: http.Http, *, sandbox: bool = False) -> None:
        self._url = url.rstrip("/")
        self._authorization = f"Bearer {token}"
        self._http = client
        self._sandbox = sandbox
        self._about: _About | None = None

    def identity(self) -> str:
        return self._service().instance if self._sandbox else self._url

    def limits(self) -> Limits:
        limits = self._service().limits
        return Limits(
            files=limits.files_per_message,
            bytes_per_file=limits.bytes_per_file,
            characters=limits.text_characters,
        )

    def _service(self) -> _About:
        if self._about is None:
            self._about = self._read("/v1/about", _About)
        return self._about

    def order(self, order: str) -> Order:
        if order.startswith("0"):
            raise NotFound(f"The marketplace knows no order {order}: its numbers never start with 0.")
        found = self._read(f"/v1/orders/{order}", _Order)
        lines = tuple(
            Line(
                line=line.line,
                title=line.title,
                kind=line.kind if line.kind in KINDS else "other",
                brand=line.brand,
                model=line.model,
                imeis=line.imeis,
                serial=line.serial,
                delivered_on=line.delivered_on,
            )
            for line in found.lines
        )
        return Order(
            order=found.order,
            ordered_on=found.ordered_on,
            market=found.market,
            name=found.buyer.name,
            lines=lines,
        )

    def invoice(self, order: str) -> bytes:
        return self._download(f"/v1/orders/{order}/invoice")

    def cases(self, order: str) -> tuple[Case, ...]:
        found: list[Case] = []
        for page in range(1, _PAGES + 1):
            returns = self._read(f"/v1/returns?order={order}&page={page}", _Page).returns
            if not returns:
                break
            found += map(_case, returns)
        return tuple(found)

    def case(self, case: str) -> Case:
        return _case(self._read(f"/v1/returns/{_id(case)}", _Return))

    def messages(self, case: str) -> tuple[Message, ...]:
        return self._read(f"/v1/returns/{_id(case)}/messages", _Conversation).messages

    def attachment(self, case: str, attachment: Attachment) -> bytes:
        return self._download(f"/v1/returns/{_id(case)}/attachments/{_id(attachment.attachment)}")

    def label(self, case: str) -> bytes:
        return self._download(f"/v1/returns/{_id(case)}/label")

    def prepare_open(self, new: NewCase) -> Prepared:
        return self._prepare("POST", "/v1/returns", new, f"open a return of order {new.order}")

    def prepare_message(self, case: str, text: str, files: Sequence[Upload], marker: str) -> Prepared:
        key = str(uuid.uuid4())
        content_type, body = http.multipart(
            [("text", text)],
            [("attachment", file.name, file.media_type, file.content) for file in files],
            boundary=f"returnctl-{key}",
        )
        count = f" with {len(files)} file{'s' if len(files) > 1 else ''}" if files else ""
        return Prepared(
            service=SERVICE,
            method="POST",
            url=f"{self._url}/v1/returns/{_id(case)}/messages",
            headers=self._headers(content_type, key),
            body=body,
            summary=f"post a message{count}",
            key=key,
            marker=marker,
        )

    def prepare_label_request(self, case: str, why: str) -> Prepared:
        return self._prepare("POST", f"/v1/returns/{_id(case)}/label", {"why": why}, "ask for a new label")

    def prepare_tracking(self, case: str, tracking: RemoteTracking) -> Prepared:
        summary = f"give the tracking number {tracking.tracking_number}"
        return self._prepare("PUT", f"/v1/returns/{_id(case)}/tracking", tracking, summary)

    def send(self, prepared: Prepared) -> Outcome:
        request = http.Request(
            method=prepared.method,
            url=prepared.url,
            headers=prepared.headers,
            body=prepared.body,
            service=prepared.service,
            summary=prepared.summary,
        )
        if not http.same_origin(prepared.url, self._url):
            raise NotFound(
                f"This was prepared for another marketplace ({prepared.url}).",
                hint="use the profile that the return was opened with",
            )
        found = self._answer(request).json()
        if not isinstance(found, dict):
            raise Unavailable(f"{SERVICE.capitalize()} answered something that can't be understood.")
        if isinstance(found.get("return"), str):
            return Outcome(facts={"case": found["return"]})
        return Outcome(facts={"message": str(found.get("message", ""))})

    def _prepare(self, method: str, path: str, body: Any, summary: str) -> Prepared:
        key = str(uuid.uuid4())
        return Prepared(
            service=SERVICE,
            method=method,
            url=f"{self._url}{path}",
            headers=self._headers("application/json", key),
            body=msgspec.json.encode(body),
            summary=summary,
            key=key,
        )

    def _headers(self, content_type: str, key: str) -> dict[str, str]:
        return {"Accept": "application/json", "Content-Type": content_type, "Idempotency-Key": key}

    def _read(self, path: str, form: type[T]) -> T:
        answer = self._get(path, "application/json")
        try:
            return msgspec.convert(answer.json(), form)
        except msgspec.ValidationError as error:
            raise Unavailable(
                f"{SERVICE.capitalize()} answered something that can't be understood ({error}).",
                hint="tell the marketplace, with the time and the address: " + path,
            ) from None

    def _download(self, path: str) -> bytes:
        return self._get(path, "application/pdf, application/octet-stream").body

    def _get(self, path: str, accept: str) -> http.Answer:
        return self._answer(
            http.Request(
                method="GET",
                url=f"{self._url}{path}",
                headers={"Accept": f"{accept}, application/problem+json"},
                service=SERVICE,
                summary=f"read {path}",
            )
        )

    def _answer(self, request: http.Request) -> http.Answer:
        answer = self._http.send(request, authorization=self._authorization, max_bytes=_DOCUMENT_BYTES)
        http.raise_for_status(answer, SERVICE, parse_error=_problem)
        return answer


def _problem(answer: http.Answer) -> tuple[str, str] | None:
    problem = answer.json()
    if not isinstance(problem, dict):
        return None
    word = str(problem.get("type", "")).rstrip("/").rpartition("/")[2]
    if word == "key-in-progress":
        raise Unavailable(
            f"{SERVICE.capitalize()} is still busy with the same request.",
            hint="run the command again in a moment",
        )
    fields = [
        f"{error.get('field')}: {error.get('message')}"
        for error in problem.get("errors") or ()
        if isinstance(error, dict)
    ]
    words = str(problem.get("detail") or problem.get("title") or "")
    return word, "; ".join([words, *fields]) if fields else words


def _case(found: _Return) -> Case:
    return Case(
        case=_id(found.id),
        order=found.order,
        line=found.line,
        open=found.state != "closed",
        reason=found.reason,
        wants=found.wants,
        damage=found.damage,
        description=found.description,
        opened_at=found.opened_at,
        attachments_open=found.attachments_open,
        reply_due=found.reply_due,
        prepaid=found.prepaid,
        label=found.label,
        label_due=found.label_due,
        tracking=found.tracking,
    )


def _id(value: str) -> str:
    """An id as the contract has it: it becomes part of an address and of the record."""
    if not re.fullmatch(r"[A-Za-z0-9-]{1,64}", value):
        raise Unavailable(f"{SERVICE.capitalize()} gave an id that can't be used: {value[:40]!r}.")
    return value


def may_have_happened(error: ReturnctlError) -> bool:
    """Whether a write that ended in `error` may have been carried out: anything but a plain refusal."""
    answer = http.answer_of(error)
    if answer is not None:
        return answer.status >= 500 or answer.status < 400
    return isinstance(error, Unavailable) and http.was_sent(error)
