"""Where each step stands, what comes next, and until when."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from returnctl.returns import devices, progress
from returnctl.returns import events as e
from returnctl.returns.reference import Reference
from returnctl.returns.state import State
from returnctl.vocabulary import KINDS, STEPS
from tests.returns.making import SHA, folded, intended, label, opened, photo, proof, queued, sent
from tests.returns.strategies import histories

OTHER = "b" * 64
VIEWS = devices.views("smartphone")
ALL_PHOTOS = [photo(view) for view in VIEWS]
PHOTOS_SENT = sent("photos", **dict.fromkeys(VIEWS, SHA))
SLIP = e.SlipMade(file="a", sha256=SHA, pages=1, paper="a4", facts_sha256=SHA)
NUMBER = sent("ship", tracking_number="1Z999AA10123456784", carrier="ups")
DELIVERED = e.Tracked(carrier="ups", tracking_number="1Z999AA10123456784", status="delivered")
UNDER_WAY = e.Tracked(carrier="ups", tracking_number="1Z999AA10123456784", status="in-transit")

#: Each step's own events, in the order of the steps.
WHOLE_WAY: tuple[tuple[str, e.Event], ...] = (
    ("open", e.CaseSeen(case="R1")),
    ("photos", PHOTOS_SENT),
    ("imei", sent("imei", imei="356789104532178")),
    ("disconnect-proof", sent("disconnect-proof", **{"icloud-1": SHA})),
    ("slip", SLIP),
    ("label", label()),
    ("ship", NUMBER),
    ("track", DELIVERED),
)


def standing(step: str, *happened: e.Event, **opening: object) -> str:
    return progress.steps(folded(opened(**opening), *happened))[step].state


def following(*happened: e.Event, **opening: object) -> tuple[str, ...]:
    found = progress.next_step(folded(opened(**opening), *happened), "10000001")
    return found.command if found else ()


class TestSteps:
    def test_a_new_return_has_all_of_them_to_do(self) -> None:
        found = progress.steps(folded(opened()))
        assert tuple(found) == STEPS
        assert {step.state for step in found.values()} == {"todo"}
        assert all(step.needed and step.at is None for step in found.values())

    def test_each_is_done_by_its_own_event_alone(self) -> None:
        for name, event in WHOLE_WAY:
            found = progress.steps(folded(opened(), event))
            assert [step for step, one in found.items() if one.state == "done"] == [name]

    def test_photos_are_done_when_each_view_is_with_the_seller_as_it_is_kept(self) -> None:
        assert standing("photos", *ALL_PHOTOS) == "todo"
        assert standing("photos", *ALL_PHOTOS, PHOTOS_SENT) == "done"
        assert standing("photos", PHOTOS_SENT) == "done"
        assert standing("photos", *ALL_PHOTOS[1:], sent("photos", **dict.fromkeys(VIEWS[1:], SHA))) == "todo"
        assert standing("photos", *ALL_PHOTOS, PHOTOS_SENT, photo("back", OTHER)) == "todo"
        assert standing("photos", *ALL_PHOTOS, PHOTOS_SENT, photo("defect-1")) == "todo"
        without = [e.ViewLeftOut(view="screen-on"), sent("photos", **dict.fromkeys(VIEWS[1:], SHA))]
        assert standing("photos", *ALL_PHOTOS[1:], *without) == "done"

    def test_proofs_are_done_when_each_account_is_proven_to_the_seller(self) -> None:
        two = {"accounts": ("google", "samsung")}
        google, both = {"google-1": SHA}, {"google-1": SHA, "samsung-1": SHA}
        kept = [proof("google"), proof("samsung")]
        assert standing("disconnect-proof", *kept, **two) == "todo"
        assert standing("disconnect-proof", *kept[:1], sent("disconnect-proof", **google), **two) == "todo"
        assert standing("disconnect-proof", *kept, sent("disconnect-proof", **both), **two) == "done"
        assert standing("disconnect-proof", sent("disconnect-proof", none="never signed in"), **two) == "done"

    def test_a_proof_that_is_kept_but_was_never_sent_is_not_done(self) -> None:
        """The first went out; the second was judged and kept, and then the marketplace said no."""
        happened = [proof("google"), sent("disconnect-proof", **{"google-1": SHA}), proof("samsung")]
        assert standing("disconnect-proof", *happened, accounts=("google", "samsung")) == "todo"

    def test_an_imei_that_was_corrected_but_never_sent_is_not_done(self) -> None:
        happened = [sent("imei", imei="356789104532178"), e.Identified(imei="490154203237518")]
        assert standing("imei", *happened) == "todo"
        assert (
            standing("imei", e.Identified(imei="490154203237518"), sent("imei", imei="490154203237518"))
            == "done"
        )

    def test_an_expired_label_is_to_do_again_and_a_used_one_is_not(self) -> None:
        assert standing("label", label(state="expired")) == "todo"
        assert standing("label", label(state="used")) == "done"

    def test_what_others_have_to_do_first_is_waiting(self) -> None:
        assert standing("label", e.LabelAwaited(due="2026-11-25")) == "waiting"
        assert standing("label", e.LabelAwaited(due="2026-11-25"), label()) == "done"
        assert standing("track", UNDER_WAY) == "waiting"
        assert standing("imei", queued("imei")) == "waiting"
        assert standing("imei", queued("imei"), e.HandedOver(handover=1)) == "done"

    def test_what_is_not_asked_for(self) -> None:
        found = progress.steps(folded(opened(needed={"imei": False, "disconnect-proof": False})))
        assert [name for name, step in found.items() if step.state == "not-needed"] == [
            "imei",
            "disconnect-proof",
        ]
        assert [name for name, step in found.items() if not step.needed] == ["imei", "disconnect-proof"]

    def test_what_is_not_asked_for_but_was_done_is_done(self) -> None:
        found = progress.steps(folded(opened(needed={"imei": False}), sent("imei", imei="3")))["imei"]
        assert (found.state, found.needed) == ("done", False)

    def test_a_doubt_goes_before_everything_else(self) -> None:
        assert standing("photos", *ALL_PHOTOS, PHOTOS_SENT, intended(step="photos")) == "in-doubt"
        assert standing("imei", queued("imei"), intended(step="imei"), needed={"imei": False}) == "in-doubt"

    def test_it_says_when_it_was_done(self) -> None:
        assert progress.steps(folded(opened(), PHOTOS_SENT))["photos"].at is not None


class TestNext:
    def test_the_steps_come_in_their_order(self) -> None:
        happened: list[e.Event] = []
        for name, event in WHOLE_WAY:
            assert following(*happened) == ("returnctl", name, "10000001")
            happened.append(event)
        assert following(*happened) == ()

    def test_any_order_of_doing_leaves_the_first_that_is_left(self) -> None:
        assert following(NUMBER, SLIP, e.CaseSeen(case="R1")) == ("returnctl", "photos", "10000001")

    def test_what_is_not_asked_for_is_passed_over(self) -> None:
        happened = [event for _, event in WHOLE_WAY[:2]]
        assert following(*happened, needed={"imei": False, "disconnect-proof": False})[1] == "slip"

    def test_a_doubt_comes_first(self) -> None:
        assert following(intended(step="ship"), queued("open")) == ("returnctl", "resolve", "10000001")

    def test_what_waits_blocks_nothing_else(self) -> None:
        assert following(queued("open"))[1] == "photos"
        assert following(e.CaseSeen(case="R1", label_due="2026-11-25"))[1] == "photos"

    def test_the_hand_over_comes_when_nothing_else_is_to_do(self) -> None:
        done = [event for _, event in WHOLE_WAY[:-1]]
        assert following(*done, UNDER_WAY, queued("message")) == ("returnctl", "handover", "10000001")

    def test_at_last_what_others_have_to_do(self) -> None:
        done = [event for name, event in WHOLE_WAY if name not in ("label", "ship", "track")]
        found = progress.next_step(
            folded(opened(), *done, NUMBER, UNDER_WAY, e.LabelAwaited(due="2026-11-25")),
            Reference("10000001"),
        )
        assert found is not None
        assert (found.command[1], found.due) == ("label", "2026-11-25")
        assert following(*(event for _, event in WHOLE_WAY[:-1]), UNDER_WAY)[1] == "track"

    def test_once_the_way_is_settled_only_the_word_to_the_seller_is_left(self) -> None:
        before = [event for _, event in WHOLE_WAY[:6]]
        on_its_way = e.HandedIn(method="drop-off", carrier="ups", tracking_number="1Z999AA10123456784")
        assert following(*before) == ("returnctl", "ship", "10000001")
        assert following(*before, on_its_way) == ("returnctl", "ship", "10000001", "--sent")

    def test_a_closed_return_has_nothing_next(self) -> None:
        assert following(intended(), e.Closed(outcome="refunded")) == ()

    def test_the_command_names_line_and_number(self) -> None:
        found = progress.next_step(folded(opened()), "10000009/2~3")
        assert found is not None
        assert found.command == ("returnctl", "open", "10000009/2~3")
        assert found.due == "2026-12-18"

    @settings(max_examples=100, deadline=None)
    @given(histories)
    def test_whatever_happened_it_can_be_said(self, happened: list[e.Event]) -> None:
        state = folded(*happened)
        assert {step.state for step in progress.steps(state).values()} <= {
            "todo",
            "waiting",
            "done",
            "not-needed",
            "in-doubt",
            "skipped",
        }
        found = progress.next_step(state, "1")
        assert found is None or found.command[0] == "returnctl"
        assert found is None or not state.doubts or found.command[1] == "resolve"


class TestDeadline:
    @pytest.mark.parametrize(
        ("verdict", "due"),
        [
            ("return-window", "2026-12-18"),
            ("unknown", "2026-12-18"),
            ("warranty", "2027-11-18"),
            ("out-of-warranty", None),
            ("excluded", None),
        ],
    )
    def test_by_the_verdict(self, verdict: str, due: str | None) -> None:
        covered = e.Coverage(verdict=verdict, window_ends="2026-12-18", warranty_ends="2027-11-18")
        assert progress.deadline(folded(opened(coverage=covered))) == due

    def test_damage_in_transit_has_to_be_reported_sooner(self) -> None:
        covered = e.Coverage(verdict="return-window", window_ends="2026-12-18", report_by="2026-11-25")
        assert progress.deadline(folded(opened(coverage=covered))) == "2026-11-25"

    def test_a_living_label_has_a_day_of_its_own(self) -> None:
        assert progress.deadline(folded(opened(), label(valid_until="2026-12-01"))) == "2026-12-01"
        assert (
            progress.deadline(folded(opened(), label(valid_until="2026-11-01", state="expired")))
            == "2026-12-18"
        )
        assert progress.deadline(folded(opened(), label())) == "2026-12-18"

    @pytest.mark.parametrize("event", [NUMBER, e.Closed(outcome="refunded")])
    def test_once_it_is_on_its_way_there_is_none(self, event: e.Event) -> None:
        assert progress.deadline(folded(opened(), event)) is None

    def test_nothing_is_known(self) -> None:
        assert progress.deadline(State()) is None


class TestMissing:
    @pytest.mark.parametrize("kind", KINDS)
    def test_every_view_of_the_kind_until_it_is_kept_sent_or_left_out(self, kind: str) -> None:
        views = devices.views(kind)
        happened = [photo(views[0]), sent("photos", **{views[1]: SHA}), e.ViewLeftOut(view=views[2])]
        assert progress.missing_views(folded(opened(kind=kind))) == views
        assert progress.missing_views(folded(opened(kind=kind), *happened)) == views[3:]

    def test_accounts_with_a_dash_in_their_name(self) -> None:
        accounts = ("find-my", "google")
        state = folded(opened(accounts=accounts), sent("disconnect-proof", **{"find-my-12": SHA}))
        assert progress.missing_accounts(state) == ("google",)
        assert progress.missing_accounts(folded(opened(accounts=accounts), proof("find-my"))) == ("google",)

    def test_a_dead_device_proves_nothing_and_misses_nothing(self) -> None:
        assert progress.missing_accounts(folded(opened(), e.ProofNotPossible(reason="dead"))) == ()
