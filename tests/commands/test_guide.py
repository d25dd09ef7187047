"""`guide`: words for every kind and brand, without a network, on the screen or on paper."""

from __future__ import annotations

import io
import re
import socket
import tomllib
from pathlib import Path
from typing import Any

import pypdf
import pytest

import returnctl.returns.guides
from returnctl.returns import devices, guides
from returnctl.vocabulary import ACCOUNTS, KINDS, TOPICS
from tests.commands.running import Runner
from tests.commands.world import Sandbox, tree

BRANDS = ("Apple", "Samsung", "Google", "Sony", "Nintendo", "Microsoft", "HP", "")
DATA = tomllib.loads(Path(returnctl.returns.guides.__file__).with_name("guide.toml").read_text())


def words(result: Any) -> str:
    return "\n".join(f"{part['title']}\n" + "\n".join(part["steps"]) for part in result["guide"])


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.usefixtures("offline")
class TestWithoutAReturn:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("brand", BRANDS)
    def test_every_kind_and_brand(self, run_line: Runner, kind: str, brand: str) -> None:
        named = f"--brand {brand}" if brand else ""
        result = run_line(f"guide --device {kind} {named} --json").json
        assert {part["topic"] for part in result["guide"]} == set(TOPICS)
        assert result["device"]["kind"] == kind
        for account in devices.accounts(kind, brand):
            assert devices.guide(account)[0] in words(result)

    @pytest.mark.parametrize("topic", TOPICS)
    def test_one_topic(self, run_line: Runner, topic: str) -> None:
        result = run_line(f"guide --device tablet --for {topic} --json").json
        assert {part["topic"] for part in result["guide"]} == {topic}

    def test_several_topics_come_in_the_order_of_the_work(self, run_line: Runner) -> None:
        result = run_line("guide --device tablet --for packing --for imei --json").json
        assert list(dict.fromkeys(part["topic"] for part in result["guide"])) == ["imei", "packing"]

    @pytest.mark.parametrize(
        ("device", "says"),
        [
            (
                "smartphone --brand Apple",
                ["*#06#", "Stolen Device Protection", "hour", "Find My", "eSIM", "Hello"],
            ),
            ("smartphone --brand Samsung", ["*#06#", "Smart Switch", "Samsung account", "eSIM"]),
            ("smartphone --brand apple", ["Find My"]),
            ("tablet --brand Microsoft", ["BitLocker", "Microsoft account"]),
            ("computer --brand Apple", ["Time Machine", "iCloud"]),
            ("computer --brand HP", ["OneDrive", "Microsoft account"]),
            ("smartwatch --brand Apple", ["Unpair", "mobile plan"]),
            ("console --brand Sony", ["PlayStation", "controllers"]),
            ("console --brand Nintendo", ["Unlink"]),
            ("console --brand Microsoft", ["Console info"]),
            ("audio --brand Apple", ["Find My", "lid of the case"]),
            ("other", ["Nothing locks this device"]),
        ],
    )
    def test_what_it_is_for(self, run_line: Runner, device: str, says: list[str]) -> None:
        found = words(run_line(f"guide --device {device} --json").json)
        assert [word for word in says if word not in found] == []

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_damaged_battery_is_never_posted(self, run_line: Runner, kind: str) -> None:
        found = words(run_line(f"guide --device {kind} --for packing --json").json)
        assert ("do not post it" in found) is (kind != "console")

    def test_nobody_can_be_asked(self, run_line: Runner) -> None:
        error = run_line("guide --json", 2).error
        assert "--device" in error["hint"]

    def test_a_word_that_is_no_order(self, run_line: Runner) -> None:
        run_line("guide iphone --device smartphone", 2)


