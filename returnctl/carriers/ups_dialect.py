"""UPS: what all of its APIs share."""

from __future__ import annotations

import base64

from returnctl.carriers.base import Can, Credentials
from returnctl.carriers.messages import fingerprint, login_form
from returnctl.carriers.protocol import Carrier
from returnctl.carriers.reading import as_list, dig, words
from returnctl.http import Answer, Request


class UpsDialect(Carrier):
    """Hosts, tokens, errors and headers. Everything is text on its wire."""

    code = "ups"
    name = "UPS"
    # A pickup on call could be booked too, but costs whoever asks for it, so it is not offered.
    can = frozenset(Can) - {Can.PICKUP}
    hosts = {  # noqa: RUF012 - a ClassVar, as the protocol says
        "production": "https://onlinetools.ups.com",
        "test": "https://wwwcie.ups.com",
    }

    def build_token(self, base: str, credentials: Credentials) -> tuple[Request, str | None]:
        pair = f"{credentials.client_id}:{credentials.client_secret}".encode()
        fields = {"grant_type": "client_credentials"}
        request = login_form(f"{base}/security/v1/oauth/token", fields, self.name)
        return request, f"Basic {base64.b64encode(pair).decode()}"

    def parse_error(self, answer: Answer) -> tuple[str, str] | None:
        body = answer.json()
        errors = as_list(dig(body, "response", "errors"))
        if errors:
            said = [words(dig(error, "message")) for error in errors]
            return words(dig(errors, 0, "code")), "; ".join(text for text in said if text)
        primary = dig(body, "Fault", "detail", "Errors", "ErrorDetail", 0, "PrimaryErrorCode")
        if primary:
            return words(dig(primary, "Code")), words(dig(primary, "Description"))
        located = dig(body, "LocatorResponse", "Response", "Error", 0)
        if located:
            return words(dig(located, "ErrorCode")), words(dig(located, "ErrorDescription"))
        return None

    def headers(self, method: str, url: str, body: bytes) -> dict[str, str]:
        return {"transId": fingerprint(method.encode(), url.encode(), body), "transactionSrc": "returnctl"}
