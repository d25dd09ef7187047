"""Profiles: where each value comes from, and what is said about a file that is wrong."""

from __future__ import annotations

import contextlib
import re
import tempfile
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import returnctl
from returnctl.app import App, Options
from returnctl.errors import BadConfig
from returnctl.settings import SANDBOX_URL, VARIABLES, Profile, Settings, config_folder, default_workspace
from returnctl.vocabulary import CARRIERS
from tests.returns.strategies import json_values

DESK = """
default_profile = "desk"
[profile.desk]
marketplace = "returns-api"
url = "https://shop.example/api"
environment = "staging"
market = "de-de"
user_agent = "desk/1"
token_command = ["pass", "show", "shop"]
returns_address = "address.toml"
[profile.desk.carriers.ups]
environment = "production"
"""


def settings(folder: Path, text: str | bytes | None = None, **environ: str) -> Settings:
    """Settings with this configuration file and this environment, and nothing else."""
    if text is not None:
        (folder / "config.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return Settings({"RETURNCTL_CONFIG_DIR": str(folder), **environ})


def refused(found: Settings, name: str = "desk") -> BadConfig:
    with pytest.raises(BadConfig) as caught:
        found.profile(name)
    assert (caught.value.exit, caught.value.code) == (2, "config")
    return caught.value


class TestWhichProfile:
    @pytest.mark.parametrize(
        ("option", "environ", "name"),
        [
            (None, {}, "desk"),
            (None, {"RETURNCTL_PROFILE": "manual"}, "manual"),
            (None, {"RETURNCTL_PROFILE": ""}, "desk"),
            (None, {"RETURNCTL_MARKETPLACE": "manual"}, "environment"),
            (None, {"RETURNCTL_MARKETPLACE": "manual", "RETURNCTL_PROFILE": "sandbox"}, "sandbox"),
            ("sandbox", {"RETURNCTL_PROFILE": "manual"}, "sandbox"),
            ("manual", {"RETURNCTL_MARKETPLACE": "returns-api"}, "manual"),
        ],
    )
    def test_option_then_environment_then_file(
        self, tmp_path: Path, option: str | None, environ: dict[str, str], name: str
    ) -> None:
        found = settings(tmp_path, DESK, **environ)
        assert App(Options(profile=option), found).chosen_profile().name == name

    def test_without_any_it_is_manual(self, tmp_path: Path) -> None:
        found = settings(tmp_path)
        assert found.chosen_profile() == (None, "default")
        assert App(Options(), found).chosen_profile() == Profile(name="manual")

    def test_where_the_choice_comes_from(self, tmp_path: Path) -> None:
        assert settings(tmp_path, DESK).chosen_profile() == ("desk", str(tmp_path / "config.toml"))
        assert settings(tmp_path, RETURNCTL_PROFILE="a").chosen_profile() == ("a", "RETURNCTL_PROFILE")
        chosen = settings(tmp_path, RETURNCTL_MARKETPLACE="manual").chosen_profile()
        assert chosen == ("environment", "RETURNCTL_MARKETPLACE")

    def test_one_that_nobody_defined_lists_those_that_are(self, tmp_path: Path) -> None:
        hint = refused(settings(tmp_path, DESK), "dsk").hint or ""
        for name in ("manual", "sandbox", "desk", str(tmp_path)):
            assert name in hint


class TestFromTheFile:
    def test_every_value(self, tmp_path: Path) -> None:
        found = settings(tmp_path, DESK)
        profile = found.profile("desk")
        assert found.warnings == []
        assert profile.name == "desk"
        assert (profile.marketplace, profile.url) == ("returns-api", "https://shop.example/api")
        assert (profile.environment, profile.market, profile.user_agent) == ("staging", "de-de", "desk/1")
        assert profile.token_command == ("pass", "show", "shop")
        assert profile.returns_address == "address.toml"
        assert profile.origin == str(tmp_path / "config.toml")
        assert not profile.sandbox

    def test_an_empty_profile_is_manual_in_production(self, tmp_path: Path) -> None:
        profile = settings(tmp_path, "[profile.desk]").profile("desk")
        assert (profile.marketplace, profile.environment, profile.market) == ("manual", "production", "en-us")

    def test_a_file_that_is_not_there_is_no_matter(self, tmp_path: Path) -> None:
        assert settings(tmp_path / "nowhere").file == {}
        (tmp_path / "file").write_bytes(b"")
        assert settings(tmp_path / "file").file == {}

    def test_it_is_read_once_and_only_when_needed(self, tmp_path: Path) -> None:
        found = settings(tmp_path, DESK)
        found.profile("desk")
        (tmp_path / "config.toml").write_text("broken =")
        assert found.profile("desk").name == "desk"
        assert settings(tmp_path, "broken =", RETURNCTL_PROFILE="a").chosen_profile()[0] == "a"


class TestAFileThatIsWrong:
    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ('default_profile = "desk\n', 1),
            ('a = 1\n\n[profile.desk\nmarket = "x"', 3),
            ("a = 1\nb\n", 2),
            ("[profile.desk]\nmarket = en-us", 2),
        ],
    )
    def test_broken_toml_names_the_file_and_the_line(self, tmp_path: Path, text: str, line: int) -> None:
        message = refused(settings(tmp_path, text)).message
        assert str(tmp_path / "config.toml") in message
        assert f"line {line}" in message

    def test_bytes_that_are_no_text(self, tmp_path: Path) -> None:
        assert "UTF-8" in refused(settings(tmp_path, b"a = '\xff'")).message

    def test_a_folder_in_its_place(self, tmp_path: Path) -> None:
        (tmp_path / "config.toml").mkdir()
        assert str(tmp_path) in refused(settings(tmp_path)).message

    @pytest.mark.parametrize(
        ("text", "warning"),
        [
            ("defualt_profile = 'a'", "`defualt_profile` is not a setting; did you mean `default_profile`?"),
            ("profiles = 'a'", "`profiles` is not a setting; did you mean `profile`?"),
            ("xyzzy = 1", "`xyzzy` is not a setting"),
            (
                "[profile.desk]\nenviroment = 'staging'",
                "`enviroment` is not a setting; did you mean `environment`?",
            ),
            ("[profile.desk]\ntoken = 'canary'", "`token` is not a setting"),
            (
                "[profile.desk.carriers.upss]\nenvironment = 'test'",
                "`upss` is not a setting; did you mean `ups`?",
            ),
            ("[profile.desk.carriers.ups]\nenvironmnt = 'test'", "did you mean `environment`?"),
        ],
    )
    def test_an_unknown_key_is_a_warning_with_a_suggestion(
        self, tmp_path: Path, text: str, warning: str
    ) -> None:
        found = settings(tmp_path, text if "profile.desk" in text else f"{text}\n[profile.desk]")
        assert found.profile("desk").name == "desk"
        (said,) = found.warnings
        assert warning in said
        assert str(tmp_path) in said
        assert "canary" not in said

    @pytest.mark.parametrize(
        "text",
        [
            "profile = 3",
            'profile = "desk"',
            "profile = [1]",
            "[profile]\ndesk = 3",
            "[[profile.desk]]",
            "[profile.desk]\nmarketplace = 3",
            "[profile.desk]\nmarketplace = 'ebay'",
            "[profile.desk]\nmarketplace = 'returns-api'",
            "[profile.desk]\nmarketplace = 'returns-api'\nurl = ''",
            "[profile.desk]\nurl = ['https://shop.example']",
            "[profile.desk]\nenvironment = true",
            "[profile.desk]\nmarket = 2026-11-23",
            "[profile.desk]\ntoken_command = 'pass show shop'",
            "[profile.desk]\ntoken_command = ['pass', 3]",
            "[profile.desk]\ncarriers = 'ups'",
            "[profile.desk]\ncarriers = ['ups']",
            "[profile.desk]\ncarriers = {ups = 3}",
            "[profile.desk]\ncarriers = {ups = 'production'}",
            "[profile.desk.carriers.ups]\nenvironment = 3",
        ],
    )
    def test_a_value_of_the_wrong_kind_names_the_file(self, tmp_path: Path, text: str) -> None:
        assert re.search(r"config\.toml|desk", refused(settings(tmp_path, text)).message)

    @given(st.text() | st.text('[]="\n.{}profiledesk#3', max_size=60))
    @example("a = " + "[" * 2_000)
    def test_any_text_is_settings_or_one_error(self, text: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            found = settings(Path(folder), text)
            with contextlib.suppress(BadConfig):
                assert isinstance(found.file, dict)

    @given(
        st.dictionaries(
            st.sampled_from([*Profile.__struct_fields__, "token_command", "x"]), json_values, max_size=4
        )
    )
    def test_any_values_are_a_profile_or_one_error(self, table: dict[str, Any]) -> None:
        found = Settings({})
        found._file = {"profile": {"desk": table}, "default_profile": "desk"}
        try:
            profile = found.profile("desk")
        except BadConfig:
            return
        assert profile.environment in ("staging", "production")
        for carrier in CARRIERS:
            assert profile.carrier_environment(carrier) in ("production", "test")


class TestEnvironments:
    """No host of one is ever asked on behalf of the other."""

    @pytest.mark.parametrize("word", ["prod", "Production", "stagign", "sandbox", "test ", ""])
    def test_a_word_that_is_none_never_means_production(self, tmp_path: Path, word: str) -> None:
        refused(settings(tmp_path, f"[profile.desk]\nenvironment = '{word}'"))
        refused(settings(tmp_path, f"[profile.desk.carriers.ups]\nenvironment = '{word}'"))
        if word:
            environ = {"RETURNCTL_MARKETPLACE": "manual", "RETURNCTL_ENVIRONMENT": word}
            refused(settings(tmp_path, **environ), "environment")

    @pytest.mark.parametrize(
        ("text", "ups", "usps"),
        [
            ("environment = 'production'", "production", "production"),
            ("environment = 'staging'", "test", "test"),
            ("environment = 'staging'\ncarriers.ups.environment = 'production'", "production", "test"),
            ("environment = 'production'\ncarriers.ups.environment = 'test'", "test", "production"),
            ("carriers.usps.environment = 'staging'", "production", "test"),
        ],
    )
    def test_a_carriers_is_the_profiles_unless_it_says_so(
        self, tmp_path: Path, text: str, ups: str, usps: str
    ) -> None:
        profile = settings(tmp_path, f"[profile.desk]\n{text}").profile("desk")
        assert (profile.carrier_environment("ups"), profile.carrier_environment("usps")) == (ups, usps)

    def test_the_sandbox_is_one_for_everything(self, tmp_path: Path) -> None:
        profile = settings(tmp_path, DESK, RETURNCTL_ENVIRONMENT="production").profile("sandbox")
        assert (profile.sandbox, profile.url, profile.marketplace) == (True, SANDBOX_URL, "returns-api")
        assert {profile.carrier_environment(carrier) for carrier in CARRIERS} == {"sandbox"}

    def test_the_sandbox_on_another_port(self, tmp_path: Path) -> None:
        environ = {"RETURNCTL_SANDBOX_URL": "http://127.0.0.1:9"}
        assert settings(tmp_path, **environ).profile("sandbox").url == "http://127.0.0.1:9"


class TestFromTheEnvironment:
    WHOLE: ClassVar = {
        "RETURNCTL_MARKETPLACE": "returns-api",
        "RETURNCTL_MARKETPLACE_URL": "https://staging.example",
        "RETURNCTL_ENVIRONMENT": "staging",
        "RETURNCTL_MARKET": "fr-fr",
    }

    def test_a_profile_without_a_file(self, tmp_path: Path) -> None:
        profile = settings(tmp_path, **self.WHOLE).profile("environment")
        assert (profile.marketplace, profile.url) == ("returns-api", "https://staging.example")
        assert (profile.environment, profile.market) == ("staging", "fr-fr")
        assert profile.carrier_environment("ups") == "test"
        assert profile.origin == "the environment"

    @pytest.mark.parametrize("name", ["RETURNCTL_ENVIRONMENT", "RETURNCTL_MARKET"])
    def test_an_empty_variable_is_none(self, tmp_path: Path, name: str) -> None:
        without = {key: value for key, value in self.WHOLE.items() if key != name}
        empty = settings(tmp_path, **self.WHOLE | {name: ""}).profile("environment")
        assert empty == settings(tmp_path, **without).profile("environment")

    @pytest.mark.parametrize(
        "change",
        [
            {"RETURNCTL_MARKETPLACE": "ebay"},
            {"RETURNCTL_MARKETPLACE": ""},
            {"RETURNCTL_MARKETPLACE_URL": ""},
            {"RETURNCTL_ENVIRONMENT": "live"},
        ],
    )
    def test_what_can_not_be_is_said(self, tmp_path: Path, change: dict[str, str]) -> None:
        refused(settings(tmp_path, **self.WHOLE | change), "environment")

    def test_the_market_of_the_manual_profile(self, tmp_path: Path) -> None:
        assert settings(tmp_path, RETURNCTL_MARKET="de-at").profile("manual").market == "de-at"

    @pytest.mark.parametrize(
        ("value", "on"),
        [
            ("1", True),
            ("yes", True),
            ("TRUE", True),
            ("", False),
            ("0", False),
            ("No", False),
            ("off", False),
        ],
    )
    def test_flags(self, value: str, on: bool) -> None:
        assert Settings({"RETURNCTL_JSON": value}).flag("RETURNCTL_JSON") == on
        assert not Settings({}).flag("RETURNCTL_JSON")

    def test_help_names_every_variable_that_is_read(self) -> None:
        source = "\n".join(path.read_text() for path in Path(returnctl.__file__).parent.rglob("*.py"))
        read = set(re.findall(r'"(RETURNCTL_[A-Z]+(?:_[A-Z]+)*)"', source))
        assert read <= set(VARIABLES), read - set(VARIABLES)


class TestFolders:
    def test_the_named_one_goes_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        environ = {"RETURNCTL_CONFIG_DIR": "/etc/desk", "XDG_CONFIG_HOME": "/xdg"}
        assert config_folder(environ) == Path("/etc/desk")

    @pytest.mark.parametrize(
        ("xdg", "folder"),
        [
            ("/xdg", "/xdg/returnctl"),
            (None, "/home/anna/.config/returnctl"),
            ("", "/home/anna/.config/returnctl"),
            ("relative", "/home/anna/.config/returnctl"),
        ],
    )
    def test_else_the_systems(self, monkeypatch: pytest.MonkeyPatch, xdg: str | None, folder: str) -> None:
        monkeypatch.setenv("HOME", "/home/anna")
        monkeypatch.setattr("sys.platform", "linux")
        assert config_folder({} if xdg is None else {"XDG_CONFIG_HOME": xdg}) == Path(folder)

    def test_returns_lie_in_the_documents_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
        monkeypatch.delenv("XDG_DOCUMENTS_DIR", raising=False)
        assert default_workspace() == tmp_path / "Documents" / "returns"
        assert list(tmp_path.iterdir()) == []
