"""Secrets: where they are looked for, how long, and that they show themselves to nobody."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keyring
import keyring.errors
import pytest

from returnctl import credentials, vault
from returnctl.credentials import Secret, carrier_credentials, carrier_origin, marketplace_token
from returnctl.errors import AuthFailed
from returnctl.settings import Profile

CANARY = "tok-canary-5f0c8a52"
DESK = Profile(name="desk", marketplace="returns-api", url="https://shop.example")
SANDBOX = Profile(name="sandbox", marketplace="returns-api", environment="sandbox")
ENVIRON = {"RETURNCTL_MARKETPLACE_TOKEN": CANARY}


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "get_password", lambda service, name: None)


@pytest.fixture
def listed(tmp_path: Path) -> dict[str, str]:
    """The environment of a user whose keyring has everything for the profile `desk`."""
    (tmp_path / vault.LIST).write_text('{"desk":["marketplace","ups","usps","fedex"]}')
    return {"RETURNCTL_CONFIG_DIR": str(tmp_path)}


def printing(*lines: str) -> tuple[str, ...]:
    """A token_command that prints these lines."""
    return (sys.executable, "-c", f"import sys; sys.stdout.write({chr(10).join(lines)!r})")


def with_command(*command: str) -> Profile:
    return Profile(name="desk", marketplace="returns-api", token_command=command)


class TestOrder:
    def test_the_environment_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(keyring, "get_password", lambda service, name: "from-keyring")
        found = marketplace_token(with_command(*printing("from-command")), ENVIRON)
        assert (found.reveal(), found.origin) == (CANARY, "RETURNCTL_MARKETPLACE_TOKEN")

    def test_then_the_command(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(keyring, "get_password", lambda service, name: "from-keyring")
        found = marketplace_token(with_command(*printing("from-command")), {})
        assert (found.reveal(), found.origin) == ("from-command", "token_command")

    def test_then_the_keyring_under_the_profiles_name(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[tuple[str, str]] = []

        def get(service: str, name: str) -> str:
            asked.append((service, name))
            return CANARY

        monkeypatch.setattr(keyring, "get_password", get)
        found = marketplace_token(DESK, {})
        assert (found.reveal(), found.origin) == (CANARY, "keyring")
        assert asked == [("returnctl/desk", "marketplace")]

    @pytest.mark.parametrize(
        "environ", [{}, {"RETURNCTL_MARKETPLACE_TOKEN": ""}, {"RETURNCTL_MARKETPLACE_TOKEN": " "}]
    )
    def test_none_says_where_one_can_be_put(self, environ: dict[str, str]) -> None:
        with pytest.raises(AuthFailed) as caught:
            marketplace_token(DESK, environ)
        assert caught.value.exit == 4
        assert "desk" in caught.value.message
        for way in ("RETURNCTL_MARKETPLACE_TOKEN", "token_command"):
            assert way in (caught.value.hint or "")

    def test_spaces_and_a_last_newline_do_not_count(self) -> None:
        assert marketplace_token(DESK, {"RETURNCTL_MARKETPLACE_TOKEN": f" {CANARY}\n"}).reveal() == CANARY

    def test_the_sandbox_ignores_what_is_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(keyring, "get_password", lambda service, name: pytest.fail("asked"))
        assert CANARY not in marketplace_token(SANDBOX, ENVIRON).reveal()


class TestCommand:
    @pytest.mark.parametrize(
        ("lines", "token"),
        [
            ((CANARY,), CANARY),
            ((CANARY, ""), CANARY),
            (("", f"  {CANARY}", "login: anna"), CANARY),
            ((f"{CANARY}  ", "url: shop.example"), CANARY),
            ((f"{CANARY}\r", "x"), CANARY),
        ],
    )
    def test_its_first_line_is_the_token(self, lines: tuple[str, ...], token: str) -> None:
        assert marketplace_token(with_command(*printing(*lines)), {}).reveal() == token

    @pytest.mark.parametrize(
        "command",
        [
            ("/nowhere/pass",),
            ("",),
            ("pass\x00word",),
            (sys.executable, "-c", "\x00"),
            (sys.executable, "-c", f"print('{CANARY}'); raise SystemExit(1)"),
            (sys.executable, "-c", f"import sys; sys.stderr.write('{CANARY}'); sys.exit(2)"),
            (sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"),
            (sys.executable, "-c", ""),
            (sys.executable, "-c", "print('\\n \\n')"),
            ("/",),
        ],
    )
    def test_one_that_fails_or_prints_nothing(self, command: tuple[str, ...]) -> None:
        with pytest.raises(AuthFailed, match="token_command") as caught:
            marketplace_token(with_command(*command), {})
        assert CANARY not in caught.value.message + (caught.value.hint or "")
        assert caught.value.__cause__ is None

    def test_it_never_falls_back_to_the_keyring(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(keyring, "get_password", lambda service, name: "of another account")
        with pytest.raises(AuthFailed):
            marketplace_token(with_command("/nowhere/pass"), {})

    @pytest.mark.parametrize(
        "script", ["import time; time.sleep(60)", "input()\nimport time; time.sleep(60)"]
    )
    def test_one_that_hangs_is_ended(self, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
        monkeypatch.setattr(credentials, "COMMAND_PATIENCE_S", 0.3)
        started = time.monotonic()
        with pytest.raises(AuthFailed):
            marketplace_token(with_command(sys.executable, "-c", script), {})
        assert time.monotonic() - started < 10

    def test_it_goes_through_no_shell_and_can_not_ask(self, tmp_path: Path) -> None:
        script = "import sys; print(sys.argv[1], repr(sys.stdin.read()))"
        found = marketplace_token(with_command(sys.executable, "-c", script, f"$(touch {tmp_path}/x);*"), {})
        assert found.reveal() == f"$(touch {tmp_path}/x);* ''"
        assert list(tmp_path.iterdir()) == []


class TestKeyring:
    @pytest.fixture(autouse=True)
    def no_patience(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(vault, "PATIENCE_S", 0.05)

    @pytest.fixture
    def raised(self, monkeypatch: pytest.MonkeyPatch) -> list[threading.ExceptHookArgs]:
        """What threads leave unhandled: it would be printed into the user's screen."""
        raised: list[threading.ExceptHookArgs] = []
        monkeypatch.setattr(threading, "excepthook", raised.append)
        return raised

    @pytest.fixture
    def hang(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        end = threading.Event()
        monkeypatch.setattr(keyring, "get_password", lambda *_: "late" if end.wait(30) else None)
        yield
        end.set()

    @pytest.mark.usefixtures("hang")
    def test_one_that_hangs_is_not_waited_for(self) -> None:
        started = time.monotonic()
        with pytest.raises(AuthFailed, match="no token"):
            marketplace_token(DESK, {})
        assert time.monotonic() - started < 20

    @pytest.mark.usefixtures("hang")
    def test_one_that_holds_the_token_and_hangs_is_named(self, listed: dict[str, str]) -> None:
        for ask in (
            lambda: marketplace_token(DESK, listed),
            lambda: carrier_credentials("ups", DESK, listed),
        ):
            with pytest.raises(AuthFailed, match="keyring did not answer") as caught:
                ask()
            assert caught.value.exit == 4
            assert caught.value.hint

    @pytest.mark.usefixtures("hang")
    def test_it_does_not_keep_the_process_alive(self) -> None:
        before = set(threading.enumerate())
        with pytest.raises(AuthFailed):
            marketplace_token(DESK, {})
        assert all(thread.daemon for thread in set(threading.enumerate()) - before)

    @pytest.mark.parametrize(
        "error",
        [
            keyring.errors.NoKeyringError(CANARY),
            keyring.errors.KeyringLocked(),
            keyring.errors.InitError(),
            RuntimeError("no loop"),
            OSError("no bus"),
            ValueError(CANARY),
            ImportError("gi"),
            type("DBusErrorResponse", (Exception,), {})("org.freedesktop.Secret.Error.NoSession"),
        ],
        ids=lambda error: type(error).__name__,
    )
    def test_one_that_fails(
        self,
        monkeypatch: pytest.MonkeyPatch,
        raised: list[threading.ExceptHookArgs],
        capfd: pytest.CaptureFixture[str],
        listed: dict[str, str],
        error: Exception,
    ) -> None:
        def get(*_: str) -> str:
            raise error

        monkeypatch.setattr(keyring, "get_password", get)
        with pytest.raises(AuthFailed, match="no token"):
            marketplace_token(DESK, {})
        with pytest.raises(AuthFailed, match="keyring") as caught:
            marketplace_token(DESK, listed)
        assert CANARY not in caught.value.message + (caught.value.hint or "")
        assert raised == []
        assert capfd.readouterr() == ("", "")

    @pytest.mark.parametrize("kept", [None, ""])
    def test_an_empty_one(self, monkeypatch: pytest.MonkeyPatch, kept: str | None) -> None:
        monkeypatch.setattr(keyring, "get_password", lambda service, name: kept)
        with pytest.raises(AuthFailed):
            marketplace_token(DESK, {})


class TestCarriers:
    def test_by_the_carriers_name(self) -> None:
        environ = {
            "RETURNCTL_UPS_CLIENT_ID": "id",
            "RETURNCTL_UPS_CLIENT_SECRET": CANARY,
            "RETURNCTL_UPS_ACCOUNT": "A1B2C3",
        }
        found = carrier_credentials("ups", DESK, environ)
        assert found is not None
        assert (found.client_id, found.client_secret, found.account.number) == ("id", CANARY, "A1B2C3")
        assert carrier_credentials("usps", DESK, environ) is None
        assert carrier_credentials("fedex", DESK, environ) is None

    def test_what_usps_needs_besides(self) -> None:
        environ = {
            f"RETURNCTL_USPS_{name}": name.lower()
            for name in ("CLIENT_ID", "CLIENT_SECRET", "CRID", "MID", "EPS_ACCOUNT", "ACCOUNT")
        }
        found = carrier_credentials("usps", DESK, environ)
        assert found is not None
        assert (found.account.number, found.account.crid, found.account.mid) == ("eps_account", "crid", "mid")

    @pytest.mark.parametrize("missing", ["CLIENT_ID", "CLIENT_SECRET"])
    @pytest.mark.parametrize("empty", ["", " ", None])
    def test_one_half_is_none(self, missing: str, empty: str | None) -> None:
        environ = {"RETURNCTL_FEDEX_CLIENT_ID": "a", "RETURNCTL_FEDEX_CLIENT_SECRET": "b"}
        environ.pop(f"RETURNCTL_FEDEX_{missing}")
        if empty is not None:
            environ[f"RETURNCTL_FEDEX_{missing}"] = empty
        assert carrier_credentials("fedex", DESK, environ) is None

    KEPT = '{"client_id":"kept","client_secret":"s3","account":"K1","eps_account":"K2"}'

    def test_the_keyring_is_asked_for_what_it_is_known_to_hold(
        self, monkeypatch: pytest.MonkeyPatch, listed: dict[str, str]
    ) -> None:
        monkeypatch.setattr(keyring, "get_password", lambda service, name: self.KEPT)
        found = carrier_credentials("ups", DESK, listed)
        assert found is not None
        assert (found.client_id, found.account.number) == ("kept", "K2")
        assert carrier_origin("ups", DESK, listed) == "keyring"
        assert carrier_credentials("ups", Profile(name="another"), listed) is None
        assert carrier_credentials("ups", DESK, {"RETURNCTL_CONFIG_DIR": "/nowhere"}) is None

    def test_the_environment_goes_before_the_keyring(
        self, monkeypatch: pytest.MonkeyPatch, listed: dict[str, str]
    ) -> None:
        monkeypatch.setattr(keyring, "get_password", lambda service, name: self.KEPT)
        whole = {"RETURNCTL_UPS_CLIENT_ID": "id", "RETURNCTL_UPS_CLIENT_SECRET": "s"}
        for environ, client, number in (
            (whole, "id", ""),
            ({"RETURNCTL_USPS_EPS_ACCOUNT": "E1"}, "kept", "E1"),
        ):
            code = "usps" if client == "kept" else "ups"
            found = carrier_credentials(code, DESK, listed | environ)
            assert found is not None
            assert (found.client_id, found.account.number) == (client, number)

    @pytest.mark.parametrize(
        "kept", ["", "canary", "[]", "{}", '{"client_id":"a"}', '{"client_id":1,"client_secret":"a"}']
    )
    def test_what_is_in_the_keyring_may_be_anything(
        self, monkeypatch: pytest.MonkeyPatch, listed: dict[str, str], kept: str
    ) -> None:
        monkeypatch.setattr(keyring, "get_password", lambda service, name: kept)
        if not kept:
            assert carrier_credentials("fedex", DESK, listed) is None
            return
        with pytest.raises(AuthFailed) as caught:
            carrier_credentials("fedex", DESK, listed)
        assert "canary" not in caught.value.message

    def test_where_they_come_from_is_said(self) -> None:
        environ = {"RETURNCTL_CONFIG_DIR": "/nowhere"}
        assert carrier_origin("ups", SANDBOX, environ) == "built in"
        assert carrier_origin("ups", DESK, environ) is None
        environ |= {"RETURNCTL_UPS_CLIENT_ID": "id", "RETURNCTL_UPS_CLIENT_SECRET": CANARY}
        assert carrier_origin("ups", DESK, environ) == "RETURNCTL_UPS_CLIENT_ID"

    def test_the_sandboxs_account_has_each_carriers_form(self) -> None:
        found = {code: carrier_credentials(code, SANDBOX, {}) for code in ("ups", "usps", "fedex")}
        accounts = {code: one.account for code, one in found.items() if one}
        assert len(accounts["ups"].number) == 6
        assert len(accounts["fedex"].number) == 9
        assert accounts["usps"].crid.isdigit()
        assert len(accounts["usps"].mid) == 9

    @pytest.mark.parametrize("code", ["ups", "usps", "fedex"])
    def test_the_sandbox_ignores_what_is_there(self, code: str) -> None:
        environ = {
            f"RETURNCTL_{code.upper()}_CLIENT_ID": CANARY,
            f"RETURNCTL_{code.upper()}_CLIENT_SECRET": CANARY,
        }
        assert CANARY not in str(vars_of(carrier_credentials(code, SANDBOX, environ)))


class TestMask:
    @pytest.mark.parametrize(
        "show", [repr, str, "{}".format, "{!r}".format, "%s".__mod__, lambda one: f"{one}"]
    )
    def test_a_secret_is_masked_however_it_is_shown(self, show: Callable[[Any], str]) -> None:
        secret = Secret(CANARY, "keyring")
        for one in (secret, [secret], {"token": secret}, ValueError(secret)):
            assert CANARY not in show(one)
        assert "keyring" in show(secret)
        assert secret.reveal() == CANARY

    def test_its_attributes_are_no_dictionary_to_be_printed(self) -> None:
        with pytest.raises(TypeError):
            vars(Secret(CANARY, "keyring"))

    @pytest.mark.parametrize("show", [repr, str, "{}".format])
    def test_a_carriers_credentials_are_masked_too(self, show: Callable[[Any], str]) -> None:
        environ = {
            "RETURNCTL_UPS_CLIENT_ID": "id",
            "RETURNCTL_UPS_CLIENT_SECRET": CANARY,
            "RETURNCTL_UPS_TRACKING_CLIENT_ID": "id2",
            "RETURNCTL_UPS_TRACKING_CLIENT_SECRET": CANARY,
        }
        found = carrier_credentials("ups", DESK, environ)
        for one in (found, [found], {"ups": found}):
            assert CANARY not in show(one)


def vars_of(found: Any) -> dict[str, Any]:
    return {name: getattr(found, name) for name in found.__struct_fields__}
