"""Logging in and out, and where each secret comes from; never the secret."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from returnctl import checks, credentials, login, vault
from returnctl.app import App
from returnctl.carriers import NAMES
from returnctl.checks import Check
from returnctl.errors import AuthFailed, Usage
from returnctl.output import Table
from returnctl.result import Result
from returnctl.settings import Profile
from returnctl.vocabulary import CARRIERS, SERVICES


class LoginResult(Result, kw_only=True):
    profile: str
    service: str
    kept_in: str | None = None

    def for_people(self) -> Iterable[str | Table]:
        if self.kept_in:
            yield f"The keyring has it now: {self.service}, profile {self.profile}."
            yield "`returnctl doctor` asks whether it is accepted."
        else:
            yield f"It would go into the keyring: {self.service}, profile {self.profile}."


class LogoutResult(Result, kw_only=True):
    profile: str
    service: str
    removed: bool = False

    def for_people(self) -> Iterable[str | Table]:
        what = f"{self.service}, profile {self.profile}"
        if self.dry_run:
            yield f"It would be removed from the keyring: {what}."
        elif self.removed:
            yield f"Removed from the keyring: {what}."
        else:
            yield f"The keyring had nothing: {what}."


class Held(Struct, frozen=True, kw_only=True):
    """One service's secret: `origin` is a variable's name, `token_command`, `keyring` or `built in`."""

    service: str
    needed: bool
    present: bool
    origin: str | None = None
    problem: str | None = None


class AuthStatusResult(Result, kw_only=True):
    profile: str
    services: tuple[Held, ...] = ()

    def for_people(self) -> Iterable[str | Table]:
        yield f"Profile {self.profile}"
        yield from checks.lines(_check(held) for held in self.services)


def log_in(app: App, service: str, token_file: Path | None) -> LoginResult:
    """Take a secret and keep it in the keyring. Raises Usage, and KeyringFailed with the way out."""
    profile = _profile(app, service)
    secret = _secret(app, profile, service, token_file)
    kept_in = None
    if not app.options.dry_run:
        try:
            vault.store(app.settings.config_folder, profile.name, service, secret)
        except vault.KeyringFailed as error:
            error.say_way(_without_keyring(profile, service))
            raise
        _forget_tokens(app, service)
        kept_in = "keyring"
    for first in _before_keyring(app, profile, service):
        app.warn(f"{first} is set too, and comes first.")
    return LoginResult(profile=profile.name, service=service, kept_in=kept_in, dry_run=app.options.dry_run)


def log_out(app: App, service: str) -> LogoutResult:
    """Remove a secret from the keyring, and what a carrier gave for it. What the environment holds stays."""
    profile = _profile(app, service)
    removed = False
    if not app.options.dry_run:
        removed = vault.remove(app.settings.config_folder, profile.name, service)
        _forget_tokens(app, service)
    for still in _before_keyring(app, profile, service):
        app.warn(f"{still} is still set, and is used.")
    return LogoutResult(profile=profile.name, service=service, removed=removed, dry_run=app.options.dry_run)


def status(app: App, service: str | None) -> AuthStatusResult:
    """Where each secret of the profile comes from. Shows the result itself before it raises AuthFailed."""
    profile = app.chosen_profile()
    wanted = (service,) if service else _services(profile)
    found = tuple(_held(app, profile, name) for name in wanted)
    result = AuthStatusResult(profile=profile.name, services=found)
    missing = [held.service for held in found if held.problem or (held.needed and not held.present)]
    if not missing:
        return result
    app.show(result)
    first = missing[0]
    raise AuthFailed(
        f"Profile {profile.name} lacks credentials: {', '.join(missing)}.",
        hint=f"`returnctl auth login {first} --profile {profile.name}`; or see `returnctl help environment`",
    )


def _services(profile: Profile) -> tuple[str, ...]:
    return SERVICES if profile.marketplace != "manual" else CARRIERS


def _profile(app: App, service: str) -> Profile:
    profile = app.chosen_profile()
    if profile.sandbox:
        raise Usage(
            f"Profile {profile.name} needs no credentials: the sandbox takes everybody.",
            hint="name another profile with --profile",
        )
    if service == "marketplace" and profile.marketplace == "manual":
        raise Usage(
            f"Profile {profile.name} has no marketplace to log in to: you do that part on its website.",
            hint=f"name a carrier ({', '.join(CARRIERS)}), or another profile with --profile",
        )
    return profile


def _secret(app: App, profile: Profile, service: str, token_file: Path | None) -> str:
    import msgspec

    if token_file is None and not app.may_ask:
        raise Usage(
            "The secret is missing, and there is no terminal to ask on.",
            hint=f"--token-file FILE, or - for standard input; or {_variables(service)}, without a keyring",
        )
    if service == "marketplace":
        where = f"{profile.url or profile.marketplace} (profile {profile.name})"
        return login.token(login.read(token_file)) if token_file else login.ask_token(where)
    values = (
        login.carrier_values(login.read(token_file), service) if token_file else login.ask_carrier(service)
    )
    return msgspec.json.encode(values).decode()


def _held(app: App, profile: Profile, service: str) -> Held:
    needed = _is_needed(app, profile, service)
    origin, problem = None, None
    try:
        origin = _origin(app, profile, service)
    except AuthFailed as error:
        problem = error.message if needed or service != "marketplace" else None
    return Held(service=service, needed=needed, present=origin is not None, origin=origin, problem=problem)


def _is_needed(app: App, profile: Profile, service: str) -> bool:
    if service == "marketplace":
        return profile.marketplace != "manual"
    return app.settings.names_carrier(profile, service)


def _origin(app: App, profile: Profile, service: str) -> str | None:
    if service == "marketplace":
        return credentials.marketplace_token(profile, app.settings.environ).origin
    return credentials.carrier_origin(service, profile, app.settings.environ)


def _check(held: Held) -> Check:
    if held.present:
        return Check(name=held.service, state="ok", message=held.origin or "")
    if held.problem or held.needed:
        return Check(name=held.service, state="problem", message=held.problem or "missing")
    return Check(name=held.service, state="note", message="none, and none needed")


def _before_keyring(app: App, profile: Profile, service: str) -> Iterator[str]:
    """What goes before the keyring, and is set."""
    environ = app.settings.environ
    if service != "marketplace":
        pair = [credentials.variable(service, field) for field in ("client_id", "client_secret")]
        if all(environ.get(name, "").strip() for name in pair):
            yield pair[0]
        return
    if environ.get("RETURNCTL_MARKETPLACE_TOKEN", "").strip():
        yield "RETURNCTL_MARKETPLACE_TOKEN"
    if profile.token_command:
        yield "token_command"


def _without_keyring(profile: Profile, service: str) -> str:
    if service != "marketplace":
        return f"set {_variables(service)}: they need no keyring"
    if profile.name == "environment":
        return f"set {_variables(service)}: it needs no keyring"
    return f"set {_variables(service)}, or token_command in [profile.{profile.name}]: neither needs a keyring"


def _variables(service: str) -> str:
    if service == "marketplace":
        return "RETURNCTL_MARKETPLACE_TOKEN"
    return " and ".join(credentials.variable(service, field) for field in ("client_id", "client_secret"))


def _forget_tokens(app: App, service: str) -> None:
    """Tokens that a carrier gave for credentials which are no longer the ones in use."""
    if service in NAMES:
        from returnctl.carriers.tokens import forget

        forget(app.settings.cache_folder / "tokens", service)
