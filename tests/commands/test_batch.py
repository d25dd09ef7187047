"""`batch`: rows in, the steps of the commands, a report out; nothing is sent before every row was checked."""

from __future__ import annotations

import csv
import json
import signal
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from returnctl import output
from returnctl.batch import progress
from tests.commands.pictures import Pictures
from tests.commands.running import ProcessRunner, Runner, Running
from tests.commands.terminal import on_a_terminal
from tests.commands.world import IMEI, Sandbox, tree
from tests.faults.gate import Gate, Stop

HEAD = "return,reason,wants\n"
THREE = HEAD + "".join(f"1000000{n},faulty,refund\n" for n in (1, 2, 5))


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """A file of three returns to open."""
    path = tmp_path / "rows.csv"
    path.write_text(THREE)
    return path


def untouched(sandbox: Sandbox) -> bool:
    """Whether nobody has sent anything; order 10000006 and 10000010 are seeded with a return."""
    seeded = {"10000006", "10000010"}
    return all(
        not any(found.values()) for order, found in sandbox.whole_ledger().items() if order not in seeded
    )


class TestRows:
    def test_each_row_is_a_return(self, run_line: Runner, sandbox: Sandbox, rows: Path) -> None:
        result = run_line("batch {rows} --json", rows=rows).json
        assert (result["returns"], result["done"], result["failed"], result["left"]) == (3, 3, 0, 0)
        assert result["sent"] is True
        for order in ("10000001", "10000002", "10000005"):
            assert sandbox.ledger(order)["returns"] == 1

    def test_a_second_run_sends_nothing(self, run_line: Runner, sandbox: Sandbox, rows: Path) -> None:
        run_line("batch {rows}", rows=rows)
        before = sandbox.whole_ledger()
        result = run_line("batch {rows} --json", rows=rows).json
        assert (result["done"], result["sent"]) == (3, False)
        assert sandbox.whole_ledger() == before

    def test_what_failed_is_done_by_the_second_run(
        self, run_line: Runner, sandbox: Sandbox, rows: Path
    ) -> None:
        sandbox.faults("500:1")
        assert run_line("batch {rows} --json", 3, rows=rows).json["failed"] == 3
        sandbox.faults("none")
        assert run_line("batch {rows} --json", rows=rows).json["done"] == 3
        assert sandbox.ledger("10000001")["returns"] == 1

    def test_all_the_steps(
        self, run_line: Runner, sandbox: Sandbox, pictures: Pictures, tmp_path: Path
    ) -> None:
        path = tmp_path / "rows.jsonl"
        row = {
            "order": 10000001, "reason": "faulty", "wants": "refund", "photos": [str(pictures.phone)], "imei": IMEI,
            "proof": str(pictures.phone / "disconnect-proof.png"), "backed-up": "yes", "slip.paper": "a4",
            "battery": "ok", "sent": True,
        }  # fmt: skip
        path.write_text(json.dumps(row) + "\n")
        steps = "open,photos,imei,disconnect-proof,slip,label,ship"
        result = run_line("batch {path} --steps {steps} --json", path=path, steps=steps).json
        assert result["done"] == 1, result
        found = sandbox.ledger()
        assert (found["returns"], found["attachments"], found["labels"]) == (1, 8, 1)
        assert found["tracking_numbers"] == 1
        before = sandbox.whole_ledger()
        assert run_line("batch {path} --steps {steps} --json", path=path, steps=steps).json["sent"] is False
        assert sandbox.whole_ledger() == before

    def test_the_most_urgent_first(
        self, run_line: Runner, sandbox: Sandbox, rows: Path, tmp_path: Path
    ) -> None:
        run_line("batch {rows}", rows=rows)
        report = tmp_path / "report.jsonl"
        line = "batch {rows} --steps slip --jobs 1 --report {report}"
        run_line(line, rows=rows, report=report)
        names = [json.loads(text)["return"] for text in report.read_text().splitlines()]
        assert names == ["10000002", "10000001", "10000005"]

    def test_a_step_that_waits(self, run_line: Runner, sandbox: Sandbox, tmp_path: Path) -> None:
        """Exit 8: nobody failed. What hangs on the label waits with it, everything else goes on."""
        path = tmp_path / "rows.csv"
        path.write_text(
            "return,reason,wants,device,received,ordered,name,battery,sent\n"
            f"10000001,faulty,refund,smartphone,{date.today()},{date.today()},Jane Doe,ok,yes\n"
        )
        line = "batch {path} --steps open,slip,label,ship --profile manual --json"
        result = run_line(line, 8, path=path).json
        assert (result["pending"], result["failed"]) == (1, 0)

    def test_numbers_alone(self, run_line: Runner, sandbox: Sandbox, rows: Path) -> None:
        run_line("batch {rows}", rows=rows)
        result = run_line("batch - --steps slip,label --json", input="10000001\n#10000002\n").json
        assert result["done"] == 2
        assert sandbox.ledger("10000002")["labels"] == 1
        assert "--steps" in run_line("batch -", 2, input="10000001\n").stderr

    def test_the_inbox(self, run_line: Runner, sandbox: Sandbox) -> None:
        inbox = run_line("inbox --profile sandbox-seller --json").stdout
        line = "batch - --steps open --profile sandbox-seller --json"
        result = run_line(line, input=inbox).json
        assert result["done"] == result["returns"] >= 1

    @pytest.mark.parametrize("engine", ["processes"])
    def test_in_processes(self, run_line: Runner, sandbox: Sandbox, rows: Path, engine: str) -> None:
        result = run_line("batch {rows} --engine {engine} --jobs 4 --json", rows=rows, engine=engine).json
        assert result["done"] == 3, result
        assert sandbox.ledger("10000005")["returns"] == 1


