"""The configuration: where it lies, what is in force and why, and a first file to begin with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from returnctl.app import App
from returnctl.errors import Refused
from returnctl.output import Table
from returnctl.result import Result
from returnctl.returns import files
from returnctl.settings import Profile
from returnctl.vocabulary import CARRIERS

#: The variables behind a profile's fields, by where the profile is defined.
_OF_ENVIRONMENT = {
    "marketplace": "RETURNCTL_MARKETPLACE",
    "url": "RETURNCTL_MARKETPLACE_URL",
    "environment": "RETURNCTL_ENVIRONMENT",
    "market": "RETURNCTL_MARKET",
}
_OF_BUILT_IN = {"manual": {"market": "RETURNCTL_MARKET"}, "sandbox": {"url": "RETURNCTL_SANDBOX_URL"}}


class PathResult(Result, kw_only=True):
    path: str
    exists: bool

    def for_people(self) -> Iterable[str | Table]:
        yield self.path


class InitResult(Result, kw_only=True):
    path: str
    written: bool

    def for_people(self) -> Iterable[str | Table]:
        if self.dry_run:
            yield f"{self.path} would be written."
        else:
            yield self.path if self.written else f"{self.path} is there already, just as it would be written."


class Value(Struct, frozen=True, kw_only=True):
    """A setting in force. `origin` is an option, a variable, a file, or a word such as `default`."""

    name: str
    value: str | bool | None
    origin: str


class ShowResult(Result, kw_only=True):
    values: tuple[Value, ...] = ()

    def for_people(self) -> Iterable[str | Table]:
        width = max(len(one.name) for one in self.values)
        for one in self.values:
            yield f"{one.name:{width}}  {_shown(one.value)}  ({one.origin})"


def path(app: App) -> PathResult:
    """Where the file is, or would be; it is not read."""
    found = app.settings.config_path
    return PathResult(path=str(found), exists=found.is_file())


def init(app: App) -> InitResult:
    """Write a commented sample. Raises Refused where there is a file already."""
    sample = Path(__file__).parent.with_name("sample.toml").read_bytes()
    target = app.settings.config_path
    there = target.exists() or target.is_symlink()
    if there and _content(target) != sample:
        raise Refused(f"{target} is there already.", hint="edit it, or move it away first")
    if not there and not app.options.dry_run:
        files.write_atomic(target.parent.resolve() / target.name, sample)
    return InitResult(path=str(target), written=not there, dry_run=app.options.dry_run)


def show(app: App) -> ShowResult:
    """Every value in force, with its origin."""
    profile = app.chosen_profile()
    return ShowResult(values=(*_common(app), *_of_profile(app, profile)))


def _content(target: Path) -> bytes | None:
    try:
        return target.read_bytes()
    except OSError:
        return None


def _common(app: App) -> Iterator[Value]:
    environ = app.settings.environ
    named = "RETURNCTL_CONFIG_DIR" if environ.get("RETURNCTL_CONFIG_DIR") else "default"
    there = "" if app.settings.config_path.is_file() else ", not there"
    yield Value(name="config_file", value=str(app.settings.config_path), origin=f"{named}{there}")
    workspace, by = app.workspace_and_origin
    yield Value(name="workspace", value=str(workspace.absolute()), origin=by)
    yield Value(name="cache", value=str(app.settings.cache_folder), origin="default")
    yield _flag(app, "json", app.options.json)
    yield _flag(app, "no_input", app.options.no_input)
    yield _color(app)
    yield Value(name="profile", value=app.chosen_profile().name, origin=_profile_origin(app))


def _flag(app: App, name: str, on: bool) -> Value:
    variable = f"RETURNCTL_{name.upper()}"
    if app.settings.flag(variable):
        return Value(name=name, value=on, origin=variable)
    option = "--json" if app.options.json else f"--{name.replace('_', '-')}"  # --json implies --no-input
    return Value(name=name, value=on, origin=option if on else "default")


def _profile_origin(app: App) -> str:
    return "--profile" if app.options.profile else app.settings.chosen_profile()[1]


def _color(app: App) -> Value:
    on = app.options.color
    if on is None:
        return Value(name="color", value="on a terminal", origin="default")
    environ = app.settings.environ
    variables = ("FORCE_COLOR",) if on else ("NO_COLOR", "TERM")
    behind = next((name for name in variables if environ.get(name) and _says(environ, name)), None)
    return Value(name="color", value=on, origin=behind or ("--color" if on else "--no-color"))


def _says(environ: Mapping[str, str], name: str) -> bool:
    return name != "TERM" or environ["TERM"] == "dumb"


def _of_profile(app: App, profile: Profile) -> Iterator[Value]:
    table = app.settings.file.get("profile", {}).get(profile.name, {})
    in_file = profile.origin == str(app.settings.config_path)
    for field in profile.__struct_fields__:
        if field in ("name", "origin", "carriers"):
            continue
        origin = _field_origin(app, profile, field, table if in_file else {})
        yield Value(name=field, value=_told(field, getattr(profile, field)), origin=origin)
    for carrier in CARRIERS:
        environment = profile.carrier_environment(carrier)
        named = in_file and "environment" in table.get("carriers", {}).get(carrier, {})
        origin = _table_name(profile, app, f".carriers.{carrier}") if named else "as the marketplace"
        yield Value(name=f"carriers.{carrier}", value=environment, origin=origin)


def _field_origin(app: App, profile: Profile, field: str, table: dict[str, Any]) -> str:
    if field in table:
        return _table_name(profile, app, "")
    behind = _OF_ENVIRONMENT if profile.name == "environment" else _OF_BUILT_IN.get(profile.name, {})
    variable = behind.get(field, "")
    if profile.origin != str(app.settings.config_path) and app.settings.environ.get(variable):
        return variable
    return "built in" if profile.origin == "built in" else "default"


def _table_name(profile: Profile, app: App, more: str) -> str:
    return f"{app.settings.config_path} [profile.{profile.name}{more}]"


def _told(field: str, value: Any) -> str | None:
    """A command's first word alone, and no address's password: the rest is nobody's business."""
    if field == "token_command":
        return f"{value[0]} …" if value else None
    if field == "url" and value:
        return re.sub(r"//[^/@]*@", "//…@", value)
    return None if value is None else str(value)


def _shown(value: str | bool | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value or "none"
