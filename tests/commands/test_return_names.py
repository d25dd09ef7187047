"""RETURN: how a return is named, and what happens when that is not clear."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.pictures import Pictures
from tests.commands.running import Runner
from tests.commands.world import Sandbox

OPEN = "open {order} --reason faulty --wants exchange"


@pytest.mark.usefixtures("opened")
class TestForms:
    @pytest.mark.parametrize(
        "typed",
        ["10000001", "#10000001", "# 10000001", " 10000001 ", "10000001/1", "#10000001/1", "10000001~1"],
    )
    def test_each_names_the_return(self, run_line: Runner, typed: str) -> None:
        ran = run_line("status {typed} --json", typed=typed)
        assert [one["return"] for one in ran.json["returns"]] == ["10000001"]

    def test_the_option(self, run_line: Runner) -> None:
        assert run_line("status --order 10000001 --json").json["returns"][0]["return"] == "10000001"

    def test_the_option_wins_over_a_positional(self, run_line: Runner) -> None:
        run_line("open 10000002 --reason faulty --wants refund")
        ran = run_line("status 10000002 --order 10000001 --json")
        assert [one["return"] for one in ran.json["returns"]] == ["10000001"]

    @pytest.mark.parametrize(
        "typed", ["10000001x", "1000-0001", "1234567890123", "10000001//1", "10000001~0"]
    )
    def test_what_is_none_is_usage(self, run_line: Runner, typed: str) -> None:
        assert run_line("status {typed} --json", 2, typed=typed).error["code"] == "usage"

    @pytest.mark.parametrize(
        "line", ["status {id}", "open {id}", "photos {id}", "status --order {id}", "track {id}"]
    )
    def test_a_trade_in_id_is_explained(self, run_line: Runner, line: str) -> None:
        ran = run_line(line + " --json", 2, id="US-24527-ABCDE")
        assert "trade-in" in ran.error["message"]
        assert ran.error["hint"]

    def test_an_unknown_return_is_not_found(self, run_line: Runner) -> None:
        error = run_line("status 10000002 --json", 5).error
        assert error["code"] == "not-found"
        assert "10000002" in error["message"]

    @pytest.mark.parametrize(
        "line", ["photos", "imei", "disconnect-proof", "slip", "label", "ship", "track", "open", "handover"]
    )
    def test_without_a_number(self, run_line: Runner, line: str) -> None:
        error = run_line(f"{line} --json", 2).error
        assert error["code"] == "usage"
        assert "--order" in error["hint"]


@pytest.mark.usefixtures("opened")
class TestStandingInTheFolder:
    def test_the_number_is_left_out(
        self, run_line: Runner, workspace: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(workspace / "10000001")
        assert run_line("status --json").json["returns"][0]["return"] == "10000001"
        assert run_line("slip --text --json").json["return"] == "10000001"

    def test_in_a_folder_below_it(
        self, run_line: Runner, workspace: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(workspace / "10000001" / "documents")
        assert run_line("status --json").json["returns"][0]["return"] == "10000001"

    def test_its_parent_is_the_workspace(
        self, run_line: Runner, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RETURNCTL_WORKSPACE", str(tmp_path / "elsewhere"))
        monkeypatch.chdir(workspace / "10000001")
        assert run_line("status 10000001 --json").json["returns"][0]["directory"] == str(
            workspace / "10000001"
        )

    def test_a_named_one_goes_before_it(
        self, run_line: Runner, workspace: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run_line("open 10000002 --reason faulty --wants refund")
        monkeypatch.chdir(workspace / "10000001")
        assert run_line("status 10000002 --json").json["returns"][0]["return"] == "10000002"

    def test_files_need_no_number(
        self, run_line: Runner, workspace: Path, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(workspace / "10000001")
        ran = run_line("photos {back} --json", 6, back=pictures.phone / "back.jpg")
        assert ran.json["return"] == "10000001"
        assert [photo["view"] for photo in ran.json["photos"]] == ["back"]

    def test_a_line_of_an_order(
        self, run_line: Runner, workspace: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run_line("open 10000009/2 --reason faulty --wants refund")
        monkeypatch.chdir(workspace / "10000009-2")
        assert run_line("slip --text --json").json["return"] == "10000009/2"


class TestSeveralDevices:
    def test_the_order_alone_lists_them(self, run_line: Runner, sandbox: Sandbox) -> None:
        error = run_line("open 10000009 --reason faulty --wants refund --json", 2).error
        assert "10000009/1" in error["message"]
        assert "10000009/2" in error["message"]
        assert sandbox.ledger("10000009")["returns"] == 0

    @pytest.mark.parametrize("line", ["open 10000009/2", "open 10000009 --line 2"])
    def test_a_line_is_named(self, run_line: Runner, sandbox: Sandbox, workspace: Path, line: str) -> None:
        ran = run_line(f"{line} --reason faulty --wants refund --json")
        assert ran.json["return"] == "10000009/2"
        assert ran.json["order"] == "10000009"
        assert ran.json["line"] == "2"
        assert ran.json["device"]["kind"] == "tablet"
        assert ran.json["directory"] == str(workspace / "10000009-2")

    def test_the_order_means_its_only_return(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("open 10000009/2 --reason faulty --wants refund")
        assert run_line("slip --text 10000009 --json").json["return"] == "10000009/2"

    def test_with_both_open_the_order_is_not_enough(self, run_line: Runner, sandbox: Sandbox) -> None:
        for line in (1, 2):
            run_line(f"open 10000009/{line} --reason faulty --wants refund")
        error = run_line("slip --text 10000009 --json", 2).error
        assert "10000009/1" in error["message"]
        assert "10000009/2" in error["message"]
        assert run_line("slip --text 10000009/1 --json").json["return"] == "10000009/1"

    def test_a_line_that_the_order_lacks(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("open 10000009/3 --reason faulty --wants refund", 5)
        run_line("open 10000001/2 --reason faulty --wants refund", 5)


@pytest.mark.usefixtures("opened")
class TestASecondReturnOfTheSameThing:
    @pytest.fixture
    def second(self, run_line: Runner, opened: None) -> None:
        run_line("open 10000001 --new --reason changed-mind --wants refund")

    def test_it_has_a_number_and_a_folder(self, run_line: Runner, sandbox: Sandbox, workspace: Path) -> None:
        ran = run_line("open 10000001 --new --reason changed-mind --wants refund --json")
        assert ran.json["return"] == "10000001~2"
        assert ran.json["order"] == "10000001"
        assert ran.json["directory"] == str(workspace / "10000001~2")
        assert not ran.json["adopted"]
        assert sandbox.ledger()["returns"] == 2

    @pytest.mark.usefixtures("second")
    def test_the_order_alone_lists_both(self, run_line: Runner) -> None:
        error = run_line("slip --text 10000001 --json", 2).error
        assert "10000001~2" in error["message"]

    @pytest.mark.usefixtures("second")
    def test_each_can_be_named(self, run_line: Runner) -> None:
        assert run_line("slip --text 10000001~2 --json").json["return"] == "10000001~2"
        assert run_line("slip --text 10000001~1 --json").json["return"] == "10000001"

    @pytest.mark.usefixtures("second")
    @pytest.mark.parametrize(("folder", "name"), [("10000001", "10000001"), ("10000001~2", "10000001~2")])
    def test_each_is_meant_in_its_folder(
        self, run_line: Runner, workspace: Path, monkeypatch: pytest.MonkeyPatch, folder: str, name: str
    ) -> None:
        monkeypatch.chdir(workspace / folder)
        assert run_line("slip --text --json").json["return"] == name

    @pytest.mark.usefixtures("second")
    def test_with_one_closed_the_order_means_the_other(self, run_line: Runner) -> None:
        run_line("close 10000001~2 --outcome withdrawn")
        assert run_line("slip --text 10000001 --json").json["return"] == "10000001"

    def test_of_a_line(self, run_line: Runner) -> None:
        run_line("open 10000009/2 --reason faulty --wants refund")
        ran = run_line("open 10000009/2 --new --reason faulty --wants refund --json")
        assert ran.json["return"] == "10000009/2~2"


@pytest.mark.usefixtures("opened")
class TestFilesOrReturn:
    def test_a_folder_that_looks_like_an_order(
        self, run_line: Runner, tmp_path: Path, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pictures.set_of_views(tmp_path / "20000001")
        monkeypatch.chdir(tmp_path)
        ran = run_line("photos 10000001 ./20000001 --json")
        assert ran.json["return"] == "10000001"
        assert ran.json["sent"]

    def test_such_a_folder_as_first_word_is_the_return(
        self, run_line: Runner, tmp_path: Path, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pictures.set_of_views(tmp_path / "20000001")
        monkeypatch.chdir(tmp_path)
        run_line("photos 20000001", 5)
