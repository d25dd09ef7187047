"""What goes out to a marketplace: address, headers and body of each request, and the token to its host alone."""

from __future__ import annotations

import email
import email.policy
import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import responses
from msgspec.structs import replace

from returnctl.errors import BadConfig, NotFound, ReturnctlError, Unavailable, Usage
from returnctl.marketplaces.base import Attachment, Can, Upload
from returnctl.marketplaces.returns_api import ReturnsApi
from returnctl.returns.intents import Outcome, Prepared
from tests.marketplaces.shop import (
    ABOUT,
    MESSAGE,
    NEW,
    ORDER,
    PICTURE,
    RETURN,
    SHA,
    TOKEN,
    TRACKING,
    URL,
    api,
    changed,
)

ATTACHMENT = Attachment(attachment="A-1", name="a", sha256=SHA, bytes=1)

Prepare = Callable[[ReturnsApi], Prepared]
WRITES: dict[str, tuple[Prepare, str, str]] = {
    "open": (lambda shop: shop.prepare_open(NEW), "POST", "/v1/returns"),
    "message": (
        lambda shop: shop.prepare_message("R-1", "Hello", [PICTURE], "[rc photos 1/1 0]"),
        "POST",
        "/v1/returns/R-1/messages",
    ),
    "label": (lambda shop: shop.prepare_label_request("R-1", "expired"), "POST", "/v1/returns/R-1/label"),
    "tracking": (lambda shop: shop.prepare_tracking("R-1", TRACKING), "PUT", "/v1/returns/R-1/tracking"),
}


@pytest.fixture
def web() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as web:
        yield web


@pytest.fixture(params=WRITES)
def write(request: pytest.FixtureRequest) -> tuple[Prepare, str, str]:
    return WRITES[request.param]


def parts(body: bytes, content_type: str) -> list[Any]:
    whole = email.message_from_bytes(
        f"Content-Type: {content_type}\r\n\r\n".encode() + body, policy=email.policy.HTTP
    )
    return list(whole.iter_parts())


class TestReading:
    @pytest.mark.parametrize(
        ("read", "path", "answer"),
        [
            (lambda shop: shop.limits(), "/v1/about", ABOUT),
            (lambda shop: shop.order("10000001"), "/v1/orders/10000001", ORDER),
            (lambda shop: shop.case("R-1"), "/v1/returns/R-1", RETURN),
            (lambda shop: shop.messages("R-1"), "/v1/returns/R-1/messages", {"messages": [MESSAGE]}),
        ],
        ids=["about", "order", "case", "messages"],
    )
    def test_one_get_with_the_token_and_nothing_else(
        self, web: responses.RequestsMock, read: Callable[[ReturnsApi], object], path: str, answer: object
    ) -> None:
        web.get(URL + path, json=answer)
        read(api())
        (call,) = web.calls
        assert (call.request.method, call.request.url, call.request.body) == ("GET", URL + path, None)
        assert call.request.headers["Authorization"] == f"Bearer {TOKEN}"
        assert "application/json" in call.request.headers["Accept"]
        assert call.request.headers["User-Agent"] == "returnctl/test"
        assert "Cookie" not in call.request.headers

    @pytest.mark.parametrize(
        ("read", "path"),
        [
            (lambda shop: shop.invoice("10000001"), "/v1/orders/10000001/invoice"),
            (lambda shop: shop.label("R-1"), "/v1/returns/R-1/label"),
            (lambda shop: shop.attachment("R-1", ATTACHMENT), "/v1/returns/R-1/attachments/A-1"),
        ],
        ids=["invoice", "label", "attachment"],
    )
    def test_a_document_comes_byte_for_byte(
        self, web: responses.RequestsMock, read: Callable[[ReturnsApi], bytes], path: str
    ) -> None:
        web.get(URL + path, body=b"%PDF-1.7\r\n\x00\xff", content_type="application/pdf")
        assert read(api()) == b"%PDF-1.7\r\n\x00\xff"
        assert "application/pdf" in web.calls[0].request.headers["Accept"]

    def test_cases_page_by_page_until_an_empty_one(self, web: responses.RequestsMock) -> None:
        path = f"{URL}/v1/returns?order=10000001&page="
        web.get(f"{path}1", json={"returns": [changed(RETURN, **{"return": "R-3"}), RETURN], "total": 3})
        web.get(f"{path}2", json={"returns": [changed(RETURN, **{"return": "R-0"})], "total": 3})
        web.get(f"{path}3", json={"returns": [], "total": 3})
        assert [case.case for case in api().cases("10000001")] == ["R-3", "R-1", "R-0"]
        assert [call.request.url for call in web.calls] == [f"{path}{page}" for page in (1, 2, 3)]

    def test_pages_that_never_end_are_left_after_twenty(self, web: responses.RequestsMock) -> None:
        web.get(f"{URL}/v1/returns", json={"returns": [RETURN], "total": 1})
        assert api().cases("10000001")
        assert len(web.calls) == 20

    def test_an_order_that_can_not_be_is_not_asked_for(self, web: responses.RequestsMock) -> None:
        with pytest.raises(NotFound):
            api().order("010000001")
        assert len(web.calls) == 0

    @pytest.mark.parametrize(
        "case", ["", "..", "../R-1", "R/1", "R 1", "R-1?x", "R\n1", "é", "x" * 65, "R-1\n"]
    )
    def test_an_id_that_is_none_goes_into_no_address(self, web: responses.RequestsMock, case: str) -> None:
        shop, file = api(), Attachment(attachment=case, name="a", sha256=SHA, bytes=1)
        for use in (
            lambda: shop.case(case),
            lambda: shop.messages(case),
            lambda: shop.label(case),
            lambda: shop.attachment("R-1", file),
            lambda: shop.prepare_message(case, "a", [], ""),
            lambda: shop.prepare_label_request(case, "expired"),
            lambda: shop.prepare_tracking(case, TRACKING),
        ):
            with pytest.raises(Unavailable):
                use()
        assert len(web.calls) == 0

    def test_who_it_is_is_asked_once(self, web: responses.RequestsMock) -> None:
        web.get(f"{URL}/v1/about", json=ABOUT | {"environment": "sandbox"})
        shop = api(sandbox=True)
        assert shop.identity() == "5f0c8a52"
        assert (shop.limits().files, shop.limits().bytes_per_file, shop.limits().characters) == (
            10,
            3_000_000,
            4_000,
        )
        assert len(web.calls) == 1

    def test_a_marketplace_is_its_address_and_a_sandbox_its_instance(
        self, web: responses.RequestsMock
    ) -> None:
        web.get(f"{URL}/v1/about", json=ABOUT)
        assert api(url=f"{URL}/").identity() == URL

    def test_one_of_another_environment_is_refused(self, web: responses.RequestsMock) -> None:
        web.get(f"{URL}/v1/about", json=ABOUT | {"environment": "production"})
        with pytest.raises(BadConfig, match="production"):
            api().identity()

    def test_what_it_can_do_is_declared(self) -> None:
        assert api().can == frozenset(Can)


