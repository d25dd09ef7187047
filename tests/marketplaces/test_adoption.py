"""Taking up a return that exists at the marketplace: what is ours in its conversation, and what only looks so."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from returnctl import adoption
from returnctl.marketplaces.base import Message, RemoteLabel, RemoteTracking
from returnctl.returns import devices, progress
from returnctl.returns import events as e
from returnctl.returns.held import Return
from returnctl.returns.record import Record
from returnctl.returns.reference import Reference
from returnctl.returns.state import fold
from returnctl.vocabulary import KINDS
from tests.marketplaces.fake import SHA, Shop, app, case, message
from tests.returns.making import NOW, again, held, opened

IMEI, OTHER_IMEI = "356789104532178", "490154203237518"
MARK = "[rc {} 1/1 0a1b2c3d]"


def fresh(folder: Path, **opening: object) -> Return:
    return held(folder, opened(imeis=(IMEI,), **opening))


def adopted(folder: Path, *messages: Message, kind: str = "smartphone", **values: object) -> Return:
    """A return in a fresh workspace, after it was adopted from a case with these messages."""
    one = fresh(folder, kind=kind)
    shop = Shop(*messages, **values)
    adoption.adopt(app(shop), one, shop.as_marketplace(), shop.found)
    assert shop.service.requests == []
    return again(one)


def sent(folder: Path, *messages: Message) -> dict[str, dict[str, str]]:
    return {step: items for step, items in adopted(folder, *messages).state.sent.items() if step != "open"}


class TestTheCase:
    def test_an_empty_conversation(self, tmp_path: Path) -> None:
        state = adopted(
            tmp_path, reply_due="2026-11-24", label_due="2026-11-25", attachments_open=False
        ).state
        assert (state.case, state.adopted, state.attachments_open) == ("R-1", True, False)
        assert (state.reply_due, state.label_due) == ("2026-11-24", "2026-11-25")
        assert set(state.sent) == {"open"}
        assert progress.steps(state)["open"].state == "done"

    def test_a_label_that_is_there_is_not_awaited(self, tmp_path: Path) -> None:
        label = RemoteLabel(state="alive", carrier="ups", tracking_number="1Z")
        assert adopted(tmp_path, label=label, label_due="2026-11-25").state.label_due is None

    def test_the_tracking_number_that_the_seller_has(self, tmp_path: Path) -> None:
        tracking = RemoteTracking(carrier="ups", tracking_number="1Z999AA10123456784", sent_on="2026-11-24")
        state = adopted(tmp_path, tracking=tracking).state
        assert state.sent["ship"] == {
            "carrier": "ups",
            "tracking_number": "1Z999AA10123456784",
            "sent_on": "2026-11-24",
        }
        assert progress.steps(state)["ship"].state == "done"

    def test_a_whole_return_of_ours_is_known_again(self, tmp_path: Path) -> None:
        photos = [f"{number:02d}-{view}.jpg" for number, view in enumerate(devices.views("smartphone"), 1)]
        state = adopted(
            tmp_path,
            message(f"The photos.\n\n{MARK.format('photos')}", *photos),
            message(f"IMEI: {IMEI}\n\n{MARK.format('imei')}"),
            message(f"Proof.\n\n{MARK.format('disconnect-proof')}", "01-icloud-1.jpg"),
            message(f"When will you answer?\n\n{MARK.format('message')}"),
            message("Thank you.", author="seller"),
        ).state
        steps = progress.steps(state)
        assert [name for name, step in steps.items() if step.state == "done"] == [
            "open",
            "photos",
            "imei",
            "disconnect-proof",
        ]
        assert state.sent["message"] == {"0a1b2c3d": "posted"}
        assert state.found == ("open", "photos", "imei", "disconnect-proof", "message")


class TestPhotos:
    @pytest.mark.parametrize("kind", KINDS)
    def test_every_view_under_the_name_that_we_send_it_by(self, tmp_path: Path, kind: str) -> None:
        views = devices.views(kind)
        names = [f"{number:02d}-{view}.jpg" for number, view in enumerate(views, 1)]
        assert adopted(tmp_path, message("", *names), kind=kind).state.sent["photos"] == dict.fromkeys(
            views, SHA
        )

    @pytest.mark.parametrize(
        ("name", "view"),
        [
            ("back.jpg", "back"),
            ("BACK.JPG", "back"),
            ("my_iphone_screen_on.png", "screen-on"),
            ("phone screen off.jpeg", "screen-off"),
            ("10000001-left.heic", "left"),
            ("2026.11.23-back.jpg", "back"),
            ("back", "back"),
            ("01-back", "back"),
            ("feedback.jpg", None),
            ("backside.jpg", None),
            ("back-1.jpg", None),
            ("invoice.pdf", None),
            ("", None),
            (".jpg", None),
            ("../../back.jpg", None),
        ],
    )
    def test_names_that_a_person_gave(self, tmp_path: Path, name: str, view: str | None) -> None:
        found = sent(tmp_path, message("Here they are", name)).get("photos", {})
        assert found == ({view: SHA} if view else {})

    def test_the_longest_name_wins(self, tmp_path: Path) -> None:
        found = adopted(tmp_path, message("", "left-open.jpg", "x-front-closed.jpg"), kind="computer")
        assert set(found.state.sent["photos"]) == {"left-open", "front-closed"}

    def test_the_last_one_of_a_view_counts(self, tmp_path: Path) -> None:
        found = sent(tmp_path, message("", "back.jpg", sha256="1"), message("again", "back.jpg", sha256="2"))
        assert found["photos"] == {"back": "2"}

    def test_further_views_of_ours_are_not_sent_again(self, tmp_path: Path) -> None:
        """`--view defect-1=FILE`: known by the marker, for the view is on no list."""
        ours = message(f"The photos.\n\n{MARK.format('photos')}", "01-back.jpg", "02-defect-1.jpg")
        assert sent(tmp_path, ours)["photos"] == {"back": SHA, "defect-1": SHA}


class TestIdentity:
    @pytest.mark.parametrize(
        "text",
        [
            f"IMEI: {IMEI}",
            f"Hello,\nIMEI: {IMEI}\n\n{MARK.format('imei')}",
            f"my imei is {IMEI}, thanks",
            "It is 35-678910-453217-8.",
            "35 678910 453217 8",
            f"({IMEI})",
            f"IMEI/MEID {IMEI}/01",
            f"12 {IMEI}",
        ],
    )
    def test_the_orders_imei_in_any_words(self, tmp_path: Path, text: str) -> None:
        assert sent(tmp_path, message(text)) == {"imei": {"imei": IMEI}}

    @pytest.mark.parametrize(
        "text",
        [
            f"my imei is {OTHER_IMEI}",
            IMEI[:-1],
            "The parcel's number is 356789.",
            "",
            f"IMEI:{OTHER_IMEI}",
            "IMEI: 35678910453217A",
            f"xIMEI: {OTHER_IMEI}",
        ],
    )
    def test_other_numbers_are_none(self, tmp_path: Path, text: str) -> None:
        assert sent(tmp_path, message(text)) == {}

    def test_what_we_worded_ourselves_counts_even_when_it_is_not_the_orders(self, tmp_path: Path) -> None:
        assert sent(tmp_path, message(f"IMEI: {OTHER_IMEI}")) == {"imei": {"imei": OTHER_IMEI}}

    def test_a_correction_goes_before_what_it_corrects(self, tmp_path: Path) -> None:
        found = sent(tmp_path, message(f"IMEI: {OTHER_IMEI}"), message(f"IMEI: {IMEI}"))
        assert found == {"imei": {"imei": IMEI}}

    def test_a_serial_number(self, tmp_path: Path) -> None:
        assert sent(tmp_path, message("Serial number: C02XK1ABJGH5")) == {"imei": {"serial": "C02XK1ABJGH5"}}


class TestProofs:
    def test_by_marker_and_name(self, tmp_path: Path) -> None:
        text = f"Proof\n\n{MARK.format('disconnect-proof')}"
        found = sent(tmp_path, message(text, "01-google-1.jpg", "02-find-my-12.png", "cat.jpg"))
        assert found == {"disconnect-proof": {"google-1": SHA, "find-my-12": SHA}}

    def test_that_there_is_no_account(self, tmp_path: Path) -> None:
        text = f"No account to disconnect: never signed in\n\n{MARK.format('disconnect-proof')}"
        assert sent(tmp_path, message(text)) == {"disconnect-proof": {"none": "never signed in"}}

    def test_without_our_marker_nothing_is_proven(self, tmp_path: Path) -> None:
        assert sent(tmp_path, message("Proof", "icloud-1.jpg")) == {}
        assert sent(tmp_path / "b", message("No account to disconnect: really")) == {}


class TestOthers:
    @pytest.mark.parametrize("author", ["seller", "marketplace", "bot"])
    @pytest.mark.parametrize(
        "said",
        [
            message(f"Is your IMEI {IMEI}?"),
            message(f"IMEI: {IMEI}"),
            message(f"As you wrote: {MARK.format('message')}"),
            message(f"No account to disconnect: x\n{MARK.format('disconnect-proof')}", "01-icloud-1.jpg"),
            message("Your photos should look like this:", "back.jpg", "left.jpg"),
        ],
        ids=["imei", "our-words", "marker", "proof", "photos"],
    )
    def test_what_others_say_was_not_sent_by_us(self, tmp_path: Path, said: Message, author: str) -> None:
        assert sent(tmp_path, replace(said, author=author)) == {}

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(
            st.text(max_size=80) | st.text("[rc photosimedn-/0123456789abcdef]\n IMEI:", max_size=120),
            max_size=3,
        ),
        st.lists(st.text(max_size=60) | st.text("abckleftpo-_. /0123456789jpg", max_size=30), max_size=3),
    )
    @example(["[rc disconnect-proof 99999999999999999999/1 00000000]"], ["99999-icloud-" + "9" * 50 + ".jpg"])
    @example(["[rc message 1/1 deadbeef]" * 50], ["../back.jpg"])
    @example(["1 " * 5_000], ["-" * 5_000])
    def test_no_text_and_no_name_does_more_than_mark_a_step(self, texts: list[str], names: list[str]) -> None:
        one = _NoDisk(opened(imeis=(IMEI,)))
        shop = Shop(*(message(text, *names) for text in texts))
        adoption.adopt(app(shop), one, shop.as_marketplace(), shop.found)
        state = one.state
        assert set(state.sent) <= {"open", "photos", "imei", "disconnect-proof", "message"}
        assert (state.case, state.closed, state.doubts, state.label) == ("R-1", None, (), None)
        assert set(state.sent.get("photos", {})) <= {*devices.views("smartphone")} or "[rc photos" in "".join(
            texts
        )


class TestRefreshing:
    def test_only_what_is_new_is_noted(self, tmp_path: Path) -> None:
        one = held(
            tmp_path, opened(), e.CaseSeen(case="R-1", adopted=True, attachments_open=False, reply_due="a")
        )
        count = len(one.record.entries())
        adoption.refresh(one, Shop(attachments_open=False, reply_due="a").as_marketplace())
        assert len(one.record.entries()) == count
        adoption.refresh(one, Shop(attachments_open=True, reply_due="a").as_marketplace())
        assert len(again(one).record.entries()) == count + 1
        assert (one.state.attachments_open, one.state.adopted) == (True, True)

    def test_a_label_ends_the_waiting_for_it(self) -> None:
        label = RemoteLabel(state="alive", carrier="ups", tracking_number="1Z")
        assert adoption.seen_case(case(label_due="2026-11-25"), adopted=False).label_due == "2026-11-25"
        assert adoption.seen_case(case(label_due="2026-11-25", label=label), adopted=False).label_due is None


class _NoDisk(Return):
    """A return whose record is in memory alone, for many examples."""

    def __init__(self, *happened: e.Event) -> None:
        super().__init__(Reference("1"), Path("nowhere"), Record.new(Path("nowhere")), lambda: NOW)
        self.note(*happened)

    def note(self, *happened: e.Event) -> None:
        for event in happened:
            self.record.state = fold(self.record.state, event, "")
