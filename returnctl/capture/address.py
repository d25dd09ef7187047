"""At which address of this machine a phone finds the page."""

from __future__ import annotations

import ipaddress
from typing import Final

from returnctl.errors import Usage

# Documentation's own network (RFC 5737): nothing is sent there, the system only says which way it would go.
_ELSEWHERE: Final = ("192.0.2.1", 9)
LOOPBACK: Final = "127.0.0.1"


def own_address() -> str:
    """The address under which this machine is known in its network; the loopback where it is in none."""
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(_ELSEWHERE)
            return str(asking.getsockname()[0])
        except OSError:
            return LOOPBACK


def checked(text: str) -> str:
    """An address that was given. Raises Usage for what is none, and for all addresses at once."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise Usage(f"--bind {text[:60]}: not an address.", hint="such as 192.168.1.20") from None
    if address.is_unspecified or address.is_multicast:
        raise Usage(
            f"--bind {text}: the page is served at one address, the one that you see.",
            hint="name this machine's address in the network that the phone is in",
        )
    return str(address)


def warning(address: str) -> str:
    """What a person has to know about an address."""
    found = ipaddress.ip_address(address)
    if found.is_loopback:
        return "Only this computer can open the page: --bind ADDRESS names its address in your network."
    if not found.is_private:
        return (
            "This address can be reached from the internet: use a network of your own, with --bind ADDRESS."
        )
    return "The pictures go through your network unencrypted: do this only in one that you trust."


def authority(address: str, port: int) -> str:
    """Address and port as they stand in a URL."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
