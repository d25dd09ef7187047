"""A phone with the page: from its start to a finished set, with a rejected picture in the middle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.capture.conftest import PHOTOS, Captured, Serving, needs_chromium
from tests.commands.pictures import Pictures
from tests.commands.running import Runner
from tests.commands.world import Sandbox

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [needs_chromium, pytest.mark.timeout(180)]
_PATIENCE_MS = 60_000


@pytest.fixture(params=["with JavaScript", "without"])
def phone(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    with_script = request.param != "without"
    context = chromium.new_context(
        viewport={"width": 360, "height": 740},
        is_mobile=True,
        has_touch=True,
        java_script_enabled=with_script,
    )
    context.set_default_timeout(_PATIENCE_MS)
    yield context.new_page()
    context.close()


def take(phone: Page, slot: str, picture: Path) -> str:
    """Choose the picture, send it where no script does, and read the verdict."""
    place = phone.locator(f"#slot-{slot}")
    before = place.locator("img").get_attribute("src") if place.locator("img").count() else None
    place.locator("input").first.set_input_files(picture)
    button = place.get_by_role("button", name="Send").first
    if button.is_visible():
        button.click()
    phone.wait_for_function(
        "([id, before]) => { const now = document.querySelector(`#slot-${id} img`);"
        " return now && now.getAttribute('src') !== before; }",
        arg=[slot, before],
    )
    return place.locator(".verdict").inner_text()


def test_from_the_start_to_a_finished_set(
    phone: Page, run_line: Runner, capture: Callable[..., Captured], sandbox: Sandbox, pictures: Pictures
) -> None:
    run_line("open 10000001 --reason faulty --wants refund")
    session = capture("photos")
    trouble: list[str] = []
    phone.on("console", lambda message: trouble.append(message.text))
    phone.goto(session.url)
    assert phone.get_by_text("0 of 7 are here").is_visible()
    for view in PHOTOS[:4]:
        assert take(phone, view, pictures.phone / f"{view}.jpg").startswith("Good.")
    said = take(phone, "right", pictures.spoiled("dark"))
    assert "Please take it again." in said
    assert "too dark" in said
    assert phone.get_by_text("4 of 7 are here").is_visible()
    assert not phone.get_by_role("button", name="Finish").is_visible()
    for view in PHOTOS[4:]:
        assert take(phone, view, pictures.phone / f"{view}.jpg").startswith("Good.")
    phone.get_by_role("button", name="Finish").click()
    phone.get_by_role("heading", name="Done").wait_for()
    assert "Sent to the seller in 1 message." in session.shown()
    assert trouble == []
    assert any(line.startswith("Right side: rejected. The photo is too dark") for line in session.said)
    assert sandbox.ledger()["attachments"] == 7


def test_it_goes_on_after_a_lost_connection(chromium: Browser, serving: Serving, pictures: Pictures) -> None:
    """The first piece arrives, then the network is gone for a while; nothing is tapped again."""
    place = serving()
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    context.set_default_timeout(_PATIENCE_MS)
    page = context.new_page()
    cut: list[str] = []

    def meddle(route: object) -> None:
        if len(cut) < 2 and route.request.headers.get("upload-offset") != "0":  # type: ignore[attr-defined]
            cut.append(route.request.url)  # type: ignore[attr-defined]
            route.abort()  # type: ignore[attr-defined]
        else:
            route.continue_()  # type: ignore[attr-defined]

    page.goto(place.url)
    page.route("**/take/**", meddle)
    large = (pictures.phone / "back.jpg").read_bytes() + bytes(
        1_200_000
    )  # what follows the picture is cut off
    picture = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": large}
    page.locator("#slot-back input").first.set_input_files(picture)  # type: ignore[arg-type]
    page.locator("#slot-back .verdict").wait_for()
    assert len(cut) == 2
    assert len(set(cut)) == 1
    assert page.locator("#slot-back .verdict").inner_text().startswith("Good.")
    assert place.session.entries["back"].taken == 1
    context.close()


def test_it_fits_a_narrow_screen_and_a_thumb(chromium: Browser, serving: Serving) -> None:
    place = serving("photos", "imei", "proof", "parcel")
    page = chromium.new_page()
    page.goto(place.url)
    for width in (320, 360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        small = page.evaluate(
            "[...document.querySelectorAll('.button, button, summary, a')].filter(e => e.offsetParent &&"
            " e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"
        )
        assert small == []
    page.close()
