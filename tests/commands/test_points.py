"""`points`: where to bring the parcel."""

from __future__ import annotations

import socket

import pytest

from tests.commands.running import Runner
from tests.commands.world import Sandbox


class TestAsked:
    def test_all_carriers_nearest_first(self, run_line: Runner, sandbox: Sandbox) -> None:
        points = run_line("points --near 12207 --json").json["points"]
        assert {point["carrier"] for point in points} == {"ups", "usps", "fedex"}
        for point in points:
            assert point.keys() == {"carrier", "name", "address", "distance_km", "open_today", "hours"}
        distances = [point["distance_km"] for point in points]
        assert distances == sorted(distances)

    @pytest.mark.parametrize("carrier", ["ups", "usps", "fedex"])
    def test_one_carrier(self, run_line: Runner, sandbox: Sandbox, carrier: str) -> None:
        points = run_line(f"points --near 12207 --carrier {carrier} --json").json["points"]
        assert {point["carrier"] for point in points} == {carrier}

    def test_of_a_return_its_labels_carrier(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("open 10000002 --reason faulty --wants refund")
        run_line("label 10000002")
        points = run_line("points 10000002 --near 94105 --json").json["points"]
        assert {point["carrier"] for point in points} == {"usps"}

    def test_a_city(self, run_line: Runner, sandbox: Sandbox) -> None:
        assert run_line("points --near 'Albany, NY' --carrier ups --json").json["points"]

    def test_people_see_a_table(self, run_line: Runner, sandbox: Sandbox) -> None:
        assert "km" in run_line("points --near 12207").stdout

    def test_one_carrier_is_out_of_order(self, run_line: Runner, sandbox: Sandbox) -> None:
        sandbox.faults("503@/fedex/*")
        ran = run_line("points --near 12207 --json")
        assert {point["carrier"] for point in ran.json["points"]} == {"ups", "usps"}

    def test_all_are(self, run_line: Runner, sandbox: Sandbox) -> None:
        sandbox.faults("503@/fedex/*,503@/ups/*,503@/usps/*")
        assert run_line("points --near 12207 --json", 75).error["code"] == "unavailable"

    def test_nowhere(self, run_line: Runner, sandbox: Sandbox) -> None:
        error = run_line("points --no-input --json", 2).error
        assert "--near" in f"{error['message']} {error['hint']}"

    def test_a_return_that_is_unknown(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("points 10000002 --near 12207", 5)


def test_without_credentials_the_carriers_pages(run_line: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    ran = run_line("points --near 12207")
    assert ran.stdout.count("https://") == 3
    assert run_line("points --near 12207 --json").json["points"] == []
