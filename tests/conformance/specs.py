"""The carriers' own OpenAPI files, mended in memory, and what in a request or an answer breaks them.

The files are not ours to ship: `RETURNCTL_SPECS` says where they lie. Several refuse requests that the carriers'
own documents call right; each such fault is in `MENDS` with its reason, and nothing else is changed.
"""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
import yaml
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator

from returnctl.http import Request

Spec = dict[str, Any]

FILES = {
    "ups": ("OAuthClientCredentials", "Tracking", "Locator", "Pickup", "Shipping", "Rating"),
    "usps": (
        "oauth-restated",
        "tracking",
        "locations",
        "carrier-pickup",
        "domestic-labels",
        "payments",
        "domestic-prices",
    ),
    "fedex": (
        "APIAuthorization-Resource",
        "track",
        "Locations-Resource",
        "Pickup-Resource",
        "Shipment-Resource",
        "RateQuotes-Resource",
    ),
}


def _lengths(field: str, wrong: int, low: int, high: int) -> Callable[[Spec], None]:
    """Every `field` whose length is fixed to `wrong` may have `low` to `high` characters."""

    def mend(spec: Spec) -> None:
        for schema in spec["components"]["schemas"].values():
            found = schema.get("properties", {}).get(field, {})
            if found.get("maxLength") == wrong:
                found["minLength"], found["maxLength"] = low, high

    return mend


def _optional(schema: str, *names: str) -> Callable[[Spec], None]:
    """These properties of the schema may be missing."""

    def mend(spec: Spec) -> None:
        found = spec["components"]["schemas"][schema]
        found["required"] = [name for name in found["required"] if name not in names]

    return mend


def _any_of(schema: str) -> Callable[[Spec], None]:
    """One or more of the alternatives instead of exactly one."""

    def mend(spec: Spec) -> None:
        found = spec["components"]["schemas"][schema]
        found["anyOf"] = found.pop("oneOf")

    return mend


def _open(schema: str) -> Callable[[Spec], None]:
    """Fields beyond `properties` are allowed."""

    def mend(spec: Spec) -> None:
        del spec["components"]["schemas"][schema]["additionalProperties"]

    return mend


def _first_body_only(spec: Spec) -> None:
    """Of a request's alternatives only the first is a schema; the rest are samples that accept anything."""
    for _, _, operation in operations(spec):
        for body in operation.get("requestBody", {}).get("content", {}).values():
            schema = resolve(spec, body["schema"])
            if "oneOf" in schema:
                body["schema"] = schema["oneOf"][0]


# (carrier, file or "" for all): what is wrong there, and how it is put right.
MENDS: dict[tuple[str, str], list[tuple[str, Callable[[Spec], None]]]] = {
    ("ups", "Pickup"): [("a date yyyyMMdd has 8 characters, not 4", _lengths("PickupDate", 4, 8, 8))],
    ("ups", "Locator"): [("the only value, Locator, has 7 characters", _lengths("RequestAction", 13, 7, 7))],
    ("ups", "Shipping"): [
        (
            "these two belong to Roadie alone",
            _optional("LabelRecoveryRequest", "TrackingNumbers", "ReferenceValues"),
        ),
        ("PDF, GIF and ZPL have 3 characters", _lengths("Code", 4, 3, 4)),
    ],
    ("usps", "carrier-pickup"): [
        ("both alternatives are all optional, so that each matches both", _any_of("NotificationMethod")),
        ("all of its fields are in allOf, where this forbids them", _open("PickupAddress")),
    ],
    ("fedex", ""): [("samples stand among the alternatives of a request", _first_body_only)],
}


def available() -> bool:
    """Whether the files are here."""
    named = os.environ.get("RETURNCTL_SPECS")
    return bool(named) and Path(named or "").is_dir()


def folder() -> Path:
    """Where the files lie. Skips the test, or fails it where they were promised."""
    if available():
        return Path(os.environ["RETURNCTL_SPECS"])
    if "specs" in os.environ.get("RETURNCTL_REQUIRE", "").split(","):
        pytest.fail("RETURNCTL_REQUIRE names the specs, but RETURNCTL_SPECS leads to no folder")
    pytest.skip("RETURNCTL_SPECS is not set: the carriers' specifications are not here")


@functools.cache
def load(carrier: str, name: str) -> Spec:
    """One mended file."""
    path = next(path for path in (folder() / carrier).iterdir() if path.stem == name)
    text = path.read_text(encoding="utf-8-sig")
    # The C loader: the pure one refuses a tab that one file holds.
    spec: Spec = json.loads(text) if path.suffix == ".json" else yaml.load(text, Loader=yaml.CSafeLoader)
    for _, mend in MENDS.get((carrier, name), []) + MENDS.get((carrier, ""), []):
        mend(spec)
    return spec


def resolve(spec: Spec, node: Any) -> Any:
    """The thing itself where the node only refers to it."""
    while isinstance(node, dict) and "$ref" in node:
        found: Any = spec
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step.replace("~1", "/").replace("~0", "~")]
        node = found
    return node


def operations(spec: Spec) -> Iterator[tuple[str, str, Spec]]:
    """Method, path and operation of each."""
    for path, item in spec["paths"].items():
        for method, operation in item.items():
            if method in {"get", "post", "put", "delete"}:
                yield method.upper(), path, operation | {"shared": item.get("parameters", [])}


