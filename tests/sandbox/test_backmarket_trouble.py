"""Back Market's bad days: blocks, limits, envelopes, and what its documents and its answers disagree about."""

from __future__ import annotations

from typing import Any

import pytest

from returnctl.sandbox import client
from returnctl.sandbox.backmarket.gate import LIMITS
from returnctl.sandbox.server import running
from returnctl.sandbox.throttle import Throttle
from tests.sandbox.desk import OLD, OPEN, PAST, Desk
from tests.sandbox.published import check, check_component
from tests.sandbox.speaking import Speaker

SPEC = "backmarket/openapi.yml"


class TestEdge:
    @pytest.mark.parametrize(("fault", "status"), [("cloudflare", 403), ("cloudflare-429", 429)])
    def test_a_block_is_a_page_with_a_ray(self, desk: Desk, url: str, fault: str, status: int) -> None:
        client.faults(url, f"{fault}:1x1")
        answer = desk.read("/ws/sav")
        assert answer.status_code == status
        assert answer.headers["Content-Type"] == "text/html; charset=UTF-8"
        assert answer.headers["Server"] == "cloudflare"
        assert answer.headers["cf-ray"].removesuffix("-EWR") in answer.text
        assert "Retry-After" not in answer.headers
        assert desk.read("/ws/sav").status_code == 200

    def test_a_robot_is_challenged_in_json(self, desk: Desk, url: str) -> None:
        client.faults(url, "bot-challenge@/backmarket/ws/orders*")
        answer = desk.read("/ws/orders")
        assert answer.status_code == 403
        assert answer.headers["cf-ray"]
        check_component(SPEC, "ErrorResponseV2", answer.json())
        assert answer.json()["errors"][0]["code"] == "bot-need-challenge"
        assert desk.read("/ws/sav").status_code == 200

    def test_the_firewall_stands_before_back_market_alone(self, speak: Speaker, url: str) -> None:
        client.faults(url, "cloudflare,edge-limit:1")
        assert [speak.read("/v1/about").status_code for _ in range(3)] == [200] * 3
        client.faults(url, "cloudflare@/v1/*")
        assert speak.read("/v1/about").status_code == 200

    def test_too_many_requests_are_blocked_with_a_page(self, desk: Desk, url: str) -> None:
        client.faults(url, "edge-limit:3")
        answers = [desk.read("/ws/orders/10000001") for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
        assert answers[-1].headers["cf-ray"]
        client.faults(url, "none")
        assert desk.read("/ws/orders/10000001").status_code == 200


class TestLimits:
    @pytest.mark.parametrize(
        ("name", "fault", "most"),
        [
            ("list", "care-limits:1", 5),
            ("detail", "care-limits:1", 6),
            ("msg", "care-limits:1", 5),
            ("problem", "care-limits:1", 7),
            ("refund", "care-limits:1", 5),
            ("item-transfer", "care-limits:2", 5),
        ],
    )
    def test_each_operation_of_care_has_its_own(
        self, desk: Desk, url: str, name: str, fault: str, most: int
    ) -> None:
        calls = {
            "list": lambda: desk.read("/ws/sav"),
            "detail": lambda: desk.read(f"/ws/sav/{PAST}"),
            "msg": lambda: desk.says(OLD),
            "problem": lambda: desk.declares(OLD),
            "refund": lambda: desk.write("/ws/sav/refund", json={}),
            "item-transfer": lambda: desk.write(f"/ws/sav/{OPEN}/item-transfer", json={}),
        }
        client.faults(url, fault)
        assert 429 not in [calls[name]().status_code for _ in range(most)]
        last = calls[name]()
        assert last.status_code == 429
        check_component(SPEC, "ErrorResponseV1", last.json())
        assert all(calls[other]().status_code != 429 for other in calls if other != name)
        client.faults(url, "care-limits:0")
        assert calls[name]().status_code != 429

    def test_they_are_those_declared(self) -> None:
        minutes = {name: limits.get(60) for name, limits in LIMITS.items()}
        days = {name: limits.get(86_400) for name, limits in LIMITS.items()}
        assert minutes == {
            "list": 520, "detail": 600, "msg": 560, "problem": 750, "refund": None, "item-transfer": 292
        }  # fmt: skip
        assert days == {
            "list": 4000, "detail": 40_000, "msg": 40_000, "problem": 1000, "refund": 500, "item-transfer": 500
        }  # fmt: skip

    def test_a_minute_passes_and_a_day_does_not(self) -> None:
        now = 0.0
        throttle = Throttle(lambda: now)
        limits = {60: 2, 86_400: 3}
        assert [throttle.takes("a", limits) for _ in range(3)] == [True, True, False]
        assert throttle.takes("b", limits)
        now = 59.9
        assert not throttle.takes("a", limits)
        now = 60.0
        assert [throttle.takes("a", limits) for _ in range(2)] == [True, False]
        now = 120.0
        assert not throttle.takes("a", limits)
        now = 86_400.0
        assert throttle.takes("a", limits)

    def test_a_block_lasts(self) -> None:
        now = 0.0
        throttle = Throttle(lambda: now)
        assert not throttle.is_blocked("edge")
        throttle.block("edge", 10)
        now = 9.9
        assert throttle.is_blocked("edge")
        now = 10.0
        assert not throttle.is_blocked("edge")


class TestEnvelopes:
    @pytest.mark.parametrize(
        ("name", "schema"),
        [
            ("v1", "ErrorResponseV1"),
            ("v2", "ErrorResponseV2"),
            ("v3", "ErrorResponseV3"),
            ("problem", "Problem"),
            ("e009", "OrderIdValidationError"),
        ],
    )
    @pytest.mark.parametrize("status", [400, 404, 422, 500])
    def test_a_fault_in_an_envelope(self, desk: Desk, url: str, name: str, schema: str, status: int) -> None:
        client.faults(url, f"{status},envelope-{name}")
        answer = desk.read("/ws/sav")
        assert answer.status_code == status
        check_component(SPEC, schema, answer.json())
        told = "application/problem+json" if name in {"v3", "problem"} else "application/json"
        assert answer.headers["Content-Type"] == told

    @pytest.mark.parametrize(
        ("name", "schema"), [("v3", "ValidationErrorResponseV3"), ("problem", "ProblemValidation")]
    )
    def test_a_validation_error_has_its_entries(self, desk: Desk, url: str, name: str, schema: str) -> None:
        client.faults(url, f"422,envelope-{name}")
        told: dict[str, Any] = desk.read("/ws/sav").json()
        check_component(SPEC, schema, told)
        assert told["errors"][0]["target"] == "body"

    @pytest.mark.parametrize("path", ["/ws/sav/1", "/ws/nothing", "/ws/orders/1"])
    def test_its_own_errors_come_in_the_envelope_too(self, desk: Desk, url: str, path: str) -> None:
        client.faults(url, "envelope-v2@/backmarket/ws/*")
        answer = desk.read(path)
        assert answer.status_code == 404
        check_component(SPEC, "ErrorResponseV2", answer.json())
        assert desk.read(f"/ws/sav/{PAST}").json()["id"] == PAST

    def test_an_envelope_may_be_for_one_path(self, desk: Desk, url: str) -> None:
        client.faults(url, "envelope-html@/backmarket/ws/orders*")
        page = desk.read("/ws/orders/1")
        assert page.headers["Content-Type"].startswith("text/html")
        assert page.text.startswith("<html>")
        assert desk.read("/ws/sav/1").content == b""

    def test_too_many_requests_have_a_body_unless_it_is_taken(self, desk: Desk, url: str) -> None:
        client.faults(url, "429")
        answer = desk.read("/ws/orders")
        check_component(SPEC, "ErrorResponseV1", answer.json())
        assert "Retry-After" not in answer.headers
        client.faults(url, "429,envelope-empty,retry-after:0")
        answer = desk.read("/ws/orders")
        assert (answer.content, answer.headers["Retry-After"]) == (b"", "0")

    def test_without_a_fault_there_is_no_body(self, desk: Desk, url: str) -> None:
        client.faults(url, "403@*/orders/*,404@*/sav/*,500@*/returns")
        for path in ("/ws/orders/10000001", f"/ws/sav/{PAST}", "/ws/shipping/v1/returns"):
            assert desk.read(path).content == b""


class TestQuirks:
    def test_the_next_page_is_on_another_host(self, desk: Desk, speak: Speaker, url: str) -> None:
        for order in ("10000001", "10000002", "10000003", "10000004", "10000005", "10000008"):
            speak.opened(order)
        client.faults(url, "quirks")
        for path in ("/ws/orders", "/ws/sav", "/ws/shipping/v1/returns", "/ws/shipping/v1/deliveries"):
            assert desk.read(path).json()["next"] == f"https://sellers.example{path}?page=2"
        last = desk.read("/ws/sav?page=2").json()
        assert (last["next"], last["previous"]) == (None, "https://sellers.example/ws/sav?page=1")
        assert desk.read("/ws/sav").json()["previous"] == "null"

    def test_numbers_that_nobody_defined(self, desk: Desk, url: str) -> None:
        client.faults(url, "quirks")
        assert check(desk.read(f"/ws/sav/{PAST}")).json()["lines"][0]["state"] == 1
        assert desk.read("/ws/orders/10000001").json()["orderlines"][0]["condition"] == 13


def test_what_a_seller_did_keeps_an_order_from_being_dated_afresh(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETURNCTL_NOW", "2026-11-24T09:30:00-05:00")
    with running(tmp_path) as url, Desk(url) as desk:
        desk.says(OLD, "We look into it.")
        before = {number: desk.folder(number)["date_creation"] for number in (OLD, PAST)}
    monkeypatch.setenv("RETURNCTL_NOW", "2026-12-24T09:30:00-05:00")
    with running(tmp_path) as url, Desk(url) as desk:
        assert desk.folder(OLD)["messages"][-1]["message"] == "<p>We look into it.</p>"
        after = {number: desk.folder(number)["date_creation"] for number in (OLD, PAST)}
    assert before[OLD] == after[OLD] == "2026-11-04T14:30:00+00:00"
    assert after[PAST] > before[PAST]
