"""FedEx: what all of its APIs share."""

from __future__ import annotations

from typing import Any

from returnctl.carriers.base import Account, Address, Can, Credentials
from returnctl.carriers.messages import fingerprint, grant, login_form
from returnctl.carriers.postal import account_number, phone_or_usage, street_lines
from returnctl.carriers.protocol import Carrier
from returnctl.carriers.reading import as_list, dig, words
from returnctl.http import Answer, Request


class FedexDialect(Carrier):
    """Hosts, tokens, errors and headers."""

    code = "fedex"
    name = "FedEx"
    can = frozenset(Can)
    hosts = {  # noqa: RUF012 - a ClassVar, as the protocol says
        "production": "https://apis.fedex.com",
        "test": "https://apis-sandbox.fedex.com",
    }

    def build_token(self, base: str, credentials: Credentials) -> tuple[Request, str | None]:
        return login_form(f"{base}/oauth/token", grant(credentials), self.name), None

    def parse_error(self, answer: Answer) -> tuple[str, str] | None:
        errors = as_list(dig(answer.json(), "errors"))
        said = [words(dig(error, "message")) for error in errors]
        return (words(dig(errors, 0, "code")), "; ".join(text for text in said if text)) if errors else None

    def headers(self, method: str, url: str, body: bytes) -> dict[str, str]:
        transaction = fingerprint(method.encode(), url.encode(), body)
        return {"X-locale": "en_US", "x-customer-transaction-id": transaction}

    def _account(self, account: Account) -> dict[str, str]:
        return {"value": account_number(account, self.name, self.code)}

    def _party(self, address: Address) -> dict[str, Any]:
        """A contact with a phone number, which FedEx wants of everyone, and the address."""
        contact = {"phoneNumber": phone_or_usage(address, self.name)}
        if address.name:
            contact["personName"] = address.name[:70]
        if address.company:
            contact["companyName"] = address.company[:35]
        return {"contact": contact, "address": self._address(address)}

    def _address(self, address: Address) -> dict[str, Any]:
        return {
            "streetLines": street_lines(address, width=35, count=3, carrier=self.name),
            "city": address.city[:35],
            "stateOrProvinceCode": address.state,
            "postalCode": address.postal_code,
            "countryCode": address.country,
        }
