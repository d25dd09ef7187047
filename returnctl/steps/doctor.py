"""Looks over this machine, the configuration and the services, and says what there is to mend."""

from __future__ import annotations

import contextlib
import platform
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from returnctl import __version__, checks, credentials, machine, vault
from returnctl.app import App
from returnctl.carriers import CODES, NAMES, carrier
from returnctl.carriers.base import Credentials
from returnctl.carriers.client import base_url
from returnctl.checks import Check, problems
from returnctl.errors import AuthFailed, BadConfig, Damaged, NotFound, Refused, ReturnctlError, Unavailable
from returnctl.http import Answer, Http, Request
from returnctl.output import Table
from returnctl.result import Result
from returnctl.returns import locks, names
from returnctl.settings import Profile

PATIENCE_S = 6.0
_LITTLE = 500_000_000


class Found(NamedTuple):
    """What a look came to; a problem is raised instead."""

    state: str
    message: str
    hint: str | None = None


Look = Callable[[], Found]


class DoctorResult(Result, kw_only=True):
    checks: tuple[Check, ...] = ()

    def for_people(self) -> Iterable[str | Table]:
        yield from checks.lines(self.checks)


class _Impatient(Http):
    def send(self, request: Request, **limits: Any) -> Answer:
        return super().send(request, **limits | {"deadline_s": PATIENCE_S})


def run(app: App, *, offline: bool) -> DoctorResult:
    """Look at everything. With a problem: shows the result, then raises BadConfig, AuthFailed or Unavailable."""
    found: list[Check] = []
    codes: set[int] = set()
    for name, look in _looks(app, offline):
        try:
            state, message, hint = look()
        except ReturnctlError as error:
            state, message, hint = "problem", error.message, error.hint
            codes.add(error.exit)
        found.append(Check(name=name, state=state, message=message, hint=hint))
    result = DoctorResult(checks=tuple(found), dry_run=app.options.dry_run)
    if codes:
        app.show(result)
        raise _error(codes, found)
    app.say("All is well.")
    return result


def _error(codes: set[int], found: list[Check]) -> ReturnctlError:
    """What is wrong here goes before what is missing, and that before what can't be reached now."""
    names = ", ".join(check.name for check in problems(found))
    form = BadConfig if codes - {4, 75} else AuthFailed if 4 in codes else Unavailable
    return form(f"Something is wrong with: {names}.", hint="what to do stands at each of them")


def _looks(app: App, offline: bool) -> Iterator[tuple[str, Look]]:
    yield "python", _python
    yield "libraries", lambda: _libraries(app)
    yield "config", lambda: _config(app)
    yield "workspace", lambda: _workspace(app)
    yield "locks", lambda: _locks(app)
    yield "returns", lambda: _returns(app)
    profile = _profile(app)
    if profile:
        yield "keyring", lambda: _keyring(app, profile)
    for name, without in machine.PROGRAMS.items():
        yield name, lambda name=name, without=without: _program(name, without)  # type: ignore[misc]  # mypy can't infer a lambda with a default
    if offline:
        yield "services", lambda: Found("note", "not asked (--offline)")
    elif profile:
        app.http = _Impatient(user_agent=f"returnctl/{__version__}", trace=app.trace)
        yield "marketplace", lambda: _marketplace(app, profile)
        for code in CODES:
            yield code, lambda code=code: _carrier(app, profile, code)  # type: ignore[misc]  # as above


# -- this machine ----------------------------------------------------------------------------------------------------


def _python() -> Found:
    return Found("ok", f"{platform.python_version()} ({sys.executable}), returnctl {__version__}")


def _libraries(app: App) -> Found:
    found = machine.libraries()
    names = ", ".join(f"{name} {version}" for name, version in found.items())
    return Found(
        "ok", names if app.options.verbose or app.options.json else f"{len(found)}, each can be loaded"
    )


def _program(name: str, without: str) -> Found:
    where = shutil.which(name) or (name == "lp" and shutil.which("lpr"))
    return Found("ok", where) if where else Found("note", f"not installed: {without}")


# -- configuration ---------------------------------------------------------------------------------------------------


def _profile(app: App) -> Profile | None:
    """The profile in force; None where it can't be used, which is said by another look."""
    with contextlib.suppress(BadConfig):
        return app.settings.profile(_profile_name(app))
    return None


def _profile_name(app: App) -> str:
    return app.options.profile or app.settings.chosen_profile()[0] or "manual"


def _config(app: App) -> Found:
    settings = app.settings
    defined = settings.file.get("profile", {})
    for name in {_profile_name(app): None} | dict.fromkeys(defined if isinstance(defined, dict) else ()):
        settings.profile(name)
    where = settings.config_path if settings.config_path.is_file() else "no file"
    message = f"{where}; profile {_profile_name(app)}"
    warnings = list(dict.fromkeys(settings.warnings))
    settings.warnings.clear()
    return Found("note", f"{message}; {'; '.join(warnings)}") if warnings else Found("ok", message)


