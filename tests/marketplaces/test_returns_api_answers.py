"""What a marketplace may answer, and which of our errors, or values, each answer becomes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import responses

from returnctl import http
from returnctl.carriers.base import Address
from returnctl.errors import AuthFailed, Blocked, NotFound, Refused, ReturnctlError, Unavailable
from returnctl.marketplaces.base import Attachment, Case, Line, Message, RemoteLabel, RemoteTracking
from returnctl.marketplaces.returns_api import ReturnsApi
from tests.marketplaces.shop import (
    ABOUT,
    MESSAGE,
    NEW,
    ORDER,
    RETURN,
    SHA,
    URL,
    api,
    changed,
    problem,
)

ERRORS: list[tuple[int, type[ReturnctlError], int]] = [
    (400, Refused, 6),
    (401, AuthFailed, 4),
    (403, AuthFailed, 4),
    (404, NotFound, 5),
    (408, Unavailable, 75),
    (409, Refused, 6),
    (410, Refused, 6),
    (413, Refused, 6),
    (415, Refused, 6),
    (418, Refused, 6),
    (422, Refused, 6),
    (429, Unavailable, 75),
    (500, Unavailable, 75),
    (501, Unavailable, 75),
    (502, Unavailable, 75),
    (503, Unavailable, 75),
    (504, Unavailable, 75),
]


@pytest.fixture
def web() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as web:
        yield web


def opening(shop: ReturnsApi) -> object:
    return shop.send(shop.prepare_open(NEW))


class TestValues:
    def test_an_order(self, web: responses.RequestsMock) -> None:
        address: dict[str, Any] = {
            "name": "Jane",
            "street": ["12 Elm Street", "Flat 3"],
            "city": "Albany",
            "state": "NY",
        }
        address |= {"postcode": "12207", "country": "US", "company": None, "phone": None}
        web.get(
            f"{URL}/v1/orders/10000001", json=changed(ORDER, buyer={"name": "Jane Doe", "address": address})
        )
        order = api().order("10000001")
        assert (order.order, order.ordered_on, order.market, order.name) == (
            "10000001",
            "2026-11-12",
            "en-us",
            "Jane Doe",
        )
        assert order.lines == (
            Line(
                line="1",
                title="iPhone 13 128 GB, blue",
                kind="smartphone",
                brand="Apple",
                model="iPhone 13",
                imeis=("356789104532178",),
                delivered_on="2026-11-18",
            ),
        )
        assert order.address == Address(
            name="Jane",
            lines=("12 Elm Street", "Flat 3"),
            city="Albany",
            state="NY",
            postal_code="12207",
            country="US",
        )

    def test_a_kind_that_is_to_come_is_other(self, web: responses.RequestsMock) -> None:
        lines = [{"line": "1", "title": "Goggles", "kind": "headset"}]
        web.get(f"{URL}/v1/orders/10000001", json=changed(ORDER, lines=lines, colour="new field"))
        assert api().order("10000001").lines == (Line(line="1", title="Goggles", kind="other"),)

    def test_a_case(self, web: responses.RequestsMock) -> None:
        web.get(f"{URL}/v1/returns/R-1", json=RETURN)
        assert api().case("R-1") == Case(
            case="R-1",
            order="10000001",
            line="1",
            open=True,
            reason="faulty",
            wants="refund",
            damage=("none",),
            description="",
            opened_at="2026-11-23T12:00:00Z",
            reply_due="2026-11-24T12:00:00Z",
            label=RemoteLabel(
                state="alive", carrier="ups", tracking_number="1Z999AA10123456784", valid_until="2026-12-07"
            ),
            tracking=RemoteTracking(
                carrier="ups", tracking_number="1Z999AA10123456784", sent_on="2026-11-24"
            ),
        )

    def test_where_the_parcel_goes(self, web: responses.RequestsMock) -> None:
        address = {
            "name": "Returns",
            "street": ["1 Dock"],
            "city": "Reno",
            "postcode": "89501",
            "country": "US",
        }
        web.get(f"{URL}/v1/returns/R-1", json=changed(RETURN, send_to=address))
        assert api().case("R-1").send_to == Address(
            name="Returns", lines=("1 Dock",), city="Reno", state="", postal_code="89501", residential=False
        )

    @pytest.mark.parametrize(("state", "open_"), [("open", True), ("closed", False), ("escalated", True)])
    def test_only_closed_is_closed(self, web: responses.RequestsMock, state: str, open_: bool) -> None:
        web.get(f"{URL}/v1/returns/R-1", json=changed(RETURN, state=state))
        assert api().case("R-1").open == open_

    def test_messages(self, web: responses.RequestsMock) -> None:
        web.get(f"{URL}/v1/returns/R-1/messages", json={"messages": [MESSAGE]})
        assert api().messages("R-1") == (
            Message(
                message="M-1",
                at="2026-11-23T12:00:00Z",
                author="buyer",
                text="Hello",
                attachments=(Attachment(attachment="A-1", name="01-back.jpg", sha256=SHA, bytes=3),),
            ),
        )

    def test_no_control_character_comes_in(self, web: responses.RequestsMock) -> None:
        text = "a\x1b[31mb\x1b]0;title\x07c\x9bd\u202ee\u200bf\x00\r\ng\th"
        web.get(
            f"{URL}/v1/returns/R-1/messages", json={"messages": [changed(MESSAGE, text=text, author=text)]}
        )
        (message,) = api().messages("R-1")
        assert message.text == message.author == "abcef\ng\th"

    def test_returns_of_other_orders_are_not_ours(self, web: responses.RequestsMock) -> None:
        """A marketplace that does not know the filter lists everybody's."""
        page = f"{URL}/v1/returns?order=10000001&page="
        foreign = changed(RETURN, order="10000002", **{"return": "R-2"})
        web.get(f"{page}1", json={"returns": [foreign, RETURN]})
        web.get(f"{page}2", json={"returns": []})
        assert [case.case for case in api().cases("10000001")] == ["R-1"]


