"""`message` and `messages`: saying something once, and reading all of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.commands.pictures import Pictures
from tests.commands.running import Names, Runner
from tests.commands.world import BY_HAND, Sandbox

pytestmark = pytest.mark.usefixtures("opened")


class TestSaying:
    def test_words(self, run_line: Runner, sandbox: Sandbox) -> None:
        result = run_line("message 10000001 'The battery is fine.' --json").json
        assert (result["return"], result["sent"]) == ("10000001", True)
        assert "The battery is fine." in sandbox.messages()[-1]["text"]

    def test_several_words(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("message 10000001 The battery is fine.")
        assert "The battery is fine." in sandbox.messages()[-1]["text"]

    def test_again_sends_nothing_unless_wished(self, run_line: Runner, sandbox: Sandbox) -> None:
        line = "message 10000001 'The battery is fine.'"
        run_line(line)
        assert run_line(f"{line} --json").json["sent"] is False
        assert sandbox.ledger()["messages"] == 1
        assert "--again" in run_line(line).stderr
        assert run_line(f"{line} --again --json").json["sent"] is True
        assert sandbox.ledger()["messages"] == 2

    def test_other_words(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("message 10000001 One.")
        run_line("message 10000001 Two.")
        assert sandbox.ledger()["messages"] == 2

    def test_from_standard_input(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("message 10000001 --body-file -", input="First line.\nZwölf Grüße.\n")
        assert "First line.\nZwölf Grüße." in sandbox.messages()[-1]["text"]

    def test_from_a_file(self, run_line: Runner, sandbox: Sandbox, tmp_path: Path) -> None:
        (tmp_path / "letter.txt").write_text("From a file.", encoding="utf-8")
        run_line("message 10000001 --body-file {file}", file=tmp_path / "letter.txt")
        assert "From a file." in sandbox.messages()[-1]["text"]

    @pytest.mark.parametrize("template", ["retake", "label-expired", "lost-parcel", "damaged-in-transit"])
    def test_a_template(self, run_line: Runner, sandbox: Sandbox, template: str) -> None:
        assert run_line(f"message 10000001 --template {template} --json").json["sent"] is True
        assert len(sandbox.messages()[-1]["text"]) > 40

    def test_with_a_picture(self, run_line: Runner, sandbox: Sandbox, pictures: Pictures) -> None:
        run_line("message 10000001 See. --file {file}", file=pictures.phone / "left.jpg")
        assert sandbox.ledger()["attachments"] == 1

    def test_what_is_compressed_anew_is_said(
        self, run_line: Runner, pictures: Pictures, tmp_path: Path
    ) -> None:
        plain, turned = pictures.phone / "left.jpg", tmp_path / "turned.jpg"
        exif = Image.Exif()
        exif[0x0112] = 6
        Image.open(plain).save(turned, exif=exif)
        line = "message 10000001 Look. --dry-run --file {file}"
        assert "Saved anew" not in run_line(line, file=plain).stderr
        assert "Saved anew, to be upright and small enough: turned.jpg" in run_line(line, file=turned).stderr

    def test_with_a_pdf(self, run_line: Runner, sandbox: Sandbox) -> None:
        path = run_line("slip 10000001 --json").json["path"]
        run_line("message 10000001 'My slip.' --file {file}", file=path)
        assert sandbox.messages()[-1]["attachments"][0]["name"].endswith("slip.pdf")

    def test_more_pictures_than_a_message_holds(
        self, run_line: Runner, sandbox: Sandbox, pictures: Pictures
    ) -> None:
        files = [
            path for kind in ("smartphone", "console") for path in sorted(pictures.of(kind).glob("*.jpg"))
        ]
        names: Names = {f"f{n}": path for n, path in enumerate(files[:12])}
        words = " ".join(f"--file {{{name}}}" for name in names)
        run_line(f"message 10000001 Look. {words}", **names)
        assert (sandbox.ledger()["messages"], sandbox.ledger()["attachments"]) == (2, 12)


class TestNothingToSay:
    @pytest.mark.parametrize(
        "line",
        [
            "message 10000001",
            "message 10000001 ''",
            "message 10000001 '   '",
            "message 10000001 --body-file -",
        ],
    )
    def test_no_words(self, run_line: Runner, sandbox: Sandbox, line: str) -> None:
        run_line(f"{line} --no-input", 2, input="")
        assert sandbox.ledger()["messages"] == 0

    @pytest.mark.parametrize(
        "more", ["Words. --template retake", "--template retake --body-file -", "Words. --body-file -"]
    )
    def test_words_twice(self, run_line: Runner, sandbox: Sandbox, more: str) -> None:
        run_line(f"message 10000001 {more}", 2, input="Words.")
        assert sandbox.ledger()["messages"] == 0

    @pytest.mark.parametrize("name", ["nowhere.jpg", "."])
    @pytest.mark.parametrize("option", ["--file", "--body-file"])
    def test_no_file(self, run_line: Runner, tmp_path: Path, name: str, option: str) -> None:
        words = "Words." if option == "--file" else ""
        run_line(f"message 10000001 {words} {option} {{file}}", 2, file=tmp_path / name)

    @pytest.mark.parametrize("name", ["text.jpg", "text.pdf", "text"])
    def test_no_picture(self, run_line: Runner, sandbox: Sandbox, tmp_path: Path, name: str) -> None:
        (tmp_path / name).write_text("nothing to see")
        run_line("message 10000001 Words. --file {file}", 6, file=tmp_path / name)
        assert sandbox.ledger()["messages"] == 0

    def test_no_utf_8(self, run_line: Runner, tmp_path: Path) -> None:
        (tmp_path / "letter").write_bytes(b"\xff\xfe\x00")
        run_line("message 10000001 --body-file {file}", 2, file=tmp_path / "letter")

    def test_too_much(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("message 10000001 --body-file -", 6, input="word " * 900)
        assert sandbox.ledger()["messages"] == 0


class TestReading:
    def test_all_of_it_without_our_markers(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("message 10000001 'The battery is fine.'")
        ran = run_line("messages 10000001 --json")
        last = ran.json["messages"][-1]
        assert last["author"] == "buyer"
        assert last["text"] == "The battery is fine."
        assert last["at"].startswith("2026-06-10T12:00:00")
        assert ran.json["messages"][0]["author"] == "seller"
        people = run_line("messages 10000001").stdout
        assert "The battery is fine." in people
        assert "2026-06-10 12:00  buyer:" in people
        assert "[rc" not in people

    def test_attachments_are_named(self, run_line: Runner, sandbox: Sandbox, pictures: Pictures) -> None:
        run_line("message 10000001 See. --file {file}", file=pictures.phone / "left.jpg")
        assert run_line("messages 10000001 --json").json["messages"][-1]["attachments"] == ["01-left.jpg"]

    def test_no_control_character_reaches_the_screen(self, run_line: Runner, sandbox: Sandbox) -> None:
        sandbox.write("\x1b[31mred\x1b[0m \x07 \u202eevil\u202c \x9b2J done")
        for ran in (run_line("messages 10000001"), run_line("messages 10000001 --json")):
            assert "red" in ran.stdout
            for character in "\x1b\x07\x9b\u202e\r":
                assert character not in ran.stdout
            assert "\\u001b" not in ran.stdout

    def test_by_hand_there_is_none_to_read(self, run_line: Runner) -> None:
        run_line(f"open 10000002 --profile manual {BY_HAND}")
        run_line("messages 10000002", 6)

    def test_it_takes_no_words(self, run_line: Runner) -> None:
        run_line("messages 10000001 hello", 2)
