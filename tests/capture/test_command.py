"""`capture` from the command line: what it says, what it hands over, and how it ends."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
import zxingcpp
from PIL import Image

from returnctl.capture import address, qr
from returnctl.errors import Pending, Refused, Usage
from returnctl.returns.reference import Reference
from returnctl.returns.workspace import Workspace
from returnctl.steps import capture as step
from tests.capture.conftest import PHOTOS, Captured
from tests.commands.pictures import Pictures
from tests.commands.running import ProcessRunner, Runner
from tests.commands.world import BY_HAND, IMEI, NUMBER, Sandbox, tree

pytestmark = pytest.mark.timeout(180)  # a busy machine is no failure

OPEN = "open 10000001 --reason faulty --wants refund"
HERE = "--bind 127.0.0.1"
Start = Callable[..., Captured]


def send(url: str, slot: str, picture: Path) -> None:
    files = {"picture": ("IMG_1.jpg", picture.read_bytes())}
    answer = requests.post(f"{url}take/{slot}", files=files, timeout=60)
    assert answer.status_code == 200, answer.text


def test_whole_sets_go_to_their_steps(
    run_line: Runner, capture: Start, sandbox: Sandbox, pictures: Pictures, workspace: Path
) -> None:
    run_line(OPEN)
    session = capture("imei", "proof")
    send(session.url, "imei", pictures.phone / "imei-box.jpg")
    send(session.url, "proof-icloud", pictures.phone / "disconnect-proof.png")
    requests.post(f"{session.url}finish", timeout=60)
    assert "IMEI 35…072: valid, it is the order's." in session.shown()
    assert "Proof for icloud: proof/icloud-1.png" in session.shown()
    assert "IMEI: accepted." in session.said
    assert sandbox.ledger()["messages"] == 2
    assert not (workspace / "10000001" / "capture").exists()
    assert run_line("capture 10000001 --for imei,proof").stdout.startswith("There is nothing to take")


def test_an_end_in_the_middle_loses_nothing(
    run_line: Runner,
    run_process: ProcessRunner,
    capture: Start,
    pictures: Pictures,
    workspace: Path,
    tmp_path: Path,
) -> None:
    """Ctrl-C; then a time-out; then the rest. The return is free for others all the while."""
    run_line(f"open 10000001 {BY_HAND}")
    code = tmp_path / "code.png"
    running = run_process.start(f"capture 10000001 --for parcel {HERE} -vv --png {{code}}", code=code)
    assert running.process.stdout
    said = running.process.stdout.readline().decode()
    assert said.startswith("ready http://127.0.0.1:"), said
    url = said.split()[1]
    assert zxingcpp.read_barcodes(Image.open(code))[0].text == url
    assert code.stat().st_mode & 0o777 == 0o600
    send(url, "parcel-inside", pictures.phone / "inside.jpg")
    requests.get(f"{url}nothing", timeout=60)
    run_line("slip --text 10000001")
    running.signal(signal.SIGINT)
    ran = running.finish(130)
    assert "Inside of the parcel: accepted." in ran.stderr
    assert "Nothing is lost" in ran.stderr
    assert "Traceback" not in ran.stderr
    token = url.split("/")[3]
    assert token not in ran.stderr
    assert all(token.encode() not in (content or b"") for content in tree(workspace).values())
    over = run_line(f"capture 10000001 --for parcel --timeout 0s {HERE} --json", 8)
    assert over.error["message"] == "The time is over; 1 picture is kept, and nothing was handed over."
    assert over.json["missing"] == ["parcel-outside"]
    assert [one["state"] for one in over.json["captured"]] == ["kept", "missing"]
    session = capture("parcel")
    send(session.url, "parcel-outside", pictures.phone / "outside.jpg")
    requests.post(f"{session.url}finish", timeout=60)
    session.result()
    kept = sorted(path.name for path in (workspace / "10000001" / "parcel").iterdir())
    assert kept == ["inside.jpg", "outside.jpg"]


def test_what_no_session_ended_is_handed_over_by_the_next(
    run_line: Runner, pictures: Pictures, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is missing, so no phone is needed."""
    run_line(f"open 10000001 {BY_HAND}")
    run_line(f"label 10000001 --number {NUMBER} --carrier ups")
    folder = workspace / "10000001" / "capture"
    folder.mkdir(mode=0o700)
    for side in ("inside", "outside"):
        (folder / f"parcel-{side}.jpg").write_bytes((pictures.phone / f"{side}.jpg").read_bytes())
    ran = run_line("capture 10000001 --for parcel --json")
    assert ran.json["ended"] == "finished"
    assert ran.json["steps"][0]["step"] == "ship"
    assert ran.json["steps"][0]["result"]["label_read"] == "match"
    assert not folder.exists()


