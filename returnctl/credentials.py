"""Secrets, from where the user keeps them: environment, then the profile's command, then the keyring.

A secret shows itself to nobody by accident: its repr and str are a mask.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from typing import TYPE_CHECKING

from returnctl.errors import AuthFailed

if TYPE_CHECKING:
    from returnctl.carriers.base import Account, Credentials
    from returnctl.settings import Profile

COMMAND_PATIENCE_S = 30.0
#: What a carrier's application and account are made of; in the environment `RETURNCTL_<CARRIER>_<NAME>`.
CARRIER_FIELDS = {
    "ups": ("client_id", "client_secret", "account"),
    "usps": ("client_id", "client_secret", "crid", "mid", "manifest_mid", "eps_account"),
    "fedex": ("client_id", "client_secret", "account", "tracking_client_id", "tracking_client_secret"),
}


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
    if kept := _from_keyring(profile, "marketplace", environ):
        return Secret(kept, "keyring")
    raise AuthFailed(
        f"There is no token for the marketplace of profile {profile.name} ({profile.environment}).",
        hint="`returnctl auth login` keeps one; or set RETURNCTL_MARKETPLACE_TOKEN, or token_command in the profile",
    )


def carrier_credentials(code: str, profile: Profile, environ: Mapping[str, str]) -> Credentials | None:
    """A carrier's credentials: from the environment (client id and secret), else the keyring, if it holds any.

    None where there are none; the sandbox needs none and ignores the ones in the environment. Raises AuthFailed
    where the keyring has them and does not answer.
    """
    from returnctl.carriers.base import Account, Credentials

    if profile.sandbox:
        return Credentials(client_id="sandbox", client_secret="sandbox", account=_sandbox_account(code))  # noqa: S106 - the sandbox takes any
    found = _carrier_values(code, profile, environ)
    if found is None:
        return None
    values, _ = found
    return Credentials(
        client_id=values["client_id"],
        client_secret=values["client_secret"],
        account=Account(
            number=values.get("eps_account") or values.get("account", ""),
            crid=values.get("crid", ""),
            mid=values.get("mid", ""),
            manifest_mid=values.get("manifest_mid") or values.get("mid", ""),
        ),
        tracking_id=values.get("tracking_client_id", ""),
        tracking_secret=values.get("tracking_client_secret", ""),
    )


def carrier_origin(code: str, profile: Profile, environ: Mapping[str, str]) -> str | None:
    """Where a carrier's credentials come from, None where there are none. Raises AuthFailed as above."""
    if profile.sandbox:
        return "built in"
    found = _carrier_values(code, profile, environ)
    return found[1] if found else None


def variable(code: str, field: str) -> str:
    """The environment variable of one of a carrier's values."""
    return f"RETURNCTL_{code.upper()}_{field.upper()}"


def _carrier_values(
    code: str, profile: Profile, environ: Mapping[str, str]
) -> tuple[dict[str, str], str] | None:
    """A carrier's values and their origin. Account numbers in the environment go before the keyring's."""
    given = {
        field: value
        for field in CARRIER_FIELDS[code]
        if (value := environ.get(variable(code, field), "").strip())
    }
    if "client_id" in given and "client_secret" in given:
        return given, variable(code, "client_id")
    kept = _from_keyring(profile, code, environ)
    if not kept:
        return None
    pairs = ("client_id", "client_secret", "tracking_client_id", "tracking_client_secret")
    accounts = {field: value for field, value in given.items() if field not in pairs}
    return _parsed(kept, code) | accounts, "keyring"


def _parsed(kept: str, code: str) -> dict[str, str]:
    import msgspec

    try:
        values = msgspec.json.decode(kept, type=dict[str, str])
    except msgspec.DecodeError:
        values = {}
    if not (values.get("client_id") and values.get("client_secret")):
        raise AuthFailed(
            f"What the keyring holds for {code} is not what `returnctl auth login` put there.",
            hint=f"`returnctl auth login {code}` puts it there anew",
        )
    return values


def _from_keyring(profile: Profile, service: str, environ: Mapping[str, str]) -> str | None:
    """A secret of the keyring. One for the marketplace may have been put there by hand, so that is always asked for.

    Raises AuthFailed where the secret is listed and the keyring does not hand it out.
    """
    from returnctl import vault
    from returnctl.settings import config_folder

    listed = vault.may_hold(config_folder(environ), profile.name, service)
    if not listed and service != "marketplace":
        return None
    try:
        return vault.read(profile.name, service)
    except vault.KeyringFailed:
        if listed:
            raise
        return None


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
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        why = "took too long" if isinstance(error, subprocess.TimeoutExpired) else "failed"
        raise AuthFailed(
            f"The profile's token_command ({command[0]}) {why}.", hint="run it by hand to see what it says"
        ) from None
    token = done.stdout.decode("utf-8", "replace").strip()
    if not token:
        raise AuthFailed(
            f"The profile's token_command ({command[0]}) printed nothing.", hint="its first line is the token"
        )
    return token.splitlines()[0].strip()
