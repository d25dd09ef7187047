"""The dialect of docs/marketplace-api.yaml: the sandbox, a staging marketplace, any other that implements it."""

from __future__ import annotations

import contextlib
import re
import uuid
from collections.abc import Sequence
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct, structs

from returnctl import http
from returnctl.carriers.base import Address
from returnctl.errors import BadConfig, NotFound, Unavailable, Usage
from returnctl.forms import ready
from returnctl.marketplaces.base import (
    Attachment,
    Can,
    Case,
    CaseFacts,
    Limits,
    Line,
    Message,
    NewCase,
    Order,
    RemoteTracking,
    Upload,
)
from returnctl.returns.intents import Outcome, Prepared
from returnctl.vocabulary import KINDS

T = TypeVar("T")
SERVICE = "the marketplace"
_PAGES = 20
_DOCUMENT_BYTES = 10_000_000
_NUMBER = re.compile(r"[0-9]{1,12}")


_Positive = Annotated[int, Meta(ge=1)]


class _Limits(Struct):
    files_per_message: _Positive
    bytes_per_file: _Positive
    text_characters: _Positive = 4_000


class _About(Struct):
    instance: str
    environment: str
    limits: _Limits


class _Address(Struct):
    """The contract's address, as it comes."""

    name: str
    street: tuple[str, ...]
    city: str
    postcode: str
    country: str
    company: str | None = None
    state: str | None = None
    phone: str | None = None
    email: str | None = None


class _Buyer(Struct):
    name: str
    address: _Address | None = None


class _Order(Struct):
    order: str
    ordered_on: str
    market: str
    buyer: _Buyer
    lines: tuple[Line, ...]


class _Return(CaseFacts, frozen=True, kw_only=True, rename={"id": "return"}):
    id: str
    state: str
    send_to: _Address | None = None


class _Page(Struct):
    returns: tuple[_Return, ...]


class _Conversation(Struct):
    messages: tuple[Message, ...]


class ReturnsApi:
    """A marketplace behind `url`, with a bearer token that goes to that host alone."""

    name = "returns-api"
    can = frozenset(Can)

    def __init__(self, url: str, token: str, client: http.Http, *, environment: str = "production") -> None:
        self._url = url.rstrip("/")
        self._authorization = f"Bearer {token}"
        self._http = client
        self._environment = environment
        self._about: _About | None = None

    def identity(self) -> str:
        service = self._service()
        if service.environment != self._environment:
            raise BadConfig(
                f"{self._url} is a {service.environment} marketplace, and the profile says {self._environment}.",
                hint="no host is shared between environments: mend the profile's url or environment",
            )
        return service.instance if self._environment == "sandbox" else self._url

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
            raise NotFound(
                f"The marketplace knows no order {order}: its numbers never start with 0.",
                hint="see the order's e-mail",
            )
        found = self._read(f"/v1/orders/{order}", _Order)
        if (
            found.order != order
            or not found.lines
            or not all(_NUMBER.fullmatch(line.line) for line in found.lines)
        ):
            raise _not_understood("an order that was not asked for, or lines without a number")
        lines = tuple(
            line if line.kind in KINDS else structs.replace(line, kind="other") for line in found.lines
        )
        return Order(
            order=found.order,
            ordered_on=found.ordered_on,
            market=found.market,
            name=found.buyer.name,
            address=_address(found.buyer.address, residential=True),
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
            found += (_case(one) for one in returns if one.order == order)
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
        if prepared.service != SERVICE:
            raise Usage(f"This was prepared for {prepared.service}, not for the marketplace.")
        request = http.Request(
            method=prepared.method,
            url=self._here(prepared.url),
            headers=prepared.headers,
            body=prepared.body,
            service=prepared.service,
            summary=prepared.summary,
        )
        found = self._answer(request).json()
        if not isinstance(found, dict):
            raise _not_understood("no object")
        if isinstance(found.get("return"), str):
            return Outcome(facts={"case": _id(found["return"])})
        return Outcome(facts={"message": str(found.get("message", ""))})

    def _here(self, url: str) -> str:
        """The address to send to. A sandbox may have moved to another port; another host is never tried."""
        if http.same_origin(url, self._url):
            return url
        path = urlsplit(url).path
        if self._environment == "sandbox" and http.is_loopback(url) and path.startswith("/v1/returns"):
            return self._url + path
        raise Usage(
            f"This was prepared for another marketplace ({url}).",
            hint="use the profile that the return was opened with",
        )

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
            return msgspec.convert(answer.json(), ready(form))
        except msgspec.ValidationError as error:
            raise _not_understood(f"{error}, at {path}") from None

    def _download(self, path: str) -> bytes:
        answer = self._get(path, "application/pdf, application/octet-stream")
        if answer.is_html():
            raise _not_understood(f"a web page where a file was due, at {path}")
        return answer.body

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
        if answer.status == 409 and _word(answer) == "key-in-progress":
            # No refusal: the first request with this key is still being carried out.
            raise Unavailable(
                "The marketplace is still busy with the same request.",
                hint="run the command again in a moment",
            )
        http.raise_for_status(answer, SERVICE, parse_error=_problem)
        return answer


def _problem(answer: http.Answer) -> tuple[str, str] | None:
    problem = answer.json()
    if not isinstance(problem, dict):
        return None
    errors = problem.get("errors")
    fields = [
        f"{error.get('field')}: {error.get('message')}"
        for error in (errors if isinstance(errors, list) else ())
        if isinstance(error, dict)
    ]
    words = str(problem.get("detail") or problem.get("title") or "")
    return _word(answer), "; ".join([words.rstrip("."), *fields]) if fields else words


def _word(answer: http.Answer) -> str:
    """The short word at the end of a problem's type."""
    with contextlib.suppress(Unavailable):
        problem = answer.json()
        if isinstance(problem, dict):
            return str(problem.get("type", "")).rstrip("/").rpartition("/")[2]
    return ""


def _not_understood(what: str) -> Unavailable:
    return Unavailable(
        f"The marketplace answered something that can't be understood: {what}.",
        hint="tell the marketplace, with the time and the address",
    )


def _case(found: _Return) -> Case:
    return Case(
        **{name: getattr(found, name) for name in CaseFacts.__struct_fields__},
        case=_id(found.id),
        open=found.state != "closed",
        send_to=_address(found.send_to, residential=False),
    )


def _address(found: _Address | None, *, residential: bool) -> Address | None:
    if found is None:
        return None
    return Address(
        name=found.name,
        company=found.company or "",
        lines=found.street,
        city=found.city,
        state=found.state or "",
        postal_code=found.postcode,
        country=found.country,
        phone=found.phone or "",
        email=found.email or "",
        residential=residential,
    )


def _id(value: str) -> str:
    """An id as the contract has it: it becomes part of an address and of the record."""
    if not re.fullmatch(r"[A-Za-z0-9-]{1,64}", value):
        raise _not_understood(f"an id that can't be used, {value[:40]!r}")
    return value
