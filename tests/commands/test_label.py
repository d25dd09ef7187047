"""`label`: the seller's prepaid one, a file, or a number."""

from __future__ import annotations

import os
from pathlib import Path

import pypdf
import pytest

from tests.commands.running import Runner
from tests.commands.world import NUMBER, Sandbox, tree
from tests.documents.labels import pdf_label, zpl

KEYS = {
    "path", "carrier", "tracking_number", "source", "price", "price_basis", "state", "valid_until", "label_due",
}  # fmt: skip


pytestmark = pytest.mark.usefixtures("opened")


@pytest.fixture
def a_label(run_line: Runner, tmp_path: Path) -> tuple[Path, str]:
    """A label that came by mail: file and number."""
    run_line("open 10000004 --reason faulty --wants refund")
    result = run_line("label 10000004 --json").json
    file = tmp_path / "my label.pdf"
    file.write_bytes(Path(result["path"]).read_bytes())
    return file, result["tracking_number"]


class TestPrepaid:
    def test_is_fetched(self, run_line: Runner, sandbox: Sandbox, workspace: Path) -> None:
        result = run_line("label 10000001 --json").json
        assert result.keys() >= KEYS
        assert result["path"] == str(workspace / "10000001" / "documents" / "label.pdf")
        assert Path(result["path"]).read_bytes().startswith(b"%PDF-")
        assert (result["carrier"], result["source"], result["state"]) == ("ups", "marketplace", "alive")
        assert result["tracking_number"].startswith("1Z")
        assert result["valid_until"] == "2026-06-24"
        assert (result["price"], result["label_due"], result["sent"]) == (None, None, False)

    def test_again_is_the_same(self, run_line: Runner, sandbox: Sandbox, workspace: Path) -> None:
        first = run_line("label 10000001 --json").json
        before = tree(workspace / "10000001")
        assert run_line("label 10000001 --json").json == first
        assert tree(workspace / "10000001") == before
        assert sandbox.ledger()["labels"] == 1

    def test_a_living_one_is_not_replaced(self, run_line: Runner, sandbox: Sandbox) -> None:
        first = run_line("label 10000001 --json").json
        assert run_line("label 10000001 --again --json").json["tracking_number"] == first["tracking_number"]
        assert sandbox.ledger()["labels"] == 1

    def test_a_lost_file_is_fetched_anew(self, run_line: Runner, workspace: Path) -> None:
        path = Path(run_line("label 10000001 --json").json["path"])
        path.unlink()
        run_line("label 10000001")
        assert path.is_file()

    @pytest.mark.parametrize(("order", "carrier"), [("10000002", "usps"), ("10000003", "fedex")])
    def test_of_other_carriers(self, run_line: Runner, sandbox: Sandbox, order: str, carrier: str) -> None:
        run_line(f"open {order} --reason faulty --wants refund")
        assert run_line(f"label {order} --json").json["carrier"] == carrier

    def test_used_once_the_carrier_has_the_parcel(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("label 10000001")
        sandbox.advance("10000001", "in-transit")
        assert run_line("label 10000001 --json").json["state"] == "used"

    def test_with_the_barcode_of_another_is_refused(
        self, run_line: Runner, workspace: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "returnctl.marketplaces.returns_api.ReturnsApi.label", lambda *_: pdf_label(NUMBER)
        )
        before = tree(workspace / "10000001")
        error = run_line("label 10000001 --json", 6).error
        assert NUMBER in error["message"]
        assert "message" in error["hint"]
        assert tree(workspace / "10000001") == before


class TestNoneYet:
    @pytest.fixture(autouse=True)
    def withheld(self, run_line: Runner, sandbox: Sandbox, opened: None) -> None:
        sandbox.faults("no-label@10000002")
        run_line("open 10000002 --reason faulty --wants refund")

    def test_is_pending_with_a_day(self, run_line: Runner, sandbox: Sandbox) -> None:
        ran = run_line("label 10000002 --json", 8)
        assert ran.error["code"] == "pending"
        assert ran.json["label_due"].startswith("2026-06-11")
        assert (ran.json["path"], ran.json["tracking_number"]) == (None, None)
        assert run_line("status 10000002 --json").json["returns"][0]["steps"]["label"]["state"] == "waiting"

    def test_later_it_is_there(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("label 10000002", 8)
        sandbox.faults("none")
        assert run_line("label 10000002 --json").json["state"] == "alive"
        assert run_line("status 10000002 --json").json["returns"][0]["steps"]["label"]["state"] == "done"


def test_a_number_without_a_file_was_posted_to_nobody(run_line: Runner, opened: None) -> None:
    """Regression: a label without a file counted as told to the buyer, by whom it was given."""
    line = "label 10000001 --number 1Z999AA10123456784"
    assert run_line(f"{line} --json").json["told_buyer"] is False
    assert "buyer" not in run_line(line).stdout


def test_a_bought_label_with_another_barcode_is_kept_and_said(
    run_line: Runner, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = "label 10000001 --buy --carrier ups --format zpl --yes"
    other = "1Z999AA10123456784"
    monkeypatch.setattr("returnctl.documents.label.label_numbers", lambda label: (other,))
    assert f"its barcode says {other}" in run_line(line).stderr
    bought = sandbox.ledger()["labels"]
    assert run_line(f"{line} --json").json["source"] == "purchased"
    assert sandbox.ledger()["labels"] == bought


def test_none_is_paid_for_out_of_warranty(run_line: Runner, sandbox: Sandbox) -> None:
    run_line("open 10000007 --reason faulty --wants repair")
    ran = run_line("label 10000007 --json", 6)
    assert "--number" in ran.error["hint"]
    assert sandbox.ledger("10000007")["labels"] == 0


class TestExpired:
    @pytest.fixture(autouse=True)
    def adopted(self, run_line: Runner, opened: None) -> None:
        run_line("open 10000010 --reason faulty --wants repair")

    def test_is_refused_and_says_the_way_out(self, run_line: Runner) -> None:
        ran = run_line("label 10000010 --json", 6)
        assert ran.json["state"] == "expired"
        assert ran.json["tracking_number"]
        assert "--again" in ran.error["hint"]

    def test_again_asks_for_a_new_one_once(self, run_line: Runner, sandbox: Sandbox) -> None:
        old = run_line("label 10000010 --json", 6).json["tracking_number"]
        before = sandbox.ledger("10000010")["labels"]
        result = run_line("label 10000010 --again --json").json
        assert (result["state"], result["sent"]) == ("alive", True)
        assert result["tracking_number"] != old
        assert run_line("label 10000010 --again --json").json["sent"] is False
        assert run_line("label 10000010 --json").json["tracking_number"] == result["tracking_number"]
        assert sandbox.ledger("10000010")["labels"] == before + 1

    def test_after_its_last_day(
        self, run_line: Runner, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run_line("label 10000001")
        monkeypatch.setenv("RETURNCTL_NOW", "2026-06-25T12:00:00+00:00")
        assert run_line("label 10000001 --json", 6).json["state"] == "expired"
        status = run_line("status 10000001 --json").json["returns"][0]
        assert status["steps"]["label"]["state"] == "todo"
        assert run_line("label 10000001 --again --json").json["state"] == "alive"
        assert sandbox.ledger()["labels"] == 2


class TestAFile:
    def test_is_kept_and_its_number_read(
        self, run_line: Runner, workspace: Path, a_label: tuple[Path, str]
    ) -> None:
        file, number = a_label
        result = run_line("label 10000001 --file {file} --json", file=file).json
        assert (result["tracking_number"], result["carrier"], result["source"]) == (number, "ups", "file")
        assert result["path"] == str(workspace / "10000001" / "documents" / "label.pdf")
        assert Path(result["path"]).read_bytes().startswith(b"%PDF-")

    def test_what_was_given_is_kept_untouched(
        self, run_line: Runner, workspace: Path, a_label: tuple[Path, str]
    ) -> None:
        run_line("label 10000001 --file {file}", file=a_label[0])
        originals = [path.read_bytes() for path in (workspace / "10000001" / "originals").iterdir()]
        assert originals == [a_label[0].read_bytes()]

    def test_again_is_the_same(self, run_line: Runner, workspace: Path, a_label: tuple[Path, str]) -> None:
        run_line("label 10000001 --file {file}", file=a_label[0])
        before = tree(workspace / "10000001")
        run_line("label 10000001 --file {file}", file=a_label[0])
        assert tree(workspace / "10000001") == before

    def test_another_number_than_its_barcode_is_refused(
        self, run_line: Runner, workspace: Path, a_label: tuple[Path, str]
    ) -> None:
        before = tree(workspace / "10000001")
        ran = run_line(f"label 10000001 --file {{file}} --number {NUMBER} --json", 6, file=a_label[0])
        assert NUMBER in ran.error["message"]
        assert a_label[1] in ran.error["message"]
        assert tree(workspace / "10000001") == before

    def test_a_number_that_no_carrier_of_ours_has_is_warned_of(
        self, run_line: Runner, a_label: tuple[Path, str]
    ) -> None:
        line = "label 10000001 --file {file} --number JJD014600003SE123456 --carrier other"
        ran = run_line(line, file=a_label[0])
        assert "warning" in ran.stderr
        assert a_label[1] in ran.stderr

    @pytest.mark.parametrize("name", ["nowhere.pdf", "."])
    def test_no_file(self, run_line: Runner, tmp_path: Path, name: str) -> None:
        run_line("label 10000001 --file {file}", 2, file=tmp_path / name)

    def test_no_label(self, run_line: Runner, workspace: Path, tmp_path: Path) -> None:
        (tmp_path / "label.pdf").write_text("stick me on")
        before = tree(workspace / "10000001")
        run_line("label 10000001 --file {file}", 6, file=tmp_path / "label.pdf")
        assert tree(workspace / "10000001") == before


class TestANumber:
    def test_with_its_carrier_recognised(self, run_line: Runner) -> None:
        result = run_line(f"label 10000001 --number {NUMBER} --json").json
        assert (result["tracking_number"], result["carrier"], result["source"]) == (NUMBER, "ups", "own")
        assert (result["path"], result["state"]) == (None, "alive")

    @pytest.mark.parametrize("typed", ["'1Z 999 AA1 01 2345 6784'", "1z999aa10123456784"])
    def test_as_people_write_it(self, run_line: Runner, typed: str) -> None:
        assert run_line(f"label 10000001 --number {typed} --json").json["tracking_number"] == NUMBER

    def test_of_another_carrier(self, run_line: Runner) -> None:
        line = "label 10000001 --number JJD014600003SE123456 --carrier other --carrier-name DHL --json"
        result = run_line(line).json
        assert (result["carrier"], result["tracking_number"]) == ("other", "JJD014600003SE123456")

    @pytest.mark.parametrize("number", ["''", "a/b", "x", "'<script>'", "1" * 60])
    def test_none(self, run_line: Runner, number: str) -> None:
        assert run_line(f"label 10000001 --number {number} --json", 2).error["code"] == "usage"

    def test_another_one_names_both(self, run_line: Runner) -> None:
        run_line(f"label 10000001 --number {NUMBER}")
        error = run_line("label 10000001 --number 1Z999AA10123456793 --json", 6).error
        assert NUMBER in error["message"]
        assert "1Z999AA10123456793" in error["message"]
        assert "--again" in error["hint"]
        line = "label 10000001 --number 1Z999AA10123456793 --again --json"
        assert run_line(line).json["tracking_number"] == "1Z999AA10123456793"

    def test_nothing_of_it_is_sent(self, run_line: Runner, sandbox: Sandbox) -> None:
        before = sandbox.ledger()
        run_line(f"label 10000001 --number {NUMBER}")
        assert sandbox.ledger() == before


class TestPaper:
    @pytest.mark.parametrize(
        ("paper", "size"), [("a4", (595, 842)), ("letter", (612, 792)), ("4x6", (288, 432))]
    )
    def test_laid_out(self, run_line: Runner, paper: str, size: tuple[int, int]) -> None:
        path = run_line(f"label 10000001 --paper {paper} --json").json["path"]
        box = pypdf.PdfReader(path).pages[0].mediabox
        assert (round(box.width), round(box.height)) == size

    def test_with_a_spare_one(self, run_line: Runner) -> None:
        plain = run_line("label 10000001 --paper letter --json").json["path"]
        plain_bytes = Path(plain).read_bytes()
        spare = run_line("label 10000001 --paper letter --spare --json").json["path"]
        assert Path(spare).read_bytes() != plain_bytes

    def test_printed(self, run_line: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        program = tmp_path / "bin" / "lp"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\necho \"$@\" > '{tmp_path}/printed'\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
        path = run_line("label 10000001 --print --json").json["path"]
        assert (tmp_path / "printed").read_text().strip() == f"-o print-scaling=none {path}"
        (tmp_path / "label.zpl").write_bytes(zpl())
        path = run_line("label 10000001 --again --file {f} --print --json", f=tmp_path / "label.zpl").json[
            "path"
        ]
        assert (tmp_path / "printed").read_text().strip() == f"-o raw {path}"
        assert Path(path).read_bytes() == zpl()

    def test_without_a_printing_program(
        self, run_line: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        error = run_line("label 10000001 --print --json", 1).error
        assert "label.pdf" in error["hint"]
