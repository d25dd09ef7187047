"""Proves that our clients still understand the real services: their test environments, with real credentials.

For each carrier that has credentials in the environment: a token, tracking of the carrier's own test number, drop-off
points, and where its account is named too a price and a return label, which is cancelled again. For the marketplace of
RETURNCTL_MARKETPLACE_URL: its limits, an order, and with RETURNCTL_SMOKE_ORDER a dry run of `open`. Production is never
asked. What is skipped is said with its reason.

    scripts/staging-smoke [--sandbox] [ups] [usps] [fedex] [marketplace]

--sandbox asks the embedded sandbox instead, the one of RETURNCTL_SANDBOX_URL or one of its own. The exit code is that
of what failed (4 credentials, 6 refused, 75 unavailable, …), 3 where failures differ, and 0 where nothing did.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from returnctl import __version__
from returnctl.app import App, Options
from returnctl.carriers import CODES, NAMES, carrier
from returnctl.carriers.base import (
    Account,
    Address,
    Credentials,
    Environment,
    Label,
    LabelOrder,
    Near,
    Package,
)
from returnctl.carriers.client import CarrierClient, base_url
from returnctl.carriers.tokens import Tokens
from returnctl.credentials import carrier_credentials
from returnctl.errors import BadConfig, NotFound, ReturnctlError, Unavailable
from returnctl.http import Http
from returnctl.marketplaces.base import Marketplace
from returnctl.settings import Profile, Settings

MARKETPLACE = "marketplace"
SERVICES = (*CODES, MARKETPLACE)
# The numbers that the carriers' manuals give for their test environments. One that is known no more is an answer too.
TEST_NUMBERS = {"ups": "1Z12345E0205271688", "usps": "92026124161170148800003176", "fedex": "122816215025810"}
# What a label needs of `Account`, by the variable that holds it.
ACCOUNTS = {
    "ups": {"RETURNCTL_UPS_ACCOUNT": "number"},
    "usps": {
        "RETURNCTL_USPS_EPS_ACCOUNT": "number",
        "RETURNCTL_USPS_CRID": "crid",
        "RETURNCTL_USPS_MID": "mid",
    },
    "fedex": {"RETURNCTL_FEDEX_ACCOUNT": "number"},
}
NEAR = Near(postal_code="90210")
NO_SUCH_ORDER = "999999999999"
CUSTOMER = Address(
    name="Jane Doe",
    lines=("1400 L St NW",),
    city="Washington",
    state="DC",
    postal_code="20005",
    phone="2025550123",
    email="jane@example.com",
)
SELLER = Address(
    company="Returns Desk",
    lines=("9460 Wilshire Blvd",),
    city="Beverly Hills",
    state="CA",
    postal_code="90212",
    phone="3105550123",
    residential=False,
)

OPEN = "--reason faulty --wants refund --damage none --description Smoke --dry-run --json"

Word = Literal["proven", "skipped", "failed"]


class Outcome(NamedTuple):
    word: Word
    exit: int = 0


class Skip(Exception):
    """This can't be proven here; the message says why."""


