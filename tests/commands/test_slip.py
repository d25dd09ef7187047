"""`slip`: the page for the parcel, and that the unlock code is in no file but it."""

from __future__ import annotations

import io
from pathlib import Path

import pypdf
import pytest
from reportlab.pdfgen.canvas import Canvas

from tests.commands.running import Runner
from tests.commands.world import IMEI, Sandbox, tree

CODE = "x7Q-8841-kuckuck"


@pytest.fixture(autouse=True)
def opened(run_line: Runner, sandbox: Sandbox) -> None:
    run_line("open 10000001 --reason faulty --wants refund --description 'The left speaker is silent.'")


def words_of(path: str | Path) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)


def invoice(pages: int = 1) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    for number in range(pages):
        canvas.drawString(72, 700, f"Invoice, sheet {number}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def test_a_pdf_with_what_the_seller_needs(run_line: Runner, workspace: Path) -> None:
    run_line(f"imei 10000001 {IMEI}")
    result = run_line("slip 10000001 --json").json
    assert result["path"] == str(workspace / "10000001" / "documents" / "slip.pdf")
    assert result["pages"] == len(pypdf.PdfReader(result["path"]).pages)
    words = words_of(result["path"])
    for part in ("10000001", "Jane Doe", "iPhone 13", "R10000001-1", "left speaker", IMEI):
        assert part in words, part
    assert result["sent"] is False
    assert result["next"]["step"] == "photos"


def test_again_is_the_same(run_line: Runner, workspace: Path) -> None:
    run_line("slip 10000001")
    before = tree(workspace / "10000001")
    run_line("slip 10000001 --json")
    assert tree(workspace / "10000001") == before


@pytest.mark.parametrize(("paper", "size"), [("a4", (595, 842)), ("letter", (612, 792)), (None, (612, 792))])
def test_the_paper_is_by_market_unless_given(
    run_line: Runner, paper: str | None, size: tuple[int, int]
) -> None:
    path = run_line(f"slip 10000001 {f'--paper {paper}' if paper else ''} --json").json["path"]
    box = pypdf.PdfReader(path).pages[0].mediabox
    assert (round(box.width), round(box.height)) == size


class TestText:
    def test_is_printed_to_be_written_by_hand(self, run_line: Runner) -> None:
        ran = run_line("slip 10000001 --text")
        assert "10000001" in ran.stdout
        assert "Unlock code: ___" in ran.stdout

    def test_in_json(self, run_line: Runner, workspace: Path) -> None:
        result = run_line("slip 10000001 --text --json").json
        assert "Jane Doe" in result["text"]
        assert result["path"] is None
        assert not (workspace / "10000001" / "documents" / "slip.pdf").exists()

    def test_never_holds_the_code(self, run_line: Runner) -> None:
        ran = run_line("slip 10000001 --text --unlock-code-stdin", input=f"{CODE}\n")
        assert CODE not in ran.stdout + ran.stderr
        assert "Unlock code: ___" in ran.stdout


class TestUnlockCode:
    @pytest.mark.parametrize("end", ["\n", "\r\n", ""])
    def test_is_on_the_slip_and_nowhere_else(
        self, run_line: Runner, sandbox: Sandbox, workspace: Path, tmp_path: Path, end: str
    ) -> None:
        ran = run_line("-vv slip 10000001 --unlock-code-stdin --json", input=CODE + end)
        slip = Path(ran.json["path"])
        assert CODE in words_of(slip).replace("\n", "")
        assert CODE not in ran.stdout + ran.stderr
        for path in [*workspace.rglob("*"), *(tmp_path / "home").rglob("*")]:
            if path.is_file() and path != slip:
                assert CODE.encode() not in path.read_bytes(), path
        for message in sandbox.messages():
            assert CODE not in message["text"]

    def test_is_refused_rather_than_cut(self, run_line: Runner, workspace: Path) -> None:
        ran = run_line("slip 10000001 --unlock-code-stdin", input="7" * 161 + "\n", exit=2)
        assert "160 characters" in ran.stderr
        assert not (workspace / "10000001" / "documents" / "slip.pdf").exists()

    def test_leaves_no_hash_that_could_be_guessed(self, run_line: Runner, workspace: Path) -> None:
        import hashlib

        run_line("slip 10000001 --unlock-code-stdin", input="1234\n")
        slip = (workspace / "10000001" / "documents" / "slip.pdf").read_bytes()
        record = (workspace / "10000001" / "return.json").read_bytes()
        for text in (slip, b"1234"):
            assert hashlib.sha256(text).hexdigest().encode() not in record

    def test_again_with_it_is_no_new_event(self, run_line: Runner, workspace: Path) -> None:
        run_line("slip 10000001 --unlock-code-stdin", input="1234\n")
        record = (workspace / "10000001" / "return.json").read_bytes()
        run_line("slip 10000001 --unlock-code-stdin", input="1234\n")
        assert (workspace / "10000001" / "return.json").read_bytes() == record

    def test_without_a_terminal_nobody_is_asked(self, run_line: Runner) -> None:
        error = run_line("slip 10000001 --unlock-code --json", 2).error
        assert "--unlock-code-stdin" in error["hint"]

    def test_nothing_on_standard_input(self, run_line: Runner) -> None:
        run_line("slip 10000001 --unlock-code-stdin", 2, input="")

    def test_is_never_an_argument(self, run_line: Runner) -> None:
        error = run_line(f"slip 10000001 {CODE} --json", 2).error
        assert CODE not in error["message"]


class TestInvoice:
    def test_the_marketplaces_is_appended(self, run_line: Runner, workspace: Path) -> None:
        assert (workspace / "10000001" / "documents" / "invoice.pdf").is_file()
        assert run_line("slip 10000001 --json").json["pages"] == 2

    def test_ones_own_takes_its_place(self, run_line: Runner, tmp_path: Path) -> None:
        (tmp_path / "my invoice.pdf").write_bytes(invoice(pages=3))
        result = run_line("slip 10000001 --invoice {file} --json", file=tmp_path / "my invoice.pdf").json
        assert result["pages"] == 4
        assert "sheet 2" in words_of(result["path"])
        assert run_line("slip 10000001 --json").json["pages"] == 4

    def test_no_pdf(self, run_line: Runner, workspace: Path, tmp_path: Path) -> None:
        (tmp_path / "invoice.pdf").write_text("42 dollars")
        before = tree(workspace / "10000001")
        run_line("slip 10000001 --invoice {file}", 6, file=tmp_path / "invoice.pdf")
        assert tree(workspace / "10000001") == before

    @pytest.mark.parametrize("name", ["nowhere.pdf", "."])
    def test_no_file(self, run_line: Runner, tmp_path: Path, name: str) -> None:
        run_line("slip 10000001 --invoice {file}", 2, file=tmp_path / name)


def test_no_option_takes_the_code(run_line: Runner) -> None:
    help_page = run_line("slip --help").stdout
    assert "--unlock-code-stdin" in help_page
    run_line(f"slip 10000001 --unlock-code={CODE}", 2)