def _keyring(app: App, profile: Profile) -> Found:
    needed = vault.services(app.settings.config_folder, profile.name)
    try:
        return Found("ok", vault.describe(profile.name))
    except vault.KeyringFailed as error:
        if needed:
            raise
        return Found("note", f"{error.message} Nothing is needed from it.")


# -- the workspace ---------------------------------------------------------------------------------------------------


def _workspace(app: App) -> Found:
    root = app.workspace.root.absolute()
    if root.exists() and not root.is_dir():
        raise BadConfig(f"{root} is no folder.", hint=machine.ANOTHER)
    if not app.options.dry_run:
        with machine.scratch(root) as folder:
            (folder / "probe").write_bytes(b"returnctl")
    kind = locks.file_system(machine.nearest(root))
    free = shutil.disk_usage(machine.nearest(root)).free
    there = "" if root.exists() else " (made when the first return is opened)"
    message = ", ".join(filter(None, (f"{root}{there}", kind, f"{free / 1e9:.1f} GB free")))
    hint = _worth_knowing(root, kind, free)
    return Found("note" if hint else "ok", message, hint)


def _worth_knowing(root: Path, kind: str, free: int) -> str | None:
    if any(word in str(root).lower() for word in machine.SYNCHRONISED):
        return "this folder seems to be synchronised: pictures go to that service, and two machines may clash"
    if kind in locks.NETWORK:
        return "a network file system: every machine that works here needs this version of returnctl, for its locks"
    if free < _LITTLE:
        return "that is little: a return takes up to 50 MB"
    if root.exists() and root.stat().st_mode & 0o022:
        return f"others may write there: chmod go-w {root}"
    return None


def _locks(app: App) -> Found:
    if app.options.dry_run:
        return Found("note", "not tried (--dry-run)")
    root = app.workspace.root.absolute()
    with machine.scratch(root) as folder:
        machine.check_locks(folder, locks.kind(root))
    if locks.kind(root) == locks.FILE:
        return Found("ok", "they hold between two processes; files, for a network file system")
    return Found("ok", "they hold between two processes")


def _returns(app: App) -> Found:
    references = app.workspace.references()
    if not app.options.dry_run and references:
        for reference in references:
            names.note(
                app.workspace.root, reference
            )  # one that was copied here by hand is found by its order then
    damaged, readable, still_open = [], [], 0
    for reference in references:
        try:
            still_open += app.workspace.state(reference).closed is None
        except (Damaged, NotFound):
            damaged.append(str(reference))
        if app.workspace.folder(reference).stat().st_mode & 0o077:
            readable.append(str(reference))
    message = f"{len(references)}, {still_open} open"
    if damaged:
        return Found(
            "note", f"{message}; damaged: {', '.join(damaged)}", f"look: `returnctl verify {damaged[0]}`"
        )
    if readable:
        hint = f"chmod -R go= {app.workspace.folder(references[0]).parent}"
        return Found("note", f"{message}; others may read {', '.join(readable)}", hint)
    return Found("ok", message)


# -- services --------------------------------------------------------------------------------------------------------


def _marketplace(app: App, profile: Profile) -> Found:
    if profile.marketplace == "manual":
        return Found("ok", f"profile {profile.name} asks none")
    marketplace = app.marketplace(profile)
    app.say(f"Asking {profile.url or profile.marketplace} …")
    with contextlib.suppress(NotFound, Refused):  # it looked for the order, so it took the token
        marketplace.order("1")
    return Found("ok", f"{profile.url or profile.marketplace} takes the token")


def _carrier(app: App, profile: Profile, code: str) -> Found:
    found = credentials.carrier_credentials(code, profile, app.settings.environ)
    if found is None and app.settings.names_carrier(profile, code):
        raise AuthFailed(
            f"Profile {profile.name} names {NAMES[code]}, and there are no credentials.",
            hint=f"`returnctl auth login {code} --profile {profile.name}`",
        )
    if found is None:
        return Found("note", "no credentials: numbers and links alone")
    app.say(f"Asking {NAMES[code]} …")
    for pair in (found, found.for_tracking()) if found.tracking_id else (found,):
        _log_in(app, profile, code, pair)
    return Found("ok", f"{profile.carrier_environment(code)}: takes the credentials")


def _log_in(app: App, profile: Profile, code: str, pair: Credentials) -> None:
    """Ask for a new token: one that is still held would prove nothing."""
    asked = carrier(code)
    environment = profile.carrier_environment(code)
    request, authorization = asked.build_token(base_url(asked, environment, profile.url), pair)
    answer = app.http.send(request, authorization=authorization, max_bytes=100_000)
    if answer.status in {400, 401, 403}:
        raise AuthFailed(
            f"{NAMES[code]} ({environment}) refused the credentials.",
            hint=f"`returnctl auth login {code} --profile {profile.name}` takes new ones",
        )
    asked.parse_token(answer)
