"""Every request that we make of Back Market's seller API. No token in any of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from returnctl import http
from returnctl.errors import Refused, Usage
from returnctl.marketplaces.backmarket_dialect import SERVICE, Site
from returnctl.marketplaces.backmarket_words import NEEDS_FILES, NEWER_FOLDERS
from returnctl.marketplaces.base import Limits, Upload
from returnctl.returns.intents import Prepared
from returnctl.vocabulary import PROBLEMS

Query = dict[str, str | int | None]

#: The limits of a message and of a problem. How long a text may be is not said; ours is the website's.
LIMITS = Limits(files=10, bytes_per_file=3_000_000, characters=4_000)


def read_order(site: Site, order: str) -> http.Request:
    return _get(site, f"/ws/orders/{number(order)}", "read the order")


def list_folders(
    site: Site,
    *,
    state: int | None = None,
    line: str | None = None,
    since: datetime | None = None,
    page: int = 1,
) -> http.Request:
    """A page of ten Care folders. `since` keeps those with a message after it."""
    query: Query = {
        "state": state,
        "orderline": number(line) if line else None,
        "last_message_date": since.astimezone(UTC).strftime("%Y-%m-%d-%H-%M") if since else None,
        "page": page,
    }
    return _get(site, "/ws/sav", "list the Care folders", query)


def read_folder(site: Site, case: str) -> http.Request:
    return _get(site, f"/ws/sav/{number(case)}", "read the Care folder")


def list_returns(site: Site, order: str, page: int = 1) -> http.Request:
    """A page of the order's BackShip returns."""
    query: Query = {"order_id": number(order), "page": page}
    return _get(site, "/ws/shipping/v1/returns", "read the BackShip returns", query)


def list_deliveries(site: Site, order: str, page: int = 1) -> http.Request:
    """A page of the order's BackShip deliveries: the way to the buyer."""
    query: Query = {"order_id": number(order), "page": page}
    return _get(site, "/ws/shipping/v1/deliveries", "read the BackShip deliveries", query)


def read_file(site: Site, url: str) -> http.Request:
    """A label or attachment at the API's host or anybody's: who we are is said to the API alone."""
    return http.Request(
        method="GET",
        url=url,
        service=SERVICE,
        headers={"Accept": "*/*", **_own(site, url)},
        summary="fetch a file",
    )


def post_message(
    site: Site, case: str, text: str, files: Sequence[Upload], *, marker: str | None, boundary: str
) -> Prepared:
    """A message of the merchant's. Raises Refused for more files, or larger ones, than it may carry."""
    check_files(files)
    count = f" with {len(files)} file{'s' if len(files) > 1 else ''}" if files else ""
    fields = [("message", text)]
    return _form(
        site, f"/ws/sav/{number(case)}/msg", fields, files, f"post a message{count}", marker, boundary
    )


def declare_problem(
    site: Site,
    case: str,
    kind: str,
    text: str | None,
    files: Sequence[Upload],
    *,
    marker: str | None,
    boundary: str,
) -> Prepared:
    """A problem that the seller found. Raises Usage, Refused where the marketplace would not take it."""
    check_problem(case, kind, text, files)
    fields = [("problem_type", kind)] + ([("message", text)] if text else [])
    path = f"/ws/sav/{number(case)}/problem"
    return _form(site, path, fields, files, f"declare the problem {kind}", marker, boundary)


def check_problem(case: str, kind: str, text: str | None, files: Sequence[Upload]) -> None:
    if kind not in PROBLEMS:
        raise Usage(f"{kind} is not a problem that can be declared.", hint=f"one of {', '.join(PROBLEMS)}")
    if int(number(case)) < NEWER_FOLDERS and (kind != "OTHER" or text or files):
        raise Refused(
            f"Care folder {case} is of the older kind: it takes OTHER alone, without text and files.",
            hint="declare OTHER, and say the rest with `returnctl message`; or use the back-office",
        )
    if kind in NEEDS_FILES and not files:
        raise Usage(f"{kind} wants proof: at least one file.", hint="attach it with --file FILE")
    check_files(files)


def check_files(files: Sequence[Upload]) -> None:
    if len(files) > LIMITS.files:
        raise Refused(
            f"{len(files)} files; a message takes {LIMITS.files}.", hint="send them in two messages"
        )
    for file in files:
        if len(file.content) > LIMITS.bytes_per_file:
            raise Refused(
                f"{file.name} has {len(file.content):,} bytes; {LIMITS.bytes_per_file:,} are taken.",
                hint="make it smaller",
            )


def number(value: str) -> str:
    """An id as it goes into an address. Raises Usage for anything but digits."""
    if not re.fullmatch(r"[1-9][0-9]{0,17}", value):
        raise Usage(f"“{value[:40]}” is no number of {SERVICE}'s.", hint="they have digits only")
    return value


def _get(site: Site, path: str, summary: str, query: Query | None = None) -> http.Request:
    said = {name: value for name, value in (query or {}).items() if value is not None}
    return http.Request(
        method="GET",
        url=f"{site.base}{path}{f'?{urlencode(said)}' if said else ''}",
        service=SERVICE,
        headers=site.headers,
        summary=summary,
    )


def _form(
    site: Site,
    path: str,
    fields: Sequence[tuple[str, str]],
    files: Sequence[Upload],
    summary: str,
    marker: str | None,
    boundary: str,
) -> Prepared:
    content_type, body = http.multipart(
        fields,
        [("attachment", file.name, file.media_type, file.content) for file in files],
        boundary=boundary,
    )
    return Prepared(
        service=SERVICE,
        method="POST",
        url=f"{site.base}{path}",
        headers={**site.headers, "Content-Type": content_type},
        body=body,
        summary=summary,
        marker=marker,
    )


def _own(site: Site, url: str) -> dict[str, str]:
    headers = {name: value for name, value in site.headers.items() if name != "Accept"}
    return headers if http.same_origin(url, site.base) else {}