class TestErrors:
    @pytest.mark.parametrize(("status", "error", "exit_code"), ERRORS, ids=lambda value: str(value))
    @pytest.mark.parametrize("read", [True, False], ids=["read", "write"])
    def test_every_status(
        self,
        web: responses.RequestsMock,
        status: int,
        error: type[ReturnctlError],
        exit_code: int,
        read: bool,
    ) -> None:
        said = problem(
            "some-word", status, detail="What\x1b[2J was wrong.", errors=[{"field": "line", "message": "no"}]
        )
        web.add(
            "GET" if read else "POST",
            f"{URL}/v1/returns" + ("/R-1" if read else ""),
            json=said,
            status=status,
        )
        with pytest.raises(error) as caught:
            api().case("R-1") if read else opening(api())
        assert type(caught.value) is error
        assert caught.value.exit == exit_code
        assert caught.value.hint or error in (Refused, NotFound)
        assert "\x1b" not in caught.value.message
        if error in (Refused, NotFound, AuthFailed):
            assert "What was wrong" in caught.value.message
            assert "line: no" in caught.value.message
            assert "some-word" in caught.value.message

    @pytest.mark.parametrize(("status", "error", "exit_code"), ERRORS, ids=lambda value: str(value))
    def test_what_it_means_for_something_that_was_sent(
        self, web: responses.RequestsMock, status: int, error: type[ReturnctlError], exit_code: int
    ) -> None:
        """Only a plain no says for certain that nothing happened."""
        web.post(f"{URL}/v1/returns", json={}, status=status)
        with pytest.raises(error) as caught:
            opening(api())
        assert http.was_refused(caught.value) == (400 <= status < 500 and status != 408)

    @pytest.mark.parametrize(
        ("status", "kind", "error"),
        [
            (200, "text/html", Unavailable),
            (200, "application/json", Unavailable),
            (403, "text/html", Blocked),
            (404, "text/html", Unavailable),
            (503, "text/html", Unavailable),
        ],
    )
    def test_a_web_page_where_data_was_due(
        self, web: responses.RequestsMock, status: int, kind: str, error: type[ReturnctlError]
    ) -> None:
        page = b"<!DOCTYPE html><html><title>Just a moment</title></html>"
        web.get(
            f"{URL}/v1/returns/R-1", body=page, status=status, content_type=kind, headers={"cf-ray": "8a1f"}
        )
        with pytest.raises(error) as caught:
            api().case("R-1")
        assert caught.value.exit == 75
        assert "8a1f" in caught.value.message
        assert "Just a moment" not in caught.value.message

    @pytest.mark.parametrize("path", ["label", "invoice"])
    def test_a_web_page_is_never_taken_for_a_document(self, web: responses.RequestsMock, path: str) -> None:
        web.get(f"{URL}/v1/returns/R-1/label", body=b"<html>Log in</html>", content_type="text/html")
        web.get(f"{URL}/v1/orders/1/invoice", body=b"<html>Log in</html>", content_type="application/pdf")
        with pytest.raises(Unavailable):
            api().label("R-1") if path == "label" else api().invoice("1")

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"null",
            b"[]",
            b"7",
            b'"R-1"',
            b"\xff\xfe",
            b"{}" * 2,
            b"[" * 100_000,
            b'{"return": NaN}',
        ],
        ids=range(10),
    )
    def test_what_is_no_answer(self, web: responses.RequestsMock, body: bytes) -> None:
        for method, path in (("GET", "/v1/returns/R-1"), ("POST", "/v1/returns")):
            web.add(method, URL + path, body=body, content_type="application/json")
        with pytest.raises(Unavailable):
            api().case("R-1")
        with pytest.raises(Unavailable) as caught:
            opening(api())
        assert not http.was_refused(caught.value)

    def test_more_than_ten_megabytes(self, web: responses.RequestsMock) -> None:
        web.get(
            f"{URL}/v1/returns/R-1/label", body=b"%PDF" + bytes(10_000_000), content_type="application/pdf"
        )
        with pytest.raises(Unavailable, match="10 MB"):
            api().label("R-1")

    def test_reading_waits_and_tries_again(self, web: responses.RequestsMock) -> None:
        web.get(f"{URL}/v1/returns/R-1", status=503, headers={"Retry-After": "7"})
        web.get(f"{URL}/v1/returns/R-1", json=RETURN)
        waits: list[float] = []
        assert api(waits=waits).case("R-1").case == "R-1"
        assert waits == [7.0]