class TestOfAReturn:
    def test_its_device_and_its_accounts(self, run_line: Runner, sandbox: Sandbox, workspace: Path) -> None:
        run_line("open 10000001 --reason faulty --wants refund")
        before = tree(workspace)
        result = run_line("guide 10000001 --json").json
        assert (result["return"], result["device"]["brand"]) == ("10000001", "Apple")
        assert "Leave iCloud" in words(result)
        assert tree(workspace) == before

    def test_commands_are_ready_to_be_pasted(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("open 10000001 --reason faulty --wants refund")
        found = words(run_line("guide 10000001 --json").json)
        assert "`returnctl disconnect-proof 10000001 --backed-up not-possible`" in found
        assert "RETURN" not in found

    def test_another_device_can_be_named(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("open 10000001 --reason faulty --wants refund")
        result = run_line("guide 10000001 --device console --brand Sony --json").json
        assert "PlayStation" in words(result)

    def test_an_unknown_one(self, run_line: Runner) -> None:
        run_line("guide 10000099", 5)


class TestOnTheScreen:
    @pytest.mark.parametrize("columns", [40, 80, 200])
    def test_fits(self, run_line: Runner, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
        monkeypatch.setenv("COLUMNS", str(columns))
        lines = run_line("guide --device smartphone --brand Apple").stdout.splitlines()
        assert max(map(len, lines)) <= min(columns, 80)

    def test_the_words_are_all_there(self, run_line: Runner) -> None:
        said = " ".join(run_line("guide --device computer --for imei").stdout.split())
        for section in guides.sections(["imei"], "computer", None):
            assert section.title in said
            assert all(step in said for step in section.steps)


class TestOnPaper:
    def text(self, path: Path) -> str:
        pages = pypdf.PdfReader(io.BytesIO(path.read_bytes())).pages
        return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))

    @pytest.mark.parametrize(("paper", "width"), [("", 612), ("--paper a4", 595)])
    def test_as_pdf(self, run_line: Runner, tmp_path: Path, paper: str, width: int) -> None:
        path = tmp_path / "guide.pdf"
        line = f"guide --device smartphone --brand Apple --page {{path}} {paper} --json"
        assert run_line(line, path=path).json["path"] == str(path)
        found = self.text(path)
        for section in guides.sections(TOPICS, "smartphone", "Apple"):
            assert section.title in found
            assert section.steps[0].split(":")[0] in found
        assert round(float(pypdf.PdfReader(path).pages[0].mediabox.width)) == width

    def test_nothing_is_below_the_edge(self, run_line: Runner, tmp_path: Path) -> None:
        path = tmp_path / "guide.pdf"
        run_line("guide --device smartphone --brand Apple --page {path}", path=path)
        heights: list[float] = []
        for page in pypdf.PdfReader(path).pages:
            page.extract_text(
                visitor_text=lambda text, _, at, *__: heights.append(at[5]) if text.strip() else None
            )
        assert min(heights) > 40

    def test_the_same_twice(self, run_line: Runner, tmp_path: Path) -> None:
        one, other = tmp_path / "1.pdf", tmp_path / "2.pdf"
        for path in (one, other):
            run_line("guide --device audio --page {path}", path=path)
        assert one.read_bytes() == other.read_bytes()

    def test_where_nothing_can_be_written(self, run_line: Runner, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        run_line("guide --device audio --page {path}", 1, path=tmp_path / "file" / "guide.pdf")


class TestData:
    def test_every_text_is_used_and_there(self) -> None:
        used = {
            name
            for topic in TOPICS
            for brands in DATA[topic].values()
            for names in brands.values()
            for name in names
        }
        assert used - {"accounts", "contents"} == set(DATA["texts"])

    @pytest.mark.parametrize("name", DATA["texts"])
    def test_each_text_is_short_and_whole(self, name: str) -> None:
        text = DATA["texts"][name]
        assert 1 <= len(text["steps"]) <= 4
        assert all(len(step) <= 180 for step in text["steps"])
        assert not text["title"].endswith(".")

    @pytest.mark.parametrize("topic", TOPICS)
    def test_every_kind_has_every_topic(self, topic: str) -> None:
        assert set(DATA[topic]) == set(KINDS)
        assert all("*" in brands for brands in DATA[topic].values())

    @pytest.mark.parametrize("account", ACCOUNTS)
    def test_the_steps_of_an_account_are_those_of_the_proof(self, account: str) -> None:
        found = guides.sections(["disconnect"], "smartphone", "apple", (account,))
        assert devices.guide(account) in [(section.title, section.steps) for section in found]
