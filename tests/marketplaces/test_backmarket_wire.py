"""The client against the sandbox's seller dialect, over HTTP: each trap of the real one, on the wire.

| trap | test |
| --- | --- |
| addresses in camelCase and in snake_case | test_addresses_in_both_spellings |
| `previous` is the word null, `next` on a foreign host | test_more_than_a_page |
| a page of ten, then the end | test_a_full_page_and_then_the_end |
| 429 as a web page | test_too_fast |
| 403: the robot check in JSON, the firewall's page, each with its cf-ray | test_a_firewall |
| 401, 403 and 404 without a body | test_in_every_envelope, test_forbidden |
| each envelope of errors | test_in_every_envelope |
| folder 99,999,999 and folder 100,000,001 | test_the_last_old_folder_and_the_first_new_ones |
| a closed folder | test_a_closed_folder, test_a_message_opens_a_closed_folder |
| a label's address without its host | test_both_generations_of_folders |
| a label that expired beside a living one | test_an_expired_label_beside_a_living_one |
| no day of delivery | test_no_day_of_delivery_yet |
| a byte more than 3 MB, eleven files | test_ten_files_and_three_megabytes, test_the_marketplace_would_take_no_more |
| an answer lost after the message was kept | test_a_lost_answer_is_found_by_its_marker |
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from returnctl import errors
from returnctl.http import Http, was_refused
from returnctl.marketplaces import backmarket_requests as requests
from returnctl.marketplaces.backmarket import BackMarket
from returnctl.marketplaces.backmarket_dialect import sandbox_site
from returnctl.marketplaces.base import NewCase, Upload
from returnctl.marketplaces.returns_api import ReturnsApi
from returnctl.sandbox import client as control
from returnctl.sandbox.server import running

ORDER, OLD = "10000006", "10000010"
PICTURE = Upload(name="a.jpg", media_type="image/jpeg", content=b"\xff\xd8\xff picture")
MARKER = "[rc message 1/1 0a1b2c3d]"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.getbasetemp() / "seller", orders=12) as url:
        yield url


@pytest.fixture
def url(served: str) -> str:
    control.faults(served, "none")
    control.reset(served)
    return served


@pytest.fixture
def data(tmp_path_factory: pytest.TempPathFactory, url: str) -> Path:
    """The sandbox's own file."""
    return tmp_path_factory.getbasetemp() / "seller" / "sandbox.sqlite3"


@pytest.fixture
def desk(url: str) -> BackMarket:
    return BackMarket(
        sandbox_site(url, "en-us"),
        "sandbox",
        Http(user_agent="returnctl/test", sleep=lambda _: None),
        sleep=lambda _: None,
    )


def case(desk: BackMarket, order: str = ORDER) -> str:
    return desk.cases(order)[0].case


def messages(url: str) -> int:
    return control.ledger(url, ORDER)[ORDER]["messages"]


def open_returns(url: str, count: int) -> None:
    """So many buyers open a return, beside the two that there are."""
    shop = ReturnsApi(url, "a-person", Http(user_agent="x"), environment="sandbox")
    for number in range(1, count + 1):
        order = f"200000{number:02d}"
        new = NewCase(
            order=order, line="1", reason="faulty", wants="refund", damage=("none",), description="x"
        )
        shop.send(shop.prepare_open(new))