class TestWrongValues:
    @pytest.mark.parametrize("limit", ["files_per_message", "bytes_per_file", "text_characters"])
    @pytest.mark.parametrize("value", [0, -1, "10", None, 1.5, []])
    def test_limits(self, web: responses.RequestsMock, limit: str, value: Any) -> None:
        web.get(f"{URL}/v1/about", json=changed(ABOUT, limits=ABOUT["limits"] | {limit: value}))
        with pytest.raises(Unavailable):
            api().limits()

    @pytest.mark.parametrize("order", ["10000002", "../../x", "", "1/2", 10000001, None])
    def test_another_order_than_the_one_that_was_asked_for(
        self, web: responses.RequestsMock, order: Any
    ) -> None:
        web.get(f"{URL}/v1/orders/10000001", json=changed(ORDER, order=order))
        with pytest.raises(Unavailable):
            api().order("10000001")

    @pytest.mark.parametrize(
        "line", ["", "..", "../../x", "1/2", "1~2", "1-2", "a", "१", "1\n", "1" * 13, 1, None]
    )
    def test_a_line_that_is_no_number(self, web: responses.RequestsMock, line: Any) -> None:
        lines = [changed(ORDER["lines"][0], line=line)]
        web.get(f"{URL}/v1/orders/10000001", json=changed(ORDER, lines=lines))
        with pytest.raises(Unavailable):
            api().order("10000001")

    def test_an_order_without_lines(self, web: responses.RequestsMock) -> None:
        web.get(f"{URL}/v1/orders/10000001", json=changed(ORDER, lines=[]))
        with pytest.raises((Unavailable, NotFound)):
            api().order("10000001")

    @pytest.mark.parametrize(
        "case", ["", "..", "../../x", "a/b", "a b", "R-1\n", "x" * 65, 7, None, {"a": 1}]
    )
    def test_the_id_of_a_case(self, web: responses.RequestsMock, case: Any) -> None:
        wrong = changed(RETURN, **{"return": case})
        web.get(f"{URL}/v1/returns/R-1", json=wrong)
        web.get(f"{URL}/v1/returns", json={"returns": [wrong]})
        for read in (lambda: api().case("R-1"), lambda: api().cases("10000001")):
            with pytest.raises(Unavailable):
                read()

    @pytest.mark.parametrize("case", ["", "..", "../../x", "a/b", "x" * 65])
    def test_an_opening_under_such_an_id_is_not_believed(
        self, web: responses.RequestsMock, case: str
    ) -> None:
        web.post(f"{URL}/v1/returns", json=changed(RETURN, **{"return": case}), status=201)
        with pytest.raises(Unavailable) as caught:
            opening(api())
        assert not http.was_refused(caught.value)
