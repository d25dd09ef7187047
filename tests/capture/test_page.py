"""What the page says and shows, and what it weighs."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import requests
from PIL import Image

from returnctl.capture import page
from returnctl.capture.app import HEADERS
from returnctl.evidence.segments import foreign_parts
from returnctl.returns import devices
from returnctl.vocabulary import ACCOUNTS, KINDS
from tests.capture.conftest import Serving
from tests.commands.pictures import Pictures
from tests.evidence.drawing import jpeg

pytestmark = pytest.mark.timeout(180)  # a busy machine is no failure

MOST_BYTES = 60_000
FILES = Path(page.__file__).with_name("page")


def slot(text: str, name: str) -> str:
    return re.search(rf'<li id="slot-{name}".*?</li>', text, re.S)[0]  # type: ignore[index]


def send(url: str, name: str, picture: Path | bytes) -> str:
    content = picture if isinstance(picture, bytes) else picture.read_bytes()
    answer = requests.post(f"{url}take/{name}", files={"picture": ("IMG_0815.jpg", content)}, timeout=60)
    assert answer.status_code == 200, answer.text
    return slot(answer.text, name)


@pytest.mark.parametrize("kind", KINDS)
def test_every_view_has_a_name_a_hint_and_a_drawing(serving: Serving, kind: str) -> None:
    text = requests.get(serving("photos", "imei", "proof", "parcel", kind=kind).url, timeout=60).text
    for view in (*devices.views(kind), "parcel-inside", "parcel-outside"):
        found = slot(text, view)
        assert re.search(r'<svg [^>]*aria-hidden="true"[^>]*><(rect|path)', found), view
        assert not re.search(rf"<h3>{view}</h3>", found)
        assert re.search(r"<p>.+</p>", found)


def test_every_account_has_a_name() -> None:
    assert set(ACCOUNTS) < set(page.words("en")["accounts"])


def test_all_of_it_is_small(serving: Serving) -> None:
    url = serving("photos", "imei", "proof", "parcel", kind="computer").url
    sizes = [len(requests.get(url + name, timeout=60).content) for name in ("", "page.css", "page.js")]
    assert sum(sizes) <= MOST_BYTES, sizes


def test_it_loads_nothing_from_elsewhere(serving: Serving) -> None:
    url = serving().url
    for name in ("", "page.css", "page.js"):
        assert "//" not in re.sub(r"^ *//.*$", "", requests.get(url + name, timeout=60).text, flags=re.M)


def test_what_is_sent_along_keeps_it_private(serving: Serving) -> None:
    url = serving().url
    for name in ("", "page.js", "picture/back", "nothing"):
        answer = requests.get(url + name, timeout=60)
        assert {header: answer.headers[header] for header in HEADERS} == HEADERS
        assert "Server" not in answer.headers
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


def test_nothing_of_the_order_stands_on_it(serving: Serving) -> None:
    text = requests.get(serving("photos", "imei", "proof").url, timeout=60).text
    assert "10000001" not in text
    assert "356789" not in text


def test_a_language_that_is_not_there_is_english(serving: Serving) -> None:
    text = requests.get(serving().url, headers={"Accept-Language": "tlh, de;q=0.5"}, timeout=60).text
    assert '<html lang="en">' in text


def test_a_new_language_is_a_table(monkeypatch: pytest.MonkeyPatch, serving: Serving) -> None:
    both = tomllib.loads((FILES / "words.toml").read_text()) | {"de": {"title": "Bilder für die Rückgabe"}}
    monkeypatch.setattr(page, "_words", lambda: both)
    page.words.cache_clear()
    text = requests.get(serving().url, headers={"Accept-Language": "de-AT, de;q=0.9"}, timeout=60).text
    page.words.cache_clear()
    assert '<html lang="de">' in text
    assert "<h1>Bilder für die Rückgabe</h1>" in text
    assert "Take the photo" in text


def test_the_device_that_goes_back_sends_its_screenshots_only(serving: Serving) -> None:
    place = serving("photos", "imei", "proof")
    text = requests.get(place.url + "?on=this", timeout=60).text
    assert re.findall(r'<li id="slot-([a-z-]+)"', text) == ["imei", "proof-icloud"]
    assert "capture=" not in text
    assert "open this page on another phone" in text
    assert 'capture="environment"' in requests.get(place.url, timeout=60).text


def test_verdicts_and_thumbnails(serving: Serving, pictures: Pictures) -> None:
    place = serving("photos")
    good = send(place.url, "left", pictures.phone / "left.jpg")
    assert "Good." in good
    bad = send(place.url, "back", pictures.spoiled("dark"))
    assert "too dark" in bad
    assert "Keep it as it is" in bad
    for name in ("left", "back"):
        thumbnail = requests.get(f"{place.url}picture/{name}?n=1", timeout=60)
        assert thumbnail.headers["Content-Type"] == "image/jpeg"
        assert len(thumbnail.content) < 60_000
        assert foreign_parts(thumbnail.content) == ()
    assert requests.get(place.url + "picture/right", timeout=60).status_code == 404


def test_retake_or_keep(serving: Serving, pictures: Pictures) -> None:
    place = serving("photos")
    send(place.url, "back", pictures.spoiled("dark"))
    kept = requests.post(place.url + "keep/back", timeout=60).text
    assert "Kept as it is." in slot(kept, "back")
    assert place.session.entries["back"].as_it_is
    assert "Good." in send(place.url, "back", pictures.phone / "back.jpg")
    assert not place.session.entries["back"].as_it_is
    worse = send(place.url, "back", pictures.spoiled("blurry"))
    assert "The one before it is still kept." in worse
    assert place.session.entries["back"].settled


def test_a_view_that_can_t_be_taken(serving: Serving) -> None:
    place = serving("photos")
    text = requests.post(place.url + "leave-out/screen-on", timeout=60).text
    assert "1 of 7 are here" in text
    text = requests.post(place.url + "take-in/screen-on", timeout=60).text
    assert "0 of 7 are here" in text


def test_the_end_is_for_a_whole_set(serving: Serving, pictures: Pictures) -> None:
    place = serving("photos", "imei")
    requests.post(place.url + "finish", timeout=60)
    assert place.session.ended is None
    assert "IMEI 35…072 was read." in send(place.url, "imei", pictures.phone / "imei-box.jpg")
    text = requests.get(place.url, timeout=60).text
    assert "Stop here" in text
    assert "<h2>Done</h2>" in requests.post(place.url + "finish", timeout=60).text
    assert place.session.ended == "finished"
    late = requests.post(place.url + "take/back", files={"picture": b"x"}, timeout=60)
    assert late.status_code == 410
    assert place.session.entries["back"].taken == 0


def test_another_device_s_number_is_said_at_once(serving: Serving, pictures: Pictures) -> None:
    place = serving("imei")
    place.session._judge._imeis = ("490154203237518",)
    assert "not the IMEI of the device" in send(place.url, "imei", pictures.phone / "imei-box.jpg")
    assert "No IMEI can be read" in send(place.url, "imei", jpeg(Image.new("RGB", (320, 240), "white")))


def test_the_files_are_in_the_package(tmp_path: Path) -> None:
    root = Path(page.__file__).parents[2]
    listed = (root / "pyproject.toml").read_text()
    assert 'packages = ["returnctl"]' in listed  # all of the folder, whatever its kind
    assert {path.name for path in FILES.iterdir()} == {
        "page.html", "page.css", "page.js", "words.toml", "drawings.toml",
    }  # fmt: skip
