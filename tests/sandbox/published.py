"""Answers held against the services' own specifications, where `RETURNCTL_SPECS` names their folder."""

from __future__ import annotations

import functools
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from openapi_schema_validator import OAS30Validator, oas30_format_checker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

# Path behind the service's prefix, the file that describes it, and what the file's own paths leave out of it.
_FILES = (
    ("/ups/security/v1/oauth/token", "ups/OAuthClientCredentials.yaml", "/ups"),
    ("/ups/api/track/", "ups/Tracking.yaml", "/ups/api"),
    ("/ups/api/locations/", "ups/Locator.yaml", "/ups/api"),
    ("/ups/api/rating/", "ups/Rating.yaml", "/ups/api"),
    ("/ups/api/", "ups/Shipping.yaml", "/ups/api"),
    ("/usps/oauth2/", "usps/oauth-restated.yaml", "/usps/oauth2/v3"),
    ("/usps/tracking/", "usps/tracking.yaml", "/usps/tracking/v3"),
    ("/usps/locations/", "usps/locations.yaml", "/usps/locations/v3"),
    ("/usps/payments/", "usps/payments.yaml", "/usps/payments/v3"),
    ("/usps/labels/", "usps/domestic-labels.yaml", "/usps/labels/v3"),
    ("/usps/prices/", "usps/domestic-prices.yaml", "/usps/prices/v3"),
    ("/usps/pickup/", "usps/carrier-pickup.yaml", "/usps/pickup/v3"),
    ("/fedex/oauth/", "fedex/APIAuthorization-Resource.json", "/fedex"),
    ("/fedex/track/", "fedex/track.json", "/fedex"),
    ("/fedex/location/", "fedex/Locations-Resource.json", "/fedex"),
    ("/fedex/rate/", "fedex/RateQuotes-Resource.json", "/fedex"),
    ("/fedex/ship/", "fedex/Shipment-Resource.json", "/fedex"),
    ("/fedex/pickup/", "fedex/Pickup-Resource.json", "/fedex"),
    ("/backmarket/", "backmarket/openapi.yml", "/backmarket"),
)
_HERE = "urn:published"


def folder() -> Path:
    """The specifications' folder; without one the test is skipped, or fails where they are required."""
    named = os.environ.get("RETURNCTL_SPECS", "")
    if named and Path(named, "ups").is_dir():
        return Path(named)
    if "specs" in os.environ.get("RETURNCTL_REQUIRE", "").split(","):
        pytest.fail("RETURNCTL_SPECS names no folder with the services' specifications")
    pytest.skip("RETURNCTL_SPECS names no folder with the services' specifications")


def check(answer: requests.Response) -> requests.Response:
    """Fails unless the service's specification allows this status and body for this operation."""
    path = re.sub(r"^http://[^/]+", "", answer.url).partition("?")[0]
    name, prefix = next((name, prefix) for start, name, prefix in _FILES if path.startswith(start))
    spec = load(name)
    assert answer.request.method
    operation = _operation(spec, path.removeprefix(prefix), answer.request.method.lower())
    said = operation["responses"].get(str(answer.status_code))
    assert said, f"{name} has no {answer.status_code} for {path}: {answer.text[:300]}"
    said = _resolve(spec, said)
    if not said.get("content"):
        assert not answer.content
        return answer
    media_type = answer.headers["Content-Type"].partition(";")[0]
    schema = said["content"][media_type]["schema"]
    if media_type.endswith("json"):
        _validate(name, answer.json(), schema)
    return answer


@functools.cache
def load(name: str) -> dict[str, Any]:
    text = (folder() / name).read_text(encoding="utf-8-sig")
    spec: dict[str, Any] = (
        json.loads(text) if name.endswith("json") else yaml.load(text, Loader=yaml.CSafeLoader)
    )
    _mend(name, spec)
    return spec


def _mend(name: str, spec: dict[str, Any]) -> None:
    """Puts right what no answer could satisfy."""
    schemas = spec["components"]["schemas"]
    match name:
        case "ups/Shipping.yaml":  # four characters for a code whose values are GIF, PDF and the like
            del schemas["LabelImage_LabelImageFormat"]["properties"]["Code"]["minLength"]
        case "usps/carrier-pickup.yaml":  # an address without any property; a contact of both kinds at once
            del schemas["PickupAddress"]["additionalProperties"]
            schemas["NotificationMethod"]["anyOf"] = schemas["NotificationMethod"].pop("oneOf")
        case "usps/tracking.yaml":  # every summary is valid as details too, so never one of the two
            answers = spec["paths"]["/tracking/{trackingNumber}"]["get"]["responses"]["200"]["content"]
            either = answers["application/json"]["schema"]
            either["anyOf"] = either.pop("oneOf")
        case "backmarket/openapi.yml":  # an open folder has been closed, a parcel picked up and delivered
            for folder in ("careFolder", "getCareFolderDetailsResponse"):
                schemas[folder]["properties"]["date_closed"]["nullable"] = True
            for date in ("datePickup", "dateDelivery"):
                schemas["Return"]["properties"][date]["nullable"] = True


def check_component(name: str, schema: str, value: Any) -> None:
    """Fails unless a specification's named schema allows a value."""
    _validate(name, value, {"$ref": f"#/components/schemas/{schema}"})


def _operation(spec: dict[str, Any], path: str, method: str) -> dict[str, Any]:
    for template, item in spec["paths"].items():
        if method in item and re.fullmatch(re.sub(r"\{[\w-]+\}", "[^/]+", template), path):
            return dict(item[method])
    raise AssertionError(f"{method} {path} is in no specification")


def _resolve(spec: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = spec
        for name in node["$ref"].removeprefix("#/").split("/"):
            target = target[name.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


@functools.cache
def _registry(name: str) -> Any:
    resource: Resource[Any] = Resource.from_contents(load(name), default_specification=DRAFT4)
    return Registry().with_resource(_HERE, resource)


def _validate(name: str, value: Any, schema: dict[str, Any]) -> None:
    absolute = json.loads(json.dumps(schema).replace('"#/', f'"{_HERE}#/'))
    validator = OAS30Validator(absolute, registry=_registry(name), format_checker=oas30_format_checker)
    errors = sorted(validator.iter_errors(value), key=lambda error: len(error.path))
    assert not errors, "\n".join(
        f"{list(error.absolute_path)}: {error.message[:300]}" for error in errors[:5]
    )
