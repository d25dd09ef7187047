"""Back Market's seller API: its hosts, the headers of every request, and how it says that something is wrong.

Source: the OpenAPI document of https://api.backmarket.dev (version 0.1.1), and what integrators found beside it.
"""

from __future__ import annotations

import contextlib
import re
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from msgspec import Struct

from returnctl.carriers.reading import as_list, dig, words
from returnctl.errors import BadConfig, Blocked, Refused, Unavailable, Usage
from returnctl.http import Answer, is_loopback, raise_for_status, same_origin
from returnctl.marks import mark

SERVICE = "Back Market"

#: Each platform has its own hosts, accounts and tokens; nothing is shared between them.
HOSTS = {
    ("na", "production"): "https://www.backmarket.com",
    ("na", "staging"): "https://preprod.backmarket.com",
    ("eu", "production"): "https://www.backmarket.fr",
    ("eu", "staging"): "https://preprod.backmarket.fr",
    ("ap", "production"): "https://www.backmarket.co.jp",
    ("ap", "staging"): "https://preprod.backmarket.co.jp",
}
MARKETS = {
    "na": ("en-us",),
    "eu": tuple("fr-fr fr-be es-es de-de de-at it-it en-gb nl-nl pt-pt en-ie el-gr sk-sk sv-se".split()),  # noqa: SIM905 - reads as the list it is
    "ap": ("ja-jp", "en-au"),
}
SANDBOX_USER_AGENT = "BM-Sandbox-returnctl;returns@sandbox.example"

_USER_AGENT = re.compile(r"BM-[^-;]+-[^;]+;\S+@\S+", re.ASCII)
_OWN_HOST = re.compile(r"(?P<front>(?:[a-z0-9-]+\.)*)backmarket\.(?:[a-z]{2,3}|co\.[a-z]{2})")
_NO_ADDRESS = re.compile(r"[\x00-\x20\x7f\\]")


class Site(Struct, frozen=True, kw_only=True):
    """One platform in one environment, as one company's integration. `base` has no slash at its end."""

    base: str
    market: str
    user_agent: str

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries; the token is added when it is sent."""
        return {
            "Accept": "application/json",
            "Accept-Language": self.market,
            "User-Agent": self.user_agent,
        }

    @property
    def sandbox(self) -> bool:
        return is_loopback(self.base)


def site(platform: str | None, environment: str, market: str, user_agent: str | None) -> Site:
    """The site of a profile. Raises BadConfig where one of the four can't be used.

    Platform and environment are never guessed: a token sent to the wrong host is a token given away.
    """
    if platform not in MARKETS:
        raise BadConfig(
            f"“{platform or ''}” is not a platform of Back Market.",
            hint='set platform = "na", "eu" or "ap" in the profile',
        )
    base = HOSTS.get((platform, environment))
    if base is None:
        raise BadConfig(
            f"The environment is “staging” or “production”, not “{environment}”.",
            hint="set `environment` in the profile, or RETURNCTL_ENVIRONMENT",
        )
    if market not in MARKETS[platform]:
        raise BadConfig(
            f"The market {market} is not on Back Market's platform {platform}.",
            hint=f"one of {', '.join(MARKETS[platform])}",
        )
    return Site(base=base, market=market, user_agent=checked_user_agent(user_agent))


def sandbox_site(url: str, market: str) -> Site:
    """The same dialect, as the sandbox at `url` speaks it."""
    return Site(base=f"{url.rstrip('/')}/backmarket", market=market, user_agent=SANDBOX_USER_AGENT)


def checked_user_agent(text: str | None) -> str:
    """Back Market may refuse whoever does not say who they are. Raises BadConfig."""
    if text and text.isprintable() and text.isascii() and _USER_AGENT.fullmatch(text):
        return text
    raise BadConfig(
        "Back Market wants to know who calls: the profile needs a user_agent of its form.",
        hint='such as user_agent = "BM-Company-returnctl;returns@company.example"',
    )


def address(base: str, reference: str) -> str:
    """The address of a file that the marketplace named: absolute, relative, or still with plain http.

    Where it lies on the API's own host it is put together anew from our own base, so that what gets the token is
    that host to the letter. Raises Unavailable for what is no address, Usage for a host of Back Market's other
    environment.
    """
    try:
        url = _with_tls(urljoin(f"{base}/", reference.strip()))
        parts, own = urlsplit(url), urlsplit(base)
        here = same_origin(url, base)
    except ValueError:
        raise not_understood("an address that can't be read") from None
    safe = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    if not safe or _NO_ADDRESS.search(url):
        raise not_understood("an address that is not safe to open")
    if here:
        return urlunsplit((own.scheme, own.netloc, parts.path, parts.query, ""))
    check_environment(base, url)
    return url


def check_environment(base: str, url: str) -> None:
    """Raises Usage for an address in Back Market's other environment: not even a redirect may lead there."""
    if environment_of(url) not in (None, environment_of(base)):
        raise Usage(
            f"{SERVICE} leads to {urlsplit(url).hostname}, which is not of this profile's environment.",
            hint="nothing was fetched from there; look at `platform` and `environment` of the profile",
        )


