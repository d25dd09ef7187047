"""Profiles and where each value came from: option, then environment, then configuration file, then default."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from returnctl.errors import BadConfig
from returnctl.vocabulary import CARRIERS

SANDBOX_URL = "http://127.0.0.1:8377"
_LOOPBACK = r"http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?/?"
BUILT_IN = ("manual", "sandbox", "sandbox-seller")
MARKETPLACES = ("manual", "returns-api", "backmarket")
_PROFILE_KEYS = (
    "marketplace",
    "platform",
    "url",
    "environment",
    "market",
    "user_agent",
    "token_command",
    "returns_address",
    "carriers",
)

#: Every variable that returnctl reads, for `returnctl help environment`.
VARIABLES = {
    "RETURNCTL_WORKSPACE": "the folder that holds one folder for each return",
    "RETURNCTL_PROFILE": "the profile, where --profile is not given",
    "RETURNCTL_JSON": "1: as --json",
    "RETURNCTL_NO_INPUT": "1: as --no-input",
    "RETURNCTL_CONFIG_DIR": "the folder of config.toml",
    "RETURNCTL_DEBUG": "1: a defect shows its trace",
    "RETURNCTL_MARKETPLACE": "a profile without a file: manual, returns-api or backmarket",
    "RETURNCTL_MARKETPLACE_URL": "its address",
    "RETURNCTL_USER_AGENT": "who calls: BM-Company-returnctl;returns@company.example",
    "RETURNCTL_ENVIRONMENT": "its environment: staging or production",
    "RETURNCTL_MARKET": "its market, such as en-us; Back Market's platform follows from it",
    "RETURNCTL_MARKETPLACE_TOKEN": "the marketplace's token",
    "RETURNCTL_UPS_CLIENT_ID": "UPS; with it _CLIENT_SECRET, _ACCOUNT",
    "RETURNCTL_USPS_CLIENT_ID": "USPS; with it _CLIENT_SECRET, _CRID, _MID, _MANIFEST_MID, _EPS_ACCOUNT",
    "RETURNCTL_FEDEX_CLIENT_ID": "FedEx; with it _CLIENT_SECRET, _ACCOUNT, _TRACKING_CLIENT_ID and its _SECRET",
    "RETURNCTL_SANDBOX_URL": "where the sandbox listens",
    "RETURNCTL_NOW": "sets the clock, with the sandbox profiles only",
    "NO_COLOR, FORCE_COLOR": "colour off, or on even where the output is no terminal",
}


class Profile(Struct, frozen=True, kw_only=True):
    """A marketplace and accounts. `origin` says where the profile was defined; None is our own default."""

    name: str
    marketplace: str = "manual"
    platform: str | None = None
    url: str | None = None
    environment: str = "production"
    market: str = "en-us"
    user_agent: str | None = None
    token_command: tuple[str, ...] = ()
    returns_address: str | None = None
    carriers: dict[str, str] = {}
    origin: str = "built in"

    @property
    def sandbox(self) -> bool:
        return self.environment == "sandbox"

    @property
    def role(self) -> str:
        """`seller` for a marketplace's seller API, else `buyer`."""
        return "seller" if self.marketplace == "backmarket" else "buyer"

    def carrier_environment(self, carrier: str) -> Literal["production", "test", "sandbox"]:
        """Which of a carrier's hosts is asked; what is a marketplace's staging is a carrier's test."""
        environment = self.carriers.get(carrier, self.environment)
        if environment == "sandbox":
            return "sandbox"
        return "test" if environment in ("staging", "test") else "production"


