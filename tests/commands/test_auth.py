"""`auth`: a secret goes into the keyring and nowhere else, and whoever has none is told the way."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring.core
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from returnctl import login, vault
from returnctl.app import App
from returnctl.credentials import carrier_credentials
from returnctl.errors import Usage
from returnctl.settings import Settings
from tests.commands.keyrings import Forgetting, Hanging, Memory, PlaintextKeyring
from tests.commands.running import Runner
from tests.commands.world import tree
from tests.test_startup import imported

CANARY = "tok-canary-5f0c8a52"
SHOP = """
default_profile = "shop"
[profile.shop]
marketplace = "returns-api"
url = "https://shop.example"
"""
UPS = f'client_id = "cid-1"\nclient_secret = "{CANARY}"\naccount = "A1B2C3"\n'

Use = Callable[[Memory], Memory]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The folder of the configuration, with a profile for a marketplace that has an API."""
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "config.toml").write_text(SHOP)
    return folder


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Use:
    """Makes a keyring the machine's."""

    def use(backend: Memory) -> Memory:
        monkeypatch.setattr(keyring.core, "_keyring_backend", backend)
        return backend

    return use


@pytest.fixture
def memory(use: Use, config: Path) -> Memory:
    return use(Memory())


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "token.txt"
    path.write_text(f"{CANARY}\n")
    return path


@pytest.fixture
def ups_file(tmp_path: Path) -> Path:
    path = tmp_path / "ups.toml"
    path.write_text(UPS)
    return path


