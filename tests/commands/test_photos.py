"""`photos`: what is judged, kept and sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from returnctl.sandbox.pictures import VIEWS
from tests.commands.pictures import Pictures, stamp
from tests.commands.running import Names, Runner
from tests.commands.world import Sandbox, tree

pytestmark = pytest.mark.usefixtures("opened")


class TestAGoodSet:
    def test_is_sent_in_one_message(self, run_line: Runner, sandbox: Sandbox, pictures: Pictures) -> None:
        result = run_line("photos 10000001 {phone} --json", phone=pictures.phone).json
        assert result["sent"] is True
        assert result["needed"] is True
        assert result["messages"] == 1
        assert result["missing"] == []
        assert result["unassigned"] == []
        assert [photo["view"] for photo in result["photos"]] == list(VIEWS["smartphone"])
        assert {photo["verdict"] for photo in result["photos"]} <= {"accepted", "warned"}
        assert result["photos"][0]["file"] == str(pictures.phone / "screen-on.jpg")
        assert result["next"]["step"] == "imei"
        assert (sandbox.ledger()["messages"], sandbox.ledger()["attachments"]) == (1, 7)

    def test_is_kept_upright_without_metadata(
        self, run_line: Runner, pictures: Pictures, workspace: Path, tmp_path: Path
    ) -> None:
        there = pictures.set_of_views(tmp_path / "set", without=("back",))
        with Image.open(pictures.phone / "back.jpg") as picture:
            exif = picture.getexif()
            exif[0x0112] = 6  # to be turned by a quarter
            exif[0x010F] = "ACME"
            exif.get_ifd(0x8825)[1] = "N"
            picture.save(there / "back.jpg", exif=exif, quality=88)
        run_line("photos 10000001 {there}", there=there)
        with Image.open(workspace / "10000001" / "photos" / "back.jpg") as kept:
            assert kept.size == (1200, 1600)
            assert not kept.getexif()
        names = {path.name.partition("-")[2] for path in (workspace / "10000001" / "originals").iterdir()}
        assert names == {f"{view}.jpg" for view in VIEWS["smartphone"]}

    def test_again_sends_nothing(self, run_line: Runner, sandbox: Sandbox, pictures: Pictures) -> None:
        run_line("photos 10000001 {phone}", phone=pictures.phone)
        before = sandbox.ledger()
        for line in ("photos 10000001 {phone} --json", "photos 10000001 --json"):
            result = run_line(line, phone=pictures.phone).json
            assert result["sent"] is False
            assert result["messages"] == 0
            assert result["missing"] == []
        assert sandbox.ledger() == before

    def test_again_says_so(self, run_line: Runner, pictures: Pictures) -> None:
        run_line("photos 10000001 {phone}", phone=pictures.phone)
        assert "complete" in run_line("photos 10000001 {phone}", phone=pictures.phone).stdout

    def test_without_originals(self, run_line: Runner, pictures: Pictures, workspace: Path) -> None:
        run_line("photos 10000001 {phone} --no-originals", phone=pictures.phone)
        assert (workspace / "10000001" / "photos" / "back.jpg").is_file()
        assert not (workspace / "10000001" / "originals").exists()

    @pytest.mark.parametrize(("option", "kept"), [("--keep-time", True), ("", False)])
    def test_the_time_of_capture(
        self, run_line: Runner, pictures: Pictures, workspace: Path, tmp_path: Path, option: str, kept: bool
    ) -> None:
        from datetime import datetime

        there = pictures.set_of_views(tmp_path / "set", without=("back",))
        stamp(pictures.phone / "back.jpg", there / "back.jpg", datetime(2026, 6, 9, 10, 0))
        run_line(f"photos 10000001 {{there}} {option}", there=there)
        with Image.open(workspace / "10000001" / "photos" / "back.jpg") as copy:
            assert (copy.getexif().get_ifd(0x8769).get(0x9003) == "2026:06:09 10:00:00") is kept

    def test_a_contact_sheet(self, run_line: Runner, pictures: Pictures, tmp_path: Path) -> None:
        run_line(
            "photos 10000001 {phone} --sheet {sheet}", phone=pictures.phone, sheet=tmp_path / "sheet.pdf"
        )
        [page] = PdfReader(tmp_path / "sheet.pdf").pages
        assert (page.mediabox.width, page.mediabox.height) == (612, 792)  # the market's own paper

    @pytest.mark.parametrize(
        ("order", "kind"),
        [
            ("10000003", "computer"),
            ("10000005", "audio"),
            *(
                pytest.param(order, kind, marks=pytest.mark.nightly)
                for order, kind in (
                    ("10000002", "tablet"),
                    ("10000004", "smartwatch"),
                    ("10000008", "console"),
                )
            ),
        ],
    )
    def test_of_every_kind(
        self, run_line: Runner, sandbox: Sandbox, pictures: Pictures, order: str, kind: str
    ) -> None:
        run_line(f"open {order} --reason faulty --wants refund")
        result = run_line(f"photos {order} {{there}} --json", there=pictures.of(kind)).json
        assert [photo["view"] for photo in result["photos"]] == list(VIEWS[kind])
        assert sandbox.ledger(order)["attachments"] == len(VIEWS[kind])


class TestAnIncompleteSet:
    def test_is_refused_and_nothing_is_sent(
        self, run_line: Runner, sandbox: Sandbox, pictures: Pictures, tmp_path: Path
    ) -> None:
        there = pictures.set_of_views(tmp_path / "set", without=("left", "top"))
        ran = run_line("photos 10000001 {there} --json", 6, there=there)
        assert ran.json["missing"] == ["left", "top"]
        assert ran.json["sent"] is False
        assert "left, top" in ran.error["message"]
        assert "--without" in ran.error["hint"]
        assert sandbox.ledger()["messages"] == 0

    def test_the_next_call_needs_only_the_rest(
        self, run_line: Runner, sandbox: Sandbox, pictures: Pictures, tmp_path: Path
    ) -> None:
        there = pictures.set_of_views(tmp_path / "set", without=("left", "top"))
        run_line("photos 10000001 {there}", 6, there=there)
        line = "photos 10000001 {left} {top} --json"
        result = run_line(line, left=pictures.phone / "left.jpg", top=pictures.phone / "top.jpg").json
        assert result["missing"] == []
        assert result["messages"] == 1
        assert sandbox.ledger()["attachments"] == 7

    def test_without_a_view_that_can_not_be_taken(
        self, run_line: Runner, sandbox: Sandbox, pictures: Pictures, tmp_path: Path
    ) -> None:
        there = pictures.set_of_views(tmp_path / "set", without=("screen-on",))
        result = run_line("photos 10000001 {there} --without screen-on --json", there=there).json
        assert result["missing"] == []
        assert sandbox.ledger()["attachments"] == 6
        assert "screen-on" in sandbox.messages()[-1]["text"]
        assert run_line("photos 10000001 --json").json["missing"] == []
        status = run_line("status 10000001 --json").json["returns"][0]
        assert status["steps"]["photos"]["state"] == "done"

    def test_a_view_left_out_may_follow(
        self, run_line: Runner, sandbox: Sandbox, pictures: Pictures, tmp_path: Path
    ) -> None:
        there = pictures.set_of_views(tmp_path / "set", without=("screen-on",))
        run_line("photos 10000001 {there} --without screen-on", there=there)
        line = "photos 10000001 {file} --json"
        assert run_line(line, file=pictures.phone / "screen-on.jpg").json["sent"] is True
        assert sandbox.ledger()["attachments"] == 7

    def test_a_view_that_the_kind_lacks(self, run_line: Runner, pictures: Pictures) -> None:
        error = run_line("photos 10000001 {phone} --without front --json", 2, phone=pictures.phone).error
        assert "front" in error["message"]

    def test_nothing_at_all(self, run_line: Runner) -> None:
        ran = run_line("photos 10000001 --json", 6)
        assert ran.json["missing"] == list(VIEWS["smartphone"])


class TestARejectedPicture:
    @pytest.fixture(params=["blurry", "dark"])
    def spoiled(self, request: pytest.FixtureRequest, pictures: Pictures, tmp_path: Path) -> tuple[Path, str]:
        there = pictures.set_of_views(tmp_path / "set", without=("back",))
        (there / "back.jpg").write_bytes(pictures.spoiled(request.param).read_bytes())
        return there, request.param

    def test_is_refused_and_nothing_is_sent(
        self, run_line: Runner, sandbox: Sandbox, spoiled: tuple[Path, str]
    ) -> None:
        there, code = spoiled
        ran = run_line("photos 10000001 {there} --json", 6, there=there)
        by_view = {photo["view"]: photo for photo in ran.json["photos"]}
        assert by_view["back"]["verdict"] == "rejected"
        problem = next(one for one in by_view["back"]["problems"] if one["code"] == code)
        assert problem["severity"] == "reject"
        assert problem["message"]
        assert problem["measured"] > 0
        assert problem["limit"] > 0
        assert "back" in ran.error["message"]
        assert ran.json["sent"] is False
        assert sandbox.ledger()["messages"] == 0

    def test_the_accepted_ones_are_kept(
        self, run_line: Runner, sandbox: Sandbox, pictures: Pictures, spoiled: tuple[Path, str]
    ) -> None:
        run_line("photos 10000001 {there}", 6, there=spoiled[0])
        result = run_line("photos 10000001 {back} --json", back=pictures.phone / "back.jpg").json
        assert result["sent"] is True
        assert sandbox.ledger()["attachments"] == 7

    def test_the_rejected_one_is_not_kept(
        self, run_line: Runner, workspace: Path, spoiled: tuple[Path, str]
    ) -> None:
        run_line("photos 10000001 {there}", 6, there=spoiled[0])
        assert not (workspace / "10000001" / "photos" / "back.jpg").exists()
        assert "back" in run_line("photos 10000001 --json", 6).json["missing"]

    def test_one_may_take_it_as_it_is(
        self, run_line: Runner, sandbox: Sandbox, spoiled: tuple[Path, str]
    ) -> None:
        there, code = spoiled
        result = run_line(f"photos 10000001 {{there}} --accept {code} --json", there=there).json
        assert result["sent"] is True
        assert sandbox.ledger()["attachments"] == 7

    def test_by_its_view(self, run_line: Runner, sandbox: Sandbox, spoiled: tuple[Path, str]) -> None:
        assert run_line("photos 10000001 {there} --accept back --json", there=spoiled[0]).json["sent"] is True

    def test_another_code_does_not_help(self, run_line: Runner, spoiled: tuple[Path, str]) -> None:
        other = "dark" if spoiled[1] == "blurry" else "blurry"
        run_line(f"photos 10000001 {{there}} --accept {other}", 6, there=spoiled[0])

    def test_the_same_picture_twice_names_the_other_view(
        self, run_line: Runner, sandbox: Sandbox, pictures: Pictures, tmp_path: Path
    ) -> None:
        there = pictures.set_of_views(tmp_path / "set", without=("right",))
        (there / "right.jpg").write_bytes((there / "left.jpg").read_bytes())
        ran = run_line("photos 10000001 {there} --json", 6, there=there)
        by_view = {photo["view"]: photo for photo in ran.json["photos"]}
        problem = next(one for one in by_view["right"]["problems"] if one["code"] == "duplicate")
        assert "left" in problem["message"]
        assert sandbox.ledger()["messages"] == 0

    def test_the_same_picture_in_a_later_call(
        self, run_line: Runner, pictures: Pictures, tmp_path: Path
    ) -> None:
        there = pictures.set_of_views(tmp_path / "set", without=("right",))
        run_line("photos 10000001 {there}", 6, there=there)
        ran = run_line("photos 10000001 --view right={left} --json", 6, left=pictures.phone / "left.jpg")
        assert [one["code"] for one in ran.json["photos"][0]["problems"]] == ["duplicate"]

    def test_a_text_that_says_it_is_a_picture(
        self, run_line: Runner, sandbox: Sandbox, pictures: Pictures, tmp_path: Path
    ) -> None:
        there = pictures.set_of_views(tmp_path / "set", without=("right",))
        (there / "right.jpg").write_text("not a picture")
        ran = run_line("photos 10000001 {there} --json", 6, there=there)
        by_view = {photo["view"]: photo for photo in ran.json["photos"]}
        assert [one["code"] for one in by_view["right"]["problems"]] == ["unreadable"]
        run_line("photos 10000001 {there} --accept unreadable --accept right", 6, there=there)
        assert sandbox.ledger()["messages"] == 0


class TestAnotherPictureForAView:
    @pytest.fixture(autouse=True)
    def sent(self, run_line: Runner, opened: None, pictures: Pictures) -> None:
        run_line("photos 10000001 {phone}", phone=pictures.phone)

    def test_is_refused(self, run_line: Runner, sandbox: Sandbox, pictures: Pictures) -> None:
        ran = run_line("photos 10000001 {back} --json", 6, back=pictures.other() / "back.jpg")
        assert "back" in ran.error["message"]
        assert "--again" in ran.error["hint"]
        assert sandbox.ledger()["attachments"] == 7

    def test_leaves_everything_as_it_was(self, run_line: Runner, pictures: Pictures, workspace: Path) -> None:
        before = tree(workspace / "10000001")
        run_line("photos 10000001 {back}", 6, back=pictures.other() / "back.jpg")
        assert tree(workspace / "10000001") == before
        status = run_line("status 10000001 --json").json["returns"][0]
        assert status["steps"]["photos"]["state"] == "done"

    def test_is_sent_alone_as_a_correction(
        self, run_line: Runner, sandbox: Sandbox, pictures: Pictures
    ) -> None:
        line = "photos 10000001 {back} --again --json"
        assert run_line(line, back=pictures.other() / "back.jpg").json["messages"] == 1
        assert sandbox.ledger()["attachments"] == 8
        assert run_line(line, back=pictures.other() / "back.jpg").json["sent"] is False
        assert sandbox.ledger()["attachments"] == 8

    def test_a_further_view_is_sent_alone(
        self, run_line: Runner, sandbox: Sandbox, pictures: Pictures
    ) -> None:
        line = "photos 10000001 --view defect-1={file} --json"
        result = run_line(line, file=pictures.other() / "left.jpg").json
        assert result["sent"] is True
        assert [photo["view"] for photo in result["photos"]] == ["defect-1"]
        assert sandbox.ledger()["attachments"] == 8
        assert run_line(line, file=pictures.other() / "left.jpg").json["sent"] is False


def test_more_than_a_message_holds(run_line: Runner, sandbox: Sandbox, pictures: Pictures) -> None:
    others = sorted(path for path in pictures.of("computer").glob("*.jpg") if path.stem in VIEWS["computer"])
    further = " ".join(f"--view defect-{n}={{d{n}}}" for n in range(1, 5))
    names: Names = {f"d{n}": path for n, path in enumerate(others[:4], 1)}
    result = run_line(f"photos 10000001 {{phone}} {further} --json", phone=pictures.phone, **names).json
    assert result["messages"] == 2
    assert (sandbox.ledger()["messages"], sandbox.ledger()["attachments"]) == (2, 11)
    assert run_line("photos 10000001 --json").json["sent"] is False


class TestBeforeTheSellerHasAnswered:
    @pytest.fixture(autouse=True)
    def unanswered(self, run_line: Runner, sandbox: Sandbox, opened: None) -> None:
        sandbox.faults("no-attachments@10000002")
        run_line("open 10000002 --reason faulty --wants refund")

    def test_photos_are_judged_and_kept(
        self, run_line: Runner, sandbox: Sandbox, pictures: Pictures, workspace: Path
    ) -> None:
        ran = run_line("photos 10000002 {there} --json", 8, there=pictures.of("tablet"))
        assert ran.error["code"] == "pending"
        assert ran.json["sent"] is False
        assert ran.json["reply_due"]
        assert {photo["verdict"] for photo in ran.json["photos"]} <= {"accepted", "warned"}
        assert len(ran.json["photos"]) == 7
        assert (workspace / "10000002" / "photos" / "back.jpg").is_file()
        assert sandbox.ledger("10000002")["messages"] == 0

    def test_the_same_command_sends_them_later(
        self, run_line: Runner, sandbox: Sandbox, pictures: Pictures
    ) -> None:
        run_line("photos 10000002 {there}", 8, there=pictures.of("tablet"))
        sandbox.faults("none")
        assert run_line("photos 10000002 --json").json["sent"] is True
        assert sandbox.ledger("10000002")["attachments"] == 7

    def test_words_are_taken(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("message 10000002 'When do you answer?'")
        assert sandbox.ledger("10000002")["messages"] == 1