class TestWriting:
    def test_preparing_sends_nothing_and_holds_no_token(
        self, web: responses.RequestsMock, write: tuple[Prepare, str, str]
    ) -> None:
        prepare, method, path = write
        found = prepare(api())
        assert len(web.calls) == 0
        assert (found.method, found.url, found.service) == (method, URL + path, "the marketplace")
        assert found.summary
        assert TOKEN not in repr(found)
        assert "Authorization" not in found.headers

    def test_each_has_a_fresh_key_among_its_headers(self, write: tuple[Prepare, str, str]) -> None:
        shop = api()
        found = [write[0](shop) for _ in range(3)]
        assert all(one.headers["Idempotency-Key"] == one.key for one in found)
        assert len({uuid.UUID(one.key) for one in found}) == 3

    def test_sending_adds_the_token_alone(
        self, web: responses.RequestsMock, write: tuple[Prepare, str, str]
    ) -> None:
        prepare, method, path = write
        web.add(method, URL + path, json=RETURN, status=201)
        shop = api()
        prepared = prepare(shop)
        assert shop.send(prepared) == Outcome(facts={"case": "R-1"})
        (call,) = web.calls
        assert call.request.body == prepared.body
        assert prepared.headers.items() <= call.request.headers.items()
        assert call.request.headers["Authorization"] == f"Bearer {TOKEN}"

    def test_the_same_can_be_sent_again_byte_for_byte(
        self, web: responses.RequestsMock, write: tuple[Prepare, str, str]
    ) -> None:
        prepare, method, path = write
        web.add(method, URL + path, json=MESSAGE, status=201)
        prepared = prepare(api())
        for _ in range(2):
            api().send(prepared)
        first, second = (call.request for call in web.calls)
        assert (first.body, first.headers["Idempotency-Key"]) == (
            second.body,
            second.headers["Idempotency-Key"],
        )
        assert first.headers["Content-Type"] == second.headers["Content-Type"]

    @pytest.mark.parametrize("status", [500, 502, 503, 429])
    def test_a_write_is_tried_once_whatever_happens(
        self, web: responses.RequestsMock, write: tuple[Prepare, str, str], status: int
    ) -> None:
        prepare, method, path = write
        web.add(method, URL + path, json={}, status=status)
        shop = api()
        with pytest.raises(Unavailable):
            shop.send(prepare(shop))
        assert len(web.calls) == 1

    def test_opening(self) -> None:
        found = api().prepare_open(NEW)
        assert found.headers["Content-Type"] == "application/json"
        assert json.loads(found.body) == {
            "order": "10000001",
            "line": "1",
            "reason": "faulty",
            "wants": "refund",
            "damage": ["none"],
            "description": "It crackles: “é”.",
            "again": False,
        }

    def test_asking_for_a_label(self) -> None:
        assert json.loads(api().prepare_label_request("R-1", "missing").body) == {"why": "missing"}

    def test_the_tracking_number(self) -> None:
        assert json.loads(api().prepare_tracking("R-1", TRACKING).body) == {
            "carrier": "ups",
            "tracking_number": "1Z999AA10123456784",
            "sent_on": "2026-11-24",
        }

    def test_a_message_with_files(self) -> None:
        pdf = Upload(name='02-é “quoted".pdf', media_type="application/pdf", content=b"%PDF\r\n\r\n--\x00")
        text = "Hello,\nthe photos: “é”.\n\n[rc photos 1/1 00000000]"
        found = api().prepare_message("R-1", text, [PICTURE, pdf], "[rc photos 1/1 00000000]")
        assert found.marker == "[rc photos 1/1 00000000]"
        said, one, other = parts(found.body, found.headers["Content-Type"])
        assert said.get_param("name", header="content-disposition") == "text"
        assert said.get_payload(decode=True) == text.encode()
        for part, upload in ((one, PICTURE), (other, pdf)):
            assert part.get_param("name", header="content-disposition") == "attachment"
            assert part.get_content_type() == upload.media_type
            assert part.get_payload(decode=True) == upload.content
        assert one.get_filename() == "01-back.jpg"

    def test_a_message_without_files(self) -> None:
        found = api().prepare_message("R-1", "Hello", [], "m")
        assert len(parts(found.body, found.headers["Content-Type"])) == 1
        assert "file" not in found.summary

    @pytest.mark.parametrize("name", ['a"\r\nX-Evil: 1\r\n\r\n.jpg', "a\nb.jpg", '";name="text'])
    def test_the_name_of_a_file_adds_no_part_and_no_header(self, name: str) -> None:
        upload = Upload(name=name, media_type="image/jpeg", content=b"x")
        found = api().prepare_message("R-1", "Hello", [upload], "m")
        _, part = parts(found.body, found.headers["Content-Type"])
        assert set(part) == {"Content-Disposition", "Content-Type"}
        assert part.get_param("name", header="content-disposition") == "attachment"