class Settings:
    """What the environment and the configuration file say. `environ` stands for `os.environ`."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self.environ = os.environ if environ is None else environ
        self._file: dict[str, Any] | None = None
        self.warnings: list[str] = []

    def flag(self, name: str) -> bool:
        return self.environ.get(name, "").lower() not in ("", "0", "false", "no", "off")

    @property
    def config_folder(self) -> Path:
        return config_folder(self.environ)

    @property
    def config_path(self) -> Path:
        return self.config_folder / "config.toml"

    @property
    def cache_folder(self) -> Path:
        """The user's folder for what can be had again, such as carriers' tokens."""
        if sys.platform.startswith(("linux", "freebsd")):
            return _xdg(self.environ, "XDG_CACHE_HOME", ".cache")
        import platformdirs

        return Path(platformdirs.user_cache_dir("returnctl", appauthor=False))

    @property
    def file(self) -> dict[str, Any]:
        if self._file is None:
            self._file = self._read_file()
        return self._file

    def _read_file(self) -> dict[str, Any]:
        path = self.config_path
        try:
            text = path.read_bytes().decode()
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except OSError as error:
            raise BadConfig(
                f"{path} can't be read: {(error.strerror or 'failed').lower()}.",
                hint="let its owner read it, or set RETURNCTL_CONFIG_DIR",
            ) from None
        except UnicodeDecodeError:
            raise BadConfig(f"{path} is not UTF-8 text.", hint="save it as UTF-8") from None
        import tomllib

        try:
            content = tomllib.loads(text)
        except (ValueError, RecursionError) as error:  # TOMLDecodeError, or a number of thousands of digits
            raise BadConfig(
                f"{path} is not valid TOML: {error}.", hint='texts stand in quotes: url = "https://…"'
            ) from None
        self._warn_unknown(content, ("default_profile", "profile"), path)
        return content

    def _warn_unknown(self, table: Mapping[str, Any], known: tuple[str, ...], where: object) -> None:
        for key in table:
            if key not in known:
                from difflib import get_close_matches

                near = get_close_matches(key, known, 1)
                meant = f"; did you mean `{near[0]}`?" if near else ""
                self.warnings.append(f"{where}: `{key}` is not a setting{meant}")

    def chosen_profile(self) -> tuple[str | None, str]:
        """The profile's name by environment or file, and its origin; None where neither names one."""
        if name := self.environ.get("RETURNCTL_PROFILE"):
            return name, "RETURNCTL_PROFILE"
        if self.environ.get("RETURNCTL_MARKETPLACE"):
            return "environment", "RETURNCTL_MARKETPLACE"
        if name := self.file.get("default_profile"):
            return str(name), str(self.config_path)
        return None, "default"

    def profile(self, name: str) -> Profile:
        """The profile of that name. Raises BadConfig where it is unknown or can't be used."""
        if name == "environment":
            return self._from_environment()
        profiles = self.file.get("profile", {})
        if not isinstance(profiles, dict):
            raise BadConfig(f"{self.config_path}: profile is a table, such as [profile.desk].")
        if name in profiles:
            return self._from_file(name, profiles[name])
        if name == "manual":
            market = self.environ.get("RETURNCTL_MARKET") or "en-us"
            return Profile(name="manual", market=market)
        if name in ("sandbox", "sandbox-seller"):
            return self._sandbox(name)
        known = [*BUILT_IN, *profiles]
        raise BadConfig(
            f"There is no profile “{name}”.",
            hint=f"one of {', '.join(known)}; profiles are defined in {self.config_path}",
        )

    def names_carrier(self, profile: Profile, carrier: str) -> bool:
        """Whether the profile's own table speaks of a carrier: then it is meant to be asked."""
        table = self.file.get("profile", {}).get(profile.name, {})
        return carrier in table.get("carriers", {})

    def _sandbox(self, name: str) -> Profile:
        url = self.environ.get("RETURNCTL_SANDBOX_URL") or SANDBOX_URL
        if not re.fullmatch(_LOOPBACK, url):
            raise BadConfig(
                f"RETURNCTL_SANDBOX_URL is not on this machine: {url}.", hint=f"such as {SANDBOX_URL}"
            )
        return Profile(
            name=name,
            marketplace="backmarket" if name == "sandbox-seller" else "returns-api",
            url=url,
            environment="sandbox",
            carriers=dict.fromkeys(CARRIERS, "sandbox"),
        )

    def _from_environment(self) -> Profile:
        environ = self.environ
        marketplace = environ.get("RETURNCTL_MARKETPLACE", "")
        if not marketplace:
            raise BadConfig(
                "The profile “environment” needs RETURNCTL_MARKETPLACE.",
                hint="see `returnctl help environment`",
            )
        return self._checked(
            Profile(
                name="environment",
                marketplace=marketplace,
                platform=_platform(environ) if marketplace == "backmarket" else None,
                url=environ.get("RETURNCTL_MARKETPLACE_URL"),
                user_agent=environ.get("RETURNCTL_USER_AGENT"),
                environment=(environ.get("RETURNCTL_ENVIRONMENT") or "production"),
                market=environ.get("RETURNCTL_MARKET") or "en-us",
                carriers={name: (environ.get("RETURNCTL_ENVIRONMENT") or "production") for name in CARRIERS},
                origin="the environment",
            )
        )

    def _from_file(self, name: str, table: Any) -> Profile:
        where = f"{self.config_path} [profile.{name}]"
        if not isinstance(table, dict):
            raise BadConfig(f"{where} is not a table.", hint=f"begin it with the line [profile.{name}]")
        self._warn_unknown(table, _PROFILE_KEYS, where)
        environment = self._word(table, "environment", "production", where)
        command = table.get("token_command", [])
        if not isinstance(command, list) or not all(isinstance(word, str) for word in command):
            raise BadConfig(f'{where}: token_command is a list of words, such as ["pass", "show", "shop"].')
        return self._checked(
            Profile(
                name=name,
                marketplace=self._word(table, "marketplace", "manual", where),
                platform=self._word(table, "platform", "", where) or None,
                url=self._word(table, "url", "", where) or None,
                environment=environment,
                market=self._word(table, "market", "en-us", where),
                user_agent=self._word(table, "user_agent", "", where) or None,
                token_command=tuple(command),
                returns_address=self._word(table, "returns_address", "", where) or None,
                carriers=self._carriers(table.get("carriers", {}), environment, where),
                origin=str(self.config_path),
            )
        )

    def _carriers(self, table: Any, default: str, where: str) -> dict[str, str]:
        """Each carrier's environment, by default the profile's; a wrong word must never mean production."""
        if not isinstance(table, dict):
            raise BadConfig(f"{where}: carriers is a table, such as [profile.desk.carriers.ups].")
        self._warn_unknown(table, CARRIERS, f"{where} carriers")
        environments = {}
        for carrier in CARRIERS:
            values = table.get(carrier, {})
            if not isinstance(values, dict):
                raise BadConfig(f"{where}: carriers.{carrier} is a table.")
            self._warn_unknown(values, ("environment",), f"{where} carriers.{carrier}")
            environment = values.get("environment", default)
            if environment not in ("production", "staging", "test"):
                raise BadConfig(
                    f"{where}: carriers.{carrier}: the environment is “production” or “test”, not “{environment}”."
                )
            environments[carrier] = environment
        return environments

    @staticmethod
    def _word(table: Mapping[str, Any], key: str, default: str, where: str) -> str:
        value = table.get(key, default)
        if not isinstance(value, str):
            raise BadConfig(f"{where}: {key} is a text in quotes.")
        return value

    def _checked(self, profile: Profile) -> Profile:
        if profile.marketplace not in MARKETPLACES:
            raise BadConfig(
                f"Profile {profile.name}: “{profile.marketplace}” is not a kind of marketplace.",
                hint=f"one of {', '.join(MARKETPLACES)}",
            )
        if profile.environment not in ("staging", "production"):
            raise BadConfig(
                f"Profile {profile.name}: the environment is “staging” or “production”, not “{profile.environment}”."
            )
        if profile.marketplace == "returns-api" and not profile.url:
            raise BadConfig(
                f"Profile {profile.name}: returns-api needs the marketplace's address.",
                hint="set `url` in the profile, or RETURNCTL_MARKETPLACE_URL",
            )
        return profile


def _platform(environ: Mapping[str, str]) -> str | None:
    """Where a market is sold says which of Back Market's platforms is meant; unsaid, none is."""
    from returnctl.marketplaces.backmarket_dialect import MARKETS

    market = environ.get("RETURNCTL_MARKET")
    return next((platform for platform, markets in MARKETS.items() if market in markets), None)


def config_folder(environ: Mapping[str, str]) -> Path:
    """RETURNCTL_CONFIG_DIR, else the system's folder for configuration."""
    if named := environ.get("RETURNCTL_CONFIG_DIR"):
        return Path(named)
    if sys.platform.startswith(("linux", "freebsd")):
        return _xdg(environ, "XDG_CONFIG_HOME", ".config")
    import platformdirs

    return Path(platformdirs.user_config_dir("returnctl", appauthor=False))


def _xdg(environ: Mapping[str, str], variable: str, default: str) -> Path:
    """As platformdirs has it, without the import: every command reads the configuration."""
    base = environ.get(variable) or ""
    return (Path(base) if base.startswith("/") else Path.home() / default) / "returnctl"


def default_workspace() -> Path:
    """`returns` in the user's documents folder."""
    from returnctl.places import documents

    return Path(documents()) / "returns"
