"""Back Market's seller API: what a refurbisher's staff can read and say. The return itself is the buyer's to open."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from msgspec.structs import replace

from returnctl import http
from returnctl.carriers.reading import moment
from returnctl.errors import AuthFailed, NotFound, Refused, ReturnctlError, Unavailable, Usage
from returnctl.marketplaces import backmarket_answers as answers
from returnctl.marketplaces import backmarket_requests as requests
from returnctl.marketplaces.backmarket_answers import CareLabel, Folder, Listed, Shipment
from returnctl.marketplaces.backmarket_dialect import (
    SERVICE,
    Site,
    address,
    can_not,
    check,
    not_understood,
)
from returnctl.marketplaces.backmarket_pace import EDGE_BLOCK_S, in_words, paces
from returnctl.marketplaces.backmarket_words import (
    carrier_of,
    damage_of,
    kind_of,
    label_state,
    reason_of,
    wish_of,
)
from returnctl.marketplaces.base import (
    Attachment,
    Can,
    Case,
    Limits,
    Message,
    NewCase,
    Order,
    RemoteLabel,
    RemoteTracking,
    Upload,
)
from returnctl.returns.intents import Outcome, Prepared
from returnctl.wire import mark

#: A list has ten folders a page, and 4,000 pages a day.
PAGES = 400
_DOCUMENT_BYTES = 20_000_000
_BY_HAND = "it is done in the buyer's account, or in the back-office"


class BackMarket:
    """The seller's side of Back Market, with a token that goes to the site's host alone.

    Nothing of it can be repeated under a key: what was sent without a known outcome is looked for by its marker.
    """

    name = "backmarket"
    can = frozenset({Can.READ_ORDER, Can.POST, Can.FETCH_LABEL})

    def __init__(
        self, site: Site, token: str, client: http.Http, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._site = site
        self._authorization = f"Basic {token}"
        self._http = client
        self._sleep = sleep
        self._seen: dict[str, Folder] = {}

    # -- what can be read ----------------------------------------------------------------------------------------

    def identity(self) -> str:
        """The host; for a sandbox its instance, which its other dialect tells."""
        if not self._site.sandbox:
            return self._site.base
        root = self._site.base.removesuffix("/backmarket")
        about = http.Request(method="GET", url=f"{root}/v1/about", service="the sandbox")
        found = check(self._http.send(about, authorization="Bearer sandbox")).json()
        return str(found.get("instance", "")) if isinstance(found, dict) else ""

    def limits(self) -> Limits:
        return requests.LIMITS

    def order(self, order: str) -> Order:
        """The order; the day of delivery is known where the marketplace's own shipping brought it."""
        if order.startswith("0"):
            raise NotFound(f"{SERVICE} knows no order {order}: its numbers never start with 0.")
        answer = self._get(requests.read_order(self._site, order), accept={404})
        if answer.status == 404 and not answer.is_html():
            raise mark(_unknown_order(order), sent=True, answer=answer)
        body = check(answer).json()
        found = answers.order(body, order)
        if not answers.is_backship(body):
            return found
        arrived = {line: one.delivered_at for one in self._deliveries(order) for line in one.lines}
        lines = tuple(
            replace(line, delivered_on=(arrived.get(line.line) or "")[:10] or None) for line in found.lines
        )
        return replace(found, lines=lines)

    def folders(self, *, state: int | None = None, since: datetime | None = None) -> Iterator[Listed]:
        """The Care folders of this seller, as they are listed; `state` 0 is open, 9 closed."""
        return self._listed(state=state, since=since)

    def folder(self, case: str) -> Folder:
        """A Care folder with its whole conversation."""
        found = answers.folder(self._get(requests.read_folder(self._site, case), kind="detail").json(), case)
        self._seen[case] = found
        return found

    def shipments(self, order: str) -> tuple[Shipment, ...]:
        """The order's BackShip returns, the newest first; none for a seller who has not subscribed to it."""
        return self._parcels(lambda page: requests.list_returns(self._site, order, page))

    def cases(self, order: str) -> tuple[Case, ...]:
        """Every return of an order, the newest first."""
        found = [
            self._case(self.folder(one.case), shipments)
            for shipments in (self.shipments(order),)
            for line in self.order(order).lines
            for one in self._listed(line=line.line)
        ]
        return tuple(sorted(found, key=lambda case: moment(case.opened_at), reverse=True))

    def case(self, case: str) -> Case:
        found = self.folder(case)
        return self._case(found, self.shipments(found.order))

    def messages(self, case: str) -> tuple[Message, ...]:
        """The conversation, oldest first. Hash and size of an attachment are known once it is fetched."""
        return tuple(
            Message(
                message=message.id,
                at=message.at or "",
                author=message.author,
                text=message.text,
                attachments=tuple(
                    Attachment(attachment=file.id, name=file.name, sha256="", bytes=0)
                    for file in message.files
                ),
            )
            for message in self.folder(case).messages
        )

    def attachment(self, case: str, attachment: Attachment) -> bytes:
        """A file of the conversation, from wherever the folder says that it lies."""
        folder = self._seen.get(case) or self.folder(case)
        files = {file.id: file for message in folder.messages for file in message.files}
        if attachment.attachment not in files:
            raise NotFound(f"Care folder {case} has no attachment {attachment.attachment}.")
        return self._file(files[attachment.attachment].url)

    def label(self, case: str) -> bytes:
        """The label with which the buyer sends the device: the folder's, else that of the marketplace's shipping."""
        folder = self._seen.get(case) or self.folder(case)
        if chosen := chosen_label(folder):
            return self._file(chosen.url)
        parcel = _of_line(self.shipments(folder.order), folder.line)
        if parcel and parcel.label:
            return self._file(parcel.label)
        raise NotFound(f"Care folder {case} has no return label yet.")

    def invoice(self, order: str) -> bytes:
        raise can_not("give an invoice", "the buyer downloads it from their account")

    # -- what can be said ----------------------------------------------------------------------------------------

    def prepare_message(self, case: str, text: str, files: Sequence[Upload], marker: str) -> Prepared:
        """A message as the merchant. Posting it to a closed folder opens that again."""
        return requests.post_message(self._site, case, text, files, marker=marker, boundary=_boundary())

    def prepare_problem(
        self, case: str, kind: str, text: str | None, files: Sequence[Upload], marker: str | None
    ) -> Prepared:
        """A declared problem. Raises Usage, Refused where the marketplace would not take it."""
        return requests.declare_problem(
            self._site, case, kind, text, files, marker=marker, boundary=_boundary()
        )

    def prepare_open(self, new: NewCase) -> Prepared:
        raise can_not("open a return", _BY_HAND)

    def prepare_label_request(self, case: str, why: str) -> Prepared:
        raise can_not("make a return label", f"{_BY_HAND}; `label --file FILE` takes one that you have")

    def prepare_tracking(self, case: str, tracking: RemoteTracking) -> Prepared:
        raise can_not("take a tracking number", "say it with `returnctl message`")

    def send(self, prepared: Prepared) -> Outcome:
        """Send it, once. Raises Usage for what was prepared for another host."""
        if not prepared.url.startswith(f"{self._site.base}/ws/"):
            there = urlsplit(prepared.url).netloc
            raise mark(
                Usage(
                    f"This was prepared for {there}, and this profile is for {urlsplit(self._site.base).netloc}.",
                    hint="use the profile that the return was opened with",
                ),
                sent=False,
            )
        request = http.Request(
            method=prepared.method,
            url=prepared.url,
            headers=prepared.headers,
            body=prepared.body,
            service=prepared.service,
            summary=prepared.summary,
        )
        is_problem = prepared.url.endswith("/problem")
        answer = check(self._send(request, "problem" if is_problem else "message"))
        if answer.is_html():
            raise mark(not_understood("a web page"), sent=True, answer=answer)
        if is_problem:
            return Outcome()
        found = answers.number_of(answers.dig(answer.json(), "id"))
        return Outcome(facts={"message": found} if found else {})

    # -- underneath ----------------------------------------------------------------------------------------------

    def _case(self, folder: Folder, shipments: tuple[Shipment, ...]) -> Case:
        parcel = _of_line(shipments, folder.line)
        handed_in = parcel and parcel.tracking_number and (parcel.scanned or parcel.picked_up_at)
        return Case(
            case=folder.case,
            order=folder.order,
            line=folder.line,
            open=folder.open,
            reason=reason_of(folder.tags, folder.issues),
            wants=wish_of(folder.resolution),
            damage=damage_of(folder.warranty),
            description=", ".join(folder.issues) or None,
            opened_at=folder.opened_at,
            label=_remote_label(chosen_label(folder), parcel),
            tracking=RemoteTracking(
                carrier=carrier_of(parcel.carrier_name, parcel.tracking_number),
                tracking_number=parcel.tracking_number,
                sent_on=(parcel.picked_up_at or "")[:10] or None,
            )
            if parcel and handed_in
            else None,
        )

    def _deliveries(self, order: str) -> tuple[Shipment, ...]:
        return self._parcels(lambda page: requests.list_deliveries(self._site, order, page))

    def _parcels(self, ask: Callable[[int], http.Request]) -> tuple[Shipment, ...]:
        try:
            found = [parcel for result in self._pages(ask) if (parcel := answers.shipment(result))]
        except (AuthFailed, NotFound, Refused):
            return ()  # not subscribed to BackShip
        return tuple(sorted(found, key=lambda parcel: moment(parcel.created_at), reverse=True))

    def _listed(
        self, *, state: int | None = None, line: str | None = None, since: datetime | None = None
    ) -> Iterator[Listed]:
        def ask(page: int) -> http.Request:
            return requests.list_folders(self._site, state=state, line=line, since=since, page=page)

        seen: set[str] = set()
        for result in self._pages(ask, "list"):
            one = answers.listed(result)
            if one and one.case not in seen and line in (None, one.line):
                seen.add(one.case)
                yield one

    def _pages(self, ask: Callable[[int], http.Request], kind: str = "") -> Iterator[Any]:
        """Every result of a list, by our own count of its pages: where `next` leads is nobody's to say."""
        for number in range(1, PAGES + 1):
            page = answers.page(self._get(ask(number), kind=kind).json())
            yield from page.results
            if not (page.more and page.results):
                return

    def _file(self, reference: str) -> bytes:
        """A file that an answer named. The token goes with it to the API's own host alone."""
        url = address(self._site.base, reference)
        own = http.same_origin(url, self._site.base)
        answer = self._http.send(
            requests.read_file(self._site, url),
            authorization=self._authorization if own else None,
            max_bytes=_DOCUMENT_BYTES,
            public_only=not (own or (self._site.sandbox and http.is_loopback(url))),
        )
        if not own and answer.status in (401, 403):
            raise mark(_link_has_run_out(url), sent=True, answer=answer)
        check(answer)
        if answer.is_html():
            raise not_understood("a web page where a file was due")
        return answer.body

    def _get(
        self, request: http.Request, *, kind: str = "", accept: frozenset[int] | set[int] = frozenset()
    ) -> http.Answer:
        """Read something; after a block of the edge, which lasts 10 s, once more."""
        try:
            answer = self._send(request, kind)
        except Unavailable as error:
            if not _slowed_down(error):
                raise
            self._sleep(max(EDGE_BLOCK_S, min(error.retry_after or 0.0, 3 * EDGE_BLOCK_S)))
            answer = self._send(request, kind)
        return answer if answer.status in accept else check(answer)

    def _send(self, request: http.Request, kind: str) -> http.Answer:
        if not self._site.sandbox:
            for pace in paces(self._site.base, kind):
                if delay := pace.wait():
                    self._sleep(delay)
        answer = self._http.send(
            request,
            authorization=self._authorization,
            max_bytes=_DOCUMENT_BYTES,
            accept_statuses={429},
        )
        if answer.status == 429:
            raise _too_fast(answer, kind)
        return answer


