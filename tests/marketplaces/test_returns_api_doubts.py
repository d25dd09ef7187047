"""A marketplace that is asked twice for the same thing: what ends a doubt there, and what does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import responses

from returnctl import http
from returnctl.errors import AuthFailed, Refused, ReturnctlError, Unavailable
from returnctl.marketplaces.returns_api import ReturnsApi
from returnctl.returns import intents
from returnctl.returns.events import Covers
from tests.marketplaces.shop import NEW, RETURN, URL, api, problem
from tests.returns.making import again, held

SAID = problem("key-in-progress", 409, detail="Still at it.")


@pytest.fixture
def web() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as web:
        yield web


def opening(shop: ReturnsApi) -> object:
    return shop.send(shop.prepare_open(NEW))


class TestKeyInProgress:
    """The first request with this key is still being carried out: no refusal, and never the end of a doubt."""

    def test_it_is_unavailable(self, web: responses.RequestsMock) -> None:
        web.post(f"{URL}/v1/returns", json=SAID, status=409)
        with pytest.raises(Unavailable) as caught:
            opening(api())
        assert caught.value.exit == 75
        assert not http.was_refused(caught.value)

    @pytest.mark.parametrize(
        "word", ["already-open", "closed", "attachments-not-open", "key-in-progress-not"]
    )
    def test_any_other_409_is_a_refusal(self, web: responses.RequestsMock, word: str) -> None:
        web.post(f"{URL}/v1/returns", json=problem(word, 409), status=409)
        with pytest.raises(Refused, match=word):
            opening(api())

    def test_a_doubt_stays_until_the_first_answer_is_there(
        self, web: responses.RequestsMock, tmp_path: Path
    ) -> None:
        one, shop = held(tmp_path / "10000001"), api()
        covers = Covers(step="open", items={"open": "yes"})
        web.post(f"{URL}/v1/returns", status=503)
        web.post(f"{URL}/v1/returns", json=SAID, status=409)
        web.post(f"{URL}/v1/returns", json=problem("unauthorized", 401), status=401)
        web.post(f"{URL}/v1/returns", json=RETURN, status=201)
        with pytest.raises(Unavailable):
            intents.carry_out(
                one, shop.prepare_open(NEW), covers, shop.send, lambda error: not http.was_refused(error)
            )
        for error in (Unavailable, AuthFailed):
            found = again(one)
            with pytest.raises(error):
                intents.settle(found, found.state.doubts[0], shop.send)
        found = again(one)
        intents.settle(found, found.state.doubts[0], shop.send)
        assert (found.state.doubts, found.state.case) == ((), "R-1")
        keys = {call.request.headers["Idempotency-Key"] for call in web.calls}
        assert (len(web.calls), len(keys)) == (4, 1)

    def test_a_profile_that_leads_elsewhere_does_not_end_it(
        self, web: responses.RequestsMock, tmp_path: Path
    ) -> None:
        one, shop, elsewhere = held(tmp_path / "10000001"), api(), api(url="https://other.example")
        web.post(f"{URL}/v1/returns", status=503)
        with pytest.raises(Unavailable):
            intents.carry_out(
                one, shop.prepare_open(NEW), Covers(step="open", items={}), shop.send, lambda error: True
            )
        with pytest.raises(ReturnctlError):
            intents.settle(one, one.state.doubts[0], elsewhere.send)
        assert len(again(one).state.doubts) == 1