class TestFaultsOfTheFile:
    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "empty"),
            (b"\n\n", "empty"),
            (b"return,reason,wants\n", "no row"),
            (b"number,reason\n10000001,faulty\n", "no column"),
            (b"return,reason\n10000001,faulty\n", "wants"),
            (b"return,reason,wants,colour\n10000001,faulty,refund,red\n", "colour"),
            (b"return,reason,wants,accept\n10000001,faulty,refund,coverage\n", "open.accept"),
            (b"return,reason,reason\n10000001,faulty,faulty\n", "two columns"),
            (THREE.encode() + b"10000001,faulty,refund\n", "lines 2 and 5"),
            (THREE.encode() + "10000003,faulty,refund,\xe9\n".encode("latin-1"), "Latin-1"),
            ("\ufeff".encode("utf-16-le") + THREE.encode("utf-16-le"), "UTF-16"),
            (b"return," + b",".join(b"c%d" % n for n in range(999)) + b"\n10000001\n", "1000 columns"),
            (b'return,reason\n10000001,"faulty\n', "CSV"),
            (b'{"return": "10000001"\n', "JSON"),
            (b'{"return": "1", "slip.paper": "a4"}\n[]\n', "no object"),
            (b"return,weight\n10000001,2\n", "purchase"),
            (b"return,unlock_code\n10000001,1234\n", "no option"),
        ],
    )
    def test_nothing_is_sent(
        self, run_line: Runner, sandbox: Sandbox, workspace: Path, tmp_path: Path, content: bytes, said: str
    ) -> None:
        path = tmp_path / "rows.csv"
        path.write_bytes(content)
        ran = run_line("batch {path}", 2, path=path)
        assert said in ran.stderr
        assert len(ran.stderr.splitlines()) <= 2
        assert untouched(sandbox)
        assert not workspace.exists()

    def test_two_names_of_one_hash_are_two_returns(
        self, run_line: Runner, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("returnctl.batch.rows._HASH", 0)
        path = tmp_path / "rows.csv"
        path.write_text(THREE + "10000005,faulty,refund\n10000001,faulty,refund\n")
        assert "Return 10000005 is in lines" in run_line("batch {path}", 2, path=path).stderr
        path.write_text(THREE)
        assert run_line("batch {path} --json", path=path).json["done"] == 3

    def test_no_file(self, run_line: Runner, sandbox: Sandbox, tmp_path: Path) -> None:
        assert "no such file" in run_line("batch {path}", 2, path=tmp_path / "none.csv").stderr
        assert "directory" in run_line("batch {path}", 2, path=tmp_path).stderr

    def test_a_byte_order_mark_is_accepted(self, run_line: Runner, sandbox: Sandbox, tmp_path: Path) -> None:
        path = tmp_path / "rows.csv"
        path.write_bytes(b"\xef\xbb\xbf" + THREE.replace(",", ";").encode())
        assert run_line("batch {path} --json", path=path).json["done"] == 3


class TestBadRows:
    @pytest.mark.parametrize(
        ("row", "said"),
        [
            ("=1+1,faulty,refund,,,", "not an order number"),
            ("US-24527-ABCDE,faulty,refund,,,", "trade-in"),
            ("10000003,broken,refund,,,", "reason"),
            ("10000003,,refund,,,", "reason is missing"),
            ("10000003,faulty,refund,tomorrow,,", "received"),
            ("10000003,faulty,refund,,nowhere.jpg,", "nowhere.jpg"),
            ("10000003,faulty,refund,,,perhaps", "neither yes nor no"),
            ("10000003,faulty,refund,,,,more", "more cells"),
        ],
    )
    def test_fails_alone_before_its_first_request(
        self, run_line: Runner, sandbox: Sandbox, tmp_path: Path, row: str, said: str
    ) -> None:
        path, report = tmp_path / "rows.csv", tmp_path / "report.csv"
        path.write_text(f"return,reason,wants,received,photos,sent\n{row}\n10000001,faulty,refund,,,\n")
        result = run_line("batch {path} --json --report {report}", 3, path=path, report=report).json
        assert (result["done"], result["failed"]) == (1, 1)
        assert said in result["failures"][0]["message"]
        assert sandbox.ledger("10000001")["returns"] == 1
        assert sandbox.ledger("10000003")["returns"] == 0

    def test_fail_fast(self, run_line: Runner, sandbox: Sandbox, tmp_path: Path) -> None:
        path = tmp_path / "rows.csv"
        path.write_text(HEAD + "19999999,faulty,refund\n" + THREE.removeprefix(HEAD))
        result = run_line("batch {path} --fail-fast --jobs 1 --json", 3, path=path).json
        assert result["failed"] == 1
        assert result["left"] >= 1


class TestReport:
    def test_formulas_are_defused(
        self, run_line: Runner, sandbox: Sandbox, rows: Path, tmp_path: Path
    ) -> None:
        rows.write_text(THREE + "=HYPERLINK(1),faulty,refund\n")
        report = tmp_path / "report.csv"
        run_line("batch {rows} --report {report}", 3, rows=rows, report=report)
        with report.open(newline="") as file:
            found = list(csv.DictReader(file))
        assert len(found) == 4
        assert ",".join(found[0]) == "return,step,exit,code,message,tracking_number,price,next"
        assert [row["exit"] for row in found].count("0") == 3
        for row in found:
            assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())

    def test_a_name_that_says_nothing(
        self, run_line: Runner, sandbox: Sandbox, rows: Path, tmp_path: Path
    ) -> None:
        run_line("batch {rows} --report {report}", 2, rows=rows, report=tmp_path / "report.txt")
        run_line("batch {rows} --report {rows}", 2, rows=rows)
        assert rows.read_text() == THREE
        assert untouched(sandbox)


