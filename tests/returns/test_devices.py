"""What each kind of device asks for."""

from __future__ import annotations

import pytest

from returnctl.returns import devices
from returnctl.vocabulary import ACCOUNTS, KINDS

#: The table of the command line's contract, written a second time.
VIEWS = {
    "smartphone": "screen-on screen-off back left right top bottom",
    "tablet": "screen-on screen-off back left right top bottom",
    "computer": "screen-on screen-off back-case left-open right-open front-closed back-closed",
    "smartwatch": "screen-on screen-off back left right strap-top strap-bottom",
    "console": "front back left right top bottom",
    "audio": "front back left right top bottom",
    "other": "front back left right top bottom",
}
BRANDS = ("Apple", "Samsung", "Google", "HP", "Sony", "Nintendo", "Microsoft", "Fairphone", "", None)


@pytest.mark.parametrize("kind", KINDS)
class TestEveryKind:
    def test_its_views(self, kind: str) -> None:
        assert " ".join(devices.views(kind)) == VIEWS[kind]

    def test_each_view_has_a_name_of_its_own(self, kind: str) -> None:
        views = devices.views(kind)
        assert len(set(views)) == len(views)

    def test_something_goes_into_its_parcel(self, kind: str) -> None:
        assert devices.packing_list(kind)
        assert all(line.strip() == line for line in devices.packing_list(kind))

    @pytest.mark.parametrize("brand", BRANDS)
    def test_each_account_it_may_have_has_a_guide(self, kind: str, brand: str | None) -> None:
        for account in devices.accounts(kind, brand):
            title, steps = devices.guide(account)
            assert title
            assert steps
            assert any("screenshot" in step.lower() or "photo" in step.lower() for step in steps)

    def test_the_order_before_erasing(self, kind: str) -> None:
        words = " ".join(devices.before_erasing(kind))
        assert words.index("photos") < words.index("Back up") < words.index("disconnect-proof")


@pytest.mark.parametrize("account", ACCOUNTS)
def test_every_account_that_can_be_named_has_a_guide_in_whole_sentences(account: str) -> None:
    title, steps = devices.guide(account)
    for text in (title, *steps):
        assert "{" not in text
    assert all(step.endswith((".", ")")) for step in steps)


@pytest.mark.parametrize(
    ("kind", "brand", "accounts"),
    [
        ("smartphone", "Apple", ("icloud",)),
        ("smartphone", " APPLE ", ("icloud",)),
        ("smartphone", "Samsung", ("google", "samsung")),
        ("smartphone", "Google", ("google",)),
        ("smartphone", None, ("google",)),
        ("tablet", "Samsung", ("google", "samsung")),
        ("tablet", "Microsoft", ("microsoft",)),
        ("computer", "Apple", ("icloud",)),
        ("computer", "HP", ("microsoft",)),
        ("smartwatch", "Apple", ("find-my",)),
        ("console", "Sony", ("playstation",)),
        ("console", "Nintendo", ("nintendo",)),
        ("console", "Valve", ("other",)),
        ("audio", "Apple", ("find-my",)),
        ("audio", "Bose", ()),
        ("other", "Apple", ()),
    ],
)
def test_accounts_by_kind_and_brand(kind: str, brand: str | None, accounts: tuple[str, ...]) -> None:
    assert devices.accounts(kind, brand) == accounts


def test_only_smartphones_have_an_imei_that_is_asked_for() -> None:
    assert [kind for kind in KINDS if devices.has_imei(kind)] == ["smartphone"]


def test_esim_and_unpairing_are_said_where_they_matter() -> None:
    assert "eSIM" in " ".join(devices.before_erasing("smartphone"))
    assert "Unpair" in " ".join(devices.before_erasing("smartwatch"))
    assert "eSIM" not in " ".join(devices.before_erasing("console"))
