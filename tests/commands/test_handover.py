"""The `manual` profile: no API, no network; everything collects in a hand-over until a person has pasted it."""

from __future__ import annotations

import socket
from datetime import date
from pathlib import Path

import pytest

from returnctl.sandbox.pictures import VIEWS
from tests.commands.pictures import Pictures
from tests.commands.running import Names, Runner
from tests.commands.world import BY_HAND, IMEI, NUMBER, STRANGE_IMEI, tree


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def opened(run_line: Runner) -> None:
    run_line(f"open 10000001 {BY_HAND}")


@pytest.fixture
def folder(workspace: Path) -> Path:
    return workspace / "10000001" / "handover"


def steps(run_line: Runner) -> dict[str, str]:
    found = run_line("status 10000001 --json").json["returns"][0]["steps"]
    return {name: step["state"] for name, step in found.items()}


def test_the_whole_return(run_line: Runner, pictures: Pictures, workspace: Path, folder: Path) -> None:
    result = run_line(f"open 10000001 {BY_HAND} --json").json
    assert (result["case"], result["sent"], result["coverage"]["verdict"]) == (None, False, "return-window")
    assert run_line("photos 10000001 {phone} --json", 8, phone=pictures.phone).json["sent"] is False
    run_line(f"imei 10000001 {IMEI}", 8)
    run_line("disconnect-proof 10000001 {p}", 8, p=pictures.phone / "disconnect-proof.png")
    assert {name for name, state in steps(run_line).items() if state == "waiting"} == {
        "open", "photos", "imei", "disconnect-proof",
    }  # fmt: skip

    # Eight files fit into one message: one folder, one text, and everything that a person needs.
    assert [path.name for path in folder.iterdir()] == ["1"]
    text = (folder / "1" / "message.txt").read_text(encoding="utf-8")
    for part in ("10000001", "iPhone 13", IMEI, "disconnected"):
        assert part in text, part
    assert "[rc" not in text
    files = sorted(path.name for path in (folder / "1").iterdir() if path.name != "message.txt")
    assert files == [
        *(f"{n:02d}-{view}.jpg" for n, view in enumerate(VIEWS["smartphone"], 1)),
        "08-icloud-1.png",
    ]
    for name in files:
        assert name in text

    shown = run_line("handover 10000001 --json", 8).json["handovers"]
    assert [one["handover"] for one in shown] == [1]
    assert [Path(name).name for name in shown[0]["files"]] == files
    assert run_line("handover 10000001 --done --json").json["handovers"] == []
    assert set(steps(run_line).values()) == {"done", "todo"}
    assert steps(run_line)["photos"] == "done"

    run_line("slip 10000001")
    assert run_line("label 10000001 --json", 8).json["label_due"]
    run_line(f"label 10000001 --number {NUMBER}")
    line = "ship 10000001 --battery ok --inside {i} --outside {o} --drop-off --sent --json"
    ran = run_line(line, 8, i=pictures.phone / "inside.jpg", o=pictures.phone / "outside.jpg")
    assert (ran.json["label_read"], ran.json["told_seller"]) == ("match", False)
    assert NUMBER in (folder / "2" / "message.txt").read_text(encoding="utf-8")
    assert run_line("ship 10000001 --sent --done --json").json["told_seller"] is True
    assert sorted(path.name for path in folder.iterdir()) == ["1", "2"]

    assert run_line("track 10000001 --json").json["parcels"][0]["found"] is None
    run_line(f"track 10000001 --delivered {date.today()}")
    assert run_line("status 10000001 --json").json["returns"][0]["next"] is None
    run_line("close 10000001 --outcome refunded")