def test_a_set_that_is_whole_ends_by_itself(
    run_line: Runner, capture: Start, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By hand: what waits to be pasted has been handed over all the same."""
    monkeypatch.setattr(step, "_ALL_GOOD", 0.0)
    run_line(f"open 10000001 {BY_HAND}")
    session = capture("proof")
    send(session.url, "proof-icloud", pictures.phone / "disconnect-proof.png")
    with pytest.raises(Pending, match="waits in the hand-over") as ended:
        session.result()
    assert ended.value.result.document()["steps"][0]["exit"] == 8
    assert "Everything is here; it is handed over in a moment, or with Finish on the phone." in session.said


def test_twenty_wrong_addresses_end_it(run_line: Runner, capture: Start) -> None:
    run_line(f"open 10000001 {BY_HAND}")
    session = capture()
    token = session.url.split("/")[3]
    for _ in range(19):
        requests.get(session.url.replace(token, "guess"), timeout=60)
    with contextlib.suppress(
        requests.ConnectionError
    ):  # the page may be gone before it has answered the last
        requests.get(session.url.replace(token, "guess"), timeout=60)
    with pytest.raises(Refused, match="tried many wrong addresses") as ended:
        session.result()
    assert token not in str(ended.value.result.document())


def test_one_order_has_one_session(run_line: Runner, workspace: Path) -> None:
    run_line(f"open 10000001 {BY_HAND}")
    with Workspace(workspace).hold(Reference("10000001"), apart="capture"):
        assert run_line("capture 10000001 --json", 7).error["code"] == "busy"
    with Workspace(workspace).hold(Reference("10000001")):
        run_line(f"capture 10000001 --timeout 0s {HERE}", 8)


class TestWhatIsOpen:
    @pytest.fixture(autouse=True)
    def opened(self, run_line: Runner) -> None:
        run_line(f"open 10000001 {BY_HAND}")

    def would(self, run_line: Runner, line: str) -> list[str]:
        return list(run_line(f"capture 10000001 {line} --dry-run --json").json["missing"])

    def test_everything_but_the_parcel_before_there_is_a_label(self, run_line: Runner) -> None:
        assert self.would(run_line, "") == [*PHOTOS, "imei", "proof-icloud"]
        run_line(f"label 10000001 --number {NUMBER} --carrier ups")
        assert self.would(run_line, "")[-2:] == ["parcel-inside", "parcel-outside"]

    def test_what_is_named(self, run_line: Runner) -> None:
        assert self.would(run_line, "--for parcel,imei") == ["imei", "parcel-inside", "parcel-outside"]

    def test_what_is_done_is_left_out(self, run_line: Runner) -> None:
        run_line(f"imei 10000001 {IMEI}", 8)
        assert "imei" not in self.would(run_line, "")

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ("--for photo", "--for photo: not a set of pictures"),
            ("--for photos,", "not a set"),
            ("--timeout soon", "not a duration"),
            ("--bind 0.0.0.0", "at one address"),
            ("--bind ::", "at one address"),
            ("--bind here", "not an address"),
            ("picture.jpg", "one word too many"),
        ],
    )
    def test_a_wrong_word(self, run_line: Runner, options: str, said: str) -> None:
        ran = run_line(f"capture 10000001 {options}", 2)
        assert said in ran.stderr

    def test_an_address_of_another_machine(self, run_line: Runner) -> None:
        assert "203.0.113.7" in run_line("capture 10000001 --bind 203.0.113.7", 1).stderr

    def test_a_closed_return(self, run_line: Runner) -> None:
        run_line("close 10000001 --outcome refunded")
        assert "was closed" in run_line("capture 10000001", 6).stderr


def test_the_seller_s_desk_takes_no_pictures(run_line: Runner, sandbox: Sandbox) -> None:
    run_line("open 10000006 --profile sandbox-seller")
    assert "The buyer takes the pictures" in run_line("capture 10000006", 6).stderr


class TestTheCode:
    URL = "http://192.168.178.23:53211/abcdefghijklmnopqrstuv/"

    def test_is_read_again_from_a_terminal(self) -> None:
        """Half blocks as pixels, dark on light."""
        lines = qr.in_blocks(self.URL)
        picture = Image.new("L", (len(lines[0]), len(lines) * 2), 255)
        for row, line in enumerate(lines):
            for column, character in enumerate(line):
                for half in (0, 1):
                    dark = character == "█" or character == "▀▄"[half]
                    picture.putpixel((column, row * 2 + half), 0 if dark else 255)
        large = picture.resize((picture.width * 6, picture.height * 6), 0)
        assert zxingcpp.read_barcodes(large)[0].text == self.URL
        assert len(lines[0]) <= 40

    def test_light_on_dark_is_the_same_turned_round(self) -> None:
        turned = str.maketrans(" ▄▀█", "█▀▄ ")
        assert [line.translate(turned) for line in qr.in_blocks(self.URL)][:-1] == qr.in_blocks(
            self.URL, dark=False
        )[:-1]

    def test_without_blocks(self) -> None:
        lines = qr.in_letters(self.URL)
        assert {character for line in lines for character in line} == {" ", "#"}
        assert len(lines[0]) == 2 * len(lines) <= 80

    def test_in_colour_it_is_dark_on_light(self, run_line: Runner) -> None:
        run_line(f"open 10000001 {BY_HAND}")
        shown = run_line(f"capture 10000001 --timeout 0s {HERE} --color", 8)
        assert "\x1b[30m\x1b[107m" in shown.stderr
        plain = run_line(f"capture 10000001 --timeout 0s {HERE}", 8)
        assert "\x1b" not in plain.stderr
        assert "█████" in plain.stderr


def test_this_machine_s_address_is_one() -> None:
    assert address.checked(address.own_address())


@pytest.mark.parametrize(
    ("where", "said"),
    [("127.0.0.1", "Only this computer"), ("192.168.1.5", "unencrypted"), ("93.184.216.34", "internet")],
)
def test_the_network_is_spoken_of(where: str, said: str) -> None:
    assert said in address.warning(where)


def test_an_address_in_a_url() -> None:
    assert address.authority("fe80::1", 80) == "[fe80::1]:80"
    with pytest.raises(Usage):
        step.purposes("all")