class TestReading:
    @pytest.mark.parametrize("faults", ["none", "camel"])
    def test_addresses_in_both_spellings(self, url: str, desk: BackMarket, faults: str) -> None:
        control.faults(url, faults)
        found = desk.order(ORDER)
        assert found.address is not None
        assert (found.name, found.address.postal_code, found.address.country) == (
            "Maria Schmidt",
            "80205",
            "US",
        )
        assert found.address.phone.removeprefix("+1") == "7205550106"

    def test_more_than_a_page(self, url: str, desk: BackMarket) -> None:
        """Ten a page, `next` on another host, `previous` the word null."""
        open_returns(url, 12)
        for faults in ("none", "quirks"):
            control.faults(url, faults)
            found = [one.case for one in desk.folders(state=0)]
            assert len(found) == len(set(found)) == 14

    def test_a_full_page_and_then_the_end(self, url: str, desk: BackMarket) -> None:
        open_returns(url, 8)
        assert len([one.case for one in desk.folders(state=0)]) == 10

    def test_both_generations_of_folders(self, desk: BackMarket) -> None:
        old, new = int(case(desk, OLD)), int(case(desk))
        assert old < 100_000_000 < new
        assert desk.label(str(old)).startswith(b"%PDF-")
        assert desk.label(str(new)).startswith(b"%PDF-")

    def test_an_expired_label_and_a_living_one(self, desk: BackMarket) -> None:
        states = {order: desk.cases(order)[0].label for order in (ORDER, OLD)}
        assert {order: label.state for order, label in states.items() if label} == {
            ORDER: "alive",
            OLD: "expired",
        }

    def test_an_expired_label_beside_a_living_one(self, url: str, desk: BackMarket) -> None:
        number = case(desk, OLD)
        before = desk.label(number)
        shop = ReturnsApi(url, "a-person", Http(user_agent="x"), environment="sandbox")
        shop.send(shop.prepare_label_request(shop.cases(OLD)[0].case, "expired"))
        assert sorted(label.state for label in desk.folder(number).labels) == ["ALIVE", "EXPIRED"]
        found = desk.case(number).label
        assert found is not None
        assert found.state == "alive"
        assert desk.label(number) != before

    def test_no_day_of_delivery_yet(self, url: str, desk: BackMarket) -> None:
        (parcel,) = desk.shipments(ORDER)
        assert (parcel.picked_up_at, parcel.delivered_at) == (None, None)
        assert desk.case(case(desk)).tracking is None
        control.advance(url, ORDER, "delivered")
        (parcel,) = desk.shipments(ORDER)
        assert None not in (parcel.picked_up_at, parcel.delivered_at)
        assert desk.case(case(desk)).tracking is not None

    def test_files_elsewhere_get_no_token(self, url: str, desk: BackMarket) -> None:
        """That host refuses whoever brings one."""
        control.faults(url, "cdn")
        number = case(desk)
        files = [file for said in desk.messages(number) for file in said.attachments]
        assert len(files) == 7
        assert desk.attachment(number, files[0]).startswith(b"\xff\xd8\xff")
        assert desk.label(number).startswith(b"%PDF-")

    def test_a_closed_folder(self, desk: BackMarket) -> None:
        assert not desk.cases("10000012")[0].open

    def test_an_order_that_is_not_there(self, desk: BackMarket) -> None:
        with pytest.raises(errors.NotFound):
            desk.order("10000099")

    def test_a_folder_that_is_not_there(self, desk: BackMarket) -> None:
        with pytest.raises(errors.NotFound):
            desk.folder("100999999")


class TestErrors:
    @pytest.mark.parametrize("envelope", ["v1", "v2", "v3", "problem", "e009", "html", "empty"])
    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (400, errors.Refused),
            (401, errors.AuthFailed),
            (404, errors.NotFound),
            (422, errors.Refused),
            (500, errors.Unavailable),
        ],
    )
    def test_in_every_envelope(
        self, url: str, desk: BackMarket, envelope: str, status: int, kind: type[errors.ReturnctlError]
    ) -> None:
        number = case(desk)
        control.faults(url, f"{status}@/backmarket/ws/sav/*,envelope-{envelope}")
        wanted = errors.Unavailable if envelope == "html" and status != 401 else kind
        with pytest.raises(wanted):
            desk.folder(number)

    def test_forbidden(self, url: str, desk: BackMarket) -> None:
        control.faults(url, "403@/backmarket/ws/sav/*,envelope-empty")
        with pytest.raises(errors.AuthFailed):
            desk.folder("100000006")

    @pytest.mark.parametrize("fault", ["cloudflare", "bot-challenge"])
    def test_a_firewall(self, url: str, desk: BackMarket, fault: str) -> None:
        control.faults(url, f"{fault}@/backmarket/*")
        with pytest.raises(errors.Blocked, match="cf-ray"):
            list(desk.folders())

    def test_too_fast(self, url: str, desk: BackMarket) -> None:
        control.faults(url, "cloudflare-429@/backmarket/*:1x1")
        assert list(desk.folders())
        control.faults(url, "cloudflare-429@/backmarket/*")
        with pytest.raises(errors.Unavailable, match="HTTP 429, cf-ray"):
            list(desk.folders())

    def test_the_limit_of_a_minute(self, url: str, desk: BackMarket) -> None:
        number = case(desk)
        control.faults(url, "care-limits:1")
        for _ in range(6):
            desk.folder(number)
        with pytest.raises(errors.Unavailable) as caught:
            desk.folder(number)
        assert "600 such calls a minute and 40,000 a day" in str(caught.value.hint)

    @pytest.mark.parametrize("token", ["wrong", "expired"])
    def test_a_bad_token(self, url: str, token: str) -> None:
        desk = BackMarket(sandbox_site(url, "en-us"), token, Http(user_agent="x"), sleep=lambda _: None)
        with pytest.raises(errors.AuthFailed):
            list(desk.folders())
        with pytest.raises(errors.AuthFailed):
            desk.order(ORDER)