class TestDryRun:
    def test_every_request_file_and_deadline(
        self, run_line: Runner, sandbox: Sandbox, workspace: Path, pictures: Pictures, tmp_path: Path
    ) -> None:
        path = tmp_path / "rows.csv"
        path.write_text(f"return,reason,wants,photos\n10000001,faulty,refund,{pictures.phone}\n")
        result = run_line("batch {path} --dry-run --json", path=path).json
        plan = result["plans"][0]
        assert plan["deadline"] == "2026-07-06"
        assert [would["method"] for would in plan["would"]] == ["POST", ""]
        assert "back.jpg" in plan["would"][1]["files"]
        assert untouched(sandbox)
        assert not workspace.exists()
        assert "would open" in run_line("batch {path} --dry-run", path=path).stdout

    def test_the_cost(self, run_line: Runner, sandbox: Sandbox, workspace: Path, addresses: str) -> None:
        run_line("open 10000007 --reason faulty --wants exchange")
        before = tree(workspace)
        line = f"batch - --steps label --buy --max-spend 50 --dry-run --json {addresses}"
        would = run_line(line.replace(addresses, ""), input=f"return,from,to\n10000007,{addresses}\n").json
        assert would["plans"][0]["would"][0]["cost"]["currency"] == "USD"
        assert tree(workspace) == before


@pytest.fixture
def addresses(tmp_path: Path) -> str:
    """The two cells of both addresses."""
    lines = (
        'name = "Ann Ames"\nstreet = ["12 Elm Street"]\ncity = "Albany"\nstate = "NY"\npostcode = "12207"\n'
    )
    path = tmp_path / "address.toml"
    path.write_text(lines + 'country = "US"\nphone = "5185550123"\n')
    return f"{path},{path}"


