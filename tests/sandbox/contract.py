"""Answers held against docs/marketplace-api.yaml."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

import jsonschema
import requests
import yaml
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

CONTRACT = Path(__file__).parents[2] / "docs" / "marketplace-api.yaml"
_HERE = "urn:contract"


@functools.cache
def contract() -> dict[str, Any]:
    return dict(yaml.safe_load(CONTRACT.read_text(encoding="utf-8")))


def check(answer: requests.Response) -> requests.Response:
    """Fails unless the contract allows this status, media type, header and body for this operation."""
    path = re.sub(r"^http://[^/]+", "", answer.url).partition("?")[0]
    assert answer.request.method
    operation = _operation(path, answer.request.method.lower())
    said = operation["responses"].get(str(answer.status_code))
    assert said, f"{answer.status_code} is not in the contract of {path}: {answer.text[:300]}"
    said = _resolve(said)
    media_type = answer.headers["Content-Type"]
    assert media_type in said["content"], media_type
    for header in said.get("headers", {}):
        assert header in answer.headers
    if media_type.endswith("json"):
        validate(answer.json(), said["content"][media_type]["schema"])
    return answer


def _operation(path: str, method: str) -> dict[str, Any]:
    for template, item in contract()["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            return dict(item[method])
    raise AssertionError(f"{path} is not in the contract")


def _resolve(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = contract()
        for name in node["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        node = target
    return node


@functools.cache
def _registry() -> Any:
    resource = Resource.from_contents(contract(), default_specification=DRAFT202012)
    return Registry().with_resource(_HERE, resource)


def validate(value: Any, schema: dict[str, Any]) -> None:
    absolute = yaml.safe_load(yaml.safe_dump(schema).replace("'#/", f"'{_HERE}#/"))
    validator = jsonschema.Draft202012Validator(
        absolute, registry=_registry(), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    validator.validate(value)