def listed(config: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads((config / "keyring.json").read_text())
    return found


class TestLogin:
    def test_from_a_file(self, run_line: Runner, memory: Memory, token_file: Path) -> None:
        ran = run_line("auth login --token-file {token}", token=token_file)
        assert memory.kept == {("returnctl/shop", "marketplace"): CANARY}
        assert CANARY not in ran.stdout + ran.stderr

    def test_from_standard_input(self, run_line: Runner, memory: Memory) -> None:
        run_line("auth login --token-file -", input=f"{CANARY}\n")
        assert list(memory.kept.values()) == [CANARY]

    @pytest.mark.usefixtures("memory")
    def test_the_list_has_names_alone(self, run_line: Runner, config: Path, token_file: Path) -> None:
        run_line("auth login --token-file {token}", token=token_file)
        assert listed(config) == {"shop": ["marketplace"]}
        assert (config / "keyring.json").stat().st_mode & 0o777 == 0o600
        assert not any(CANARY.encode() in (content or b"") for content in tree(config).values())

    def test_in_json(self, run_line: Runner, memory: Memory, token_file: Path) -> None:
        result = run_line("auth login --json --token-file {token}", token=token_file).json
        assert (result["profile"], result["service"], result["kept_in"]) == ("shop", "marketplace", "keyring")
        assert CANARY not in str(result)

    @pytest.mark.parametrize(
        "text",
        [
            UPS,
            f"client_id=cid-1\nclient_secret='{CANARY}'\n# mine\n\naccount=A1B2C3",
            f"export RETURNCTL_UPS_CLIENT_ID=cid-1\nRETURNCTL_UPS_CLIENT_SECRET={CANARY}\nRETURNCTL_UPS_ACCOUNT=A1B2C3",
            f"\ufeffclient_id = cid-1\r\nclient_secret = {CANARY}\r\naccount = A1B2C3\r\n",
        ],
        ids=["toml", "lines", "variables", "windows"],
    )
    def test_a_carrier_is_found_afterwards(
        self, run_line: Runner, memory: Memory, tmp_path: Path, text: str
    ) -> None:
        (tmp_path / "ups.txt").write_text(text)
        run_line("auth login ups --token-file {file}", file=tmp_path / "ups.txt")
        settings = Settings()
        found = carrier_credentials("ups", settings.profile("shop"), settings.environ)
        assert found is not None
        assert (found.client_id, found.client_secret, found.account.number) == ("cid-1", CANARY, "A1B2C3")
        assert carrier_credentials("fedex", settings.profile("shop"), settings.environ) is None

    def test_asked_for_on_a_terminal(
        self, run_line: Runner, memory: Memory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(App, "may_ask", True)
        ran = run_line("auth login", input=f"{CANARY}\n")
        assert list(memory.kept.values()) == [CANARY]
        assert CANARY not in ran.stdout + ran.stderr
        assert "https://shop.example" in ran.stderr

    def test_a_carrier_asked_for_on_a_terminal(
        self, run_line: Runner, memory: Memory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(App, "may_ask", True)
        ran = run_line("auth login usps", input=f"cid-1\n{CANARY}\n12345678\n\n\n")
        assert json.loads(memory.kept["returnctl/shop", "usps"]) == {
            "client_id": "cid-1",
            "client_secret": CANARY,
            "crid": "12345678",
        }
        assert CANARY not in ran.stdout + ran.stderr

    @pytest.mark.parametrize(
        ("service", "names"),
        [("", "RETURNCTL_MARKETPLACE_TOKEN"), ("fedex", "RETURNCTL_FEDEX_CLIENT_SECRET")],
    )
    def test_without_a_terminal(self, run_line: Runner, memory: Memory, service: str, names: str) -> None:
        error = run_line(f"auth login {service} --json", 2).error
        assert "--token-file" in error["hint"]
        assert names in error["hint"]

    def test_a_dry_run_keeps_nothing(
        self, run_line: Runner, memory: Memory, config: Path, token_file: Path
    ) -> None:
        before = tree(config)
        result = run_line("auth login --dry-run --json --token-file {token}", token=token_file).json
        assert (result["dry_run"], result["kept_in"]) == (True, None)
        assert (memory.kept, tree(config)) == ({}, before)

    def test_what_goes_first_is_said(
        self, run_line: Runner, memory: Memory, token_file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RETURNCTL_MARKETPLACE_TOKEN", "another")
        ran = run_line("auth login --token-file {token}", token=token_file)
        assert "RETURNCTL_MARKETPLACE_TOKEN is set too" in ran.stderr

    @pytest.mark.parametrize(
        "line",
        ["auth login --profile sandbox", "auth login --profile manual", "auth login ups --profile sandbox"],
    )
    def test_where_there_is_nothing_to_log_in_to(
        self, run_line: Runner, memory: Memory, token_file: Path, line: str
    ) -> None:
        run_line(f"{line} --token-file {{token}}", 2, token=token_file)
        assert memory.kept == {}


class TestWhatIsNoSecret:
    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"", "nothing in it"),
            (b" \n", "nothing in it"),
            (b"two words", "no token"),
            (b"Bearer abc", "word stands before"),
            (b"one\ntwo", "no token"),
            ("tök".encode(), "no token"),
            (b"\xff\xfe\x00", "not text"),
            (b"x" * 70_000, "too long"),
        ],
    )
    def test_for_a_marketplace(
        self, run_line: Runner, memory: Memory, tmp_path: Path, content: bytes, says: str
    ) -> None:
        (tmp_path / "t").write_bytes(content)
        assert says in run_line("auth login --json --token-file {t}", 2, t=tmp_path / "t").error["message"]
        assert memory.kept == {}

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            (CANARY, "Line 1"),
            (f"client_secret = '{CANARY}'", "client_id is missing"),
            (f"{UPS}secret = '{CANARY}'", "nothing that ups asks for"),
            (f"{UPS}crid = '1'", "nothing that ups asks for"),
            (f"client_id = 'a'\nclient_secret = '{CANARY} {CANARY}'", "holds a space"),
            (f"client_id = ['{CANARY}']\nclient_secret = '{CANARY}'", "text in quotes"),
        ],
    )
    def test_for_a_carrier(
        self, run_line: Runner, memory: Memory, tmp_path: Path, text: str, says: str
    ) -> None:
        (tmp_path / "t").write_text(text)
        ran = run_line("auth login ups --json --token-file {t}", 2, t=tmp_path / "t")
        assert says in ran.error["message"]
        assert CANARY not in ran.stdout + ran.stderr
        assert memory.kept == {}

    @given(
        st.text(max_size=60)
        | st.from_regex(r"(client_id|client_secret|account) ?= ?.{0,20}\n", fullmatch=True)
    )
    @example(f"account = {'9' * 5000}")
    @example("a = " + "[" * 5000)
    def test_any_text_is_values_or_a_refusal(self, text: str) -> None:
        with contextlib.suppress(Usage):
            assert {"client_id", "client_secret"} <= set(login.carrier_values(text, "ups"))

    def test_no_such_file(self, run_line: Runner, memory: Memory, tmp_path: Path) -> None:
        error = run_line("auth login --json --token-file {t}", 2, t=tmp_path / "nowhere").error
        assert "no such file" in error["message"]