class TestTheTokensHost:
    def test_a_redirect_to_another_host_does_not_get_it(self, web: responses.RequestsMock) -> None:
        web.get(
            f"{URL}/v1/returns/R-1/label", status=302, headers={"Location": "https://files.example/l.pdf"}
        )
        web.get("https://files.example/l.pdf", body=b"%PDF-1.7")
        assert api().label("R-1") == b"%PDF-1.7"
        assert "Authorization" in web.calls[0].request.headers
        assert "Authorization" not in web.calls[1].request.headers
        assert TOKEN not in str(web.calls[1].request.headers)

    def test_a_write_follows_no_redirect(
        self, web: responses.RequestsMock, write: tuple[Prepare, str, str]
    ) -> None:
        prepare, method, path = write
        web.add(method, URL + path, status=307, headers={"Location": "https://other.example/"})
        shop = api()
        with pytest.raises(Unavailable):
            shop.send(prepare(shop))
        assert len(web.calls) == 1

    @pytest.mark.parametrize(
        "url", ["https://other.example", "https://shop.example.evil.example", "https://shop.example:8443"]
    )
    def test_what_was_prepared_for_another_marketplace_is_not_sent(
        self, web: responses.RequestsMock, write: tuple[Prepare, str, str], url: str
    ) -> None:
        """And it is Usage: a no would end a doubt that this marketplace knows nothing of."""
        with pytest.raises(Usage):
            api().send(write[0](api(url=url)))
        assert len(web.calls) == 0

    def test_a_sandbox_that_moved_to_another_port_is_the_same(
        self, web: responses.RequestsMock, write: tuple[Prepare, str, str]
    ) -> None:
        prepare, method, path = write
        web.add(method, f"http://127.0.0.1:9999{path}", json=RETURN, status=201)
        prepared = prepare(api(url="http://127.0.0.1:8377", sandbox=True))
        api(url="http://127.0.0.1:9999", sandbox=True).send(prepared)
        assert web.calls[0].request.body == prepared.body

    def test_what_is_meant_for_a_carrier_is_not_sent_even_if_it_has_the_same_address(
        self, web: responses.RequestsMock
    ) -> None:
        """As in the sandbox, which is marketplace and carriers in one."""
        shop = api(url="http://127.0.0.1:8377", sandbox=True)
        buying = replace(shop.prepare_open(NEW), service="USPS")
        with pytest.raises(Usage):
            shop.send(buying)
        assert len(web.calls) == 0

    @pytest.mark.parametrize(
        "url",
        [
            "https://other.example/usps/labels/v3/label",
            "http://127.0.0.1:1/x",
            "https://apis.usps.com/v1/labels",
        ],
    )
    def test_a_sandbox_takes_nothing_that_was_never_meant_for_it(
        self, web: responses.RequestsMock, url: str
    ) -> None:
        """A purchase at a carrier, say, that is in doubt too."""
        prepared = Prepared(
            service="USPS", method="POST", url=url, headers={}, body=b"", summary="buy", key="k"
        )
        with pytest.raises(ReturnctlError):
            api(url="http://127.0.0.1:9999", sandbox=True).send(prepared)
        assert len(web.calls) == 0