class Operation:
    """The operation that a request is for: in which file, and under which path there."""

    def __init__(self, file: str, spec: Spec, operation: Spec, path: str, values: dict[str, str]) -> None:
        self.file = file
        self.spec = spec
        self.operation = operation
        self.path = path
        self._values = values

    def request_violations(self, request: Request) -> list[str]:
        """What in the request breaks the specification, one line each."""
        return [*self._parameter_violations(request), *self._body_violations(request)]

    def answer_violations(self, status: int, body: Any, media: str = "application/json") -> list[str]:
        """What in an answer breaks it."""
        schema = self.answer_schema(status, media)
        return [] if schema is None else list(self._errors(schema, body, answer=True))

    def answer_schema(self, status: int, media: str = "application/json") -> Any:
        """The schema of an answer, None where that status has none."""
        answer = resolve(self.spec, self.operation["responses"].get(str(status)))
        return (answer or {}).get("content", {}).get(media, {}).get("schema")

    def error_statuses(self) -> list[int]:
        """The documented statuses that are no success and have a body."""
        codes = [int(code) for code in self.operation["responses"] if code.isdigit() and int(code) >= 400]
        return [code for code in codes if self.answer_schema(code) is not None]

    def _parameter_violations(self, request: Request) -> Iterator[str]:
        query = dict(parse_qsl(urlsplit(request.url).query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in request.headers.items()}
        declared = set()
        for parameter in self.operation.get("parameters", []) + self.operation["shared"]:
            found = resolve(self.spec, parameter)
            name, place = found["name"], found["in"]
            given = {"query": query, "header": headers, "path": self._values}[place]
            declared.add((place, name))
            value = given.get(name.lower() if place == "header" else name)
            # What the client adds when it sends is not in the request that is kept.
            if name.lower() in {"authorization", "x-payment-authorization-token"}:
                continue
            if value is None:
                if found.get("required"):
                    yield f"{place} {name}: is missing"
                continue
            schema = resolve(self.spec, found.get("schema", {}))
            yield from (f"{place} {name}: {error}" for error in self._errors(schema, _typed(value, schema)))
        for name in query:
            if ("query", name) not in declared:
                yield f"query {name}: is not known"

    def _body_violations(self, request: Request) -> Iterator[str]:
        body = resolve(self.spec, self.operation.get("requestBody"))
        if body is None:
            if request.body:
                yield "body: none is wanted"
            return
        media = request.headers.get("Content-Type", "")
        if media not in body["content"]:
            yield f"body: {media or 'nothing'} is not taken"
            return
        schema = body["content"][media]["schema"]
        data = json.loads(request.body) if media.endswith("json") else dict(parse_qsl(request.body.decode()))
        yield from (f"body {error}" for error in self._errors(schema, data))

    def _errors(self, schema: Any, data: Any, *, answer: bool = False) -> Iterator[str]:
        kind = OAS30ReadValidator if answer else OAS30WriteValidator
        whole = {**schema, "components": self.spec.get("components", {})}  # where its references lead
        for error in kind(whole, format_checker=kind.FORMAT_CHECKER).iter_errors(data):
            yield f"{error.json_path}: {error.message[:200]}"


def operation_for(carrier: str, request: Request, base: str) -> Operation:
    """The operation of the carrier's files that the request is for. Raises LookupError where there is none."""
    path = urlsplit(request.url.removeprefix(base)).path
    for name in FILES[carrier]:
        spec = load(carrier, name)
        prefixes = {
            urlsplit(server["url"]).path.rstrip("/") for server in spec.get("servers", [{"url": "/"}])
        }
        for method, template, operation in operations(spec):
            if method != request.method or operation.get("deprecated"):
                continue
            pattern = re.sub(r"\\\{(\w+)\\\}|\\\{([\w-]+)\\\}", _group, re.escape(template))
            for prefix in prefixes:
                match = re.fullmatch(re.escape(prefix) + pattern, path)
                if match:
                    values = {key: unquote(value) for key, value in match.groupdict().items()}
                    return Operation(name, spec, operation, path.removeprefix(prefix), values)
    raise LookupError(f"{carrier} has no {request.method} {path}")


def example(spec: Spec, schema: Any, depth: int = 12) -> Any:
    """A value that the schema describes: its own examples where it has them, something fitting where not."""
    found = resolve(spec, schema)
    if depth == 0 or not isinstance(found, dict):
        return None
    for word in ("oneOf", "anyOf"):
        if word in found:
            return example(spec, found[word][0], depth)
    if "properties" in found or "allOf" in found:
        return _object(spec, found, depth)
    if "example" in found and found.get("type") != "array":
        return found["example"]
    if found.get("type") == "array":
        item = example(spec, found.get("items", {}), depth - 1)
        return [] if item is None else [item]
    if "enum" in found:
        return found["enum"][0]
    return _plain(found)


def _object(spec: Spec, schema: Spec, depth: int) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for part in schema.get("allOf", []):
        value = example(spec, part, depth)
        merged |= value if isinstance(value, dict) else {}
    for name, part in schema.get("properties", {}).items():
        value = example(spec, part, depth - 1)
        if value is not None:
            merged[name] = value
    return merged


def _plain(schema: Spec) -> Any:
    kind = schema.get("type")
    if kind in {"number", "integer"}:
        return schema.get("minimum", 1)
    if kind == "boolean":
        return True
    if kind != "string":
        return {} if kind == "object" else None
    formats = {"date": "2026-12-14", "date-time": "2026-12-14T10:00:00Z", "uri": "https://a.example/"}
    return formats.get(schema.get("format", ""), "9" * max(1, schema.get("minLength", 1)))


def _group(match: re.Match[str]) -> str:
    return f"(?P<{(match[1] or match[2]).replace('-', '_')}>[^/]+)"


def _typed(value: str, schema: Spec) -> Any:
    if schema.get("type") == "integer" and value.lstrip("-").isdigit():
        return int(value)
    if schema.get("type") == "number":
        return float(value)
    if schema.get("type") == "boolean":
        return {"true": True, "false": False}.get(value, value)
    return value
