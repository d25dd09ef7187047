"""Which addresses may be asked: https, this machine's own by http too, and never a private one that a server named."""

from __future__ import annotations

import functools
import re
from contextlib import suppress
from urllib.parse import urlsplit

from returnctl.errors import BadConfig, Refused
from returnctl.marks import mark


def is_loopback(url: str) -> bool:
    """Whether the address is this machine's own."""
    return _is_here(urlsplit(url).hostname or "")


@functools.lru_cache(maxsize=64)
def _is_here(host: str) -> bool:
    import ipaddress

    if host == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def same_origin(one: str, other: str) -> bool:
    """Whether two addresses share scheme, host and port."""
    return one == other or _origin(one) == _origin(other)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def check_address(url: str, service: str) -> None:
    """https to any host, http to this machine alone; nobody's password in it. Raises BadConfig."""
    problem = None
    try:
        parts = urlsplit(url)
        host = parts.hostname
        if not host or parts.port == 0:
            problem = "is not complete"
        elif parts.username is not None or parts.password is not None:
            problem = "holds a user name"
        elif parts.scheme != "https" and not (parts.scheme == "http" and _is_here(host)):
            problem = "must begin with https://"
        elif re.search(r"[\x00-\x20\x7f\\]", url):
            problem = "holds characters that no address has"
    except ValueError:
        problem = "can't be read"
    if problem:
        raise mark(BadConfig(f"The address of {service} {problem}."), sent=False)


def refuse_private(host: str) -> None:
    """Raise Refused when the host is an address inside this machine or its network."""
    import ipaddress

    with suppress(ValueError):
        address = ipaddress.ip_address(host.partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None) or address
        if not mapped.is_global or mapped.is_multicast:
            raise mark(
                Refused(f"The address leads into a private network ({host}), so it was not opened."),
                sent=False,
            )
