"""Talks to one carrier: tokens, sending, and each verb from its build to its parse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar
from urllib.parse import urlsplit

from msgspec.structs import replace

from returnctl.answers import own_words
from returnctl.carriers import tracking_number
from returnctl.carriers.base import (
    Account,
    Credentials,
    Environment,
    Label,
    LabelFormat,
    LabelOrder,
    Near,
    Parcel,
    Pickup,
    PickupOffer,
    PickupOrder,
    Place,
    Quote,
    Slot,
    Voided,
)
from returnctl.carriers.protocol import Carrier
from returnctl.carriers.tokens import Tokens
from returnctl.errors import AuthFailed, BadConfig, ReturnctlError
from returnctl.http import Answer, Http, Request, answer_of, is_loopback
from returnctl.marks import mark
from returnctl.quotas import Limit, Quota

Value = TypeVar("Value")

MAX_BYTES = 20_000_000
#: What a carrier publishes for each project. USPS raises its hourly quota on request: there its own 429 has to do.
QUOTAS = {"fedex": (Quota(name="project", limits=(Limit(1_400, 10),)),)}


def base_url(carrier: Carrier, environment: Environment, sandbox_url: str | None = None) -> str:
    """Where the carrier is asked: its production or test host, or its corner of the sandbox.

    Raises BadConfig for a sandbox without an address.
    """
    if environment != "sandbox":
        return carrier.hosts[environment]
    if not sandbox_url:
        raise BadConfig("The sandbox has no address.", hint="Start it with `returnctl sandbox serve`.")
    return f"{sandbox_url.rstrip('/')}/{carrier.code}"


class CarrierClient:
    """One carrier in one environment, with or without credentials.

    Whatever costs money or brings a driver is not done here: `prepare_…` gives the request, `send` carries it
    out once, `parse_…` reads the answer. What lies between belongs to the one who keeps the return's record.
    """

    def __init__(
        self,
        carrier: Carrier,
        http: Http,
        credentials: Credentials | None,
        *,
        environment: Environment,
        base: str,
        tokens: Tokens,
    ) -> None:
        self.carrier = carrier
        self.environment = environment
        self.base = base
        self._http = http
        self._credentials = credentials
        self._tokens = tokens

    @property
    def has_credentials(self) -> bool:
        """Without them only numbers and links can be had."""
        return self._credentials is not None

    def log_in(self, *, tracking: bool = False) -> None:
        """Have a token, to see whether the credentials serve. Raises AuthFailed, Unavailable."""
        self._token(self._pair(tracking=tracking))

    def track(self, number: str) -> Parcel:
        """Where the parcel is; without credentials only its link, `found` None.

        Raises AuthFailed, Unavailable; Usage for what is no number. An unknown number is `found` False.
        """
        number = tracking_number.checked(number)
        if self._credentials is None:
            return unasked(self.carrier.code, number)
        answer = self.send(self.carrier.build_track(self.base, number), tracking=True)
        return self._read(answer, lambda said: self.carrier.parse_track(said, number))

    def points(
        self, near: Near, today: datetime, *, radius_km: float = 25, limit: int = 10
    ) -> tuple[Place, ...]:
        """Drop-off points, the nearest first. Raises AuthFailed, Refused, Unavailable."""
        answer = self.send(self.carrier.build_points(self.base, near, radius_km=radius_km, limit=limit))
        return self._read(answer, lambda said: self.carrier.parse_points(said, today))

    def quotes(self, order: LabelOrder) -> tuple[Quote, ...]:
        """What the label would cost, the cheapest first; empty where the carrier names no price."""
        answer = self.send(self.carrier.build_quote(self.base, order, self._account))
        quotes = self._read(answer, self.carrier.parse_quote)
        return tuple(sorted(quotes, key=lambda quote: float(quote.price.amount)))

    def prepare_label(self, order: LabelOrder) -> Request:
        """The purchase of a return label, to be sent once."""
        return self.carrier.build_label(self.base, order, self._account)

    def parse_label(self, answer: Answer) -> Label:
        return self._read(answer, self.carrier.parse_label)

    def label_file(self, label: Label, form: LabelFormat) -> tuple[str, bytes] | None:
        """The bought label's media and bytes in that form; None where the carrier gives it with the purchase."""
        request = self.carrier.build_label_file(self.base, label, form)
        if request is None:
            return None
        answer = self.send(request)
        return self._read(answer, self.carrier.parse_label_file)

    def find_label(self, reference: str, since: date, until: date) -> tuple[str, ...] | None:
        """Tracking numbers of labels with our reference; None where the carrier has no such search.

        An empty answer proves nothing: a label may be findable only later.
        """
        request = self.carrier.build_find_label(self.base, reference, self._account, since, until)
        if request is None:
            return None
        answer = self.send(request, tracking=True)
        return self._read(answer, self.carrier.parse_find_label)

    def prepare_void(self, label: Label) -> Request:
        """The undoing of a label, to be sent once."""
        return self.carrier.build_void(self.base, label, self._account)

    def parse_void(self, answer: Answer) -> Voided:
        return self._read(answer, self.carrier.parse_void)

    def pickup_offer(self, order: PickupOrder) -> PickupOffer | None:
        """Whether the carrier comes on that day; None where it can't be asked before."""
        request = self.carrier.build_pickup_offer(self.base, order, self._account)
        if request is None:
            return None
        answer = self.send(request)
        return self._read(answer, lambda said: self.carrier.parse_pickup_offer(said, order.date))

    def prepare_pickup(self, order: PickupOrder) -> Request:
        """The booking of a pickup, to be sent once."""
        return self.carrier.build_pickup(self.base, order, self._account)

    def parse_pickup(self, answer: Answer, asked: Slot) -> Pickup:
        """What was booked; `asked` is the slot of the order, for the answer may not repeat it."""
        return self._read(answer, lambda said: self.carrier.parse_pickup(said, asked))

    def prepare_cancel_pickup(self, pickup: Pickup) -> Request:
        """The cancelling of a pickup, to be sent once; its newest state is read first where that is needed."""
        reading = self.carrier.build_pickup_state(self.base, pickup)
        if reading is not None:
            answer = self.send(reading)
            pickup = self._read(answer, lambda said: self.carrier.parse_pickup_state(said, pickup))
        return self.carrier.build_cancel_pickup(self.base, pickup, self._account)

    def parse_cancel_pickup(self, answer: Answer) -> None:
        self._read(answer, self.carrier.parse_cancel_pickup)

    def send(self, request: Request, *, tracking: bool = False) -> Answer:
        """Send it with a token, once more with a new token after a 401.

        A 401 says that nothing was done, so that this is safe for purchases too. Raises AuthFailed, and what
        `Http.send` raises; what fails while logging in is `was_sent` False.
        """
        request = self._here(request)
        pair = self._pair(tracking=tracking)
        answer = self._send_once(request, pair)
        if answer.status == 401:
            self._drop_tokens(pair)
            answer = self._send_once(request, pair)
        if answer.status == 401:
            self._drop_tokens(pair)
            raise self._refused(answer)
        return answer

    def _here(self, request: Request) -> Request:
        """The request, to where it goes. A sandbox may have moved to another port; another host is never tried."""
        if request.url.startswith(f"{self.base}/"):
            return request
        there, ours = urlsplit(request.url), urlsplit(self.base)
        if (
            self.environment == "sandbox"
            and is_loopback(request.url)
            and there.path.startswith(f"{ours.path}/")
        ):
            return replace(request, url=there._replace(netloc=ours.netloc).geturl())
        message = f"This request is for {there.netloc}, but {self.carrier.name} is set to {self.environment}."
        raise mark(BadConfig(message, hint="Use the profile that it was made with."), sent=False)

    def _send_once(self, request: Request, pair: Credentials) -> Answer:
        try:
            secrets = self._payment(request, pair)
            token = self._token(pair)
        except ReturnctlError as error:
            # What went wrong was the logging in: the request itself has not left.
            raise mark(error, sent=False, answer=answer_of(error)) from None
        return self._http.send(
            request,
            authorization=f"Bearer {token}",
            secrets=secrets,
            max_bytes=MAX_BYTES,
            account=pair.client_id,
            quotas=QUOTAS.get(self.carrier.code, ()) if self.environment == "production" else (),
        )

    def _payment(self, request: Request, pair: Credentials) -> dict[str, str]:
        """The further header of a request that costs money, where the carrier wants one."""
        asking = self.carrier.build_payment(self.base, request, pair.account)
        if asking is None:
            return {}
        key = self._payment_key(pair)
        held = self._tokens.get(*key)
        if held is None:
            answer = self.send(asking)
            token = self._read(answer, self.carrier.parse_payment)
            self._tokens.put(token, *key)
            held = token.value
        return {self.carrier.payment_header: held}

    def _drop_tokens(self, pair: Credentials) -> None:
        self._tokens.drop(*self._key(pair))
        self._tokens.drop(*self._payment_key(pair))

    def _token(self, pair: Credentials) -> str:
        held = self._tokens.get(*self._key(pair))
        if held is not None:
            return held
        request, authorization = self.carrier.build_token(self.base, pair)
        answer = self._http.send(request, authorization=authorization, max_bytes=100_000)
        if answer.status in {400, 401, 403}:
            raise self._refused(answer)
        token = self._read(answer, self.carrier.parse_token)
        self._tokens.put(token, *self._key(pair))
        return token.value

    @property
    def _account(self) -> Account:
        return self._pair(tracking=False).account

    def _pair(self, *, tracking: bool) -> Credentials:
        if self._credentials is None:
            name, code = self.carrier.name, self.carrier.code
            raise mark(
                AuthFailed(
                    f"{name} can only be asked with credentials.",
                    hint=f"Enter them with `returnctl auth login {code}`.",
                ),
                sent=False,
            )
        return self._credentials.for_tracking() if tracking else self._credentials

    def _key(self, pair: Credentials) -> tuple[str, ...]:
        return self.carrier.code, self.environment, self.base, pair.client_id

    def _payment_key(self, pair: Credentials) -> tuple[str, ...]:
        account = pair.account
        return (*self._key(pair), "payment", account.number, account.crid, account.mid)

    def _refused(self, answer: Answer) -> ReturnctlError:
        """AuthFailed with the environment, and the carrier's words unless they repeat a secret."""
        words, given = own_words(answer, self.carrier.parse_error), self._credentials
        secrets = (given.client_secret, given.tracking_secret) if given else ()
        said = f": {words}" if words and not any(one and one in words for one in secrets) else ""
        error = AuthFailed(
            f"{self.carrier.name} ({self.environment}) refused the credentials{said}.",
            hint=f"Enter them again with `returnctl auth login {self.carrier.code}`; "
            "see also which products the application has at the carrier.",
        )
        return mark(error, sent=True, answer=answer)

    def _read(self, answer: Answer, parse: Callable[[Answer], Value]) -> Value:
        """Name the environment where a carrier refuses the credentials for this one product."""
        try:
            return parse(answer)
        except AuthFailed:
            raise self._refused(answer) from None


def unasked(carrier: str, number: str) -> Parcel:
    """What can be said of a parcel without asking anyone: its link. `carrier` may be `other`."""
    number = tracking_number.normalise(number)
    return Parcel(
        carrier=carrier, tracking_number=number, found=None, link=tracking_number.link(carrier, number)
    )
