"""`dossier RETURN` and `dossier verify FILE`, as a person uses them."""

from __future__ import annotations

import io
import socket
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.commands.pictures import Pictures
from tests.commands.running import Runner
from tests.commands.world import BY_HAND, IMEI, Sandbox, modes, tree
from tests.documents.rendering import flat_text

KEYS = {"path", "pages", "files", "left_out", "events", "head", "anchor", "told_event"}


@pytest.fixture
def by_hand(run_line: Runner, monkeypatch: pytest.MonkeyPatch) -> str:
    """A return without any API, its dossier's path."""

    def refuse(*_: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    run_line(f"open 10000001 {BY_HAND}")
    run_line(f"imei 10000001 {IMEI}", 8)
    return str(run_line("dossier 10000001 --json").json["path"])


class TestMaking:
    def test_the_whole_case(
        self, run_line: Runner, sandbox: Sandbox, pictures: Pictures, workspace: Path
    ) -> None:
        run_line("open 10000001 --reason faulty --wants refund")
        run_line("photos 10000001 {phone}", phone=pictures.phone)
        run_line(f"imei 10000001 {IMEI}")
        run_line("label 10000001")
        sandbox.write("Thank you, that is clear.")
        result = run_line("dossier 10000001 --json").json
        assert result.keys() >= KEYS
        assert result["path"] == str(workspace / "10000001" / "documents" / "dossier.pdf")
        assert result["sent"] is False
        pdf = Path(result["path"]).read_bytes()
        pages = PdfReader(io.BytesIO(pdf)).pages
        assert len(pages) == result["pages"]
        told = flat_text(pdf)
        for part in ("Jane Doe", IMEI, "screen-on", "accepted", "1ZRC", "Thank you, that is clear.", "UPS"):
            assert part in told, part
        assert "conversation.json" in result["files"]
        assert sum(name.startswith("originals/") for name in result["files"]) == 7
        # The last message told an anchor of what was recorded before it.
        said = [m["text"] for m in sandbox.messages() if "Evidence anchor: " in m["text"]]
        anchor = said[-1].partition("Evidence anchor: ")[2][:16]
        found = run_line("dossier verify {pdf} --anchor {anchor} --json", pdf=result["path"], anchor=anchor)
        assert (found.json["intact"], found.json["anchored"]) == (True, result["told_event"])
        assert found.json["events"] == result["events"] > result["told_event"]

    def test_asks_nobody_where_there_is_no_api(self, by_hand: str, workspace: Path) -> None:
        assert "The device of order 10000001" in flat_text(Path(by_hand).read_bytes())
        assert modes(workspace / "10000001")["documents/dossier.pdf"] == 0o600

    def test_without_the_marketplace_it_says_so(
        self, run_line: Runner, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run_line("open 10000001 --reason faulty --wants refund")
        monkeypatch.setenv("RETURNCTL_SANDBOX_URL", "http://127.0.0.1:9")
        ran = run_line("dossier 10000001")
        assert "The conversation could not be read" in ran.stderr
        pdf = Path(run_line("dossier 10000001 --json").json["path"]).read_bytes()
        assert "It could not be read when this file was made" in flat_text(pdf)

    def test_a_dry_run_writes_nothing(self, run_line: Runner, by_hand: str, workspace: Path) -> None:
        Path(by_hand).unlink()
        before = tree(workspace)
        assert run_line("dossier 10000001 --dry-run --json").json["dry_run"] is True
        assert tree(workspace) == before

    @pytest.mark.parametrize("paper", ["a4", "letter"])
    def test_on_the_markets_paper_or_another(self, run_line: Runner, by_hand: str, paper: str) -> None:
        run_line(f"dossier 10000001 --paper {paper}")
        [width, height] = PdfReader(by_hand).pages[0].mediabox[2:]
        assert (round(width), round(height)) == {"a4": (595, 842), "letter": (612, 792)}[paper]

    @pytest.mark.parametrize(
        ("line", "exit"),
        [
            ("dossier", 2),
            ("dossier 10000002", 5),
            ("dossier 10000001 more", 2),
            ("dossier 10000001 --anchor 0123456789abcdef", 2),
            ("dossier verify", 2),
            ("dossier verify nothing.pdf", 2),
            ("dossier verify one.pdf two.pdf", 2),
        ],
    )
    def test_wrong_words(self, run_line: Runner, by_hand: str, line: str, exit: int) -> None:
        assert run_line(line, exit).trace == ""


class TestVerify:
    def test_without_the_folder(
        self, run_line: Runner, by_hand: str, tmp_path: Path, workspace: Path
    ) -> None:
        copy = tmp_path / "dossier.pdf"
        copy.write_bytes(Path(by_hand).read_bytes())
        workspace.rename(tmp_path / "gone")
        result = run_line("dossier verify {copy} --json", copy=copy).json
        assert result["intact"] is True
        assert (result["return"], result["order"], result["events"]) == ("10000001", "10000001", 4)
        assert {check["state"] for check in result["pages"] + result["files"]} == {"ok"}
        assert result["witness"]["state"] == "note"
        assert "anchor    None was given" in run_line("dossier verify {copy}", copy=copy).stdout

    def test_a_changed_byte_is_exit_9_with_the_result(self, run_line: Runner, by_hand: str) -> None:
        data = bytearray(Path(by_hand).read_bytes())
        data[data.index(b"Jane Doe")] ^= 1
        Path(by_hand).write_bytes(data)
        ran = run_line("dossier verify {pdf} --json", 9, pdf=by_hand)
        assert ran.json["intact"] is False
        assert ran.error["code"] == "damaged"
        bad = {
            check["name"] for check in ran.json["record"] + ran.json["files"] if check["state"] == "problem"
        }
        assert bad >= {"checksum", "return.json"}
        assert ran.json["seal"]["state"] == "problem"

    def test_a_wrong_anchor(self, run_line: Runner, by_hand: str) -> None:
        ran = run_line("dossier verify {pdf} --anchor 0123456789abcdef", 9, pdf=by_hand)
        assert "✗ anchor" in ran.stdout
        assert run_line("dossier verify {pdf} --anchor 12345", 2, pdf=by_hand).stdout == ""

    def test_an_anchor_as_people_copy_it(self, run_line: Runner, by_hand: str) -> None:
        anchor = run_line("dossier 10000001 --json").json["anchor"].upper()
        spaced = f"{anchor[:8]} {anchor[8:]}"
        assert (
            run_line("dossier verify {pdf} --anchor {a} --json", pdf=by_hand, a=spaced).json["anchored"] == 4
        )

    @pytest.mark.parametrize(
        ("content", "exit"),
        [
            (b"", 6),
            (b"PK\x03\x04 not a PDF", 6),
            (b"%PDF-1.4\nnothing that can be read", 6),
            (b"%PDF-1.4\nnothing\n%returnctl-seal " + b"0" * 64 + b"\n", 9),
        ],
    )
    def test_what_is_no_dossier(self, run_line: Runner, tmp_path: Path, content: bytes, exit: int) -> None:
        (tmp_path / "file.pdf").write_bytes(content)
        ran = run_line("dossier verify {pdf}", exit, pdf=tmp_path / "file.pdf")
        assert ran.stderr.startswith("returnctl: file.pdf ")

    def test_a_slip_is_no_dossier(self, run_line: Runner, by_hand: str) -> None:
        slip = run_line("slip 10000001 --json").json["path"]
        assert "is no dossier" in run_line("dossier verify {slip}", 6, slip=slip).stderr


class TestAnchor:
    def test_goes_out_once_in_a_hand_over(self, run_line: Runner, by_hand: str, workspace: Path) -> None:
        run_line('message 10000001 "The battery is fine."', 8)
        text = (workspace / "10000001" / "handover" / "1" / "message.txt").read_text(encoding="utf-8")
        assert text.count("Evidence anchor: ") == 1
        anchor = text.partition("Evidence anchor: ")[2][:16]
        run_line("handover 10000001 --done")
        result = run_line("dossier 10000001 --json").json
        assert result["told_event"] is not None
        run_line("dossier verify {pdf} --anchor {a}", pdf=by_hand, a=anchor)

    def test_the_seller_is_no_witness_against_the_buyer(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("--profile sandbox-seller open 10000006")
        run_line("--profile sandbox-seller message 10000006 'Please wait.'")
        assert not any("Evidence anchor" in m["text"] for m in sandbox.messages("R10000006-1"))
