"""Everything that can come instead of an answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import responses

from returnctl import errors
from returnctl.marketplaces.backmarket_dialect import check, parse_error
from tests.marketplaces.care import CASE, SAV, answer, client, folder, listed, page

URL = f"{SAV}/{CASE}"

ENVELOPES: dict[str, tuple[dict[str, Any], str, str]] = {
    "one error": (
        {"error": {"code": "E1", "message": "Not so.", "docLink": "x"}, "requestId": "r-1"},
        "E1",
        "Not so [r-1]",
    ),
    "a list of errors": (
        {"errors": [{"code": "E2", "message": "No."}, {"code": "E3", "message": "Nor that."}], "requestId": "r-2"},
        "E2",
        "No.; Nor that [r-2]",
    ),
    "both": (
        {
            "error": {"code": "E4", "message": "Invalid"},
            "status": 422,
            "title": None,
            "type": None,
            "errors": [{"type": "/errors/x", "title": "Taken", "detail": "This is taken", "target": "email"}],
        },
        "E4",
        "Invalid; email: This is taken",
    ),
    "a problem document": (
        {"type": "/errors/authorization-failed", "title": "Failed", "status": 400, "detail": "The card is old"},
        "authorization-failed",
        "The card is old",
    ),
    "fields": (
        {
            "error": {"code": "E009", "message": "Validation error"},
            "data": {"fields": {"orderId": ["An integer is needed."]}},
        },
        "E009",
        "Validation error; orderId: An integer is needed",
    ),
}  # fmt: skip


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.mark.parametrize("name", ENVELOPES)
class TestEnvelopes:
    def test_code_and_words(self, name: str) -> None:
        import json

        body, code, said = ENVELOPES[name]
        assert parse_error(answer(422, json.dumps(body).encode())) == (code, said)

    def test_reach_the_person(self, wire: responses.RequestsMock, name: str) -> None:
        body, code, said = ENVELOPES[name]
        wire.get(URL, status=422, json=body)
        with pytest.raises(errors.Refused) as caught:
            client().folder(str(CASE))
        assert said in caught.value.message
        assert code in caught.value.message


class TestStatuses:
    @pytest.mark.parametrize(
        ("status", "kind", "code"),
        [
            (400, errors.Refused, 6),
            (401, errors.AuthFailed, 4),
            (403, errors.AuthFailed, 4),
            (404, errors.NotFound, 5),
            (409, errors.Refused, 6),
            (413, errors.Refused, 6),
            (422, errors.Refused, 6),
            (500, errors.Unavailable, 75),
            (503, errors.Unavailable, 75),
        ],
    )
    def test_with_an_empty_body(
        self, wire: responses.RequestsMock, status: int, kind: type[errors.ReturnctlError], code: int
    ) -> None:
        wire.get(URL, status=status)
        with pytest.raises(kind) as caught:
            client().folder(str(CASE))
        assert caught.value.exit == code

    def test_a_page_where_data_was_due(self, wire: responses.RequestsMock) -> None:
        wire.get(URL, body="<!doctype html><p>Sorry", content_type="text/html")
        with pytest.raises(errors.Unavailable):
            client().folder(str(CASE))

    @pytest.mark.parametrize("body", ["", "nothing", "[]", "7", "null", '{"results": 1}', '{"id": "x"}'])
    def test_something_else_where_data_was_due(self, wire: responses.RequestsMock, body: str) -> None:
        wire.get(URL, body=body)
        wire.get(SAV, body=body)
        with pytest.raises(errors.Unavailable):
            client().folder(str(CASE))
        with pytest.raises(errors.Unavailable):
            list(client().folders())


class TestFirewall:
    def test_the_robot_check(self, wire: responses.RequestsMock) -> None:
        body = {"errors": [{"code": "bot-need-challenge", "message": "Forbidden", "challengePath": "/x"}]}
        wire.get(URL, status=403, json=body, headers={"cf-ray": "8a1f-CDG"})
        with pytest.raises(errors.Blocked) as caught:
            client().folder(str(CASE))
        assert caught.value.exit == 75
        assert "cf-ray 8a1f-CDG" in caught.value.message

    def test_a_page(self, wire: responses.RequestsMock) -> None:
        page = "<!DOCTYPE html><title>Attention Required!</title>"
        wire.get(URL, status=403, body=page, content_type="text/html", headers={"cf-ray": "8a1f-CDG"})
        with pytest.raises(errors.Blocked, match="cf-ray 8a1f-CDG"):
            client().folder(str(CASE))

    def test_a_challenge_without_a_page(self) -> None:
        with pytest.raises(errors.Blocked):
            check(answer(403, b"", **{"cf-mitigated": "challenge"}))

    def test_behind_cloudflare_a_403_may_still_be_the_service_itself(self) -> None:
        body = b'{"error": {"code": "E403", "message": "Not your folder"}}'
        with pytest.raises(errors.AuthFailed, match="Not your folder"):
            check(answer(403, body, server="cloudflare"))


class TestTooFast:
    def test_waits_out_the_block_of_the_edge(self, wire: responses.RequestsMock) -> None:
        waits: list[float] = []
        wire.get(URL, status=429, body="<html>slow</html>", content_type="text/html")
        wire.get(URL, json=folder())
        assert client(waits=waits).folder(str(CASE)).case == str(CASE)
        assert waits == [10.0]

    def test_waits_as_long_as_it_is_told_within_reason(self, wire: responses.RequestsMock) -> None:
        for said, waited in (("20", 20.0), ("3600", 30.0), ("soon", 10.0)):
            waits: list[float] = []
            wire.get(URL, status=429, headers={"Retry-After": said})
            wire.get(URL, json=folder())
            client(waits=waits).folder(str(CASE))
            assert waits == [waited]

    def test_then_names_the_limits(self, wire: responses.RequestsMock) -> None:
        wire.get(SAV, status=429, headers={"cf-ray": "8a1f-CDG"})
        with pytest.raises(errors.Unavailable) as caught:
            list(client().folders())
        assert caught.value.exit == 75
        assert "cf-ray 8a1f-CDG" in caught.value.message
        assert "520 such calls a minute and 4,000 a day" in str(caught.value.hint)

    def test_in_the_middle_of_a_list(self, wire: responses.RequestsMock) -> None:
        wire.get(SAV, json=page(listed(), following="x"))
        wire.get(SAV, status=429)
        wire.get(SAV, json=page(listed(CASE + 1)))
        assert len(list(client().folders())) == 2
