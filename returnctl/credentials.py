"""Secrets, from where the user keeps them: environment, then the profile's command, then the keyring.

A secret shows itself to nobody by accident: its repr and str are a mask.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from returnctl.errors import AuthFailed

if TYPE_CHECKING:
    from returnctl.carriers.base import Account, Credentials
    from returnctl.settings import Profile

#: A keyring that asks a desktop which is not there may hang for minutes.
KEYRING_PATIENCE_S = 3.0
COMMAND_PATIENCE_S = 30.0


class Secret:
    """A secret and where it came from. `reveal()` is the only way to its text."""

    __slots__ = ("_text", "origin")

    def __init__(self, text: str, origin: str) -> None:
        self._text = text
        self.origin = origin

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"Secret(***, from {self.origin})"

    __str__ = __repr__


def marketplace_token(profile: Profile, environ: Mapping[str, str]) -> Secret:
    """The token for a profile's marketplace. Raises AuthFailed, saying where one can be put."""
    if profile.sandbox:
        return Secret("sandbox", "built in")
    if token := environ.get("RETURNCTL_MARKETPLACE_TOKEN", "").strip():
        return Secret(token, "RETURNCTL_MARKETPLACE_TOKEN")
    if profile.token_command:
        return Secret(_from_command(profile.token_command), "token_command")
    if kept := from_keyring(f"returnctl/{profile.name}", "marketplace"):
        return Secret(kept, "keyring")
    raise AuthFailed(
        f"There is no token for the marketplace of profile {profile.name} ({profile.environment}).",
        hint="set RETURNCTL_MARKETPLACE_TOKEN, or token_command in the profile",
    )


def carrier_credentials(code: str, profile: Profile, environ: Mapping[str, str]) -> Credentials | None:
    """A carrier's credentials: `RETURNCTL_<CARRIER>_CLIENT_ID`, `_CLIENT_SECRET` and its account numbers.

    None where there are none; the sandbox needs none and ignores the ones in the environment.
    """
    from returnctl.carriers.base import Account, Credentials

    if profile.sandbox:
        return Credentials(client_id="sandbox", client_secret="sandbox", account=_sandbox_account(code))  # noqa: S106 - the sandbox takes any

    def value(name: str) -> str:
        return environ.get(f"RETURNCTL_{code.upper()}_{name}", "").strip()

    if not (value("CLIENT_ID") and value("CLIENT_SECRET")):
        return None
    return Credentials(
        client_id=value("CLIENT_ID"),
        client_secret=value("CLIENT_SECRET"),
        account=Account(
            number=value("EPS_ACCOUNT") or value("ACCOUNT"),
            crid=value("CRID"),
            mid=value("MID"),
            manifest_mid=value("MANIFEST_MID") or value("MID"),
        ),
        tracking_id=value("TRACKING_CLIENT_ID"),
        tracking_secret=value("TRACKING_CLIENT_SECRET"),
    )


def _sandbox_account(code: str) -> Account:
    """Made-up account numbers, in each carrier's form."""
    from returnctl.carriers.base import Account

    if code == "usps":
        return Account(number="1000000001", crid="10000001", mid="900000001", manifest_mid="900000001")
    return Account(number="SAND01" if code == "ups" else "740000001")


def _from_command(command: tuple[str, ...]) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - the user's own command, as a list of words, through no shell
            command, capture_output=True, timeout=COMMAND_PATIENCE_S, check=True, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError) as error:
        why = "took too long" if isinstance(error, subprocess.TimeoutExpired) else "failed"
        raise AuthFailed(
            f"The profile's token_command ({command[0]}) {why}.", hint="run it by hand to see what it says"
        ) from None
    token = done.stdout.decode("utf-8", "replace").strip()
    if not token:
        raise AuthFailed(f"The profile's token_command ({command[0]}) printed nothing.")
    return token.splitlines()[0]


def from_keyring(service: str, name: str) -> str | None:
    """A secret of the system's keyring, or None: also where there is no keyring, or it does not answer in time."""
    found: list[str | None] = []

    def ask() -> None:
        import keyring
        from keyring.errors import KeyringError

        try:
            found.append(keyring.get_password(service, name))
        except (KeyringError, OSError, RuntimeError):
            found.append(None)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(KEYRING_PATIENCE_S)
    return found[0] if found else None
