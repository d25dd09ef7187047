"""What a session takes in and keeps; pieces that come twice, late, or not at all."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from returnctl.capture import session as sessions
from returnctl.capture.session import FOLDER, Session
from returnctl.capture.uploads import MOST_BYTES, MOST_OPEN, Uploads, Wrong
from returnctl.errors import DiskTrouble
from tests.capture.conftest import Served, Serving
from tests.commands.pictures import Pictures
from tests.commands.world import tree

pytestmark = pytest.mark.timeout(180)  # a busy machine is no failure

NAME = "0123456789abcdef" * 2


def put(place: Served, slot: str, name: str, piece: bytes, offset: int, length: int) -> requests.Response:
    headers = {"Upload-Offset": str(offset), "Upload-Length": str(length)}
    return requests.put(f"{place.url}take/{slot}/{name}", data=piece, headers=headers, timeout=60)


class TestPieces:
    @given(st.binary(min_size=1, max_size=60), st.lists(st.integers(0, 60), max_size=12))
    def test_any_way_of_sending_makes_the_same_picture(self, data: bytes, starts: list[int]) -> None:
        """Whatever pieces come first, again or with a gap: going on from where it stands ends in the whole."""
        uploads = Uploads()
        whole, wrong = None, []
        for start in [*starts, *range(len(data))]:
            piece = data[start : start + 7]
            stands = uploads.offset("back", NAME)
            try:
                whole = uploads.add("back", NAME, piece, offset=start, length=len(data)) if piece else None
            except Wrong as refused:
                wrong.append((refused.offset, stands, start))
            if whole or uploads.is_done("back", NAME):
                break
        assert whole
        assert whole.content == data
        assert uploads.offset("back", NAME) == len(data)
        assert all(told == stands < start for told, stands, start in wrong)

    def test_a_length_that_changes_is_refused(self) -> None:
        uploads = Uploads()
        uploads.add("back", NAME, b"12", offset=0, length=4)
        with pytest.raises(Wrong) as refused:
            uploads.add("back", NAME, b"34", offset=2, length=5)
        assert refused.value.offset == 2

    @pytest.mark.parametrize("length", [0, MOST_BYTES + 1])
    def test_a_length_that_can_t_be_is_refused(self, length: int) -> None:
        with pytest.raises(Wrong):
            Uploads().add("back", NAME, b"", offset=0, length=length)

    def test_only_so_many_are_under_way(self) -> None:
        uploads = Uploads()
        names = [secrets.token_hex(16) for _ in range(MOST_OPEN + 1)]
        for name in names:
            uploads.add("back", name, b"1", offset=0, length=2)
        assert [uploads.offset("back", name) for name in names] == [0, *[1] * MOST_OPEN]


class TestUploads:
    def test_it_goes_on_where_it_was(self, serving: Serving, pictures: Pictures) -> None:
        place, data = serving(), (pictures.phone / "back.jpg").read_bytes()
        half = len(data) // 2
        assert put(place, "back", NAME, data[:half], 0, len(data)).status_code == 202
        asked = requests.get(f"{place.url}take/back/{NAME}", timeout=60)
        assert asked.headers["Upload-Offset"] == str(half)
        gap = put(place, "back", NAME, data[half + 10 :], half + 10, len(data))
        assert (gap.status_code, gap.headers["Upload-Offset"]) == (409, str(half))
        assert "Good." in put(place, "back", NAME, data[half:], half, len(data)).text

    def test_an_answer_that_got_lost_is_given_again(self, serving: Serving, pictures: Pictures) -> None:
        place, data = serving(), (pictures.phone / "back.jpg").read_bytes()
        for _ in range(3):
            assert "Good." in put(place, "back", NAME, data, 0, len(data)).text
        assert place.session.entries["back"].taken == 1

    def test_the_same_picture_twice_is_one(self, serving: Serving, pictures: Pictures) -> None:
        place, data = serving(), (pictures.phone / "back.jpg").read_bytes()
        put(place, "back", secrets.token_hex(16), data, 0, len(data))
        put(place, "back", secrets.token_hex(16), data, 0, len(data))
        requests.post(f"{place.url}take/back", files={"picture": ("a.jpg", data)}, timeout=60)
        assert place.session.entries["back"].taken == 1
        assert place.session.events.qsize() == 1

    def test_the_same_picture_for_two_views_is_said(self, serving: Serving, pictures: Pictures) -> None:
        place, data = serving(), (pictures.phone / "back.jpg").read_bytes()
        put(place, "back", NAME, data, 0, len(data))
        assert "same picture as back" in put(place, "left", NAME, data, 0, len(data)).text

    @pytest.mark.parametrize("name", ["x", "../../../etc/passwd", NAME.upper(), NAME + "0", "a" * 300])
    def test_only_our_names_are_names(self, serving: Serving, name: str) -> None:
        place = serving()
        assert put(place, "back", name, b"12", 0, 2).status_code in (404, 405)
        assert put(place, "sideways", NAME, b"12", 0, 2).status_code == 404

    @pytest.mark.parametrize(("offset", "length"), [("-1", "5"), ("x", "5"), ("0", ""), ("0", "9" * 20)])
    def test_numbers_that_are_none(self, serving: Serving, offset: str, length: str) -> None:
        place = serving()
        headers = {"Upload-Offset": offset, "Upload-Length": length}
        url = f"{place.url}take/back/{NAME}"
        assert requests.put(url, data=b"1", headers=headers, timeout=60).status_code == 400


class TestKeeping:
    def test_what_is_rejected_stays_nowhere(
        self, serving: Serving, pictures: Pictures, tmp_path: Path
    ) -> None:
        place = serving()
        place.session.take("back", pictures.spoiled("dark").read_bytes())
        place.session.take("left", b"no picture at all")
        assert tree(tmp_path / "10000001") == {}

    def test_a_name_of_the_phone_is_no_name_here(
        self, serving: Serving, pictures: Pictures, tmp_path: Path
    ) -> None:
        place, data = serving(), (pictures.phone / "back.jpg").read_bytes()
        files = {"picture": ("../../Jane Doe's phone.php", data, "text/html")}
        requests.post(f"{place.url}take/back", files=files, timeout=60)
        kept = [path for path in (tmp_path / "10000001").rglob("*") if path.is_file()]
        assert [path.name for path in kept] == ["back.jpg"]
        assert b"Jane" not in kept[0].read_bytes()
        assert kept[0].stat().st_mode & 0o777 == 0o600

    def test_the_next_session_finds_what_was_kept(
        self, serving: Serving, pictures: Pictures, tmp_path: Path
    ) -> None:
        first = serving().session
        first.take("back", (pictures.phone / "back.jpg").read_bytes())
        fresh = tmp_path / "10000001" / FOLDER / "left.new"
        fresh.write_bytes((pictures.phone / "left.jpg").read_bytes())  # broken off before it had its name
        again = serving().session
        assert again.missing == ("screen-on", "screen-off", "right", "top", "bottom")
        assert sorted(path.name for path in fresh.parent.iterdir()) == ["back.jpg", "left.jpg"]

    def test_a_full_disk_is_said_and_nothing_counts_as_kept(
        self, serving: Serving, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> None:
            raise DiskTrouble("back.new: no space left on device.")

        place = serving()
        monkeypatch.setattr(sessions.files, "write_atomic", full)
        entry = place.session.take("back", (pictures.phone / "back.jpg").read_bytes())
        assert entry.verdict
        assert entry.verdict.problems[0].message == "back.new: no space left on device."
        assert not entry.settled

    def test_a_session_takes_only_so_many(self, serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sessions, "MOST_PICTURES", 2)
        session: Session = serving().session
        for number in range(4):
            entry = session.take("back", b"%d" % number)
        assert entry.verdict
        assert entry.verdict.problems[0].code == "too-many"