class TestWithoutAKeyring:
    @pytest.fixture(autouse=True)
    def patience(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(vault, "PATIENCE_S", 0.2)

    @pytest.fixture
    def hanging(self, use: Use) -> Iterator[None]:
        backend = Hanging()
        use(backend)
        yield
        backend.over.set()

    def refused(self, run_line: Runner, config: Path, token_file: Path) -> str:
        """What is said, in one line; nothing was written anywhere."""
        before = tree(config)
        error = run_line("auth login --json --token-file {token}", 4, token=token_file).error
        for way in ("RETURNCTL_MARKETPLACE_TOKEN", "token_command", "[profile.shop]"):
            assert way in error["hint"]
        assert CANARY not in str(error)
        assert tree(config) == before
        return str(error["message"])

    def test_a_machine_without_one(self, run_line: Runner, config: Path, token_file: Path) -> None:
        assert "no keyring" in self.refused(run_line, config, token_file)

    def test_a_process_of_its_own(self, run_process: Runner, config: Path, token_file: Path) -> None:
        assert "no keyring" in self.refused(run_process, config, token_file)

    @pytest.mark.usefixtures("hanging")
    def test_one_that_hangs(self, run_line: Runner, config: Path, token_file: Path) -> None:
        assert "did not answer" in self.refused(run_line, config, token_file)

    def test_one_that_keeps_nothing(self, run_line: Runner, config: Path, token_file: Path, use: Use) -> None:
        use(Forgetting())
        assert "did not keep it" in self.refused(run_line, config, token_file)

    def test_one_that_would_write_it_in_plain_text(
        self, run_line: Runner, config: Path, token_file: Path, use: Use
    ) -> None:
        backend = use(PlaintextKeyring())
        assert "plain text" in self.refused(run_line, config, token_file)
        assert backend.kept == {}

    def test_a_carrier_names_its_variables(self, run_line: Runner, config: Path, ups_file: Path) -> None:
        error = run_line("auth login ups --json --token-file {ups}", 4, ups=ups_file).error
        assert "RETURNCTL_UPS_CLIENT_ID and RETURNCTL_UPS_CLIENT_SECRET" in error["hint"]

    def test_nothing_to_log_out_of(self, run_line: Runner, config: Path) -> None:
        assert run_line("auth logout --json").json["removed"] is False

    def test_but_something_is_listed(self, run_line: Runner, config: Path) -> None:
        (config / "keyring.json").write_text('{"shop":["marketplace"]}')
        run_line("auth logout", 4)
        assert listed(config) == {"shop": ["marketplace"]}


class TestLogout:
    def test_removes_it(
        self, run_line: Runner, memory: Memory, config: Path, token_file: Path, ups_file: Path
    ) -> None:
        run_line("auth login --token-file {token}", token=token_file)
        run_line("auth login ups --token-file {ups}", ups=ups_file)
        assert run_line("auth logout --json").json["removed"] is True
        assert list(memory.kept) == [("returnctl/shop", "ups")]
        assert listed(config) == {"shop": ["ups"]}

    def test_again(self, run_line: Runner, memory: Memory) -> None:
        ran = run_line("auth logout")
        assert "had nothing" in ran.stdout

    def test_drops_what_the_carrier_gave(
        self, run_line: Runner, memory: Memory, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        tokens = Settings().cache_folder / "tokens"
        tokens.mkdir(parents=True)
        for name in ("token-ups-1.json", "token-usps-1.json"):
            (tokens / name).write_text("{}")
        run_line("auth logout ups")
        assert [path.name for path in tokens.iterdir()] == ["token-usps-1.json"]

    def test_what_is_still_set_is_said(
        self, run_line: Runner, memory: Memory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RETURNCTL_MARKETPLACE_TOKEN", CANARY)
        ran = run_line("auth logout")
        assert "RETURNCTL_MARKETPLACE_TOKEN is still set" in ran.stderr
        assert CANARY not in ran.stderr


class TestStatus:
    def origins(self, run_line: Runner, exit: int = 0) -> dict[str, str | None]:
        ran = run_line("auth status --json", exit)
        assert CANARY not in ran.stdout + ran.stderr
        return {one["service"]: one["origin"] for one in ran.json["services"]}

    def test_where_each_comes_from(
        self,
        run_line: Runner,
        memory: Memory,
        token_file: Path,
        ups_file: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        run_line("auth login --token-file {token}", token=token_file)
        run_line("auth login ups --token-file {ups}", ups=ups_file)
        monkeypatch.setenv("RETURNCTL_FEDEX_CLIENT_ID", "id")
        monkeypatch.setenv("RETURNCTL_FEDEX_CLIENT_SECRET", CANARY)
        assert self.origins(run_line) == {
            "marketplace": "keyring",
            "ups": "keyring",
            "usps": None,
            "fedex": "RETURNCTL_FEDEX_CLIENT_ID",
        }
        monkeypatch.setenv("RETURNCTL_MARKETPLACE_TOKEN", CANARY)
        assert self.origins(run_line)["marketplace"] == "RETURNCTL_MARKETPLACE_TOKEN"

    def test_a_command(self, run_line: Runner, config: Path) -> None:
        (config / "config.toml").write_text(SHOP + f'token_command = ["echo", "{CANARY}"]\n')
        assert self.origins(run_line)["marketplace"] == "token_command"

    def test_a_missing_token(self, run_line: Runner, memory: Memory) -> None:
        ran = run_line("auth status --json", 4)
        missing = ran.json["services"][0]
        assert (missing["service"], missing["needed"], missing["present"]) == ("marketplace", True, False)
        assert ran.error["code"] == "auth"
        assert "auth login marketplace --profile shop" in ran.error["hint"]

    def test_a_carrier_that_the_profile_names(
        self, run_line: Runner, config: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RETURNCTL_MARKETPLACE_TOKEN", CANARY)
        run_line("auth status")
        (config / "config.toml").write_text(SHOP + "[profile.shop.carriers.usps]\n")
        assert "usps" in run_line("auth status --json", 4).error["message"]

    def test_one_service(self, run_line: Runner, memory: Memory) -> None:
        assert run_line("auth status fedex").exit == 0

    @pytest.mark.parametrize("profile", ["sandbox", "manual"])
    def test_a_profile_that_needs_none(self, run_line: Runner, profile: str) -> None:
        run_line(f"auth status --profile {profile}")

    def test_a_keyring_that_lost_it_is_a_problem(self, run_line: Runner, config: Path) -> None:
        (config / "keyring.json").write_text('{"shop":["ups"]}')
        problems = {
            one["service"]: one["problem"] for one in run_line("auth status --json", 4).json["services"]
        }
        assert "no keyring" in problems["ups"]
        assert problems["usps"] is None

    @pytest.mark.parametrize("content", ["", "[]", "{", '{"shop": 1}'])
    def test_a_list_that_can_not_be_read_has_the_keyring_asked(
        self, run_line: Runner, memory: Memory, config: Path, ups_file: Path, content: str
    ) -> None:
        run_line("auth login ups --token-file {ups}", ups=ups_file)
        (config / "keyring.json").write_text(content)
        assert self.origins(run_line, 4)["ups"] == "keyring"


def test_a_folder_that_is_a_link_is_written_through(
    run_line: Runner, memory: Memory, config: Path, token_file: Path, tmp_path: Path
) -> None:
    """People keep their configuration elsewhere, and link to it."""
    config.rename(tmp_path / "dotfiles")
    config.symlink_to(tmp_path / "dotfiles")
    run_line("auth login --token-file {token}", token=token_file)
    assert listed(tmp_path / "dotfiles") == {"shop": ["marketplace"]}


def test_nothing_stored_nothing_imported(tmp_path: Path) -> None:
    found = imported("points", "--near", "12207", "--json", "--profile", "manual")
    assert "returnctl.credentials" in found
    assert "keyring" not in found