class TestBuying:
    #: The second has a prepaid label too, which the ledger counts.
    ORDERS = ("10000007", "10000001")

    @pytest.fixture(autouse=True)
    def opened(self, run_line: Runner, sandbox: Sandbox) -> None:
        for order in self.ORDERS:
            run_line(f"open {order} --reason faulty --wants exchange")

    def rows(self, addresses: str) -> str:
        return "return,from,to,label.carrier\n" + "".join(
            f"{order},{addresses},ups\n" for order in self.ORDERS
        )

    def test_needs_a_word_and_a_limit(self, run_line: Runner, sandbox: Sandbox, addresses: str) -> None:
        line = "batch - --steps label --no-input"
        assert "--max-spend" in run_line(f"{line} --buy", 2, input=self.rows(addresses)).stderr
        assert "--yes" in run_line(f"{line} --buy --max-spend 50", 2, input=self.rows(addresses)).stderr
        run_line(f"{line} --max-spend 50", 2, input=self.rows(addresses))
        assert sandbox.ledger("10000007")["labels"] == 0

    def test_within_the_budget(self, run_line: Runner, sandbox: Sandbox, addresses: str) -> None:
        line = "batch - --steps label --buy --yes --max-spend {most} --jobs 1 --json"
        first = run_line(line, 3, most="12", input=self.rows(addresses)).json
        assert (first["done"], first["failed"]) == (1, 1)
        assert "budget" in first["failures"][0]["message"]
        again = run_line(line, 3, most="12", input=self.rows(addresses)).json
        assert again["sent"] is False, "what these returns have cost counts in the second run too"
        assert run_line(line, most="100", input=self.rows(addresses)).json["done"] == 2
        assert [sandbox.ledger(order)["labels"] for order in self.ORDERS] == [1, 2]

    def test_stops_at_too_many_doubts(self, run_line: Runner, sandbox: Sandbox, addresses: str) -> None:
        sandbox.faults("lost-answer@/ups/*/ship")
        line = "batch - --steps label --buy --yes --max-spend 100 --in-doubt 0 --jobs 1 --json"
        ran = run_line(line, 3, input=self.rows(addresses))
        assert "no known outcome" in ran.error["message"]
        sandbox.faults("none")
        assert sum(sandbox.ledger(order)["labels"] for order in self.ORDERS) == 2


class TestSignals:
    @pytest.fixture
    def gate(self, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
        """Everything goes through it."""
        with Gate(sandbox.url) as opened:
            monkeypatch.setenv("RETURNCTL_SANDBOX_URL", opened.url)
            yield opened

    def signalled(self, running: Running, stop: Stop, number: int) -> None:
        """Give the signal while the first return is being opened, and wait until it is understood."""
        assert stop.arrived()
        running.signal(number)
        assert running.process.stderr is not None
        lines = iter(running.process.stderr.readline, b"")
        assert any(b"Finishing what is in flight (1)" in line for line in lines)

    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
    def test_what_is_in_flight_is_finished(
        self, run_process: ProcessRunner, sandbox: Sandbox, gate: Gate, rows: Path, tmp_path: Path,
        number: int, code: int,
    ) -> None:  # fmt: skip
        report = tmp_path / "report.jsonl"
        stop = gate.hold("POST", "/v1/returns", handled=False)
        running = run_process.start("batch {rows} --jobs 1 --report {report}", rows=rows, report=report)
        self.signalled(running, stop, number)
        stop.let_on()
        assert "goes on with the rest" in running.finish(code).stderr
        assert [json.loads(text)["exit"] for text in report.read_text().splitlines()] == [0]
        assert run_process("batch {rows} --json", rows=rows).json["done"] == 3
        orders = ("10000001", "10000002", "10000005")
        assert [sandbox.ledger(order)["returns"] for order in orders] == [1, 1, 1]

    def test_ctrl_c_again_leaves_at_once(
        self, run_process: ProcessRunner, sandbox: Sandbox, gate: Gate, rows: Path
    ) -> None:
        stop = gate.hold("POST", "/v1/returns", handled=True)
        running = run_process.start("batch {rows} --jobs 1", rows=rows)
        self.signalled(running, stop, signal.SIGINT)
        running.signal(signal.SIGINT)
        running.finish(130)
        stop.let_go()
        assert run_process("batch {rows} --json", rows=rows).json["done"] == 3
        assert sandbox.ledger("10000001")["returns"] == 1


class TestProgress:
    def test_off_a_terminal_there_is_none(self, run_line: Runner, sandbox: Sandbox, rows: Path) -> None:
        assert run_line("batch {rows} --no-input", rows=rows).stderr == ""

    def test_on_a_terminal(self, sandbox: Sandbox, rows: Path) -> None:
        rows.write_text(HEAD + "19999999,faulty,refund\n")
        shown = on_a_terminal(f"batch '{rows}' --yes")
        assert shown.exit == 3
        assert "19999999: open: " in shown.screen

    def test_what_would_be_sent_begins_a_line(
        self, run_line: Runner, sandbox: Sandbox, rows: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(progress, "_ON_TERMINAL_S", -1)
        monkeypatch.setattr(output, "on_terminal", lambda: True)
        ran = run_line("batch {rows} --dry-run", rows=rows)
        plans = ran.stdout.count(", on its way by")
        assert plans
        assert (
            ran.stderr.count("\r\x1b[K") > plans
        )  # the changing line is taken away before each, and at the end
