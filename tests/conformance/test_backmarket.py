"""Each request that we can make of the seller API, against Back Market's own specification."""

from __future__ import annotations

import email.parser
import email.policy
import functools
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator

from returnctl.http import Request
from returnctl.marketplaces import backmarket_requests as requests
from returnctl.marketplaces.backmarket_dialect import HOSTS, Site
from returnctl.marketplaces.backmarket_words import NEEDS_FILES
from returnctl.marketplaces.base import Upload
from returnctl.returns.intents import Prepared
from returnctl.vocabulary import PROBLEMS
from tests.conformance.specs import folder as specs
from tests.conformance.specs import operations, resolve
from tests.marketplaces import care

SITE = Site(base=HOSTS["na", "production"], market="en-us", user_agent=care.AGENT)
FILE = Upload(name="01-back.jpg", media_type="image/jpeg", content=b"\xff\xd8\xff")
CASE, ORDER, LINE = str(care.CASE), str(care.ORDER), str(care.LINE)


def _problem(kind: str, text: str | None = "Seen at the desk.", case: str = CASE) -> Prepared:
    files = [FILE] if kind in NEEDS_FILES else []
    return requests.declare_problem(SITE, case, kind, text, files, marker=None, boundary="b")


def _message(*files: Upload) -> Prepared:
    return requests.post_message(SITE, CASE, "Hello", files, marker="m", boundary="b")


REQUESTS: dict[str, Callable[[], Request | Prepared]] = {
    "order": lambda: requests.read_order(SITE, ORDER),
    "folders": lambda: requests.list_folders(SITE),
    "folders-open": lambda: requests.list_folders(SITE, state=0, page=2),
    "folders-closed": lambda: requests.list_folders(SITE, state=9),
    "folders-line": lambda: requests.list_folders(SITE, line=LINE),
    "folders-since": lambda: requests.list_folders(SITE, since=datetime(2026, 6, 8, 1, 2, tzinfo=UTC)),
    "folder": lambda: requests.read_folder(SITE, CASE),
    "returns": lambda: requests.list_returns(SITE, ORDER),
    "deliveries": lambda: requests.list_deliveries(SITE, ORDER, page=3),
    "message": _message,
    "message-files": lambda: _message(FILE, FILE),
    "problem-old": lambda: _problem("OTHER", None, "99999999"),
    **{f"problem-{kind}": functools.partial(_problem, kind) for kind in PROBLEMS},
}


@functools.cache
def spec() -> dict[str, Any]:
    text = (specs() / "backmarket" / "openapi.yml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return found


def operation_of(request: Request | Prepared) -> tuple[dict[str, Any], dict[str, str]]:
    """The operation that a request is for, and its values from the path."""
    parts = urlsplit(request.url)
    assert f"{parts.scheme}://{parts.netloc}" in {server["url"] for server in spec()["servers"]}
    fitting = []
    for method, template, operation in operations(spec()):
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template))
        match = re.fullmatch(pattern, parts.path)
        if match and method == request.method:
            fitting.append((len(match.groups()), operation, match.groupdict()))
    assert fitting, f"there is no {request.method} {parts.path}"
    _, operation, values = min(fitting, key=lambda one: one[0])
    return operation, values


def violations(request: Request | Prepared) -> Iterator[str]:
    operation, values = operation_of(request)
    given = {"path": values, "query": dict(parse_qsl(urlsplit(request.url).query, keep_blank_values=True))}
    known = {"path": set(), "query": set()}  # type: dict[str, set[str]]
    for parameter in operation.get("parameters", []) + operation["shared"]:
        found = resolve(spec(), parameter)
        known[found["in"]].add(found["name"])
        value = given[found["in"]].get(found["name"])
        if value is None:
            if found.get("required"):
                yield f"{found['name']} is missing"
            continue
        schema = resolve(spec(), found["schema"])
        typed = int(value) if schema.get("type") == "integer" and value.isdigit() else value
        yield from (f"{found['name']}: {error}" for error in errors(schema, typed))
    for place, names in given.items():
        yield from (f"{place} {name} is not known" for name in names if name not in known[place])
    yield from body_violations(request, resolve(spec(), operation.get("requestBody")))


def body_violations(request: Request | Prepared, body: Any) -> Iterator[str]:
    if body is None:
        if request.body:
            yield "no body is wanted"
        return
    media = request.headers["Content-Type"].partition(";")[0]
    if media not in body["content"]:
        yield f"{media} is not taken"
        return
    form = form_of(request)
    schema = resolve(spec(), body["content"][media]["schema"])
    yield from (f"{name} is not known" for name in form if name not in schema["properties"])
    yield from errors(schema, form)


def form_of(request: Request | Prepared) -> dict[str, Any]:
    """A multipart body as its schema sees it: repeated files are a list."""
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    read = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + request.body)
    form: dict[str, Any] = {}
    for part in read.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        text = content.decode("latin-1")
        if part.get_filename():
            form.setdefault(name, []).append(text)
        else:
            assert name not in form
            form[name] = text
    return form


def errors(schema: Any, value: Any) -> Iterator[str]:
    whole = {**schema, "components": spec()["components"]}  # where its references lead
    validator = OAS30WriteValidator(whole, format_checker=OAS30WriteValidator.FORMAT_CHECKER)
    yield from (f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(value))


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request(name: str) -> None:
    spec()
    assert list(violations(REQUESTS[name]())) == []


@pytest.mark.parametrize("name", REQUESTS)
def test_who_we_are_and_nothing_secret(name: str) -> None:
    headers = REQUESTS[name]().headers
    assert {"Accept", "Accept-Language", "User-Agent"} <= set(headers)
    assert "Authorization" not in headers


def test_a_request_that_breaks_it_is_seen() -> None:
    spec()
    wrong = [
        Request(method="GET", url=f"{SITE.base}/ws/sav?state=1", service="x"),
        Request(method="GET", url=f"{SITE.base}/ws/sav?pages=1", service="x"),
        Request(method="GET", url=f"{SITE.base}/ws/sav/abc", service="x"),
        Request(method="GET", url=f"{SITE.base}/ws/sav", service="x", body=b"{}"),
    ]
    assert all(list(violations(request)) for request in wrong)


#: Our own drawings of answers, so that what the other tests read is what would come.
ANSWERS: dict[str, tuple[str, Any]] = {
    "/ws/orders/{order_id}": ("get", care.order()),
    "/ws/sav": ("get", care.page(care.listed(date_closed="2026-06-09T00:00:00Z"), following="x")),
    "/ws/sav/{careFolderId}": (
        "get",
        care.folder(
            date_closed="2026-06-09T00:00:00Z",
            lines=[care.claim(return_labels=[care.label()])],
            messages=[care.message(attachments=[care.attachment()])],
        ),
    ),
    "/ws/shipping/v1/returns": (
        "get",
        care.page(
            care.parcel(datePickup="2026-06-09T00:00:00Z", dateDelivery="2026-06-09T00:00:00Z"),
            following="x",
        ),
    ),
}


@pytest.mark.parametrize("path", ANSWERS)
def test_the_answers_of_our_tests(path: str) -> None:
    method, body = ANSWERS[path]
    answer = spec()["paths"][path][method]["responses"]["200"]["content"]["application/json"]["schema"]
    whole = {**resolve(spec(), answer), "components": spec()["components"]}
    validator = OAS30ReadValidator(whole, format_checker=OAS30ReadValidator.FORMAT_CHECKER)
    assert [error.message for error in validator.iter_errors(body)] == []
