"""What a person gives to log in: a token, or a carrier's application and account. Read and checked; kept elsewhere.

No message repeats what was given: it is, or may be, the secret.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from returnctl.credentials import CARRIER_FIELDS
from returnctl.errors import Usage

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 65_536
_IN_IT = "it holds the token, or a carrier's lines"
#: What is asked for beside client id and secret; the rest is for the file alone.
_ASKED = {
    "ups": {"account": "Account number (six characters; empty if labels are not bought)"},
    "usps": {
        "crid": "CRID (empty if labels are not bought)",
        "mid": "MID (empty likewise)",
        "eps_account": "Enterprise payment account (empty likewise)",
    },
    "fedex": {"account": "Account number (nine digits; empty if labels are not bought)"},
}


def read(name: Path) -> str:
    """The text of a file, or of standard input for `-`. Raises Usage."""
    try:
        content = _stdin() if str(name) == "-" else _file(name)
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Usage(f"--token-file {name}: that is not text.", hint=_IN_IT) from None
    except OSError as error:
        raise Usage(
            f"--token-file {name}: {(error.strerror or 'unreadable').lower()}.", hint="give a file, or -"
        ) from None
    if len(content) > MAX_BYTES:
        raise Usage(f"--token-file {name}: that is far too long for a token.", hint=_IN_IT)
    if not text.strip():
        raise Usage(f"--token-file {name}: there is nothing in it.", hint=_IN_IT)
    return text


def _stdin() -> bytes:
    return sys.stdin.buffer.read(MAX_BYTES + 1) if sys.stdin else b""


def _file(name: Path) -> bytes:
    with name.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def token(text: str) -> str:
    """A marketplace's token: one word. Raises Usage."""
    text = text.strip()
    if re.fullmatch(r"[\x21-\x7e]+", text):
        return text
    if text.isascii() and len(text.split()) == 2 and text.split()[0].lower() in ("bearer", "basic", "token"):
        raise Usage("A word stands before the token.", hint="give the token alone, without Bearer or Basic")
    raise Usage(
        "That is no token: a token is one word of plain letters, digits and signs.",
        hint="copy it again, without what stands around it",
    )


def carrier_values(text: str, code: str) -> dict[str, str]:
    """A carrier's values from TOML or `name = value` lines. Raises Usage."""
    table = _table(text)
    values = {}
    for name, value in table.items():
        field = name.lower().removeprefix(f"returnctl_{code}_")
        if field not in CARRIER_FIELDS[code]:
            raise Usage(
                f"“{name[:40]}” is nothing that {code} asks for.",
                hint=f"one of {', '.join(CARRIER_FIELDS[code])}",
            )
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise Usage(f"{field} is a text in quotes.", hint=f'{field} = "…"')
        values[field] = str(value).strip()
    return checked(values, code)


def checked(values: Mapping[str, str], code: str) -> dict[str, str]:
    """The values that are not empty. Raises Usage where one is missing or can't be sent."""
    found = {field: value for field, value in values.items() if value}
    for field in ("client_id", "client_secret"):
        if field not in found:
            raise Usage(
                f"{field} is missing.", hint=f"{code} gives an application a client id and a client secret"
            )
    if ("tracking_client_id" in found) != ("tracking_client_secret" in found):
        raise Usage(
            "tracking_client_id and tracking_client_secret go together.", hint="give both, or neither"
        )
    for field, value in found.items():
        if not re.fullmatch(r"[\x21-\x7e]{1,2000}", value):
            raise Usage(f"{field} holds a space or a sign that no such value has.", hint="copy it once more")
    return found


def _table(text: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):  # no TOML; a number of thousands of digits is a plain ValueError
        return dict(_pair(line, number) for number, line in _lines(text))


def _lines(text: str) -> list[tuple[int, str]]:
    numbered = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    return [(number, line) for number, line in numbered if line and not line.startswith("#")]


def _pair(line: str, number: int) -> tuple[str, str]:
    name, equals, value = line.removeprefix("export ").partition("=")
    if not equals or not re.fullmatch(r"\w+", name.strip()):
        raise Usage(
            f"Line {number} is not `name = value`.", hint='such as client_id = "…" and client_secret = "…"'
        )
    value = value.strip()
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return name.strip(), value[1:-1] if quoted else value


def ask_token(where: str) -> str:
    """The token, typed unseen."""
    from returnctl import prompts

    return token(prompts.secret(f"The token for {where}"))


def ask_carrier(code: str) -> dict[str, str]:
    """A carrier's values, the secret typed unseen."""
    from returnctl import prompts

    values = {"client_id": prompts.ask("Client id"), "client_secret": prompts.secret("Client secret")}
    values |= {field: prompts.optional(words) for field, words in _ASKED[code].items()}
    return checked(values, code)
