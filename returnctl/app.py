"""What a command works with: options, settings, clock, workspace, marketplace, carriers. Each made at first use."""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from returnctl import output
from returnctl.errors import BadConfig, Usage
from returnctl.returns import files
from returnctl.returns.reference import Reference, from_folder, looks_like_return, parse_reference
from returnctl.returns.workspace import Workspace, standing_in
from returnctl.settings import Profile, Settings, default_workspace

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from returnctl.carriers.base import Credentials, Money
    from returnctl.carriers.client import CarrierClient
    from returnctl.credentials import Secret
    from returnctl.evidence.eyes import Eyes
    from returnctl.http import Http
    from returnctl.marketplaces.base import Marketplace
    from returnctl.pace import Limiter
    from returnctl.result import Result
    from returnctl.returns.held import Return
    from returnctl.returns.state import State

#: Of a list on standard input; some tens of thousands of returns.
_MOST_LISTED = 1_000_000


class Options(Struct, frozen=True, kw_only=True):
    """The common options, as the command line has them. `order` is what --order says."""

    json: bool = False
    quiet: bool = False
    verbose: int = 0
    no_input: bool = False
    dry_run: bool = False
    yes: bool = False
    again: bool = False
    done: bool = False
    reopen: bool = False
    profile: str | None = None
    workspace: Path | None = None
    order: str | None = None
    color: bool | None = None