class Report:
    """Prints each proof as it is done, and remembers how it ended."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []

    def title(self, words: str) -> None:
        print(words, flush=True)

    def prove(self, what: str, proof: Callable[[], str]) -> bool:
        """Run one proof, which says what it saw. Whether it held."""
        try:
            self._note(Outcome("proven"), what, proof())
        except Skip as skip:
            self._note(Outcome("skipped"), what, str(skip))
        except ReturnctlError as error:
            hint = f" ({error.hint})" if error.hint else ""
            self._note(Outcome("failed", error.exit), what, f"exit {error.exit}: {error.message}{hint}")
            return False
        return True

    def skip(self, what: str, why: str) -> None:
        self._note(Outcome("skipped"), what, why)

    def _note(self, outcome: Outcome, what: str, said: str) -> None:
        self.outcomes.append(outcome)
        print(f"  {what:<9}{outcome.word:<9}{said}".rstrip(), flush=True)

    def exit(self) -> int:
        counts = Counter(outcome.word for outcome in self.outcomes)
        print(f"{counts['proven']} proven, {counts['skipped']} skipped, {counts['failed']} failed")
        codes = {outcome.exit for outcome in self.outcomes if outcome.word == "failed"}
        return 3 if len(codes) > 1 else next(iter(codes), 0)


class Smoke:
    """One run: against the sandbox at `sandbox`, else against the test environments."""

    def __init__(self, environ: Mapping[str, str], sandbox: str | None) -> None:
        self.environ = dict(environ) | ({"RETURNCTL_SANDBOX_URL": sandbox} if sandbox else {})
        self.environ.setdefault("RETURNCTL_ENVIRONMENT", "staging")
        if self.environ["RETURNCTL_ENVIRONMENT"] != "staging":
            raise BadConfig("RETURNCTL_ENVIRONMENT is not staging, and nothing else is asked here.")
        self.sandbox = sandbox
        self.environment: Environment = "sandbox" if sandbox else "test"
        self.order = self.environ.get("RETURNCTL_SMOKE_ORDER") or ("10000001" if sandbox else "")
        self.settings = Settings(self.environ)
        self.http = Http(user_agent=f"returnctl/{__version__}")
        self.report = Report()

    @property
    def profile(self) -> Profile:
        return self.settings.profile("sandbox" if self.sandbox else "environment")

    def now(self) -> datetime:
        if self.sandbox:
            return App(Options(), self.settings).now(self.profile)
        return datetime.now().astimezone()

    def carrier(self, code: str) -> None:
        """All that is proven of a carrier; after a token that fails nothing else."""
        client, report = self._client(code), self.report
        if client is None:
            wanted = f"RETURNCTL_{code.upper()}_CLIENT_ID and RETURNCTL_{code.upper()}_CLIENT_SECRET"
            report.title(NAMES[code])
            report.skip("all", f"{wanted} are not set")
            return
        report.title(f"{NAMES[code]}, {client.environment}, {client.base}")
        if not report.prove("token", lambda: self._token(client)):
            report.skip("the rest", "there is no token to ask with")
            return
        report.prove("track", lambda: self._track(client))
        report.prove("points", lambda: self._points(client))
        report.prove("price", lambda: self._price(client))
        bought: list[Label] = []
        report.prove("label", lambda: self._label(client, bought))
        if bought:
            report.prove("void", lambda: self._void(client, bought[0]))

    def marketplace(self) -> None:
        report = self.report
        if not self.sandbox and not self.environ.get("RETURNCTL_MARKETPLACE_URL"):
            report.title("Marketplace")
            report.skip("all", "RETURNCTL_MARKETPLACE_URL is not set")
            return
        self.environ.setdefault("RETURNCTL_MARKETPLACE", "returns-api")
        report.title(f"Marketplace, {self.profile.environment}, {self.profile.url}")
        report.prove("about", self._about)
        report.prove("order", self._order)
        report.prove("open", self._open)

    def _credentials(self, code: str) -> Credentials | None:
        """Those of the environment; the sandbox gets made-up ones, never a secret of the user's."""
        profile = self.profile if self.sandbox else Profile(name="smoke", environment="staging")
        return carrier_credentials(code, profile, self.environ)

    def _client(self, code: str) -> CarrierClient | None:
        """Without the cache of tokens: a new one is part of the proof."""
        given = self._credentials(code)
        if given is None:
            return None
        one, environment = carrier(code), self.environment
        base = base_url(one, environment, self.sandbox)
        return CarrierClient(one, self.http, given, environment=environment, base=base, tokens=Tokens(None))

    def _token(self, client: CarrierClient) -> str:
        client.log_in()
        return ""

    def _track(self, client: CarrierClient) -> str:
        parcel = client.track(TEST_NUMBERS[client.carrier.code])
        status = parcel.status if parcel.found else "answered, but not known there"
        return f"{parcel.tracking_number}: {status}"

    def _points(self, client: CarrierClient) -> str:
        return f"{len(client.points(NEAR, self.now()))} near {NEAR.postal_code}"

    def _price(self, client: CarrierClient) -> str:
        quotes = client.quotes(self._order_of_label(client))
        prices = [f"{one.name} {one.price.amount} {one.price.currency}" for one in quotes]
        return ", ".join(prices) or "none named"

    def _label(self, client: CarrierClient, bought: list[Label]) -> str:
        answer = client.send(client.prepare_label(self._order_of_label(client)))
        label = client.parse_label(answer)
        bought.append(label)
        media, image = client.label_file(label, "pdf") or (label.media, label.image)
        if not image:
            raise Unavailable(f"{client.carrier.name} sold a label without a picture of it.")
        return f"{label.tracking_number}, {media}, {len(image)} bytes"

    def _void(self, client: CarrierClient, label: Label) -> str:
        return f"refund {client.parse_void(client.send(client.prepare_void(label))).refund}"

    def _order_of_label(self, client: CarrierClient) -> LabelOrder:
        """Raises Skip without an account that pays: a test environment wants one too."""
        code = client.carrier.code
        account = getattr(self._credentials(code), "account", Account())
        missing = [name for name, field in ACCOUNTS[code].items() if not getattr(account, field)]
        if missing:
            raise Skip(f"{', '.join(missing)} not set")
        key = uuid.uuid4()
        return LabelOrder(
            customer=CUSTOMER,
            seller=SELLER,
            package=Package(weight_lb=1, length_in=8, width_in=6, height_in=3, description="Smartphone"),
            reference=f"RC{key.hex[:12].upper()}",
            order="10000001",
            key=str(key),
            mail_date=next_weekday(self.now().date()),
        )

    def _about(self) -> str:
        market = self._market()
        limits = market.limits()
        return f"{market.identity()}: {limits.files} files of {limits.bytes_per_file} bytes a message"

    def _order(self) -> str:
        if self.order:
            return f"{self.order}: {len(self._market().order(self.order).lines)} device(s)"
        try:
            self._market().order(NO_SUCH_ORDER)
        except NotFound:
            return f"{NO_SUCH_ORDER} is not found, as it should be; RETURNCTL_SMOKE_ORDER names a real one"
        raise Unavailable(f"The marketplace knows an order {NO_SUCH_ORDER}, which nobody has made.")

    def _open(self) -> str:
        """By the command itself, in a workspace of its own."""
        if not self.order:
            raise Skip("RETURNCTL_SMOKE_ORDER names no order")
        with tempfile.TemporaryDirectory(prefix="returnctl-smoke-") as folder:
            own = {"RETURNCTL_PROFILE": self.profile.name, "RETURNCTL_WORKSPACE": folder}
            ran = subprocess.run(
                [sys.executable, "-m", "returnctl", "open", self.order, *OPEN.split()],
                env=self.environ | own,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
        if ran.returncode:
            raise Told(ran.returncode, ran.stderr)
        return (
            f"would send: {'; '.join(one['summary'] for one in json.loads(ran.stdout)['would']) or 'nothing'}"
        )

    def _market(self) -> Marketplace:
        return App(Options(), self.settings).marketplace(self.profile)


class Told(ReturnctlError):
    """What a command said as it failed, with its exit code."""

    def __init__(self, code: int, stderr: str) -> None:
        try:
            error = json.loads(stderr)["error"]
        except (ValueError, KeyError):
            error = {"message": stderr.strip()[-300:]}
        super().__init__(error["message"], hint=error.get("hint"))
        self.exit = code


def next_weekday(day: date) -> date:
    """Tomorrow, or the Monday after it."""
    day += timedelta(days=1)
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


@contextmanager
def sandbox_for(wanted: bool) -> Iterator[str | None]:
    """The address of the sandbox, started here where none is named; None where none is wanted."""
    named = os.environ.get("RETURNCTL_SANDBOX_URL")
    if not wanted or named:
        yield named if wanted else None
        return
    from returnctl.sandbox.server import running

    with running() as url:
        yield url


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="staging-smoke", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("services", nargs="*", metavar="SERVICE", help=f"{', '.join(SERVICES)}; default: all")
    parser.add_argument("--sandbox", action="store_true", help="ask the sandbox instead")
    options = parser.parse_args()
    if unknown := set(options.services) - set(SERVICES):
        parser.error(f"{', '.join(sorted(unknown))}: no such service (one of {', '.join(SERVICES)})")
    with sandbox_for(options.sandbox) as url:
        try:
            smoke = Smoke(os.environ, url)
            for service in options.services or SERVICES:
                smoke.marketplace() if service == MARKETPLACE else smoke.carrier(service)
        except ReturnctlError as error:
            print(f"{error.message} {error.hint or ''}".rstrip(), file=sys.stderr)
            return error.exit
        return smoke.report.exit()


if __name__ == "__main__":
    sys.exit(main())