def chosen_label(folder: Folder) -> CareLabel | None:
    """The label for the buyer's way back: a living one before others, the newest of them."""
    usable = [label for label in folder.labels if label.kind in ("CUSTOMER_TO_MERCHANT", "UNSET", "")]
    return max(usable, key=lambda label: (label.state == "ALIVE", moment(label.at)), default=None)


def device_kind(folder: Folder, order: Order) -> str:
    """The kind of device, by the folder's category, else by the title of its line."""
    title = next((line.title for line in order.lines if line.line == folder.line), "")
    return kind_of(folder.category, title)


def _remote_label(label: CareLabel | None, parcel: Shipment | None) -> RemoteLabel | None:
    if label is None and not (parcel and parcel.label):
        return None
    number = parcel.tracking_number if parcel else ""
    return RemoteLabel(
        state=label_state(label.state) if label else "used" if parcel and parcel.scanned else "alive",
        carrier=carrier_of(parcel.carrier_name if parcel else "", number),
        tracking_number=number,
    )


def _of_line(shipments: tuple[Shipment, ...], line: str) -> Shipment | None:
    return next((one for one in shipments if line in one.lines), None)


def _unknown_order(order: str) -> NotFound:
    return NotFound(
        f"{SERVICE} gives no order {order}.",
        hint="it is not there, not yours, or the web services are off for this account: look in the back-office",
    )


def _link_has_run_out(url: str) -> ReturnctlError:
    return Unavailable(
        f"The file at {urlsplit(url).netloc} is not given any more.",
        hint="its link may have run out: run the command again",
    )


def _too_fast(answer: http.Answer, kind: str) -> ReturnctlError:
    number = answer.request_id()
    after = answer.header("retry-after").strip()
    error = Unavailable(
        f"{SERVICE} asks us to slow down (HTTP 429{f', {number}' if number else ''}).",
        hint=f"it takes {in_words(kind)}; try again in a minute, or tomorrow",
        retry_after=float(after[:6]) if after.isascii() and after.isdigit() else None,
    )
    return mark(error, sent=True, answer=answer)


def _slowed_down(error: Unavailable) -> bool:
    answer = http.answer_of(error)
    return answer is not None and answer.status == 429


def _boundary() -> str:
    return f"returnctl-{uuid.uuid4()}"
