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
from returnctl.carriers.reading import dig, moment, words
from returnctl.errors import AuthFailed, NotFound, Refused, Usage
from returnctl.marketplaces import backmarket_answers as answers
from returnctl.marketplaces import backmarket_requests as requests
from returnctl.marketplaces.backmarket_calls import Calls
from returnctl.marketplaces.backmarket_cases import case_of, chosen_label, of_line
from returnctl.marketplaces.backmarket_dialect import SERVICE, Site, can_not, check, not_understood
from returnctl.marketplaces.backmarket_values import Folder, Listed, Shipment
from returnctl.marketplaces.base import (
    Attachment,
    Can,
    Case,
    Limits,
    Message,
    NewCase,
    Order,
    RemoteTracking,
    Upload,
)
from returnctl.marks import mark
from returnctl.returns.intents import Outcome, Prepared

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
        self._calls = Calls(site, token, client, sleep)
        self._seen: dict[str, Folder] = {}

    # -- what can be read ----------------------------------------------------------------------------------------

    def identity(self) -> str:
        """The host; for a sandbox its instance, which its other dialect tells."""
        if not self._site.sandbox:
            return self._site.base
        return words(dig(self._calls.about_sandbox(), "instance"))

    def limits(self) -> Limits:
        return requests.LIMITS

    def order(self, order: str) -> Order:
        """The order; the day of delivery is known where the marketplace's own shipping brought it."""
        if order.startswith("0"):
            raise NotFound(
                f"{SERVICE} knows no order {order}: its numbers never start with 0.",
                hint="see the order's e-mail",
            )
        body = self._order(order)
        found = answers.order(body, order)
        arrived: dict[str, str] = {}
        if answers.is_backship(body):
            arrived = {
                line: parcel.delivered_at
                for parcel in self._deliveries(order)
                for line in parcel.lines
                if parcel.delivered_at
            }
        lines = tuple(replace(line, delivered_on=arrived.get(line.line)) for line in found.lines)
        return replace(found, lines=lines, market=found.market or self._site.market)

    def folders(
        self, *, state: int | None = None, line: str | None = None, since: datetime | None = None
    ) -> Iterator[Listed]:
        """The Care folders of this seller, as they are listed; `state` 0 is open, 9 closed."""

        def ask(page: int) -> http.Request:
            return requests.list_folders(self._site, state=state, line=line, since=since, page=page)

        seen: set[str] = set()
        for result in self._calls.pages(ask, "list"):
            one = answers.listed(result)
            if one and one.case not in seen and line in (None, one.line):
                seen.add(one.case)
                yield one

    def folder(self, case: str) -> Folder:
        """A Care folder with its whole conversation."""
        answer = self._calls.get(requests.read_folder(self._site, case), "detail")
        found = answers.folder(answer.json(), case)
        self._seen[case] = found
        return found

    def shipments(self, order: str) -> tuple[Shipment, ...]:
        """The order's BackShip returns, the newest first; none for a seller who has not subscribed to it."""
        return self._parcels(lambda page: requests.list_returns(self._site, order, page))

    def cases(self, order: str) -> tuple[Case, ...]:
        """Every return of an order, the newest first."""
        listed = [one for line in self.order(order).lines for one in self.folders(line=line.line)]
        shipments = self.shipments(order) if listed else ()
        found = [case_of(self.folder(one.case), shipments) for one in listed]
        return tuple(sorted(found, key=lambda case: moment(case.opened_at), reverse=True))

    def case(self, case: str) -> Case:
        return self.with_parcel(self.folder(case))

    def with_parcel(self, folder: Folder) -> Case:
        """A folder that was read, with the parcel of its line."""
        return case_of(folder, self.shipments(folder.order))

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
        return self._calls.file(files[attachment.attachment].url)

    def label(self, case: str) -> bytes:
        """The label with which the buyer sends the device: the folder's, else that of the marketplace's shipping."""
        folder = self._seen.get(case) or self.folder(case)
        if chosen := chosen_label(folder):
            return self._calls.file(chosen.url)
        parcel = of_line(self.shipments(folder.order), folder.line)
        if parcel and parcel.label:
            return self._calls.file(parcel.label)
        raise NotFound(
            f"Care folder {case} has no return label yet.",
            hint="ask again later, or give the label with --file",
        )

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
        answer = check(self._calls.send(request, "problem" if is_problem else "message"))
        if answer.is_html():
            raise mark(not_understood("a web page"), sent=True, answer=answer)
        if is_problem:
            return Outcome()
        found = answers.number_of(dig(answer.json(), "id"))
        return Outcome(facts={"message": found} if found else {})

    # -- underneath ----------------------------------------------------------------------------------------------

    def _order(self, order: str) -> Any:
        try:
            return self._calls.get(requests.read_order(self._site, order)).json()
        except NotFound as error:
            hint = "it is not there, not yours, or the web services are off for this account"
            raise mark(
                NotFound(f"{SERVICE} gives no order {order}.", hint=hint),
                sent=True,
                answer=http.answer_of(error),
            ) from None

    def _deliveries(self, order: str) -> tuple[Shipment, ...]:
        return self._parcels(lambda page: requests.list_deliveries(self._site, order, page))

    def _parcels(self, ask: Callable[[int], http.Request]) -> tuple[Shipment, ...]:
        try:
            found = [parcel for result in self._calls.pages(ask) if (parcel := answers.shipment(result))]
        except (AuthFailed, NotFound, Refused) as error:
            answer = http.answer_of(error)
            if answer is not None and answer.status == 401:
                raise
            return ()  # not subscribed to BackShip
        return tuple(sorted(found, key=lambda parcel: moment(parcel.created_at), reverse=True))


def _boundary() -> str:
    return f"returnctl-{uuid.uuid4()}"