def _with_tls(url: str) -> str:
    """Addresses from before https still occur; the host has it too."""
    if url.lower().startswith("http://") and not is_loopback(url):
        return f"https://{url[len('http://') :]}"
    return url


def environment_of(url: str) -> str | None:
    """Which environment an API host of Back Market's belongs to; None for anybody else's, and for file stores."""
    match = _OWN_HOST.fullmatch((urlsplit(url).hostname or "").rstrip("."))
    if match is None:
        return None
    if "preprod" in match["front"].split("."):
        return "staging"
    return "production" if match["front"] in ("", "www.") else None


def check(answer: Answer) -> Answer:
    """The answer, if it is a good one. Else raises what it means, with the service's own words."""
    if 200 <= answer.status < 300:
        return answer
    if answer.status == 403 and _challenged(answer):
        number = answer.request_id()
        raise mark(
            Blocked(
                f"A firewall in front of {SERVICE} turned us away{f' ({number})' if number else ''}.",
                hint="try again later; if it stays, name this number to your seller contact",
            ),
            sent=True,
            answer=answer,
        )
    raise_for_status(answer, SERVICE, parse_error=parse_error)
    return answer


def parse_error(answer: Answer) -> tuple[str, str] | None:
    """(code, words) from any of the envelopes in use: `error`, `errors`, both, a problem document, or `data.fields`."""
    body = answer.json()
    if not isinstance(body, dict):
        return None
    errors = as_list(body.get("errors"))
    first = next((one for one in (body.get("error"), *errors[:1], body) if isinstance(one, dict)), {})
    code = words(first.get("code")) or words(first.get("type")).rstrip("/").rpartition("/")[2]
    said = [_sentence(first), *(_about(error) for error in errors), *_fields(body)]
    text = "; ".join(dict.fromkeys(part for part in said if part))
    trace = words(body.get("requestId")) or answer.request_id()
    if not (code or text):
        return None
    return code, f"{text.rstrip('.')}{f' [{trace}]' if trace else ''}"


def not_understood(what: str) -> Unavailable:
    return Unavailable(
        f"{SERVICE} answered something that can't be understood: {what}.",
        hint="try again later; if it stays, tell your seller contact, with the time",
    )


def can_not(what: str, hint: str) -> Refused:
    """The seller API has no such operation."""
    return Refused(f"Back Market's seller API can't {what}.", hint=hint)


def _challenged(answer: Answer) -> bool:
    """Whether a robot check answered instead of the service."""
    if answer.header("cf-mitigated") or answer.is_html():
        return True
    with contextlib.suppress(Unavailable):
        found = parse_error(answer)
        return found is not None and found[0] == "bot-need-challenge"
    return False


def _sentence(error: dict[str, Any]) -> str:
    return words(error.get("message")) or words(error.get("detail")) or words(error.get("title"))


def _about(error: Any) -> str:
    if not isinstance(error, dict):
        return words(error)
    target = words(error.get("target"))
    return f"{target}: {_sentence(error)}" if target else _sentence(error)


def _fields(body: dict[str, Any]) -> list[str]:
    found: list[str] = []
    for fields in (dig(body, "data", "fields"), dig(body, "error", "data", "fields")):
        if isinstance(fields, dict):
            found += (f"{name}: {', '.join(map(words, as_list(said)))}" for name, said in fields.items())
    return found[:10]
