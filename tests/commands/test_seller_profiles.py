"""Profiles for Back Market's seller API: nothing is guessed, and nothing is asked before all of it fits."""

from __future__ import annotations

from pathlib import Path

import pytest
import responses

from tests.commands.running import Runner

AGENT = "BM-Example-returnctl;returns@example.test"
DESK = {"platform": "na", "environment": "staging", "market": "en-us", "user_agent": AGENT}


def configure(tmp_path: Path, **values: str | None) -> None:
    lines = [f'{name} = "{value}"' for name, value in (DESK | values).items() if value is not None]
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text(
        "\n".join(['default_profile = "desk"', "[profile.desk]", 'marketplace = "backmarket"', *lines])
    )


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("RETURNCTL_MARKETPLACE_TOKEN", "dG9rZW4=")
    return "dG9rZW4="


def listed(base: str, mock: responses.RequestsMock) -> None:
    mock.get(f"{base}/ws/sav", json={"count": 0, "next": "null", "previous": "null", "results": []})


class TestFromAFile:
    @pytest.mark.parametrize(
        ("platform", "environment", "market", "base"),
        [
            ("na", "production", "en-us", "https://www.backmarket.com"),
            ("na", "staging", "en-us", "https://preprod.backmarket.com"),
            ("eu", "production", "fr-fr", "https://www.backmarket.fr"),
            ("ap", "staging", "ja-jp", "https://preprod.backmarket.co.jp"),
        ],
    )
    def test_one_host_each(
        self,
        run_line: Runner,
        tmp_path: Path,
        token: str,
        platform: str,
        environment: str,
        market: str,
        base: str,
    ) -> None:
        configure(tmp_path, platform=platform, environment=environment, market=market)
        with responses.RequestsMock() as mock:
            listed(base, mock)
            assert run_line("inbox --json").json["returns"] == []
            headers = mock.calls[0].request.headers
        assert headers["Authorization"] == f"Basic {token}"
        assert (headers["User-Agent"], headers["Accept-Language"]) == (AGENT, market)

    @pytest.mark.parametrize(
        "values",
        [
            {"platform": None},
            {"platform": "us"},
            {"environment": "prod"},
            {"market": "fr-fr"},
            {"user_agent": None},
            {"user_agent": "returnctl"},
        ],
    )
    def test_what_does_not_fit(
        self, run_line: Runner, tmp_path: Path, token: str, values: dict[str, str | None]
    ) -> None:
        configure(tmp_path, **values)
        with responses.RequestsMock():
            assert run_line("inbox --json", 2).error["code"] == "config"

    def test_no_token(self, run_line: Runner, tmp_path: Path) -> None:
        configure(tmp_path)
        assert "RETURNCTL_MARKETPLACE_TOKEN" in str(run_line("inbox --json", 4).error["hint"])

    def test_a_token_that_no_header_can_carry(
        self, run_line: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        configure(tmp_path)
        monkeypatch.setenv("RETURNCTL_MARKETPLACE_TOKEN", "tök€n")
        ran = run_line("inbox --json", 4)
        assert "tök€n" not in ran.stdout + ran.stderr


class TestFromTheEnvironment:
    @pytest.fixture(autouse=True)
    def environment(self, monkeypatch: pytest.MonkeyPatch, token: str) -> None:
        monkeypatch.setenv("RETURNCTL_MARKETPLACE", "backmarket")
        monkeypatch.setenv("RETURNCTL_ENVIRONMENT", "staging")
        monkeypatch.setenv("RETURNCTL_USER_AGENT", AGENT)

    def test_the_market_says_the_platform(self, run_line: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("RETURNCTL_MARKET", "de-de")
        with responses.RequestsMock() as mock:
            listed("https://preprod.backmarket.fr", mock)
            run_line("inbox")

    @pytest.mark.parametrize("market", ["", "xx-xx"])
    def test_without_a_market_nothing_is_asked(
        self, run_line: Runner, monkeypatch: pytest.MonkeyPatch, market: str
    ) -> None:
        monkeypatch.setenv("RETURNCTL_MARKET", market)
        with responses.RequestsMock():
            run_line("inbox", 2)