class App:
    """One run of one command. Steps get it whole; nothing in it prints but through `output`."""

    def __init__(self, options: Options, settings: Settings | None = None) -> None:
        self.options = options
        self.settings = settings or Settings()
        #: Entered for as long as a request is on its way, where only so many may be.
        self.gate: AbstractContextManager[object] | None = None
        self._tokens: dict[str, Secret] = {}
        self._accounts: dict[tuple[str, str], Credentials | None] = {}

    # -- words ---------------------------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        """A line for the person, unless --quiet or --json."""
        if not self.options.quiet and not self.options.json:
            output.words(text)

    def say_table(self, table: output.Table) -> None:
        """A table for the person, as `say`."""
        if not self.options.quiet and not self.options.json:
            output.words(table)

    def say_code(self, text: str) -> None:
        """A QR code for the person, as `say`."""
        if not self.options.quiet and not self.options.json:
            output.code(text)

    def warn(self, text: str) -> None:
        """A line that a person should not miss, unless --quiet; with --json standard error is for errors alone."""
        if not (self.options.json or self.options.quiet):
            output.words(f"warning: {text}")

    def explain(self, text: str) -> None:
        """Why something is as it is, for who asks with -v."""
        if self.options.verbose:
            self.say(text)

    def show(self, result: Result) -> None:
        result.dry_run = self.options.dry_run
        output.result(result, as_json=self.options.json, quiet=self.options.quiet)
        if result.next:
            self.say(f"Next: {' '.join(result.next.command)}")

    @property
    def trace(self) -> Callable[[str], None] | None:
        return output.words if self.options.verbose > 1 else None

    # -- questions -----------------------------------------------------------------------------------------------

    @property
    def may_ask(self) -> bool:
        """Whether there is a person to ask: a terminal, and neither --no-input nor --json."""
        return (
            not (self.options.no_input or self.options.json) and sys.stdin is not None and sys.stdin.isatty()
        )

    def ask(
        self, what: str, option: str, *, choices: tuple[str, ...] = (), default: str | None = None
    ) -> str:
        """A value that was not given. Raises Usage, naming the option, where nobody can be asked."""
        if not self.may_ask:
            one_of = f" ({', '.join(choices)})" if choices else ""
            raise Usage(f"{what} is missing.", hint=f"give it with {option}{one_of}")
        from returnctl import prompts

        return prompts.ask(what, choices=choices, default=default)

    def confirm(self, question: str) -> bool:
        """Yes or no. --yes answers yes; raises Usage where nobody can be asked."""
        if self.options.yes:
            return True
        if not self.may_ask:
            raise Usage(f"This needs your word: {question}", hint="say yes beforehand with --yes")
        from returnctl import prompts

        return prompts.confirm(question)

    def spend(self, price: Money | None) -> None:
        """Before a purchase, with its price where the carrier tells one. A batch keeps to its budget here."""

    # -- the clock -----------------------------------------------------------------------------------------------

    def now(self, profile: Profile) -> datetime:
        """The local time, with its offset; RETURNCTL_NOW sets it for the sandbox's profiles."""
        fixed = self.settings.environ.get("RETURNCTL_NOW")
        if not fixed or not profile.sandbox:
            return datetime.now().astimezone()
        try:
            return datetime.fromisoformat(fixed).astimezone()
        except ValueError:
            raise BadConfig(
                f"RETURNCTL_NOW is not a time: {fixed}.", hint="such as 2026-11-23T12:00:00-05:00"
            ) from None

    def moment(self, state: State) -> datetime:
        """Now, by the clock that the return goes by; an unknown profile goes by the real one."""
        try:
            profile = self._profile(state.profile)
        except BadConfig:
            return datetime.now().astimezone()
        return self.now(profile)

    def today(self, state: State) -> date:
        """Today, by the clock that the return goes by."""
        return self.moment(state).date()

    # -- which return --------------------------------------------------------------------------------------------

    @functools.cached_property
    def inside(self) -> Path | None:
        """The return's folder that this command was started in."""
        try:
            return standing_in(Path.cwd())
        except OSError:  # the folder was removed beneath us
            return None

    @functools.cached_property
    def workspace(self) -> Workspace:
        root, origin = self.workspace_and_origin
        self.explain(f"Workspace: {root.absolute()} ({origin}).")
        return Workspace(root)

    @property
    def workspace_and_origin(self) -> tuple[Path, str]:
        """The folder of the returns, and what named it."""
        if self.options.workspace:
            return self.options.workspace, "--workspace"
        if self.inside:
            return self.inside.parent, "the folder you are in"
        named = self.settings.environ.get("RETURNCTL_WORKSPACE")
        return (Path(named), "RETURNCTL_WORKSPACE") if named else (default_workspace(), "default")

    def named(self, words: tuple[str, ...]) -> tuple[Reference, tuple[str, ...]]:
        """RETURN and the other words, from a command's positionals; RETURN as it was typed, not yet looked up.

        --order wins; else a first word of that form; else the folder that one stands in.
        """
        reference, rest = self.perhaps_named(words)
        if reference is None:
            given = f"“{words[0][:40]}” is not an order number" if words else "No order number was given"
            raise Usage(
                f"Which return? {given}, and this folder is not a return's.",
                hint="give the order number, such as 10000001, or --order",
            )
        return reference, rest

    def listed(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """The words, or with `-` alone those of standard input: one a line, empty lines left out."""
        if words != ("-",):
            return words
        text = sys.stdin.buffer.read(_MOST_LISTED).decode("utf-8", "replace") if sys.stdin else ""
        found = tuple(line.strip() for line in text.splitlines() if line.strip())
        if not found:
            raise Usage("Standard input names no return.", hint="give one order number a line")
        return found

    def perhaps_named(self, words: tuple[str, ...]) -> tuple[Reference | None, tuple[str, ...]]:
        """As `named`, with None where no return was named."""
        if self.options.order:
            # It wins over a first word that is a RETURN too.
            rest = words[1:] if words and looks_like_return(words[0]) else words
            return parse_reference(self.options.order), rest
        if words and looks_like_return(words[0]):
            return parse_reference(words[0]), words[1:]
        if self.inside and (self.options.workspace is None):
            return from_folder(self.inside.name), words
        return None, words

    @contextlib.contextmanager
    def holding(self, reference: Reference) -> Iterator[Return]:
        """The return, with no other process at it. A dry run takes no lock and writes nothing."""
        found = self.workspace.find(reference)
        folder = self.workspace.folder(found)
        if files.open_to_others(folder):
            self.warn(f"Others on this machine can get at {folder}: `chmod 700 {folder}` closes it.")
        with contextlib.nullcontext() if self.options.dry_run else self.workspace.hold(found):
            yield self._load(found, writable=not self.options.dry_run)

    def reading(self, reference: Reference) -> Return:
        """The return as it is now, to look at; takes no lock."""
        return self._load(self.workspace.find(reference), writable=False)

    def _load(self, reference: Reference, *, writable: bool) -> Return:
        from returnctl.returns.held import Return

        record = self.workspace.record(reference)
        profile = self.profile_of(record.state)
        folder = self.workspace.folder(reference)
        return Return(reference, folder, record, lambda: self.now(profile), writable=writable)

    @functools.cached_property
    def eyes(self) -> Eyes:
        """What the steps look at pictures with."""
        from returnctl.evidence.eyes import Eyes

        return Eyes()

    # -- profile, marketplace, carriers --------------------------------------------------------------------------

    def chosen_profile(self) -> Profile:
        """The profile for a return that has none yet."""
        if self.options.profile:
            return self._profile(self.options.profile)
        name, _ = self.settings.chosen_profile()
        return self._profile(name or "manual")

    def profile_of(self, state: State) -> Profile:
        """The profile that the return remembers. Raises Usage where --profile names another one."""
        if self.options.profile and self.options.profile != state.profile:
            raise Usage(
                f"Return {state.order} was opened with profile {state.profile}, not {self.options.profile}.",
                hint="leave --profile out",
            )
        return self._profile(state.profile)

    @functools.cache  # noqa: B019 - an App lives as long as one command
    def _profile(self, name: str) -> Profile:
        profile = self.settings.profile(name)
        self.explain(f"Profile: {name}, {profile.environment} ({profile.origin}).")
        while self.settings.warnings:
            self.warn(self.settings.warnings.pop(0))
        return profile

    @functools.cached_property
    def http(self) -> Http:
        from returnctl import __version__
        from returnctl.http import Http

        return Http(
            user_agent=f"returnctl/{__version__}", trace=self.trace, limiter=self._limiter(), gate=self.gate
        )

    def _limiter(self) -> Limiter | None:
        """The workspace's pace; none where there is no workspace yet, and in a dry run, which writes nothing."""
        if self.options.dry_run or not (self.workspace.root / ".returnctl").is_dir():
            return None
        from returnctl.pace import Limiter

        return Limiter(self.workspace.root)

    def marketplace(self, profile: Profile) -> Marketplace:
        """The profile's marketplace, with its token."""
        if profile.marketplace == "manual":
            from returnctl.marketplaces.manual import Manual

            return Manual()
        token = self._token(profile)
        if profile.marketplace == "backmarket":
            return self._back_market(profile, token)
        from returnctl.marketplaces.returns_api import ReturnsApi

        assert profile.url is not None
        return ReturnsApi(profile.url, token.reveal(), self.http, environment=profile.environment)

    def _token(self, profile: Profile) -> Secret:
        """Asked for once: a token command is not run for each of many returns."""
        from returnctl.credentials import marketplace_token

        if profile.name not in self._tokens:
            self._tokens[profile.name] = marketplace_token(profile, self.settings.environ)
        return self._tokens[profile.name]

    def _credentials(self, code: str, profile: Profile) -> Credentials | None:
        """Asked for once, as `_token`."""
        from returnctl.credentials import carrier_credentials

        key = (code, profile.name)
        if key not in self._accounts:
            self._accounts[key] = carrier_credentials(code, profile, self.settings.environ)
        return self._accounts[key]

    def _back_market(self, profile: Profile, token: Secret) -> Marketplace:
        from returnctl.marketplaces.backmarket import BackMarket
        from returnctl.marketplaces.backmarket_dialect import sandbox_site, site

        if profile.sandbox and profile.url:
            where = sandbox_site(profile.url, profile.market)
        else:
            where = site(profile.platform, profile.environment, profile.market, profile.user_agent)
        return BackMarket(where, token.reveal(), self.http)

    def marketplace_of(self, held: Return) -> Marketplace:
        """The marketplace that a return was opened at. Raises Usage where the profile leads to another one now."""
        marketplace = self.marketplace(self.profile_of(held.state))
        here = marketplace.identity() if held.state.host else None
        if here != held.state.host:
            raise Usage(
                f"Return {held.name} belongs to the marketplace {held.state.host}; "
                f"profile {held.state.profile} now leads to {here}.",
                hint="use the marketplace it was opened at, or another workspace",
            )
        return marketplace

    def carrier(self, code: str, profile: Profile) -> CarrierClient:
        """A carrier's client, with the profile's credentials where there are any."""
        from returnctl.carriers import carrier
        from returnctl.carriers.client import CarrierClient, base_url
        from returnctl.carriers.tokens import Tokens

        found = carrier(code)
        environment = profile.carrier_environment(code)
        return CarrierClient(
            found,
            self.http,
            self._credentials(code, profile),
            environment=environment,
            base=base_url(found, environment, profile.url),
            tokens=Tokens(self.settings.cache_folder / "tokens"),
        )
