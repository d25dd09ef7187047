"""The published contract: it is right OpenAPI, its examples are right by it, and the sandbox keeps to it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.sandbox import contract

FUZZ = contract.CONTRACT.parents[1] / "scripts" / "_contract_fuzz.py"


def examples(node: Any, place: str = "") -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Every example of the contract: where it stands, itself, and the schema beside it."""
    if not isinstance(node, dict):
        return
    if "example" in node and "schema" in node:
        yield place, node["example"], node["schema"]
    for name, inner in node.items():
        yield from examples(inner, f"{place}/{name}")


def test_it_is_openapi() -> None:
    OpenAPIV31SpecValidator(contract.contract()).validate()


def test_there_are_examples() -> None:
    places = [place for place, _, _ in examples(contract.contract())]
    for path, method in (
        ("/v1/orders/{order}", "get"),
        ("/v1/returns", "post"),
        ("/v1/returns/{return}", "get"),
        ("/v1/returns/{return}/messages", "get"),
        ("/v1/returns/{return}/messages", "post"),
        ("/v1/returns/{return}/tracking", "put"),
        ("/v1/about", "get"),
    ):
        assert any(f"{path}/{method}/" in place for place in places), (path, method)


@pytest.mark.parametrize(
    ("example", "schema"),
    [pytest.param(*rest, id=place) for place, *rest in examples(contract.contract())],
)
def test_an_example(example: Any, schema: dict[str, Any]) -> None:
    contract.validate(example, schema)


def fuzzed(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(FUZZ), *words],
        env={**os.environ, "COLUMNS": "100"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(300)
def test_made_up_requests_find_no_failure() -> None:
    """The short form of scripts/contract-fuzz."""
    ran = fuzzed("--quick", "--examples", "10")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " requests were answered: 2xx " in ran.stdout


@pytest.mark.nightly
def test_two_thousand_made_up_requests_find_no_failure() -> None:
    ran = fuzzed("--examples", "2000")
    assert ran.returncode == 0, ran.stdout + ran.stderr
