"""Today's state, folded from what happened."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings

from returnctl.returns import events as e
from returnctl.returns.state import State, fold
from tests.returns.making import AT, SHA, folded, intended, label, opened, photo, proof, queued, sent
from tests.returns.strategies import TYPES, event, histories, struct

OTHER = "b" * 64
LATER = "2026-11-24T12:00:00+00:00"


def settled(outcome: str, intent: str = "1", **answer: str) -> e.Settled:
    return e.Settled(intent=intent, outcome=outcome, answer=answer)


class TestEveryEvent:
    @pytest.mark.parametrize("form", TYPES, ids=lambda form: form.__name__)
    def test_it_can_be_folded_into_any_state(self, form: type[e.Event]) -> None:
        @settings(max_examples=15, deadline=None)
        @given(histories, struct(form))
        def check(happened: list[e.Event], one: e.Event) -> None:
            before = folded(*happened)
            kept = msgspec.json.encode(before)
            after = fold(before, one, AT)
            assert msgspec.json.encode(before) == kept, "a fold must not change what it was given"
            assert msgspec.json.decode(msgspec.json.encode(after), type=State) == after

        check()

    @settings(max_examples=50, deadline=None)
    @given(event)
    def test_the_first_event_needs_nothing_before_it(self, one: e.Event) -> None:
        assert isinstance(fold(State(), one, AT), State)


class TestFacts:
    def test_opening_sets_everything_it_says(self) -> None:
        event = opened(
            line="2",
            number=3,
            name="Jane",
            reason="faulty",
            wants="repair",
            damage=("in-transit",),
            imeis=("356789104532178",),
            serial="S1",
            reply_due="2026-11-24",
            host="shop.example",
            market="de-at",
            accepted=("coverage",),
        )
        state = folded(event)
        for name in set(event.__struct_fields__) - {"serial"}:
            assert getattr(state, name) == getattr(event, name), name
        assert (state.order_serial, state.opened_at) == ("S1", AT)
        assert (state.case, state.adopted, state.attachments_open, state.sent) == (None, False, True, {})

    def test_amending_changes_only_what_it_says(self) -> None:
        before = opened(name="Jane", received_on="2026-11-18", ordered_on="2026-11-12")
        state = folded(before, e.Amended(received_on="2026-11-17"))
        assert state.received_on == "2026-11-17"
        assert (state.name, state.ordered_on, state.device) == ("Jane", "2026-11-12", before.device)

    def test_every_field_that_can_be_amended_exists(self) -> None:
        assert set(e.Amended.__struct_fields__) <= set(State.__struct_fields__)

    def test_the_marketplaces_side(self) -> None:
        first = e.CaseSeen(
            case="R1", adopted=True, attachments_open=False, reply_due="2026-11-24", label_due="2026-11-25"
        )
        state = folded(opened(), first)
        assert (state.case, state.adopted, state.attachments_open) == ("R1", True, False)
        assert (state.reply_due, state.label_due) == ("2026-11-24", "2026-11-25")
        state = fold(state, e.CaseSeen(case="R1"), LATER)
        assert (state.adopted, state.attachments_open, state.reply_due, state.label_due) == (
            True,
            True,
            None,
            None,
        )


class TestPhotos:
    def test_the_last_picture_of_a_view_counts(self) -> None:
        state = folded(opened(), photo("back"), photo("left"), photo("back", OTHER))
        assert {view: kept.sha256 for view, kept in state.photos.items()} == {"back": OTHER, "left": SHA}

    def test_a_view_that_was_left_out_and_then_taken_is_no_longer_left_out(self) -> None:
        state = folded(opened(), e.ViewLeftOut(view="screen-on"), e.ViewLeftOut(view="top"))
        assert state.left_out == ("screen-on", "top")
        assert fold(state, photo("screen-on"), AT).left_out == ("top",)

    def test_fingerprints_stay_in_the_events(self) -> None:
        assert folded(opened(), photo("back", fingerprint={"a": [1] * 99})).photos["back"].fingerprint is None


class TestDeskFacts:
    def test_what_is_kept_once(self) -> None:
        state = folded(
            opened(),
            e.Identified(imei="356789104532178"),
            proof("icloud"),
            proof("icloud", sha256=OTHER),
            proof("icloud", 2),
            e.ProofNotPossible(reason="dead"),
            e.BackedUp(answer="no"),
            e.BatteryAnswered(answer="ok"),
            e.HandedIn(method="drop-off", carrier="ups"),
            e.ParcelPhotoKept(what="inside", file="a", sha256=SHA, original_sha256=SHA),
        )
        assert state.identified is not None
        assert state.identified.imei == "356789104532178"
        assert [(one.file, one.sha256) for one in state.proofs] == [
            ("proof/icloud-1.jpg", OTHER),
            ("proof/icloud-2.jpg", SHA),
        ]
        assert (state.proof_not_possible, state.backed_up, state.battery) == ("dead", "no", "ok")
        assert state.handed_in is not None
        assert set(state.parcel) == {"inside"}

    def test_a_label_and_what_is_awaited(self) -> None:
        state = folded(opened(), e.LabelAwaited(due="2026-11-25"))
        assert (state.label, state.label_due) == (None, "2026-11-25")
        state = fold(state, label(), AT)
        assert state.label is not None
        assert state.label.tracking_number == "1Z999AA10123456784"
        assert state.sent_at["label"] == AT

    def test_closed_and_reopened(self) -> None:
        state = folded(opened(), e.Closed(outcome="refunded", amount="8.40"))
        assert state.closed == e.Closed(outcome="refunded", amount="8.40")
        assert state.closed_at == AT
        state = fold(state, e.Reopened(), LATER)
        assert (state.closed, state.closed_at) == (None, None)


class TestSending:
    def test_an_intent_is_a_doubt_until_it_is_settled(self) -> None:
        state = folded(opened(), intended())
        assert [(doubt.intent, doubt.since) for doubt in state.doubts] == [("1", AT)]
        assert state.intents == 1
        assert state.sent == {}
        assert fold(state, settled("unknown"), LATER) == state

    def test_done_marks_what_it_covers_as_sent(self) -> None:
        state = fold(folded(opened(), intended()), settled("done"), LATER)
        assert state.doubts == ()
        assert state.sent == {"photos": {"back": SHA}}
        assert state.sent_at["photos"] == LATER

    def test_refused_marks_nothing_and_its_number_is_never_used_again(self) -> None:
        state = folded(opened(), intended(), settled("refused"))
        assert (state.doubts, state.sent, state.intents) == ((), {}, 1)

    def test_only_the_intent_that_is_meant_is_settled(self) -> None:
        state = folded(opened(), intended("1"), intended("2", step="imei"), settled("done", "2"))
        assert [doubt.intent for doubt in state.doubts] == ["1"]
        assert set(state.sent) == {"imei"}

    @pytest.mark.parametrize("outcome", ["done", "refused", "unknown"])
    def test_an_intent_that_nobody_knows_changes_nothing(self, outcome: str) -> None:
        state = folded(opened(), intended())
        assert fold(state, settled(outcome, "7"), LATER) == state
        done = fold(state, settled("done"), AT)
        assert fold(done, settled(outcome), LATER) == done

    def test_an_opening_that_was_answered_names_the_case(self) -> None:
        assert folded(opened(), intended(step="open"), settled("done", case="R1")).case == "R1"

    @pytest.mark.parametrize("step", ["ship", "label", "photos"])
    def test_no_other_answer_moves_the_return_to_another_case(self, step: str) -> None:
        seen = e.CaseSeen(case="R1")
        assert folded(opened(), seen, intended(step=step), settled("done", case="R2")).case == "R1"

    def test_what_is_sent_adds_up_and_the_last_value_counts(self) -> None:
        state = folded(opened(), sent("photos", back=SHA, left=SHA), sent("photos", back=OTHER))
        assert state.sent["photos"] == {"back": OTHER, "left": SHA}
        assert state.found == ("photos", "photos")

    def test_what_an_intent_needs_to_be_sent_again_is_all_there(self) -> None:
        event = intended(key="k", marker="[rc photos 1/1 00000000]")
        doubt = folded(opened(), event).doubts[0]
        assert {name: getattr(doubt, name) for name in event.__struct_fields__} == msgspec.structs.asdict(
            event
        )


class TestCorrecting:
    def test_what_the_seller_was_told_since_is_what_it_is_about(self) -> None:
        before = opened(reason="faulty", wants="refund", damage=("none",), description="It crackles.")
        told = sent("open", wants="repair", damage="physical, in-transit")
        state = folded(before, told)
        assert (state.reason, state.wants, state.damage) == ("faulty", "repair", ("physical", "in-transit"))
        assert state.description == "It crackles."

    def test_the_same_words_of_another_step_are_no_correction(self) -> None:
        assert folded(opened(reason="faulty"), sent("photos", reason=SHA)).reason == "faulty"


class TestPurging:
    def test_what_is_gone_is_no_longer_kept_and_what_was_sent_stays_sent(self) -> None:
        parcel = e.ParcelPhotoKept(what="inside", file="parcel/inside.jpg", sha256=SHA, original_sha256=SHA)
        before = folded(
            opened(),
            photo("back"),
            photo("left"),
            proof("icloud"),
            parcel,
            label(file="documents/label.pdf", sha256=SHA),
            sent("photos", back=SHA, left=SHA),
        )
        files = ("photos/back.jpg", "proof/icloud-1.jpg", "parcel/inside.jpg", "documents/label.pdf")
        state = fold(before, e.Purged(files=files), LATER)
        assert set(state.photos) == {"left"}
        assert (state.proofs, state.parcel) == ((), {})
        assert state.label == label()
        assert (state.sent, state.purged_at) == (before.sent, LATER)

    def test_what_was_not_purged_stays(self) -> None:
        before = folded(opened(), photo("back"), label(file="documents/label.pdf", sha256=SHA))
        state = fold(before, e.Purged(files=("originals/x",)), LATER)
        assert (state.photos, state.label) == (before.photos, before.label)


class TestHandover:
    def test_it_waits_until_a_person_confirms_it(self) -> None:
        state = folded(opened(), queued("open"), queued("imei", imei="3"))
        assert [item.covers.step for item in state.waiting] == ["open", "imei"]
        assert state.handovers == 1
        state = fold(state, e.HandedOver(handover=1), LATER)
        assert state.waiting == ()
        assert state.sent == {"open": {"open": "yes"}, "imei": {"imei": "3"}}
        assert state.sent_at == {"open": LATER, "imei": LATER}

    def test_one_step_of_it_alone(self) -> None:
        state = folded(opened(), queued("open"), queued("imei"), e.HandedOver(handover=1, steps=("imei",)))
        assert [item.covers.step for item in state.waiting] == ["open"]
        assert set(state.sent) == {"imei"}

    def test_another_hand_over_stays(self) -> None:
        state = folded(opened(), queued("open"), queued("imei", 2), e.HandedOver(handover=1))
        assert [item.covers.step for item in state.waiting] == ["imei"]
        assert state.handovers == 2

    def test_a_newer_message_about_the_same_items_takes_the_place_of_the_older(self) -> None:
        state = folded(
            opened(), queued("photos", back="1"), queued("photos", left="1"), queued("photos", back="2")
        )
        assert [item.covers.items for item in state.waiting] == [{"left": "1"}, {"back": "2"}]

    def test_the_same_item_of_another_step_is_another_thing(self) -> None:
        state = folded(opened(), queued("photos", x="1"), queued("ship", x="1"))
        assert len(state.waiting) == 2

    def test_confirming_nothing_changes_nothing(self) -> None:
        state = folded(opened(), queued("open"))
        assert fold(state, e.HandedOver(handover=9), LATER) == state


class TestPurchases:
    def buying(self, **items: str) -> e.Intended:
        return intended(step="label", covers=e.Covers(step="label", items=items))

    def test_a_bought_label_is_the_label(self) -> None:
        state = folded(
            opened(),
            e.LabelAwaited(due="2026-11-25"),
            self.buying(bought="RC1", carrier="usps"),
            settled("done", tracking_number="9400", amount="8.40", file="documents/label.pdf"),
        )
        assert state.label is not None
        assert (state.label.source, state.label.carrier, state.label.tracking_number) == (
            "purchased",
            "usps",
            "9400",
        )
        assert state.label.price == {"amount": "8.40", "currency": "USD"}
        assert state.label_due is None

    @pytest.mark.parametrize(
        ("items", "answer", "amount", "basis"),
        [
            ({"quoted": "8.40"}, {"amount": "8.40"}, "8.40", "quoted"),
            ({"quoted": "8.40"}, {}, "8.40", "quoted"),
            ({}, {"amount": "9.10"}, "9.10", "after-purchase"),
            ({}, {}, None, "when-scanned"),
        ],
    )
    def test_its_price_says_what_it_rests_on(
        self, items: dict[str, str], answer: dict[str, str], amount: str | None, basis: str
    ) -> None:
        buying = self.buying(bought="RC1", carrier="usps", **items)
        bought = folded(opened(), buying, settled("done", tracking_number="9400", **answer)).label
        assert bought is not None
        assert bought.price == ({"amount": amount, "currency": "USD"} if amount else None)
        assert bought.price_basis == basis

    @pytest.mark.parametrize("outcome", ["refused", "unknown"])
    def test_what_was_not_bought_or_is_not_known_is_no_label(self, outcome: str) -> None:
        state = folded(opened(), self.buying(bought="RC1", carrier="usps"), settled(outcome))
        assert state.label is None

    def test_a_voided_label_is_gone(self) -> None:
        voiding = self.buying(voided="9400", carrier="usps")
        assert folded(opened(), label(source="purchased"), voiding, settled("done")).label is None

    def test_a_pickup_is_booked_and_cancelled(self) -> None:
        booked = {"date": "2026-11-24", "ready": "09:00", "close": "17:00", "confirmation": "P1"}
        state = folded(opened(), self.buying(pickup="2026-11-24", carrier="usps"), settled("done", **booked))
        assert state.pickup == e.PickupBooked(carrier="usps", **booked)
        cancelling = intended(
            "2", covers=e.Covers(step="pickup", items={"pickup-cancelled": "P1", "carrier": "usps"})
        )
        assert fold(fold(state, cancelling, AT), settled("done", "2"), AT).pickup is None
        assert fold(state, e.PickupNoted(pickup=None), AT).pickup is None