class TestWriting:
    def test_a_message_comes_back_as_it_was(self, url: str, desk: BackMarket) -> None:
        number = case(desk)
        text = f"1 < 2 & 3 > 2\n\n<b>not bold</b>\n\n{MARKER}"
        before = messages(url)
        assert desk.send(desk.prepare_message(number, text, [PICTURE], MARKER)).facts["message"].isdigit()
        last = desk.messages(number)[-1]
        assert (last.author, last.text) == ("seller", text)
        assert desk.attachment(number, last.attachments[0]) == PICTURE.content
        assert messages(url) == before + 1

    def test_ten_files_and_three_megabytes(self, desk: BackMarket) -> None:
        largest = Upload(
            name="l.jpg", media_type="image/jpeg", content=b"\xff\xd8\xff".ljust(3_000_000, b"x")
        )
        desk.send(desk.prepare_message(case(desk), "x", [largest] * 10, MARKER))
        assert len(desk.messages(case(desk))[-1].attachments) == 10

    def test_the_marketplace_would_take_no_more(
        self, desk: BackMarket, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What our own check keeps back is refused there too: the check is not stricter than needed."""
        large = Upload(name="l.jpg", media_type="image/jpeg", content=PICTURE.content.ljust(3_000_001))
        monkeypatch.setattr(requests, "check_files", lambda _: None)
        for files in ([PICTURE] * 11, [large]):
            with pytest.raises(errors.Refused):
                desk.send(desk.prepare_message(case(desk), "x", files, MARKER))

    def test_a_message_opens_a_closed_folder(self, desk: BackMarket) -> None:
        number = case(desk, "10000012")
        desk.send(desk.prepare_message(number, "x", [], MARKER))
        assert desk.case(number).open

    def test_a_lost_answer_is_found_by_its_marker(self, url: str, desk: BackMarket) -> None:
        number, before = case(desk), messages(url)
        control.faults(url, "lost-answer@POST/backmarket/*:1x1")
        with pytest.raises(errors.Unavailable) as caught:
            desk.send(desk.prepare_message(number, MARKER, [], MARKER))
        assert not was_refused(caught.value)
        assert messages(url) == before + 1
        assert MARKER in desk.messages(number)[-1].text

    @pytest.mark.parametrize("kind", ["ACCOUNT_LOCKED", "CODE_LOCKED", "MISSING_PART", "WRONG_ITEM", "OTHER"])
    def test_problems(self, url: str, desk: BackMarket, kind: str) -> None:
        desk.send(desk.prepare_problem(case(desk), kind, "Seen.", [], MARKER))
        (told,) = control.problems(url)
        assert (told["order"], told["kind"], told["text"], told["files"]) == (ORDER, kind, "Seen.", 0)

    @pytest.mark.parametrize("kind", ["DAMAGED_PACKAGE", "ITEM_NOT_RECEIVED", "OOW_ITEM"])
    def test_problems_with_their_proof(self, desk: BackMarket, kind: str) -> None:
        desk.send(desk.prepare_problem(case(desk), kind, None, [PICTURE], None))

    def test_a_problem_on_an_older_folder(self, desk: BackMarket) -> None:
        desk.send(desk.prepare_problem(case(desk, OLD), "OTHER", None, [], None))

    @pytest.mark.parametrize(
        ("order", "folder", "takes_all"), [(OLD, 99_999_999, False), (ORDER, 100_000_001, True)]
    )
    def test_the_last_old_folder_and_the_first_new_ones(
        self, url: str, desk: BackMarket, data: Path, order: str, folder: int, takes_all: bool
    ) -> None:
        number = str(folder)
        with contextlib.closing(sqlite3.connect(data)) as db, db:
            db.execute("update cases set folder = ? where order_number = ?", (folder, order))
        assert case(desk, order) == number
        desk.send(desk.prepare_problem(number, "OTHER", None, [], None))
        expected = contextlib.nullcontext() if takes_all else pytest.raises(errors.Refused)
        with expected:
            desk.send(desk.prepare_problem(number, "ACCOUNT_LOCKED", "Seen.", [], MARKER))
        assert len(control.problems(url)) == 1 + takes_all

    def test_a_problem_on_a_closed_folder(self, desk: BackMarket) -> None:
        with pytest.raises(errors.Refused):
            desk.send(desk.prepare_problem(case(desk, "10000011"), "OTHER", None, [], None))

    def test_nothing_was_ever_patched(self, served: str) -> None:
        assert control.patches(served) == {}