@pytest.mark.usefixtures("opened")
class TestOneOpenHandOver:
    def test_opening_waits_in_it(self, run_line: Runner, folder: Path) -> None:
        assert steps(run_line)["open"] == "waiting"
        assert "I would like to return" in (folder / "1" / "message.txt").read_text(encoding="utf-8")

    def test_shows_what_to_paste(self, run_line: Runner, pictures: Pictures) -> None:
        run_line("photos 10000001 {phone}", 8, phone=pictures.phone)
        out = run_line("handover 10000001", 8).stdout
        assert "iPhone 13" in out
        assert "01-screen-on.jpg" in out

    def test_a_step_done_twice_waits_once(
        self, run_line: Runner, pictures: Pictures, workspace: Path
    ) -> None:
        for line in ("photos 10000001 {phone}", f"imei 10000001 {IMEI}", "message 10000001 Hello."):
            run_line(line, 8, phone=pictures.phone)
            before = tree(workspace / "10000001")
            run_line(line, 8, phone=pictures.phone)
            assert tree(workspace / "10000001") == before

    def test_another_value_takes_the_place_of_a_waiting_one(self, run_line: Runner, folder: Path) -> None:
        """Nobody has told the seller yet, so it is no correction."""
        run_line(f"imei 10000001 {STRANGE_IMEI}", 8)
        run_line(f"imei 10000001 {IMEI}", 8)
        text = (folder / "1" / "message.txt").read_text(encoding="utf-8")
        assert IMEI in text
        assert STRANGE_IMEI not in text

    def test_another_picture_takes_the_place_of_a_waiting_one(
        self, run_line: Runner, pictures: Pictures, folder: Path
    ) -> None:
        run_line("photos 10000001 {phone}", 8, phone=pictures.phone)
        before = {path.name: path.read_bytes() for path in (folder / "1").glob("*.jpg")}
        run_line("photos 10000001 {back}", 8, back=pictures.other() / "back.jpg")
        after = {path.name: path.read_bytes() for path in (folder / "1").glob("*.jpg")}
        assert after.keys() == before.keys()
        assert [name for name in before if before[name] != after[name]] == ["03-back.jpg"]

    def test_a_message_more_than_fits_opens_another(
        self, run_line: Runner, pictures: Pictures, folder: Path
    ) -> None:
        run_line("photos 10000001 {phone}", 8, phone=pictures.phone)
        names: Names = {
            f"f{n}": path for n, path in enumerate(sorted(pictures.of("console").glob("*.jpg"))[:5])
        }
        words = " ".join(f"--file {{{name}}}" for name in names)
        run_line(f"message 10000001 Look. {words}", 8, **names)
        assert sorted(path.name for path in folder.iterdir()) == ["1", "2"]
        for number in "12":
            assert len(list((folder / number).glob("*.jpg"))) <= 10
        assert [one["handover"] for one in run_line("handover 10000001 --json", 8).json["handovers"]] == [
            1,
            2,
        ]

    def test_after_confirming_a_new_one_is_opened(self, run_line: Runner, folder: Path) -> None:
        run_line("handover 10000001 --done")
        pasted = (folder / "1" / "message.txt").read_bytes()
        run_line(f"imei 10000001 {IMEI}", 8)
        assert (folder / "1" / "message.txt").read_bytes() == pasted
        assert IMEI in (folder / "2" / "message.txt").read_text(encoding="utf-8")


@pytest.mark.usefixtures("opened")
class TestDone:
    def test_nothing_waits(self, run_line: Runner) -> None:
        run_line("handover 10000001 --done")
        assert run_line("handover 10000001 --json").json["handovers"] == []
        assert run_line("handover 10000001 --done --json").json["confirmed"] == 0

    def test_of_one_step(self, run_line: Runner) -> None:
        run_line(f"imei 10000001 {IMEI}", 8)
        run_line("open 10000001 --done")
        assert (steps(run_line)["open"], steps(run_line)["imei"]) == ("done", "waiting")
        run_line("imei 10000001 --done")
        assert steps(run_line)["imei"] == "done"

    @pytest.mark.parametrize(
        ("line", "step"),
        [
            ("photos 10000001 {phone}", "photos"),
            (f"imei 10000001 {IMEI}", "imei"),
            ("disconnect-proof 10000001 {proof}", "disconnect-proof"),
            ("disconnect-proof 10000001 --none never", "disconnect-proof"),
        ],
    )
    def test_at_once(self, run_line: Runner, pictures: Pictures, line: str, step: str) -> None:
        names: Names = {"phone": pictures.phone, "proof": pictures.phone / "disconnect-proof.png"}
        run_line(f"{line} --done", **names)
        assert steps(run_line)[step] == "done"
        run_line(line, **names)
        run_line(f"{line} --done", **names)

    def test_another_value_afterwards_is_a_correction(self, run_line: Runner) -> None:
        run_line(f"imei 10000001 {IMEI} --done")
        error = run_line(f"imei 10000001 {STRANGE_IMEI} --json", 6).error
        assert "--again" in error["hint"]
        run_line(f"imei 10000001 {STRANGE_IMEI} --again", 8)


def test_a_device_without_imei_or_account(run_line: Runner) -> None:
    run_line(f"open 10000001 {BY_HAND.replace('smartphone', 'other')}")
    assert run_line("imei 10000001 --json").json["needed"] is False
    assert run_line("disconnect-proof 10000001 --json").json["needed"] is False


def test_a_market_with_a4(run_line: Runner) -> None:
    import pypdf

    run_line(f"open 10000001 {BY_HAND} --market de-de")
    box = pypdf.PdfReader(run_line("slip 10000001 --json").json["path"]).pages[0].mediabox
    assert (round(box.width), round(box.height)) == (595, 842)
