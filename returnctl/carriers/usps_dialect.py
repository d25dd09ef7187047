"""USPS: what all of its APIs share."""

from __future__ import annotations

from returnctl.carriers.base import Account, Can, Credentials, Token
from returnctl.carriers.messages import content, grant, incomplete
from returnctl.carriers.postal import account_number
from returnctl.carriers.protocol import Carrier
from returnctl.carriers.reading import dig, words
from returnctl.errors import BadConfig
from returnctl.http import Answer, Request

PAYMENT_LIFE_S = 8 * 3600


class UspsDialect(Carrier):
    """Hosts, tokens and errors. The retired hosts (`api`, `api-tem`, `api-cat`) stand nowhere here."""

    code = "usps"
    name = "USPS"
    can = frozenset(Can)
    payment_header = "X-Payment-Authorization-Token"
    hosts = {  # noqa: RUF012 - a ClassVar, as the protocol says
        "production": "https://apis.usps.com",
        "test": "https://apis-tem.usps.com",
    }

    def build_token(self, base: str, credentials: Credentials) -> tuple[Request, str | None]:
        url = f"{base}/oauth2/v3/token"
        return self.request("POST", url, "log in", grant(credentials), reads=True), None

    def parse_error(self, answer: Answer) -> tuple[str, str] | None:
        body = answer.json()
        error = dig(body, "error")
        if isinstance(error, str):  # the token endpoint, as RFC 6749 has it
            return words(error), words(dig(body, "error_description"))
        first = dig(error, "errors", 0)
        code = words(dig(first, "code")) or words(dig(error, "code"))
        said = words(dig(first, "detail")) or words(dig(first, "title")) or words(dig(error, "message"))
        return (code, said) if code or said else None

    def build_payment(self, base: str, request: Request, account: Account) -> Request | None:
        """Labels are paid, and undone, with a second token that names who pays."""
        if not request.url.startswith(f"{base}/labels/"):
            return None
        number = account_number(account, self.name, self.code)
        if not account.crid or not account.mid:
            hint = "Set RETURNCTL_USPS_CRID and RETURNCTL_USPS_MID, or log in again."
            raise BadConfig("USPS wants the CRID and MID of the one who pays.", hint=hint)
        owner = {
            "CRID": account.crid,
            "MID": account.mid,
            "manifestMID": account.manifest_mid or account.mid,
        }
        payer = {"roleName": "PAYER", **owner, "accountType": "EPS", "accountNumber": number}
        body = {"roles": [payer, {"roleName": "LABEL_OWNER", **owner}]}
        url = f"{base}/payments/v3/payment-authorization"
        return self.request("POST", url, "authorise the payment", body)

    def parse_payment(self, answer: Answer) -> Token:
        value = dig(content(answer, self.parse_error), "paymentAuthorizationToken")
        if not isinstance(value, str) or not value:
            raise incomplete(answer, "a payment token")
        return Token(value=value, lives=PAYMENT_LIFE_S)
