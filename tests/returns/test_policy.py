"""Who takes it back, until when, and who pays; the dates themselves are in `dates.md`."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from returnctl.errors import Usage
from returnctl.returns import policy
from returnctl.returns.events import Coverage
from returnctl.returns.policy import Facts
from returnctl.vocabulary import DAMAGES

US = policy.policy("en-us")
our_days = st.dates(date(2000, 1, 1), date(2100, 12, 31))


def day(text: str) -> date:
    return date.fromisoformat(text)


def covered(market: str = "en-us", *, asked: str = "2026-01-10", **facts: str) -> Coverage:
    damage = tuple(facts.pop("damage", "none").split())
    days = {name: day(value) for name, value in facts.items()}
    return policy.coverage(Facts(asked=day(asked), damage=damage, **days), policy.policy(market))


class TestWindow:
    def test_black_friday(self) -> None:
        assert [policy.black_friday(year).isoformat() for year in range(2020, 2031)] == [
            "2020-11-27",
            "2021-11-26",
            "2022-11-25",
            "2023-11-24",
            "2024-11-29",
            "2025-11-28",
            "2026-11-27",
            "2027-11-26",
            "2028-11-24",
            "2029-11-23",
            "2030-11-29",
        ]

    def test_without_a_day_of_receipt_it_is_counted_from_the_order_and_says_so(self) -> None:
        found = covered(ordered="2026-01-05", asked="2026-01-10")
        assert (found.verdict, found.window_ends) == ("unknown", "2026-02-04")
        assert any("receipt" in note for note in found.notes)
        assert covered(ordered="2026-11-27").window_ends == "2027-01-31"


class TestWarranty:
    @pytest.mark.parametrize(
        ("received", "months", "ends"),
        [
            ("2024-02-29", 12, "2025-02-28"),
            ("2024-02-29", 24, "2026-02-28"),
            ("2024-02-29", 48, "2028-02-29"),
            ("2023-02-28", 12, "2024-02-28"),
            ("2026-01-31", 1, "2026-02-28"),
            ("2024-01-31", 1, "2024-02-29"),
            ("2026-01-30", 1, "2026-02-28"),
            ("2026-01-29", 1, "2026-02-28"),
            ("2026-01-28", 1, "2026-02-28"),
            ("2026-03-31", 1, "2026-04-30"),
            ("2026-08-31", 6, "2027-02-28"),
            ("2026-10-31", 1, "2026-11-30"),
            ("2026-11-30", 3, "2027-02-28"),
            ("2026-12-31", 2, "2027-02-28"),
            ("2026-12-15", 12, "2027-12-15"),
            ("2026-01-31", 12, "2027-01-31"),
            ("2026-12-01", 1, "2027-01-01"),
            ("2026-11-15", 1, "2026-12-15"),
        ],
    )
    def test_months_end_on_the_same_day_or_the_months_last(
        self, received: str, months: int, ends: str
    ) -> None:
        rules = replace(US, warranty_months=months)
        facts = Facts(asked=day(received), received=day(received))
        assert policy.coverage(facts, rules).warranty_ends == ends


class TestVerdict:
    """Received on Monday 5 January 2026: the window ends on 4 February, the warranty a year after receipt."""

    @pytest.mark.parametrize(
        ("asked", "damage", "verdict", "payer"),
        [
            ("2026-01-05", "none", "return-window", "seller"),
            ("2026-02-04", "none", "return-window", "seller"),
            ("2026-02-05", "none", "warranty", "seller"),
            ("2027-01-05", "none", "warranty", "seller"),
            ("2027-01-06", "none", "out-of-warranty", "buyer"),
            ("2026-01-01", "none", "return-window", "seller"),  # asked while it was still on its way
            ("2026-01-10", "physical", "excluded", "buyer"),
            ("2026-01-10", "oxidation", "excluded", "buyer"),
            ("2026-03-10", "opened", "excluded", "buyer"),
            ("2027-03-10", "physical opened", "excluded", "buyer"),
            ("2026-01-10", "in-transit", "return-window", "seller"),
            ("2026-01-10", "physical in-transit", "return-window", "seller"),
            ("2026-03-10", "oxidation in-transit", "warranty", "seller"),
            ("2027-03-10", "in-transit", "out-of-warranty", "buyer"),
        ],
    )
    def test_by_the_day_of_asking_and_the_damage(
        self, asked: str, damage: str, verdict: str, payer: str
    ) -> None:
        found = covered(received="2026-01-05", ordered="2025-12-01", asked=asked, damage=damage)
        assert (found.verdict, found.shipping_paid_by) == (verdict, payer)
        assert (found.report_by is not None) == ("in-transit" in damage)

    @pytest.mark.parametrize(
        ("asked", "damage", "verdict", "payer"),
        [
            ("2026-01-10", "none", "unknown", "seller"),
            ("2026-02-05", "none", "unknown", "unknown"),  # it may have come weeks after the order
            ("2028-01-01", "none", "unknown", "unknown"),
            ("2026-01-10", "physical", "excluded", "buyer"),
            ("2026-01-10", "physical in-transit", "unknown", "seller"),
        ],
    )
    def test_without_a_day_of_receipt(self, asked: str, damage: str, verdict: str, payer: str) -> None:
        found = covered(ordered="2026-01-05", asked=asked, damage=damage)
        assert (found.verdict, found.shipping_paid_by) == (verdict, payer)

    @pytest.mark.parametrize("market", ["en-us", "fr-fr"])
    def test_says_by_which_rules(self, market: str) -> None:
        found = covered(market, received="2026-01-05")
        assert found.rules == f"{market} {policy.policy(market).version}"

    def test_without_any_date_nothing_is_known(self) -> None:
        found = covered()
        assert (found.verdict, found.shipping_paid_by) == ("unknown", "unknown")
        assert (found.window_ends, found.warranty_ends, found.report_by) == (None, None, None)
        assert found.notes

    def test_what_excludes_it_is_named(self) -> None:
        notes = covered(received="2026-01-05", damage="physical opened").notes
        assert any("physical, opened" in note for note in notes)

    @given(
        our_days,
        st.none() | our_days,
        st.none() | our_days,
        st.lists(st.sampled_from(DAMAGES)).map(tuple),
        st.sampled_from(policy.markets()),
    )
    def test_whatever_the_dates(
        self, asked: date, ordered: date | None, received: date | None, damage: tuple[str, ...], market: str
    ) -> None:
        rules = policy.policy(market)
        found = policy.coverage(Facts(asked=asked, ordered=ordered, received=received, damage=damage), rules)
        start = received or ordered
        if start is None:
            assert found.verdict == "unknown"
            return
        assert found.window_ends is not None
        ends = day(found.window_ends)
        assert ends >= start + timedelta(days=30)
        assert policy.is_business_day(ends, rules.country) or (ends.month, ends.day) == (1, 31)
        assert (found.verdict == "excluded") == (
            bool({"physical", "oxidation", "opened"} & set(damage)) and "in-transit" not in damage
        )
        if found.verdict == "return-window":
            assert asked <= ends
        if found.verdict == "out-of-warranty":
            assert asked > ends


class TestMarkets:
    @pytest.mark.parametrize("market", policy.markets())
    def test_each_has_rules_that_make_sense(self, market: str) -> None:
        rules = policy.policy(market)
        assert (rules.window_days, rules.warranty_months, rules.label_valid_days) == (30, 12, 14)
        assert rules.paper == ("letter" if rules.country == "US" else "a4")
        assert len(rules.country) == 2
        assert rules.country.isupper()
        assert set(rules.excluded_by) < set(DAMAGES)
        assert set(rules.claim_days) == {"ups", "usps", "fedex"}
        assert not policy.is_business_day(date(2027, 1, 1), rules.country)  # its calendar exists

    def test_markets_without_the_imei_step(self) -> None:
        without = [name for name in policy.markets() if not policy.policy(name).asks_imei]
        assert without == ["fr-fr", "fr-be", "de-at"]

    @pytest.mark.parametrize("market", ["", "default", "en", "EN-US", "xx-xx", "../en-us"])
    def test_another_one_is_usage_and_lists_them(self, market: str) -> None:
        with pytest.raises(Usage) as caught:
            policy.policy(market)
        assert "en-us" in (caught.value.hint or "")
        assert "default" not in (caught.value.hint or "")
