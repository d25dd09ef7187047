"""Numbers with a right check digit: IMEIs and tracking numbers, as their publishers define them."""

from __future__ import annotations

FEDEX_WEIGHTS = (3, 1, 7)


def imei(tac: str, serial: int) -> str:
    """A 15-digit IMEI from an 8-digit type allocation code and a serial number (Luhn, 3GPP TS 23.003)."""
    body = f"{tac}{serial:06d}"
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(body)))
    return f"{body}{-sum(value // 10 + value % 10 for value in doubled) % 10}"


def tracking_number(carrier: str, serial: int) -> str:
    """The tracking number of parcel `serial` (below ten million) at `ups`, `usps` or `fedex`."""
    return _MAKERS[carrier](serial)


def _ups(serial: int) -> str:
    body = f"RC77R790{serial:07d}"
    return f"1Z{body}{_mod10(body, even=1, odd=2)}"


def _usps(serial: int) -> str:
    # 92: a label of a commercial mailer; 055: Ground Advantage Return; then the mailer's nine digits.
    body = f"92055902619{serial:010d}"
    return body + _mod10(body, even=3, odd=1)


def _fedex(serial: int) -> str:
    body = f"7894{serial:07d}"
    total = sum(int(digit) * FEDEX_WEIGHTS[place % 3] for place, digit in enumerate(body))
    return f"{body}{total % 11 % 10}"


def _mod10(body: str, *, even: int, odd: int) -> str:
    """The check digit that both UPS and USPS use, with letters as UPS counts them."""
    total = 0
    for place, sign in enumerate(body):
        value = int(sign) if sign.isdigit() else (ord(sign) - 3) % 10
        total += value * (odd if place % 2 else even)
    return str(-total % 10)


_MAKERS = {"ups": _ups, "usps": _usps, "fedex": _fedex}
