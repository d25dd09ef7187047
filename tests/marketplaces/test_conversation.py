"""Telling the seller: each thing once, in as many messages as it takes, and what is left when one fails."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnctl import conversation
from returnctl.adoption import MARKER
from returnctl.conversation import Saying, Told
from returnctl.errors import AuthFailed, Pending, Refused, Unavailable
from returnctl.marketplaces.base import Upload
from returnctl.marketplaces.manual import Manual
from returnctl.returns import events as e
from returnctl.returns.held import Return
from tests.marketplaces.fake import Shop, app
from tests.returns.making import again, folded, held, opened, sent

SHA, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def one(tmp_path: Path) -> Return:
    return held(tmp_path / "10000001", opened(), e.CaseSeen(case="R-1"))


def saying(*views: str, text: str = "The photos.", **items: str) -> Saying:
    return Saying(
        step="photos",
        text=text,
        items=dict.fromkeys(views, SHA) | items,
        files=tuple(
            Upload(name=f"{view}.jpg", media_type="image/jpeg", content=view.encode()) for view in views
        ),
        file_items=views,
    )


class TestChanges:
    @pytest.mark.parametrize(
        ("given_", "again_", "left"),
        [
            ({"back": SHA}, False, {}),
            ({"back": SHA, "left": OTHER}, False, {"left": OTHER}),
            ({"left": OTHER}, True, {"left": OTHER}),
            ({"back": OTHER, "left": SHA}, True, {"back": OTHER, "left": SHA}),
            ({"back": SHA}, True, {}),
            ({}, False, {}),
        ],
    )
    def test_what_the_seller_does_not_have_yet(
        self, given_: dict[str, str], again_: bool, left: dict[str, str]
    ) -> None:
        state = folded(opened(), sent("photos", back=SHA))
        assert conversation.changes(state, "photos", given_, again=again_) == left

    def test_another_value_is_refused_and_both_are_named(self) -> None:
        state = folded(opened(), sent("photos", back=SHA))
        with pytest.raises(Refused) as caught:
            conversation.changes(state, "photos", {"back": OTHER, "left": SHA}, again=False)
        for part in ("back", "aaaaaaaa", "bbbbbbbb"):
            assert part in caught.value.message
        assert "--again" in (caught.value.hint or "")

    def test_an_imei_is_not_named_in_full(self) -> None:
        state = folded(opened(), sent("imei", imei="356789104532178"))
        with pytest.raises(Refused) as caught:
            conversation.changes(state, "imei", {"imei": "490154203237518"}, again=False)
        assert not re.search(r"[0-9]{15}", caught.value.message)

    def test_another_step_has_its_own_items(self) -> None:
        state = folded(opened(), sent("photos", back=SHA))
        assert conversation.changes(state, "ship", {"back": OTHER}, again=False) == {"back": OTHER}


class TestMessages:
    def test_one_message_with_its_marker_last(self, one: Return) -> None:
        shop = Shop()
        told = conversation.tell(app(shop), one, Saying(step="imei", text="IMEI: 1", items={"imei": "1"}))
        assert told == Told(sent=True, messages=1)
        (text,) = shop.received
        assert re.match(r"IMEI: 1\n\nEvidence anchor: [0-9a-f]{16}\n\n\[rc imei 1/1 ", text)
        assert MARKER.search(text)
        assert again(one).state.sent == {"imei": {"imei": "1"}}

    def test_the_anchor_is_that_of_the_record_before_it(self, one: Return) -> None:
        shop, before = Shop(), one.record.head
        conversation.tell(app(shop), one, saying("back", "left", "right", "top"))
        assert [f"Evidence anchor: {before[:16]}" in text for text in shop.received] == [True, True]

    def test_as_many_as_its_files_take(self, one: Return) -> None:
        shop = Shop()
        views = ("back", "left", "right", "top", "bottom", "screen-on", "screen-off")
        assert conversation.tell(app(shop), one, saying(*views, note="yes")).messages == 3
        markers = [MARKER.search(text) for text in shop.received]
        assert [(found["part"], found["of"]) for found in markers if found] == [
            ("1", "3"),
            ("2", "3"),
            ("3", "3"),
        ]
        assert len({found["code"] for found in markers if found}) == 1
        names = [re.findall(r"<(.*)>", text) for text in shop.received]
        assert names == [
            ["01-back.jpg", "02-left.jpg", "03-right.jpg"],
            ["01-top.jpg", "02-bottom.jpg", "03-screen-on.jpg"],
            ["01-screen-off.jpg"],
        ]
        assert again(one).state.sent["photos"] == dict.fromkeys(views, SHA) | {"note": "yes"}

    def test_the_marker_says_the_same_for_the_same_things(self, one: Return) -> None:
        markers = []
        for items in ({"a": "1", "b": "2"}, {"b": "2", "a": "1"}, {"a": "1", "b": "3"}):
            shop = Shop()
            conversation.tell(app(shop), one, Saying(step="ship", text="x", items=items))
            markers.append(shop.received[0].rpartition("\n")[2])
        assert markers[0] == markers[1] != markers[2]

    @pytest.mark.parametrize("mode", ["lost", "dropped", "refused", "unauthorised", "unreachable"])
    def test_when_the_second_fails_the_first_is_not_sent_again(self, one: Return, mode: str) -> None:
        shop = Shop()
        shop.service.before = lambda _: setattr(
            shop.service, "mode", mode if len(shop.service.requests) == 2 else "answered"
        )
        with pytest.raises((Unavailable, Refused, AuthFailed)):
            conversation.tell(app(shop), one, saying("back", "left", "right", "top"))
        state = again(one).state
        assert state.sent["photos"] == {"back": SHA, "left": SHA, "right": SHA}
        assert [set(doubt.covers.items) for doubt in state.doubts] == (
            [{"top"}] if mode in ("lost", "dropped") else []
        )
        assert len(shop.service.requests) == 2

    def test_a_doubt_has_the_marker_by_which_it_can_be_looked_for(self, one: Return) -> None:
        shop = Shop()
        shop.service.mode = "lost"
        with pytest.raises(Unavailable):
            conversation.tell(app(shop), one, saying("back"))
        doubt = again(one).state.doubts[0]
        assert doubt.marker is not None
        assert doubt.marker in shop.received[0]

    @given(st.text(max_size=30), st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3))
    def test_the_marker_is_found_in_whatever_text(self, text: str, items: dict[str, str]) -> None:
        for part in conversation._parts(Saying(step="imei", text=text, items=items), 3):
            found = list(MARKER.finditer(part.text))[-1]
            assert found[0] == part.marker
            assert part.text.endswith(part.marker)


class TestLimits:
    """A marketplace may take less than usual: then, and only then, a picture is made smaller."""

    @pytest.fixture
    def large(self) -> bytes:
        from tests.evidence.test_copies import noisy

        return noisy((1200, 900))

    @pytest.mark.parametrize(("most", "said"), [(3_000_000, False), (500_000, True)])
    def test_a_picture_fits(self, one: Return, large: bytes, most: int, said: bool) -> None:
        shop = Shop()
        shop.bytes_per_file = most
        desk = app(shop)
        picture = Upload(name="back.jpg", media_type="image/jpeg", content=large)
        sent: list[Upload] = []
        prepare = shop.prepare_message
        shop.prepare_message = lambda *given: sent.extend(given[2]) or prepare(*given)  # type: ignore[method-assign]
        conversation.tell(
            desk,
            one,
            Saying(step="photos", text="x", items={"back": SHA}, files=(picture,), file_items=("back",)),
        )
        (file,) = sent
        assert len(file.content) <= most
        assert (file.content == large) != said
        assert any("back.jpg" in words for words in cast(Any, desk).words) == said
        assert again(one).state.sent == {"photos": {"back": SHA}}

    def test_a_document_that_does_not_is_refused_before_anything_is_sent(self, one: Return) -> None:
        shop = Shop()
        shop.bytes_per_file = 10
        paper = Upload(name="bill.pdf", media_type="application/pdf", content=b"%PDF-" + bytes(10))
        with pytest.raises(Refused, match="15 bytes; 10 are taken"):
            conversation.tell(
                app(shop),
                one,
                Saying(step="message", text="x", items={"a": "b"}, files=(paper,), file_items=("a",)),
            )
        assert shop.received == []


class TestWhatMustBe:
    def test_without_a_case_nothing_can_be_told(self, tmp_path: Path) -> None:
        shop = Shop()
        with pytest.raises(Refused) as caught:
            conversation.tell(app(shop), held(tmp_path), saying("back"))
        assert "open 10000001" in (caught.value.hint or "")
        assert shop.service.requests == []

    def test_files_wait_until_the_seller_takes_them(self, one: Return) -> None:
        shop = Shop(attachments_open=False, reply_due="2026-11-24T12:00:00Z")
        with pytest.raises(Pending, match="2026-11-24") as caught:
            conversation.tell(app(shop), one, saying("back"))
        assert caught.value.exit == 8
        assert shop.service.requests == []
        assert (again(one).state.attachments_open, again(one).state.doubts) == (False, ())

    def test_words_do_not_wait(self, one: Return) -> None:
        shop = Shop(attachments_open=False)
        assert conversation.tell(app(shop), one, saying()).sent

    def test_a_dry_run_sends_and_writes_nothing(self, one: Return) -> None:
        shop, before = Shop(attachments_open=False), one.record.head
        told = conversation.tell(app(shop, dry_run=True), one, saying("back", "left", "right", "top"))
        assert (told.sent, shop.service.requests, again(one).record.head) == (False, [], before)
        assert [would.files for would in told.would] == [
            ("01-back.jpg", "02-left.jpg", "03-right.jpg"),
            ("01-top.jpg",),
        ]


class TestManual:
    def test_it_waits_in_the_hand_over_for_a_person(self, tmp_path: Path) -> None:
        shop, one = Shop(), held(tmp_path, opened(profile="manual"))
        told = conversation.tell(app(shop, "manual"), one, saying("back", "left", "right", "top"))
        assert told == Told(waiting=True, messages=2)
        assert shop.service.requests == []
        state = again(one).state
        assert state.sent == {}
        assert [set(item.covers.items) for item in state.waiting] == [{"back", "left", "right"}, {"top"}]
        for item in state.waiting:
            assert all((one.folder / name).is_file() for name in item.files)
        text = (one.folder / f"handover/{state.waiting[0].handover}/message.txt").read_text()
        assert "The photos." in text
        assert not MARKER.search(text)

    def test_done_confirms_it_at_once(self, tmp_path: Path) -> None:
        one = held(tmp_path, opened(profile="manual"))
        conversation.tell(app(Shop(), "manual", done=True), one, saying("back"))
        assert again(one).state.sent == {"photos": {"back": SHA}}
        assert again(one).state.waiting == ()

    def test_a_dry_run_writes_no_file(self, tmp_path: Path) -> None:
        one = held(tmp_path, opened(profile="manual"))
        told = conversation.tell(app(Shop(), "manual", dry_run=True), one, saying("back"))
        assert [(would.service, would.files) for would in told.would] == [("hand-over", ("back.jpg",))]
        assert not (tmp_path / "handover").exists()

    def test_there_is_nobody_to_ask(self) -> None:
        manual = Manual()
        assert (manual.can, manual.cases("1")) == (frozenset(), ())
        assert (manual.limits().files, manual.limits().bytes_per_file) == (10, 3_000_000)
        for ask in (manual.order, manual.invoice, manual.case, manual.messages, manual.label):
            with pytest.raises(Refused) as caught:
                ask("1")
            assert "handover" in (caught.value.hint or "")
